//! The roles on a map, in the words that people are shown.

/// What somebody may do on a map: the server's word, what it is called, and what that means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Role {
    pub word: &'static str,
    pub name: &'static str,
    pub may: &'static str,
}

/// All of them, the most first.
pub const ROLES: [Role; 5] = [
    Role {
        word: "owner",
        name: "Owner",
        may: "change everything and share it",
    },
    Role {
        word: "editor",
        name: "Editor",
        may: "change everything on the map",
    },
    Role {
        word: "contributor",
        name: "Contributor",
        may: "add and edit cards",
    },
    Role {
        word: "commenter",
        name: "Commenter",
        may: "read and comment",
    },
    Role {
        word: "viewer",
        name: "Viewer",
        may: "read the map",
    },
];

/// The role of the server's word.
pub fn role(word: &str) -> Role {
    let mut roles = ROLES.iter();
    let found = roles.find(|role| role.word == word);
    *found.unwrap_or(&ROLES[ROLES.len() - 1])
}
