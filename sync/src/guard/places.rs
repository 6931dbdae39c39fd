//! Where each item of a document hangs.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher};
use std::ops::Range;

use yrs::StateVector;
use yrs::block::ClientID;

use super::Fault;
use super::outline::DeletedRange;
use super::update::{Id, Walk};

/// How deep shared types may nest. Yrs collects garbage recursively, so an unbounded
/// nesting, built over many updates, would exhaust the stack.
pub const MAX_DEPTH: u8 = 32;

/// An item (or a collected one) of an update.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) id: Id,
    pub(super) len: u32,
    pub(super) parent: Parent,
    pub(super) content: Content,
}

/// What an item holds, as far as its place depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Letters.
    Text,
    /// Values, one for each unit of its length.
    Values,
    /// An array.
    Array,
    /// Anything else.
    Other,
}

/// Where an item says it hangs.
#[derive(Clone, Debug)]
pub(super) enum Parent {
    /// It is collected: nowhere.
    None,
    /// In the root of this name, under this key if it is a map's entry.
    Root(Part, Option<Part>),
    /// In the shared type that this item holds, under this key if it is a map's entry.
    Item(Id, Option<Part>),
    /// Where its left neighbour hangs.
    OfLeft(Id),
    /// Where its right neighbour hangs.
    OfRight(Id),
    /// Where both its neighbours hang.
    OfBoth(Id, Id),
}

/// A part of the update's bytes. There are as many nodes as structs, so they are small.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    start: u32,
    end: u32,
}

impl Part {
    pub(super) fn new(range: Range<usize>) -> Result<Self, Fault> {
        let number = |at| u32::try_from(at).map_err(|_| Fault("update too large"));
        Ok(Self {
            start: number(range.start)?,
            end: number(range.end)?,
        })
    }

    fn of(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.start as usize..self.end as usize]
    }
}

/// Where an item hangs: in which list, and how deep that is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place {
    /// A shared type's children (even), or one key's values (odd); 0 when it is not known
    /// any more.
    list: u64,
    depth: u8,
}

/// Where each item of a document hangs, in runs of equal places.
///
/// An update names a parent or neighbours only by their ids, so no single update shows
/// whether what it says makes sense. Yrs trusts that it does: neighbours from two lists,
/// or a nesting without end, break its memory or its stack.
#[derive(Clone, Debug)]
pub struct Places {
    clients: BTreeMap<u64, Runs>,
    /// The lists that are arrays' children. In an array yrs counts letters otherwise than
    /// UTF-16 units, and whoever reads it may never come to its end.
    arrays: BTreeSet<u64>,
    /// Makes the names of lists unguessable, so that nobody finds two that look alike.
    secret: u64,
}

#[derive(Clone, Debug, Default)]
struct Runs {
    /// From this clock on, here.
    starts: BTreeMap<u32, Place>,
    end: u32,
}

impl Place {
    /// While an update is resolved: not looked at yet. A real depth is at most [`MAX_DEPTH`].
    const UNTOUCHED: Self = Self {
        list: 0,
        depth: 255,
    };
    /// While an update is resolved: waits for others.
    const OPEN: Self = Self {
        list: 0,
        depth: 254,
    };

    /// This place, if it is one by now.
    fn found(self) -> Option<Self> {
        (self.depth <= MAX_DEPTH).then_some(self)
    }
}

/// Items that follow each other and hang in one place.
#[derive(Clone, Copy, Debug)]
struct Run {
    id: Id,
    len: u32,
    place: Place,
}

/// Why the place of a node is not known.
enum Unknown {
    /// Another node's has to be known before.
    After(usize),
    /// There is none that makes sense.
    Nonsense(Fault),
}

impl Places {
    /// The places of an empty document.
    pub fn new(secret: u64) -> Self {
        Self {
            clients: BTreeMap::new(),
            arrays: BTreeSet::new(),
            secret,
        }
    }

    /// Computes the places of an update's items without taking them over.
    ///
    /// # Errors
    /// [`Fault`] when they cannot be where they say they are.
    pub fn check(&self, bytes: &[u8], walk: &Walk) -> Result<Resolved, Fault> {
        let nodes = &walk.nodes;
        let mut order: Vec<usize> = (0..nodes.len()).collect();
        order.sort_unstable_by_key(|index| nodes[*index].id);
        let mut resolver = Resolver {
            places: self,
            bytes,
            nodes,
            marks: vec![Place::UNTOUCHED; nodes.len()],
            order,
        };
        for index in 0..nodes.len() {
            resolver.resolve(index)?;
        }
        let arrays = resolver.contents(&walk.outline.deletes)?;
        let Resolver { order, marks, .. } = resolver;
        // Most neighbours in the document are neighbours here too: one run for all of them.
        let mut runs: Vec<Run> = Vec::with_capacity(nodes.len());
        for index in order {
            let (place, node) = (marks[index], &nodes[index]);
            match runs.last_mut() {
                Some(last)
                    if (last.id.0, last.id.1 + last.len) == node.id && last.place == place =>
                {
                    last.len += node.len;
                }
                _ => runs.push(Run {
                    id: node.id,
                    len: node.len,
                    place,
                }),
            }
        }
        Ok(Resolved { runs, arrays })
    }

    /// Takes over what [`Places::check`] computed, once the update is applied and the
    /// document is in `state`: yrs may have stopped in the middle of it.
    pub fn extend(&mut self, resolved: Resolved, state: &StateVector) {
        self.arrays.extend(resolved.arrays);
        for Run { id, len, place } in resolved.runs {
            let (client, clock) = id;
            let runs = self.clients.entry(client).or_default();
            let here = state.get(&ClientID::new(client));
            let end = clock.saturating_add(len).min(here);
            if end <= runs.end {
                continue;
            }
            let start = clock.max(runs.end);
            if runs.starts.last_key_value().map(|(_, last)| *last) != Some(place) {
                runs.starts.insert(start, place);
            }
            runs.end = end;
        }
    }

    fn known(&self, (client, clock): Id) -> Option<Place> {
        let runs = self.clients.get(&client)?;
        if clock >= runs.end {
            return None;
        }
        let (_, place) = runs.starts.range(..=clock).next_back()?;
        Some(*place)
    }
}

/// The places of an update's items, ready for [`Places::extend`].
#[derive(Debug)]
pub struct Resolved {
    runs: Vec<Run>,
    arrays: BTreeSet<u64>,
}

struct Resolver<'a> {
    places: &'a Places,
    bytes: &'a [u8],
    nodes: &'a [Node],
    marks: Vec<Place>,
    /// The nodes by id.
    order: Vec<usize>,
}

impl Resolver<'_> {
    /// Finds the place of one node, and before it those it depends on.
    fn resolve(&mut self, index: usize) -> Result<(), Fault> {
        let mut stack = vec![index];
        while let Some(&top) = stack.last() {
            if self.marks[top].found().is_some() {
                stack.pop();
                continue;
            }
            self.marks[top] = Place::OPEN;
            match self.place_of(&self.nodes[top]) {
                Ok(place) => {
                    self.marks[top] = self.agreed(&self.nodes[top], place)?;
                    stack.pop();
                }
                Err(Unknown::After(first)) if self.marks[first] == Place::OPEN => {
                    return Err(Fault("structs refer to each other in a circle"));
                }
                Err(Unknown::After(first)) => stack.push(first),
                Err(Unknown::Nonsense(fault)) => return Err(fault),
            }
        }
        Ok(())
    }

    /// Looks whether all contents may be where they are; the lists of new arrays.
    ///
    /// An array holds no letters. A key holds no letters either, and several values only
    /// when they are deleted: nobody sets a key to more than one thing, and yrs, when it
    /// has to cut such an item in two, takes it otherwise here than there.
    fn contents(&self, deletes: &[DeletedRange]) -> Result<BTreeSet<u64>, Fault> {
        let arrays: BTreeSet<u64> = self
            .nodes
            .iter()
            .filter(|node| node.content == Content::Array)
            .map(|node| self.list(&[], Some(node.id), None))
            .collect();
        let known = &self.places.arrays;
        let some = !arrays.is_empty() || !known.is_empty();
        let mut several = Vec::new();
        for (node, mark) in self.nodes.iter().zip(&self.marks) {
            let list = &mark.list;
            let keyed = list & 1 == 1;
            match node.content {
                Content::Text if keyed => return Err(Fault("text under a key")),
                Content::Text if some && (arrays.contains(list) || known.contains(list)) => {
                    return Err(Fault("text in an array"));
                }
                Content::Values if keyed && node.len > 1 => several.push(node),
                _ => {}
            }
        }
        if !several.is_empty() && !all_deleted(&several, deletes) {
            return Err(Fault("several values under a key"));
        }
        Ok(arrays)
    }

    fn place_of(&self, node: &Node) -> Result<Place, Unknown> {
        let place = match &node.parent {
            Parent::None => return Ok(Place::default()),
            Parent::Root(name, key) => Place {
                list: self.list(name.of(self.bytes), None, *key),
                depth: 1,
            },
            Parent::Item(id, key) => Place {
                list: self.list(&[], Some(*id), *key),
                depth: self.look_up(*id)?.depth.saturating_add(1),
            },
            Parent::OfLeft(one) | Parent::OfRight(one) => self.look_up(*one)?,
            Parent::OfBoth(left, right) => {
                let (left, right) = (self.look_up(*left)?, self.look_up(*right)?);
                if left.list != 0 && right.list != 0 && left.list != right.list {
                    return Err(Unknown::Nonsense(Fault("neighbours of two lists")));
                }
                if left.list == 0 { right } else { left }
            }
        };
        if place.depth > MAX_DEPTH {
            return Err(Unknown::Nonsense(Fault("shared types nested too deeply")));
        }
        Ok(place)
    }

    /// The place of a node of which a part may be known already: yrs cuts that off and
    /// hangs the rest behind what it has, so both have to be in one list.
    fn agreed(&self, node: &Node, place: Place) -> Result<Place, Fault> {
        let known = self
            .places
            .clients
            .get(&node.id.0)
            .map_or(0, |runs| runs.end);
        if node.id.1 >= known || node.id.1 + node.len <= known {
            return Ok(place);
        }
        match self.places.known((node.id.0, known - 1)) {
            Some(here) if here.list != 0 && place.list == 0 => Ok(here),
            Some(here) if here.list != 0 && here.list != place.list => {
                Err(Fault("a struct that is known differently"))
            }
            _ => Ok(place),
        }
    }

    fn look_up(&self, id: Id) -> Result<Place, Unknown> {
        if let Some(place) = self.places.known(id) {
            return Ok(place);
        }
        let at = self
            .order
            .partition_point(|other| self.nodes[*other].id <= id);
        let found = at.checked_sub(1).and_then(|at| self.order.get(at));
        let Some((index, node)) = found.map(|index| (*index, &self.nodes[*index])) else {
            return Ok(Place::default());
        };
        if node.id.0 != id.0 || node.id.1 + node.len <= id.1 {
            return Ok(Place::default());
        }
        self.marks[index].found().ok_or(Unknown::After(index))
    }

    /// The name of a list: never 0, and odd if it is a key's.
    fn list(&self, root: &[u8], item: Option<Id>, key: Option<Part>) -> u64 {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(self.places.secret);
        let (client, clock) = item.unwrap_or((u64::MAX, u32::MAX));
        hasher.write_u64(client);
        hasher.write_u32(clock);
        hasher.write_usize(root.len());
        hasher.write(root);
        if let Some(key) = key {
            hasher.write(key.of(self.bytes));
            hasher.write_u8(1);
            return hasher.finish() | 1;
        }
        (hasher.finish() & !1).max(2)
    }
}

/// Whether an update deletes each of these nodes from end to end.
fn all_deleted(nodes: &[&Node], deletes: &[DeletedRange]) -> bool {
    let mut ranges = deletes.to_vec();
    ranges.sort_unstable();
    ranges.dedup_by(|next, kept| {
        let joins = next.client == kept.client && next.start <= kept.end;
        if joins {
            kept.end = kept.end.max(next.end);
        }
        joins
    });
    nodes.iter().all(|node| {
        let (client, clock) = node.id;
        let after = ranges.partition_point(|range| (range.client, range.start) <= (client, clock));
        after
            .checked_sub(1)
            .is_some_and(|at| ranges[at].client == client && node.id.1 + node.len <= ranges[at].end)
    })
}
