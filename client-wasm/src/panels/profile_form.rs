//! Who I am for others: asked once, changed by a click on one's own avatar.

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

use crate::icon::Icon;
use crate::panels::own_menu::OwnMenu;
use crate::panels::popover::{self, Popover};
use crate::presence::{self, COLOURS, initials};
use crate::{account, profile, theme};

/// Names of the palette's colours, for those who cannot see them.
const COLOUR_NAMES: [&str; COLOURS] = [
    "Red", "Blue", "Violet", "Orange", "Green", "Teal", "Pink", "Grey",
];

const POPOVER: &str = "me";

/// My own avatar; it opens my name, colour and the page's appearance.
#[component]
pub fn OwnAvatar() -> impl IntoView {
    let me = profile::me();
    let label = {
        let me = me.clone();
        Signal::derive(move || {
            me.with(|me| format!("You: {} ({})", me.shown_name(), initials(me.shown_name())))
        })
    };
    let avatar = ViewFn::from(move || {
        let (colour, name) = (me.clone(), me.clone());
        view! {
            <span class="avatar own" style:--u=move || presence::colour(colour.get().colour)>
                {move || initials(name.get().shown_name())}
            </span>
        }
    });
    view! {
        <Popover id=POPOVER label="You" class="avatar-button" button_label=label button=avatar>
            <Show
                when=account::is_local
                fallback=|| view! { <OwnMenu popover=POPOVER /> }
            >
                <ProfileForm submit="Save" on_done=|| popover::close(POPOVER) />
                <theme::Choice />
                <p class="own-local">"Local mode: nobody signs in, and only this computer reaches the server."</p>
            </Show>
        </Popover>
    }
}

/// Asks for a name on the first visit, beside what can already be read.
#[component]
pub fn Welcome() -> impl IntoView {
    let asked = profile::asked();
    let close = || profile::asked().set(true);
    let on_keydown = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            close();
        }
    };
    view! {
        <Show when=move || !asked.get()>
            <div class="welcome" role="dialog" aria-labelledby="welcome-title" on:keydown=on_keydown>
                <h2 id="welcome-title">"Welcome! What should others call you?"</h2>
                <p>"People on the same map see this name beside what you do."</p>
                <ProfileForm submit="Go on" focus=true on_done=close />
                <p>"You can change it later: click your initials at the top."</p>
                <button
                    class="icon-button welcome-close"
                    aria-label="Not now"
                    title="Not now"
                    on:click=move |_| close()
                >
                    <Icon name="x" />
                </button>
            </div>
        </Show>
    }
}

/// One's name and colour.
#[component]
pub fn ProfileForm(
    submit: &'static str,
    /// Whether the cursor starts here.
    #[prop(optional)]
    focus: bool,
    on_done: fn(),
) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let me = profile::me().get_untracked();
    let colour = RwSignal::new(me.colour);
    // Two of them may be in the page.
    let group = format!("colour-{}", submit.len());
    Effect::new(move || {
        if let Some(input) = input.get().filter(|_| focus) {
            let _ = input.focus();
            input.select();
        }
    });
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(input) = input.get_untracked() {
            profile::set(&input.value(), colour.get_untracked());
        }
        on_done();
    };
    let swatch = move |(index, name): (usize, &'static str)| {
        let group = group.clone();
        view! {
            <label class="own-colour" style:--u=presence::colour(index) title=name>
                <input
                    type="radio"
                    name=group.clone()
                    aria-label=name
                    prop:checked=move || colour.get() == index
                    on:change=move |_| colour.set(index)
                />
            </label>
        }
    };
    view! {
        <form class="profile-form" on:submit=on_submit data-own-undo="">
            <label>
                <span>"Your name"</span>
                <input
                    class="field"
                    node_ref=input
                    type="text"
                    autocomplete="name"
                    maxlength=presence::NAME_CHARS
                    placeholder="For example Mei Kato"
                    prop:value=me.name.unwrap_or_default()
                />
            </label>
            <fieldset class="own-colours">
                <legend>"Your colour"</legend>
                {COLOUR_NAMES.into_iter().enumerate().map(swatch).collect_view()}
            </fieldset>
            <button class="button primary" type="submit">{submit}</button>
        </form>
    }
}
