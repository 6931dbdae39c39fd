//! Avatars of the people on the map; a click goes to where somebody is.

use leptos::prelude::*;
use waymark_model::JourneyMap;

use crate::presence::initials;
use crate::state::{Focus, MapState, Person};
use waymark_sync::SaveState;

/// More people than this become a number.
const SHOWN: usize = 5;

/// Everybody else who is here.
#[component]
pub fn People() -> impl IntoView {
    let map = expect_context::<MapState>();
    let (people, state) = (map.people(), map.save_state());
    let is_away = move || {
        matches!(
            state.get(),
            SaveState::Offline { .. }
                | SaveState::Unavailable { .. }
                | SaveState::Reconnecting { .. }
        )
    };
    let more = move || people.with(|people| people.len().saturating_sub(SHOWN));
    let summary = move || match people.with(Vec::len) {
        0 => "Nobody else is here".to_owned(),
        1 => "One other person is here".to_owned(),
        count => format!("{count} other people are here"),
    };
    view! {
        <div class="people" class:away=is_away role="group" aria-label=summary>
            <For
                each=move || people.get().into_iter().take(SHOWN)
                key=|person| (person.client_id, person.name.clone(), person.colour.clone(), person.idle)
                let:person
            >
                <PersonAvatar person=person />
            </For>
            <Show when=move || more() != 0>
                <span class="avatar more" title=move || names_beyond(&people.get())>
                    {move || format!("+{}", more())}
                </span>
            </Show>
        </div>
    }
}

#[component]
fn PersonAvatar(person: Person) -> impl IntoView {
    let map = expect_context::<MapState>();
    let people = map.people();
    let id = person.client_id;
    let focus = Memo::new(move |_| {
        people.with(|people| {
            people
                .iter()
                .find(|person| person.client_id == id)?
                .focus
                .clone()
        })
    });
    let letters = initials(&person.name);
    let idle = if person.idle { ", away" } else { "" };
    let place = move || focus.get().and_then(|focus| place(&map.map(), &focus));
    let title = {
        let name = person.name.clone();
        move || {
            [Some(format!("{name}{idle}")), place()]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(": ")
        }
    };
    let label = {
        let name = format!("{} ({letters}){idle}", person.name);
        move || {
            [Some(name.clone()), place()]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(": ")
        }
    };
    let go = move |_| match focus.get_untracked() {
        Some(focus) => map.go_to().set(Some(focus)),
        None => map.announce("This person is nowhere in particular"),
    };
    view! {
        <button
            class="avatar"
            class:idle=person.idle
            style:--u=person.colour
            title=title
            aria-label=label
            on:click=go
        >
            {letters}
        </button>
    }
}

fn names_beyond(people: &[Person]) -> String {
    people
        .iter()
        .skip(SHOWN)
        .map(|person| person.name.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

/// Where somebody is, in the map's words.
fn place(map: &JourneyMap, focus: &Focus) -> Option<String> {
    let step = |id: &str| {
        map.steps
            .iter()
            .find(|step| step.id.as_str() == id)
            .map(|step| step.title.as_str())
    };
    let lane = |id: &str| {
        map.lanes
            .iter()
            .find(|lane| lane.id.as_str() == id)
            .map(|lane| lane.title.as_str())
    };
    let stage = |id: &str| {
        map.stages
            .iter()
            .find(|stage| stage.id.as_str() == id)
            .map(|stage| stage.title.as_str())
    };
    match focus {
        Focus::Cell(cell) | Focus::Item { cell, .. } => {
            Some(format!("{} › {}", step(&cell.step)?, lane(&cell.lane)?))
        }
        Focus::Stage(id) => stage(id).map(str::to_owned),
        Focus::Step(id) => step(id).map(str::to_owned),
        Focus::Lane(id) => lane(id).map(str::to_owned),
    }
}
