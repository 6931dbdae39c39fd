//! Under which name a peer addresses a document.

use std::fmt;
use std::sync::Arc;

use crate::document::DocumentId;

/// A document's name exactly as a peer wrote it.
///
/// Newer Hocuspocus providers append a NUL and an id of their own, so that one connection
/// can hold the same document twice. Every reply has to echo the whole text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    document: DocumentId,
    whole: Arc<str>,
}

impl Address {
    /// The longest session suffix, in bytes, without the NUL.
    pub const MAX_SUFFIX_BYTES: usize = 64;

    /// The plain address of a document, without a suffix.
    pub fn of(document: &DocumentId) -> Self {
        Self {
            document: document.clone(),
            whole: document.as_str().into(),
        }
    }

    /// `whole` starts with the document's name.
    pub(super) fn new(document: DocumentId, whole: &str) -> Self {
        Self {
            document,
            whole: whole.into(),
        }
    }

    /// The document it names.
    pub fn document(&self) -> &DocumentId {
        &self.document
    }

    /// The whole text, to be echoed.
    pub fn as_str(&self) -> &str {
        &self.whole
    }

    /// Whether there is no session suffix, so that messages can be shared with others.
    pub fn is_plain(&self) -> bool {
        self.whole.len() == self.document.as_str().len()
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({:?})", &*self.whole)
    }
}
