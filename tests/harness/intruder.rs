//! Somebody hostile: an ordinary program whose messages are tampered with, and worse.
//!
//! Only their own session may suffer. Whoever may edit can of course write nonsense into
//! the map, in their own name; everybody must see the same nonsense.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;
use waymark_sync::{Dialect, Frame, Millis, Role, wire};
use yrs::sync::AwarenessUpdate;
use yrs::sync::awareness::AwarenessUpdateEntry;
use yrs::updates::encoder::Encode;
use yrs::{ClientID, Doc, ReadTxn, Text, Transact};

use crate::link::NearEnd;
use crate::person::PersonId;
use crate::rng::Rng;
use crate::traffic::{Traffic, classify};
use crate::world::World;

/// How many messages of others somebody hostile remembers.
const MEMORY: usize = 24;

/// After this time whatever somebody shows has reached the server.
const SETTLED: Millis = Millis(5_000);

/// After this time whoever was forgotten because a clock jumped has shown themselves again.
const CALM: Millis = Millis(20_000);

/// A plain value with several keys begins with this byte. Its keys are written in the order
/// of a hash set that differs from run to run, so what changes a byte in it would too.
const ANY_MAP: u8 = 118;

/// Somebody hostile.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Intruder {
    /// May only look, so that nothing they send may change anything.
    pub(crate) looks_only: bool,
}

/// What somebody hostile does besides tampering.
type Mischief = (&'static str, fn(&mut World, PersonId, &mut Rng));

const MISCHIEF: &[Mischief] = &[
    ("hostile: random bytes", random_bytes),
    ("hostile: replay", replay),
    ("hostile: mutated replay", mutated_replay),
    ("hostile: update that never fits", never_fits),
    ("hostile: presence of others", masks),
    ("hostile: flood", flood),
    ("hostile: server's messages", server_words),
    ("hostile: oversized", oversized),
    ("hostile: forged client id", forge),
    ("hostile: wrong order", wrong_order),
];

impl World {
    /// Somebody hostile opens a map; with a role that only looks, or as an editor.
    pub fn intrude(
        &mut self,
        map: &str,
        name: &str,
        dialect: Dialect,
        looks_only: bool,
    ) -> PersonId {
        if looks_only {
            self.roles.insert(name.to_owned(), Role::Viewer);
        }
        self.overheard.get_or_insert_with(VecDeque::new);
        self.tally.count("hostile: joined");
        let id = self.join_document(map, name, dialect);
        self.people[id.0].intruder = Some(Intruder { looks_only });
        id
    }

    /// Somebody hostile does something that no program does; `dice` chooses what.
    pub fn do_mischief(&mut self, id: PersonId, dice: u64) {
        let person = &self.people[id.0];
        let connection = person.connection.filter(|_| person.intruder.is_some());
        let open = connection.is_some_and(|connection| {
            let link = &self.connections[connection.0];
            link.near == NearEnd::Open && !link.dead
        });
        if !open {
            return;
        }
        let mut rng = Rng::new(dice);
        if let Some((name, act)) = rng.pick(MISCHIEF).copied() {
            self.note_of(id, format_args!("is up to no good: {name}"));
            self.stir();
            self.tally.count(name);
            act(self, id, &mut rng);
        }
    }

    /// Remembers what passes, for whoever wants to repeat it.
    pub(crate) fn overhear(&mut self, dialect: Dialect, message: &Bytes) {
        if let Some(overheard) = &mut self.overheard {
            if overheard.len() == MEMORY {
                overheard.pop_front();
            }
            overheard.push_back((dialect, message.clone()));
        }
    }

    /// What the intruder's own program sends is changed, doubled or lost on its way out.
    pub(crate) fn send_up_tampered(&mut self, id: PersonId, message: Bytes) {
        match self.rng.below(100) {
            0..15 => {
                let mut rng = self.rng.fork();
                let changed = self.tampered(id, &message, &mut rng).unwrap_or(message);
                self.tally.count("hostile: mutated frame");
                self.put_on_wire(id, changed);
            }
            15..25 => {
                self.put_on_wire(id, message.clone());
                self.put_on_wire(id, message);
            }
            25..30 => {}
            _ => self.put_on_wire(id, message),
        }
    }

    /// The message with something wrong in it; not the changes that an editor sends, since
    /// they may be those of others, which the server lost in a crash: see `forge`.
    fn tampered(&self, id: PersonId, message: &Bytes, rng: &mut Rng) -> Option<Bytes> {
        let person = &self.people[id.0];
        let (traffic, _) = classify(person.client.dialect(), &person.document, message);
        if traffic == Traffic::Document && !self.looks_only(id) {
            return None;
        }
        mutated(message, rng)
    }

    fn send_frame(&mut self, id: PersonId, frame: &Frame) {
        let person = &self.people[id.0];
        let message = wire::encode(person.client.dialect(), &person.document, frame);
        if let Some(message) = message {
            self.put_on_wire(id, message);
        }
    }

    /// The client ids of the honest people on the same map.
    fn victims(&self, id: PersonId) -> Vec<u64> {
        let document = &self.people[id.0].document;
        let people = self.people.iter();
        people
            .filter(|person| person.is_honest() && person.document == *document)
            .map(|person| u64::from(person.client_id))
            .collect()
    }

    /// Whether the server knows for sure by now whose client id it is.
    fn owns_presence(&self, client: u64) -> bool {
        let settled = |at| at + SETTLED < self.now;
        let mut people = self.people.iter();
        let person = people.find(|person| u64::from(person.client_id) == client);
        person.is_some_and(|person| {
            let link = person.connection.map(|id| &self.connections[id.0]);
            let connected = link.is_some_and(|link| {
                !link.dead && link.session().is_some() && settled(link.opened_at)
            });
            let shown = person.shown_at.is_some_and(settled) && settled(person.back_at);
            let calm = self.jumped_at.is_none_or(|at| at + CALM < self.now);
            person.is_present() && connected && shown && calm
        })
    }

    fn looks_only(&self, id: PersonId) -> bool {
        let intruder = self.people[id.0].intruder;
        intruder.is_some_and(|intruder| intruder.looks_only)
    }
}

fn random_bytes(world: &mut World, id: PersonId, rng: &mut Rng) {
    let length = rng.between(0, 80);
    let bytes: Vec<u8> = (0..length).map(|_| rng.next_u64() as u8).collect();
    world.put_on_wire(id, bytes.into());
}

fn remembered(world: &World, id: PersonId, rng: &mut Rng) -> Option<Bytes> {
    let dialect = world.people[id.0].client.dialect();
    let overheard = world.overheard.as_ref()?;
    let document = &world.people[id.0].document;
    let same: Vec<_> = overheard
        .iter()
        .filter(|(d, message)| {
            *d == dialect && classify(dialect, document, message).0 != Traffic::Presence
        })
        .collect();
    rng.pick(&same).map(|(_, message)| message.clone())
}

/// Anything but presence: see `masks`.
fn replay(world: &mut World, id: PersonId, rng: &mut Rng) {
    for _ in 0..rng.between(1, 6) {
        if let Some(message) = remembered(world, id, rng) {
            world.put_on_wire(id, message);
        }
    }
}

fn mutated_replay(world: &mut World, id: PersonId, rng: &mut Rng) {
    let Some(message) = remembered(world, id, rng) else {
        return;
    };
    let person = &world.people[id.0];
    let (traffic, _) = classify(person.client.dialect(), &person.document, &message);
    // An editor could change whose update it is: see `forge`.
    if traffic == Traffic::Document && !world.looks_only(id) {
        return;
    }
    if let Some(changed) = mutated(&message, rng) {
        world.put_on_wire(id, changed);
    }
}

/// An update that builds upon another one of the same author, without that one.
fn second_half(client: u64) -> Bytes {
    let doc = Doc::with_client_id(client);
    let text = doc.get_or_insert_text("nobody reads this");
    text.push(&mut doc.transact_mut(), "first");
    let before = doc.transact().state_vector();
    text.push(&mut doc.transact_mut(), "second");
    let update = doc.transact().encode_state_as_update_v1(&before);
    update.into()
}

fn never_fits(world: &mut World, id: PersonId, rng: &mut Rng) {
    let update = second_half(rng.below(1 << 32));
    for _ in 0..rng.between(1, 6) {
        let frame = if rng.chance(50) {
            Frame::SyncStep2(update.clone())
        } else {
            Frame::Update(update.clone())
        };
        world.send_frame(id, &frame);
    }
}

fn masks(world: &mut World, id: PersonId, rng: &mut Rng) {
    let victims = world.victims(id);
    // Only what is shown already has an owner (PROTOCOL.md, P2).
    let shown: Vec<u64> = victims
        .into_iter()
        .filter(|client| world.owns_presence(*client))
        .collect();
    let mut clients = HashMap::new();
    if let Some(client) = rng.pick(&shown) {
        let clock = [0, 1, 1_000, u32::MAX][rng.below(4) as usize];
        let json = ["null", r#"{"at":666,"user":{"name":"not me"}}"#][rng.below(2) as usize];
        let json = json.into();
        clients.insert(ClientID::new(*client), AwarenessUpdateEntry { clock, json });
    }
    let update = AwarenessUpdate { clients }.encode_v1();
    world.send_frame(id, &Frame::Awareness(update.into()));
}

fn flood(world: &mut World, id: PersonId, rng: &mut Rng) {
    let empty_state = Bytes::from_static(&[0]);
    let frame = [
        Frame::Ping,
        Frame::QueryAwareness,
        Frame::SyncStep1(empty_state),
        Frame::Update(second_half(rng.below(1 << 32))),
    ];
    let frame = &frame[rng.below(4) as usize];
    for _ in 0..rng.between(20, 150) {
        world.send_frame(id, frame);
    }
}

fn server_words(world: &mut World, id: PersonId, rng: &mut Rng) {
    let frame = [
        Frame::SyncStatus(rng.chance(50)),
        Frame::Authenticated("read-write".to_owned()),
        Frame::PermissionDenied("go away".to_owned()),
        Frame::Stateless(r#"{"type":"waymark/saving","ok":false}"#.to_owned()),
    ];
    world.send_frame(id, &frame[rng.below(4) as usize]);
}

fn oversized(world: &mut World, id: PersonId, rng: &mut Rng) {
    let bytes = Bytes::from(vec![rng.next_u64() as u8; 5_000]);
    let frame = [Frame::Awareness(bytes.clone()), Frame::Update(bytes)];
    world.send_frame(id, &frame[rng.below(2) as usize]);
}

/// A change in somebody else's name, as it would fit next.
fn forge(world: &mut World, id: PersonId, rng: &mut Rng) {
    if !world.looks_only(id) {
        // An editor who does this is not noticed, and whoever is forged differs for ever:
        // client ids are not leased to people until they can sign in (issue 5). Until then
        // no hostile editor of these worlds writes under the id of somebody else, neither
        // here nor by a change to what others wrote (`tampered`, `mutated_replay`).
        return;
    }
    let victims = world.victims(id);
    if let Some(client) = rng.pick(&victims) {
        let doc = Doc::with_client_id(*client);
        let known = world.people[id.0].client.doc().transact().state_vector();
        let text = doc.get_or_insert_text("nobody reads this");
        let clock = known.get(&ClientID::new(*client));
        let filler = "x".repeat(clock as usize);
        text.push(&mut doc.transact_mut(), &filler);
        let before = doc.transact().state_vector();
        text.push(&mut doc.transact_mut(), "forged");
        let update = doc.transact().encode_state_as_update_v1(&before);
        world.send_frame(id, &Frame::Update(update.into()));
    }
}

fn wrong_order(world: &mut World, id: PersonId, rng: &mut Rng) {
    let frame = [
        Frame::AuthToken("somebody else".to_owned()),
        Frame::SyncStep2(Bytes::from_static(&[0, 0])),
        Frame::Pong,
    ];
    for _ in 0..rng.between(1, 4) {
        world.send_frame(id, &frame[rng.below(3) as usize]);
    }
}

/// A message with something wrong in it; `None` when that could not be repeated.
fn mutated(message: &Bytes, rng: &mut Rng) -> Option<Bytes> {
    if message.contains(&ANY_MAP) || message.is_empty() {
        return None;
    }
    let mut bytes = message.to_vec();
    let at = |rng: &mut Rng, bytes: &[u8]| rng.below(bytes.len() as u64) as usize;
    match rng.below(4) {
        0 => {
            for _ in 0..rng.between(1, 3) {
                let at = at(rng, &bytes);
                bytes[at] ^= 1 << rng.below(8);
            }
        }
        1 => {
            let keep = at(rng, &bytes);
            bytes.truncate(keep);
        }
        2 => {
            let at = at(rng, &bytes);
            bytes.insert(at, rng.next_u64() as u8);
        }
        _ => {
            let at = at(rng, &bytes);
            let tail = bytes[at..].to_vec();
            bytes.extend(tail);
        }
    }
    Some(bytes.into())
}
