//! The command menu: everything that can be done now, found by typing.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::super::board::Board;
use super::super::commands::{At, Command, at_place, everywhere, shown};
use super::super::moves::Moved;
use crate::dom::{document, is_mac};
use crate::icon::Icon;

/// A command with the words it has here.
#[derive(Clone)]
struct Offer {
    command: Command,
    words: String,
    keys: String,
    /// What it is done to, on the first of its group.
    heading: Option<String>,
}

/// All commands, narrowed by typing; arrows choose, Enter does it.
#[component]
pub(crate) fn AllCommands() -> impl IntoView {
    let board = Board::here();
    let at = StoredValue::new_local(At::here(board));
    let offers = StoredValue::new_local(offers(&at.get_value()));
    let wanted = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let matching = Memo::new(move |_| {
        let wanted = wanted.get().to_lowercase();
        offers.with_value(|offers| {
            (0..offers.len())
                .filter(|index| fits(&offers[*index].words, &wanted))
                .collect::<Vec<_>>()
        })
    });
    let run = move |index: usize| {
        let command = offers.with_value(|offers| offers[index].command);
        board.close_popup();
        command.run(&at.get_value());
    };
    let on_keydown = move |event: KeyboardEvent| {
        let count = matching.with_untracked(Vec::len);
        let now = chosen.get_untracked();
        match event.key().as_str() {
            "ArrowDown" if count > 0 => choose(chosen, (now + 1) % count),
            "ArrowUp" if count > 0 => choose(chosen, (now + count - 1) % count),
            "Enter" => {
                let index = matching.with_untracked(|matching| matching.get(now).copied());
                if let Some(index) = index {
                    run(index);
                }
            }
            "Tab" => board.close_popup(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let line = move |(place, index): (usize, usize)| {
        let offer = offers.with_value(|offers| offers[index].clone());
        let is_chosen = Memo::new(move |_| chosen.get() == place);
        let checked = offer.command.is_checked(&at.get_value());
        // While somebody looks for something, groups would only be in the way.
        let heading = offer.heading.filter(|_| wanted.with(String::is_empty));
        view! {
            {heading.map(|heading| view! { <p class="command-heading" aria-hidden="true">{heading}</p> })}
            <div
                class="menu-item"
                class:chosen=is_chosen
                id=format!("command-{place}")
                role="option"
                aria-selected=move || is_chosen.get().to_string()
                data-command=offer.command.id
                on:pointermove=move |_| chosen.set(place)
                on:click=move |_| run(index)
            >
                <Icon name=offer.command.icon />
                <span class="menu-text">{offer.words}</span>
                {checked.filter(|on| *on).map(|_| view! { <Icon name="check" /> })}
                {(!offer.keys.is_empty()).then(|| view! { <kbd>{offer.keys}</kbd> })}
            </div>
        }
    };
    let lines = move || {
        let matching = matching.get();
        matching.into_iter().enumerate().map(line).collect_view()
    };
    view! {
        <div class="commands">
            <input
                class="kinds-find"
                type="text"
                role="combobox"
                data-first=""
                placeholder="What do you want to do?"
                aria-label="Find a command"
                aria-expanded="true"
                aria-controls="command-list"
                aria-autocomplete="list"
                aria-activedescendant=move || {
                    matching.with(|matching| (!matching.is_empty()).then(|| format!("command-{}", chosen.get())))
                }
                autocomplete="off"
                spellcheck="false"
                on:input=move |event| {
                    wanted.set(event_target_value(&event));
                    chosen.set(0);
                }
                on:keydown=on_keydown
            />
            <div class="command-list" id="command-list" role="listbox" aria-label="Commands">
                {lines}
            </div>
            {move || matching.with(Vec::is_empty).then(|| view! { <p class="command-none" role="status">"No command has these words."</p> })}
        </div>
    }
    .into_any()
}

/// Those of the place first, then those of the map.
fn offers(at: &At) -> Vec<Offer> {
    let place = at.spot.as_ref().map_or("Here".to_owned(), |spot| {
        let words = Moved::at(spot).map(|moved| at.board.words_of(&moved));
        match words.filter(|words| !words.trim().is_empty()) {
            Some(words) => format!("For “{words}”"),
            None => "Here".to_owned(),
        }
    });
    let here = at.spot.as_ref().map_or(&[][..], at_place);
    let groups = [(place, here), ("For the map".to_owned(), everywhere())];
    let mut offers = Vec::new();
    for (heading, sections) in groups {
        let mut heading = Some(heading);
        let commands = sections.iter().copied().flatten();
        for command in commands.filter(|it| it.is_offered(at)) {
            offers.push(Offer {
                command: *command,
                words: command.words(at),
                keys: command
                    .keys
                    .first()
                    .map(|keys| shown(keys, is_mac()))
                    .unwrap_or_default(),
                heading: heading.take(),
            });
        }
    }
    offers
}

/// Whether every word that is looked for begins a word of the command, or is in it.
fn fits(words: &str, wanted: &str) -> bool {
    let words = words.to_lowercase();
    wanted.split_whitespace().all(|part| words.contains(part))
}

fn choose(chosen: RwSignal<usize>, place: usize) {
    chosen.set(place);
    let line = document().get_element_by_id(&format!("command-{place}"));
    if let Some(line) = line {
        super::super::focus::reveal(&line);
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_command_is_found_by_parts_of_its_words_in_any_order() {
        assert!(fits("Add step after", "step add"));
        assert!(fits("Add step after", ""));
        assert!(!fits("Add step after", "lane"));
    }
}
