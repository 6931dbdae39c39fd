//! What a checked update holds, without its contents.

use std::collections::BTreeMap;
use std::ops::Range;

use bytes::Bytes;
use yrs::StateVector;
use yrs::block::ClientID;

use crate::wire::varint::write_var;

/// Structs of one client that follow each other without a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Whose.
    pub client: u64,
    /// The clock of the first.
    pub start: u32,
    /// The clock after the last.
    pub end: u32,
    /// How many.
    pub structs: u32,
    /// Where their bytes are.
    pub body: Range<usize>,
}

/// Deleted structs of one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeletedRange {
    /// Whose.
    pub client: u64,
    /// The first clock.
    pub start: u32,
    /// The clock after the last.
    pub end: u32,
}

/// What a checked update adds, deletes and builds upon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// What it adds, in its order: those of one client follow each other.
    pub sections: Vec<Section>,
    /// What it deletes.
    pub deletes: Vec<DeletedRange>,
    /// Of each client its structs refer to, the lowest id first: the clock after the
    /// highest one.
    pub needs: Vec<(u64, u32)>,
}

impl Outline {
    /// Whether a replica in state `known` can integrate all of it: nothing before it is
    /// missing, and nothing it refers to.
    pub fn fits(&self, known: &StateVector) -> bool {
        // What of each client there would be; those of one follow each other.
        let mut reached: Vec<(u64, u32)> = Vec::new();
        for section in &self.sections {
            if reached.last().map(|last| last.0) != Some(section.client) {
                reached.push((section.client, clock_of(known, section.client)));
            }
            if let Some((_, end)) = reached.last_mut() {
                if section.start > *end {
                    return false;
                }
                *end = section.end.max(*end);
            }
        }
        reached.sort_unstable();
        let reach = |client: u64| {
            reached
                .binary_search_by_key(&client, |one| one.0)
                .map_or_else(|_| clock_of(known, client), |at| reached[at].1)
        };
        self.needs
            .iter()
            .all(|(client, need)| *need <= reach(*client))
            && self
                .deletes
                .iter()
                .all(|range| range.end <= reach(range.client))
    }

    /// Whether it holds structs that a replica in state `known` lacks.
    pub fn adds_to(&self, known: &StateVector) -> bool {
        self.sections
            .iter()
            .any(|section| section.end > clock_of(known, section.client))
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty() && self.deletes.is_empty()
    }
}

/// Joins updates into one without decoding them, in linear time.
///
/// They must be disjoint and in the order in which they came to be, as effective updates
/// of one document are; `None` when they are not. Parts of a client that are missing
/// between two updates (an author's own, for instance) become a skip.
pub fn merge(updates: &[(&Bytes, &Outline)]) -> Option<Bytes> {
    let mut clients: BTreeMap<u64, Vec<(&Bytes, &Section)>> = BTreeMap::new();
    let mut deletes: BTreeMap<u64, Vec<(u32, u32)>> = BTreeMap::new();
    let mut bytes = 0;
    for (update, outline) in updates {
        bytes += update.len() + 16;
        for section in &outline.sections {
            let parts = clients.entry(section.client).or_default();
            if parts
                .last()
                .is_some_and(|(_, last)| section.start < last.end)
            {
                return None;
            }
            parts.push((update, section));
        }
        for range in &outline.deletes {
            let ranges = deletes.entry(range.client).or_default();
            ranges.push((range.start, range.end));
        }
    }
    let mut out = Vec::with_capacity(bytes);
    write_var(&mut out, clients.len() as u64);
    // Higher client ids first, as Yjs and yrs write them.
    for (client, parts) in clients.iter().rev() {
        write_parts(&mut out, *client, parts);
    }
    write_var(&mut out, deletes.len() as u64);
    for (client, ranges) in deletes.iter_mut().rev() {
        write_ranges(&mut out, *client, ranges);
    }
    Some(out.into())
}

const SKIP: u8 = 10;

fn write_parts(out: &mut Vec<u8>, client: u64, parts: &[(&Bytes, &Section)]) {
    let start = parts[0].1.start;
    let (mut structs, mut end) = (0_u64, start);
    for (_, part) in parts {
        structs += u64::from(part.structs) + u64::from(part.start > end);
        end = part.end;
    }
    write_var(out, structs);
    write_var(out, client);
    write_var(out, u64::from(start));
    let mut end = start;
    for (update, part) in parts {
        if part.start > end {
            out.push(SKIP);
            write_var(out, u64::from(part.start - end));
        }
        out.extend_from_slice(&update[part.body.clone()]);
        end = part.end;
    }
}

fn write_ranges(out: &mut Vec<u8>, client: u64, ranges: &mut Vec<(u32, u32)>) {
    ranges.sort_unstable();
    ranges.dedup_by(|next, kept| {
        let joins = next.0 <= kept.1;
        if joins {
            kept.1 = kept.1.max(next.1);
        }
        joins
    });
    write_var(out, client);
    write_var(out, ranges.len() as u64);
    for (start, end) in ranges {
        write_var(out, u64::from(*start));
        write_var(out, u64::from(*end - *start));
    }
}

pub(super) fn clock_of(known: &StateVector, client: u64) -> u32 {
    known.get(&ClientID::new(client))
}
