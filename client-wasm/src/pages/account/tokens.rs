//! Tokens for programs.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};

use crate::icon::Icon;
use crate::panels::form::{CopyLink, Field, Sending, Submit, Trouble};
use crate::{api, dom};

/// What a token may do: the server's word, and words for people.
const SCOPES: [(&str, &str); 4] = [
    ("read", "Read maps"),
    ("comment", "Read and comment"),
    ("write", "Read and write maps"),
    ("admin", "Everything you may"),
];

#[derive(Clone, PartialEq)]
struct Token {
    id: String,
    label: String,
    scope: String,
    /// In milliseconds since the Unix epoch.
    until: Option<u64>,
}

fn read(value: &Value) -> Option<Token> {
    let text = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
    Some(Token {
        id: text("id")?,
        label: text("label")?,
        scope: text("scope")?,
        until: value.get("until").and_then(Value::as_u64),
    })
}

#[component]
pub fn Tokens() -> impl IntoView {
    let tokens = RwSignal::new(Vec::<Token>::new());
    let made = RwSignal::new(None::<String>);
    let sending = Sending::default();
    let (label, scope, days) = (
        RwSignal::new(String::new()),
        RwSignal::new("read".to_owned()),
        RwSignal::new("90".to_owned()),
    );
    let refresh = move || {
        spawn_local(async move {
            if let Ok(answer) = api::call("GET", "/api/me/tokens", None).await {
                let list = answer.as_array().into_iter().flatten();
                let _ = tokens.try_set(list.filter_map(read).collect());
            }
        });
    };
    refresh();
    let make = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let days = days.with_untracked(|days| days.parse::<u32>().ok());
        let body =
            json!({ "label": label.get_untracked(), "scope": scope.get_untracked(), "days": days });
        let asking = async move { api::call("POST", "/api/me/tokens", Some(body)).await };
        sending.run(asking, move |answer| {
            let token = answer.get("token").and_then(Value::as_str);
            made.set(token.map(str::to_owned));
            label.set(String::new());
            refresh();
        });
    };
    let row = move |token: Token| {
        let path = format!("/api/me/tokens/{}", token.id);
        let end = move |_| {
            let path = path.clone();
            sending.run(
                async move { api::call("DELETE", &path, None).await },
                move |_| refresh(),
            );
        };
        let may = SCOPES.iter().find(|(word, _)| *word == token.scope);
        let may = may.map_or("", |(_, words)| *words);
        let until = token.until.map_or_else(
            || "does not run out".to_owned(),
            |until| format!("until {}", dom::day(until)),
        );
        let label = format!("End the token {}", token.label);
        view! {
            <li class="share-row">
                <span class="share-mark" aria-hidden="true"><Icon name="cpu" /></span>
                <span class="share-who"><b>{token.label}</b><small>{format!("{may} · {until}")}</small></span>
                <button class="button" type="button" aria-label=label on:click=end>"End"</button>
            </li>
        }
    };
    let scopes = SCOPES
        .map(|(word, words)| view! { <option value=word>{words}</option> })
        .into_iter()
        .collect_view();
    view! {
        <ul class="share-list">{move || tokens.get().into_iter().map(row).collect_view()}</ul>
        {move || made.get().map(|token| view! {
            <div class="share-made">
                <p>"Copy the token now: it is not shown again."</p>
                <CopyLink label="The new token" link=token />
            </div>
        })}
        <form class="settings-form" on:submit=make>
            <Field name="label" label="What it is for" autocomplete="off" value=label sending=sending placeholder="For example: nightly export" longest=40 />
            <div class="settings-pair">
                <label class="form-field">
                    <span class="form-label">"It may"</span>
                    <select class="choose" on:change=move |event| scope.set(event_target_value(&event))>{scopes}</select>
                </label>
                <label class="form-field">
                    <span class="form-label">"How long"</span>
                    <select class="choose" on:change=move |event| days.set(event_target_value(&event))>
                        <option value="30">"30 days"</option>
                        <option value="90" selected="">"90 days"</option>
                        <option value="365">"A year"</option>
                        <option value="">"Until you end it"</option>
                    </select>
                </label>
            </div>
            <Trouble sending=sending />
            <Submit words="Make a token" sending=sending />
        </form>
    }
}
