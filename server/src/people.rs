//! Who there is: persons, their accounts, the workspace, and what each may do on which map.
//!
//! | record | says |
//! |---|---|
//! | `person/{id}` | name, e-mail, colour, kind: the one place that has them |
//! | `account/{id}` | the password's hash |
//! | `oidc/{hash}` | who it is that a provider knows by this issuer and subject |
//! | `email/{hash}` | whose e-mail that is, without the e-mail |
//! | `workspace/{id}` | its name, and what members may do on every map |
//! | `member/{workspace}/{id}` | administrator or member |
//! | `access/{id}/{map}` | a role on a map, given by somebody or through a link |
//! | `mapof/{map}` | which workspace a map belongs to; without it, the first |

mod access;
mod accounts;
mod identities;
mod ids;
mod members;
mod role;

pub(crate) use self::accounts::{COLOURS, Kind, Person, clean_name, normalise_email};
pub(crate) use self::ids::{PersonId, WorkspaceId};
pub(crate) use self::members::{Place, Workspace};
pub(crate) use self::role::{as_word as role_as_word, role_of, word_of};
use crate::store::{Store, StoreError};

/// Why something cannot be done with people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PeopleError {
    /// The store cannot do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody has this e-mail already.
    #[error("there is an account with this e-mail already")]
    EmailTaken,
    /// The provider's person is somebody else here.
    #[error("somebody else signs in with this identity already")]
    IdentityTaken,
    /// Nobody of this id.
    #[error("there is no such person")]
    Nobody,
    /// Without this one nobody could let anybody in.
    #[error("this is the only administrator; make somebody else one first")]
    LastAdministrator,
}

/// All people of a store; clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct People {
    store: Store,
}

impl People {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }
}
