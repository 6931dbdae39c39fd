//! Oneself: name and colour, password, devices, tokens.

pub mod devices;
pub mod feed;
pub mod password;
pub mod service;
pub mod tokens;

use leptos::prelude::*;

use self::devices::Devices;
use self::feed::{Digest, InboxFeed};
use self::password::PasswordForm;
use self::service::Service;
use self::tokens::Tokens;
use crate::panels::own_menu::SignOut;
use crate::panels::profile_form::ProfileForm;
use crate::panels::top::TopBar;
use crate::panels::webhooks::Webhooks;
use crate::toast::{self, Toasts};
use crate::{account, dom};

#[component]
pub fn AccountPage() -> impl IntoView {
    dom::document().set_title("Your account · Waymark");
    let account = account::now();
    let person = account.as_ref().and_then(|account| account.person.clone());
    let is_guest = person.as_ref().is_some_and(|person| person.is_guest);
    let service = account.and_then(|account| account.provider);
    let email = person.map(|person| person.email).unwrap_or_default();
    if untrack(account::is_local) {
        return view! {
            <TopBar />
            <main class="settings">
                <h1 tabindex="-1">"Your account"</h1>
                <p class="settings-lead">"In local mode there are no accounts: whoever reaches this server is one person."</p>
                <Section title="Name and colour" lead="How others see you beside what you do.">
                    <ProfileForm submit="Save" on_done=|| toast::show("Saved") />
                </Section>
                <Section title="Webhooks" lead="What happens on all maps is sent to an address, signed.">
                    <Webhooks path="/api/webhooks" all=true />
                </Section>
            </main>
            <Toasts />
        }
        .into_any();
    }
    view! {
        <TopBar />
        <main class="settings">
            <h1 tabindex="-1">"Your account"</h1>
            <p class="settings-lead">
                {if is_guest {
                    "You came through a link, without an account. With an invitation you make one, and what you did stays yours.".to_owned()
                } else {
                    email
                }}
            </p>
            <Section title="Name and colour" lead="How others see you beside what you do.">
                <ProfileForm submit="Save" on_done=|| toast::show("Saved") />
            </Section>
            {(!is_guest).then(|| view! {
                <Section title="Password" lead="A new one signs all your other devices out.">
                    <PasswordForm />
                </Section>
            })}
            {service.filter(|_| !is_guest).map(|name| view! {
                <Section title="Sign-in service" lead="With it you sign in without a password.">
                    <Service name=name />
                </Section>
            })}
            {(!is_guest).then(|| view! {
                <Section title="Inbox by e-mail" lead="What is unread is sent to you, and nothing when there is nothing.">
                    <Digest />
                </Section>
                <Section title="Inbox as a feed" lead="A secret address for a feed reader (Atom).">
                    <InboxFeed />
                </Section>
            })}
            <Section title="Devices" lead="Where you are signed in.">
                <Devices />
            </Section>
            {(!is_guest).then(|| view! {
                <Section title="Tokens" lead="For programs that read or write maps in your name.">
                    <Tokens />
                </Section>
            })}
            <div class="settings-out"><SignOut /></div>
        </main>
        <Toasts />
    }
    .into_any()
}

/// One thing to look after.
#[component]
pub fn Section(
    title: &'static str,
    #[prop(optional)] lead: &'static str,
    children: Children,
) -> impl IntoView {
    let id = title.to_lowercase().replace(' ', "-");
    let labelled = id.clone();
    view! {
        <section class="settings-part" aria-labelledby=labelled>
            <h2 id=id>{title}</h2>
            {(!lead.is_empty()).then(|| view! { <p class="settings-hint">{lead}</p> })}
            {children()}
        </section>
    }
}
