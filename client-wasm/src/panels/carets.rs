//! Where others are in a text without marks, drawn over the box it is edited in.

use leptos::prelude::*;
use waymark_model::caret::CaretIn;
use waymark_model::edit::TextField;
use web_sys::HtmlTextAreaElement;

use crate::presence::caret::Guest;
use crate::state::MapState;

/// The most people shown in one text; more would hide it.
const MOST: usize = 20;

/// Carets, names and selections of everybody else in a text. It lies over the box, has
/// the same letters at the same places, and shows none of them.
#[component]
pub fn TextCarets(field: TextField, #[prop(into)] value: Signal<String>) -> impl IntoView {
    let map = expect_context::<MapState>();
    let carets = map.carets();
    let place = CaretIn::Text(field);
    let guests = Memo::new(move |_| {
        carets.with(|all| {
            let here = all.iter().filter(|guest| guest.caret.of == place);
            here.take(MOST).cloned().collect::<Vec<_>>()
        })
    });
    move || {
        guests.with(|guests| {
            let layers = guests.iter().filter_map(|guest| layer(map, guest, value));
            layers.collect_view()
        })
    }
}

fn layer(map: MapState, guest: &Guest, value: Signal<String>) -> Option<AnyView> {
    let find = |caret: &str| map.find_caret(&guest.caret.of, caret);
    let (anchor, head) = (find(&guest.caret.anchor)?, find(&guest.caret.head)?);
    let text: Vec<u16> = value.with(|text| text.encode_utf16().collect());
    let end = text.len();
    let (from, to) = (anchor.min(head).min(end), anchor.max(head).min(end));
    let part = |from: usize, to: usize| String::from_utf16_lossy(&text[from..to]);
    let (before, selected, after) = (part(0, from), part(from, to), part(to, end));
    let caret = view! {
        <span class="guest-caret" data-testid="caret"><b class="guest-name">{guest.name.clone()}</b></span>
    };
    let selected = view! { <span class="guest-selected">{selected}</span> };
    let inner = if head < anchor {
        view! { {caret} {selected} }.into_any()
    } else {
        view! { {selected} {caret} }.into_any()
    };
    let layer = view! {
        <span class="guest-layer" aria-hidden="true" style=("--who", guest.colour.clone())>
            {before}
            {inner}
            {after}
        </span>
    };
    Some(layer.into_any())
}

/// Tells others where the caret is in a box.
pub fn tell(map: MapState, field: &TextField, area: &HtmlTextAreaElement) {
    let (Ok(Some(start)), Ok(Some(end))) = (area.selection_start(), area.selection_end()) else {
        return;
    };
    let back = area.selection_direction().ok().flatten().as_deref() == Some("backward");
    let (start, end) = (start as usize, end as usize);
    let (anchor, head) = if back { (end, start) } else { (start, end) };
    map.set_caret(Some((CaretIn::Text(field.clone()), anchor, head)));
}
