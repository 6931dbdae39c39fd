//! Looking at one's own map as somebody else would see it.

use waymark_sync::Role;

/// As whom an owner looks at the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenAs {
    /// With which role: less than an owner's.
    pub role: Role,
    /// Whether they came through a link, without an account.
    pub is_guest: bool,
}

/// Roles with their words in the address and in sentences, the least first.
const ROLES: [(Role, &str, &str); 4] = [
    (Role::Viewer, "viewer", "a viewer"),
    (Role::Commenter, "commenter", "a commenter"),
    (Role::Contributor, "contributor", "a contributor"),
    (Role::Editor, "editor", "an editor"),
];
/// What a guest's word begins with.
const GUEST: &str = "guest-";

impl SeenAs {
    /// Everybody whom an owner can look as: members, then guests, the least role first.
    pub fn all() -> impl Iterator<Item = Self> {
        let with = |is_guest| ROLES.map(|(role, ..)| Self { role, is_guest });
        with(false).into_iter().chain(with(true))
    }

    /// Reads a word of the address.
    pub fn parse(word: &str) -> Option<Self> {
        let (is_guest, word) = match word.strip_prefix(GUEST) {
            Some(word) => (true, word),
            None => (false, word),
        };
        let role = ROLES.iter().find(|(_, other, _)| *other == word)?.0;
        Some(Self { role, is_guest })
    }

    fn words(self) -> (&'static str, &'static str) {
        let found = ROLES.iter().find(|(role, ..)| *role == self.role);
        found.map_or(("viewer", "a viewer"), |(_, word, name)| (word, name))
    }

    /// The server's word for the role.
    pub fn role_word(self) -> &'static str {
        self.words().0
    }

    /// Its word in the address, without characters that need an escape.
    pub fn word(self) -> String {
        let guest = if self.is_guest { GUEST } else { "" };
        format!("{guest}{}", self.role_word())
    }

    /// The same at the beginning of a line.
    pub fn title(self) -> String {
        let name = self.name();
        name.strip_prefix('a')
            .map_or_else(|| name.clone(), |rest| format!("A{rest}"))
    }

    /// Who that is, in a sentence.
    pub fn name(self) -> String {
        match self.is_guest {
            true => format!("a guest with {} link", self.words().1),
            false => self.words().1.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_as_whom_one_looks_and_never_as_an_owner() {
        for seen in SeenAs::all() {
            assert_eq!(SeenAs::parse(&seen.word()), Some(seen));
            assert!(seen.role < Role::Owner);
        }
        for word in ["owner", "guest-owner", "guest-", "", "Viewer"] {
            assert_eq!(SeenAs::parse(word), None, "{word}");
        }
        let guest = SeenAs::parse("guest-editor").unwrap();
        assert_eq!(guest.name(), "a guest with an editor link");
        assert_eq!(guest.title(), "A guest with an editor link");
    }
}
