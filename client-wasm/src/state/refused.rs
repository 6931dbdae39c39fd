//! What the server did not accept: told, kept for copying, and the map as it is.

use std::rc::Rc;

use leptos::prelude::*;
use serde_json::{Value, json};
use waymark_model::JourneyMap;
use waymark_model::edit::{Edit, TextField};
use waymark_model::map::label_of;
use waymark_model::rich::{DetailsOf, Rich};
use yrs::Transact;

use super::shared::Shared;
use super::{MapState, label};
use crate::{api, dom, toast};

/// Edits that are remembered until they are saved: more than anybody makes meanwhile.
const MOST_EDITS: usize = 500;
/// Refusals that are kept for a map.
const MOST_REFUSALS: usize = 20;

/// Changes that were not accepted, together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// When, in milliseconds since the Unix epoch.
    pub at: u64,
    /// Why, as a sentence.
    pub reason: String,
    /// What it was.
    pub lines: Vec<Line>,
}

/// One change that was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it was: "Text of a card".
    pub what: String,
    /// The words in it; empty where there were none.
    pub text: String,
}

impl Refusal {
    /// As one text to be pasted elsewhere.
    pub fn text(&self) -> String {
        let line = |line: &Line| match line.text.is_empty() {
            true => line.what.clone(),
            false => format!("{}: {}", line.what, line.text),
        };
        let lines: Vec<String> = self.lines.iter().map(line).collect();
        lines.join("\n")
    }

    fn write(&self) -> Value {
        let line = |line: &Line| json!({ "what": line.what, "text": line.text });
        let lines: Vec<Value> = self.lines.iter().map(line).collect();
        json!({ "at": self.at, "reason": self.reason, "lines": lines })
    }

    fn read(value: &Value) -> Option<Self> {
        let text = |value: &Value, key: &str| Some(value.get(key)?.as_str()?.to_owned());
        let line = |value: &Value| {
            Some(Line {
                what: text(value, "what")?,
                text: text(value, "text")?,
            })
        };
        Some(Self {
            at: value.get("at")?.as_u64()?,
            reason: text(value, "reason")?,
            lines: value
                .get("lines")?
                .as_array()?
                .iter()
                .filter_map(line)
                .collect(),
        })
    }
}

/// What was there when the server refused it, until its own state is here.
pub(super) struct Lost {
    reason: String,
    lines: Vec<(Edit, Line)>,
    /// The map as it was shown.
    pub(super) shown: Rc<JourneyMap>,
}

impl Shared {
    /// Notes what is not saved yet.
    pub(super) fn remember_edits(&self, edits: &[Edit]) {
        let mut unsaved = self.unsaved.borrow_mut();
        for edit in edits {
            // Of what is typed only the last counts.
            unsaved.retain(|other| !is_same_text(other, edit));
            unsaved.push(edit.clone());
        }
        let over = unsaved.len().saturating_sub(MOST_EDITS);
        unsaved.drain(..over);
    }

    /// The server did not accept something: the person is told, and what they did is kept
    /// while the map is fetched anew.
    pub(crate) fn on_refused(self: &Rc<Self>, reason: &str) {
        let reason = api::sentence(reason);
        if self.lost.borrow().is_some() {
            // What followed upon it goes with it.
            return;
        }
        let shown = self.map();
        let unsaved = std::mem::take(&mut *self.unsaved.borrow_mut());
        let lines = unsaved.into_iter().map(|edit| {
            let line = self.line(&edit, &shown);
            (edit, line)
        });
        let lines: Vec<_> = lines.collect();
        if !lines.is_empty() {
            toast::show(format!("Not accepted. {reason}"));
        }
        *self.lost.borrow_mut() = Some(Lost {
            reason,
            lines,
            shown,
        });
        self.renew_soon();
    }

    /// The server's map is here: what of the lost is not in it is shown, to be copied.
    pub(super) fn settle_lost(&self, now: &JourneyMap) {
        let Some(lost) = self.lost.borrow_mut().take() else {
            return;
        };
        let lines = lost.lines.into_iter();
        let lines: Vec<Line> = lines
            .filter(|(edit, _)| !is_in(edit, now))
            .map(|(_, line)| line)
            .collect();
        if lines.is_empty() {
            return;
        }
        self.refused.update(|refused| {
            refused.push(Refusal {
                at: dom::unix_now(),
                reason: lost.reason,
                lines,
            });
            let over = refused.len().saturating_sub(MOST_REFUSALS);
            refused.drain(..over);
        });
        self.keep_refused();
    }

    fn keep_refused(&self) {
        let all = self
            .refused
            .with_untracked(|all| Value::from_iter(all.iter().map(Refusal::write)));
        dom::remember(&key_of(&self.key), &all.to_string());
    }

    /// One edit in words.
    fn line(&self, edit: &Edit, map: &JourneyMap) -> Line {
        let mut what = label::of_edit(edit).to_owned();
        let named = match edit {
            Edit::Delete { target, .. } => {
                let label = label_of(map, target);
                label.map(|label| format!("Delete {label}"))
            }
            _ => None,
        };
        what = named.unwrap_or(what);
        let text = match edit {
            Edit::SetText { text, .. } => text.clone(),
            Edit::AddCard { id, text, .. } => {
                let card = map.cards.iter().find(|it| it.id == *id);
                card.map_or(text, |it| &it.text).clone()
            }
            Edit::AddPain { id, text, .. } => {
                let pain = map.pains.iter().find(|it| it.id == *id);
                pain.map_or(text, |it| &it.text).clone()
            }
            Edit::AddOpportunity { id, title, .. } => {
                let found = map.opportunities.iter().find(|it| it.id == *id);
                found.map_or(title, |it| &it.title).clone()
            }
            Edit::AddStage { title, .. }
            | Edit::AddStep { title, .. }
            | Edit::AddLane { title, .. }
            | Edit::SplitStage { title, .. }
            | Edit::AddGroup { title, .. } => title.clone(),
            Edit::AddPersona { name, .. } => name.clone(),
            Edit::SpliceDetails { of, .. } | Edit::MarkDetails { of, .. } => self.details_text(of),
            _ => String::new(),
        };
        Line { what, text }
    }

    fn details_text(&self, of: &DetailsOf) -> String {
        let core = self.core.borrow();
        let txn = core.replica.doc().try_transact();
        txn.map_or_else(|_| String::new(), |txn| Rich::read(&txn, of).plain())
    }
}

/// What was refused in this browser and not dismissed since.
pub(super) fn remembered(map: &str) -> Vec<Refusal> {
    let kept = dom::remembered(&key_of(map)).unwrap_or_default();
    let all: Value = serde_json::from_str(&kept).unwrap_or_default();
    let all = all.as_array().into_iter().flatten();
    all.filter_map(Refusal::read).collect()
}

fn key_of(map: &str) -> String {
    format!("waymark.refused.{map}")
}

/// Whether the second writes all of what the first wrote.
fn is_same_text(one: &Edit, other: &Edit) -> bool {
    match (one, other) {
        (Edit::SetText { field: a, .. }, Edit::SetText { field: b, .. }) => a == b,
        (
            Edit::SpliceDetails { of: a, .. } | Edit::MarkDetails { of: a, .. },
            Edit::SpliceDetails { of: b, .. } | Edit::MarkDetails { of: b, .. },
        ) => a == b,
        _ => false,
    }
}

/// Whether a map holds what an edit was about. Where that cannot be seen, it does not.
fn is_in(edit: &Edit, map: &JourneyMap) -> bool {
    match edit {
        Edit::AddCard { id, .. } => map.cards.iter().any(|it| it.id == *id),
        Edit::AddPain { id, .. } => map.pains.iter().any(|it| it.id == *id),
        Edit::AddOpportunity { id, .. } => map.opportunities.iter().any(|it| it.id == *id),
        Edit::AddStage { id, .. } => map.stages.iter().any(|it| it.id == *id),
        Edit::AddStep { id, .. } => map.steps.iter().any(|it| it.id == *id),
        Edit::AddLane { id, .. } => map.lanes.iter().any(|it| it.id == *id),
        Edit::AddPersona { id, .. } => map.personas.iter().any(|it| it.id == *id),
        Edit::SetText { field, text } => text_in(map, field).is_some_and(|it| it == text),
        _ => false,
    }
}

fn text_in<'a>(map: &'a JourneyMap, field: &TextField) -> Option<&'a String> {
    match field {
        TextField::MapTitle => Some(&map.frame.title),
        TextField::CardText(id) => map.cards.iter().find(|it| it.id == *id).map(|it| &it.text),
        TextField::PainText(id) => map.pains.iter().find(|it| it.id == *id).map(|it| &it.text),
        TextField::OpportunityTitle(id) => {
            let found = map.opportunities.iter().find(|it| it.id == *id);
            found.map(|it| &it.title)
        }
        TextField::StageTitle(id) => map
            .stages
            .iter()
            .find(|it| it.id == *id)
            .map(|it| &it.title),
        TextField::StepTitle(id) => map.steps.iter().find(|it| it.id == *id).map(|it| &it.title),
        TextField::LaneTitle(id) => map.lanes.iter().find(|it| it.id == *id).map(|it| &it.title),
        _ => None,
    }
}

impl MapState {
    /// What was not accepted and is kept for copying.
    pub fn refused(&self) -> Signal<Vec<Refusal>> {
        self.shared().refused.clone().into()
    }

    /// Forgets everything of it.
    pub fn dismiss_refused(&self) {
        if let Some(shared) = self.shared_if_open() {
            shared.refused.set(Vec::new());
            shared.keep_refused();
        }
    }
}
