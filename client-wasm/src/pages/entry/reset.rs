//! Choosing a new password, with a link that an administrator gave.

use leptos::prelude::*;
use serde_json::json;

use super::provider::ProviderButton;
use super::{Form, LinkPage, SHORTEST, go_in};
use crate::panels::form::{Field, Sending};
use crate::{api, route};

#[component]
pub fn ResetPage() -> impl IntoView {
    let secret = StoredValue::new(route::secret());
    let password = RwSignal::new(String::new());
    let sending = Sending::default();
    let submit = move || {
        let body = json!({ "secret": secret.get_value(), "password": password.get_untracked() });
        let asking = async move { api::call("POST", "/api/reset", Some(body)).await };
        sending.run(asking, |_| go_in("/".to_owned()));
    };
    view! {
        <LinkPage
            secret=secret
            title="Choose a new password".to_owned()
            lead="All your devices are signed out, and you are signed in here.".to_owned()
            sending=sending
        >
            <Form submit=submit words="Save and sign in" sending=sending fields=&["password"]>
                <Field name="password" label="New password" kind="password" autocomplete="new-password"
                    value=password sending=sending hint=SHORTEST focus=true />
            </Form>
            <ProviderButton carried=Some(("reset", secret)) />
        </LinkPage>
    }
}
