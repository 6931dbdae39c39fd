//! Where others are in a rich text: their carets with their names, and what they have
//! selected. Drawn over the text, never into it.

use std::sync::Arc;

use leptos::html::Div;
use leptos::leptos_dom::helpers::request_animation_frame;
use leptos::prelude::*;
use waymark_model::caret::CaretIn;
use waymark_model::rich::{DetailsOf, Rich};
use web_sys::{DomRect, HtmlDivElement};

use super::dom;
use crate::dom::{Listener, window};
use crate::presence::caret::Guest;
use crate::state::MapState;

/// The most people shown in one text; more would hide it.
const MOST: usize = 20;

/// A box over the text, in pixels of it.
#[derive(Clone, Debug, PartialEq)]
struct Shape {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    colour: String,
    /// The name, where it is a caret.
    name: Option<String>,
}

#[component]
pub(super) fn RichCarets(
    of: DetailsOf,
    node: NodeRef<Div>,
    shown: RwSignal<Arc<Rich>>,
) -> impl IntoView {
    let map = expect_context::<MapState>();
    let carets = map.carets();
    let place = CaretIn::Details(of);
    let shapes = RwSignal::new(Vec::<Shape>::new());
    let guests = {
        let place = place.clone();
        Memo::new(move |_| {
            carets.with(|all| {
                let here = all.iter().filter(|guest| guest.caret.of == place);
                here.take(MOST).cloned().collect::<Vec<_>>()
            })
        })
    };
    let measure = move || {
        let Some(Some(text)) = node.try_get_untracked() else {
            return;
        };
        let all = guests.try_get_untracked().unwrap_or_default();
        let found = all.iter().flat_map(|guest| shapes_of(map, &text, guest));
        let found: Vec<Shape> = found.collect();
        if shapes.try_with_untracked(|shapes| *shapes != found) == Some(true) {
            shapes.set(found);
        }
    };
    Effect::new(move |_| {
        guests.track();
        shown.track();
        if node.get().is_some() {
            // By then the text is drawn.
            request_animation_frame(measure);
        }
    });
    StoredValue::new_local(Listener::new(&window(), "resize", move |_| measure()));
    let drawn = move || {
        shapes
            .get()
            .into_iter()
            .map(|shape| {
                let px = |length: f64| format!("{length:.1}px");
                let (left, top) = (px(shape.left), px(shape.top));
                let (width, height) = (px(shape.width), px(shape.height));
                let caret = shape.name.is_some();
                let name = shape
                    .name
                    .map(|name| view! { <b class="guest-name">{name}</b> });
                // One property each: a style in one word is refused by the page's policy.
                view! {
                    <span
                        class:guest-caret=caret
                        class:guest-selected=!caret
                        data-testid=caret.then_some("caret")
                        style=("left", left)
                        style=("top", top)
                        style=("width", width)
                        style=("height", height)
                        style=("--who", shape.colour)
                    >
                        {name}
                    </span>
                }
            })
            .collect_view()
    };
    view! { <div class="details-carets" aria-hidden="true">{drawn}</div> }.into_any()
}

fn shapes_of(map: MapState, text: &HtmlDivElement, guest: &Guest) -> Vec<Shape> {
    let find = |caret: &str| map.find_caret(&guest.caret.of, caret);
    let (Some(anchor), Some(head)) = (find(&guest.caret.anchor), find(&guest.caret.head)) else {
        return Vec::new();
    };
    let page = text.get_bounding_client_rect();
    let shape = |rect: &DomRect, name: Option<String>| Shape {
        left: rect.left() - page.left(),
        top: rect.top() - page.top(),
        width: rect.width(),
        height: rect.height(),
        colour: guest.colour.clone(),
        name,
    };
    let mut shapes = Vec::new();
    if anchor != head
        && let Some(range) = dom::range(text, anchor.min(head), anchor.max(head))
        && let Some(rects) = range.get_client_rects()
    {
        for index in 0..rects.length() {
            shapes.extend(rects.get(index).map(|rect| shape(&rect, None)));
        }
    }
    if let Some(rect) = caret_rect(text, head) {
        let caret = Shape {
            width: 2.0,
            ..shape(&rect, Some(guest.name.clone()))
        };
        shapes.push(caret);
    }
    shapes
}

/// Where a caret stands; in an empty line there is no letter to stand at.
fn caret_rect(text: &HtmlDivElement, offset: usize) -> Option<DomRect> {
    let rect = dom::range(text, offset, offset)?.get_bounding_client_rect();
    if rect.height() > 0.0 {
        return Some(rect);
    }
    let (node, _) = dom::point_of(text, offset)?;
    let line = wasm_bindgen::JsCast::dyn_into::<web_sys::Element>(node).ok()?;
    Some(line.get_bounding_client_rect())
}
