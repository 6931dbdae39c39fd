//! One's inbox outside of Waymark: as a feed, and by e-mail.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};

use crate::panels::form::{CopyLink, Sending, Trouble};
use crate::{api, dom, toast};

/// The secret address of the feed.
#[component]
pub fn InboxFeed() -> impl IntoView {
    // Since when there is one, in milliseconds since the Unix epoch; `None` until it is known.
    let made = RwSignal::new(None::<Option<u64>>);
    let url = RwSignal::new(None::<String>);
    let sending = Sending::default();
    spawn_local(async move {
        if let Ok(answer) = api::call("GET", "/api/me/feed", None).await {
            let _ = made.try_set(Some(answer.get("made").and_then(Value::as_u64)));
        }
    });
    let make = move |_| {
        let asking = async { api::call("POST", "/api/me/feed", None).await };
        sending.run(asking, move |answer| {
            url.set(answer.get("url").and_then(Value::as_str).map(str::to_owned));
            made.set(Some(answer.get("made").and_then(Value::as_u64)));
        });
    };
    let end = move |_| {
        let asking = async { api::call("DELETE", "/api/me/feed", None).await };
        sending.run(asking, move |_| {
            url.set(None);
            made.set(Some(None));
            toast::show("The feed's address leads nowhere any more");
        });
    };
    view! {
        {move || url.get().map(|url| view! {
            <div class="share-made" data-testid="feed-address">
                <p>"Put this address into your feed reader now: it is not shown again. Whoever has it reads your inbox."</p>
                <CopyLink label="The address of your feed" link=url />
            </div>
        })}
        <div class="settings-row">
            {move || made.get().map(|since| match since {
                None => view! {
                    <button class="button primary" type="button" on:click=make>"Make an address"</button>
                }.into_any(),
                Some(since) => view! {
                    <span class="settings-grow">{format!("There is an address since {}.", dom::day(since))}</span>
                    <button class="button" type="button" on:click=make>"Make a new one"</button>
                    <button class="button" type="button" on:click=end>"End it"</button>
                }.into_any(),
            })}
        </div>
        <Trouble sending=sending />
    }
}

/// How often what is unread is sent by e-mail.
#[component]
pub fn Digest() -> impl IntoView {
    let every = RwSignal::new(None::<String>);
    let mail = RwSignal::new(true);
    let sending = Sending::default();
    let take = move |answer: &Value| {
        let _ = mail.try_set(answer.get("mail").and_then(Value::as_bool).unwrap_or(false));
        let word = answer.get("every").and_then(Value::as_str);
        let _ = every.try_set(word.map(str::to_owned));
    };
    spawn_local(async move {
        if let Ok(answer) = api::call("GET", "/api/me/digest", None).await {
            take(&answer);
        }
    });
    let choose = move |event| {
        let body = json!({ "every": event_target_value(&event) });
        let asking = async move { api::call("PUT", "/api/me/digest", Some(body)).await };
        sending.run(asking, move |answer| {
            take(&answer);
            toast::show("Saved");
        });
    };
    let options = [
        ("off", "Never"),
        ("hourly", "At most once an hour"),
        ("daily", "At most once a day"),
    ];
    let options = move |now: String| {
        let option = move |(word, words): (&'static str, &'static str)| {
            view! { <option value=word selected=word == now>{words}</option> }
        };
        options.map(option).into_iter().collect_view()
    };
    view! {
        {move || every.get().map(|now| match mail.get() {
            true => view! {
                <select class="choose wide" aria-label="How often your unread inbox is e-mailed to you" on:change=choose>
                    {options(now)}
                </select>
            }.into_any(),
            false => view! {
                <p class="settings-hint">"This server sends no e-mail. Whoever runs it can name a mail server in its settings."</p>
            }.into_any(),
        })}
        <Trouble sending=sending />
    }
}
