//! Making an account with an invitation.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};

use super::provider::ProviderButton;
use super::{ACCOUNT_FIELDS, AccountFields, Form, LinkPage, NewAccount, go_in};
use crate::api::{self, Failure};
use crate::panels::form::Sending;
use crate::route;

#[component]
pub fn InvitePage() -> impl IntoView {
    let secret = StoredValue::new(route::secret());
    let (account, sending) = (NewAccount::new(""), Sending::default());
    let looked = RwSignal::new(None::<Result<(String, String), Failure>>);
    spawn_local(async move {
        let body = json!({ "secret": secret.get_value() });
        let answer = api::call("POST", "/api/invite/look", Some(body)).await;
        let said = answer.map(|answer| {
            let text = |name: &str| {
                let text = answer.get(name).and_then(Value::as_str);
                text.unwrap_or_default().to_owned()
            };
            let _ = account.email.try_set(text("email"));
            (text("by"), text("workspace"))
        });
        let _ = looked.try_set(Some(said));
    });
    let unseen = Signal::derive(move || looked.get().and_then(Result::err));
    let title = Memo::new(move |_| match looked.get() {
        Some(Ok((_, workspace))) if workspace != "Waymark" => format!("Join {workspace}"),
        _ => "Join Waymark".to_owned(),
    });
    let lead = Memo::new(move |_| match looked.get() {
        Some(Ok((by, _))) if by.is_empty() => {
            "You are invited to make journey maps together.".to_owned()
        }
        Some(Ok((by, _))) => format!("{by} invites you to make journey maps together."),
        Some(Err(failure)) => failure.text(),
        None => "One moment…".to_owned(),
    });
    let is_there = Memo::new(move |_| looked.with(|looked| matches!(looked, Some(Ok(_)))));
    let submit = move || {
        let body = account.body(&secret.get_value());
        let asking = async move { api::call("POST", "/api/invite", Some(body)).await };
        sending.run(asking, |_| go_in("/".to_owned()));
    };
    view! {
        <LinkPage secret=secret title=title lead=lead sending=sending unseen=unseen>
            {move || is_there.get().then(|| view! {
                <Form submit=submit words="Make my account" sending=sending fields=ACCOUNT_FIELDS>
                    <AccountFields account=account sending=sending />
                </Form>
                <ProviderButton carried=Some(("invite", secret)) />
            })}
        </LinkPage>
    }
}
