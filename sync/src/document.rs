//! The name of a document and of one life of its history.

use std::fmt;
use std::sync::Arc;

/// A document's name, `kind/key`: `map/…`.
///
/// ASCII letters, digits, `-`, `_` and single inner `/`, at most 128 bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId(Arc<str>);

/// Why a string is not a document's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a document name")]
pub struct DocumentIdError;

impl DocumentId {
    /// The longest name, in bytes.
    pub const MAX_BYTES: usize = 128;

    /// Checks and takes a name from outside.
    ///
    /// # Errors
    /// [`DocumentIdError`] when it does not follow the rule above.
    pub fn parse(text: &str) -> Result<Self, DocumentIdError> {
        let part = |p: &str| {
            !p.is_empty()
                && p.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        if text.len() > Self::MAX_BYTES || !text.contains('/') || !text.split('/').all(part) {
            return Err(DocumentIdError);
        }
        Ok(Self(text.into()))
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the first slash: `map`.
    pub fn kind(&self) -> &str {
        self.0.split_once('/').map_or("", |(kind, _)| kind)
    }

    /// The part after the first slash.
    pub fn key(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, key)| key)
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which life of a document's history this is: random, made when the history begins,
/// stored with it and told in the handshake. Replicas of different lives never merge.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Incarnation(pub u128);

impl fmt::Display for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Incarnation({self})")
    }
}
