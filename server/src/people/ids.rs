//! Ids of people and workspaces: random, and nothing in them tells who it is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The one person of a server that nobody signs in to.
const LOCAL: &str = "local";
/// What the id of a person begins with.
const PERSON: &str = "p_";
/// 128 bits in hexadecimal digits.
const DIGITS: usize = 32;

/// A person, for ever: `p_` and 128 random bits. Also the subject of grants and the author
/// of records.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct PersonId(String);

impl PersonId {
    /// Somebody new.
    pub(crate) fn random() -> Self {
        Self(format!("{PERSON}{:032x}", crate::random::bits128()))
    }

    /// The person of local mode.
    pub(crate) fn local() -> Self {
        Self(LOCAL.to_owned())
    }

    /// Reads an id; `None` for anything else, so that it is safe as a part of a key.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let random = text
            .strip_prefix(PERSON)
            .is_some_and(|digits| digits.len() == DIGITS && digits.bytes().all(is_digit));
        (random || text == LOCAL).then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for PersonId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not the id of a person")
    }
}

impl From<PersonId> for String {
    fn from(id: PersonId) -> Self {
        id.0
    }
}

/// A workspace: the people who work together, and their maps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct WorkspaceId(String);

impl WorkspaceId {
    /// The one that every server begins with, and that maps belong to which say nothing else.
    pub(crate) fn first() -> Self {
        Self("w_first".to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_that_are_safe_in_a_key_are_read() {
        let made = PersonId::random();
        assert_eq!(PersonId::parse(made.as_str()), Some(made));
        assert!(PersonId::parse(LOCAL).is_some());
        for text in [
            "",
            "p_",
            "p_../../x",
            "p_00000000000000000000000000000000/a",
            "p_0000000000000000000000000000000G",
            "P_00000000000000000000000000000000",
            "person",
        ] {
            assert_eq!(PersonId::parse(text), None, "{text}");
        }
    }
}
