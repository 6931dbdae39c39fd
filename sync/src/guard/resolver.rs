//! Finds out where the items of an update hang, in whichever order they refer to each other.

use std::hash::Hasher;

use super::Fault;
use super::nodes::{Content, Id, Node, Nodes, Parent, Part};
use super::outline::DeletedRange;
use super::places::{Place, Places, Runs};
use super::update::Walk;

/// The place of each node of an update.
pub(super) fn resolve(places: &Places, bytes: &[u8], walk: &Walk) -> Result<Vec<Place>, Fault> {
    let all = &walk.nodes;
    let clients = all.clients.all().iter();
    let known = clients.map(|client| {
        let runs = places.runs_of(client.id);
        Known {
            client: client.id,
            end: runs.map_or(0, |runs| runs.end),
            runs,
            nodes: (client.nodes.0 as usize, client.nodes.1 as usize),
        }
    });
    let mut resolver = Resolver {
        places,
        bytes,
        all,
        known: known.collect(),
        marks: vec![Place::UNTOUCHED; all.nodes.len()],
        stack: Vec::new(),
    };
    for (client, number) in all.clients.all().iter().zip(0..) {
        for index in client.nodes.0..client.nodes.1 {
            resolver.resolve(index as usize, number)?;
        }
    }
    resolver.contents(&walk.outline.deletes)?;
    Ok(resolver.marks)
}

/// What there is of one client that the update names.
struct Known<'a> {
    client: u64,
    /// In the document,
    runs: Option<&'a Runs>,
    /// up to this clock,
    end: u32,
    /// and in the update.
    nodes: (usize, usize),
}

struct Resolver<'a> {
    places: &'a Places,
    bytes: &'a [u8],
    all: &'a Nodes,
    /// By the clients' numbers.
    known: Vec<Known<'a>>,
    marks: Vec<Place>,
    /// Nodes that wait for the one behind them, with their authors.
    stack: Vec<(usize, u32)>,
}

/// Why the place of a node is not known.
enum Unknown {
    /// Another node's has to be known before: its index and author.
    After(usize, u32),
    /// There is none that makes sense.
    Nonsense(Fault),
}

impl From<Fault> for Unknown {
    fn from(fault: Fault) -> Self {
        Self::Nonsense(fault)
    }
}

impl Resolver<'_> {
    /// Finds the place of one node, and before it those it depends on.
    fn resolve(&mut self, index: usize, author: u32) -> Result<(), Fault> {
        let (mut index, mut author) = (index, author);
        loop {
            if self.marks[index].found().is_none() {
                self.marks[index] = Place::OPEN;
                match self.place_of(index, author) {
                    Ok(place) => self.marks[index] = place,
                    Err(Unknown::After(first, _)) if self.marks[first] == Place::OPEN => {
                        return Err(Fault("structs refer to each other in a circle"));
                    }
                    Err(Unknown::After(first, other)) => {
                        self.stack.push((index, author));
                        (index, author) = (first, other);
                        continue;
                    }
                    Err(Unknown::Nonsense(fault)) => return Err(fault),
                }
            }
            match self.stack.pop() {
                Some(waiting) => (index, author) = waiting,
                None => return Ok(()),
            }
        }
    }

    fn place_of(&self, index: usize, author: u32) -> Result<Place, Unknown> {
        let node = &self.all.nodes[index];
        let place = match node.parent {
            // Nowhere, also if a part of it is known: that part hung there, the rest may
            // have hung elsewhere before it was collected together with it.
            Parent::None => return Ok(Place::default()),
            Parent::Root(name) => self.below_root(name, None)?,
            Parent::RootKey(name, key) => self.below_root(name, Some(key))?,
            Parent::Item(id) => self.below(id, None, index)?,
            Parent::ItemKey(id, key) => self.below(id, Some(key), index)?,
            Parent::OfLeft(one) | Parent::OfRight(one) => self.look_up(one, index)?,
            Parent::OfBoth(left, right) => {
                let (left, right) = (self.look_up(left, index)?, self.look_up(right, index)?);
                if left.contradicts(right) {
                    return Err(Fault("neighbours of two lists").into());
                }
                left.or(right)
            }
        };
        let place = self.agreed(node, self.all.starts[index], author, place)?;
        Ok(place.holding(node.content))
    }

    /// The place of a node of which a part may be known already: yrs cuts that off and
    /// hangs the rest behind what it has, so both have to be in one list.
    fn agreed(&self, node: &Node, clock: u32, author: u32, place: Place) -> Result<Place, Fault> {
        let known = &self.known[author as usize];
        if clock >= known.end || clock + node.len <= known.end {
            return Ok(place);
        }
        let here = known
            .runs
            .map_or_else(Place::default, |runs| runs.at(known.end - 1));
        if here.contradicts(place) {
            return Err(Fault("a struct that is known differently"));
        }
        Ok(place.or(here))
    }

    /// Where a struct hangs to which the node `from` refers.
    fn look_up(&self, id: Id, from: usize) -> Result<Place, Unknown> {
        let known = &self.known[id.client as usize];
        if id.clock < known.end {
            return Ok(known
                .runs
                .map_or_else(Place::default, |runs| runs.at(id.clock)));
        }
        let (begin, end) = known.nodes;
        let starts = &self.all.starts[begin..end];
        // Most often it is the one just before.
        let before = from.checked_sub(begin + 1).filter(|_| from < end);
        let near =
            before.filter(|before| starts[*before] <= id.clock && id.clock < starts[*before + 1]);
        let after = near.map_or_else(
            || starts.partition_point(|start| *start <= id.clock),
            |before| before + 1,
        );
        let Some(at) = after.checked_sub(1) else {
            return Ok(Place::default());
        };
        let index = begin + at;
        if starts[at] + self.all.nodes[index].len <= id.clock {
            return Ok(Place::default());
        }
        let mark = self.marks[index];
        mark.found().ok_or(Unknown::After(index, id.client))
    }

    /// The place of the node `from` in the shared type that an item holds.
    fn below(&self, id: Id, key: Option<Part>, from: usize) -> Result<Place, Unknown> {
        let parent = match self.look_up(id, from)? {
            // It is collected, and so is what hangs in it.
            place if !place.is_known() => Place::above_root(true),
            place => place,
        };
        let mut name = self.places.name();
        name.write_u64(self.known[id.client as usize].client);
        name.write_u32(id.clock);
        if let Some(key) = key {
            name.write(key.of(self.bytes));
        }
        Ok(Place::new(name.finish(), key.is_some(), parent)?)
    }

    /// A place in a root.
    fn below_root(&self, root: Part, key: Option<Part>) -> Result<Place, Fault> {
        let root = root.of(self.bytes);
        let mut name = self.places.name();
        // No client has this id.
        name.write_u64(u64::MAX);
        name.write_usize(root.len());
        name.write(root);
        if let Some(key) = key {
            name.write(key.of(self.bytes));
        }
        let open = self.places.opens(root, key.map(|key| key.of(self.bytes)));
        Place::new(name.finish(), key.is_some(), Place::above_root(open))
    }

    /// Looks whether all contents may be where they are.
    ///
    /// An array holds no letters, because yrs counts them there otherwise than UTF-16 units,
    /// and whoever reads it may never come to its end. A key holds no letters either, and
    /// several values only when they are deleted: nobody sets a key to more than one thing,
    /// and yrs, when it has to cut such an item in two, takes it otherwise here than there.
    fn contents(&self, deletes: &[DeletedRange]) -> Result<(), Fault> {
        let mut several = Vec::new();
        for client in self.all.clients.all() {
            let range = client.nodes.0 as usize..client.nodes.1 as usize;
            for (index, node) in range.clone().zip(&self.all.nodes[range]) {
                let place = self.marks[index];
                match node.content {
                    Content::Text if place.keyed() => return Err(Fault("text under a key")),
                    Content::Text if place.in_array() => return Err(Fault("text in an array")),
                    Content::Values if place.keyed() && node.len > 1 => {
                        let start = self.all.starts[index];
                        several.push(DeletedRange {
                            client: client.id,
                            start,
                            end: start + node.len,
                        });
                    }
                    _ => {}
                }
            }
        }
        if several.is_empty() || all_deleted(&several, deletes) {
            return Ok(());
        }
        Err(Fault("several values under a key"))
    }
}

/// Whether an update deletes each of these from end to end.
fn all_deleted(nodes: &[DeletedRange], deletes: &[DeletedRange]) -> bool {
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
        let after = ranges
            .partition_point(|range| (range.client, range.start) <= (node.client, node.start));
        let last = after.checked_sub(1).map(|at| ranges[at]);
        last.is_some_and(|range| range.client == node.client && node.end <= range.end)
    })
}
