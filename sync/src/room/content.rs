//! The document's content: what yrs holds, and what is known about it.

use std::borrow::Borrow;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use yrs::block::ClientID;
use yrs::updates::decoder::Decode;
use yrs::{Doc, OffsetKind, Options, ReadTxn, StateVector, Transact, Update, WriteTxn};

use super::SessionId;
use crate::document::DocumentId;
use crate::grant::{Refusal, Scope, WritePermit};
use crate::guard::{self, Bounds, DeletedRange, Fault, Outline, Places, Resolved, Section, Walk};
use crate::wire::{self, Address, Dialect, Frame};

/// One effective update: numbered, and encoded once for everybody who gets it.
#[derive(Debug)]
pub(crate) struct Change {
    number: u64,
    author: SessionId,
    update: Bytes,
    outline: Option<Outline>,
    messages: [OnceLock<Bytes>; 2],
}

impl Change {
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn author(&self) -> SessionId {
        self.author
    }

    pub(super) fn update(&self) -> &Bytes {
        &self.update
    }

    /// The structs in it.
    pub(super) fn sections(&self) -> &[Section] {
        self.outline
            .as_ref()
            .map_or(&[], |outline| &outline.sections)
    }

    /// The message for everybody who speaks this dialect under the plain name.
    pub(super) fn message(&self, dialect: Dialect, address: &Address) -> Bytes {
        let encode = || {
            let frame = Frame::Update(self.update.clone());
            wire::encode_to(dialect, address, &frame).unwrap_or_default()
        };
        if address.is_plain() {
            let slot = &self.messages[usize::from(dialect == Dialect::Hocuspocus)];
            slot.get_or_init(encode).clone()
        } else {
            encode()
        }
    }
}

/// Joins changes into one update.
pub(super) fn merge_changes<C: Borrow<Change>>(changes: &[C]) -> Bytes {
    if let [change] = changes {
        return change.borrow().update.clone();
    }
    let outlined: Option<Vec<_>> = changes
        .iter()
        .map(|change| {
            let change: &Change = change.borrow();
            Some((&change.update, change.outline.as_ref()?))
        })
        .collect();
    outlined
        .and_then(|outlined| guard::merge(&outlined))
        .unwrap_or_else(|| {
            let updates = changes.iter().map(|change| &change.borrow().update[..]);
            yrs::merge_updates_v1(updates)
                .expect("effective updates come from yrs itself")
                .into()
        })
}

/// What became of an update.
pub(crate) enum Outcome {
    /// Everything in it was here already.
    Nothing,
    /// Something that it builds upon is not here: it did not touch the document.
    Missing,
    /// It holds something that its author may not write: it did not touch the document.
    Forbidden(Refusal),
    /// It changed the document. With a fault, only a part of it could be integrated, and
    /// whoever sent it must not send more.
    Changed {
        change: Arc<Change>,
        fault: Option<Fault>,
    },
}

/// Who writes, and what allows it.
pub(crate) struct Author<'a> {
    pub(crate) session: SessionId,
    pub(crate) permit: &'a WritePermit,
    /// Whether this is everything they have, deletions by others among it.
    pub(crate) repeats: bool,
}

pub(crate) struct Content {
    /// Missing while a stored document is being loaded.
    core: Option<Core>,
    state: StateVector,
    full: Option<Full>,
}

/// The document itself, and where everything in it hangs.
pub(crate) struct Core {
    doc: Doc,
    places: Places,
}

/// The whole state, encoded once for all who join before the next change.
struct Full {
    update: Bytes,
    messages: [OnceLock<Bytes>; 2],
}

impl Full {
    fn new(update: Bytes) -> Self {
        Self {
            update,
            messages: [OnceLock::new(), OnceLock::new()],
        }
    }
}

impl Content {
    /// What is known of a stored document before it is loaded: its state and, if that can
    /// be had, all of it.
    pub(super) fn unloaded(state: StateVector, whole: Option<Bytes>) -> Self {
        Self {
            core: None,
            state,
            full: whole.map(Full::new),
        }
    }

    /// A document that is loaded.
    pub(crate) fn of(core: Core) -> Self {
        Self {
            state: core.state_vector(),
            core: Some(core),
            full: None,
        }
    }

    pub(super) fn loaded(&mut self, core: Core) {
        self.core = Some(core);
    }

    pub(super) fn is_loaded(&self) -> bool {
        self.core.is_some()
    }

    /// Whether the whole state is there without encoding it.
    pub(super) fn has_whole(&self) -> bool {
        self.full.is_some()
    }

    /// Applies a checked update of `author`, numbered by `number` if it changes something.
    pub(crate) fn apply(
        &mut self,
        bytes: &Bytes,
        walk: &Walk,
        author: Author<'_>,
        number: impl FnOnce() -> u64,
    ) -> Result<Outcome, Fault> {
        let outline = &walk.outline;
        if !outline.fits(&self.state) {
            return Ok(Outcome::Missing);
        }
        if outline.deletes.is_empty() && !outline.adds_to(&self.state) {
            return Ok(Outcome::Nothing);
        }
        let core = self.core.as_mut().expect(LOADED);
        let resolved = core.places.check(bytes, walk)?;
        if !author.permit.is_for_all() && !core.is_contribution(&resolved, outline, author.repeats)
        {
            return Ok(Outcome::Forbidden(Refusal::Structure));
        }
        let update = decode(bytes)?;
        let mut txn = core.transact();
        let mut fault = txn
            .apply_update(update)
            .err()
            .map(|_| Fault("a struct's parent cannot hold it"));
        if txn.has_missing_updates() {
            txn.prune_pending();
            fault = Some(Fault("structs refer to each other in a circle"));
        }
        let effective = txn.encode_update_v1();
        // Only after a fault is it unknown what became of it.
        let partial = fault.is_some().then(|| txn.state_vector());
        drop(txn);
        // What is effective is mostly what came.
        let outline = if effective == bytes[..] {
            Some(outline.clone())
        } else {
            let walk = guard::check_update(&effective, &Bounds::TRUSTED_SIZE);
            // The guard lets nothing through of which yrs takes only a part. Should it ever,
            // that part must not make the log unreadable: the room is loaded again.
            assert!(
                fault.is_none()
                    || walk
                        .as_ref()
                        .is_ok_and(|walk| core.places.check(&effective, walk).is_ok()),
                "a part of an update was taken that could not be loaded again"
            );
            walk.ok().map(|walk| walk.outline)
        };
        match (partial, &outline) {
            (None, Some(outline)) => {
                for section in &outline.sections {
                    self.state
                        .set_max(ClientID::new(section.client), section.end);
                }
            }
            (Some(state), _) => self.state = state,
            (None, None) => self.state = core.state_vector(),
        }
        debug_assert_eq!(self.state, core.state_vector());
        core.places.extend(resolved, &self.state);
        if effective == Update::EMPTY_V1 {
            return fault.map_or(Ok(Outcome::Nothing), Err);
        }
        let change = Arc::new(Change {
            number: number(),
            author: author.session,
            update: effective.into(),
            outline,
            messages: [OnceLock::new(), OnceLock::new()],
        });
        // A provider calls itself synced after its first step 2, so that must hold
        // everything: what is encoded already and a tail would not do.
        self.full = None;
        Ok(Outcome::Changed { change, fault })
    }

    /// Whether a checked update holds nothing that is not here.
    pub(super) fn has_all_of(&self, outline: &Outline) -> bool {
        if outline.adds_to(&self.state) || !outline.fits(&self.state) {
            return false;
        }
        if outline.deletes.is_empty() {
            return true;
        }
        self.core
            .as_ref()
            .expect(LOADED)
            .new_deletes(outline)
            .is_empty()
    }

    /// What is here, as a state vector.
    pub(crate) fn state(&self) -> &StateVector {
        &self.state
    }

    /// What a replica in state `known` lacks.
    pub(crate) fn diff(&self, known: &StateVector) -> Bytes {
        self.read().encode_diff_v1(known).into()
    }

    /// The whole state as an update, freshly encoded or from the cache.
    pub(crate) fn whole(&mut self) -> Bytes {
        self.full().update.clone()
    }

    /// The step 2 for somebody who has nothing, shared by all who ask before the next change.
    pub(super) fn first_sync(&mut self, dialect: Dialect, address: &Address) -> Bytes {
        let full = self.full();
        let encode = || {
            let frame = Frame::SyncStep2(full.update.clone());
            wire::encode_to(dialect, address, &frame).unwrap_or_default()
        };
        if !address.is_plain() {
            return encode();
        }
        let slot = &full.messages[usize::from(dialect == Dialect::Hocuspocus)];
        slot.get_or_init(encode).clone()
    }

    fn full(&mut self) -> &mut Full {
        if self.full.is_none() {
            self.full = Some(Full::new(self.diff(&StateVector::default())));
        }
        self.full.as_mut().expect("it was just made")
    }

    fn read(&self) -> yrs::Transaction<'_> {
        self.core.as_ref().expect(LOADED).read()
    }
}

impl Core {
    /// An empty document with the server's own client id.
    /// Contributors may write what is `open`.
    pub(crate) fn new(document: &DocumentId, seed: u64, open: Scope) -> Self {
        // 32 bits as all our ids, and never 0.
        let client_id = ClientID::new(u64::from((seed ^ (seed >> 32)) as u32 | 1));
        Self {
            doc: Doc::with_options(options(document, client_id)),
            places: Places::new(seed, open),
        }
    }

    /// Takes over stored bytes that have been walked and fit.
    pub(crate) fn load(&mut self, bytes: &Bytes, walk: &Walk) -> Result<(), Fault> {
        let resolved = self.places.check(bytes, walk)?;
        let update = decode(bytes)?;
        let mut txn = self.transact();
        txn.apply_update(update)
            .map_err(|_| Fault("a struct's parent cannot hold it"))?;
        if txn.has_missing_updates() {
            return Err(Fault("structs refer to each other in a circle"));
        }
        let state = txn.state_vector();
        drop(txn);
        self.places.extend(resolved, &state);
        Ok(())
    }

    pub(crate) fn state_vector(&self) -> StateVector {
        self.read().state_vector()
    }

    /// Whether a contributor may make this update. Only one that `repeats` what its author
    /// heard from others is compared with all deletions of the document, which takes time
    /// that grows with it.
    fn is_contribution(&self, resolved: &Resolved, outline: &Outline, repeats: bool) -> bool {
        self.places.is_contribution(resolved, &outline.deletes)
            || (repeats
                && !outline.deletes.is_empty()
                && self
                    .places
                    .is_contribution(resolved, &self.new_deletes(outline)))
    }

    /// Those of an update's deletions that are not made here.
    fn new_deletes(&self, outline: &Outline) -> Vec<DeletedRange> {
        let made = self.read().snapshot().delete_set;
        let mut left = Vec::new();
        for range in &outline.deletes {
            let made = made.get(&ClientID::new(range.client));
            let made = made.into_iter().flat_map(|made| made.ranges());
            without(range, made, &mut left);
        }
        left
    }

    fn read(&self) -> yrs::Transaction<'_> {
        self.doc.try_transact().expect(ONE_OWNER)
    }

    fn transact(&self) -> yrs::TransactionMut<'_> {
        self.doc.try_transact_mut().expect(ONE_OWNER)
    }
}

const ONE_OWNER: &str = "the room is the document's only owner and ends each transaction";
const LOADED: &str = "a room takes what needs its document only when it is loaded";

/// How our documents are made, on both sides.
pub(crate) fn options(document: &DocumentId, client_id: ClientID) -> Options {
    Options {
        guid: document.as_str().into(),
        offset_kind: OffsetKind::Utf16,
        skip_gc: false,
        // A clean-up is a change of its own that nobody asked for and nobody would log.
        cleanup_formatting: false,
        ..Options::with_client_id(client_id)
    }
}

fn decode(bytes: &[u8]) -> Result<Update, Fault> {
    Update::decode_v1(bytes).map_err(|_| Fault("not an update"))
}

/// What is left of a range without these sorted ones.
fn without<'a>(
    range: &DeletedRange,
    made: impl Iterator<Item = &'a std::ops::Range<u32>>,
    left: &mut Vec<DeletedRange>,
) {
    let mut at = range.start;
    for made in made.filter(|made| made.end > range.start && made.start < range.end) {
        if made.start > at {
            left.push(DeletedRange {
                start: at,
                end: made.start,
                ..*range
            });
        }
        at = at.max(made.end);
    }
    if at < range.end {
        left.push(DeletedRange {
            start: at,
            ..*range
        });
    }
}
