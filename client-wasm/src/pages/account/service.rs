//! The sign-in service of one's organisation: connected or not.

use leptos::prelude::*;
use serde_json::{Value, json};

use crate::panels::form::{Sending, Trouble};
use crate::{account, api, dom, toast};

#[component]
pub fn Service(
    /// What it is called.
    name: String,
) -> impl IntoView {
    let account = account::signal();
    let connected =
        Memo::new(move |_| account.with(|it| it.as_ref().is_some_and(|it| it.connected)));
    let sending = Sending::default();
    let connect = move |_| {
        let body = json!({ "return": "/account" });
        let asking = async move { api::call("POST", "/api/oidc/start", Some(body)).await };
        sending.run(asking, |answer| {
            if let Some(url) = answer.get("url").and_then(Value::as_str) {
                let _ = dom::window().location().assign(url);
            }
        });
    };
    let disconnect = move |_| {
        let asking = async {
            api::call("DELETE", "/api/me/oidc", None).await?;
            account::refresh().await
        };
        sending.run(asking, |()| toast::show("Disconnected"));
    };
    let (there, away) = (
        format!("Connected: you can sign in with {name}."),
        format!("Not connected to {name}."),
    );
    view! {
        <div class="settings-row">
            {move || match connected.get() {
                true => view! {
                    <span class="settings-grow">{there.clone()}</span>
                    <button class="button" type="button" on:click=disconnect>"Disconnect"</button>
                }.into_any(),
                false => view! {
                    <span class="settings-grow">{away.clone()}</span>
                    <button class="button" type="button" on:click=connect>"Connect"</button>
                }.into_any(),
            }}
        </div>
        <Trouble sending=sending />
    }
}
