//! Links to a map: for whoever has them, without an account.

use leptos::prelude::*;
use serde_json::{Value, json};

use super::{Link, Panel, Sharing};
use crate::api;
use crate::dom;
use crate::icon::Icon;
use crate::panels::form::{CopyLink, Field, Sending, Submit, link_to};
use crate::panels::roles::{ROLES, role};

/// How long a link can be good, in hours; the empty word is for ever.
const LIFETIMES: [(&str, &str); 5] = [
    ("", "Does not run out"),
    ("1", "For an hour"),
    ("24", "For a day"),
    ("168", "For a week"),
    ("720", "For 30 days"),
];

/// The links, and one more.
#[component]
pub fn Links(panel: Panel) -> impl IntoView {
    let sharing = panel.sharing;
    let links = Memo::new(move |_| {
        sharing.with(|it| match it {
            Some(Ok(Sharing { links, .. })) => links.clone(),
            _ => Vec::new(),
        })
    });
    let made = RwSignal::new(None::<String>);
    let row = {
        let panel = panel.clone();
        move |link: Link| view! { <Row link=link panel=panel.clone() /> }
    };
    view! {
        <section class="share-part" aria-labelledby="share-links">
            <h3 id="share-links">"Links"</h3>
            <p class="share-hint">"Whoever has a link comes in with a name, without an account."</p>
            <ul class="share-list">{move || links.get().into_iter().map(row.clone()).collect_view()}</ul>
            {move || match made.get() {
                Some(secret) => view! {
                    <div class="share-made" data-testid="new-link">
                        <p>"Copy the new link now: it is not shown again."</p>
                        <CopyLink label="The new link" link=link_to("join", &secret) />
                        <button class="button" type="button" on:click=move |_| made.set(None)>"Make another"</button>
                    </div>
                }.into_any(),
                None => view! { <NewLink panel=panel.clone() made=made /> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Row(link: Link, panel: Panel) -> impl IntoView {
    let mut under = Vec::new();
    if link.has_password {
        under.push("with a password".to_owned());
    }
    if let Some(until) = link.until {
        under.push(format!("until {}", dom::moment(until)));
    }
    under.push(match (link.used, link.most) {
        (used, Some(most)) => format!("{used} of {most} came"),
        (0, None) => "nobody came yet".to_owned(),
        (1, None) => "1 came".to_owned(),
        (used, None) => format!("{used} came"),
    });
    if link.is_over {
        under.push("lets nobody in any more".to_owned());
    }
    let name = match link.label.as_str() {
        "" => format!("{} link", role(link.role).name),
        label => format!("{label} · {}", role(link.role).name),
    };
    let path = format!("{}/links/{}", panel.base, link.id);
    let label = format!("Revoke: {name}");
    let revoke = move |_| panel.change("DELETE", path.clone(), None);
    view! {
        <li class="share-row" class:over=link.is_over>
            <span class="share-mark" aria-hidden="true"><Icon name="link" /></span>
            <span class="share-who"><b>{name}</b><small>{under.join(" · ")}</small></span>
            <button class="button" type="button" aria-label=label title="Whoever came through it is out at once" on:click=revoke>
                "Revoke"
            </button>
        </li>
    }
}

#[component]
fn NewLink(panel: Panel, made: RwSignal<Option<String>>) -> impl IntoView {
    let sending = Sending::default();
    let (word, hours) = (
        RwSignal::new("editor".to_owned()),
        RwSignal::new(String::new()),
    );
    let (label, password, most) = (
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    let make = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let number =
            |text: RwSignal<String>| text.with_untracked(|text| text.trim().parse::<u32>().ok());
        let body = json!({
            "role": word.get_untracked(),
            "label": label.get_untracked(),
            "password": password.get_untracked(),
            "hours": number(hours),
            "most": number(most),
        });
        let path = format!("{}/links", panel.base);
        let asking = async move { api::call("POST", &path, Some(body)).await };
        let panel = panel.clone();
        sending.run(asking, move |answer| {
            let secret = answer.get("secret").and_then(Value::as_str);
            made.set(secret.map(str::to_owned));
            panel.refresh();
        });
    };
    let roles = ROLES
        .iter()
        .filter(|role| role.word != "owner")
        .map(|role| {
            let words = format!("{}: {}", role.name, role.may);
            view! { <option value=role.word selected=role.word == "editor">{words}</option> }
        })
        .collect_view();
    let lifetimes = LIFETIMES
        .map(|(hours, words)| view! { <option value=hours>{words}</option> })
        .into_iter()
        .collect_view();
    view! {
        <form class="share-new" on:submit=make>
            <select class="choose" aria-label="Role of who comes through the link" on:change=move |event| word.set(event_target_value(&event))>
                {roles}
            </select>
            <details class="share-more">
                <summary>"Password, expiry, number of people"</summary>
                <div class="share-fields">
                    <Field name="label" label="What it is for" autocomplete="off" value=label sending=sending placeholder="For example: workshop in May" longest=40 />
                    <Field name="password" label="Password" autocomplete="off" value=password sending=sending hint="Tell it to them in another way than the link." longest=200 />
                    <label class="form-field">
                        <span class="form-label">"How long"</span>
                        <select class="choose" on:change=move |event| hours.set(event_target_value(&event))>{lifetimes}</select>
                    </label>
                    <Field name="most" label="For how many people" autocomplete="off" value=most sending=sending placeholder="Any number" longest=6 />
                </div>
            </details>
            <Submit words="Make a link" sending=sending />
        </form>
    }
}
