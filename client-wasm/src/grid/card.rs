//! One thing in a cell: a card, a pain point, an opportunity or a metric.

mod details;
mod frame;
pub(super) mod medium;
mod metric;
mod reach;
mod scores;

use leptos::prelude::*;
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::{CardId, OpportunityId, PainId};
use waymark_model::map::Card;
use waymark_model::rich::DetailsOf;
use waymark_model::vocabulary::{ClaimStatus, LaneKind};

use self::details::DetailsMark;
use self::frame::Frame;
use self::metric::MetricView;
use self::scores::{PainScores, QuadrantTag};
use super::board::Board;
use super::choices::{self, Chip};
use super::faces::{Face, noun};
use super::groups::GroupHead;
use super::lens::Lens;
use super::spot::Spot;
use crate::icon::Icon;

/// One item of a cell.
#[component]
pub(crate) fn ItemView(item: Item, cell: CellId) -> impl IntoView {
    match item {
        Item::Card(id) => view! {
            <GroupHead id=id.clone() cell=cell.clone() />
            <CardView id=id cell=cell />
        }
        .into_any(),
        Item::Pain(id) => view! { <PainView id=id cell=cell /> }.into_any(),
        Item::Opportunity(id) => view! { <OpportunityView id=id cell=cell /> }.into_any(),
        Item::Metric(id) => view! { <MetricView id=id cell=cell /> }.into_any(),
    }
}

#[component]
fn CardView(id: CardId, cell: CellId) -> impl IntoView {
    let board = Board::here();
    let card = live(board, &cell, Item::Card(id.clone()), {
        let id = id.clone();
        move || board.state.card(&id)
    });
    let text = Memo::new(move |_| {
        card.with(|card| {
            card.as_ref()
                .map(|card| card.text.clone())
                .unwrap_or_default()
        })
    });
    // Not memos: there are thousands of cards, and what follows from one is little.
    let of_card = move |read: fn(&Card) -> String| {
        card.with(|card| card.as_ref().map(read).unwrap_or_default())
    };
    let source = move || of_card(|card| card.source.clone());
    let status = move || card.with(|card| card.as_ref()?.status);
    let lane = cell.lane.clone();
    let kind = Signal::derive(move || {
        board
            .lanes
            .with(|lanes| lanes.get(&lane).map(|(kind, _)| *kind))
    });
    let face = Signal::derive(move || kind.get().map_or(Face::Paper, Face::of));
    let shown = Signal::derive(move || {
        let worded = matches!(kind.get(), Some(LaneKind::Channels | LaneKind::Owners));
        text.with(|text| {
            if worded && is_identifier(text) {
                text.replace('_', " ")
            } else {
                text.clone()
            }
        })
    });
    let reach = move || {
        let end = card.with(|card| card.as_ref()?.span_to.clone())?;
        let step = board.state.step(&end);
        let title = step.with(|step| Some(step.as_ref()?.title.clone()));
        Some(title.unwrap_or_default())
    };
    let spot = Spot::Item(Item::Card(id.clone()));
    let open = choices::count_at(board, &spot);
    let label = Signal::derive(move || {
        let noun = kind.get().map_or("Card", noun);
        let reach = reach().map_or(String::new(), |end| format!(", reaches to {end}"));
        let source = match source() {
            source if source.is_empty() => source,
            source => format!(". Source: {source}"),
        };
        let status = status().map_or(String::new(), |status| format!(". {}", status.label()));
        let open = choices::said(open.get());
        shown.with(|text| format!("{noun}: {}{reach}{source}{status}{open}", or_empty(text)))
    });
    let colour = Signal::derive(move || card.with(|card| card.as_ref()?.colour));
    let icon = Memo::new(move |_| {
        matches!(kind.get(), Some(LaneKind::Touchpoints | LaneKind::Channels))
            .then(|| text.with(|text| medium::icon(text)))
    });
    let details = DetailsOf::Card(id.clone());
    let facts = move || {
        let source = source();
        let source =
            (!source.is_empty()).then(|| view! { <span class="card-source">{source}</span> });
        let known = status().map(|status| {
            view! {
                <span class="card-status">
                    <Icon name=status_icon(status) />
                    {status.label()}
                </span>
            }
        });
        // The table shows it by the card's width; elsewhere it takes words.
        let in_words = board.narrow.get() || board.lens.get() != Lens::Grid;
        let end = reach().filter(|_| in_words);
        let reaches = end.map(|end| view! { <span class="card-reach">"→ "{end}</span> });
        view! { {source}{known}{reaches} }
    };
    view! {
        <Frame
            item=Item::Card(id)
            cell=cell
            face=face
            colour=colour
            icon=icon
            text=text
            shown=shown
            label=label
        >
            {facts}
            <Chip spot=spot />
            <DetailsMark of=details />
        </Frame>
    }
    .into_any()
}

#[component]
fn PainView(id: PainId, cell: CellId) -> impl IntoView {
    let board = Board::here();
    let pain = live(board, &cell, Item::Pain(id.clone()), {
        let id = id.clone();
        move || board.state.pain(&id)
    });
    let rank = board.state.pain_rank(&id);
    let text = Memo::new(move |_| {
        pain.with(|pain| {
            pain.as_ref()
                .map(|pain| pain.text.clone())
                .unwrap_or_default()
        })
    });
    let spot = Spot::Item(Item::Pain(id.clone()));
    let open = choices::count_at(board, &spot);
    let label = Signal::derive(move || {
        let rank = rank
            .get()
            .map_or(String::new(), |rank| format!(", rank {rank}"));
        let open = choices::said(open.get());
        text.with(|text| format!("Pain point: {}{rank}{open}", or_empty(text)))
    });
    let details = DetailsOf::Pain(id.clone());
    view! {
        <Frame item=Item::Pain(id) cell=cell face=Signal::stored(Face::Pain) text=text shown=text.into() label=label>
            <PainScores pain=pain rank=rank />
            <Chip spot=spot />
            <DetailsMark of=details />
        </Frame>
    }
    .into_any()
}

#[component]
fn OpportunityView(id: OpportunityId, cell: CellId) -> impl IntoView {
    let board = Board::here();
    let opportunity = live(board, &cell, Item::Opportunity(id.clone()), {
        let id = id.clone();
        move || board.state.opportunity(&id)
    });
    let text = Memo::new(move |_| {
        opportunity.with(|o| o.as_ref().map(|o| o.title.clone()).unwrap_or_default())
    });
    let quadrant = Memo::new(move |_| {
        opportunity.with(|o| o.as_ref().and_then(waymark_model::ranking::quadrant))
    });
    let spot = Spot::Item(Item::Opportunity(id.clone()));
    let open = choices::count_at(board, &spot);
    let label = Signal::derive(move || {
        let quadrant = quadrant
            .get()
            .map_or(String::new(), |quadrant| format!(", {}", quadrant.label()));
        let open = choices::said(open.get());
        text.with(|text| format!("Opportunity: {}{quadrant}{open}", or_empty(text)))
    });
    let details = DetailsOf::Opportunity(id.clone());
    view! {
        <Frame item=Item::Opportunity(id) cell=cell face=Signal::stored(Face::Opportunity) text=text shown=text.into() label=label>
            <QuadrantTag opportunity=opportunity />
            <Chip spot=spot />
            <DetailsMark of=details />
        </Frame>
    }
    .into_any()
}

/// The signal of an item. A draft has none yet that lasts: its signal is asked for again
/// once the item is in the map.
fn live<T: Clone + PartialEq + Send + Sync + 'static>(
    board: Board,
    cell: &CellId,
    item: Item,
    get: impl Fn() -> Signal<Option<T>> + Send + Sync + 'static,
) -> Signal<Option<T>> {
    if board.draft_of(&item).is_none() {
        return get();
    }
    let items = board.state.cell(cell);
    let is_there = Memo::new(move |_| items.with(|items| items.contains(&item)));
    Signal::derive(move || if is_there.get() { get().get() } else { None })
}

/// The icon for how a claim is known.
fn status_icon(status: ClaimStatus) -> &'static str {
    match status {
        ClaimStatus::Assumption => "circle-question-mark",
        ClaimStatus::Reported => "message-circle",
        ClaimStatus::Observed => "eye",
        ClaimStatus::DataBacked => "chart-line",
        ClaimStatus::Disproved => "x",
    }
}

fn or_empty(text: &str) -> &str {
    if text.trim().is_empty() {
        "empty"
    } else {
        text
    }
}

/// Whether a text is a word of a closed set, as files write them: `web_app`.
fn is_identifier(text: &str) -> bool {
    text.contains('_')
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::is_identifier;

    #[test]
    fn only_words_of_a_closed_set_are_shown_without_underscores() {
        assert!(is_identifier("face_to_face"));
        assert!(!is_identifier("website"));
        assert!(!is_identifier("See snake_case"));
    }
}
