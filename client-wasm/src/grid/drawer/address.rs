//! The open drawer in the address: `details=KIND.ID`. A link opens it, Back closes it.

use leptos::prelude::*;

use super::super::board::Board;
use super::super::lens::Lens;
use super::super::spot::Spot;
use super::is_there;
use crate::dom;
use crate::route::{self, Query, Route};

const DETAILS: &str = "details";

/// The thing whose details a query asks for.
fn asked(query: &Query) -> Option<Spot> {
    let word = query.get(DETAILS)?;
    Spot::parse(&word.replacen('.', ":", 1))
}

/// How a query asks for them.
fn word(spot: &Spot) -> String {
    spot.key().replacen(':', ".", 1)
}

impl Board {
    /// The address of the map in a view, with the drawer as it is; tracked.
    pub(crate) fn address_in(&self, lens: Lens) -> String {
        let address = lens.address(&self.state.key());
        match self.drawer.subject.get() {
            Some(subject) => {
                let mark = if address.contains('?') { '&' } else { '?' };
                format!("{address}{mark}{DETAILS}={}", word(&subject))
            }
            None => address,
        }
    }

    /// Puts a link to what the drawer shows on the clipboard and says so.
    pub(super) fn copy_details_link(&self) {
        let Some(subject) = self.drawer.subject.get_untracked() else {
            return;
        };
        let origin = dom::window().location().origin().unwrap_or_default();
        let (key, word) = (self.state.key(), word(&subject));
        self.copy_address(format!("{origin}/map/{key}?{DETAILS}={word}"), "details");
    }
}

/// Lets the drawer follow the address, and the address the drawer.
pub(crate) fn follow(board: Board) {
    let (query, route) = (route::query(), route::route());
    let own = Route::Map(board.state.key());
    let subject = board.drawer.subject;
    // Closing goes back to the entry before the one that opening made, a moment later.
    let returning = StoredValue::new(false);
    let wanted = Memo::new(move |_| query.with(asked));
    Effect::new(move |_| {
        let wanted = wanted.get();
        let now = subject.get_untracked();
        if route.get_untracked() != own {
            return;
        }
        if returning.get_value() {
            returning.set_value(false);
            if let Some(now) = now {
                tell(None, Some(&now));
            }
            return;
        }
        match wanted {
            wanted if wanted == now => {}
            Some(spot) if is_there(&board.state.map(), &spot) => {
                board.light_up(spot.clone());
                board.open_details(&spot);
            }
            Some(_) => board
                .state
                .toast("What this link shows the details of is not on the map any more."),
            None => board.close_details(),
        }
    });
    Effect::new(move |before: Option<Option<Spot>>| {
        let now = subject.get();
        if let Some(before) = before
            && before != now
            && !returning.get_value()
            && asked(&Query::here()) != now
        {
            returning.set_value(tell(before.as_ref(), now.as_ref()));
        }
        now
    });
}

/// Says in the address what the drawer shows now; whether that goes back in the history.
fn tell(before: Option<&Spot>, now: Option<&Spot>) -> bool {
    let query = Query::here().with(DETAILS, now.map(word).as_deref());
    match (before, now) {
        (None, _) => route::push(&query, DETAILS),
        (Some(_), None) if route::was_pushed(DETAILS) => {
            route::back();
            return true;
        }
        _ => route::replace(&query),
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_details_asks_for_them_again() {
        for key in [
            "card:c_1-2",
            "pain:p1",
            "step:a01",
            "stage:s1",
            "lane:pains",
        ] {
            let spot = Spot::parse(key).unwrap();
            let query = Query::new("view=outline").with(DETAILS, Some(&word(&spot)));
            assert_eq!(query.get("view"), Some("outline"));
            assert_eq!(asked(&query), Some(spot));
            assert_eq!(query.with(DETAILS, None), Query::new("view=outline"));
        }
        assert_eq!(asked(&Query::new("card=c1")), None);
        assert_eq!(asked(&Query::new("details=moon.1")), None);
    }
}
