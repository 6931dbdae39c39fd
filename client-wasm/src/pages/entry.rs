//! The ways in: one card in the middle of the page, with one thing to do.

pub mod forgot;
pub mod invite;
pub mod join;
pub mod provider;
pub mod reset;
pub mod setup;
pub mod sign_in;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::api::Failure;
use crate::panels::form::{Field, Sending, Submit, Trouble};
use crate::{account, dom, route};

/// The shortest password; the server's rule.
const SHORTEST: &str = "At least 10 characters. A few words are easy to remember.";

/// The card.
#[component]
pub fn Entry(
    #[prop(into)] title: Signal<String>,
    #[prop(optional, into)] lead: Option<Signal<String>>,
    children: Children,
) -> impl IntoView {
    Effect::new(move || dom::document().set_title(&format!("{} · Waymark", title.get())));
    view! {
        <main class="entry">
            <div class="entry-card">
                <p class="entry-brand">
                    <span class="logo" aria-hidden="true"></span>
                    "Waymark"
                </p>
                <h1 tabindex="-1">{title}</h1>
                {lead.map(|lead| view! { <p class="entry-lead">{lead}</p> })}
                {children()}
            </div>
        </main>
    }
}

/// The card of a page that a link leads to, or word that it leads nowhere any more.
#[component]
fn LinkPage(
    /// What stands behind the "#" of the address.
    secret: StoredValue<String>,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] lead: Signal<String>,
    /// What is asked with the link.
    sending: Sending,
    /// Why it could not be seen where it leads, where that is asked first.
    #[prop(optional, into)]
    unseen: Option<Signal<Option<Failure>>>,
    children: ChildrenFn,
) -> impl IntoView {
    let dead = Memo::new(move |_| {
        let is_dead = |failure: &Option<Failure>| {
            let failure = failure.as_ref();
            failure.is_some_and(|failure| failure.code() == "dead_link")
        };
        secret.with_value(String::is_empty)
            || sending.failure.with(is_dead)
            || unseen.is_some_and(|unseen| unseen.with(is_dead))
    });
    let children = StoredValue::new(children);
    view! {
        <Show when=move || !dead.get() fallback=|| view! { <DeadLink /> }>
            <Entry title=title lead=lead>{children.with_value(|children| children())}</Entry>
        </Show>
    }
}

/// What is asked for, what is wrong with it, and the button.
#[component]
fn Form(
    submit: impl Fn() + Clone + 'static,
    words: &'static str,
    sending: Sending,
    /// The fields that say themselves what is wrong with them.
    #[prop(optional)]
    fields: &'static [&'static str],
    children: Children,
) -> impl IntoView {
    // The browser would send the form itself, and leave the page.
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        submit();
    };
    view! {
        <form class="entry-form" novalidate="" on:submit=on_submit>
            {children()}
            <Trouble sending=sending fields=fields />
            <Submit words=words sending=sending />
        </form>
    }
}

/// A link that leads nowhere any more.
#[component]
fn DeadLink() -> impl IntoView {
    view! {
        <Entry title="This link does not work".to_owned()>
            <p class="entry-lead">
                "It may have been used already, have run out, or a part of it is missing. Ask whoever sent it for a new one."
            </p>
            <a class="button" href="/">"Go to Waymark"</a>
        </Entry>
    }
}

/// What a new account is made of.
#[derive(Clone, Copy)]
struct NewAccount {
    name: RwSignal<String>,
    email: RwSignal<String>,
    password: RwSignal<String>,
}

impl NewAccount {
    fn new(email: &str) -> Self {
        Self {
            name: RwSignal::new(String::new()),
            email: RwSignal::new(email.to_owned()),
            password: RwSignal::new(String::new()),
        }
    }

    fn body(self, secret: &str) -> serde_json::Value {
        serde_json::json!({
            "secret": secret,
            "name": self.name.get_untracked(),
            "email": self.email.get_untracked(),
            "password": self.password.get_untracked(),
        })
    }
}

/// Its fields.
#[component]
fn AccountFields(account: NewAccount, sending: Sending) -> impl IntoView {
    view! {
        <Field name="name" label="Your name" autocomplete="name" value=account.name sending=sending
            placeholder="For example Mei Kato" longest=40 focus=true />
        <Field name="email" label="E-mail" kind="email" autocomplete="username" value=account.email sending=sending
            hint="You sign in with it. Others on your maps do not see it." />
        <Field name="password" label="Password" kind="password" autocomplete="new-password"
            value=account.password sending=sending hint=SHORTEST />
    }
}

/// The fields that say themselves what is wrong with them.
const ACCOUNT_FIELDS: &[&str] = &["name", "email", "password"];

/// Goes on as whoever has just come in.
fn go_in(path: String) {
    leptos::task::spawn_local(async move {
        if account::refresh().await.is_ok() {
            route::redirect(&path);
        }
    });
}
