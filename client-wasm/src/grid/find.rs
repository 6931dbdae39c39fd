//! Searching in the map: what is looked for, what was found, and how one walks through it.

use std::sync::Arc;

use leptos::leptos_dom::helpers::request_animation_frame;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use waymark_model::JourneyMap;
use waymark_model::search::{self, Hit, Place, Query};
use web_sys::{HtmlElement, HtmlInputElement};

use super::board::Board;
use super::focus;
use super::lull::lull;
use super::spot::Spot;
use crate::dom::document;
use crate::state::MapState;
use crate::toast;

/// The field's id.
pub(crate) const FIELD: &str = "find-field";

/// The search of one map.
#[derive(Clone, Copy)]
pub(crate) struct Finder {
    /// Whether the panel is there.
    pub(crate) open: RwSignal<bool>,
    /// What was typed.
    pub(crate) typed: RwSignal<String>,
    /// What was found, in reading order.
    pub(crate) hits: Memo<Arc<Vec<Hit>>>,
    /// The hit that is shown in the map.
    pub(crate) chosen: RwSignal<Option<Place>>,
    /// Where focus was before.
    from: StoredValue<Option<Spot>>,
}

impl Finder {
    pub(crate) fn new(state: MapState) -> Self {
        let open = RwSignal::new(false);
        let typed = RwSignal::new(String::new());
        let changed = lull(state, open.into());
        let hits = Memo::new(move |_| {
            changed.track();
            let query = open.get().then(|| typed.with(|typed| Query::parse(typed)));
            let hits = query
                .flatten()
                .map(|query| search::find(&state.map(), &query));
            Arc::new(hits.unwrap_or_default())
        });
        Self {
            open,
            typed,
            hits,
            chosen: RwSignal::new(None),
            from: StoredValue::new(None),
        }
    }

    /// Which hit is shown, counted from 0; tracked.
    pub(crate) fn at(&self) -> Option<usize> {
        let chosen = self.chosen.get()?;
        self.hits
            .with(|hits| hits.iter().position(|hit| hit.place == chosen))
    }

    /// Says how much was found.
    pub(crate) fn tell(&self) {
        if self
            .typed
            .with_untracked(|typed| Query::parse(typed).is_none())
        {
            return;
        }
        toast::announce(match self.hits.with_untracked(|hits| hits.len()) {
            0 => "Nothing found".to_owned(),
            1 => "1 place found".to_owned(),
            many => format!("{many} places found"),
        });
    }
}

impl Board {
    /// Opens the search, or goes back into its field.
    pub(crate) fn open_find(&self) {
        if !self.find.open.get_untracked() {
            self.find.from.set_value(self.current());
            self.find.open.set(true);
        }
        self.popup.set(None);
        // In the frame after, the field is there.
        request_animation_frame(|| {
            if let Some(field) = document()
                .get_element_by_id(FIELD)
                .and_then(|field| field.dyn_into::<HtmlInputElement>().ok())
            {
                let _ = field.focus();
                field.select();
            }
        });
    }

    /// Ends the search and goes back to where one was.
    pub(crate) fn close_find(&self) {
        let from = self.find.from.get_value();
        self.find.open.set(false);
        self.find.chosen.set(None);
        focus::point_at(None);
        match from.filter(|spot| focus::element(spot).is_some()) {
            Some(spot) => self.settle(spot, false),
            None => {
                let button = document()
                    .query_selector("[data-command=\"map.find\"]")
                    .ok()
                    .flatten();
                if let Some(button) =
                    button.and_then(|button| button.dyn_into::<HtmlElement>().ok())
                {
                    let _ = button.focus();
                }
            }
        }
    }

    /// Shows the next hit, or the one before, in the map; around the end it begins again.
    /// Focus follows when it is in the map already.
    pub(crate) fn find_next(&self, back: bool) {
        if !self.find.open.get_untracked() {
            self.open_find();
            return;
        }
        let hits = self.find.hits.get_untracked();
        if hits.is_empty() {
            return;
        }
        let now = self.find.chosen.with_untracked(|chosen| {
            hits.iter()
                .position(|hit| Some(&hit.place) == chosen.as_ref())
        });
        let next = match (now, back) {
            (None, false) => 0,
            (None, true) => hits.len() - 1,
            (Some(at), false) => (at + 1) % hits.len(),
            (Some(at), true) => (at + hits.len() - 1) % hits.len(),
        };
        let inside = focus::is_inside();
        self.show_hit(&hits[next], inside);
    }

    /// Shows a hit in the map, and goes there if asked to.
    pub(crate) fn show_hit(&self, hit: &Hit, go: bool) {
        self.find.chosen.set(Some(hit.place.clone()));
        let spot = self.shown_spot(&hit.place);
        self.make_way(&spot);
        if go {
            self.turn_to(&spot);
            self.settle(spot, true);
        } else {
            self.show(spot);
        }
    }

    /// Where in the grid something found is to be seen: a collapsed lane shows only cells.
    fn shown_spot(&self, place: &Place) -> Spot {
        match place {
            Place::Stage(id) => Spot::Stage(id.clone()),
            Place::Step(id) => Spot::Step(id.clone()),
            Place::Lane(id) => Spot::Lane(id.clone()),
            Place::Item(cell, _) if self.grid().collapsed.contains(&cell.lane) => {
                Spot::Cell(cell.clone())
            }
            Place::Item(_, item) => Spot::Item(item.clone()),
        }
    }

    /// Goes to the hit that is shown.
    pub(crate) fn go_to_hit(&self) {
        let hits = self.find.hits.get_untracked();
        let chosen = self.find.chosen.get_untracked();
        if let Some(hit) = hits.iter().find(|hit| Some(&hit.place) == chosen.as_ref()) {
            self.show_hit(hit, true);
        }
    }
}

/// Where something was found, in the map's words: `Explore › Compares plans · Pain points`.
pub(crate) fn words_of(map: &JourneyMap, place: &Place) -> String {
    let titled = |title: &str| match title.trim() {
        "" => "Untitled".to_owned(),
        title => title.to_owned(),
    };
    let stage_of = |step: &waymark_model::ids::StepId| {
        let step = map.steps.iter().find(|other| other.id == *step)?;
        let stage = map.stages.iter().find(|stage| stage.id == step.stage)?;
        Some((titled(&stage.title), titled(&step.title)))
    };
    match place {
        Place::Lane(_) => "Lane".to_owned(),
        Place::Stage(_) => "Stage".to_owned(),
        Place::Step(id) => {
            stage_of(id).map_or_else(String::new, |(stage, _)| format!("{stage} › Step"))
        }
        Place::Item(cell, _) => {
            let lane = map.lanes.iter().find(|lane| lane.id == cell.lane);
            let lane = lane.map(|lane| titled(&lane.title)).unwrap_or_default();
            stage_of(&cell.step).map_or_else(
                || lane.clone(),
                |(stage, step)| format!("{stage} › {step} · {lane}"),
            )
        }
    }
}
