//! This person's own name and colour: of their account, or kept in this browser where nobody
//! signs in.

use leptos::prelude::*;

use crate::account::{self, Mode};
use crate::{dom, presence};

/// The name shown to others until somebody gives one.
const GUEST: &str = "Guest";
const NAME_KEY: &str = "waymark.name";
const COLOUR_KEY: &str = "waymark.colour";

/// How others see me.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    /// `None` until it was asked for.
    pub name: Option<String>,
    /// An index into the palette.
    pub colour: usize,
}

impl Me {
    /// The name, or what stands for it.
    pub fn shown_name(&self) -> &str {
        self.name.as_deref().unwrap_or(GUEST)
    }
}

thread_local! {
    static ME: ArcRwSignal<Me> = ArcRwSignal::new(remembered());
    static ASKED: ArcRwSignal<bool> =
        ArcRwSignal::new(ME.with(|me| me.with_untracked(|me| me.name.is_some())));
}

fn remembered() -> Me {
    let name = dom::remembered(NAME_KEY)
        .map(|name| presence::clean_name(&name))
        .filter(|name| !name.is_empty());
    let colour = dom::remembered(COLOUR_KEY).and_then(|text| text.parse::<usize>().ok());
    let colour = colour
        .filter(|index| *index < presence::COLOURS)
        .unwrap_or_else(|| {
            let random = (dom::random() % presence::COLOURS as u128) as usize;
            dom::remember(COLOUR_KEY, &random.to_string());
            random
        });
    Me { name, colour }
}

/// Me, and when I change.
pub fn me() -> ArcRwSignal<Me> {
    ME.with(Clone::clone)
}

/// Whether the question for a name was answered, or put off.
pub fn asked() -> ArcRwSignal<bool> {
    ASKED.with(Clone::clone)
}

/// Takes the name and colour of the account. There is nothing to ask for.
pub(crate) fn of_account(name: &str, colour: usize) {
    let name = Some(name.to_owned());
    let now = Me {
        name,
        colour: colour % presence::COLOURS,
    };
    if me().with_untracked(|me| *me != now) {
        me().set(now);
    }
    asked().set(true);
}

/// Takes a new name (ignored when nothing of it can be shown) and colour.
pub fn set(name: &str, colour: usize) {
    let name = presence::clean_name(name);
    if name.is_empty() {
        return;
    }
    if account::now().is_some_and(|account| account.mode == Mode::Accounts) {
        account::show_me_as(name, colour);
    } else {
        dom::remember(NAME_KEY, &name);
        dom::remember(COLOUR_KEY, &colour.to_string());
        me().set(Me {
            name: Some(name),
            colour,
        });
    }
}
