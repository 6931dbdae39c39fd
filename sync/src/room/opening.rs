//! Opening a stored document in two steps: as soon as its bytes have been walked, whoever
//! has nothing can be sent them; loading them takes several times as long.

use bytes::Bytes;
use yrs::StateVector;
use yrs::block::ClientID;

use super::content::{Content, Core};
use super::{OpenError, Room, RoomInput};
use crate::document::DocumentId;
use crate::grant::Scope;
use crate::guard::{self, Bounds, Outline, Walk};
use crate::journal::{Position, StoredDocument};
use crate::limits::Limits;
use crate::wire::Frame;

/// Stored updates that have been walked, in their order.
#[derive(Debug)]
pub(super) struct Parts {
    parts: Vec<Part>,
    /// What they come to.
    state: StateVector,
}

#[derive(Debug)]
struct Part {
    /// The record, or `None` for the snapshot.
    position: Option<Position>,
    update: Bytes,
    walk: Walk,
}

impl Parts {
    /// Walks what the store holds up to a position; also the position of the last record
    /// of it.
    pub(super) fn walk(
        stored: &StoredDocument,
        upto: Position,
    ) -> Result<(Self, Position), OpenError> {
        let mut parts = Self {
            parts: Vec::with_capacity(1 + stored.records.len()),
            state: StateVector::default(),
        };
        let mut last = Position(0);
        if let Some((position, snapshot)) = &stored.snapshot {
            parts.push(None, &snapshot.state)?;
            last = *position;
        }
        for (position, record) in &stored.records {
            if *position > upto {
                break;
            }
            if *position <= last {
                return Err(OpenError {
                    position: Some(*position),
                    problem: format!("it follows {last:?}"),
                });
            }
            parts.push(Some(*position), &record.update)?;
            last = *position;
        }
        Ok((parts, last))
    }

    fn push(&mut self, position: Option<Position>, update: &Bytes) -> Result<(), OpenError> {
        let fail = |problem: &str| OpenError {
            position,
            problem: problem.to_owned(),
        };
        let walk =
            guard::check_update(update, &Bounds::TRUSTED_SIZE).map_err(|fault| fail(fault.0))?;
        if !walk.outline.fits(&self.state) {
            return Err(fail("something it builds upon is missing"));
        }
        for section in &walk.outline.sections {
            self.state
                .set_max(ClientID::new(section.client), section.end);
        }
        self.parts.push(Part {
            position,
            update: update.clone(),
            walk,
        });
        Ok(())
    }

    pub(super) fn state(&self) -> &StateVector {
        &self.state
    }

    /// All of it as one update, if that can be had without loading it.
    fn joined(&self) -> Option<Bytes> {
        match &self.parts[..] {
            [] => None,
            [part] => Some(part.update.clone()),
            parts => {
                let outlined: Vec<(&Bytes, &Outline)> = parts
                    .iter()
                    .map(|part| (&part.update, &part.walk.outline))
                    .collect();
                guard::merge(&outlined)
            }
        }
    }

    pub(super) fn load(
        self,
        document: &DocumentId,
        seed: u64,
        open: Scope,
    ) -> Result<Core, OpenError> {
        let mut core = Core::new(document, seed, open);
        for Part {
            position,
            update,
            walk,
        } in self.parts
        {
            core.load(&update, &walk).map_err(|fault| OpenError {
                position,
                problem: fault.to_string(),
            })?;
        }
        if core.state_vector() != self.state {
            return Err(OpenError {
                position: None,
                problem: "it comes to something else than its parts say".to_owned(),
            });
        }
        Ok(core)
    }
}

/// Work that loads a document, away from the room's turn.
#[derive(Debug)]
pub struct Opening {
    document: DocumentId,
    parts: Parts,
    seed: u64,
    open: Scope,
}

/// A document that has been loaded.
pub struct Loaded(Core);

impl Opening {
    /// Loads the document.
    ///
    /// # Errors
    /// [`OpenError`] when the stored bytes are not a document.
    pub fn run(self) -> Result<Loaded, OpenError> {
        self.parts
            .load(&self.document, self.seed, self.open)
            .map(Loaded)
    }
}

impl Room {
    /// Opens a stored document. Heavy for large ones: call it on the blocking pool.
    ///
    /// `seed` makes batch ids unique across restarts.
    ///
    /// # Errors
    /// [`OpenError`] when the stored bytes are not a document.
    pub fn open(
        document: DocumentId,
        stored: StoredDocument,
        limits: Limits,
        seed: u64,
    ) -> Result<Self, OpenError> {
        let (mut room, opening) = Self::begin(document, stored, limits, seed)?;
        room.loaded(opening.run()?);
        Ok(room)
    }

    /// Begins to open a stored document: until it is given what [`Opening::run`] makes, the
    /// room takes only some inputs, see [`Room::takes`].
    ///
    /// # Errors
    /// [`OpenError`] when the stored bytes are not a document.
    pub fn begin(
        document: DocumentId,
        stored: StoredDocument,
        limits: Limits,
        seed: u64,
    ) -> Result<(Self, Opening), OpenError> {
        let (parts, _) = Parts::walk(&stored, Position(u64::MAX))?;
        let content = Content::unloaded(parts.state().clone(), parts.joined());
        let room = Self::with_content(document.clone(), &stored, limits, seed, content);
        let opening = Opening {
            document,
            parts,
            seed,
            open: limits.contributions,
        };
        Ok((room, opening))
    }

    /// The document is loaded.
    pub fn loaded(&mut self, Loaded(core): Loaded) {
        self.content.loaded(core);
    }

    /// Whether [`Room::handle`] may be given this by now. While the document is not loaded,
    /// people can come, be sent all of it, and be seen.
    pub fn takes(&self, input: &RoomInput) -> bool {
        if self.content.is_loaded() {
            return true;
        }
        match input {
            RoomInput::Join { .. } | RoomInput::Leave { .. } | RoomInput::Sent { .. } => true,
            RoomInput::Frame { frame, .. } => match frame {
                Frame::SyncStep1(known) => {
                    self.content.has_whole()
                        && guard::check_state_vector(known).is_ok_and(|known| known.is_empty())
                }
                Frame::Awareness(_) | Frame::QueryAwareness | Frame::Ping => true,
                _ => false,
            },
            _ => false,
        }
    }
}
