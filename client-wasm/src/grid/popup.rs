//! Menus and small dialogs, opened where the hand is. One at a time.

mod all;
pub(crate) mod colours;
pub(crate) mod connections;
pub(crate) mod dialog;
mod key_list;
mod kinds;
mod lanes;
mod looks;
mod menu;
mod move_to;
mod names;
mod placing;
pub(crate) mod scores;
mod statuses;
mod swatches;

use leptos::ev::KeyboardEvent;
use leptos::html::Div;
use leptos::prelude::*;
use waymark_model::edit::Place;
use waymark_model::grid::Item;
use waymark_model::ids::{CardId, GroupId, LaneId, StageId, StepId};
use web_sys::Element;

use self::all::AllCommands;
use self::colours::{Colours, LaneColours};
use self::connections::Connections;
use self::key_list::KeyList;
use self::kinds::LaneKinds;
pub(crate) use self::menu::Entry;
use self::menu::Menu;
use self::move_to::MoveTo;
use self::names::Names;
use self::placing::{close_on_press_outside, place};
use self::scores::{OpportunityScores, PainScoring};
use self::statuses::Statuses;
pub(crate) use self::statuses::field as status_field;
use super::board::Board;
use super::choices::Choices;
use super::clipboard::{Pasting, Preview};
use super::commands;
use super::curve::Levels;
use super::curve::table::CurveTable;
use super::curve::whose;
use super::focus::focus;
use super::moves::Moved;
use super::question::{GroupName, StageGoal};
use super::spot::Spot;
use crate::dom::window;

/// What gets focus when a popup opens: the first of these that is there.
const FIRST: [&str; 8] = [
    "[data-first]",
    "[role^=menuitem]",
    "[role=radio][aria-checked=true]",
    "[role=radio]",
    "select",
    "input",
    "textarea",
    "button",
];

/// What is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Menu(Spot),
    MoveTo(Spot),
    /// Where the group of a card goes.
    MoveGroup(Spot),
    Colours(Item),
    /// How what an item says is known.
    Statuses(Item),
    Levels(StepId),
    LaneKinds(Place<LaneId>),
    /// Lanes to add a card to, at a step.
    AddTo(StepId),
    /// The colours of a lane.
    LaneColour(LaneId),
    /// The lines that can be above a lane.
    LaneLine(LaneId),
    /// The lanes that are not shown.
    HiddenLanes,
    /// What a stage is to reach.
    Goal(StageId),
    /// Names that become stages or steps after a header.
    Names {
        spot: Spot,
        text: String,
    },
    /// What a group is called, at one of its cards.
    GroupName(Spot, GroupId),
    /// What a paste at a place would make.
    Paste(Spot, Pasting),
    /// The connections of a step.
    Connections(StepId),
    /// The steps a step can be connected with.
    ConnectTo(StepId),
    /// The steps a card can reach to.
    ReachTo(CardId),
    /// What people set differently at the same time at a place.
    Choices(Spot),
    /// The curve in words and numbers.
    CurveTable,
    /// The personas whose curve can be shown.
    Whose,
    /// Every command that can be given now.
    Commands,
    /// Every key.
    Keys,
}

/// A menu or dialog and the box it belongs to, in pixels of the window.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Popup {
    content: Content,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Popup {
    /// Under an element, or where there is room beside it.
    pub(crate) fn beside(content: Content, anchor: &Element) -> Self {
        let rect = anchor.get_bounding_client_rect();
        Self {
            content,
            left: rect.left(),
            right: rect.right(),
            top: rect.top(),
            bottom: rect.bottom(),
        }
    }

    /// The menu of a place, under its button.
    pub(crate) fn menu(spot: Spot, anchor: &Element) -> Self {
        Self::beside(Content::Menu(spot), anchor)
    }

    /// The menu of a place, at the pointer.
    pub(crate) fn menu_at(spot: Spot, x: f64, y: f64) -> Self {
        Self {
            content: Content::Menu(spot),
            left: x,
            right: x,
            top: y,
            bottom: y,
        }
    }

    /// In the upper middle of the window.
    pub(crate) fn on_top(content: Content) -> Self {
        let size = |value: Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue>| {
            value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0)
        };
        let middle = size(window().inner_width()) / 2.0;
        let top = size(window().inner_height()) / 8.0;
        Self {
            content,
            left: middle,
            right: middle,
            top,
            bottom: top,
        }
    }

    pub(crate) fn move_to(spot: Spot, anchor: &Element) -> Self {
        Self::beside(Content::MoveTo(spot), anchor)
    }

    pub(crate) fn colours(item: Item, anchor: &Element) -> Self {
        Self::beside(Content::Colours(item), anchor)
    }

    pub(crate) fn statuses(item: Item, anchor: &Element) -> Self {
        Self::beside(Content::Statuses(item), anchor)
    }

    pub(crate) fn levels(step: StepId, anchor: &Element) -> Self {
        Self::beside(Content::Levels(step), anchor)
    }

    pub(crate) fn lane_kinds(place: Place<LaneId>, anchor: &Element) -> Self {
        Self::beside(Content::LaneKinds(place), anchor)
    }

    pub(crate) fn add_to(step: StepId, anchor: &Element) -> Self {
        Self::beside(Content::AddTo(step), anchor)
    }

    /// Another content at the same place.
    pub(crate) fn instead(&self, content: Content) -> Self {
        Self {
            content,
            ..self.clone()
        }
    }

    pub(crate) fn is_menu_of(&self, spot: &Spot) -> bool {
        matches!(&self.content, Content::Menu(other) if other == spot)
    }

    /// Where focus goes when it closes.
    fn home(&self, board: Board) -> Option<Spot> {
        match &self.content {
            Content::Menu(spot)
            | Content::MoveTo(spot)
            | Content::MoveGroup(spot)
            | Content::Choices(spot)
            | Content::GroupName(spot, _)
            | Content::Paste(spot, _) => Some(spot.clone()),
            Content::Colours(item) | Content::Statuses(item) => Some(Spot::Item(item.clone())),
            Content::Levels(step) => Some(Spot::Point(step.clone())),
            Content::LaneColour(lane) | Content::LaneLine(lane) => Some(Spot::Lane(lane.clone())),
            Content::Connections(step) | Content::ConnectTo(step) => Some(Spot::Step(step.clone())),
            Content::ReachTo(card) => Some(Spot::Item(Item::Card(card.clone()))),
            Content::Goal(stage) => Some(Spot::Stage(stage.clone())),
            Content::Names { spot, .. } => Some(spot.clone()),
            Content::LaneKinds(_)
            | Content::AddTo(_)
            | Content::HiddenLanes
            | Content::CurveTable
            | Content::Whose
            | Content::Commands
            | Content::Keys => board.current(),
        }
    }
}

impl Board {
    /// Closes what is open and gives focus back to what it belongs to.
    pub(crate) fn close_popup(&self) {
        let home = self
            .popup
            .with_untracked(|popup| popup.as_ref().and_then(|popup| popup.home(*self)));
        self.popup.set(None);
        if let Some(home) = home {
            self.settle(home, false);
        }
    }
}

/// Shows what is open.
#[component]
pub(crate) fn PopupHost() -> impl IntoView {
    let board = Board::here();
    (move || {
        board
            .popup
            .get()
            .map(|popup| view! { <PopupView popup=popup /> })
    })
    .into_any()
}

#[component]
fn PopupView(popup: Popup) -> impl IntoView {
    let board = Board::here();
    let node = NodeRef::<Div>::new();
    let anchor = popup.clone();
    Effect::new(move |_| {
        if let Some(panel) = node.get() {
            place(&panel, &anchor);
            let first = FIRST
                .iter()
                .find_map(|one| panel.query_selector(one).ok().flatten());
            if let Some(first) = first {
                focus(&first);
            }
        }
    });
    close_on_press_outside(board, node);
    let on_keydown = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            event.stop_propagation();
            board.close_popup();
        }
    };
    // A menu says by itself what it is.
    let label = match &popup.content {
        Content::Menu(_) | Content::AddTo(_) => None,
        Content::MoveTo(_) => Some("Move to"),
        Content::MoveGroup(_) => Some("Move the group to"),
        Content::Colours(_) => Some("Colour"),
        Content::Statuses(_) => Some("Status"),
        Content::Levels(_) => Some("How does it feel?"),
        Content::LaneLine(_)
        | Content::HiddenLanes
        | Content::Whose
        | Content::ConnectTo(_)
        | Content::ReachTo(_) => None,
        Content::Connections(_) => Some("Connections of the step"),
        Content::LaneColour(_) => Some("Colour of the lane"),
        Content::Goal(_) => Some("Goal of the stage"),
        Content::Names { .. } => Some("Make from names"),
        Content::GroupName(..) => Some("Name of the group"),
        Content::Paste(..) => Some("What is pasted, and where"),
        Content::LaneKinds(_) => Some("What should the lane hold?"),
        Content::Choices(_) => Some("Set differently at the same time: choose one"),
        Content::CurveTable => Some("The curve as a table"),
        Content::Commands => Some("All commands"),
        Content::Keys => Some("Keys"),
    };
    let wide = matches!(
        popup.content,
        Content::Commands | Content::Keys | Content::CurveTable | Content::Paste(..)
    );
    let role = label.map(|_| "dialog");
    view! {
        <div
            class="popup"
            class:wide=wide
            node_ref=node
            role=role
            aria-label=label
            data-testid="popup"
            data-own-undo=""
            on:keydown=on_keydown
            on:pointerdown=|event| event.stop_propagation()
        >
            {content(board, &popup)}
        </div>
    }
    .into_any()
}

fn content(board: Board, popup: &Popup) -> AnyView {
    let close = Callback::new(move |()| board.close_popup());
    match popup.content.clone() {
        Content::Menu(spot) => {
            let scores = match &spot {
                Spot::Item(Item::Pain(id)) => view! { <PainScoring id=id.clone() /> }.into_any(),
                Spot::Item(Item::Opportunity(id)) => {
                    view! { <OpportunityScores id=id.clone() /> }.into_any()
                }
                _ => ().into_any(),
            };
            let moved = Moved::at(&spot).map(|moved| board.words_of(&moved));
            let label = format!("Actions for {}", moved.unwrap_or_default());
            let entries = commands::menu(board, &spot, popup);
            view! {
                <Menu label=label entries=entries />
                {scores}
            }
            .into_any()
        }
        Content::Colours(item) => view! { <Colours item=item /> }.into_any(),
        Content::MoveTo(spot) => view! { <MoveTo moved=Moved::at(&spot) /> }.into_any(),
        Content::MoveGroup(spot) => view! { <MoveTo moved=board.group_at(&spot) /> }.into_any(),
        Content::Levels(step) => {
            let clear = step.clone();
            view! {
                <Levels step=step on_choose=close />
                <button
                    class="popup-quiet"
                    type="button"
                    on:click=move |_| {
                        board.set_emotion(&clear, None);
                        board.close_popup();
                    }
                >
                    "Clear"
                </button>
            }
            .into_any()
        }
        Content::LaneKinds(place) => view! { <LaneKinds place=place /> }.into_any(),
        Content::LaneColour(id) => view! { <LaneColours id=id /> }.into_any(),
        Content::LaneLine(id) => {
            let entries = looks::lines(board, &id);
            view! { <Menu label="Line above the lane".to_owned() entries=entries /> }.into_any()
        }
        Content::HiddenLanes => {
            let entries = looks::hidden(board);
            view! { <Menu label="Hidden lanes".to_owned() entries=entries /> }.into_any()
        }
        Content::Connections(step) => {
            let connect = {
                let (step, popup) = (step.clone(), popup.clone());
                move |_| {
                    let popup = popup.instead(Content::ConnectTo(step.clone()));
                    board.popup.set(Some(popup));
                }
            };
            view! { <Connections step=step on_connect=Callback::new(connect) /> }.into_any()
        }
        Content::ConnectTo(step) => {
            let entries = connections::targets(board, &step, popup);
            view! { <Menu label="Connect to".to_owned() entries=entries /> }.into_any()
        }
        Content::ReachTo(card) => {
            let entries = connections::ends(board, &card);
            view! { <Menu label="Reach to".to_owned() entries=entries /> }.into_any()
        }
        Content::Goal(stage) => view! { <StageGoal stage=stage on_enter=close /> }.into_any(),
        Content::Names { spot, text } => view! { <Names spot=spot text=text /> }.into_any(),
        Content::GroupName(_, group) => {
            view! { <GroupName group=group on_enter=close /> }.into_any()
        }
        Content::Statuses(item) => view! { <Statuses item=item /> }.into_any(),
        Content::Paste(_, pasting) => view! { <Preview pasting=pasting /> }.into_any(),
        Content::AddTo(step) => {
            let entries = lanes::of_step(board, &step);
            view! { <Menu label="Add to this step".to_owned() entries=entries /> }.into_any()
        }
        Content::Choices(spot) => view! { <Choices spot=spot /> }.into_any(),
        Content::CurveTable => view! { <CurveTable /> }.into_any(),
        Content::Whose => {
            let entries = whose::entries(board);
            view! { <Menu label="Whose curve".to_owned() entries=entries /> }.into_any()
        }
        Content::Commands => view! { <AllCommands /> }.into_any(),
        Content::Keys => view! { <KeyList /> }.into_any(),
    }
}
