//! Identifiers of everything in a journey map.
//!
//! Ids are short strings chosen by whoever creates the thing (a file, or random
//! characters), stable for its whole life and never reused.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Why a string is not an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Ids have at least one character.
    #[error("id is empty")]
    Empty,
    /// Ids have at most [`MAX_ID_BYTES`] bytes.
    #[error("id is longer than {MAX_ID_BYTES} bytes")]
    TooLong,
    /// Ids hold ASCII letters, digits, `-` and `_` only.
    #[error("id {0:?} has a character other than letters, digits, - and _")]
    Character(String),
}

/// The longest id, in bytes.
pub const MAX_ID_BYTES: usize = 64;

fn check(text: &str) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > MAX_ID_BYTES {
        return Err(IdError::TooLong);
    }
    if !text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    {
        return Err(IdError::Character(text.to_owned()));
    }
    Ok(())
}

/// Writes 96 random bits as 20 characters: enough that two people never choose the same.
fn from_random(bits: u128) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    (0..20)
        .map(|i| ALPHABET[(bits >> (i * 5)) as usize & 31] as char)
        .collect()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks and takes an id as it stands in a document or a file.
            ///
            /// # Errors
            /// [`IdError`] when the text is empty, too long or has a forbidden character.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                check(text).map(|()| Self(text.into()))
            }

            /// A new id from random bits (the caller's: this crate has no random source).
            pub fn from_random(bits: u128) -> Self {
                Self(from_random(bits).into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.as_ref().to_owned()
            }
        }
    )*};
}

ids! {
    /// A journey map; its document is `map/{id}`.
    MapId
    /// A persona on the map.
    PersonaId
    /// A stage.
    StageId
    /// A step.
    StepId
    /// A lane.
    LaneId
    /// A card.
    CardId
    /// A pain point.
    PainId
    /// An opportunity.
    OpportunityId
    /// A metric shown on the map.
    MetricId
    /// A connection between two steps.
    ConnectorId
    /// A group of cards.
    GroupId
    /// A person; what they are called is known to the server alone.
    PersonId
    /// A thread of comments.
    ThreadId
    /// A comment.
    MessageId
    /// A request for a review.
    ReviewId
    /// One command about comments, so that sending it twice is doing it once.
    OrderId
}
