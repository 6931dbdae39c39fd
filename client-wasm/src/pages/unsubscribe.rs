//! Stopping letters about what is unread, from a letter and without signing in.

use leptos::prelude::*;

use super::entry::Entry;
use crate::panels::form::{Sending, Submit, Trouble};
use crate::{api, route};

#[component]
pub fn UnsubscribePage() -> impl IntoView {
    let token = StoredValue::new(route::secret());
    let stopped = RwSignal::new(false);
    let sending = Sending::default();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let path = format!("/unsubscribe/{}", token.get_value());
        let asking = async move { api::call("POST", &path, None).await };
        sending.run(asking, move |_| stopped.set(true));
    };
    let title = Memo::new(move |_| match stopped.get() {
        true => "You get no more of these".to_owned(),
        false => "Stop these letters?".to_owned(),
    });
    view! {
        <Entry title=title>
            {move || match stopped.get() {
                true => view! {
                    <p class="entry-lead" role="status">"Your inbox is still there, and you can have it e-mailed again on your account page."</p>
                    <a class="button" href="/account">"Go to your account"</a>
                }.into_any(),
                false => view! {
                    <form class="entry-form" on:submit=submit>
                        <p class="entry-lead">"What is unread in your Waymark inbox is then no longer e-mailed to you."</p>
                        <Trouble sending=sending />
                        <Submit words="Stop them" sending=sending />
                    </form>
                }.into_any(),
            }}
        </Entry>
    }
}
