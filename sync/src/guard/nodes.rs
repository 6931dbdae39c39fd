//! The items of an update, kept small: there are as many as structs.

use std::collections::HashMap;
use std::ops::Range;

use super::Fault;

/// An item (or a collected one) of an update; [`Nodes::starts`] says where it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) len: u32,
    /// Where its bytes end.
    pub(super) body_end: u32,
    pub(super) content: Content,
    pub(super) parent: Parent,
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
    /// Something else that nothing can hang in.
    Plain,
    /// Another shared type, or what is deleted and may have been one.
    Open,
}

/// A struct: its author's number in [`Clients`], and its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Id {
    pub(super) client: u32,
    pub(super) clock: u32,
}

/// Where an item says it hangs; the part is the key if it is a map's entry.
#[derive(Clone, Copy, Debug)]
pub(super) enum Parent {
    /// It is collected: nowhere.
    None,
    /// In the root of this name.
    Root(Part),
    /// Under a key of the root of this name.
    RootKey(Part, Part),
    /// In the shared type that this item holds.
    Item(Id),
    /// Under a key of it.
    ItemKey(Id, Part),
    /// Where its left neighbour hangs.
    OfLeft(Id),
    /// Where its right neighbour hangs.
    OfRight(Id),
    /// Where both its neighbours hang.
    OfBoth(Id, Id),
}

/// A part of the update's bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    start: u32,
    end: u32,
}

impl Parent {
    /// The structs that have to be there before the item.
    pub(super) fn needs(self) -> impl Iterator<Item = Id> {
        let (one, other) = match self {
            Self::None | Self::Root(_) | Self::RootKey(..) => (None, None),
            Self::Item(id) | Self::ItemKey(id, _) | Self::OfLeft(id) | Self::OfRight(id) => {
                (Some(id), None)
            }
            Self::OfBoth(left, right) => (Some(left), Some(right)),
        };
        one.into_iter().chain(other)
    }
}

impl Part {
    pub(super) fn new(range: Range<usize>) -> Result<Self, Fault> {
        let number = |at| u32::try_from(at).map_err(|_| Fault("update too large"));
        Ok(Self {
            start: number(range.start)?,
            end: number(range.end)?,
        })
    }

    pub(super) fn of(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.start as usize..self.end as usize]
    }
}

/// All items of an update: those of one author follow each other, the oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Nodes {
    pub(super) clients: Clients,
    /// The clock at which each node begins; apart, because it is what is searched.
    pub(super) starts: Vec<u32>,
    pub(super) nodes: Vec<Node>,
}

impl Nodes {
    /// Makes room for so many more; there will be at most `most`. Rooms grow by doubling,
    /// but never beyond that.
    pub(super) fn reserve(&mut self, more: usize, most: usize) {
        let len = self.nodes.len();
        if self.nodes.capacity() - len < more {
            let wanted = (2 * len).min(most).max(len + more);
            self.starts.reserve_exact(wanted - len);
            self.nodes.reserve_exact(wanted - len);
        }
    }

    /// Each author and its nodes, from one index to another, in the order of the nodes: which
    /// is not the order of the clients, who may be referred to before their own nodes come.
    pub(super) fn authors(&self) -> Vec<(u64, usize, usize)> {
        let clients = self.clients.list.iter();
        let authors = clients.filter(|client| client.nodes.0 < client.nodes.1);
        let mut authors: Vec<_> = authors
            .map(|client| (client.id, client.nodes.0 as usize, client.nodes.1 as usize))
            .collect();
        authors.sort_unstable_by_key(|(_, begin, _)| *begin);
        authors
    }

    pub(super) fn push(&mut self, clock: u32, node: Node) {
        self.starts.push(clock);
        self.nodes.push(node);
    }
}

/// One whom an update names as an author, or refers to.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) id: u64,
    /// The clock after the highest one referred to.
    pub(super) need: u32,
    /// Whether there are structs of it.
    pub(super) author: bool,
    /// Its nodes, from here to there.
    pub(super) nodes: (u32, u32),
}

/// Everybody whom an update names, numbered in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(super) struct Clients {
    list: Vec<Client>,
    /// Their numbers, once there are more than a glance takes in.
    numbers: HashMap<u64, u32>,
    /// Who was named last, most often also named next.
    last: u32,
}

/// So many are found fastest by looking at each.
const GLANCE: usize = 8;

impl Clients {
    /// The number of a client: what it has already, or the next.
    pub(super) fn number(&mut self, id: u64) -> u32 {
        if self
            .list
            .get(self.last as usize)
            .is_some_and(|c| c.id == id)
        {
            return self.last;
        }
        let known = if self.list.len() <= GLANCE {
            let at = self.list.iter().position(|client| client.id == id);
            at.map(|at| at as u32)
        } else {
            self.numbers.get(&id).copied()
        };
        self.last = known.unwrap_or_else(|| self.add(id));
        self.last
    }

    fn add(&mut self, id: u64) -> u32 {
        let number = self.list.len() as u32;
        self.list.push(Client {
            id,
            need: 0,
            author: false,
            nodes: (0, 0),
        });
        if self.list.len() == GLANCE + 1 {
            let all = self.list.iter().zip(0..);
            self.numbers
                .extend(all.map(|(client, number)| (client.id, number)));
        } else if self.list.len() > GLANCE {
            self.numbers.insert(id, number);
        }
        number
    }

    pub(super) fn get_mut(&mut self, number: u32) -> &mut Client {
        &mut self.list[number as usize]
    }

    pub(super) fn all(&self) -> &[Client] {
        &self.list
    }
}
