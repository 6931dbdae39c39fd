//! Coming to a map through a link: a name, and one is in.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};

use super::{Form, LinkPage, go_in};
use crate::account;
use crate::api::{self, Failure};
use crate::panels::form::{Field, Sending};
use crate::panels::roles::{Role, role};
use crate::route;

/// What a link leads to.
#[derive(Clone, PartialEq)]
struct Target {
    title: Option<String>,
    role: Role,
    asks_password: bool,
}

impl Target {
    fn read(value: &Value) -> Self {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        Self {
            title: text("title").map(|title| crate::pages::map::shown_title(title).to_owned()),
            role: role(text("role").unwrap_or_default()),
            asks_password: value.get("password") == Some(&Value::Bool(true)),
        }
    }
}

#[component]
pub fn JoinPage() -> impl IntoView {
    let secret = StoredValue::new(route::secret());
    let looked = RwSignal::new(None::<Result<Target, Failure>>);
    let sending = Sending::default();
    let (name, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let known = account::now().and_then(|account| account.person);
    let is_known = known.is_some();
    let known = StoredValue::new(known);
    let join = move || {
        let body = json!({
            "secret": secret.get_value(),
            "name": (!is_known).then(|| name.get_untracked()),
            "password": password.get_untracked(),
        });
        let asking = async move { api::call("POST", "/api/join", Some(body)).await };
        sending.run(asking, |answer: Value| {
            let map = answer
                .get("map")
                .and_then(Value::as_str)
                .unwrap_or_default();
            go_in(format!("/map/{map}"));
        });
    };
    spawn_local(async move {
        let body = json!({ "secret": secret.get_value() });
        let answer = api::call("POST", "/api/join/look", Some(body)).await;
        let target = answer.map(|answer| Target::read(&answer));
        // Whom we know and nothing has to be asked, is in.
        let straight = is_known && target.as_ref().is_ok_and(|target| !target.asks_password);
        let _ = looked.try_set(Some(target));
        if straight {
            join();
        }
    });
    let unseen = Signal::derive(move || looked.get().and_then(Result::err));
    let title = Memo::new(move |_| match looked.get() {
        Some(Ok(Target {
            title: Some(title), ..
        })) => title,
        _ => "You are invited to a journey map".to_owned(),
    });
    let lead = Memo::new(move |_| match looked.get() {
        Some(Ok(Target {
            title: None, role, ..
        })) => format!("With this link you can {}.", role.may),
        Some(Ok(Target { role, .. })) => {
            format!("A journey map. With this link you can {}.", role.may)
        }
        Some(Err(failure)) => failure.text(),
        None => "One moment…".to_owned(),
    });
    let asks = Memo::new(move |_| matches!(looked.get(), Some(Ok(target)) if target.asks_password));
    let is_there = Memo::new(move |_| matches!(looked.get(), Some(Ok(_))));
    let form = move || {
        let words = if is_known {
            "Open the map"
        } else {
            "Go to the map"
        };
        view! {
            <Form submit=join words=words sending=sending fields=&["name", "password"]>
                {match known.get_value() {
                    Some(person) => view! { <p class="entry-note">"You come as " <b>{person.name}</b> "."</p> }.into_any(),
                    None => view! {
                        <Field name="name" label="What should others call you?" autocomplete="name" value=name
                            sending=sending placeholder="For example Mei Kato" longest=40 focus=true
                            hint="No account needed. Others on the map see this name." />
                    }.into_any(),
                }}
                {asks.get().then(|| view! {
                    <Field name="password" label="Password of the link" kind="password" autocomplete="off"
                        value=password sending=sending hint="Whoever sent the link knows it." />
                })}
            </Form>
        }
    };
    view! {
        <LinkPage secret=secret title=title lead=lead sending=sending unseen=unseen>
            {move || is_there.get().then(form)}
            {(!is_known).then(|| view! {
                <p class="entry-foot">"You have an account? " <a href="/sign-in">"Sign in"</a> " first, then open the link again."</p>
            })}
        </LinkPage>
    }
}
