//! One map in the list.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent};

use super::sparkline::Sparkline;
use crate::api::MapSummary;
use crate::pages::map::shown_title;
use crate::{dom, route};

#[component]
pub fn Row(key: String, maps: Memo<Vec<MapSummary>>) -> impl IntoView {
    let address = format!("/map/{key}");
    let target = address.clone();
    let map = Memo::new(move |_| {
        maps.with(|maps| {
            maps.iter()
                .find(|map| map.key == key)
                .cloned()
                .unwrap_or_default()
        })
    });
    let title = move || map.with(|map| shown_title(&map.title).to_owned());
    let kind = move || map.with(|map| map.kind);
    let persona = Memo::new(move |_| map.with(|map| map.persona.clone()));
    let size = move || {
        map.with(|map| {
            format!(
                "{} · {}",
                count(map.steps, "step"),
                count(map.cards, "card")
            )
        })
    };
    let people = Memo::new(move |_| map.with(|map| map.people));
    let problem = Memo::new(move |_| map.with(|map| map.problem.clone()));
    let changed = move || map.with(|map| ago(map.changed));
    // The whole row leads where its link leads; the link itself is for keys and new tabs.
    let on_click = move |event: MouseEvent| {
        let hit = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        if hit.is_some_and(|hit| hit.closest("a, button").ok().flatten().is_none()) {
            route::go(&target);
        }
    };
    view! {
        <tr on:click=on_click>
            <th scope="row">
                <a href=address>{title}</a>
                <span class="pill small">{kind}</span>
                {move || problem.get().map(|text| view! { <p class="row-problem">{crate::api::sentence(&text)}</p> })}
            </th>
            <td class="cell-persona">
                <Show when=move || persona.with(|name| !name.is_empty()) fallback=|| view! { <span class="quiet">"–"</span> }>
                    <span class="persona-mark" aria-hidden="true">
                        {move || persona.with(|name| name.chars().next().map(|c| c.to_uppercase().to_string()))}
                    </span>
                    {move || persona.get()}
                </Show>
            </td>
            <td class="cell-emotion">
                <Sparkline map=map />
            </td>
            <td class="cell-size quiet">{size}</td>
            <td class="cell-people" class:nobody=move || people.get() == 0>
                {move || match people.get() {
                    0 => view! { <span class="quiet">"nobody"</span> }.into_any(),
                    1 => view! { <i class="dot here"></i> "1 person" }.into_any(),
                    count => view! { <i class="dot here"></i> {format!("{count} people")} }.into_any(),
                }}
            </td>
            <td class="cell-changed quiet">{changed}</td>
        </tr>
    }
}

fn count(number: u64, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

/// How long ago something was, in words.
fn ago(unix_ms: u64) -> String {
    if unix_ms == 0 {
        return String::new();
    }
    let minutes = dom::unix_now().saturating_sub(unix_ms) / 60_000;
    match minutes {
        0 => "just now".to_owned(),
        1..60 => format!("{minutes} min ago"),
        60..1_440 => format!("{} h ago", minutes / 60),
        1_440..2_880 => "yesterday".to_owned(),
        2_880..43_200 => format!("{} days ago", minutes / 1_440),
        _ => {
            let date = js_sys::Date::new(&(unix_ms as f64).into());
            String::from(date.to_locale_date_string("default", &wasm_bindgen::JsValue::UNDEFINED))
        }
    }
}
