//! Choosing what of the map is shown, and the line that says that not all of it is.

use leptos::prelude::*;
use waymark_model::filter::{Choices, Filter};

use crate::grid::Board;
use crate::grid::filters::{my_name, of_me, readable, words};
use crate::grid::lull::lull;
use crate::icon::Icon;
use crate::panels::popover::Popover;
use crate::state::MapState;
use crate::talk::me;

/// The popover's id.
pub(crate) const POPOVER: &str = "filters";

/// The button in the bar and what it opens.
#[component]
pub fn FilterButton() -> impl IntoView {
    let board = expect_context::<Board>();
    let open = RwSignal::new(false);
    let label = Signal::derive(move || {
        if board.filters.is_on() {
            "Filter: on"
        } else {
            "Filter"
        }
        .to_owned()
    });
    let button = move || {
        view! {
            <Icon name="funnel" />
            {move || board.filters.is_on().then(|| view! { <span class="filter-mark" aria-hidden="true"></span> })}
        }
    };
    view! {
        <Popover id=POPOVER label="Filter" class="icon-button filter-button" button_label=label button=button open=open>
            <FilterForm open=open />
        </Popover>
    }
}

/// A value that one can choose, and how much it would let through.
type Choice = (String, String, usize);

#[component]
fn FilterForm(open: RwSignal<bool>) -> impl IntoView {
    let board = expect_context::<Board>();
    let state = expect_context::<MapState>();
    let filters = board.filters;
    let changed = lull(state, open.into());
    let choices = Memo::new(move |_| {
        changed.track();
        if open.get() {
            Choices::of(&state.map(), of_me(&my_name(), &me::person()))
        } else {
            Choices::default()
        }
    });
    let kinds = Memo::new(move |_| -> Vec<Choice> {
        choices.with(|choices| {
            let choice = |(kind, count): &(waymark_model::vocabulary::LaneKind, usize)| {
                (kind.word().to_owned(), kind.label().to_owned(), *count)
            };
            choices.kinds.iter().map(choice).collect()
        })
    });
    let nameless = Memo::new(move |_| my_name().is_empty());
    let named = |values: &[(String, usize)]| -> Vec<Choice> {
        let choice = |(word, count): &(String, usize)| (word.clone(), readable(word), *count);
        values.iter().map(choice).collect()
    };
    let owners = Memo::new(move |_| choices.with(|choices| named(&choices.owners)));
    let statuses = Memo::new(move |_| choices.with(|choices| named(&choices.statuses)));
    view! {
        <form class="filter-form" data-own-undo="" data-testid="filters" on:submit=|event| event.prevent_default()>
            <label class="filter-text">
                <span class="filter-legend">"Words"</span>
                <input
                    type="text"
                    autocomplete="off"
                    placeholder="Every word must be there"
                    prop:value=move || filters.asked.with(|filter| filter.text.clone())
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        filters.ask(|filter| filter.text = text);
                    }
                />
            </label>
            <label class="filter-choice">
                <input
                    type="checkbox"
                    prop:checked=filters.hides
                    on:change=move |event| filters.hides.set(event_target_checked(&event))
                />
                <span>"Hide what does not match"</span>
            </label>
            <label class="filter-choice">
                <input
                    type="checkbox"
                    disabled=nameless
                    aria-describedby="filter-mine"
                    prop:checked=move || filters.asked.with(|filter| filter.mine)
                    on:change=move |event| {
                        let on = event_target_checked(&event);
                        filters.ask(|filter| filter.mine = on);
                    }
                />
                <span>"Mine"</span>
                <small>{move || choices.with(|choices| choices.mine)}</small>
            </label>
            <p class="filter-hint" id="filter-mine">
                {move || {
                    if nameless.get() {
                        "Say what you are called first: click your initials at the top."
                    } else {
                        "What you wrote, and what is at the steps you answer for."
                    }
                }}
            </p>
            <Group legend="Lanes" choices=kinds part=Part::Kinds />
            <Group legend="Owner of the step" choices=owners part=Part::Owners />
            <Group legend="Status" choices=statuses part=Part::Statuses />
            <div class="filter-foot">
                <span class="filter-count" role="status">{move || count(board)}</span>
                <button class="button" type="button" disabled=move || !filters.is_on() on:click=move |_| filters.clear()>
                    "Clear"
                </button>
            </div>
        </form>
    }
}

/// Which part of a filter a group of choices is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Kinds,
    Owners,
    Statuses,
}

impl Part {
    fn has(self, filter: &Filter, word: &str) -> bool {
        match self {
            Self::Kinds => filter.kinds.iter().any(|kind| kind.word() == word),
            Self::Owners => filter.owners.iter().any(|owner| owner == word),
            Self::Statuses => filter.statuses.iter().any(|status| status == word),
        }
    }

    fn set(self, filter: &mut Filter, word: &str, on: bool) {
        match self {
            Self::Kinds => {
                filter.kinds.retain(|kind| kind.word() != word);
                let kind = waymark_model::vocabulary::LaneKind::from_word(word);
                filter.kinds.extend(kind.filter(|_| on));
            }
            Self::Owners => set(&mut filter.owners, word, on),
            Self::Statuses => set(&mut filter.statuses, word, on),
        }
    }
}

fn set(words: &mut Vec<String>, word: &str, on: bool) {
    words.retain(|other| other != word);
    if on {
        words.push(word.to_owned());
    }
}

#[component]
fn Group(legend: &'static str, choices: Memo<Vec<Choice>>, part: Part) -> impl IntoView {
    let filters = expect_context::<Board>().filters;
    let any = Memo::new(move |_| choices.with(|choices| !choices.is_empty()));
    let choice = move |(word, label, _): Choice| {
        let (asked, set, found) = (word.clone(), word.clone(), word);
        let count = move || {
            choices.with(|choices| {
                let choice = choices.iter().find(|(other, _, _)| *other == found);
                choice.map_or(0, |(_, _, count)| *count)
            })
        };
        view! {
            <label class="filter-choice">
                <input
                    type="checkbox"
                    prop:checked=move || filters.asked.with(|filter| part.has(filter, &asked))
                    on:change=move |event| {
                        let on = event_target_checked(&event);
                        filters.ask(|filter| part.set(filter, &set, on));
                    }
                />
                <span>{label}</span>
                <small>{count}</small>
            </label>
        }
    };
    move || {
        any.get().then(|| {
            view! {
                <fieldset class="filter-group">
                    <legend class="filter-legend">{legend}</legend>
                    <div class="filter-choices">
                        <For each=move || choices.get() key=|(word, _, _)| word.clone() children=choice />
                    </div>
                </fieldset>
            }
        })
    }
}

/// `12 of 231`, while anything is asked for.
fn count(board: Board) -> Option<String> {
    board.filters.passed.with(|passed| {
        let passed = passed.as_ref()?;
        Some(format!("{} of {}", passed.items.len(), passed.of))
    })
}

/// Says that not all of the map is shown, as long as that is so.
#[component]
pub fn FilterLine() -> impl IntoView {
    let board = expect_context::<Board>();
    let filters = board.filters;
    let on = Memo::new(move |_| filters.is_on());
    let said = Memo::new(move |_| filters.asked.with(words));
    let rest = move || {
        if filters.hides.get() {
            "the rest is hidden"
        } else {
            "the rest is dimmed"
        }
    };
    move || {
        on.get().then(|| {
            view! {
                <div class="filter-line" role="status" data-testid="filter-line">
                    <Icon name="funnel" />
                    <span class="filter-said"><b>"Filtered: "</b>{said}</span>
                    <span class="filter-count">{move || count(board)}</span>
                    <span class="filter-rest">{rest}</span>
                    <button class="filter-clear" type="button" on:click=move |_| filters.clear()>"Clear"</button>
                </div>
            }
        })
    }
}
