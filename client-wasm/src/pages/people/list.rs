//! Members and guests.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};

use super::Page;
use super::invite::about_letter;
use crate::account::{self, Person};
use crate::api;
use crate::dom;
use crate::pages::account::Section;
use crate::panels::form::{CopyLink, link_to};
use crate::presence::{colour, initials};

/// Somebody.
#[derive(Clone, PartialEq)]
pub struct Entry {
    pub(super) person: Person,
    pub(super) is_admin: bool,
    /// When they were here last, in milliseconds since the Unix epoch.
    pub(super) seen: Option<u64>,
    /// How many maps a guest sees.
    pub(super) maps: u64,
}

#[component]
pub fn Members(page: Page) -> impl IntoView {
    let members = Memo::new(move |_| page.everybody.with(|it| it.members.clone()));
    view! {
        <ul class="share-list">
            {move || members.get().into_iter().map(|entry| view! { <Member entry=entry page=page /> }).collect_view()}
        </ul>
    }
}

#[component]
fn Member(entry: Entry, page: Page) -> impl IntoView {
    let Entry {
        person,
        is_admin,
        seen,
        ..
    } = entry;
    let me = account::now().and_then(|account| account.person);
    let is_me = me.is_some_and(|me| me.id == person.id);
    let reset = RwSignal::new(None::<String>);
    let posted = RwSignal::new(String::new());
    let path = format!("/api/people/{}", person.id);
    let choose = {
        let path = path.clone();
        move |event| match event_target_value(&event).as_str() {
            "reset" => {
                let path = format!("{path}/reset");
                spawn_local(async move {
                    match api::call("POST", &path, None).await {
                        Ok(answer) => {
                            let _ = posted.try_set(about_letter(&answer));
                            let secret = answer.get("secret").and_then(Value::as_str);
                            let _ = reset.try_set(secret.map(|secret| link_to("reset", secret)));
                        }
                        Err(failure) => drop(page.sending.failure.try_set(Some(failure))),
                    }
                });
            }
            place => page.change("PATCH", path.clone(), Some(json!({ "place": place }))),
        }
    };
    let under = match seen {
        Some(seen) => format!("{} · last here {}", person.email, dom::moment(seen)),
        None => format!("{} · not signed in", person.email),
    };
    let name = person.name.clone();
    view! {
        <li class="share-row" data-person=person.name.clone()>
            <span class="avatar" style:--u=colour(person.colour) aria-hidden="true">{initials(&person.name)}</span>
            <span class="share-who">
                <b>{if is_me { format!("{name} (you)") } else { name.clone() }}</b>
                <small>{under}</small>
            </span>
            <select class="choose" aria-label=format!("Place of {name}") on:change=choose>
                <option value="admin" selected=is_admin>"Administrator"</option>
                <option value="member" selected=!is_admin>"Member"</option>
                <option value="reset">"Link to a new password…"</option>
            </select>
            {(!is_me).then(|| view! { <Remove name=name.clone() path=path.clone() page=page /> })}
            {move || reset.get().map(|link| view! {
                <div class="share-made">
                    <p>{posted}</p>
                    <p>"With this link they choose a new password. It works once, for a day."</p>
                    <CopyLink label="Link to a new password" link=link />
                </div>
            })}
        </li>
    }
}

/// Removes somebody, after asking.
#[component]
fn Remove(name: String, path: String, page: Page) -> impl IntoView {
    let asking = RwSignal::new(false);
    let label = format!("Remove {name}");
    let words = format!(
        "Remove {name}? Their name and e-mail are erased, what they wrote stays. This cannot be undone."
    );
    let remove = move |_| page.change("DELETE", path.clone(), None);
    view! {
        <button class="button" type="button" aria-label=label on:click=move |_| asking.set(true)>"Remove"</button>
        <Show when=move || asking.get()>
            <div class="own-ask" role="alert">
                <p>{words.clone()}</p>
                <button class="button" type="button" on:click=move |_| asking.set(false)>"Keep"</button>
                <button class="button danger" type="button" on:click=remove.clone()>"Remove"</button>
            </div>
        </Show>
    }
}

/// Who came through links; shown when there are any.
#[component]
pub fn Guests(page: Page) -> impl IntoView {
    let guests = Memo::new(move |_| page.everybody.with(|it| it.guests.clone()));
    let row = move |entry: Entry| {
        let path = format!("/api/people/{}", entry.person.id);
        let under = match entry.maps {
            1 => "1 map".to_owned(),
            maps => format!("{maps} maps"),
        };
        let name = entry.person.name;
        view! {
            <li class="share-row" data-person=name.clone()>
                <span class="avatar" style:--u=colour(entry.person.colour) aria-hidden="true">{initials(&name)}</span>
                <span class="share-who"><b>{name.clone()}</b><small>{under}</small></span>
                <Remove name=name.clone() path=path page=page />
            </li>
        }
    };
    view! {
        <Show when=move || guests.with(|guests| !guests.is_empty())>
            <Section title="Guests" lead="They came through links to maps.">
                <ul class="share-list">{move || guests.get().into_iter().map(row).collect_view()}</ul>
            </Section>
        </Show>
    }
}
