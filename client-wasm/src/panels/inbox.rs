//! What one should hear: mentions, replies, what one is to see to, and reviews.
//!
//! Hooks for tests, stable: `data-testid` `inbox-row`, `inbox-count`.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};
use waymark_model::talk::Why;

use super::popover::{self, Popover};
use crate::dom::{self, Listener, Timer};
use crate::icon::Icon;
use crate::presence::initials;
use crate::talk::voices::{self, Voice};
use crate::talk::wire::{self, Reply};
use crate::{route, toast};

const POPOVER: &str = "inbox";
/// How often it is asked for where nothing tells of news, in milliseconds.
const REFRESH_MS: f64 = 30_000.0;

/// One thing to hear.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    id: String,
    why: Why,
    map: String,
    title: String,
    thread: Option<String>,
    review: Option<String>,
    by: Voice,
    at: u64,
    read: bool,
    words: String,
}

/// What the server told last; `None` until then.
#[derive(Clone, Debug, Default, PartialEq)]
struct Page {
    entries: Vec<Entry>,
    muted: Vec<String>,
}

/// The bell, and what it opens. `live` counts what was not seen where a page is told of it;
/// `map` is the map of the page.
#[component]
pub fn Inbox(
    #[prop(optional)] live: Option<Signal<usize>>,
    #[prop(optional, into)] map: Option<String>,
) -> impl IntoView {
    let page = RwSignal::new(None::<Page>);
    let open = RwSignal::new(false);
    let count = Memo::new(move |_| {
        let asked = page.with(|page| page.as_ref().map(unread));
        live.map(|live| live.get()).or(asked).unwrap_or(0)
    });
    let ask = Callback::new(move |errand: Option<Value>| {
        spawn_local(async move {
            match wire::inbox(errand).await {
                // The page may be gone by now.
                Reply::Said(answer) => drop(page.try_set(Some(read(&answer)))),
                Reply::Refused(reason) => toast::show(crate::api::sentence(&reason)),
                Reply::Later(_) => {}
            }
        });
    });
    match live {
        Some(live) => Effect::new(move |_| {
            live.track();
            if open.get() {
                ask.run(None);
            }
        }),
        None => {
            keep_fresh(ask);
            Effect::new(move |_| {
                if open.get() {
                    ask.run(None);
                }
            })
        }
    };
    let label = Signal::derive(move || match count.get() {
        0 => "Inbox".to_owned(),
        count => format!("Inbox, {count} new"),
    });
    let button = move || {
        view! {
            <Icon name="bell" />
            {move || (count.get() > 0).then(|| view! { <span class="talk-badge" aria-hidden="true" data-testid="inbox-count">{count}</span> })}
        }
    };
    let rows = move || {
        page.get().map(|page| {
            if page.entries.is_empty() {
                return view! {
                    <p class="inbox-empty">"Mentions, replies and what you are asked to do appear here."</p>
                }
                .into_any();
            }
            let rows = page.entries.into_iter();
            let rows = rows.map(|entry| view! { <li><Row entry=entry ask=ask /></li> });
            view! { <ul class="inbox-rows">{rows.collect_view()}</ul> }.into_any()
        })
    };
    let all_read = move |_| {
        let entries = page.with_untracked(|page| {
            let entries = page.iter().flat_map(|it| &it.entries);
            let new = entries.filter(|it| !it.read);
            new.map(|it| it.id.clone()).collect::<Vec<_>>()
        });
        ask.run(Some(
            json!({ "do": "mark", "entries": entries, "read": true }),
        ));
    };
    let mute = map.map(|map| {
        let is_muted = {
            let map = map.clone();
            Memo::new(move |_| {
                page.with(|page| page.as_ref().is_some_and(|it| it.muted.contains(&map)))
            })
        };
        let on_change = move |event| {
            let muted = event_target_checked(&event);
            ask.run(Some(json!({ "do": "mute", "map": map, "muted": muted })));
        };
        view! {
            <label class="inbox-mute">
                <input type="checkbox" prop:checked=is_muted on:change=on_change />
                "Tell me nothing of this map"
            </label>
        }
    });
    view! {
        <Popover id=POPOVER label="Inbox" class="icon-button inbox-button" button_label=label button=button open=open>
            <div class="inbox">
                <div class="inbox-head">
                    <h2>"Inbox"</h2>
                    <button class="button small" type="button" disabled=move || count.get() == 0 on:click=all_read>"Mark all as read"</button>
                </div>
                {rows}
                {mute}
            </div>
        </Popover>
    }
    .into_any()
}

#[component]
fn Row(entry: Entry, ask: Callback<Option<Value>>) -> impl IntoView {
    let address = match (&entry.thread, &entry.review) {
        (Some(thread), _) => format!("/map/{}?thread={thread}", entry.map),
        (None, Some(review)) => format!("/map/{}?review={review}", entry.map),
        (None, None) => format!("/map/{}", entry.map),
    };
    let href = address.clone();
    let (id, read) = (entry.id.clone(), entry.read);
    let go = move |event: leptos::ev::MouseEvent| {
        if !read {
            ask.run(Some(
                json!({ "do": "mark", "entries": [id.clone()], "read": true }),
            ));
        }
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            popover::close(POPOVER);
            route::go(&address);
        }
    };
    let words = (!entry.words.is_empty())
        .then(|| view! { <span class="inbox-words">{entry.words.clone()}</span> });
    view! {
        <a class="inbox-row" class:new=!read href=href data-testid="inbox-row" on:click=go>
            <span class="avatar small" style:--u=entry.by.colour aria-hidden="true">{initials(&entry.by.name)}</span>
            <span class="inbox-text">
                <span><b>{entry.by.name.clone()}</b>" "{entry.why.label()}</span>
                {words}
                <small>{entry.title.clone()}" · "{when(entry.at)}</small>
            </span>
            {(!read).then(|| view! { <i class="inbox-dot"><span class="sr-only">"New"</span></i> })}
        </a>
    }
    .into_any()
}

fn when(at: u64) -> String {
    let day = dom::day(at);
    if day == dom::day(dom::unix_now()) {
        dom::clock(at)
    } else {
        day
    }
}

fn unread(page: &Page) -> usize {
    page.entries.iter().filter(|entry| !entry.read).count()
}

/// Asks now, when the page is looked at again, and now and then while it is.
fn keep_fresh(ask: Callback<Option<Value>>) {
    let timer = Rc::new(RefCell::new(None::<Timer>));
    let again = {
        let timer = Rc::downgrade(&timer);
        move || {
            if !dom::document().hidden() {
                ask.run(None);
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
    let focus = Listener::new(&dom::window(), "focus", move |_| ask.run(None));
    StoredValue::new_local((timer, focus));
    ask.run(None);
}

fn read(answer: &Value) -> Page {
    let list = |name: &str| {
        answer
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    Page {
        entries: list("entries").filter_map(read_entry).collect(),
        muted: list("muted")
            .filter_map(|map| map.as_str().map(str::to_owned))
            .collect(),
    }
}

fn read_entry(value: &Value) -> Option<Entry> {
    let text = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
    Some(Entry {
        id: text("id")?,
        why: Why::from_word(&text("why")?)?,
        map: text("map")?,
        title: text("title").unwrap_or_default(),
        thread: text("thread"),
        review: text("review"),
        by: voices::read(value.get("by")?)?.1,
        at: value.get("at")?.as_u64()?,
        read: value.get("read")?.as_bool()?,
        words: text("words").unwrap_or_default(),
    })
}
