//! A number measured at a step: where it started, is and should be.

use leptos::prelude::*;
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::MetricId;
use waymark_model::map::Metric;

use super::super::board::Board;
use super::super::people::{self, Tags};
use super::super::spot::Spot;

/// A metric; read-only.
#[component]
pub(crate) fn MetricView(id: MetricId, cell: CellId) -> impl IntoView {
    let board = Board::here();
    let metric = board.state.metric(&id);
    let item = Item::Metric(id.clone());
    let guests = people::on_item(board, &cell, &item);
    let dimmed = {
        let item = item.clone();
        Memo::new(move |_| board.filters.dims(&item))
    };
    let label = move || {
        let label = metric.with(|metric| metric.as_ref().map(spoken).unwrap_or_default());
        if dimmed.get() {
            format!("{label}, filtered out")
        } else {
            label
        }
    };
    let body = move || metric.with(|metric| metric.as_ref().map(picture));
    view! {
        <div
            class="metric"
            class:dimmed=dimmed
            class:occupied=move || guests.with(|guests| !guests.is_empty())
            style=("--who", people::colour(guests))
            role="group"
            tabindex="-1"
            aria-label=label
            data-spot=Spot::Item(item).key()
            data-testid="item"
            data-metric=id.to_string()
        >
            <Tags guests=guests />
            {body}
        </div>
    }
    .into_any()
}

fn picture(metric: &Metric) -> AnyView {
    let current = metric.current.map_or("–".to_owned(), number);
    let (mark, unit) = unit(&metric.unit);
    let bar = track(metric).map(|track| view! { <Bar track=track /> });
    let ends = match (metric.baseline, metric.target) {
        (None, None) => None,
        (baseline, target) => {
            let part = |label: &'static str, value: Option<f64>| {
                value.map(|value| view! { <span>{label} {number(value)}</span> })
            };
            Some(
                view! { <span class="metric-ends">{part("from ", baseline)} {part("to ", target)}</span> },
            )
        }
    };
    view! {
        <span class="metric-name">{metric.name.clone()}</span>
        <span class="metric-now">{current}<small>{mark} {unit}</small></span>
        {bar}
        {ends}
    }
    .into_any()
}

/// From baseline to target, with the part that is done.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Track {
    /// Where the current value is between baseline (0) and target (1).
    done: f64,
}

#[component]
fn Bar(track: Track) -> impl IntoView {
    let done = track.done.clamp(0.0, 1.0) * 100.0;
    let class = match track.done {
        done if done < 0.0 => "metric-bar worse",
        done if done >= 1.0 => "metric-bar reached",
        _ => "metric-bar",
    };
    view! {
        <svg class=class viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
            <rect class="metric-track" x="0" y="1" width="100" height="4" rx="2"></rect>
            <rect class="metric-done" x="0" y="1" width=done.max(2.0) height="4" rx="2"></rect>
        </svg>
    }
}

fn track(metric: &Metric) -> Option<Track> {
    let (baseline, current, target) = (metric.baseline?, metric.current?, metric.target?);
    let way = target - baseline;
    (way.abs() > f64::EPSILON).then(|| Track {
        done: (current - baseline) / way,
    })
}

fn spoken(metric: &Metric) -> String {
    let (mark, unit) = unit(&metric.unit);
    let value = |label: &str, value: Option<f64>| {
        value.map_or(String::new(), |value| {
            format!(", {label} {}{mark} {unit}", number(value))
        })
    };
    let text = format!(
        "Metric: {}{}{}{}",
        metric.name,
        value("now", metric.current),
        value("baseline", metric.baseline),
        value("target", metric.target)
    );
    text.replace(" ,", ",").trim_end().to_owned()
}

/// A unit as a mark right behind the number, or as a word.
fn unit(unit: &str) -> (&'static str, String) {
    match unit {
        "percent" => ("%", String::new()),
        "score" | "count" | "" => ("", String::new()),
        "minutes" => ("", "min".to_owned()),
        "hours" => ("", "h".to_owned()),
        "days" => ("", "d".to_owned()),
        other => ("", other.replace('_', " ")),
    }
}

fn number(value: f64) -> String {
    let text = if (value - value.round()).abs() < 0.005 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(baseline: f64, current: f64, target: f64) -> Metric {
        Metric {
            id: MetricId::parse("m").unwrap(),
            step: None,
            name: "Import completion".to_owned(),
            unit: "percent".to_owned(),
            baseline: Some(baseline),
            current: Some(current),
            target: Some(target),
        }
    }

    #[test]
    fn the_bar_shows_the_way_from_baseline_to_target_in_either_direction() {
        let done = |metric: &Metric| track(metric).map(|track| track.done);
        assert_eq!(done(&metric(50.0, 60.0, 90.0)), Some(0.25));
        assert_eq!(done(&metric(62.0, 41.0, 20.0)), Some(0.5));
        assert_eq!(done(&metric(50.0, 40.0, 90.0)), Some(-0.25));
        assert_eq!(done(&metric(50.0, 40.0, 50.0)), None);
    }

    #[test]
    fn a_metric_is_spoken_with_all_its_numbers() {
        let text = spoken(&metric(54.0, 57.5, 80.0));
        assert_eq!(
            text,
            "Metric: Import completion, now 57.5%, baseline 54%, target 80%"
        );
    }
}
