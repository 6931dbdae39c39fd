//! Changing one's password.

use leptos::prelude::*;
use serde_json::json;

use crate::panels::form::{Field, Sending, Submit, Trouble};
use crate::{api, toast};

#[component]
pub fn PasswordForm() -> impl IntoView {
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let sending = Sending::default();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let body = json!({ "current": current.get_untracked(), "new": new.get_untracked() });
        let asking = async move { api::call("POST", "/api/me/password", Some(body)).await };
        sending.run(asking, move |_| {
            current.set(String::new());
            new.set(String::new());
            toast::show("Your password is changed");
        });
    };
    view! {
        <form class="settings-form" on:submit=submit>
            <Field name="password" label="Current password" kind="password" autocomplete="current-password" value=current sending=sending />
            <Field name="new" label="New password" kind="password" autocomplete="new-password" value=new sending=sending
                hint="At least 10 characters." />
            <Trouble sending=sending fields=&["password"] />
            <Submit words="Change password" sending=sending />
        </form>
    }
}
