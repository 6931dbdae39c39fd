//! The words of roles, in records, requests and answers.

use waymark_sync::Role;

/// All of them, the least first.
pub(crate) const WORDS: [(Role, &str); 5] = [
    (Role::Viewer, "viewer"),
    (Role::Commenter, "commenter"),
    (Role::Contributor, "contributor"),
    (Role::Editor, "editor"),
    (Role::Owner, "owner"),
];

/// The word of a role.
pub(crate) fn word_of(role: Role) -> &'static str {
    let mut words = WORDS.iter();
    let found = words.find(|(it, _)| *it == role);
    found.map(|(_, word)| *word).expect("every role has a word")
}

/// The role of a word.
pub(crate) fn role_of(word: &str) -> Option<Role> {
    let mut words = WORDS.iter();
    words.find(|(_, it)| *it == word).map(|(role, _)| *role)
}

/// A role as its word, for serde.
pub(crate) mod as_word {
    use serde::{Deserialize, Deserializer, Serializer};
    use waymark_sync::Role;

    pub(crate) fn serialize<S: Serializer>(role: &Role, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(super::word_of(*role))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Role, D::Error> {
        let word = String::deserialize(from)?;
        super::role_of(&word).ok_or_else(|| serde::de::Error::custom("there is no such role"))
    }
}

/// The same where there may be none.
pub(crate) mod as_optional_word {
    use serde::{Deserialize, Deserializer, Serializer};
    use waymark_sync::Role;

    pub(crate) fn serialize<S: Serializer>(role: &Option<Role>, to: S) -> Result<S::Ok, S::Error> {
        match role {
            Some(role) => to.serialize_some(super::word_of(*role)),
            None => to.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Role>, D::Error> {
        let word = Option::<String>::deserialize(from)?;
        let role = |word: String| {
            super::role_of(&word).ok_or_else(|| serde::de::Error::custom("there is no such role"))
        };
        word.map(role).transpose()
    }
}
