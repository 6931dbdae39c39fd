//! The people on the map: avatars in the bar, and who is where in words.

pub mod list;
pub mod news;
pub mod place;

use leptos::prelude::*;

use crate::grid::Board;
use crate::presence::initials;
use crate::state::{Attention, MapState, Person};

use self::list::WhoIsWhere;

/// More people than this become a number.
const SHOWN: usize = 4;
/// How often "idle 3 min" is counted again, in milliseconds.
const MINUTE_MS: u64 = 20_000;

/// Everybody else who is here: a click goes to them, another follows them.
#[component]
pub fn People() -> impl IntoView {
    let map = expect_context::<MapState>();
    let people = map.people();
    let minute = minute();
    let more = move || people.with(|people| people.len().saturating_sub(SHOWN));
    let summary = move || match people.with(Vec::len) {
        0 => "Nobody else is here".to_owned(),
        1 => "One other person is here".to_owned(),
        count => format!("{count} other people are here"),
    };
    view! {
        <div class="people" role="group" aria-label=summary>
            <For
                each=move || people.get().into_iter().take(SHOWN)
                key=|person| (person.client_id, person.name.clone(), person.colour.clone())
                let:person
            >
                <PersonAvatar person=person minute=minute />
            </For>
            <Show when=move || more() != 0>
                <span class="avatar more" title=move || names_beyond(&people.get())>
                    {move || format!("+{}", more())}
                </span>
            </Show>
        </div>
        <WhoIsWhere minute=minute />
    }
}

/// The time, now and then.
fn minute() -> RwSignal<u64> {
    let minute = RwSignal::new(crate::dom::unix_now());
    let every = std::time::Duration::from_millis(MINUTE_MS);
    let tick = set_interval_with_handle(move || minute.set(crate::dom::unix_now()), every);
    if let Ok(tick) = tick {
        on_cleanup(move || tick.clear());
    }
    minute
}

/// What is known of one of them now.
fn one(map: MapState, id: u64) -> Memo<Option<Person>> {
    let people = map.people();
    Memo::new(move |_| {
        people.with(|people| people.iter().find(|person| person.client_id == id).cloned())
    })
}

#[component]
fn PersonAvatar(person: Person, minute: RwSignal<u64>) -> impl IntoView {
    let board = expect_context::<Board>();
    let map = board.state;
    let id = person.client_id;
    let now = one(map, id);
    let letters = initials(&person.name);
    let name = person.name.clone();
    let facts = Memo::new(move |_| {
        let person = now.get()?;
        let facts = [
            place::attention(&person, minute.get()),
            Some(place::whereabouts(&map.map(), &person)),
        ];
        Some(facts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    });
    let action = move || {
        if board.follow.is_of(id) {
            "Stop following"
        } else if board.follow.is_beside(id) {
            "Follow"
        } else {
            "Go there"
        }
    };
    let title = {
        let name = name.clone();
        move || {
            let facts = facts.get().unwrap_or_default();
            format!("{name}: {facts}. Click: {}", action().to_lowercase())
        }
    };
    let label = {
        let letters = letters.clone();
        move || {
            let facts = facts.get().unwrap_or_default();
            format!("{name} ({letters}): {facts}. {}", action())
        }
    };
    let is_absent = move || {
        now.with(|it| {
            it.as_ref()
                .is_some_and(|it| it.attention != Attention::Here)
        })
    };
    view! {
        <button
            class="avatar"
            type="button"
            class:idle=is_absent
            class:followed=move || board.follow.is_of(id)
            style:--u=person.colour
            title=title
            aria-label=label
            aria-pressed=move || board.follow.is_of(id).to_string()
            data-avatar=id.to_string()
            on:click=move |_| board.meet(id)
        >
            {letters}
        </button>
    }
    .into_any()
}

fn names_beyond(people: &[Person]) -> String {
    people
        .iter()
        .skip(SHOWN)
        .map(|person| person.name.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}
