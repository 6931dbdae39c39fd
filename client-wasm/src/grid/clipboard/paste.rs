//! Pasting: our data as new things with ids of their own, a text as a card a line, a
//! table into the cells to the right and below, names on a header as stages or steps.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use waymark_model::Edit;
use waymark_model::clip::{Clip, Copies, Pasted};
use waymark_model::edit::Place;
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::StageId;
use web_sys::Blob;

use super::super::batch::count_words;
use super::super::board::Board;
use super::super::focus::element;
use super::super::names::stage_names;
use super::super::popup::{Content, Popup};
use super::super::spot::Spot;
use super::preview::Pasting;
use super::wire::{Ours, What};
use super::{table, wire, with_mod};
use crate::dom::window;

impl Board {
    /// Pastes what is on the clipboard at a place, for buttons and menus.
    pub(crate) fn paste_at(&self, spot: &Spot) {
        let (board, spot) = (*self, spot.clone());
        spawn_local(async move {
            let Some((html, text)) = read_clipboard().await else {
                board.state.toast(format!(
                    "The browser does not let this page read the clipboard. Use {}.",
                    with_mod("V")
                ));
                return;
            };
            // Where only the text came through, it may be what was copied here.
            let last = board.clipboard.last.get_value();
            let html = match last {
                Some((said, ours)) if wire::ours(&html).is_none() && said == text => ours,
                _ => html,
            };
            if !board.paste(&spot, &html, &text) {
                board
                    .state
                    .toast("There is nothing on the clipboard that can be pasted here.");
            }
        });
    }

    /// Pastes at a place; whether there was anything to paste there.
    pub(super) fn paste(&self, spot: &Spot, html: &str, text: &str) -> bool {
        self.state.catch_up();
        if let Some(ours) = wire::ours(html) {
            match Clip::parse(&ours.file) {
                Ok(clip) => return self.paste_ours(spot, &ours, clip),
                // Somebody else's, or broken: its text is still a text.
                Err(error) if text.is_empty() => {
                    self.state.toast(crate::api::sentence(&error.to_string()));
                    return true;
                }
                Err(_) => {}
            }
        }
        match spot {
            Spot::Stage(_) | Spot::Step(_) | Spot::Gap(_) => self.paste_names(spot, text),
            _ => self.paste_text(spot, html, text),
        }
    }

    fn paste_names(&self, spot: &Spot, text: &str) -> bool {
        let (false, Some(place)) = (stage_names(text).is_empty(), element(spot)) else {
            return false;
        };
        let content = Content::Names {
            spot: spot.clone(),
            text: text.to_owned(),
        };
        self.popup.set(Some(Popup::beside(content, &place)));
        true
    }

    fn paste_text(&self, spot: &Spot, html: &str, text: &str) -> bool {
        let Some(cell) = self.cell_at(spot) else {
            return false;
        };
        let rows = table::parse(text);
        let is_table = table::width(&rows) > 1 || (rows.len() > 1 && html.contains("<table"));
        if is_table {
            self.preview(spot, Pasting::table(cell, rows));
            return true;
        }
        let lines = table::lines(text);
        if lines.is_empty() {
            return false;
        }
        let map = self.state.map();
        let state = self.state;
        let mut ids = || state.random();
        let mut copies = Copies::new(&map, &mut ids);
        let written = lines.iter().map(|line| copies.written(&cell, line));
        let (made, edits): (Vec<Item>, Vec<Edit>) = written.unzip();
        let words = format!("Pasted {}", count_words(made.len()));
        self.finish_items(edits, made, words, false);
        true
    }

    fn preview(&self, spot: &Spot, pasting: Pasting) {
        let content = Content::Paste(spot.clone(), pasting);
        let popup = match element(spot) {
            Some(place) => Popup::beside(content, &place),
            None => Popup::on_top(content),
        };
        self.popup.set(Some(popup));
    }

    fn paste_ours(&self, spot: &Spot, ours: &Ours, clip: Clip) -> bool {
        let cut = self.clipboard.cut.get_untracked();
        if let Some(cut) = cut.filter(|cut| ours.cut.as_ref() == Some(&cut.token))
            && self.move_cut(spot, &cut.spots)
        {
            self.clipboard.cut.set(None);
            return true;
        }
        match ours.what {
            What::Lane => {
                let after = match spot {
                    Spot::Lane(lane) => Some(lane.clone()),
                    _ => self.cell_at(spot).map(|cell| cell.lane),
                };
                self.preview(spot, Pasting::lane(clip, after));
                true
            }
            What::Steps | What::Stage => {
                self.paste_steps(spot, &clip, ours.what == What::Stage, "Pasted")
            }
            What::Cards => self.paste_cards(spot, &clip),
        }
    }

    fn paste_cards(&self, spot: &Spot, clip: &Clip) -> bool {
        let (map, grid, state) = (self.state.map(), self.grid(), self.state);
        let mut ids = || state.random();
        let mut copies = Copies::new(&map, &mut ids);
        let pasted = match (spot, self.cell_at(spot)) {
            (Spot::Step(step), _) => clip.into_step(&mut copies, &grid, step),
            (_, Some(cell)) => clip.into_cells(&mut copies, &grid, &cell),
            _ => return false,
        };
        let Pasted { edits, made, left } = pasted;
        let words = format!("Pasted {}{}", count_words(made.len()), left_out(left));
        if made.is_empty() {
            self.state.toast(words);
            return true;
        }
        self.finish_items(edits, made, words, left > 0);
        true
    }

    /// Steps with what is in them, after the step or at the end of the stage at a place; a
    /// stage after the stage there.
    pub(super) fn paste_steps(&self, spot: &Spot, clip: &Clip, whole: bool, done: &str) -> bool {
        let (map, state) = (self.state.map(), self.state);
        let mut ids = || state.random();
        let mut copies = Copies::new(&map, &mut ids);
        let here = self.stage_at(spot);
        let (focus, pasted, noun) = match (here, self.step_at(spot)) {
            (Some(stage), after) if !whole => {
                let place = after.map_or(Place::Last, Place::After);
                let (steps, pasted) = clip.as_steps(&mut copies, &stage, place);
                let Some(first) = steps.first().cloned() else {
                    return false;
                };
                let noun = match steps.len() {
                    1 => "the step".to_owned(),
                    more => format!("{more} steps"),
                };
                (Spot::Step(first), pasted, noun)
            }
            (here, _) => {
                let place = here.map_or(Place::Last, Place::After);
                let Some((stage, pasted)) = clip.as_stage(&mut copies, place) else {
                    return false;
                };
                (Spot::Stage(stage), pasted, "the stage".to_owned())
            }
        };
        let words = format!(
            "{done} {noun} with {}{}",
            count_words(pasted.made.len()),
            left_out(pasted.left)
        );
        self.finish_structure(pasted.edits, focus, words);
        true
    }

    /// Writes what is pasted as one undo step, selects it where it is several, and goes to
    /// it.
    pub(super) fn finish_items(
        &self,
        edits: Vec<Edit>,
        made: Vec<Item>,
        words: String,
        shown: bool,
    ) {
        let Some(first) = made.first().cloned() else {
            return;
        };
        self.popup.set(None);
        if self.state.edit_all(edits).is_err() {
            return;
        }
        for item in &made {
            self.filters.keep(item);
        }
        self.selection_done();
        if made.len() > 1 {
            self.choose(made);
        }
        self.settle(Spot::Item(first), true);
        if shown {
            self.state.toast(words);
        } else {
            self.state.announce(words);
        }
    }

    /// Writes what is pasted as one undo step, and goes to it.
    pub(super) fn finish_structure(&self, edits: Vec<Edit>, focus: Spot, words: String) {
        self.popup.set(None);
        if self.state.edit_all(edits).is_ok() {
            self.settle(focus, true);
            self.state.toast(words);
        }
    }

    /// The cell a paste at a place begins in.
    pub(super) fn cell_at(&self, spot: &Spot) -> Option<CellId> {
        match spot {
            Spot::Cell(cell) => Some(cell.clone()),
            Spot::Item(item) => self.cell_of(item),
            Spot::Lane(lane) => {
                let grid = self.grid();
                let step = grid.columns.iter().find_map(|column| column.step.clone())?;
                Some(CellId {
                    lane: lane.clone(),
                    step,
                })
            }
            Spot::Stage(_) | Spot::Step(_) | Spot::Gap(_) | Spot::Point(_) => None,
        }
    }

    pub(super) fn step_at(&self, spot: &Spot) -> Option<waymark_model::ids::StepId> {
        match spot {
            Spot::Step(step) | Spot::Point(step) => Some(step.clone()),
            Spot::Lane(_) => None,
            _ => self.cell_at(spot).map(|cell| cell.step),
        }
    }

    pub(super) fn stage_at(&self, spot: &Spot) -> Option<StageId> {
        match spot {
            Spot::Stage(stage) | Spot::Gap(stage) => Some(stage.clone()),
            Spot::Lane(_) => None,
            _ => self.stage_of(&self.step_at(spot)?),
        }
    }
}

pub(super) fn left_out(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => ". 1 card found no place and was left out".to_owned(),
        _ => format!(". {count} cards found no place and were left out"),
    }
}

/// HTML and text of the clipboard, as far as the browser lets us.
async fn read_clipboard() -> Option<(String, String)> {
    let clipboard = window().navigator().clipboard();
    if clipboard.is_undefined() {
        return None;
    }
    let read = js_sys::Reflect::get(&clipboard, &"read".into()).ok()?;
    let Ok(read) = read.dyn_into::<js_sys::Function>() else {
        let text = clipboard.read_text().await.ok()?;
        return Some((String::new(), text.as_string()?));
    };
    let promise: js_sys::Promise = read.call0(&clipboard).ok()?.dyn_into().ok()?;
    let items: js_sys::Array = promise.await.ok()?.dyn_into().ok()?;
    let item = items.get(0);
    let html = part(&item, "text/html").await.unwrap_or_default();
    let text = part(&item, "text/plain").await.unwrap_or_default();
    Some((html, text))
}

async fn part(item: &JsValue, kind: &str) -> Option<String> {
    let get = js_sys::Reflect::get(item, &"getType".into()).ok()?;
    let get: js_sys::Function = get.dyn_into().ok()?;
    let promise: js_sys::Promise = get.call1(item, &kind.into()).ok()?.dyn_into().ok()?;
    let blob: Blob = promise.await.ok()?.dyn_into().ok()?;
    blob.text().await.ok()?.as_string()
}
