//! The list of maps, and the ways to begin one.

pub mod row;
pub mod sparkline;
pub mod start;

use std::cell::RefCell;
use std::rc::Rc;

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::account;
use crate::api::{self, Failure, MapSummary};
use crate::dom::{self, Listener, Timer};
use crate::icon::Icon;
use crate::panels::heads::Heads;
use crate::panels::inbox::Inbox;
use crate::panels::own_menu::LocalLabel;
use crate::panels::profile_form::OwnAvatar;
use crate::toast::Toasts;
use row::Row;
use sparkline::MoodColours;
use start::Start;

/// How often the list is asked for again, in milliseconds.
const REFRESH_MS: f64 = 10_000.0;

/// What is known of the maps.
#[derive(Clone, Default)]
struct Maps {
    /// `None` until the first answer.
    list: Option<Vec<MapSummary>>,
    /// Why the last try failed.
    failure: Option<Failure>,
}

/// The home page.
#[component]
pub fn HomePage() -> impl IntoView {
    dom::document().set_title("Journeys · Waymark");
    let maps = RwSignal::new(Maps::default());
    let refresh = keep_fresh(maps);
    let member = Memo::new(|_| account::signal().with(|it| it.as_ref().is_none_or(|it| it.member)));
    let online = Memo::new(move |_| maps.with(|maps| maps.failure != Some(Failure::Unreachable)));
    view! {
        <header class="top">
            <a class="brand" href="/">
                <span class="logo" aria-hidden="true"></span>
                "Waymark"
            </a>
            <span class="grow"></span>
            <span class="save-state" role="status" data-state=move || if online.get() { "saved" } else { "offline" }>
                <i class="dot"></i>
                {move || if online.get() { "Online" } else { "Offline" }}
            </span>
            <LocalLabel />
            <Inbox />
            <OwnAvatar />
        </header>
        <main class="home">
            <h1 tabindex="-1">"Journeys"</h1>
            // Guests see what was shared with them, and make nothing.
            <Show when=move || member.get()>
                <Start online=online />
            </Show>
            <List maps=maps refresh=refresh />
        </main>
        <Toasts />
    }
}

/// Asks for the list now, when the page is looked at again, and every few seconds while it is.
fn keep_fresh(maps: RwSignal<Maps>) -> Callback<()> {
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let answer = api::maps().await;
            // The page may be gone by now.
            let _ = maps.try_update(|maps| match answer {
                Ok(list) => {
                    *maps = Maps {
                        list: Some(list),
                        failure: None,
                    }
                }
                Err(failure) => maps.failure = Some(failure),
            });
        });
    });
    let timer = Rc::new(RefCell::new(None::<Timer>));
    let again = {
        let timer = Rc::downgrade(&timer);
        move || {
            if !dom::document().hidden() {
                load.run(());
            }
            if let Some(timer) = timer.upgrade()
                && let Some(timer) = &*timer.borrow()
            {
                timer.set(REFRESH_MS);
            }
        }
    };
    *timer.borrow_mut() = Some(Timer::new(again));
    if let Some(timer) = &*timer.borrow() {
        timer.set(REFRESH_MS);
    }
    let focus = Listener::new(&dom::window(), "focus", move |_| load.run(()));
    let online = Listener::new(&dom::window(), "online", move |_| load.run(()));
    // Kept by the page's owner.
    StoredValue::new_local((timer, focus, online));
    load.run(());
    load
}

#[component]
fn List(maps: RwSignal<Maps>, refresh: Callback<()>) -> impl IntoView {
    let wanted = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        let wanted = wanted.with(|wanted| wanted.trim().to_lowercase());
        maps.with(|maps| {
            let list = maps.list.iter().flatten();
            list.filter(|map| map.title.to_lowercase().contains(&wanted))
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    let has = Memo::new(move |_| maps.with(|maps| maps.list.as_ref().map(Vec::len)));
    let failure = Memo::new(move |_| maps.with(|maps| maps.failure.as_ref().map(Failure::text)));
    let trouble = move || {
        failure.get().map(|text| {
            let stale = if has.get().is_some() {
                " This is the list as it was."
            } else {
                ""
            };
            view! {
                <div class="notice" role="alert">
                    <Icon name="triangle-alert" />
                    <span>{text}{stale}</span>
                    <button class="button" on:click=move |_| refresh.run(())>
                        <Icon name="refresh-cw" />
                        "Try again"
                    </button>
                </div>
            }
        })
    };
    view! {
        {trouble}
        {move || match has.get() {
            None if failure.get().is_none() => view! { <Skeleton /> }.into_any(),
            None => ().into_any(),
            Some(0) => view! { <Nothing /> }.into_any(),
            Some(_) => view! { <Search wanted=wanted /> <Table maps=found wanted=wanted /> }.into_any(),
        }}
    }
}

#[component]
fn Search(wanted: RwSignal<String>) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    view! {
        <div class="find" role="search" data-own-undo="">
            <label class="find-box">
                <Icon name="search" />
                <span class="sr-only">"Search journeys by title"</span>
                <input
                    node_ref=input
                    type="search"
                    placeholder="Search journeys"
                    prop:value=wanted
                    on:input=move |event| wanted.set(event_target_value(&event))
                />
            </label>
        </div>
    }
}

#[component]
fn Table(maps: Memo<Vec<MapSummary>>, wanted: RwSignal<String>) -> impl IntoView {
    let keys = move || maps.with(|maps| maps.iter().map(|map| map.key.clone()).collect::<Vec<_>>());
    let count = move || match maps.with(Vec::len) {
        0 => format!("No journey is called “{}”.", wanted.get().trim()),
        1 => "1 journey".to_owned(),
        count => format!("{count} journeys"),
    };
    view! {
        <p class="sr-only" role="status">{count}</p>
        <Show
            when=move || maps.with(|maps| !maps.is_empty())
            fallback=move || view! { <p class="empty-line">{count}</p> }
        >
            <MoodColours />
            <table class="maps">
                <Heads words=&["Journey", "Persona", "Emotion", "On the map", "Now on it", "Changed"] />
                <tbody>
                    <For each=keys key=String::clone let:key>
                        <Row key=key maps=maps />
                    </For>
                </tbody>
            </table>
        </Show>
    }
}

#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="skeleton" role="status">
            <span class="sr-only">"The list of journeys is on its way"</span>
            {(0..4).map(|_| view! { <i></i> }).collect_view()}
        </div>
    }
}

/// What a journey map is, for those who have none yet.
#[component]
fn Nothing() -> impl IntoView {
    view! {
        <section class="nothing">
            <h2>"Your journeys will be listed here"</h2>
            <p>
                "A journey map shows what somebody goes through to reach a goal: stages and steps from left to right, \
                and below each step what they do, think and feel, what hurts, and what could be better."
            </p>
            <p>"Open one of the examples above to look around, or begin with a blank map."</p>
        </section>
    }
}
