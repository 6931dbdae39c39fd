//! Who has access to a map.

use leptos::prelude::*;
use serde_json::json;

use super::{Panel, Sharer, Sharing};
use crate::panels::form::Trouble;
use crate::panels::roles::{ROLES, role};
use crate::presence::{colour, initials};

/// The people, and one more member.
#[component]
pub fn WithAccess(panel: Panel) -> impl IntoView {
    let sharing = panel.sharing;
    let read = move |part: fn(&Sharing) -> Vec<Sharer>| {
        sharing.with(|it| match it {
            Some(Ok(it)) => part(it),
            _ => Vec::new(),
        })
    };
    let people = Memo::new(move |_| read(|it| it.people.clone()));
    let members_may = Memo::new(move |_| {
        sharing.with(|it| match it {
            Some(Ok(it)) => it.members_may,
            _ => None,
        })
    });
    let row = {
        let panel = panel.clone();
        move |sharer: Sharer| view! { <Row sharer=sharer panel=panel.clone() /> }
    };
    view! {
        <section class="share-part" aria-labelledby="share-people">
            <h3 id="share-people">"Who has access"</h3>
            <ul class="share-list">
                {move || people.get().into_iter().map(row.clone()).collect_view()}
                {move || members_may.get().map(|word| view! {
                    <li class="share-row">
                        <span class="share-who"><b>"All members"</b><small>"Set for the whole workspace"</small></span>
                        <span class="share-role">{role(word).name}</span>
                    </li>
                })}
            </ul>
            <AddMember panel=panel.clone() />
            <Trouble sending=panel.sending fields=&["password", "hours", "most"] />
        </section>
    }
}

#[component]
fn Row(sharer: Sharer, panel: Panel) -> impl IntoView {
    let Sharer {
        person,
        role: now,
        is_admin,
        by_link,
        is_you,
    } = sharer;
    let name = if is_you {
        format!("{} (you)", person.name)
    } else {
        person.name.clone()
    };
    let under = match (is_admin, person.is_guest, by_link) {
        (true, ..) => "Administrator".to_owned(),
        (_, true, _) => "Guest, came through a link".to_owned(),
        (_, _, true) => "Came through a link".to_owned(),
        _ => person.email.clone(),
    };
    let path = format!("{}/access/{}", panel.base, person.id);
    let choose = {
        let (panel, path) = (panel.clone(), path.clone());
        move |event| {
            let word = event_target_value(&event);
            match word.as_str() {
                "none" => panel.change("DELETE", path.clone(), None),
                word => panel.change("PATCH", path.clone(), Some(json!({ "role": word }))),
            }
        }
    };
    let options = ROLES
        .iter()
        .filter(|role| !(person.is_guest && role.word == "owner"))
        .map(
            |role| view! { <option value=role.word selected=role.word == now>{role.name}</option> },
        )
        .collect_view();
    let label = format!("Role of {}", person.name);
    view! {
        <li class="share-row" data-person=person.name.clone()>
            <span class="avatar" style:--u=colour(person.colour) aria-hidden="true">{initials(&person.name)}</span>
            <span class="share-who"><b>{name}</b><small>{under}</small></span>
            {if is_admin || is_you {
                view! { <span class="share-role">{role(now).name}</span> }.into_any()
            } else {
                view! {
                    <select class="choose" aria-label=label on:change=choose>
                        {options}
                        <option value="none">"Remove"</option>
                    </select>
                }.into_any()
            }}
        </li>
    }
}

/// Gives a member of the workspace access.
#[component]
fn AddMember(panel: Panel) -> impl IntoView {
    let sharing = panel.sharing;
    let others = Memo::new(move |_| {
        sharing.with(|it| match it {
            Some(Ok(it)) => it.others.clone(),
            _ => Vec::new(),
        })
    });
    let (person, word) = (
        RwSignal::new(String::new()),
        RwSignal::new("editor".to_owned()),
    );
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let chosen = person.get_untracked();
        if !chosen.is_empty() {
            let body = json!({ "person": chosen, "role": word.get_untracked() });
            person.set(String::new());
            panel.change("POST", format!("{}/access", panel.base), Some(body));
        }
    };
    let roles = ROLES
        .iter()
        .map(|role| view! { <option value=role.word selected=role.word == "editor">{role.name}</option> })
        .collect_view();
    view! {
        <form class="share-add" hidden=move || others.with(Vec::is_empty) on:submit=add>
            <select class="choose" aria-label="Member to add" prop:value=person on:change=move |event| person.set(event_target_value(&event))>
                <option value="">"Add a member…"</option>
                {move || others.get().into_iter().map(|person| view! { <option value=person.id>{person.name}</option> }).collect_view()}
            </select>
            <select class="choose" aria-label="Their role" on:change=move |event| word.set(event_target_value(&event))>
                {roles}
            </select>
            <button class="button" type="submit">"Add"</button>
        </form>
    }
}
