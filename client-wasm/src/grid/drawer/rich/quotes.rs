//! The words of a rich text that somebody commented on: marked over the text, never in it,
//! with a button that opens the comment.

use std::sync::Arc;

use leptos::html::Div;
use leptos::leptos_dom::helpers::request_animation_frame;
use leptos::prelude::*;
use waymark_model::caret::CaretIn;
use waymark_model::rich::{DetailsOf, Rich};
use waymark_model::talk::{Place, Thread};
use web_sys::HtmlDivElement;

use super::super::super::board::Board;
use super::dom;
use crate::dom::{Listener, window};
use crate::icon::Icon;
use crate::talk::places;

/// The most comments that are marked in one text.
const MOST: usize = 50;

/// A thread, and where its words are: left, top, width and height in pixels of the text.
#[derive(Clone, PartialEq)]
struct Quoted {
    thread: Thread,
    boxes: Vec<[f64; 4]>,
}

#[component]
pub(super) fn RichQuotes(
    of: DetailsOf,
    node: NodeRef<Div>,
    shown: RwSignal<Arc<Rich>>,
) -> impl IntoView {
    let board = Board::here();
    let root = of.root();
    let place = StoredValue::new(CaretIn::Details(of));
    let threads = Memo::new(move |_| {
        let is_here = |thread: &&Thread| {
            thread.is_open()
                && matches!(&thread.anchor.place, Place::Text { of, .. } if *of == root)
        };
        board.talk.talk.with(|talk| {
            let here = talk.threads.iter().filter(is_here);
            here.take(MOST).cloned().collect::<Vec<_>>()
        })
    });
    let quoted = RwSignal::new(Vec::<Quoted>::new());
    let measure = move || {
        let Some(Some(text)) = node.try_get_untracked() else {
            return;
        };
        let all = threads.try_get_untracked().unwrap_or_default();
        let found = all.into_iter().filter_map(|thread| {
            let boxes = place.with_value(|place| boxes_of(board, &text, place, &thread))?;
            Some(Quoted { thread, boxes })
        });
        let found: Vec<Quoted> = found.collect();
        if quoted.try_with_untracked(|quoted| *quoted != found) == Some(true) {
            quoted.set(found);
        }
    };
    Effect::new(move |_| {
        threads.track();
        shown.track();
        if node.get().is_some() {
            // By then the text is drawn.
            request_animation_frame(measure);
        }
    });
    StoredValue::new_local(Listener::new(&window(), "resize", move |_| measure()));
    let drawn = move || {
        let all = quoted.get().into_iter();
        all.map(|quoted| draw(board, quoted)).collect_view()
    };
    view! { <div class="details-quotes">{drawn}</div> }.into_any()
}

fn draw(board: Board, quoted: Quoted) -> impl IntoView {
    let Quoted { thread, boxes } = quoted;
    let px = |length: f64| format!("{length:.1}px");
    let last = boxes.last().copied().unwrap_or_default();
    let marks = boxes.into_iter().map(|[left, top, width, height]| {
        view! {
            <span
                class="details-quote"
                data-testid="quote"
                aria-hidden="true"
                style=("left", px(left))
                style=("top", px(top))
                style=("width", px(width))
                style=("height", px(height))
            ></span>
        }
    });
    let marks = marks.collect_view();
    let words = places::words(&board.state.map(), &thread.anchor);
    let label = format!("Comment on {words}");
    // A link: who may not change the thing can open it too.
    let link = board.talk.link_to(&thread.id);
    view! {
        {marks}
        <a
            class="details-quote-mark"
            href=link
            title=label.clone()
            aria-label=label
            style=("left", px(last[0] + last[2]))
            style=("top", px(last[1]))
        >
            <Icon name="message-circle" />
        </a>
    }
}

/// Where the words are now; `None` once they are not there any more.
fn boxes_of(
    board: Board,
    text: &HtmlDivElement,
    place: &CaretIn,
    thread: &Thread,
) -> Option<Vec<[f64; 4]>> {
    let Place::Text { from, to, .. } = &thread.anchor.place else {
        return None;
    };
    let from = board.state.find_caret(place, from)?;
    let to = board.state.find_caret(place, to)?;
    let range = (from < to).then(|| dom::range(text, from, to)).flatten()?;
    let (page, rects) = (text.get_bounding_client_rect(), range.get_client_rects()?);
    let boxes = (0..rects.length()).filter_map(|index| {
        let rect = rects.get(index)?;
        let (left, top) = (rect.left() - page.left(), rect.top() - page.top());
        (rect.width() > 0.0).then(|| [left, top, rect.width(), rect.height()])
    });
    let boxes: Vec<[f64; 4]> = boxes.collect();
    (!boxes.is_empty()).then_some(boxes)
}
