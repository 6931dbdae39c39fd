//! Everybody, for administrators: inviting, places, removing, what members may, and the log.

pub mod invite;
pub mod list;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};

use self::invite::{Invitation, Invitations};
use self::list::{Entry, Guests, Members};
use crate::account::Person;
use crate::api::{self, Failure};
use crate::pages::account::Section;
use crate::panels::form::{Sending, Trouble};
use crate::panels::log::Log;
use crate::panels::roles::ROLES;
use crate::panels::top::TopBar;
use crate::panels::webhooks::Webhooks;
use crate::toast::Toasts;
use crate::{account, dom};

/// What the server tells of everybody.
#[derive(Clone, Default, PartialEq)]
pub struct Everybody {
    members: Vec<Entry>,
    guests: Vec<Entry>,
    invites: Vec<Invitation>,
    /// What every member may do on every map; empty where maps are shared one by one.
    members_may: String,
}

impl Everybody {
    fn read(value: &Value) -> Self {
        let entry = |value: &Value| {
            Some(Entry {
                person: Person::read(value)?,
                is_admin: value.get("place").and_then(Value::as_str) == Some("admin"),
                seen: value.get("seen").and_then(Value::as_u64),
                maps: value.get("maps").and_then(Value::as_u64).unwrap_or(0),
            })
        };
        let list = |name: &str| {
            value
                .get(name)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
        };
        let may = value
            .get("workspace")
            .and_then(|it| it.get("members_may")?.as_str());
        Self {
            members: list("people").filter_map(entry).collect(),
            guests: list("guests").filter_map(entry).collect(),
            invites: list("invites").filter_map(Invitation::read).collect(),
            members_may: may.unwrap_or_default().to_owned(),
        }
    }
}

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub struct Page {
    everybody: RwSignal<Everybody>,
    failure: RwSignal<Option<Failure>>,
    sending: Sending,
}

impl Page {
    fn refresh(self) {
        spawn_local(async move {
            match api::call("GET", "/api/people", None).await {
                Ok(answer) => {
                    let _ = self.everybody.try_set(Everybody::read(&answer));
                    let _ = self.failure.try_set(None);
                }
                Err(failure) => drop(self.failure.try_set(Some(failure))),
            }
        });
    }

    fn change(self, method: &'static str, path: String, body: Option<Value>) {
        let asking = async move { api::call(method, &path, body).await };
        self.sending.run(asking, move |_| self.refresh());
    }
}

#[component]
pub fn PeoplePage() -> impl IntoView {
    dom::document().set_title("People · Waymark");
    let page = Page {
        everybody: RwSignal::default(),
        failure: RwSignal::new(None),
        sending: Sending::default(),
    };
    if !untrack(account::is_admin) {
        let text = match untrack(account::is_local) {
            true => "In local mode there is one person: whoever reaches this server.",
            false => "Only administrators see who is here.",
        };
        return view! {
            <TopBar />
            <main class="settings">
                <h1 tabindex="-1">"People"</h1>
                <p class="settings-lead">{text}</p>
            </main>
        }
        .into_any();
    }
    page.refresh();
    let failure = move || {
        let failure = page.failure.get();
        failure.map(|it| view! { <p class="form-trouble" role="alert">{it.text()}</p> })
    };
    view! {
        <TopBar />
        <main class="settings">
            <h1 tabindex="-1">"People"</h1>
            {failure}
            <Section title="Invite" lead="Whoever opens the link makes an account. It works once, for a week.">
                <Invitations page=page />
            </Section>
            <Section title="Members">
                <Members page=page />
                <Trouble sending=page.sending />
            </Section>
            <Section title="Maps" lead="What every member may do on every map, besides what is shared with them.">
                <MembersMay page=page />
            </Section>
            <Guests page=page />
            <Section title="Webhooks" lead="What happens on all maps is sent to an address, signed. An owner can do the same for one map, where it is shared.">
                <Webhooks path="/api/webhooks" all=true />
            </Section>
            <Section title="Log" lead="What was done about people and rights. It can only grow: a changed entry shows.">
                <Log path="/api/audit" whole=true />
            </Section>
        </main>
        <Toasts />
    }
    .into_any()
}

#[component]
fn MembersMay(page: Page) -> impl IntoView {
    let now = Memo::new(move |_| page.everybody.with(|it| it.members_may.clone()));
    let choose = move |event| {
        let word = event_target_value(&event);
        let word = (!word.is_empty()).then_some(word);
        page.change(
            "PATCH",
            "/api/workspace".to_owned(),
            Some(json!({ "members_may": word })),
        );
    };
    let options = move || {
        let now = now.get();
        let roles = ROLES.iter().filter(|role| role.word != "owner");
        let role = move |role: &crate::panels::roles::Role| {
            let words = format!("Members can {}", role.may);
            view! { <option value=role.word selected=role.word == now>{words}</option> }
        };
        roles.map(role).collect_view()
    };
    view! {
        <select class="choose wide" aria-label="What every member may do on every map" on:change=choose>
            <option value="">"Maps are shared one by one"</option>
            {options}
        </select>
    }
}
