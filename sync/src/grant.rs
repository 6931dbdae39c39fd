//! Permission as a value.

use crate::document::DocumentId;
use crate::time::Timestamp;

/// What somebody may do with a document; each may also do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Read.
    Viewer,
    /// Comment.
    Commenter,
    /// Add cards (later).
    Contributor,
    /// Change everything on the map.
    Editor,
    /// Also share and delete it.
    Owner,
}

/// Who may do what with which document, until when. Only `server/auth` makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    subject: String,
    document: DocumentId,
    role: Role,
    until: Option<Timestamp>,
}

/// Proof that a write was permitted; taken by value by whatever writes.
#[derive(Debug)]
pub struct WritePermit {
    subject: String,
}

/// A write that is not permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The role does not write.
    #[error("your role may not change this map")]
    Role,
    /// The grant has run out.
    #[error("your access to this map has ended")]
    Expired,
}

impl Grant {
    /// A permission. `until` is the first moment at which it no longer holds.
    pub fn new(
        subject: impl Into<String>,
        document: DocumentId,
        role: Role,
        until: Option<Timestamp>,
    ) -> Self {
        Self {
            subject: subject.into(),
            document,
            role,
            until,
        }
    }

    /// The person or service.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The one document it is for.
    pub fn document(&self) -> &DocumentId {
        &self.document
    }

    /// What it allows.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The first moment at which it no longer holds.
    pub fn until(&self) -> Option<Timestamp> {
        self.until
    }

    /// Whether it holds at `now`.
    pub fn live_at(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// Checks one write.
    ///
    /// # Errors
    /// [`Refusal`] with the reason to show.
    pub fn permit_write(&self, now: Timestamp) -> Result<WritePermit, Refusal> {
        if !self.live_at(now) {
            return Err(Refusal::Expired);
        }
        if self.role < Role::Editor {
            return Err(Refusal::Role);
        }
        Ok(WritePermit {
            subject: self.subject.clone(),
        })
    }
}

impl WritePermit {
    /// Who was permitted.
    pub fn subject(&self) -> &str {
        &self.subject
    }
}
