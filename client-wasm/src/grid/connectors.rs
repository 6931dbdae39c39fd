//! Connections between steps, drawn under the step headers.

use std::collections::HashMap;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use waymark_model::Edit;
use waymark_model::edit::Target;
use waymark_model::ids::{ConnectorId, StepId};
use waymark_model::map::Connector;
use waymark_model::vocabulary::ConnectorKind;
use web_sys::Element;

use super::board::Board;
use super::popup::{Content, Popup};
use crate::icon::Icon;

impl Board {
    /// Connects two steps and shows the connections of the first. One that leads back is
    /// taken for a loop until somebody says otherwise.
    pub(crate) fn connect(&self, from: &StepId, to: &StepId) {
        let map = self.state.map();
        let place = |id: &StepId| map.steps.iter().position(|step| step.id == *id);
        let kind = if place(to) <= place(from) {
            ConnectorKind::Loop
        } else {
            ConnectorKind::Next
        };
        let edit = Edit::AddConnector {
            id: ConnectorId::from_random(self.state.random()),
            from: from.clone(),
            to: to.clone(),
            kind,
        };
        if self.state.edit(edit).is_ok() {
            self.state.announce(format!(
                "Connected {} with {}",
                self.step_title(from),
                self.step_title(to)
            ));
        }
    }

    /// Takes a connection away, with an offer to undo.
    pub(crate) fn disconnect(&self, id: &ConnectorId) {
        self.state.delete(Target::Connector(id.clone()));
    }

    /// What a step is called; not tracked.
    pub(crate) fn step_title(&self, id: &StepId) -> String {
        let map = self.state.map();
        let step = map.steps.iter().find(|step| step.id == *id);
        step.map_or_else(String::new, |step| step.title.clone())
    }
}

/// The icon of a kind of connection.
pub(crate) fn icon(kind: ConnectorKind) -> &'static str {
    match kind {
        ConnectorKind::Next => "arrow-right",
        ConnectorKind::Alternative => "split",
        ConnectorKind::Loop => "rotate-ccw",
        ConnectorKind::Exit => "log-out",
        ConnectorKind::Handoff => "arrow-right-left",
    }
}

/// A connection with the columns it spans and the track its line is on.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    connector: Connector,
    from: usize,
    to: usize,
    track: usize,
}

/// Puts shorter lines above longer ones; those that would cross share no track.
fn lines(connectors: &[Connector], columns: &HashMap<StepId, usize>) -> Vec<Line> {
    let place = |connector: &Connector| {
        Some(Line {
            from: *columns.get(&connector.from)?,
            to: *columns.get(&connector.to)?,
            connector: connector.clone(),
            track: 0,
        })
    };
    let mut lines: Vec<Line> = connectors.iter().filter_map(place).collect();
    lines.sort_by_key(|line| (line.from.abs_diff(line.to), line.from.min(line.to)));
    let mut tracks: Vec<Vec<(usize, usize)>> = Vec::new();
    for line in &mut lines {
        let (left, right) = (line.from.min(line.to), line.from.max(line.to));
        let is_free = |taken: &Vec<(usize, usize)>| {
            taken.iter().all(|(from, to)| right < *from || *to < left)
        };
        line.track = tracks.iter().position(is_free).unwrap_or(tracks.len());
        if line.track == tracks.len() {
            tracks.push(Vec::new());
        }
        tracks[line.track].push((left, right));
    }
    lines
}

/// All connections, in a band under the steps; nothing when there are none.
#[component]
pub(crate) fn Connections() -> impl IntoView {
    let board = Board::here();
    let connectors = board.state.connectors();
    let drawn = Memo::new(move |_| connectors.with(|it| lines(it, &board.columns.steps())));
    let tracks = move || drawn.with(|lines| lines.iter().map(|line| line.track + 1).max());
    move || {
        let tracks = tracks()?;
        let columns = board.columns.count();
        Some(view! {
            <div
                class="links"
                role="gridcell"
                aria-label="Connections between steps"
                aria-colindex=columns + 2
                style=("--tracks", tracks.to_string())
                style:grid-column=format!("2 / span {columns}")
            >
                <For each=move || drawn.get() key=|line| format!("{line:?}") let:line>
                    {link(board, line)}
                </For>
            </div>
        })
    }
}

fn link(board: Board, line: Line) -> AnyView {
    let Line {
        connector,
        from,
        to,
        track,
    } = line;
    let kind = connector.kind;
    let columns = move || board.columns.count().max(1) as f64;
    let percent = move |places: f64| format!("{}%", places / columns() * 100.0);
    let left = from.min(to) as f64 + 0.5;
    let wide = from.abs_diff(to) as f64;
    let words = if connector.label.trim().is_empty() {
        kind.label().to_owned()
    } else {
        connector.label.clone()
    };
    let when = match connector.condition.trim() {
        "" => String::new(),
        condition => format!(", when {condition}"),
    };
    let spoken = format!(
        "{} from {} to {}{}{when}",
        kind.label(),
        board.step_title(&connector.from),
        board.step_title(&connector.to),
        match connector.label.trim() {
            "" => String::new(),
            label => format!(": {label}"),
        },
    );
    let step = connector.from.clone();
    let open = move |event: web_sys::MouseEvent| {
        event.stop_propagation();
        let chip = event.current_target();
        if let Some(chip) = chip.and_then(|chip| chip.dyn_into::<Element>().ok()) {
            let content = Content::Connections(step.clone());
            board.popup.set(Some(Popup::beside(content, &chip)));
        }
    };
    view! {
        <div
            class=format!("link link-{}", kind.word())
            class:back=to < from
            class:itself=to == from
            style=("--track", track.to_string())
            style:left=move || percent(left)
            style:width=move || percent(wide)
        >
            <button
                class="link-chip"
                type="button"
                tabindex="-1"
                data-opens=""
                data-connector=connector.id.to_string()
                title=spoken.clone()
                aria-label=spoken.clone()
                on:click=open
            >
                <Icon name=icon(kind) />
                <span>{words}</span>
            </button>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(id: &str) -> StepId {
        StepId::parse(id).unwrap()
    }

    #[test]
    fn lines_over_the_same_steps_are_on_different_tracks_and_the_shorter_is_above() {
        let columns = ["a", "b", "c", "d"].iter().enumerate();
        let columns = columns.map(|(place, id)| (step(id), place)).collect();
        let connector = |id: &str, from: &str, to: &str| Connector {
            id: ConnectorId::parse(id).unwrap(),
            from: step(from),
            to: step(to),
            kind: ConnectorKind::Next,
            label: String::new(),
            condition: String::new(),
        };
        let all = [
            connector("long", "d", "a"),
            connector("short", "b", "c"),
            connector("self", "d", "d"),
        ];
        let lines = lines(&all, &columns);
        let found: Vec<_> = lines
            .iter()
            .map(|line| (line.connector.id.as_str(), line.track))
            .collect();
        assert_eq!(found, [("self", 0), ("short", 0), ("long", 1)]);
    }
}
