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
    /// Add and edit what is in the document's [`Scope`] for contributors.
    Contributor,
    /// Change everything on the map.
    Editor,
    /// Also share and delete it.
    Owner,
}

impl Role {
    /// Its word in messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Commenter => "commenter",
            Self::Contributor => "contributor",
            Self::Editor => "editor",
            Self::Owner => "owner",
        }
    }

    /// The role of a word.
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Viewer,
            Self::Commenter,
            Self::Contributor,
            Self::Editor,
            Self::Owner,
        ]
        .into_iter()
        .find(|role| role.word() == word)
    }
}

/// How somebody is shown to others. Never stored with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// What they are called.
    pub name: String,
    /// An index into the palette of our own pages,
    pub colour: u8,
    /// and about the same colour for other programs, as CSS has it.
    pub css: String,
}

/// A part of a document, by the names of its roots: a value from whoever knows the layout
/// of the document, because this crate does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope(pub &'static [Open]);

/// What a [`Scope`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// Everything in the root of this name.
    Root(&'static str),
    /// Everything in the roots whose names begin like this.
    Roots(&'static str),
    /// In the root of the first name, what is under keys that begin with the second.
    Keys(&'static str, &'static str),
}

impl Scope {
    /// Nothing.
    pub const NOTHING: Self = Self(&[]);

    /// Whether what hangs in the root of this name, under this key or in its list, is in it.
    pub fn holds(self, root: &[u8], key: Option<&[u8]>) -> bool {
        self.0.iter().any(|open| match open {
            Open::Root(name) => root == name.as_bytes(),
            Open::Roots(beginning) => root.starts_with(beginning.as_bytes()),
            Open::Keys(name, beginning) => {
                root == name.as_bytes()
                    && key.is_some_and(|key| key.starts_with(beginning.as_bytes()))
            }
        })
    }
}

/// Who may do what with which document, until when. Only `server/auth` makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    subject: String,
    document: DocumentId,
    role: Role,
    until: Option<Timestamp>,
    profile: Option<Profile>,
}

/// Proof that a write was permitted; taken by value by whatever writes.
#[derive(Debug)]
pub struct WritePermit {
    subject: String,
    /// Whether it is for more than contributors may write.
    whole: bool,
}

/// A write that is not permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The role does not write.
    #[error("your role may not change this map")]
    Role,
    /// The role does not write everything that was changed.
    #[error("your role may change cards, but not the structure of this map")]
    Structure,
    /// It holds what was written with a client id of somebody else.
    #[error("a part of this was written by somebody else, whose own program has to send it")]
    Author,
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
            profile: None,
        }
    }

    /// The same for somebody who is shown to others like this, whatever they claim. Without
    /// it their presence is what they say.
    #[must_use]
    pub fn shown_as(self, profile: Profile) -> Self {
        Self {
            profile: Some(profile),
            ..self
        }
    }

    /// How they are shown to others.
    pub fn profile(&self) -> Option<&Profile> {
        self.profile.as_ref()
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
        if self.role < Role::Contributor {
            return Err(Refusal::Role);
        }
        Ok(WritePermit {
            subject: self.subject.clone(),
            whole: self.role >= Role::Editor,
        })
    }
}

impl WritePermit {
    /// The permit of the server itself, on behalf of `subject`: nobody else writes what it
    /// is for.
    pub(crate) fn of_server(subject: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            whole: true,
        }
    }

    /// Who was permitted.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Whether it is for the whole document, and not only for what contributors may write.
    pub fn is_for_all(&self) -> bool {
        self.whole
    }
}
