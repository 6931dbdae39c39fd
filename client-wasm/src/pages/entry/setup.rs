//! The first person of a new server.

use leptos::prelude::*;

use super::provider::ProviderButton;
use super::{ACCOUNT_FIELDS, AccountFields, Form, LinkPage, NewAccount, go_in};
use crate::panels::form::Sending;
use crate::{api, route};

#[component]
pub fn SetupPage() -> impl IntoView {
    let secret = StoredValue::new(route::secret());
    let (account, sending) = (NewAccount::new(""), Sending::default());
    let submit = move || {
        let body = account.body(&secret.get_value());
        let asking = async move { api::call("POST", "/api/setup", Some(body)).await };
        sending.run(asking, |_| go_in("/".to_owned()));
    };
    view! {
        <LinkPage
            secret=secret
            title="Make this Waymark yours".to_owned()
            lead="You are the first one here, and become its administrator: you invite people, and own every map.".to_owned()
            sending=sending
        >
            <Form submit=submit words="Begin" sending=sending fields=ACCOUNT_FIELDS>
                <AccountFields account=account sending=sending />
            </Form>
            <ProviderButton carried=Some(("setup", secret)) />
        </LinkPage>
    }
}
