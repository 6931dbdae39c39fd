//! The comments panel: beside the map, a sheet over it on a phone.
//!
//! Hooks for tests, stable: `data-testid` `talk`, `talk-row`, `talk-message`, `talk-composer`,
//! `talk-orphans`, `talk-here`; `data-thread` with the id of a thread.

pub mod composer;
pub mod list;
pub mod message;
mod names;
pub mod reviews;
pub mod thread;
pub mod words;

use leptos::ev::KeyboardEvent;
use leptos::leptos_dom::helpers::request_animation_frame;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use waymark_model::talk::Place;
use waymark_sync::SaveState;
use web_sys::HtmlElement;

use self::composer::Composer;
use self::list::{List, Rows};
use self::reviews::Reviews;
use self::thread::ThreadView;
use crate::dom;
use crate::grid::Board;
use crate::icon::Icon;
use crate::pages::map::ended_words;
use crate::talk::{View, places};

/// The panel's element.
const PANEL: &str = "talk";

/// The panel, while it is open.
#[component]
pub fn TalkPanel() -> impl IntoView {
    let board = expect_context::<Board>();
    let open = Memo::new(move |_| board.talk.view.with(|view| *view != View::Closed));
    // The drawer takes its room back.
    let subject = board.drawer.subject;
    Effect::new(move |_| {
        if subject.with(Option::is_some) {
            board.talk.show(View::Closed);
        }
    });
    move || open.get().then(|| view! { <Panel /> })
}

/// The button in the bar, with the number of open threads.
#[component]
pub fn TalkButton() -> impl IntoView {
    let board = expect_context::<Board>();
    let count = Memo::new(move |_| board.talk.open_count());
    let label = move || match count.get() {
        0 => "Comments".to_owned(),
        1 => "Comments, 1 open".to_owned(),
        count => format!("Comments, {count} open"),
    };
    let open = move || board.talk.view.with(|view| *view != View::Closed);
    view! {
        <button
            class="icon-button talk-button"
            type="button"
            aria-label=label
            title="Comments (G C)"
            aria-pressed=move || open().to_string()
            data-command="map.talk"
            on:click=move |_| board.toggle_talk()
        >
            <Icon name="messages-square" />
            {move || match count.get() {
                0 => None,
                count => Some(view! { <span class="talk-badge" aria-hidden="true">{count}</span> }),
            }}
        </button>
    }
}

#[component]
fn Panel() -> impl IntoView {
    let board = expect_context::<Board>();
    let talk = board.talk;
    let (loaded, closed) = talk.arrival();
    let may_say = talk.may_say();
    let body = move || {
        // What has arrived stays: one may be in the middle of a sentence.
        if closed.get() && !loaded.get() {
            return view! { <p class="talk-empty">"The comments on this map cannot be opened."</p> }.into_any();
        }
        if !loaded.get() {
            return view! { <p class="talk-empty" role="status">"Opening the comments"</p> }
                .into_any();
        }
        match talk.view.get() {
            View::Closed => ().into_any(),
            View::List => view! { <List /> }.into_any(),
            View::At(place) => view! { <AtPlace place=place /> }.into_any(),
            View::Thread(id) => view! { <ThreadView id=id /> }.into_any(),
            View::Reviews => view! { <Reviews /> }.into_any(),
        }
    };
    // Focus goes along, so that the keyboard is where one looks.
    Effect::new(move |_| {
        talk.view.track();
        request_animation_frame(focus_inside);
    });
    let tab = move |view: View, words: &'static str| {
        let here = view.clone();
        let is = Memo::new(move |_| {
            let reviews = talk.view.with(|view| *view == View::Reviews);
            reviews == (here == View::Reviews)
        });
        view! {
            <button
                class="talk-tab"
                type="button"
                aria-pressed=move || is.get().to_string()
                on:click=move |_| talk.show(view.clone())
            >
                {words}
            </button>
        }
    };
    view! {
        <aside
            id=PANEL
            class="side talk"
            tabindex="-1"
            aria-label="Comments"
            data-testid="talk"
            data-own-undo=""
            on:keydown=move |event| on_keydown(board, &event)
        >
            <div class="side-bar talk-bar">
                <div class="talk-tabs" role="group" aria-label="What is shown">
                    {tab(View::List, "Comments")}
                    {tab(View::Reviews, "Reviews")}
                </div>
                <Show when=move || may_say.get()>
                    <button class="icon-button" type="button" aria-label="Comment on the whole map" title="Comment on the whole map" on:click=move |_| board.comment_on_map()>
                        <Icon name="plus" />
                    </button>
                </Show>
                <button class="icon-button" type="button" aria-label="Previous comment" title="Previous (Shift+F8)" on:click=move |_| board.next_thread(true)>
                    <Icon name="arrow-up" />
                </button>
                <button class="icon-button" type="button" aria-label="Next comment" title="Next (F8)" on:click=move |_| board.next_thread(false)>
                    <Icon name="arrow-down" />
                </button>
                <button class="icon-button" type="button" aria-label="Close comments" title="Close (Escape)" on:click=move |_| board.close_talk()>
                    <Icon name="x" />
                </button>
            </div>
            <Ended />
            <RefusedWords />
            <div class="side-body talk-body">{body}</div>
        </aside>
    }
    .into_any()
}

/// Says that nothing more is sent from here; on a phone this panel is all that is seen.
#[component]
fn Ended() -> impl IntoView {
    let state = expect_context::<Board>().state.save_state();
    let ended = Memo::new(move |_| match state.get() {
        SaveState::Closed { reason } => Some(ended_words(&reason)),
        _ => None,
    });
    move || {
        ended.get().map(|words| {
            view! {
                <div class="talk-refused" role="alert">
                    <p><strong>{words}</strong></p>
                    <p>"What you write here is not sent any more; copy what you need."</p>
                </div>
            }
        })
    }
}

/// What is said about one place, and room for more.
#[component]
fn AtPlace(place: Place) -> impl IntoView {
    let board = expect_context::<Board>();
    let talk = board.talk;
    let anchor = places::anchor(board, place.clone());
    let words = places::words(&board.state.map(), &anchor);
    let about = place.clone();
    let threads = Memo::new(move |_| talk.about(&about));
    let key = format!("at {place:?}");
    let heading = format!("{} · {words}", places::noun(&place));
    let label = format!("Comment on {words}");
    let on_send = Callback::new(move |text: String| board.start_thread(anchor.clone(), text));
    let may_say = talk.may_say();
    let composer = move || {
        let (draft, label) = (key.clone(), label.clone());
        may_say.get().then(|| {
            view! {
                <Composer
                    draft=draft
                    label=label
                    submit="Comment"
                    on_send=on_send
                    on_leave=Callback::new(move |()| board.close_talk())
                />
            }
        })
    };
    view! {
        <section class="talk-at">
            <h3 class="talk-heading">
                <Icon name=places::icon(&place) />
                <span>{heading}</span>
            </h3>
            {composer}
            {move || {
                let threads = threads.get();
                if threads.is_empty() {
                    return (!may_say.get()).then(|| view! {
                        <p class="talk-empty" tabindex="-1">"Nothing has been said here yet."</p>
                    }.into_any());
                }
                Some(view! {
                    <h4 class="talk-subheading">"Said here so far"</h4>
                    <Rows threads=threads />
                }.into_any())
            }}
        </section>
    }
    .into_any()
}

/// What the server did not accept: nobody has to write it again.
#[component]
fn RefusedWords() -> impl IntoView {
    let board = expect_context::<Board>();
    let refused = board.talk.refused;
    move || {
        let list = refused.get();
        let rows = list.into_iter().enumerate().map(|(index, it)| {
            let text = it.text.clone();
            let copy = move |_| {
                let text = text.clone();
                leptos::task::spawn_local(async move {
                    if dom::copy(&text).await {
                        crate::toast::show("Copied");
                    }
                });
            };
            view! {
                <div class="talk-refused" role="alert">
                    <p><strong>"Not accepted. "</strong>{it.reason}</p>
                    <blockquote>{it.text}</blockquote>
                    <button class="button small" type="button" on:click=copy>"Copy the text"</button>
                    <button class="button small" type="button" on:click=move |_| refused.update(|list| { list.remove(index); })>"Dismiss"</button>
                </div>
            }
        });
        rows.collect_view()
    }
}

fn on_keydown(board: Board, event: &KeyboardEvent) {
    if event.is_composing() || event.default_prevented() {
        return;
    }
    match event.key().as_str() {
        "F8" => board.next_thread(event.shift_key()),
        "Escape" => match board.talk.view.get_untracked() {
            View::Thread(_) => board.talk.show(View::List),
            _ => board.close_talk(),
        },
        "ArrowDown" | "ArrowUp" if on_row().is_some() => {
            walk(event.key() == "ArrowUp");
        }
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}

fn on_row() -> Option<web_sys::Element> {
    let active = dom::document().active_element()?;
    active.matches(".talk-row").ok()?.then_some(active)
}

/// Focus goes to the row above or below.
fn walk(up: bool) {
    let Ok(rows) = dom::document().query_selector_all(&format!("#{PANEL} .talk-row")) else {
        return;
    };
    let now = on_row();
    let rows: Vec<web_sys::Element> = (0..rows.length())
        .filter_map(|index| rows.item(index)?.dyn_into().ok())
        .collect();
    let Some(at) = rows.iter().position(|row| Some(row) == now.as_ref()) else {
        return;
    };
    let next = if up { at.checked_sub(1) } else { Some(at + 1) };
    if let Some(row) = next.and_then(|next| rows.get(next)?.dyn_ref::<HtmlElement>()) {
        let _ = row.focus();
    }
}

/// Puts focus to where one writes or chooses, unless it is in the panel by itself.
fn focus_inside() {
    let document = dom::document();
    let Some(panel) = document.get_element_by_id(PANEL) else {
        return;
    };
    let first = ["[data-first]", ".talk-row", ".talk-empty"];
    let found = first
        .iter()
        .find_map(|it| panel.query_selector(it).ok().flatten());
    let target = found.unwrap_or_else(|| panel.clone());
    if let Some(target) = target.dyn_ref::<HtmlElement>() {
        let _ = target.focus();
    }
}
