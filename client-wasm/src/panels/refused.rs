//! What the server did not accept, kept in this browser until somebody dismisses it; and
//! the mark of a map that this person may not change.
//!
//! Hooks for tests, stable: `data-testid` `refused`, `refused-copy`, `refused-dismiss` and
//! `may-mark`.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::icon::Icon;
use crate::state::{MapState, May, Refusal};
use crate::{api, dom, toast};

/// What was not accepted, if anything.
#[component]
pub fn NotAccepted() -> impl IntoView {
    let map = expect_context::<MapState>();
    let refused = map.refused();
    let any = Memo::new(move |_| refused.with(|refused| !refused.is_empty()));
    let list = move || refused.get().into_iter().map(entry).collect_view();
    let copy = move |_| {
        let texts: Vec<String> =
            refused.with_untracked(|all| all.iter().map(Refusal::text).collect());
        spawn_local(async move {
            if dom::copy(&texts.join("\n\n")).await {
                toast::announce("Copied");
            } else {
                toast::show(
                    "The browser does not let this page copy. Select the words and copy them.",
                );
            }
        });
    };
    view! {
        <Show when=move || any.get()>
            <section class="notice not-accepted" aria-label="Not accepted" data-testid="refused">
                <Icon name="triangle-alert" />
                <div class="not-accepted-body">
                    <strong>"Not accepted"</strong>
                    " – these changes are not in the map. They are kept here, in this browser, until you dismiss them."
                    {list}
                </div>
                <button class="button" type="button" data-testid="refused-copy" on:click=copy>
                    <Icon name="copy" />
                    "Copy"
                </button>
                <button
                    class="icon-button"
                    type="button"
                    aria-label="Dismiss what was not accepted"
                    title="Dismiss"
                    data-testid="refused-dismiss"
                    on:click=move |_| map.dismiss_refused()
                >
                    <Icon name="x" />
                </button>
            </section>
        </Show>
    }
}

fn entry(refusal: Refusal) -> impl IntoView {
    let lines = refusal.lines.into_iter().map(|line| {
        view! {
            <li>
                <b>{line.what}</b>
                {(!line.text.is_empty()).then(|| view! { " " <q>{line.text}</q> })}
            </li>
        }
    });
    view! {
        <p class="not-accepted-why">{format!("{} {}", dom::clock(refusal.at), refusal.reason)}</p>
        <ul>{lines.collect_view()}</ul>
    }
}

/// Says in the bar that not everything can be changed here, and to what that comes.
#[component]
pub fn MayMark() -> impl IntoView {
    let may = expect_context::<MapState>().may();
    let look = move || match may.get() {
        May::Everything => None,
        May::Cards => Some(("pencil", "Cards only")),
        May::Comment => Some(("message-circle", "Comments only")),
        May::Read => Some(("eye", "View only")),
    };
    move || {
        look().map(|(icon, words)| {
            let reason = api::sentence(may.get().reason());
            view! {
                <span class="may-mark" data-testid="may-mark" role="note" title=reason.clone()>
                    <Icon name=icon />
                    <span>{words}</span>
                    <span class="sr-only">{format!(". {reason}")}</span>
                </span>
            }
        })
    }
}
