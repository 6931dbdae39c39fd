//! What a paste would put where, before it is pasted: a table of a spreadsheet into the
//! cells, or a lane into a map that may have other steps.

use std::sync::Arc;

use leptos::prelude::*;
use waymark_model::Edit;
use waymark_model::clip::{Clip, Copies, Match};
use waymark_model::edit::Place;
use waymark_model::grid::CellId;
use waymark_model::ids::{LaneId, StepId};

use super::super::batch::count_words;
use super::super::board::Board;
use super::super::popup::dialog::Dialog;
use super::super::spot::Spot;
use super::super::structure::NEW_STEP;
use super::paste::left_out;
use super::table::{self, Table};
use crate::panels::heads::Heads;

/// The most rows and columns that are shown of a table.
const ROWS: usize = 6;
const COLUMNS: usize = 5;

/// What waits to be pasted; equal only to itself.
#[derive(Clone, Debug)]
pub(crate) struct Pasting(Arc<What>);

#[derive(Debug)]
enum What {
    /// A table whose first cell goes into this one.
    Table { cell: CellId, table: Table },
    /// The first lane of a clip, after a lane.
    Lane {
        clip: Box<Clip>,
        after: Option<LaneId>,
    },
}

impl PartialEq for Pasting {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Pasting {}

impl Pasting {
    pub(super) fn table(cell: CellId, table: Table) -> Self {
        Self(Arc::new(What::Table { cell, table }))
    }

    pub(super) fn lane(clip: Clip, after: Option<LaneId>) -> Self {
        let clip = Box::new(clip);
        Self(Arc::new(What::Lane { clip, after }))
    }
}

/// The dialog.
#[component]
pub(crate) fn Preview(pasting: Pasting) -> impl IntoView {
    match &*pasting.0 {
        What::Table { cell, table } => {
            view! { <TablePreview cell=cell.clone() table=table.clone() /> }.into_any()
        }
        What::Lane { clip, after } => {
            view! { <LanePreview clip=(**clip).clone() after=after.clone() /> }.into_any()
        }
    }
}

/// Where the rows and columns of a table go.
#[derive(Clone)]
struct Plan {
    lanes: Vec<(LaneId, String)>,
    steps: Vec<(StepId, String)>,
}

fn plan(board: Board, cell: &CellId, table: &Table) -> Plan {
    let map = board.state.map();
    let grid = board.grid();
    let title = |id: &LaneId| {
        let lane = map.lanes.iter().find(|lane| lane.id == *id);
        lane.map_or_else(String::new, |lane| lane.title.clone())
    };
    let lanes = grid.rows.iter().skip_while(|lane| **lane != cell.lane);
    let lanes = lanes.map(|id| (id.clone(), title(id)));
    let steps = map.steps.iter().skip_while(|step| step.id != cell.step);
    let steps = steps.map(|step| (step.id.clone(), step.title.clone()));
    Plan {
        lanes: lanes.take(table.len()).collect(),
        steps: steps.take(table::width(table)).collect(),
    }
}

/// How many cards the first rows and columns of a table make.
fn count(table: &Table, rows: usize, columns: usize) -> usize {
    let rows = table.iter().take(rows);
    rows.flat_map(|row| row.iter().take(columns))
        .map(|text| table::lines(text).len())
        .sum()
}

fn paste_table(board: Board, cell: &CellId, table: &Table, grow: bool) {
    board.state.catch_up();
    let Plan { lanes, steps } = plan(board, cell, table);
    let mut steps: Vec<StepId> = steps.into_iter().map(|(id, _)| id).collect();
    let mut edits = Vec::new();
    if grow {
        edits = more_steps(board, &mut steps, table::width(table));
    }
    let (map, state) = (board.state.map(), board.state);
    let mut ids = || state.random();
    let mut copies = Copies::new(&map, &mut ids);
    let mut made = Vec::new();
    for (row, (lane, _)) in table.iter().zip(&lanes) {
        for (text, step) in row.iter().zip(&steps) {
            let cell = CellId {
                lane: lane.clone(),
                step: step.clone(),
            };
            for line in table::lines(text) {
                let (item, edit) = copies.written(&cell, &line);
                made.push(item);
                edits.push(edit);
            }
        }
    }
    let words = format!("Pasted {}", count_words(made.len()));
    board.finish_items(edits, made, words, true);
}

/// Steps at the end of the map, until there are so many.
fn more_steps(board: Board, steps: &mut Vec<StepId>, wanted: usize) -> Vec<Edit> {
    let stage = board.grid().stages.last().map(|span| span.stage.clone());
    let mut edits = Vec::new();
    while let Some(stage) = stage.clone().filter(|_| steps.len() < wanted) {
        let id = StepId::from_random(board.state.random());
        edits.push(Edit::AddStep {
            id: id.clone(),
            stage,
            title: NEW_STEP.to_owned(),
            place: Place::Last,
        });
        steps.push(id);
    }
    edits
}

#[component]
fn TablePreview(cell: CellId, table: Table) -> impl IntoView {
    let board = Board::here();
    let plan = plan(board, &cell, &table);
    let grow = RwSignal::new(false);
    let (rows, fit) = (plan.lanes.len(), plan.steps.len());
    let (lost, spare) = (table.len() - rows, table::width(&table) - fit);
    let heads = plan.steps.iter().take(COLUMNS);
    let heads: Vec<String> = heads.map(|(_, title)| title.clone()).collect();
    let lines = plan
        .lanes
        .iter()
        .take(ROWS)
        .zip(&table)
        .map(|((_, title), row)| {
            let text = |column: usize| row.get(column).map(|it| table::lines(it).join("\n"));
            let cells = (0..heads.len()).map(|column| text(column).unwrap_or_default());
            (title.clone(), cells.collect())
        });
    let lines: Vec<(String, Vec<String>)> = lines.collect();
    let clipped = rows > ROWS || fit > COLUMNS;
    let lost = (lost > 0).then(|| match lost {
        1 => "1 row has no lane below and is left out.".to_owned(),
        _ => format!("{lost} rows have no lane below and are left out."),
    });
    let spare_words = (spare > 0).then(|| match spare {
        1 => "1 column has no step.".to_owned(),
        _ => format!("{spare} columns have no step."),
    });
    let table = StoredValue::new(table);
    let made = move || {
        let columns = if grow.get() { fit + spare } else { fit };
        table.with_value(|table| count(table, rows, columns))
    };
    let paste = move || {
        table.with_value(|table| paste_table(board, &cell, table, grow.get_untracked()));
    };
    view! {
        <Frame title="Paste a table".to_owned() paste=Callback::new(move |()| paste()) count=Signal::derive(made)>
            <Shown heads=heads lines=lines clipped=clipped />
            {lost.map(|words| view! { <p class="paste-note">{words}</p> })}
            {spare_words
                .map(|words| {
                    view! {
                        <p class="paste-note">{words}</p>
                        <Grow count=spare grow=grow />
                    }
                })}
        </Frame>
    }
    .into_any()
}

#[component]
fn LanePreview(clip: Clip, after: Option<LaneId>) -> impl IntoView {
    let board = Board::here();
    let map = board.state.map();
    let by = RwSignal::new(clip.best_match(&map));
    let grow = RwSignal::new(false);
    let name = clip.map.lanes.first().map(|lane| lane.title.clone());
    let from: Vec<(String, usize)> = clip
        .map
        .steps
        .iter()
        .zip(0..)
        .map(|(step, at)| {
            let here = clip
                .items()
                .into_iter()
                .filter(|(_, column, _)| *column == at);
            (step.title.clone(), here.count())
        })
        .collect();
    let counts: Vec<usize> = from.iter().map(|(_, count)| *count).collect();
    let clip = StoredValue::new(clip);
    let title = {
        let map = map.clone();
        let titles: std::collections::HashMap<StepId, String> = map
            .steps
            .iter()
            .map(|step| (step.id.clone(), step.title.clone()))
            .collect();
        move |id: &StepId| titles.get(id).cloned().unwrap_or_default()
    };
    let landings = {
        let by_name = clip.with_value(|clip| clip.landings(&map, Match::Name));
        let by_order = clip.with_value(|clip| clip.landings(&map, Match::Order));
        move || match by.get() {
            Match::Name => by_name.clone(),
            Match::Order => by_order.clone(),
        }
    };
    let landings = Memo::new(move |_| landings());
    let lost = Memo::new(move |_| landings.with(|it| it.iter().filter(|it| it.is_none()).count()));
    let made = {
        let counts = counts.clone();
        move || {
            let landed = landings.get();
            let kept = counts.iter().zip(&landed);
            kept.filter(|(_, at)| at.is_some() || grow.get())
                .map(|(count, _)| count)
                .sum::<usize>()
        }
    };
    let rows = move || {
        let landed = landings.get();
        let rows = from.iter().zip(landed).filter(|((_, count), _)| *count > 0);
        rows.map(|((from, count), to)| {
            let to = match to {
                Some(to) => title(&to),
                None if grow.get() => "a new step".to_owned(),
                None => "left out".to_owned(),
            };
            view! {
                <tr>
                    <th scope="row">{from.clone()}</th>
                    <td>{count_words(*count)}</td>
                    <td>{to}</td>
                </tr>
            }
        })
        .collect_view()
    };
    let choice = move |wanted: Match, words: &'static str| {
        view! {
            <label class="paste-choice">
                <input
                    type="radio"
                    name="paste-match"
                    prop:checked=move || by.get() == wanted
                    on:change=move |_| by.set(wanted)
                />
                {words}
            </label>
        }
    };
    let paste = move || {
        clip.with_value(|clip| {
            let after = after.clone();
            paste_lane(board, clip, by.get_untracked(), after, grow.get_untracked());
        });
    };
    view! {
        <Frame
            title=format!("Paste the lane “{}”", name.unwrap_or_default())
            paste=Callback::new(move |()| paste())
            count=Signal::derive(made)
        >
            <fieldset class="paste-choices">
                <legend>"Each step goes to"</legend>
                {choice(Match::Name, "the step of its name")}
                {choice(Match::Order, "the step at its place")}
            </fieldset>
            <div class="paste-scroll" tabindex="0" role="region" aria-label="What goes where">
                <table>
                    <Heads words=&["From", "Cards", "To"] />
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {move || (lost.get() > 0).then(|| view! { <Grow count=lost.get() grow=grow /> })}
        </Frame>
    }
    .into_any()
}

fn paste_lane(board: Board, clip: &Clip, by: Match, after: Option<LaneId>, grow: bool) {
    board.state.catch_up();
    let (map, state) = (board.state.map(), board.state);
    let mut landings = clip.landings(&map, by);
    let mut edits = Vec::new();
    if grow {
        let stage = map.stages.last().map(|stage| stage.id.clone());
        for (step, landing) in clip.map.steps.iter().zip(&mut landings) {
            if let (None, Some(stage)) = (&landing, &stage) {
                let id = StepId::from_random(state.random());
                edits.push(Edit::AddStep {
                    id: id.clone(),
                    stage: stage.clone(),
                    title: step.title.clone(),
                    place: Place::Last,
                });
                *landing = Some(id);
            }
        }
    }
    let mut ids = || state.random();
    let id = LaneId::from_random(ids());
    let place = after.map_or(Place::Last, Place::After);
    let pasted = clip.as_lane(&mut Copies::new(&map, &mut ids), &id, place, &landings);
    edits.extend(pasted.edits);
    let words = format!(
        "Pasted the lane with {}{}",
        count_words(pasted.made.len()),
        left_out(pasted.left)
    );
    board.finish_structure(edits, Spot::Lane(id), words);
}

/// The dialog around it.
#[component]
fn Frame(
    title: String,
    paste: Callback<()>,
    count: Signal<usize>,
    children: Children,
) -> impl IntoView {
    let does = Signal::derive(move || format!("Paste {}", count_words(count.get())));
    view! {
        <Dialog title=title hook="paste-preview" does=does on_submit=paste ready=true>
            {children()}
        </Dialog>
    }
}

#[component]
fn Shown(heads: Vec<String>, lines: Vec<(String, Vec<String>)>, clipped: bool) -> impl IntoView {
    let heads = heads
        .into_iter()
        .map(|title| view! { <th scope="col">{title}</th> });
    let heads = heads.collect_view();
    let lines = lines.into_iter().map(|(title, cells)| {
        let cells = cells.into_iter().map(|text| view! { <td>{text}</td> });
        view! {
            <tr>
                <th scope="row">{title}</th>
                {cells.collect_view()}
            </tr>
        }
    });
    let lines = lines.collect_view();
    view! {
        <div class="paste-scroll" tabindex="0" role="region" aria-label="What goes where">
            <table>
                <thead>
                    <tr>
                        <td></td>
                        {heads}
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
        {clipped.then(|| view! { <p class="paste-note">"Only the beginning is shown."</p> })}
    }
    .into_any()
}

#[component]
fn Grow(count: usize, grow: RwSignal<bool>) -> impl IntoView {
    let words = match count {
        1 => "Add a step for it".to_owned(),
        _ => format!("Add {count} steps for them"),
    };
    view! {
        <label class="paste-choice">
            <input
                type="checkbox"
                prop:checked=move || grow.get()
                on:change=move |event| grow.set(event_target_checked(&event))
            />
            {words}
        </label>
    }
    .into_any()
}
