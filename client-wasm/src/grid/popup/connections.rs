//! The connections of a step as a list, and the choice of a step to connect it with.

use leptos::prelude::*;
use waymark_model::Edit;
use waymark_model::edit::TextField;
use waymark_model::ids::{CardId, ConnectorId, StepId};
use waymark_model::map::Connector;
use waymark_model::vocabulary::ConnectorKind;

use super::super::board::Board;
use super::super::connectors::icon;
use super::menu::Entry;
use super::{Content, Popup};
use crate::icon::Icon;
use crate::panels::field::InPlace;

/// Every connection that leads from or to a step: its kind and its words can be changed,
/// and it can be taken away.
#[component]
pub(crate) fn Connections(
    step: StepId,
    on_connect: Callback<web_sys::MouseEvent>,
) -> impl IntoView {
    let board = Board::here();
    let all = board.state.connectors();
    let here = step.clone();
    let ids = Memo::new(move |_| {
        all.with(|all| {
            let mine = |it: &&Connector| it.from == here || it.to == here;
            let ids = all.iter().filter(mine).map(|it| it.id.clone());
            ids.collect::<Vec<_>>()
        })
    });
    let none = move || ids.with(Vec::is_empty);
    view! {
        <div class="connections" data-testid="connections">
            {move || none().then(|| view! { <p class="connections-none">"No connections yet."</p> })}
            <For each=move || ids.get() key=Clone::clone let:id>
                <Row id=id step=step.clone() />
            </For>
            <button class="connections-add" type="button" data-first="" data-opens="" on:click=move |event| on_connect.run(event)>
                <Icon name="plus" />
                "Connect to…"
            </button>
        </div>
    }
    .into_any()
}

#[component]
fn Row(id: ConnectorId, step: StepId) -> impl IntoView {
    let board = Board::here();
    let all = board.state.connectors();
    let find = id.clone();
    let data = Memo::new(move |_| all.with(|all| all.iter().find(|it| it.id == find).cloned()));
    let title = move || {
        data.with(|data| {
            data.as_ref().map(|it| {
                if it.from == step {
                    format!("To {}", board.step_title(&it.to))
                } else {
                    format!("From {}", board.step_title(&it.from))
                }
            })
        })
    };
    let text = move |part: fn(&Connector) -> &String| {
        Signal::derive(move || {
            data.with(|data| {
                data.as_ref()
                    .map_or_else(String::new, |it| part(it).clone())
            })
        })
    };
    let kind = Memo::new(move |_| {
        data.with(|data| data.as_ref().map_or(ConnectorKind::Next, |it| it.kind))
    });
    let options = ConnectorKind::ALL.iter().map(|option| {
        let option = *option;
        view! { <option value=option.word() selected=move || kind.get() == option>{option.label()}</option> }
    });
    let options: Vec<_> = options.collect();
    let changed = id.clone();
    let on_kind = move |event: leptos::ev::Event| {
        if let Some(kind) = ConnectorKind::from_word(&event_target_value(&event)) {
            let id = changed.clone();
            let _ = board.state.edit(Edit::SetConnectorKind { id, kind });
        }
    };
    let title = Memo::new(move |_| title());
    let gone = id.clone();
    view! {
        <div class="connection">
            <span class="connection-icon">{move || view! { <Icon name=icon(kind.get()) /> }}</span>
            <b class="connection-title">{move || title.get()}</b>
            <select class="connection-kind" aria-label="Kind of connection" on:change=on_kind>{options}</select>
            <button
                class="icon-button"
                type="button"
                aria-label=move || format!("Delete connection {}", title.get().unwrap_or_default())
                on:click=move |_| board.disconnect(&gone)
            >
                <Icon name="trash-2" />
            </button>
            <InPlace
                field=TextField::ConnectorLabel(id.clone())
                value=text(|it| &it.label)
                label="Label of the connection"
                placeholder="Label"
                class="connection-text"
            />
            <InPlace
                field=TextField::ConnectorCondition(id)
                value=text(|it| &it.condition)
                label="When one goes this way"
                placeholder="When?"
                class="connection-text"
            />
        </div>
    }
    .into_any()
}

/// Every step, to connect a step with; a letter goes to the next that begins with it.
pub(super) fn targets(board: Board, from: &StepId, popup: &Popup) -> Vec<Entry> {
    let map = board.state.map();
    let entry = |to: &waymark_model::map::Step| {
        let (from, to_id, popup) = (from.clone(), to.id.clone(), popup.clone());
        let icon = if to.id == from {
            "rotate-ccw"
        } else {
            "arrow-right"
        };
        Entry::new(icon, to.title.clone(), move || {
            board.connect(&from, &to_id);
            let list = Content::Connections(from.clone());
            board.popup.set(Some(popup.instead(list)));
        })
    };
    map.steps.iter().map(entry).collect()
}

/// The steps a card can reach to.
pub(super) fn ends(board: Board, id: &CardId) -> Vec<Entry> {
    let Some((steps, covered)) = board.reach(id) else {
        return Vec::new();
    };
    let entry = |(place, step): (usize, &waymark_model::map::Step)| {
        let (id, to) = (id.clone(), step.id.clone());
        let words = if place == 0 {
            format!("{} only", step.title)
        } else {
            step.title.clone()
        };
        Entry::new("arrow-right-from-line", words, move || {
            board.close_popup();
            board.reach_to(&id, &to);
        })
        .checked(place + 1 == covered)
    };
    steps.iter().enumerate().map(entry).collect()
}
