//! Who is where, in words, on demand: with ways to go there and to follow.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlSelectElement};

use super::news::{self, ReadOut};
use super::{one, place};
use crate::dom;
use crate::grid::Board;
use crate::icon::Icon;
use crate::panels::popover::{self, Popover};
use crate::presence::initials;
use crate::state::{Attention, Person};

/// The popover's id.
pub(crate) const POPOVER: &str = "who-is-where";

/// The button in the bar and what it opens.
#[component]
pub fn WhoIsWhere(minute: RwSignal<u64>) -> impl IntoView {
    let board = expect_context::<Board>();
    let people = board.state.people();
    let open = RwSignal::new(false);
    let count = Memo::new(move |_| people.with(Vec::len));
    Effect::new(move |_| {
        if open.get() {
            focus_first();
        }
    });
    let button = || view! { <Icon name="users-round" /> };
    // Its content is only made while somebody looks at it.
    let body = move || {
        open.get().then(|| {
            view! {
                <h2 class="who-title">"Who is where"</h2>
                <ul class="who-list">
                    <For each=move || people.get() key=|person| (person.client_id, person.name.clone(), person.colour.clone()) let:person>
                        <Line person=person minute=minute />
                    </For>
                </ul>
                {move || (count.get() == 0).then(|| view! { <p class="quiet">"Nobody else is here."</p> })}
                <ReadOutChoice />
            }
        })
    };
    view! {
        <Popover
            id=POPOVER
            label="Who is where"
            class="icon-button who-button"
            button_label=Signal::stored("Who is where".to_owned())
            button=button
            open=open
        >
            <div class="who-where" data-own-undo="" data-testid="who-is-where">{body}</div>
        </Popover>
    }
    .into_any()
}

fn focus_first() {
    let panel = dom::document().get_element_by_id(POPOVER);
    let first = panel.and_then(|panel| panel.query_selector("button, select").ok().flatten());
    if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
        let _ = first.focus();
    }
}

#[component]
fn Line(person: Person, minute: RwSignal<u64>) -> impl IntoView {
    let board = expect_context::<Board>();
    let id = person.client_id;
    let now = one(board.state, id);
    let words = move || {
        now.get()
            .map(|person| place::whereabouts(&board.state.map(), &person))
    };
    let attention = move || {
        now.get()
            .and_then(|person| place::attention(&person, minute.get()))
            .map(|words| view! { <small class="who-attention">{words}</small> })
    };
    let is_absent = move || {
        now.with(|it| {
            it.as_ref()
                .is_some_and(|it| it.attention != Attention::Here)
        })
    };
    let go = move |_| {
        popover::close(POPOVER);
        board.go_to_person(id);
    };
    let follow = move |_| {
        popover::close(POPOVER);
        if untrack(|| board.follow.is_of(id)) {
            board.stop_following();
        } else {
            board.follow_person(id);
        }
    };
    let name = person.name.clone();
    let go_label = format!("Go to {name}");
    let follow_label = format!("Follow {name}");
    view! {
        <li class="who-line" class:absent=is_absent data-person-line=id.to_string()>
            <span class="avatar" class:idle=is_absent style:--u=person.colour aria-hidden="true">
                {initials(&name)}
            </span>
            <span class="who-words">
                <b>{name} {attention}</b>
                <span class="who-place">{words}</span>
            </span>
            <button class="button small" type="button" aria-label=go_label data-testid="go-there" on:click=go>"Go there"</button>
            <button
                class="button small"
                type="button"
                aria-label=follow_label
                aria-pressed=move || board.follow.is_of(id).to_string()
                data-testid="follow"
                on:click=follow
            >
                {move || if board.follow.is_of(id) { "Stop" } else { "Follow" }}
            </button>
        </li>
    }
    .into_any()
}

/// How much of what others do is read out.
#[component]
fn ReadOutChoice() -> impl IntoView {
    let chosen = news::chosen();
    let option = move |one: ReadOut| {
        let chosen = chosen.clone();
        view! { <option value=one.word() selected=move || chosen.get() == one>{one.label()}</option> }
    };
    let choose = |event: web_sys::Event| {
        let select = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        if let Some(select) = select {
            news::choose(&select.value());
        }
    };
    view! {
        <label class="read-out">
            <span>"A screen reader tells me"</span>
            <select data-testid="read-out" on:change=choose>
                {ReadOut::ALL.map(option).into_iter().collect_view()}
            </select>
        </label>
    }
    .into_any()
}
