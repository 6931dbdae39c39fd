//! The open thread in the address, `thread=ID`: a link opens it.

use leptos::prelude::*;
use waymark_model::ids::ThreadId;

use super::{Talking, View};
use crate::dom;
use crate::grid::Board;
use crate::route::{self, Query, Route};

const THREAD: &str = "thread";
/// A link to what one was asked to look at.
const REVIEW: &str = "review";

fn asked(query: &Query) -> Option<ThreadId> {
    ThreadId::parse(query.get(THREAD)?).ok()
}

/// Lets the panel follow the address, and the address the panel.
pub(crate) fn follow(board: Board) {
    let talking = board.talk;
    let (query, route) = (route::query(), route::route());
    let (own, asked_review) = (Route::Map(board.state.key()), query.clone());
    let here = own.clone();
    let wanted = Memo::new(move |_| query.with(asked));
    Effect::new(move |before: Option<Option<ThreadId>>| {
        let wanted = wanted.get();
        if !talking.ready.get() || route.get_untracked() != own {
            return before.flatten();
        }
        if before.flatten() != wanted
            && let Some(id) = &wanted
        {
            open(board, id);
        }
        wanted
    });
    let review = Memo::new(move |_| asked_review.with(|it| it.get(REVIEW).is_some()));
    Effect::new(move |_| {
        if review.get() && talking.ready.get() && route::route().get_untracked() == here {
            board.open_reviews();
            route::replace(&Query::here().with(REVIEW, None));
        }
    });
    Effect::new(move |_| {
        let now = match talking.view.get() {
            View::Thread(id) => Some(id),
            _ => None,
        };
        // Before it has arrived nothing is shown, and the address still asks for it.
        if talking.ready.get_untracked() && asked(&Query::here()) != now {
            let word = now.as_ref().map(ThreadId::as_str);
            route::replace(&Query::here().with(THREAD, word));
        }
    });
}

fn open(board: Board, id: &ThreadId) {
    let talking = board.talk;
    let thread = talking.talk.with_untracked(|talk| talk.thread(id).cloned());
    match thread {
        Some(thread) => board.open_thread(&thread),
        None => board
            .state
            .toast("The comment that this link leads to is not there any more."),
    }
}

impl Talking {
    /// The address of a thread, for others.
    pub(crate) fn link_to(&self, id: &ThreadId) -> String {
        let origin = dom::window().location().origin().unwrap_or_default();
        format!("{origin}/map/{}?{THREAD}={id}", self.state.key())
    }
}
