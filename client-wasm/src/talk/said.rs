//! The talk about the open map, and what of it the panel shows.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use waymark_model::ids::{MessageId, PersonId, StageId, ThreadId};
use waymark_model::talk::{Place, Places, Talk, TalkCommand, Thread, Whereabouts};

use super::marks::Marks;
use super::outbox::Waiting;
use super::voices::Voices;
use super::wire::{self, Reply};
use super::{me, places};
use crate::dom::{Listener, Timer};
use crate::driver::companion::Companion;
use crate::panels::people::news::{self, ReadOut};
use crate::state::{Focus, MapState, May};
use crate::{dom, profile, toast};

/// How long to wait when the server cannot be told who I am.
const INTRODUCE_AGAIN: Duration = Duration::from_secs(5);

/// What the panel shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum View {
    #[default]
    Closed,
    /// Every thread that passes the filter.
    List,
    /// What is said about one place, and a new thread about it.
    At(Place),
    /// One thread.
    Thread(ThreadId),
    /// Who is asked to look at the map.
    Reviews,
}

/// Which threads are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mood {
    #[default]
    Open,
    Resolved,
    All,
}

/// Which threads are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) mood: Mood,
    /// Only those I take part in, am mentioned in, or am to see to.
    pub(crate) mine: bool,
    pub(crate) stage: Option<StageId>,
    pub(crate) author: Option<PersonId>,
}

/// Something that the server did not accept, kept for copying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) text: String,
    pub(crate) reason: String,
}

/// The handle that everything about comments holds. `Copy`: hand it around freely.
#[derive(Clone, Copy)]
pub(crate) struct Talking {
    pub(crate) state: MapState,
    /// Everything that is said, with what waits here.
    pub(crate) talk: RwSignal<Arc<Talk>>,
    /// Messages that are only on this device so far.
    pub(crate) here: RwSignal<Arc<HashSet<MessageId>>>,
    pub(crate) refused: RwSignal<Vec<Refused>>,
    /// Whether what is said has been read.
    pub(crate) ready: RwSignal<bool>,
    pub(crate) places: Memo<Arc<Places>>,
    pub(crate) view: RwSignal<View>,
    pub(crate) filter: RwSignal<Filter>,
    pub(crate) voices: Voices,
    /// How much in my inbox was not seen.
    pub(crate) unread: RwSignal<usize>,
    pub(super) marks: Marks,
    pub(super) inner: StoredValue<Rc<Inner>, LocalStorage>,
}

/// What needs no signal.
pub(super) struct Inner {
    pub(super) key: String,
    pub(super) companion: Rc<Companion>,
    pub(super) waiting: RefCell<Vec<Waiting>>,
    pub(super) sending: Cell<bool>,
    /// How long to wait after the next failure, in milliseconds.
    pub(super) pause: Cell<f64>,
    pub(super) again: RefCell<Option<Timer>>,
    /// The messages that were there at the last look; `None` before the first.
    known: RefCell<Option<HashSet<MessageId>>>,
    _online: RefCell<Option<Listener>>,
}

impl Talking {
    /// Begins to follow what is said about an open map, until its page is left.
    pub(crate) fn new(state: MapState) -> Self {
        let [companion, inbox] = state.companions();
        let places = Memo::new(move |_| {
            state.grid().track();
            state.personas().track();
            Arc::new(Places::of(&state.map()))
        });
        let talking = Self {
            state,
            talk: RwSignal::default(),
            here: RwSignal::default(),
            refused: RwSignal::default(),
            ready: RwSignal::new(false),
            places,
            view: RwSignal::default(),
            filter: RwSignal::default(),
            voices: Voices::new(state.key()),
            unread: RwSignal::new(0),
            marks: Marks::new(),
            inner: StoredValue::new_local(Rc::new(Inner {
                key: state.key(),
                companion: Rc::clone(&companion),
                waiting: RefCell::default(),
                sending: Cell::new(false),
                pause: Cell::new(0.0),
                again: RefCell::default(),
                known: RefCell::default(),
                _online: RefCell::default(),
            })),
        };
        talking.start_outbox();
        let own = profile::me();
        Effect::new(move |_| {
            own.track();
            talking.introduce();
        });
        let (revision, loaded) = (companion.revision(), companion.loaded());
        Effect::new(move |_| {
            revision.track();
            if loaded.get() {
                talking.refresh();
                talking.ready.set(true);
            }
        });
        Effect::new(move |_| {
            let (talk, places) = (talking.talk.get(), places.get());
            talking.marks.show(&talk, &places);
        });
        let inbox_revision = inbox.revision();
        Effect::new(move |_| {
            inbox_revision.track();
            let unread = inbox.read(|txn| waymark_model::talk::inbox::Inbox::read(txn).unread());
            talking.unread.set(unread.unwrap_or(0));
        });
        talking
    }

    /// Says who I am: whoever has been here can be mentioned, and has an inbox.
    fn introduce(&self) {
        let this = *self;
        spawn_local(async move {
            match wire::introduce().await {
                Reply::Later(_) => set_timeout(
                    move || {
                        if this.inner.try_with_value(|_| ()).is_some() {
                            this.introduce();
                        }
                    },
                    INTRODUCE_AGAIN,
                ),
                Reply::Said(_) | Reply::Refused(_) => {
                    this.state.call_inbox();
                    this.voices.ask();
                }
            }
        });
    }

    /// Calls `then` when the device is online again, while the page is open.
    pub(super) fn when_online(&self, then: impl Fn() + 'static) {
        let listener = Listener::new(&dom::window(), "online", move |_| then());
        self.with(|inner| inner._online.replace(Some(listener)));
    }

    // Answers may find the page gone.
    pub(super) fn with<T>(&self, look: impl FnOnce(&Inner) -> T) -> Option<T> {
        let inner = self.inner.try_with_value(Rc::clone)?;
        Some(look(&inner))
    }

    /// Whether what is said has arrived, and whether it cannot.
    pub(crate) fn arrival(&self) -> (Signal<bool>, Signal<bool>) {
        let [companion, _] = self.state.companions();
        (companion.loaded(), companion.closed())
    }

    /// Reads what is said, and plays what waits here on top of it.
    pub(super) fn refresh(&self) {
        let Some((talk, here)) = self.with(|inner| {
            let mut talk = inner
                .companion
                .read(|txn| Talk::read(txn))
                .unwrap_or_default();
            let mut here = HashSet::new();
            let mut waiting = inner.waiting.borrow_mut();
            // What the server has done is in what it wrote.
            waiting.retain(|it| !(it.done && talk.has_done(&it.order.id)));
            let me = me::person();
            for Waiting { order, done, .. } in &*waiting {
                talk.play(order, &me, order.written_at.unwrap_or_else(dom::unix_now));
                if let (
                    false,
                    TalkCommand::Start { message, .. }
                    | TalkCommand::Reply { message, .. }
                    | TalkCommand::Edit { message, .. },
                ) = (done, &order.command)
                {
                    here.insert(message.clone());
                }
            }
            (talk, here)
        }) else {
            return;
        };
        self.tell_news(&talk);
        self.voices.need(talk.people());
        if self.here.with_untracked(|old| **old != here) {
            self.here.set(Arc::new(here));
        }
        if self.talk.with_untracked(|old| **old != talk) {
            self.talk.set(Arc::new(talk));
        }
    }

    /// Reads out what others said since the last look.
    fn tell_news(&self, talk: &Talk) {
        let me = me::person();
        let messages = || {
            let threads = talk.threads.iter();
            threads.flat_map(|thread| thread.messages.iter().map(move |it| (thread, it)))
        };
        let now: HashSet<MessageId> = messages().map(|(_, it)| it.id.clone()).collect();
        let before = self.with(|inner| inner.known.replace(Some(now))).flatten();
        let Some(before) = before else { return };
        let chosen = news::chosen().get_untracked();
        let new: Vec<_> = messages()
            .filter(|(_, it)| it.said.by != me && !before.contains(&it.id))
            .filter(|(thread, _)| match chosen {
                ReadOut::Off => false,
                ReadOut::MyCell => is_of(thread, &me) || self.is_where_i_am(thread),
                ReadOut::All => true,
            })
            .collect();
        match &new[..] {
            [] => {}
            [(thread, message)] => {
                let name = self.voices.name(&message.said.by);
                let place = self.words_of(thread);
                toast::announce(format!("{name} commented on {place}"));
            }
            more => toast::announce(format!("{} new comments", more.len())),
        }
    }

    /// Whether this person may say something here.
    pub(crate) fn may_say(&self) -> Signal<bool> {
        let may = self.state.may();
        Signal::derive(move || may.get() >= May::Comment)
    }

    /// Whether a thread is about the step that I am at, or something in it.
    fn is_where_i_am(&self, thread: &Thread) -> bool {
        let step = self.state.focus().with_untracked(|focus| match focus {
            Some(Focus::Cell(cell) | Focus::Item { cell, .. }) => Some(cell.step.clone()),
            Some(Focus::Step(step)) => Some(step.clone()),
            _ => None,
        });
        match untrack(|| self.whereabouts(thread)) {
            Whereabouts::There { step: at, .. } => {
                at.is_some() && at.map(|at| at.to_string()) == step
            }
            Whereabouts::Gone => false,
        }
    }

    /// What a thread is about, in a few words; not tracked.
    pub(crate) fn words_of(&self, thread: &Thread) -> String {
        places::words(&self.state.map(), &thread.anchor)
    }

    /// Where a thread is; tracked.
    pub(crate) fn whereabouts(&self, thread: &Thread) -> Whereabouts {
        self.places.with(|places| places.find(&thread.anchor.place))
    }

    /// One thread; tracked.
    pub(crate) fn thread(&self, id: &ThreadId) -> Option<Thread> {
        self.talk.with(|talk| talk.thread(id).cloned())
    }

    /// How many threads are open; tracked.
    pub(crate) fn open_count(&self) -> usize {
        self.talk
            .with(|talk| talk.threads.iter().filter(|it| it.is_open()).count())
    }

    /// Shows something in the panel.
    pub(crate) fn show(&self, view: View) {
        if self.view.get_untracked() != view {
            self.view.set(view);
        }
    }

    /// The threads that pass the filter, in the order of the map; tracked.
    pub(crate) fn listed(&self) -> Vec<Thread> {
        let me = me::person();
        let filter = self.filter.get();
        self.talk.with(|talk| {
            let passes = |thread: &&Thread| {
                let mood = match filter.mood {
                    Mood::Open => thread.is_open(),
                    Mood::Resolved => !thread.is_open(),
                    Mood::All => true,
                };
                let stage = filter.stage.as_ref().is_none_or(|wanted| {
                    matches!(
                        self.whereabouts(thread),
                        Whereabouts::There { stage: Some(stage), .. } if stage == *wanted
                    )
                });
                let author = filter.author.as_ref();
                mood && stage
                    && (!filter.mine || is_of(thread, &me))
                    && author.is_none_or(|it| thread.messages.iter().any(|m| m.said.by == *it))
            };
            talk.threads.iter().filter(passes).cloned().collect()
        })
    }
}

/// Whether a thread concerns somebody.
fn is_of(thread: &Thread, person: &PersonId) -> bool {
    use waymark_model::talk::words::mentions;
    thread.participants().contains(person)
        || thread
            .messages
            .iter()
            .any(|message| mentions(&message.text).contains(person))
}
