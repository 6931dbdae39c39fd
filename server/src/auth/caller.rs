//! Who asks: the person, and what they came in with.

use waymark_sync::Timestamp;

use super::tokens::Scope;
use crate::people::{Kind, PersonId, Place};

/// What somebody came in with. The ids are hashes: they give nobody access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// Nothing is asked for.
    Local,
    Session(String),
    Token(String),
}

/// Somebody whose credential was good a moment ago. What they may do is asked of
/// [`Auth`](super::Auth), each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) person: PersonId,
    pub(crate) kind: Kind,
    pub(crate) credential: Credential,
    /// What a token is limited to; everything for everybody else.
    pub(crate) scope: Scope,
    /// What they are in the workspace.
    pub(crate) place: Option<Place>,
    /// The first moment at which the credential no longer holds.
    pub(crate) until: Option<Timestamp>,
}

impl Caller {
    /// Everybody, where nobody signs in.
    pub(crate) fn local() -> Self {
        Self {
            person: PersonId::local(),
            kind: Kind::Local,
            credential: Credential::Local,
            scope: Scope::Admin,
            place: Some(Place::Admin),
            until: None,
        }
    }

    /// Whether they may do everything in the workspace.
    pub(crate) fn is_admin(&self) -> bool {
        self.place == Some(Place::Admin) && self.scope == Scope::Admin
    }

    /// The id of the session they came with.
    pub(crate) fn session(&self) -> Option<&str> {
        match &self.credential {
            Credential::Session(id) => Some(id),
            Credential::Local | Credential::Token(_) => None,
        }
    }
}
