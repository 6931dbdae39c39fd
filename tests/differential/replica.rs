//! A yrs replica that lets nothing past the guard, as ours do.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use waymark_fuzz::ops::Op;
use waymark_fuzz::view::{self, Root};
use waymark_sync::Scope;
use waymark_sync::guard::{Bounds, Places, check_update};
use yrs::block::ClientID;
use yrs::undo::{Options as UndoOptions, UndoManager};
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{Doc, OffsetKind, Options, ReadTxn, StateVector, Transact, Update};

/// Who does something that can be undone.
const ME: &str = "me";

pub(crate) struct Replica {
    doc: Doc,
    places: Places,
    undo: UndoManager<()>,
    /// What changed since it was looked at last.
    made: Arc<Mutex<Vec<Vec<u8>>>>,
    /// It tidies formats up after others, which is a change of its own.
    tidies: bool,
    /// What does not fit yet.
    early: Vec<Vec<u8>>,
}

impl Replica {
    /// An empty one; `tidies` as no replica of ours does.
    pub(crate) fn new(client: u64, tidies: bool, skip_gc: bool) -> Self {
        let doc = Doc::with_options(Options {
            offset_kind: OffsetKind::Utf16,
            skip_gc,
            cleanup_formatting: tidies,
            ..Options::with_client_id(ClientID::new(client))
        });
        let mut undo = UndoManager::with_options(UndoOptions {
            capture_timeout_millis: 0,
            ..UndoOptions::default()
        });
        undo.include_origin(ME);
        undo.expand_scope(&doc, &doc.get_or_insert_text(Root::Text.name()));
        undo.expand_scope(&doc, &doc.get_or_insert_array(Root::List.name()));
        undo.expand_scope(&doc, &doc.get_or_insert_map(Root::Map.name()));
        undo.expand_scope(&doc, &doc.get_or_insert_xml_fragment(Root::Xml.name()));
        let made = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&made);
        doc.observe_update_v1("made", move |_, event| {
            if let Ok(mut made) = sink.lock() {
                made.push(event.update.clone());
            }
        })
        .expect("nobody else uses it");
        Self {
            doc,
            places: Places::new(client, Scope::NOTHING),
            undo,
            made,
            tidies,
            early: Vec::new(),
        }
    }

    /// Does one thing; what it changed.
    pub(crate) fn act(&mut self, op: &Op) -> Result<Vec<Vec<u8>>, String> {
        let mut txn = self.doc.transact_mut_with(ME);
        op.apply_in(&mut txn);
        drop(txn);
        self.own()
    }

    pub(crate) fn undo(&mut self) -> Result<Vec<Vec<u8>>, String> {
        self.undo.undo_blocking();
        self.own()
    }

    pub(crate) fn redo(&mut self) -> Result<Vec<Vec<u8>>, String> {
        self.undo.redo_blocking();
        self.own()
    }

    /// Takes what somebody sent, now or when everything before it is here.
    pub(crate) fn apply(&mut self, update: &[u8]) -> Result<Vec<Vec<u8>>, String> {
        self.early.push(update.to_vec());
        while self.take_one()? {}
        let made = self.taken();
        Ok(if self.tidies { made } else { Vec::new() })
    }

    /// Takes one of the updates that fit by now; whether there was one.
    fn take_one(&mut self) -> Result<bool, String> {
        let state = self.state();
        for at in 0..self.early.len() {
            let update = &self.early[at];
            let walk =
                check_update(update, &Bounds::UPDATE).map_err(|fault| refused(fault, update))?;
            if !walk.outline.fits(&state) {
                continue;
            }
            let resolved = self
                .places
                .check(update, &walk)
                .map_err(|fault| refused(fault, update))?;
            let decoded = Update::decode_v1(update).map_err(|error| error.to_string())?;
            let mut txn = self.doc.transact_mut();
            txn.apply_update(decoded)
                .map_err(|error| error.to_string())?;
            if txn.has_missing_updates() {
                return Err("an update that fits left something pending".to_owned());
            }
            drop(txn);
            let state = self.state();
            self.places.extend(resolved, &state);
            self.early.remove(at);
            return Ok(true);
        }
        Ok(false)
    }

    /// What it has, encoded.
    pub(crate) fn encoded_state(&self) -> Vec<u8> {
        self.state().encode_v1()
    }

    /// What somebody with this state lacks.
    pub(crate) fn diff(&self, state: &[u8]) -> Result<Vec<u8>, String> {
        let state = StateVector::decode_v1(state).map_err(|error| error.to_string())?;
        Ok(self.doc.transact().encode_diff_v1(&state))
    }

    pub(crate) fn view(&self) -> Value {
        view_of(&self.doc, !self.early.is_empty())
    }

    fn state(&self) -> StateVector {
        self.doc.transact().state_vector()
    }

    fn own(&mut self) -> Result<Vec<Vec<u8>>, String> {
        let made = self.taken();
        for update in &made {
            let walk =
                check_update(update, &Bounds::UPDATE).map_err(|fault| refused(fault, update))?;
            let resolved = self
                .places
                .check(update, &walk)
                .map_err(|fault| refused(fault, update))?;
            let state = self.state();
            self.places.extend(resolved, &state);
        }
        Ok(made)
    }

    fn taken(&self) -> Vec<Vec<u8>> {
        self.made
            .lock()
            .map(|mut made| std::mem::take(&mut *made))
            .unwrap_or_default()
    }
}

fn refused(fault: waymark_sync::guard::Fault, update: &[u8]) -> String {
    format!(
        "the guard refuses ({fault}) {}",
        waymark_fuzz::corpus::hex(update)
    )
}

/// Everything that has to be equal, in the form of `yjs.mjs`.
pub(crate) fn view_of(doc: &Doc, pending: bool) -> Value {
    let txn = doc.transact();
    let mut state: Vec<_> = txn
        .state_vector()
        .iter()
        .map(|(client, clock)| (client.get(), *clock))
        .collect();
    state.sort_unstable();
    let mut deleted: Vec<(u64, Vec<[u32; 2]>)> = Vec::new();
    for (client, ranges) in txn.snapshot().delete_set.iter() {
        let ranges = ranges.iter().map(|range| [range.start, range.end]);
        deleted.push((client.get(), ranges.collect()));
    }
    deleted.sort_unstable();
    json!({ "content": view::of_roots(&txn), "state": state, "deleted": deleted, "pending": pending })
}
