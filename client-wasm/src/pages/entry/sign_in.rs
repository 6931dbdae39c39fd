//! Signing in.

use leptos::prelude::*;
use serde_json::json;

use super::provider::{self, ProviderButton};
use super::{Entry, Form, go_in};
use crate::panels::form::{Field, Sending};
use crate::{account, api, route};

#[component]
pub fn SignInPage() -> impl IntoView {
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let sending = Sending::default();
    // Who is in already has no business here.
    Effect::new(|| {
        if account::signal().with(|it| it.as_ref().is_some_and(account::Account::is_in)) {
            route::redirect(&route::next());
        }
    });
    let problem = provider::problem();
    let connects = problem.as_ref().is_some_and(|(code, _)| code == "connect");
    let submit = move || {
        let body = json!({ "email": email.get_untracked(), "password": password.get_untracked() });
        let asking = async move { api::call("POST", "/api/sign-in", Some(body)).await };
        sending.run(asking, move |_| match connects {
            true => provider::connect(),
            false => go_in(route::next()),
        });
    };
    let now = account::now();
    let setup = now.as_ref().is_some_and(|account| account.setup);
    let mail = now.as_ref().is_some_and(|account| account.mail);
    let passwords = now.is_none_or(|account| account.passwords);
    view! {
        <Entry title="Sign in".to_owned()>
            {setup.then(|| view! {
                <p class="entry-note">
                    "This Waymark has no administrator yet. Whoever started it finds the link to begin with in what it printed."
                </p>
            })}
            {problem.map(|(_, said)| view! { <p class="entry-note" role="alert">{said}</p> })}
            {passwords.then(|| view! {
                <Form submit=submit words="Sign in" sending=sending>
                    <Field name="email" label="E-mail" kind="email" autocomplete="username" value=email sending=sending focus=true />
                    <Field name="password" label="Password" kind="password" autocomplete="current-password" value=password sending=sending />
                </Form>
                {mail.then(|| view! { <p class="entry-foot"><a href="/forgot">"Forgot password?"</a></p> })}
            })}
            <ProviderButton alone=!passwords />
            <p class="entry-foot">
                {if passwords && !mail {
                    "Password forgotten, or no account yet? An administrator can give you a link."
                } else {
                    "No account yet? An administrator can invite you."
                }}
            </p>
        </Entry>
    }
}
