//! What this person may do with the map.

use waymark_model::Edit;
use waymark_sync::Role;

/// What this person may do with the map, as far as the page offers it. The server decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum May {
    /// Read it.
    Read,
    /// Read it and comment on it.
    Comment,
    /// Add and edit cards and what sits in cells beside them.
    Cards,
    /// Change everything.
    #[default]
    Everything,
}

/// Why somebody who only reads changes nothing.
const VIEW_ONLY: &str =
    "you can look at this map, but not change it or comment on it; ask its owner for more";
/// Why somebody who only comments changes nothing.
const COMMENTS_ONLY: &str =
    "you can look at this map, but not change it, only comment on it; ask its owner for more";
/// Why a contributor changes no structure.
const CARDS_ONLY: &str =
    "you can add and edit cards, but not change stages, steps and lanes; ask the owner of the map";

impl May {
    /// What comes with a role; everything while no server has said which it is.
    pub fn of(role: Option<Role>) -> Self {
        match role {
            Some(Role::Viewer) => Self::Read,
            Some(Role::Commenter) => Self::Comment,
            Some(Role::Contributor) => Self::Cards,
            Some(Role::Editor | Role::Owner) | None => Self::Everything,
        }
    }

    /// Its word in the page, for styles and tests.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Comment => "comment",
            Self::Cards => "cards",
            Self::Everything => "everything",
        }
    }

    /// Whether it is enough for an edit.
    pub fn allows(self, edit: &Edit) -> bool {
        match self {
            Self::Read | Self::Comment => false,
            Self::Cards => edit.is_contribution(),
            Self::Everything => true,
        }
    }

    /// Why it is not enough for something, as a sentence without its capital.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Read => VIEW_ONLY,
            Self::Comment => COMMENTS_ONLY,
            Self::Cards | Self::Everything => CARDS_ONLY,
        }
    }
}

#[cfg(test)]
mod tests {
    use waymark_model::ids::{CardId, StageId};

    use super::*;

    #[test]
    fn each_role_may_do_what_the_server_lets_it_do() {
        let card = Edit::SpanCard {
            id: CardId::from_random(1),
            to: None,
        };
        let stage = Edit::SetText {
            field: waymark_model::edit::TextField::StageTitle(StageId::from_random(1)),
            text: String::new(),
        };
        for (role, comments, cards, structure) in [
            (Some(Role::Viewer), false, false, false),
            (Some(Role::Commenter), true, false, false),
            (Some(Role::Contributor), true, true, false),
            (Some(Role::Editor), true, true, true),
            (Some(Role::Owner), true, true, true),
            (None, true, true, true),
        ] {
            let may = May::of(role);
            assert_eq!((may.allows(&card), may.allows(&stage)), (cards, structure));
            assert_eq!(may >= May::Comment, comments);
        }
    }
}
