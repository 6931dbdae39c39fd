//! A cell of a collapsed lane: how much is in it.

use leptos::prelude::*;
use waymark_model::grid::CellId;

use super::super::board::{Board, Role};
use super::super::columns::Column;
use super::super::spot::{Spot, cell_key};

/// The count of a cell, or the feeling at its step.
#[component]
pub(super) fn CountCell(cell: CellId) -> impl IntoView {
    let board = Board::here();
    let items = board.state.cell(&cell);
    let emotions = board.state.emotions();
    let place = board.columns.place(Column::Step(cell.step.clone()));
    let step = board.state.step(&cell.step);
    let lane = board.state.lane(&cell.lane);
    let lane_id = cell.lane.clone();
    let is_curve = Memo::new(move |_| {
        board.lanes.with(|lanes| {
            lanes
                .get(&lane_id)
                .is_some_and(|(_, role)| *role == Role::Curve)
        })
    });
    let step_id = cell.step.clone();
    let shown = Memo::new(move |_| {
        if !is_curve.get() {
            return items.with(|items| (!items.is_empty()).then(|| items.len().to_string()));
        }
        emotions.with(|emotions| {
            let value = emotions.iter().find(|(step, _)| *step == step_id)?.1?;
            Some(if value > 0.0 {
                format!("+{value}")
            } else {
                value.to_string()
            })
        })
    });
    let label = move || {
        let title = |title: Option<String>| title.unwrap_or_default();
        let step = title(step.with(|step| step.as_ref().map(|step| step.title.clone())));
        let lane = title(lane.with(|lane| lane.as_ref().map(|lane| lane.title.clone())));
        let what = match (shown.get(), is_curve.get()) {
            (None, _) => "empty".to_owned(),
            (Some(value), true) => value,
            (Some(one), false) if one == "1" => "1 item".to_owned(),
            (Some(count), false) => format!("{count} items"),
        };
        format!("{step}, {lane}, collapsed, {what}")
    };
    view! {
        <div
            class="cell count"
            role="gridcell"
            style=("--at", move || (place.get().index + 2).to_string())
            aria-colindex=move || place.get().index + 2
            aria-label=label
            tabindex="-1"
            data-spot=Spot::Cell(cell.clone()).key()
            data-cell=cell_key(&cell)
            data-testid="cell"
        >
            {move || shown.get().map(|shown| view! { <span class="cell-count">{shown}</span> })}
        </div>
    }
    .into_any()
}
