//! What of an update can be taken when some of its authors are left out.

use std::collections::{BTreeMap, BTreeSet};

use yrs::StateVector;

use super::nodes::{Id, Nodes};
use super::outline::{DeletedRange, Outline, Section, clock_of};
use super::update::Walk;

/// A part of an update that builds upon nothing that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fitting {
    /// What is in it; its needs are those of the whole.
    pub outline: Outline,
    /// Whether it is all that the update has of those who are not left out.
    pub is_all: bool,
}

/// The largest part of a checked update that a replica in state `known` can take while it
/// takes nothing of these clients: neither what they wrote nor that it was deleted.
///
/// In time `n log n` of the structs: each waits at most once for each that it names.
pub fn fitting(walk: &Walk, left_out: &BTreeSet<u64>, known: &StateVector) -> Fitting {
    let mut reach = Reach::new(&walk.nodes, left_out, known);
    reach.run();
    let mut is_all = true;
    let mut sections = Vec::new();
    for section in &walk.outline.sections {
        if left_out.contains(&section.client) {
            continue;
        }
        let part = reach.part_of(section);
        is_all &= part.as_ref().is_some_and(|part| part.end == section.end);
        sections.extend(part);
    }
    let deletes = walk.outline.deletes.iter().filter_map(|range| {
        let end = range.end.min(reach.of(range.client));
        // Who deleted what is left out cannot be told, so it may be one of the others.
        is_all &= end == range.end;
        (range.start < end).then_some(DeletedRange { end, ..*range })
    });
    let deletes = deletes.collect();
    Fitting {
        outline: Outline {
            sections,
            deletes,
            needs: walk.outline.needs.clone(),
        },
        is_all,
    }
}

/// How far each client's structs can be taken.
struct Reach<'a> {
    nodes: &'a Nodes,
    known: &'a StateVector,
    /// Of each author who is not left out.
    authors: BTreeMap<u64, Author>,
    /// Who waits for which struct: its client and clock.
    waiting: BTreeMap<(u64, u32), Vec<u64>>,
}

struct Author {
    /// The next node, up to the last.
    next: usize,
    last: usize,
    /// The clock after the last struct that can be taken.
    clock: u32,
}

impl<'a> Reach<'a> {
    fn new(nodes: &'a Nodes, left_out: &BTreeSet<u64>, known: &'a StateVector) -> Self {
        let authors = nodes.authors().into_iter();
        let authors = authors.filter(|(client, ..)| !left_out.contains(client));
        let authors = authors.map(|(client, next, last)| {
            let clock = clock_of(known, client);
            (client, Author { next, last, clock })
        });
        Self {
            nodes,
            known,
            authors: authors.collect(),
            waiting: BTreeMap::new(),
        }
    }

    fn of(&self, client: u64) -> u32 {
        self.authors
            .get(&client)
            .map_or_else(|| clock_of(self.known, client), |author| author.clock)
    }

    fn run(&mut self) {
        let mut ready: Vec<u64> = self.authors.keys().copied().collect();
        while let Some(client) = ready.pop() {
            let (before, after) = (self.of(client), self.advance(client));
            if before == after {
                continue;
            }
            let beyond = self.waiting.split_off(&(client, after));
            let mut here = std::mem::replace(&mut self.waiting, beyond);
            let came = here.split_off(&(client, 0));
            self.waiting.append(&mut here);
            ready.extend(came.into_values().flatten());
        }
    }

    /// Takes the next structs of a client until one waits for another's; how far it got.
    fn advance(&mut self, client: u64) -> u32 {
        let Some(author) = self.authors.get(&client) else {
            return 0;
        };
        let (mut next, last, mut clock) = (author.next, author.last, author.clock);
        while next < last {
            let node = &self.nodes.nodes[next];
            let start = self.nodes.starts[next];
            // Behind a gap nothing can be taken.
            if start > clock {
                break;
            }
            let end = start + node.len;
            let mut needs = node.parent.needs().map(|id| self.named(id));
            let missing = needs.find(|(other, at)| *other != client && *at >= self.of(*other));
            if let Some(missing) = missing.filter(|_| end > clock) {
                self.waiting.entry(missing).or_default().push(client);
                break;
            }
            clock = clock.max(end);
            next += 1;
        }
        if let Some(author) = self.authors.get_mut(&client) {
            (author.next, author.clock) = (next, clock);
        }
        clock
    }

    fn named(&self, id: Id) -> (u64, u32) {
        (self.nodes.clients.all()[id.client as usize].id, id.clock)
    }

    /// What of a section can be taken.
    fn part_of(&self, section: &Section) -> Option<Section> {
        let clock = self.of(section.client);
        if section.end <= clock {
            return Some(section.clone());
        }
        let mut clients = self.nodes.clients.all().iter();
        let client = clients.find(|client| client.id == section.client)?;
        let nodes = client.nodes.0 as usize..client.nodes.1 as usize;
        let starts = &self.nodes.starts[nodes.clone()];
        let from = nodes.start + starts.partition_point(|start| *start < section.start);
        let to = nodes.start + starts.partition_point(|start| *start < clock);
        let last = self.nodes.nodes[from..to.max(from)].last()?;
        Some(Section {
            end: clock,
            structs: (to - from) as u32,
            body: section.body.start..last.body_end as usize,
            ..section.clone()
        })
    }
}
