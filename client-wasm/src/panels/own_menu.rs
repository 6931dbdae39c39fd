//! What is behind one's own avatar where people sign in, and the way out.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::icon::Icon;
use crate::panels::popover;
use crate::state::Shared;
use crate::{account, theme, toast};

/// Who I am, the pages about me, and signing out.
#[component]
pub fn OwnMenu(
    /// The popover it is in.
    popover: &'static str,
) -> impl IntoView {
    let account = account::signal();
    let person = Memo::new(move |_| {
        account.with(|account| account.as_ref().and_then(|it| it.person.clone()))
    });
    let name = move || person.get().map(|person| person.name);
    let under = move || {
        person.get().map(|person| match person.is_guest {
            true => "Guest".to_owned(),
            false => person.email,
        })
    };
    let close = move |_| popover::close(popover);
    view! {
        <div class="own-who">
            <b>{name}</b>
            <small>{under}</small>
        </div>
        <ul class="menu-list">
            <li>
                <a class="menu-item" href="/account" on:click=close>
                    <Icon name="circle-user-round" />
                    "Your account"
                </a>
            </li>
            <Show when=account::is_admin>
                <li>
                    <a class="menu-item" href="/people" on:click=close>
                        <Icon name="users-round" />
                        "People"
                    </a>
                </li>
            </Show>
            <li>
                <SignOut />
            </li>
        </ul>
        <theme::Choice />
    }
}

/// Signs out, after asking when something would be lost by it.
#[component]
pub fn SignOut() -> impl IntoView {
    let asking = RwSignal::new(0usize);
    let leave = move || {
        spawn_local(async {
            if let Err(failure) = account::sign_out().await {
                toast::show(failure.text());
            }
        });
    };
    let begin = move |_| match Shared::unsaved_anywhere() {
        0 => leave(),
        unsaved => asking.set(unsaved),
    };
    let words = move || match asking.get() {
        1 => "1 change is not saved yet. Signing out loses it.".to_owned(),
        count => format!("{count} changes are not saved yet. Signing out loses them."),
    };
    view! {
        <Show
            when=move || { asking.get() > 0 }
            fallback=move || view! {
                <button class="menu-item" type="button" on:click=begin>
                    <Icon name="log-out" />
                    "Sign out"
                </button>
            }
        >
            <div class="own-ask" role="alert">
                <p>{words}</p>
                <button class="button" type="button" on:click=move |_| asking.set(0)>"Stay"</button>
                <button class="button danger" type="button" on:click=move |_| leave()>"Sign out and lose them"</button>
            </div>
        </Show>
    }
}

/// Says that nobody signs in here.
#[component]
pub fn LocalLabel() -> impl IntoView {
    let title = "Whoever reaches this server is one person who may change every map. It listens on this computer only.";
    view! {
        <Show when=account::is_local>
            <span class="pill small local-label" title=title>"Local mode"</span>
        </Show>
    }
}
