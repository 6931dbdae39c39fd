//! Where each item of a document hangs.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};

use yrs::StateVector;
use yrs::block::ClientID;

use super::Fault;
use super::nodes::Content;
use super::outline::DeletedRange;
use super::resolver::resolve;
use super::update::Walk;
use crate::grant::Scope;

/// How deep shared types may nest. Yrs collects garbage recursively, so an unbounded
/// nesting, built over many updates, would exhaust the stack.
pub const MAX_DEPTH: u8 = 32;

/// Where an item hangs, and what it holds, in one word: from the lowest bit on whether its
/// list is a key's, whether its list is an array's, whether it holds an array, how deep it
/// is (6 bits), whether it holds what nothing can hang in, and the name of its list. A
/// depth of 0 means that the place is not known any more. Above them is whether it is in the
/// part of the document that contributors may write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place(u64);

impl Place {
    const KEYED: u64 = 1;
    const IN_ARRAY: u64 = 1 << 1;
    const HOLDS_ARRAY: u64 = 1 << 2;
    const DEPTH_SHIFT: u32 = 3;
    const DEPTH: u64 = 0x3f << Self::DEPTH_SHIFT;
    const CHILDLESS: u64 = 1 << 9;
    const OPEN_TO_ALL: u64 = 1 << 10;
    const HOLDS: u64 = Self::HOLDS_ARRAY | Self::CHILDLESS;
    const LIST: u64 = !(Self::DEPTH | Self::HOLDS | Self::IN_ARRAY | Self::OPEN_TO_ALL);

    /// While an update is resolved: not looked at yet. A real depth is at most [`MAX_DEPTH`].
    pub(super) const UNTOUCHED: Self = Self(63 << Self::DEPTH_SHIFT);
    /// While an update is resolved: waits for others.
    pub(super) const OPEN: Self = Self(62 << Self::DEPTH_SHIFT);

    /// A place in the list that is the child, under a key or not, of a root or of an item
    /// in this place.
    pub(super) fn new(name: u64, keyed: bool, below: Self) -> Result<Self, Fault> {
        if below.0 & Self::CHILDLESS != 0 {
            return Err(Fault("a struct's parent cannot hold it"));
        }
        let depth = below.depth() + 1;
        if depth > MAX_DEPTH {
            return Err(Fault("shared types nested too deeply"));
        }
        let mut word = name & Self::LIST & !Self::KEYED;
        word |= below.0 & Self::OPEN_TO_ALL;
        word |= u64::from(depth) << Self::DEPTH_SHIFT;
        if keyed {
            word |= Self::KEYED;
        } else if below.0 & Self::HOLDS_ARRAY != 0 {
            word |= Self::IN_ARRAY;
        }
        Ok(Self(word))
    }

    /// What a root hangs in: no item, but open to contributors or not.
    pub(super) fn above_root(open: bool) -> Self {
        Self(if open { Self::OPEN_TO_ALL } else { 0 })
    }

    /// Whether a contributor may write here. What hangs nowhere changes nothing: yrs takes
    /// such an item as collected.
    pub(super) fn is_open(self) -> bool {
        !self.is_known() || self.0 & Self::OPEN_TO_ALL != 0
    }

    /// The same place, for an item that holds this.
    pub(super) fn holding(self, content: Content) -> Self {
        let holds = match content {
            Content::Array => Self::HOLDS_ARRAY,
            Content::Text | Content::Values | Content::Plain => Self::CHILDLESS,
            Content::Open => 0,
        };
        Self(self.0 & !Self::HOLDS | holds)
    }

    /// This place, if it is one by now.
    pub(super) fn found(self) -> Option<Self> {
        (self.depth() <= MAX_DEPTH).then_some(self)
    }

    pub(super) fn depth(self) -> u8 {
        ((self.0 & Self::DEPTH) >> Self::DEPTH_SHIFT) as u8
    }

    pub(super) fn is_known(self) -> bool {
        self.0 & Self::DEPTH != 0
    }

    pub(super) fn keyed(self) -> bool {
        self.0 & Self::KEYED != 0
    }

    pub(super) fn in_array(self) -> bool {
        self.0 & Self::IN_ARRAY != 0
    }

    /// Whether both are known, and not in the same list.
    pub(super) fn contradicts(self, other: Self) -> bool {
        self.is_known() && other.is_known() && (self.0 ^ other.0) & Self::LIST != 0
    }

    /// What is known of a place from two neighbours, who are in one list.
    pub(super) fn or(self, other: Self) -> Self {
        if self.is_known() {
            Self(self.0 | other.0 & Self::IN_ARRAY)
        } else {
            other
        }
    }
}

/// Where each item of a document hangs, in runs of equal places.
///
/// An update names a parent or neighbours only by their ids, so no single update shows
/// whether what it says makes sense. Yrs trusts that it does: neighbours from two lists,
/// or a nesting without end, break its memory or its stack.
#[derive(Clone, Debug)]
pub struct Places {
    clients: BTreeMap<u64, Runs>,
    /// Makes the names of lists unguessable, so that nobody finds two that look alike.
    secret: DefaultHasher,
    /// What contributors may write.
    open: Scope,
}

/// The places of one client's items. They only ever grow at the end.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs {
    /// From these clocks on,
    starts: Vec<u32>,
    /// the items hang here,
    places: Vec<Place>,
    /// until this clock.
    pub(super) end: u32,
}

impl Runs {
    /// Where the item at a clock below `end` hangs.
    pub(super) fn at(&self, clock: u32) -> Place {
        let after = self.starts.partition_point(|start| *start <= clock);
        let place = after.checked_sub(1).and_then(|at| self.places.get(at));
        place.copied().unwrap_or_default()
    }

    /// Whether a contributor may write everywhere from one clock to another.
    fn is_open(&self, start: u32, end: u32) -> bool {
        let after = self.starts.partition_point(|begin| *begin <= start);
        let begin = after.saturating_sub(1);
        let all = self.starts.iter().zip(&self.places).skip(begin);
        all.take_while(|(begin, _)| **begin < end)
            .all(|(_, place)| place.is_open())
    }
}

impl Places {
    /// The places of an empty document, of which contributors may write this.
    pub fn new(secret: u64, open: Scope) -> Self {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(secret);
        Self {
            clients: BTreeMap::new(),
            secret: hasher,
            open,
        }
    }

    /// Computes the places of an update's items without taking them over.
    ///
    /// # Errors
    /// [`Fault`] when they cannot be where they say they are.
    pub fn check(&self, bytes: &[u8], walk: &Walk) -> Result<Resolved, Fault> {
        let mut places = resolve(self, bytes, walk)?;
        let all = &walk.nodes;
        // Most neighbours in the document are neighbours here too: one run for all of them,
        // put together where the places are.
        let mut starts = Vec::new();
        let mut authors = Vec::new();
        let mut kept = 0;
        for (client, begin, end) in all.authors() {
            let first = kept;
            for at in begin..end {
                if kept > first && places[kept - 1] == places[at] {
                    continue;
                }
                places[kept] = places[at];
                starts.push(all.starts[at]);
                kept += 1;
            }
            authors.push(Author {
                client,
                runs: kept - first,
                end: all.starts[end - 1] + all.nodes[end - 1].len,
            });
        }
        places.truncate(kept);
        Ok(Resolved {
            authors,
            starts,
            places,
        })
    }

    /// Takes over what [`Places::check`] computed, once the update is applied and the
    /// document is in `state`: yrs may have stopped in the middle of it.
    pub fn extend(&mut self, resolved: Resolved, state: &StateVector) {
        let mut first = 0;
        for author in resolved.authors {
            let all = first..first + author.runs;
            first = all.end;
            let here = author.end.min(state.get(&ClientID::new(author.client)));
            let runs = self.clients.entry(author.client).or_default();
            if here <= runs.end {
                continue;
            }
            for at in all.clone() {
                let next = resolved.starts.get(at + 1).filter(|_| at + 1 < all.end);
                let end = next.map_or(here, |next| here.min(*next));
                if end <= runs.end {
                    continue;
                }
                if runs.places.last() != Some(&resolved.places[at]) {
                    runs.starts.push(resolved.starts[at].max(runs.end));
                    runs.places.push(resolved.places[at]);
                }
                runs.end = end;
            }
        }
    }

    /// Whether an update adds and deletes nothing but what contributors may write. Of its
    /// deletions these are given: those that are not made already.
    pub fn is_contribution(&self, resolved: &Resolved, deletes: &[DeletedRange]) -> bool {
        let mut first = 0;
        let adds = resolved.authors.iter().all(|author| {
            let all = first..first + author.runs;
            first = all.end;
            let known = self.runs_of(author.client).map_or(0, |runs| runs.end);
            all.clone().all(|at| {
                let next = resolved.starts.get(at + 1).filter(|_| at + 1 < all.end);
                let end = next.map_or(author.end, |next| *next);
                end <= known || resolved.places[at].is_open()
            })
        });
        // What an update deletes of what it brings itself has been looked at.
        adds && deletes.iter().all(|range| {
            let runs = self.runs_of(range.client);
            runs.is_none_or(|runs| runs.is_open(range.start, range.end))
        })
    }

    /// Whether contributors may write the root of this name, under this key if it has one.
    pub(super) fn opens(&self, root: &[u8], key: Option<&[u8]>) -> bool {
        self.open.holds(root, key)
    }

    pub(super) fn runs_of(&self, client: u64) -> Option<&Runs> {
        self.clients.get(&client)
    }

    /// The beginning of a list's name.
    pub(super) fn name(&self) -> DefaultHasher {
        self.secret.clone()
    }
}

/// The places of an update's items, ready for [`Places::extend`]: a row of runs for each
/// author.
#[derive(Debug)]
pub struct Resolved {
    authors: Vec<Author>,
    starts: Vec<u32>,
    places: Vec<Place>,
}

#[derive(Debug)]
struct Author {
    client: u64,
    /// How many runs are its.
    runs: usize,
    /// The clock after the last.
    end: u32,
}
