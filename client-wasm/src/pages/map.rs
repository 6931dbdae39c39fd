//! The page of one map: its bar, its scope, its body and its foot.

pub mod bar;
pub mod foot;
mod idle;
pub mod look;
pub mod persona;
pub mod scope;
pub mod views;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use waymark_sync::{CloseReason, SaveState};
use web_sys::HtmlTextAreaElement;

use crate::grid::{Board, DrawerPanel, GridView};
use crate::icon::Icon;
use crate::pages::missing::Message;
use crate::panels::filters::FilterLine;
use crate::panels::find::FindPanel;
use crate::panels::follow::FollowBar;
use crate::panels::people::news;
use crate::panels::preview::{self, PreviewLine};
use crate::panels::refused::NotAccepted;
use crate::panels::talk::TalkPanel;
use crate::state::MapState;
use crate::toast::Toasts;
use crate::{api, dom, profile};

/// What a map is called until somebody names it.
pub(crate) const UNTITLED: &str = "Untitled journey";

/// The map of this key, from the address.
#[component]
pub fn MapPage(key: String) -> impl IntoView {
    let Some(map) = MapState::open(&key) else {
        return view! { <Message title="This is not a map" text="The address leads nowhere." /> }
            .into_any();
    };
    provide_context(map);
    idle::start(map);
    preview::follow(map);
    // Thoughts and quotes are slanted. Once it came with the first of them, and a browser lays
    // out everything again when a font comes.
    dom::fetch_font("italic 1em \"Inter Variable\"");
    let me = profile::me();
    Effect::new(move || {
        me.track();
        map.tell_presence();
    });
    on_cleanup(move || map.leave());

    let (loaded, state) = (map.loaded(), map.save_state());
    let closed = Memo::new(move |_| match state.get() {
        SaveState::Closed { reason } => Some(reason),
        _ => None,
    });
    let page = move || {
        if loaded.get() {
            return view! { <OpenMap closed=closed /> }.into_any();
        }
        match closed.get() {
            None => view! { <Opening /> }.into_any(),
            Some(reason) => {
                view! { <Message title="This map cannot be opened" text=explain(&reason) /> }
                    .into_any()
            }
        }
    };
    page.into_any()
}

/// Why a map is closed, for people.
fn explain(reason: &str) -> String {
    if reason == CloseReason::Unknown.text() {
        return "There is no map at this address. It may have been deleted, or a part of the address is missing."
            .to_owned();
    }
    api::sentence(reason)
}

/// Why a map that was open is open no more, for people.
pub(crate) fn ended_words(reason: &str) -> String {
    // Whoever may not see a map is told that there is none.
    let lost = [CloseReason::Unknown.text(), CloseReason::Forbidden.text()];
    if lost.contains(&reason) {
        return "You have no access to this map any more.".to_owned();
    }
    explain(reason)
}

#[component]
fn OpenMap(closed: Memo<Option<String>>) -> impl IntoView {
    let map = expect_context::<MapState>();
    let frame = map.frame();
    let title = Memo::new(move |_| frame.with(|frame| shown_title(&frame.title).to_owned()));
    Effect::new(move || dom::document().set_title(&format!("{} · Waymark", title.get())));
    start_at_title(map);
    let board = Board::new(map);
    provide_context(board);
    let may = map.may();
    Effect::new(move || {
        may.track();
        board.leave_what_may_not_change();
    });
    news::listen(map);
    let seen_as = map.seen_as();
    view! {
        <div
            class="map-page"
            class:previewed=move || seen_as.with(Option::is_some)
            data-may=move || may.get().word()
        >
            <div class="map-head">
                <PreviewLine />
                <bar::Bar />
                // The map stays readable: what was written last may have to be copied.
                {move || closed.get().map(|reason| view! { <ClosedNotice reason=ended_words(&reason) /> })}
                <NotAccepted />
                <scope::ScopeLine />
                <FilterLine />
                <FollowBar />
            </div>
            <div class="map-main">
                <main class="map-body" id="map-body" tabindex="-1">
                    <GridView />
                </main>
                <FindPanel />
                <TalkPanel />
                <DrawerPanel />
            </div>
            <foot::Foot />
        </div>
        <Toasts />
    }
}

/// On a map without stages and without a name of its own, the cursor starts in the title.
fn start_at_title(map: MapState) {
    let asked = profile::asked();
    let is_new = map.map().stages.is_empty();
    let done = StoredValue::new(!is_new);
    Effect::new(move || {
        if !asked.get() || done.get_value() {
            return;
        }
        done.set_value(true);
        // In the frame after, the title's text is in its field.
        request_animation_frame(|| {
            let title = dom::document().get_element_by_id(bar::TITLE_ID);
            if let Some(title) =
                title.and_then(|title| title.dyn_into::<HtmlTextAreaElement>().ok())
            {
                let _ = title.focus();
                title.select();
            }
        });
    });
}

pub(crate) fn shown_title(title: &str) -> &str {
    if title.trim().is_empty() {
        UNTITLED
    } else {
        title
    }
}

#[component]
fn Opening() -> impl IntoView {
    let state = expect_context::<MapState>().save_state();
    let trouble = move || match state.get() {
        SaveState::Reconnecting { .. } | SaveState::Offline { .. } => Some((
            "No connection to the server.",
            " It is being tried again; the map opens as soon as it answers.",
        )),
        SaveState::Unavailable { .. } => Some((
            "The server cannot open this map right now.",
            " It keeps trying, and the map opens as soon as it can. Whoever runs the server finds the reason in its log.",
        )),
        _ => None,
    };
    view! {
        <main class="boot" role="status">
            <span class="logo" aria-hidden="true"></span>
            {move || match trouble() {
                None => view! { <p class="boot-wait">"Opening the map"</p> }.into_any(),
                Some((what, then)) => {
                    view! {
                        <p><strong>{what}</strong>{then}</p>
                        <a class="button" href="/">"All journeys"</a>
                    }
                        .into_any()
                }
            }}
        </main>
    }
}

#[component]
fn ClosedNotice(reason: String) -> impl IntoView {
    view! {
        <div class="notice" role="alert">
            <Icon name="triangle-alert" />
            <span>{reason} " What you write here is no longer saved; copy what you need, then reload the page."</span>
            <a class="button" href="">"Reload"</a>
        </div>
    }
}
