//! The world: one clock, one queue, and everything that lives by them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::Bytes;
use waymark_model::edit::Author;
use waymark_model::{Edit, EditError, JourneyMap};
use waymark_sync::{Dialect, DocumentId, Millis, ReplicaInput, Role, SaveState, Timestamp};
use yrs::{Doc, Transact};

use crate::compaction::Ambush;
use crate::disk::SimDisk;
use crate::edits;
use crate::event::{Event, Queue};
use crate::faults::Fuse;
use crate::fixture;
use crate::footprint::Footprint;
use crate::history::Backup;
use crate::link::Connection;
use crate::person::{OWN_ORIGIN, Person, PersonId};
use crate::rng::Rng;
use crate::server::Server;
use crate::storage::StoreMood;
use crate::tally::Tally;
use crate::trace::Trace;
use crate::weather::Weather;

/// The moment at which every world begins.
pub(crate) const START: Timestamp = Timestamp(1_700_000_000_000);

/// A server, its disk, some people and the network between them, in one thread.
pub struct World {
    pub(crate) now: Timestamp,
    pub(crate) rng: Rng,
    pub(crate) queue: Queue,
    pub(crate) trace: Trace,
    pub(crate) weather: Weather,
    pub(crate) flaw: Option<Flaw>,
    pub(crate) disk: SimDisk,
    pub(crate) mood: StoreMood,
    pub(crate) server: Server,
    pub(crate) people: Vec<Person>,
    pub(crate) connections: Vec<Connection>,
    /// Everything that its author was shown as Saved.
    pub(crate) saved: BTreeMap<DocumentId, Footprint>,
    /// Who may do what; whoever is not named is an editor.
    pub(crate) roles: BTreeMap<String, Role>,
    /// Who has no access at all now.
    pub(crate) revoked: BTreeSet<String>,
    /// Whose access ends, by the server's clock.
    pub(crate) ends: BTreeMap<String, Timestamp>,
    /// Everybody whose access was ever taken away.
    pub(crate) shut_out: BTreeSet<String>,
    /// How often a document's history was replaced.
    pub(crate) eras: BTreeMap<DocumentId, u64>,
    pub(crate) backup: Option<Backup>,
    /// How far the server's clock is ahead, in milliseconds.
    pub(crate) clock_ahead: i64,
    /// How far the next process on this machine begins further back.
    pub(crate) clock_debt: i64,
    /// When some clock last jumped.
    pub(crate) jumped_at: Option<Timestamp>,
    /// The last messages that anybody sent, for those who repeat what they hear.
    pub(crate) overheard: Option<VecDeque<(Dialect, Bytes)>>,
    /// Faults that strike after so many more events.
    pub(crate) fuses: Vec<(u64, Fuse)>,
    /// What strikes compactions when they have come so far; each once.
    pub(crate) ambushes: Vec<Ambush>,
    /// When something last happened that is not mere presence or a heartbeat.
    pub(crate) last_activity: Timestamp,
    /// Broken promises, in the order in which they were seen.
    pub(crate) violations: Vec<String>,
    /// How often each fault really happened.
    pub(crate) tally: Tally,
}

/// A deliberate fault of the world, to prove that an oracle notices it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The disk answers an append before it is flushed, and never flushes it.
    DiskLies,
    /// Now and then the server's writer drops a message with a change.
    RelayDrops,
    /// The server never notices that a connection is gone.
    GhostsStay,
    /// Rooms are not told that somebody's permission has changed.
    RolesStay,
    /// A restored backup pretends to be the history that it replaces.
    HistoryStays,
    /// Nobody is told that the store does not work.
    TroubleUntold,
    /// What somebody hostile says about others is passed on.
    MasksPass,
    /// A program that is shut out loses what it held.
    ShutOutForgets,
    /// The store trims the log before the snapshot that replaces it is flushed.
    TrimsEarly,
}

impl World {
    /// A calm world: short ways, the product's own limits.
    pub fn new(seed: u64) -> Self {
        Self::with_weather(seed, Weather::calm())
    }

    /// A world under any conditions that follow from the seed.
    pub fn in_any_weather(seed: u64) -> Self {
        let weather = Weather::any(&mut Rng::new(!seed));
        Self::with_weather(seed, weather)
    }

    /// A world under these conditions.
    pub fn with_weather(seed: u64, weather: Weather) -> Self {
        Self {
            now: START,
            rng: Rng::new(seed),
            queue: Queue::default(),
            trace: Trace::default(),
            weather,
            flaw: None,
            disk: SimDisk::default(),
            mood: StoreMood::default(),
            server: Server::default(),
            people: Vec::new(),
            connections: Vec::new(),
            saved: BTreeMap::new(),
            roles: BTreeMap::new(),
            revoked: BTreeSet::new(),
            ends: BTreeMap::new(),
            shut_out: BTreeSet::new(),
            eras: BTreeMap::new(),
            backup: None,
            clock_ahead: 0,
            clock_debt: 0,
            jumped_at: None,
            overheard: None,
            fuses: Vec::new(),
            ambushes: Vec::new(),
            last_activity: START,
            violations: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// Breaks something on purpose.
    pub fn break_on_purpose(&mut self, flaw: Flaw) {
        self.flaw = Some(flaw);
    }

    /// Somebody opens the one map of a simple test.
    pub fn join(&mut self, name: &str) -> PersonId {
        self.join_document("map", name, Dialect::Hocuspocus)
    }

    /// Several people open a map.
    pub fn join_all<const N: usize>(&mut self, map: &str, names: [&str; N]) -> [PersonId; N] {
        names.map(|name| self.join_document(map, name, Dialect::Hocuspocus))
    }

    /// Somebody opens the one map of a simple test with a program that is not ours.
    pub fn join_plainly(&mut self, name: &str) -> PersonId {
        self.join_document("map", name, Dialect::YWebsocket)
    }

    /// Somebody opens a map with a program that speaks `dialect`.
    pub fn join_document(&mut self, map: &str, name: &str, dialect: Dialect) -> PersonId {
        let document = DocumentId::parse(&format!("map/{map}"))
            .expect("tests name maps with letters and digits");
        if !self.disk.has(&document) {
            fixture::found(&mut self.disk, &document, &mut self.rng, self.now);
        }
        let id = PersonId(self.people.len());
        let (client_id, seed) = (self.rng.next_u64() as u32, self.rng.next_u64());
        self.people.push(Person::new(
            name, document, dialect, client_id, seed, self.now,
        ));
        self.note(format_args!(
            "{name} opens {map} as {client_id} by {dialect:?}"
        ));
        self.tell(id, ReplicaInput::Tick);
        id
    }

    /// Somebody closes the tab.
    pub fn leave(&mut self, id: PersonId) {
        self.note_of(id, format_args!("leaves"));
        self.stir();
        self.hang_up(id);
        let person = &mut self.people[id.0];
        person.here = false;
        person.keys_left = 0;
        person.unclaimed.clear();
    }

    /// A program that holds what is not in the document begins again, as ours does by itself
    /// and others do when somebody reloads the page.
    pub(crate) fn open_anew(&mut self, id: PersonId) {
        self.stir();
        self.hang_up(id);
        let (client_id, seed) = (self.rng.next_u64() as u32, self.rng.next_u64());
        let before = &self.people[id.0];
        let dialect = before.client.dialect();
        let mut anew = Person::new(
            &before.name,
            before.document.clone(),
            dialect,
            client_id,
            seed,
            self.now,
        );
        let presence = before.presence.clone();
        anew.online = before.online;
        anew.reading = before.reading;
        anew.sips_each = before.sips_each;
        anew.back_at = before.back_at;
        anew.presence.clone_from(&presence);
        anew.shown_at = before.shown_at;
        self.people[id.0] = anew;
        self.note_of(id, format_args!("begins again as {client_id}"));
        self.tell(id, ReplicaInput::Tick);
        if presence.is_some() {
            self.tell(id, ReplicaInput::SetPresence(presence));
        }
    }

    /// Somebody changes the map.
    ///
    /// # Errors
    /// [`EditError`] as the model gives it; nothing has changed then.
    pub fn edit(&mut self, id: PersonId, edit: &Edit) -> Result<(), EditError> {
        let person = &mut self.people[id.0];
        let doc = person.client.doc();
        let outcome = if edits::writes_text(edit) {
            // Undo brings letters back in the random order of yrs' hash sets, and a run
            // must repeat exactly: the property tests of the model cover that.
            waymark_model::apply(&mut doc.transact_mut_with(OWN_ORIGIN), edit)
        } else {
            let who = Author {
                by: &person.name,
                at: self.now.0,
            };
            person.undo.edit(doc, std::slice::from_ref(edit), who)
        };
        self.note_of(id, format_args!("{edit:?}: {outcome:?}"));
        self.after_own_change(id);
        outcome
    }

    /// Somebody types that many characters, one a millisecond.
    pub fn type_into(&mut self, id: PersonId, characters: u64) {
        self.type_slowly(id, characters, 1);
    }

    /// Somebody types that many characters, one each `interval` milliseconds.
    pub fn type_slowly(&mut self, id: PersonId, characters: u64, interval: u64) {
        let person = &mut self.people[id.0];
        let typing = person.keys_left > 0;
        person.writes_in = None;
        person.keys_left += characters;
        person.key_interval = interval.max(1);
        if !typing {
            self.queue.plan(self.now, Event::Key(id));
        }
    }

    /// Takes back somebody's last change; whether there was one.
    pub fn undo(&mut self, id: PersonId) -> bool {
        let person = &mut self.people[id.0];
        let done = person.undo.undo(person.client.doc());
        self.note_of(id, format_args!("undoes: {done}"));
        self.after_own_change(id);
        done
    }

    /// Does it again; whether there was something.
    pub fn redo(&mut self, id: PersonId) -> bool {
        let person = &mut self.people[id.0];
        let done = person.undo.redo(person.client.doc());
        self.note_of(id, format_args!("redoes: {done}"));
        self.after_own_change(id);
        done
    }

    /// Somebody shows where they are, or hides.
    pub fn show_presence(&mut self, id: PersonId, at: Option<u64>) {
        let person = &mut self.people[id.0];
        let state = at.map(|at| format!(r#"{{"user":{{"name":"{}"}},"at":{at}}}"#, person.name));
        person.presence.clone_from(&state);
        person.shown_at = state.is_some().then_some(self.now);
        self.tell(id, ReplicaInput::SetPresence(state));
    }

    /// What somebody's program says about their changes; `None` for a plain client.
    pub fn save_state(&self, id: PersonId) -> Option<SaveState> {
        self.people[id.0].save_state()
    }

    /// The map as somebody sees it.
    pub fn map(&self, id: PersonId) -> JourneyMap {
        JourneyMap::read(&self.doc(id).transact())
    }

    /// Somebody's document.
    pub fn doc(&self, id: PersonId) -> &Doc {
        self.people[id.0].client.doc()
    }

    /// The client ids of the others whom somebody sees, with what they show.
    pub fn people_seen_by(&self, id: PersonId) -> &BTreeMap<u64, String> {
        self.people[id.0].client.people()
    }

    /// Somebody's client id, by which others see them.
    pub fn client_id(&self, id: PersonId) -> u64 {
        u64::from(self.people[id.0].client_id)
    }

    /// How many messages with a part of the document somebody has received.
    pub fn updates_received(&self, id: PersonId) -> usize {
        self.people[id.0].updates_received
    }

    /// Why changes of somebody were refused.
    pub fn refusals(&self, id: PersonId) -> &[String] {
        &self.people[id.0].refusals
    }

    /// The disk, for a look.
    pub fn disk(&self) -> &SimDisk {
        &self.disk
    }

    /// What happened so far.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Promises that were broken on the way.
    pub fn violations(&self) -> &[String] {
        &self.violations
    }

    /// Lets that many milliseconds pass.
    pub fn run_for(&mut self, span: u64) {
        self.run_until(self.now + Millis(span));
    }

    /// Lets time pass until a moment, counted from the beginning of the world.
    pub fn run_until_moment(&mut self, moment: u64) {
        self.run_until(START + Millis(moment));
    }

    pub(crate) fn run_until(&mut self, until: Timestamp) {
        while let Some((at, event)) = self.queue.next_until(until) {
            self.now = at;
            self.happen(event);
            self.burn_fuses();
        }
        self.now = self.now.max(until);
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Knock(connection) => self.on_knock(connection),
            Event::Opened(connection) => self.on_opened(connection),
            Event::Up(connection) => self.on_up(connection),
            Event::Down(connection) => self.on_down(connection),
            Event::Written(connection) => self.on_written(connection),
            Event::OwnClose(connection) => self.on_own_close(connection),
            Event::PersonLearns(connection) => self.on_person_learns(connection),
            Event::ServerLearns(connection) => self.on_server_learns(connection),
            Event::Tick(person) => self.on_tick(person),
            Event::Frame(person) => self.on_frame(person),
            Event::Key(person) => self.on_key(person),
            Event::Sip(person) => self.on_sip(person),
            Event::Afresh(person) => self.on_afresh(person),
            Event::RoomRead(document, life) => self.on_room_read(&document, life),
            Event::RoomLoaded(document, life) => self.on_room_loaded(&document, life),
            Event::RoomTurn(document, life) => self.on_room_turn(&document, life),
            Event::Appended(document, life, batch, answer) => {
                self.on_appended(&document, life, batch, answer);
            }
            Event::AppendedAgain(document, life, batch, position) => {
                self.on_appended_again(&document, life, batch, position);
            }
            Event::SnapshotWritten(document, life, upto, snapshot) => {
                self.on_snapshot_written(&document, life, upto, snapshot);
            }
            Event::SnapshotFlushed(document, life, upto) => {
                self.on_snapshot_flushed(&document, life, upto);
            }
            Event::Trimmed(document, life, upto) => self.on_trimmed(&document, life, upto),
            Event::SnapshotFailed(document, life, reason) => {
                self.on_snapshot_failed(&document, life, reason);
            }
            Event::PowerBack => self.on_power_back(),
        }
    }

    fn on_key(&mut self, id: PersonId) {
        let person = &mut self.people[id.0];
        if !person.here || person.asleep || person.keys_left == 0 {
            person.keys_left = 0;
            return;
        }
        person.keys_left -= 1;
        if person.keys_left > 0 {
            let next = self.now + Millis(person.key_interval);
            self.queue.plan(next, Event::Key(id));
        }
        let dice = self.rng.next_u64();
        let card = match self.people[id.0].writes_in.clone() {
            Some(card) => card,
            None => match self.map(id).cards.first() {
                Some(card) => card.id.clone(),
                None => return,
            },
        };
        let text = edits::card_text(self.doc(id), &card);
        // Who loses the card goes on in another one.
        self.people[id.0].writes_in = text.is_some().then(|| card.clone());
        if let Some(text) = text {
            let edit = edits::keystroke(dice, &card, &text);
            // A text at its longest takes no more: the key does nothing.
            let _ = self.edit(id, &edit);
        }
    }

    /// Writes a line of the trace.
    pub(crate) fn note(&mut self, what: std::fmt::Arguments<'_>) {
        self.trace.record(Timestamp(self.now.since(START).0), what);
    }

    /// Writes a line about somebody.
    pub(crate) fn note_of(&mut self, id: PersonId, what: std::fmt::Arguments<'_>) {
        let name = &self.people[id.0].name;
        let moment = Timestamp(self.now.since(START).0);
        self.trace.record(moment, format_args!("{name} {what}"));
    }

    /// Something happened that keeps the world from being quiet.
    pub(crate) fn stir(&mut self) {
        self.last_activity = self.now;
    }

    /// A promise was broken.
    pub(crate) fn violate(&mut self, what: String) {
        self.note(format_args!("VIOLATION {what}"));
        if self.violations.len() < 20 {
            self.violations.push(what);
        }
    }

    /// How long the next message is on its way.
    pub(crate) fn way(&mut self) -> Millis {
        let (shortest, longest) = self.weather.latency;
        Millis(self.rng.between(shortest, longest))
    }
}
