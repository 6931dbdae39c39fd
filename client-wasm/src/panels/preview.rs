//! Looking at one's own map as somebody else would see it: how one begins, and the line that
//! says so and ends it. The address says as whom, so that Back ends it and a reload does not.
//!
//! Hooks for tests, stable: `data-testid` `preview`.

use leptos::html::Button;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::roles::role;
use crate::icon::Icon;
use crate::route::{self, Query};
use crate::state::{MapState, SeenAs};
use crate::{dom, toast};

/// In the address: as whom the map is seen.
const AS: &str = "as";

/// Lets the map follow the address.
pub fn follow(map: MapState) {
    let query = route::query();
    let asked = Memo::new(move |_| query.with(|query| query.get(AS).and_then(SeenAs::parse)));
    Effect::new(move || map.see_as(asked.get()));
    let seen = map.seen_as();
    Effect::new(move |before: Option<Option<SeenAs>>| {
        let now = seen.get();
        match (before.flatten(), now) {
            (before, Some(who)) if before != now => {
                toast::announce(format!("You see this map as {} would", who.name()));
            }
            (Some(_), None) => toast::announce("You see the map as yourself again"),
            _ => {}
        }
        now
    });
}

/// Begins to look as somebody.
pub fn look_as(who: SeenAs) {
    route::push(&Query::here().with(AS, Some(&who.word())), "preview");
}

/// Sees the map as oneself again; focus is where one began.
fn end() {
    route::push(&Query::here().with(AS, None), "preview over");
    let button = dom::document().query_selector(".share-button");
    let button = button.ok().flatten();
    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        let _ = button.focus();
    }
}

/// Chooses one of those whom an owner can look as.
#[component]
fn Whom(
    #[prop(into)] label: String,
    #[prop(into)] chosen: Signal<Option<SeenAs>>,
    on_choose: Callback<SeenAs>,
) -> impl IntoView {
    let option = move |who: SeenAs| {
        let is = move || chosen.get() == Some(who);
        view! { <option value=who.word() selected=is>{who.title()}</option> }
    };
    let of = move |guests: bool| {
        let all = SeenAs::all().filter(move |who| who.is_guest == guests);
        all.map(option).collect_view()
    };
    let choose = move |event| {
        if let Some(who) = SeenAs::parse(&event_target_value(&event)) {
            on_choose.run(who);
        }
    };
    view! {
        <select class="choose" aria-label=label on:change=choose>
            <optgroup label="With a role">{of(false)}</optgroup>
            <optgroup label="Through a link">{of(true)}</optgroup>
        </select>
    }
}

/// In the panel that shares a map: who sees what.
#[component]
pub fn SeeAs(
    /// Closes what it is in.
    on_begin: Callback<()>,
) -> impl IntoView {
    let chosen = RwSignal::new(SeenAs::all().next());
    let begin = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(who) = chosen.get_untracked() {
            on_begin.run(());
            look_as(who);
        }
    };
    view! {
        <section class="share-part" aria-labelledby="share-see">
            <h3 id="share-see">"What others see"</h3>
            <form class="share-see" on:submit=begin>
                <Whom
                    label="See the map as"
                    chosen=chosen
                    on_choose=Callback::new(move |who| chosen.set(Some(who)))
                />
                <button class="button" type="submit">
                    <Icon name="eye" />
                    "See it"
                </button>
            </form>
        </section>
    }
}

/// Above the map, while one looks as somebody else.
#[component]
pub fn PreviewLine() -> impl IntoView {
    let seen = expect_context::<MapState>().seen_as();
    let on = Memo::new(move |_| seen.with(Option::is_some));
    (move || on.get().then(|| view! { <Line seen=seen /> })).into_any()
}

#[component]
fn Line(seen: Signal<Option<SeenAs>>) -> impl IntoView {
    let back = NodeRef::<Button>::new();
    Effect::new(move || {
        if let Some(back) = back.get() {
            let _ = back.focus();
        }
    });
    let name = move || seen.get().map(SeenAs::name);
    let may = move || seen.get().map(|who| role(who.role_word()).may);
    let guest = move || seen.get().is_some_and(|who| who.is_guest);
    view! {
        <section class="preview-line" aria-label="You see this map as somebody else" data-testid="preview">
            <Icon name="eye" />
            <div class="preview-words">
                <p>
                    "You see this as " <b>{name}</b> " would: they can " {may} ". "
                    <span class="preview-quiet">"Nothing is changed meanwhile."</span>
                </p>
                <details>
                    <summary>"What this does not show"</summary>
                    <ul>
                        <li>"Their own name, colour and inbox. To others on the map you are still there, as yourself."</li>
                        <li>"Their list of journeys: it has only the maps that they may open"
                            {move || if guest() { ", for a guest this one alone." } else { "." }}</li>
                        <li>"How they come in: the page of a link asks for a name, and for the password if it has one."</li>
                    </ul>
                </details>
            </div>
            <Whom
                label="See the map as"
                chosen=seen
                on_choose=Callback::new(|who: SeenAs| {
                    route::replace(&Query::here().with(AS, Some(&who.word())));
                })
            />
            <button class="button primary" type="button" node_ref=back on:click=|_| end()>"Back"</button>
        </section>
    }
    .into_any()
}
