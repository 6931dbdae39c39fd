//! The emotion curve of a map, as small as a word.

use std::fmt::Write;

use leptos::prelude::*;

use crate::api::MapSummary;

const WIDTH: f64 = 150.0;
const HEIGHT: f64 = 34.0;
const MARGIN: f64 = 6.0;

#[component]
pub fn Sparkline(map: Memo<MapSummary>) -> impl IntoView {
    let points = Memo::new(move |_| map.with(points));
    let label = move || map.with(summary);
    view! {
        <Show
            when=move || points.with(|points| points.len() > 1)
            fallback=|| view! { <span class="quiet">"not set yet"</span> }
        >
            <svg class="sparkline" viewBox="0 0 150 34" role="img" aria-label=label>
                <line class="middle" x1="0" x2="150" y1="17" y2="17"></line>
                <path stroke="url(#mood)" d=move || points.with(|points| curve(points))></path>
                {move || {
                    points
                        .get()
                        .into_iter()
                        .map(|point| view! { <circle class=point.mood cx=place(point.x) cy=place(point.y) r="2.3"></circle> })
                        .collect_view()
                }}
            </svg>
        </Show>
    }
}

#[derive(Clone, Copy, PartialEq)]
struct Point {
    x: f64,
    y: f64,
    mood: &'static str,
}

fn points(map: &MapSummary) -> Vec<Point> {
    let (low, high) = map.scale;
    let last = map.emotion.len().saturating_sub(1).max(1) as f64;
    let place = |(index, value): (usize, &Option<f64>)| {
        let share = ((*value)? - low) / (high - low);
        Some(Point {
            x: MARGIN + index as f64 / last * (WIDTH - 2.0 * MARGIN),
            y: MARGIN + (1.0 - share.clamp(0.0, 1.0)) * (HEIGHT - 2.0 * MARGIN),
            mood: mood(share),
        })
    };
    map.emotion.iter().enumerate().filter_map(place).collect()
}

fn mood(share: f64) -> &'static str {
    if share > 0.6 {
        "pos"
    } else if share < 0.4 {
        "neg"
    } else {
        "neu"
    }
}

/// A smooth line that leaves and reaches each point level, as the map's own curve does.
fn curve(points: &[Point]) -> String {
    let mut path = String::new();
    let mut before: Option<&Point> = None;
    for point in points {
        let (x, y) = (place(point.x), place(point.y));
        // Writing to a string cannot fail.
        let _ = match before {
            None => write!(path, "M{x},{y}"),
            Some(before) => {
                let middle = place((before.x + point.x) / 2.0);
                write!(path, "C{middle},{} {middle},{y} {x},{y}", place(before.y))
            }
        };
        before = Some(point);
    }
    path
}

/// A tenth of a pixel is enough, and keeps numbers short.
fn place(value: f64) -> String {
    let tenths = (value * 10.0).round() as i64;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// The curve for those who cannot see it.
fn summary(map: &MapSummary) -> String {
    let set: Vec<f64> = map.emotion.iter().flatten().copied().collect();
    let (Some(first), Some(last)) = (set.first(), set.last()) else {
        return "Not set yet".to_owned();
    };
    let low = set.iter().copied().fold(f64::INFINITY, f64::min);
    let high = set.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("Emotion from {first} to {last}, lowest {low}, highest {high}")
}

/// The colours of all sparklines, from the best at the top to the worst at the bottom.
#[component]
pub fn MoodColours() -> impl IntoView {
    view! {
        <svg class="sr-only" aria-hidden="true">
            <defs>
                <linearGradient id="mood" gradientUnits="userSpaceOnUse" x1="0" x2="0" y1="4" y2="30">
                    <stop class="pos" offset="0"></stop>
                    <stop class="neu" offset="0.5"></stop>
                    <stop class="neg" offset="1"></stop>
                </linearGradient>
            </defs>
        </svg>
    }
}
