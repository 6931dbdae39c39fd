//! Who may do what: the only place that makes a [`Grant`].
//!
//! Until people can sign in, the server listens on loopback only, and everybody who
//! reaches it owns every map.

use waymark_sync::{CloseReason, DocumentId, Grant, Role};

/// The subject of everybody, for now.
const LOCAL: &str = "local";
/// The kinds of documents that can be opened so far.
const KINDS: &[&str] = &["map"];

/// Decides about one document. Deny by default; unknown and forbidden look alike.
///
/// # Errors
/// The reason to close with.
pub(crate) fn grant(document: &DocumentId) -> Result<Grant, CloseReason> {
    if !KINDS.contains(&document.kind()) || document.key().contains('/') {
        return Err(CloseReason::Unknown);
    }
    Ok(Grant::new(LOCAL, document.clone(), Role::Owner, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_of_kinds_that_do_not_exist_are_unknown() {
        for name in ["talk/a", "home/a", "map/a/b", "private/u/s"] {
            let document = DocumentId::parse(name).unwrap();
            assert_eq!(grant(&document), Err(CloseReason::Unknown), "{name}");
        }
    }
}
