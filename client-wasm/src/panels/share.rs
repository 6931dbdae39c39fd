//! Sharing a map: who has access, and the links to it.

pub mod links;
pub mod people;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;

use self::links::Links;
use self::people::WithAccess;
use crate::account::{self, Person};
use crate::api::{self, Failure};
use crate::icon::Icon;
use crate::panels::form::Sending;
use crate::panels::log::Log;
use crate::panels::popover::{self, Popover};
use crate::panels::preview::SeeAs;
use crate::panels::roles::role;
use crate::panels::webhooks::Webhooks;
use crate::state::MapState;

pub const POPOVER: &str = "share";

/// Somebody with access.
#[derive(Clone, PartialEq)]
pub struct Sharer {
    person: Person,
    role: &'static str,
    is_admin: bool,
    by_link: bool,
    is_you: bool,
}

/// A link, as the server tells it.
#[derive(Clone, PartialEq)]
pub struct Link {
    id: String,
    label: String,
    role: &'static str,
    has_password: bool,
    /// In milliseconds since the Unix epoch.
    until: Option<u64>,
    most: Option<u64>,
    used: u64,
    is_over: bool,
}

/// What an owner sees; others only their own role.
#[derive(Clone, PartialEq)]
pub struct Sharing {
    own: &'static str,
    is_owner: bool,
    people: Vec<Sharer>,
    others: Vec<Person>,
    links: Vec<Link>,
    members_may: Option<&'static str>,
}

fn list<T>(value: &Value, name: &str, read: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    let list = value.get(name).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(read).collect()
}

fn is(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool).unwrap_or(false)
}

fn word(value: &Value, name: &str) -> Option<&'static str> {
    Some(role(value.get(name)?.as_str()?).word)
}

impl Link {
    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let number = |name: &str| value.get(name).and_then(Value::as_u64);
        Some(Self {
            id: text("id")?.to_owned(),
            label: text("label").unwrap_or_default().to_owned(),
            role: word(value, "role")?,
            has_password: is(value, "password"),
            until: number("until"),
            most: number("most"),
            used: number("used").unwrap_or(0),
            is_over: is(value, "over"),
        })
    }
}

impl Sharing {
    fn read(value: &Value) -> Self {
        let sharer = |value: &Value| {
            Some(Sharer {
                person: Person::read(value)?,
                role: word(value, "role")?,
                is_admin: is(value, "admin"),
                by_link: is(value, "by_link"),
                is_you: is(value, "you"),
            })
        };
        Self {
            own: word(value, "role").unwrap_or("viewer"),
            is_owner: value.get("people").is_some(),
            people: list(value, "people", sharer),
            others: list(value, "others", Person::read),
            links: list(value, "links", Link::read),
            members_may: word(value, "members_may"),
        }
    }
}

/// What the parts of the panel share.
#[derive(Clone)]
pub struct Panel {
    /// `/api/maps/{map}`
    base: String,
    sharing: RwSignal<Option<Result<Sharing, Failure>>>,
    sending: Sending,
}

impl Panel {
    /// Asks the server what is true now.
    fn refresh(&self) {
        let (path, sharing) = (format!("{}/access", self.base), self.sharing);
        spawn_local(async move {
            let answer = api::call("GET", &path, None).await;
            let _ = sharing.try_set(Some(answer.map(|answer| Sharing::read(&answer))));
        });
    }

    /// Asks for a change, and then what is true.
    fn change(&self, method: &'static str, path: String, body: Option<Value>) {
        let panel = self.clone();
        let asking = async move { api::call(method, &path, body).await };
        self.sending.run(asking, move |_| panel.refresh());
    }
}

/// The button in the bar, and what it opens.
#[component]
pub fn ShareButton() -> impl IntoView {
    let map = expect_context::<MapState>();
    let panel = Panel {
        base: format!("/api/maps/{}", map.key()),
        sharing: RwSignal::new(None),
        sending: Sending::default(),
    };
    let open = RwSignal::new(false);
    let asked = panel.clone();
    Effect::new(move || {
        if open.get() && !account::is_local() {
            asked.refresh();
        }
    });
    let button = || view! { <Icon name="share-2" /> <span class="button-word">"Share"</span> };
    view! {
        <Popover
            id=POPOVER
            label="Share this map".to_owned()
            class="button primary share-button"
            button_label=Signal::stored("Share this map".to_owned())
            button=button
            open=open
        >
            <div class="share">
                <div class="share-head">
                    <h2>"Share this map"</h2>
                    <button class="icon-button" type="button" aria-label="Close" title="Close" on:click=move |_| popover::close(POPOVER)>
                        <Icon name="x" />
                    </button>
                </div>
                // Built anew each time: what was typed in it before is over.
                {move || open.get().then(|| view! { <Inside panel=panel.clone() /> })}
            </div>
        </Popover>
    }
}

#[component]
fn Inside(panel: Panel) -> impl IntoView {
    if untrack(account::is_local) {
        return view! {
            <p class="share-note">
                "In local mode only this computer reaches the server. To work together, start it with "
                <code>"sign_in = \"accounts\""</code>
                ": then people sign in, and guests come through links."
            </p>
        }
        .into_any();
    }
    let sharing = panel.sharing;
    let seen = expect_context::<MapState>().seen_as();
    let state = Memo::new(move |_| {
        // Others are told no more than what they may do.
        if seen.with(Option::is_some) {
            return 2;
        }
        sharing.with(|sharing| match sharing {
            None => 0,
            Some(Err(_)) => 1,
            Some(Ok(sharing)) => 2 + i32::from(sharing.is_owner),
        })
    });
    let content = move || match state.get() {
        0 => view! { <p class="share-note" role="status">"One moment…"</p> }.into_any(),
        1 => {
            let text = move || {
                sharing.with(|it| {
                    it.as_ref()
                        .and_then(|it| it.as_ref().err().map(Failure::text))
                })
            };
            view! { <p class="form-trouble" role="alert">{text}</p> }.into_any()
        }
        2 => {
            let own = move || {
                if let Some(who) = seen.get() {
                    return role(who.role_word());
                }
                sharing.with(|it| {
                    let it = it.as_ref().and_then(|it| it.as_ref().ok());
                    role(it.map_or("viewer", |it| it.own))
                })
            };
            view! {
                <p class="share-note">
                    "You are " <b>{move || own().name}</b> ": you can " {move || own().may} ". An owner of the map can share it."
                </p>
            }
            .into_any()
        }
        _ => view! {
            <WithAccess panel=panel.clone() />
            <Links panel=panel.clone() />
            <SeeAs on_begin=Callback::new(|()| popover::close(POPOVER)) />
            <details class="share-more share-part">
                <summary>"Webhooks"</summary>
                <p class="share-hint">"What happens on this map is sent to an address, signed."</p>
                <Webhooks path=format!("{}/webhooks", panel.base) />
            </details>
            <History base=panel.base.clone() />
        }
        .into_any(),
    };
    content.into_any()
}

/// What was done about rights on this map, when somebody wants to know.
#[component]
fn History(base: String) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <details class="share-more share-part" on:toggle=move |_| open.set(true)>
            <summary>"What was done about access"</summary>
            {move || open.get().then(|| view! { <Log path=format!("{base}/audit") /> })}
        </details>
    }
}
