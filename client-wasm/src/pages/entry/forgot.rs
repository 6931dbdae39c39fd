//! Asking for a letter with a link to a new password.

use leptos::prelude::*;
use serde_json::json;

use super::{Entry, Form};
use crate::api;
use crate::panels::form::{Field, Sending};

#[component]
pub fn ForgotPage() -> impl IntoView {
    let email = RwSignal::new(String::new());
    let sent = RwSignal::new(None::<String>);
    let sending = Sending::default();
    let submit = move || {
        let address = email.get_untracked().trim().to_owned();
        let body = json!({ "email": address });
        let asking = async move { api::call("POST", "/api/forgot", Some(body)).await };
        sending.run(asking, move |_| sent.set(Some(address)));
    };
    let title = Memo::new(move |_| {
        let title = match sent.with(Option::is_some) {
            true => "Look at your e-mail",
            false => "Forgot your password?",
        };
        title.to_owned()
    });
    view! {
        <Entry title=title>
            {move || match sent.get() {
                Some(address) => view! {
                    <p class="entry-lead" role="status" tabindex="-1">
                        "If there is an account for " <b>{address}</b>
                        ", a letter with a link to a new password is on its way. The link works for an hour."
                    </p>
                    <p class="entry-foot">
                        "Nothing came? Look among unwanted mail, or "
                        <button class="linklike" type="button" on:click=move |_| sent.set(None)>"try another address"</button>
                        "."
                    </p>
                }.into_any(),
                None => view! {
                    <Form submit=submit words="Send the link" sending=sending fields=&["email"]>
                        <Field name="email" label="E-mail" kind="email" autocomplete="username" value=email sending=sending focus=true
                            hint="A link to a new password is sent there." />
                    </Form>
                }.into_any(),
            }}
            <p class="entry-foot"><a href="/sign-in">"Back to signing in"</a></p>
        </Entry>
    }
}
