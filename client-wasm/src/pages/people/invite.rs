//! Invitations: a new one, and those that are out.

use leptos::prelude::*;
use serde_json::{Value, json};

use super::Page;
use crate::icon::Icon;
use crate::panels::form::{CopyLink, Field, Sending, Submit, Trouble, link_to};
use crate::{api, dom};

/// One that is out.
#[derive(Clone, PartialEq)]
pub struct Invitation {
    id: String,
    /// Whom it is for; may be empty.
    email: String,
    is_admin: bool,
    by: String,
    /// In milliseconds since the Unix epoch.
    until: u64,
}

impl Invitation {
    pub(super) fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| {
            value
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        Some(Self {
            id: value.get("id")?.as_str()?.to_owned(),
            email: text("email"),
            is_admin: text("place") == "admin",
            by: text("by"),
            until: value.get("until")?.as_u64()?,
        })
    }
}

/// Whether the link went by e-mail too; empty where it did not have to.
pub(super) fn about_letter(answer: &Value) -> String {
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    match (text("mailed"), text("mail_problem")) {
        (Some(email), _) => format!("The link was e-mailed to {email}."),
        (None, Some(problem)) => format!("The link could not be e-mailed: {problem}."),
        (None, None) => String::new(),
    }
}

#[component]
pub fn Invitations(page: Page) -> impl IntoView {
    let (email, place) = (
        RwSignal::new(String::new()),
        RwSignal::new("member".to_owned()),
    );
    let made = RwSignal::new(None::<String>);
    let posted = RwSignal::new(String::new());
    let sending = Sending::default();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let body = json!({ "email": email.get_untracked(), "place": place.get_untracked() });
        let asking = async move { api::call("POST", "/api/people/invites", Some(body)).await };
        sending.run(asking, move |answer| {
            let secret = answer.get("secret").and_then(Value::as_str);
            posted.set(about_letter(&answer));
            made.set(secret.map(|secret| link_to("invite", secret)));
            email.set(String::new());
            page.refresh();
        });
    };
    let invites = Memo::new(move |_| page.everybody.with(|it| it.invites.clone()));
    let row = move |invite: Invitation| {
        let name = match invite.email.as_str() {
            "" => "For whoever has the link".to_owned(),
            email => email.to_owned(),
        };
        let place = if invite.is_admin {
            "Administrator"
        } else {
            "Member"
        };
        let under = format!(
            "{place} · by {} · until {}",
            invite.by,
            dom::day(invite.until)
        );
        let path = format!("/api/people/invites/{}", invite.id);
        let label = format!("Withdraw the invitation: {name}");
        view! {
            <li class="share-row">
                <span class="share-mark" aria-hidden="true"><Icon name="mail" /></span>
                <span class="share-who"><b>{name}</b><small>{under}</small></span>
                <button class="button" type="button" aria-label=label on:click=move |_| page.change("DELETE", path.clone(), None)>
                    "Withdraw"
                </button>
            </li>
        }
    };
    view! {
        <form class="settings-form" novalidate="" on:submit=submit>
            <div class="settings-pair">
                <Field name="email" label="Their e-mail (optional)" kind="email" autocomplete="off" value=email sending=sending
                    placeholder="mei@example.com" />
                <label class="form-field">
                    <span class="form-label">"As"</span>
                    <select class="choose" on:change=move |event| place.set(event_target_value(&event))>
                        <option value="member">"Member"</option>
                        <option value="admin">"Administrator"</option>
                    </select>
                </label>
            </div>
            <Trouble sending=sending fields=&["email"] />
            <Submit words="Make an invitation" sending=sending />
        </form>
        {move || made.get().map(|link| view! {
            <div class="share-made" data-testid="new-invite">
                {move || { let words = posted.get(); (!words.is_empty()).then(|| view! { <p>{words}</p> }) }}
                <p>"Copy the link now and send it: it is not shown again."</p>
                <CopyLink label="The invitation" link=link />
            </div>
        })}
        <ul class="share-list">{move || invites.get().into_iter().map(row).collect_view()}</ul>
    }
}
