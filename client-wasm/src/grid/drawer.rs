//! The drawer at the right: everything about one thing of the map, beside the map.
//!
//! Hooks for tests, stable: `data-testid` `drawer`, `drawer-gone`, `written`; `data-choice` on
//! radio buttons, with the word of the status, effect or score they choose.

mod address;
mod form;
mod lane;
mod links;
pub(crate) mod rich;
mod status;
mod written;

use leptos::ev::KeyboardEvent;
use leptos::html::Aside;
use leptos::leptos_dom::helpers::request_animation_frame;
use leptos::prelude::*;
use waymark_model::grid::Item;
use waymark_model::map::label_of;
use waymark_model::{Edit, JourneyMap};
use web_sys::Element;

pub(super) use self::address::follow;
use self::form::Form;
pub(crate) use self::form::details_of;
use self::rich::Editor;
use super::board::{Board, target_of};
use super::faces::{icon, noun};
use super::focus;
use super::spot::Spot;
use crate::dom::document;
use crate::icon::Icon;

/// What the drawer shows.
#[derive(Clone, Copy)]
pub(crate) struct Drawer {
    /// The thing whose details are shown; `None` while the drawer is closed.
    pub(crate) subject: RwSignal<Option<Spot>>,
    /// The rich text in it.
    pub(crate) editor: RwSignal<Option<Editor>>,
}

impl Drawer {
    pub(crate) fn new() -> Self {
        Self {
            subject: RwSignal::new(None),
            editor: RwSignal::new(None),
        }
    }
}

/// The thing with details that a place is about.
fn subject_of(spot: &Spot) -> Option<Spot> {
    match spot {
        Spot::Point(step) => Some(Spot::Step(step.clone())),
        Spot::Item(Item::Metric(_)) | Spot::Gap(_) | Spot::Cell(_) => None,
        Spot::Item(_) | Spot::Step(_) | Spot::Stage(_) | Spot::Lane(_) => Some(spot.clone()),
    }
}

/// Whether a thing is on the map.
fn is_there(map: &JourneyMap, spot: &Spot) -> bool {
    target_of(spot).is_some_and(|target| label_of(map, &target).is_some())
}

impl Board {
    /// Whether a place has details to show.
    pub(crate) fn has_details(&self, spot: &Spot) -> bool {
        subject_of(spot).is_some_and(|subject| is_there(&self.state.map(), &subject))
    }

    /// Opens the drawer for a thing and goes into it.
    pub(crate) fn open_details(&self, spot: &Spot) {
        let Some(subject) = subject_of(spot) else {
            return;
        };
        self.popup.set(None);
        self.drawer.subject.set(Some(subject.clone()));
        // By then the drawer is in the page, and the map beside it is narrower.
        request_animation_frame(move || {
            if let Some(panel) = panel() {
                focus::focus(&panel);
            }
            if let Some(place) = focus::element(&subject) {
                focus::reveal(&place);
            }
        });
    }

    /// Closes the drawer; focus is back at the thing it was about.
    pub(crate) fn close_details(&self) {
        let Some(subject) = self.drawer.subject.get_untracked() else {
            return;
        };
        self.drawer.subject.set(None);
        let board = *self;
        let home = if is_there(&self.state.map(), &subject) {
            Some(subject)
        } else {
            self.current()
        };
        // On a phone the map is hidden until the drawer is gone.
        request_animation_frame(move || {
            if let Some(home) = home {
                board.settle(home, false);
            }
        });
    }

    /// Shows another thing in the open drawer, because somebody went there.
    pub(super) fn follow_details(&self, spot: &Spot) {
        let open = self.drawer.subject.with_untracked(Option::is_some);
        if open && self.has_details(spot) {
            let subject = subject_of(spot);
            if self.drawer.subject.get_untracked() != subject {
                self.drawer.subject.set(subject);
            }
        }
    }
}

/// Whether focus is in the drawer.
pub(super) fn has_focus() -> bool {
    let active = document().active_element();
    panel().is_some_and(|panel| panel.contains(active.as_deref()))
}

fn panel() -> Option<Element> {
    document().get_element_by_id(PANEL)
}

const PANEL: &str = "drawer";

/// The drawer, while it is open.
#[component]
pub fn DrawerPanel() -> impl IntoView {
    let board = expect_context::<Board>();
    let subject = board.drawer.subject;
    let open = Memo::new(move |_| subject.with(Option::is_some));
    move || open.get().then(|| view! { <Panel /> })
}

#[component]
fn Panel() -> impl IntoView {
    let board = Board::here();
    let node = NodeRef::<Aside>::new();
    let subject = board.drawer.subject;
    let on_keydown = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() {
            event.prevent_default();
            event.stop_propagation();
            board.close_details();
        } else if event.key() == "Enter" && event.default_prevented() {
            // A text was left: the drawer is still where one is.
            if let Some(panel) = panel() {
                focus::focus(&panel);
            }
        }
    };
    let on_focus = move |_| {
        if let Some(spot) = subject.get_untracked() {
            board.tell_place(&spot);
        }
    };
    let body = move || {
        subject
            .get()
            .map(|spot| view! { <Subject spot=spot /> }.into_any())
    };
    view! {
        <aside
            id=PANEL
            class="side drawer"
            node_ref=node
            tabindex="-1"
            aria-label="Details"
            data-testid="drawer"
            on:keydown=on_keydown
            on:focusin=on_focus
        >
            <div class="side-bar drawer-bar">
                <h2 class="drawer-tab">"Details"</h2>
                <button
                    class="icon-button drawer-copy"
                    type="button"
                    aria-label="Copy the link to these details"
                    title="Copy the link to these details"
                    on:click=move |_| board.copy_details_link()
                >
                    <Icon name="link" />
                </button>
                <button
                    class="icon-button"
                    type="button"
                    aria-label="Close details"
                    title="Close (Escape)"
                    on:click=move |_| board.close_details()
                >
                    <Icon name="x" />
                </button>
            </div>
            {body}
        </aside>
    }
    .into_any()
}

/// One thing: its details while it is there, and the way back when somebody deletes it.
#[component]
fn Subject(spot: Spot) -> impl IntoView {
    let board = Board::here();
    let revision = board.state.revision();
    let there = {
        let spot = spot.clone();
        Memo::new(move |_| {
            revision.track();
            is_there(&board.state.map(), &spot)
        })
    };
    let kind = kind_of(board, &spot);
    let was_there = StoredValue::new(false);
    Effect::new(move |_| {
        let there = there.get();
        if was_there.get_value() && !there {
            board.state.announce(format!("{} was deleted", kind.1));
            keep_focus();
        }
        was_there.set_value(there);
    });
    move || {
        if there.get() {
            let spot = spot.clone();
            let place = spot.clone();
            let may = board.state.may();
            let disabled = move || {
                may.track();
                !board.may_change(&place)
            };
            view! { <fieldset class="sheet" disabled=disabled><Form spot=spot kind=kind /></fieldset> }
                .into_any()
        } else {
            view! { <Gone spot=spot.clone() noun=kind.1 /> }.into_any()
        }
    }
}

/// What one was writing in is gone: focus goes to the drawer, not to the page's start.
fn keep_focus() {
    request_animation_frame(|| {
        let lost = document()
            .active_element()
            .is_none_or(|active| active.tag_name() == "BODY");
        let next = panel().and_then(|panel| panel.query_selector("[data-restore]").ok().flatten());
        if let Some(next) = next.filter(|_| lost) {
            focus::focus(&next);
        }
    });
}

/// The icon and the word of a thing.
fn kind_of(board: Board, spot: &Spot) -> (&'static str, &'static str) {
    match spot {
        Spot::Item(item @ Item::Card(_)) => {
            board.cell_of(item).map_or(("shapes", "Card"), |cell| {
                let kind = board.kind(&cell.lane);
                (icon(kind), noun(kind))
            })
        }
        Spot::Item(Item::Pain(_)) => ("zap", "Pain point"),
        Spot::Item(Item::Opportunity(_)) => ("lightbulb", "Opportunity"),
        Spot::Stage(_) => ("map", "Stage"),
        Spot::Lane(lane) => (icon(board.kind(lane)), "Lane"),
        _ => ("route", "Step"),
    }
}

/// Said in the place of the details of something that is deleted.
#[component]
fn Gone(spot: Spot, noun: &'static str) -> impl IntoView {
    let board = Board::here();
    let restore = move |_| {
        if let Some(target) = target_of(&spot)
            && board.state.edit(Edit::Restore(target)).is_ok()
            && let Some(panel) = panel()
        {
            focus::focus(&panel);
        }
    };
    view! {
        <div class="drawer-gone" data-testid="drawer-gone">
            <Icon name="trash-2" />
            <p><strong>{noun} " deleted."</strong>" It is no longer on the map; everything about it is kept."</p>
            <button class="button" type="button" data-restore="" on:click=restore>
                <Icon name="undo-2" />
                "Restore"
            </button>
        </div>
    }
    .into_any()
}
