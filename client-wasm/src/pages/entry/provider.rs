//! Coming in with the sign-in service of one's organisation.

use leptos::prelude::*;
use serde_json::{Map, Value};

use crate::panels::form::{Sending, Trouble};
use crate::{account, api, dom, route};

/// A link's secret that goes along, under the server's word for what it is.
type Carried = (&'static str, StoredValue<String>);

/// Goes to the sign-in service; nothing where there is none. `alone` when there is no form
/// above it.
#[component]
pub fn ProviderButton(
    #[prop(optional_no_strip)] carried: Option<Carried>,
    #[prop(optional)] alone: bool,
) -> impl IntoView {
    let name = account::now().and_then(|account| account.provider)?;
    let sending = Sending::default();
    let start = move |_| {
        let asking = async move { api::call("POST", "/api/oidc/start", Some(body(carried))).await };
        sending.run(asking, |answer| leave(&answer));
    };
    let line = (!alone).then(|| view! { <p class="entry-or" aria-hidden="true">"or"</p> });
    Some(view! {
        {line}
        <button
            type="button"
            class="button entry-provider"
            class:primary=alone
            disabled=move || sending.busy.get()
            on:click=start
        >
            {format!("Continue with {name}")}
        </button>
        <Trouble sending=sending />
    })
}

fn body(carried: Option<Carried>) -> Value {
    let mut body = Map::new();
    body.insert("return".to_owned(), route::next().into());
    if let Some((what, secret)) = carried {
        body.insert(what.to_owned(), secret.get_value().into());
    }
    Value::Object(body)
}

/// Goes where the server says.
fn leave(answer: &Value) {
    if let Some(url) = answer.get("url").and_then(Value::as_str) {
        let _ = dom::window().location().assign(url);
    }
}

/// Goes on to the service, to connect it with the account that has just been signed in to.
pub(super) fn connect() {
    leptos::task::spawn_local(async {
        match api::call("POST", "/api/oidc/start", Some(body(None))).await {
            Ok(answer) => leave(&answer),
            // Signed in is signed in; it can be connected another time.
            Err(_) => super::go_in(route::next()),
        }
    });
}

/// What became of the last attempt, as the address tells it.
pub(super) fn problem() -> Option<(String, &'static str)> {
    let code = route::parameters()?.get("problem")?;
    let said = match code.as_str() {
        "provider" => "The sign-in service does not answer as it should. Try again in a moment.",
        "refused" => "The sign-in service did not let you in.",
        "expired" => "This sign-in took too long, or is over already. Please begin again.",
        "browser" => "This sign-in was begun in another browser. Please begin again in this one.",
        "unproven" => {
            "The answer of the sign-in service cannot be trusted. Please tell your administrator."
        }
        "unknown" => "You have no account here yet. Ask an administrator for an invitation.",
        "connect" => {
            "There is an account with your e-mail already. Sign in with its password once, and the two are connected."
        }
        "other_account" => "You are signed in here with another e-mail. Sign out first.",
        "dead_link" => "This link does not work any more. Ask for a new one.",
        "often" => "Too many attempts. Try again in some minutes.",
        _ => "Waymark cannot do this at the moment. Try again later.",
    };
    Some((code, said))
}
