//! Updates (lib0 v1).

use super::bounds::{Bounds, Share};
use super::nodes::{Content, Id, Node, Nodes, Parent, Part};
use super::outline::{DeletedRange, Outline, Section};
use super::state_vector::{all_differ, clock};
use super::value::{Readable, check_json, skip_any, text};
use super::{CLOCK_END, Fault};
use crate::wire::varint::Reader;

const GC: u8 = 0;
const SKIP: u8 = 10;
const HAS_ORIGIN: u8 = 0x80;
const HAS_RIGHT_ORIGIN: u8 = 0x40;
const HAS_KEY: u8 = 0x20;
const UNKNOWN_FLAG: u8 = 0x10;

/// A checked update.
#[derive(Clone, Debug)]
pub struct Walk {
    /// What it holds.
    pub outline: Outline,
    /// Its items, for [`super::Places`].
    pub(super) nodes: Nodes,
}

/// Walks an update from its first to its last byte.
///
/// # Errors
/// [`Fault`] when yrs must not see it.
pub fn check_update(bytes: &[u8], bounds: &Bounds) -> Result<Walk, Fault> {
    let most = |share: Share| share.of(bytes.len());
    let mut walker = Walker {
        reader: Reader::new(bytes),
        bounds,
        structs: most(bounds.structs),
        values: most(bounds.values),
        types: most(bounds.types),
        chain: 0,
        joined: 0,
        nodes: Nodes::default(),
    };
    let sections = walker.sections()?;
    let deletes = walker.deletes(most(bounds.structs))?;
    walker.reader.end()?;
    let nodes = walker.nodes;
    let referred = nodes.clients.all().iter().filter(|client| client.need > 0);
    let mut needs: Vec<_> = referred.map(|client| (client.id, client.need)).collect();
    needs.sort_unstable();
    Ok(Walk {
        outline: Outline {
            sections,
            deletes,
            needs,
        },
        nodes,
    })
}

struct Walker<'a> {
    reader: Reader<'a>,
    bounds: &'a Bounds,
    /// How many more structs there may be,
    structs: usize,
    /// values,
    values: usize,
    /// and shared types.
    types: usize,
    /// Bytes of the texts or values that follow each other up to here.
    chain: usize,
    /// Bytes that joining them copies.
    joined: usize,
    nodes: Nodes,
}

impl Walker<'_> {
    fn sections(&mut self) -> Result<Vec<Section>, Fault> {
        let clients = self.count(4)?;
        if clients > self.bounds.clients {
            return Err(Fault("too many clients"));
        }
        let mut sections = Vec::new();
        for _ in 0..clients {
            let structs = self.count(2)?;
            let client = self.reader.var_u64()?;
            let start = clock(&mut self.reader)?;
            if structs == 0 {
                return Err(Fault("client without structs"));
            }
            let number = self.nodes.clients.number(client);
            if std::mem::replace(&mut self.nodes.clients.get_mut(number).author, true) {
                return Err(Fault("client named twice"));
            }
            let left = self.structs.checked_sub(structs);
            self.structs = left.ok_or(Fault("too many structs"))?;
            // At most so many as there are bytes for, and the bound.
            let so_far = self.nodes.nodes.len();
            self.nodes.reserve(structs, so_far + structs + self.structs);
            let begin = self.nodes.nodes.len() as u32;
            let author = Author { client, number };
            self.client_structs(author, start, structs, &mut sections)?;
            let end = self.nodes.nodes.len() as u32;
            self.nodes.clients.get_mut(number).nodes = (begin, end);
        }
        Ok(sections)
    }

    fn client_structs(
        &mut self,
        author: Author,
        start: u32,
        structs: usize,
        sections: &mut Vec<Section>,
    ) -> Result<(), Fault> {
        let mut section: Option<Section> = None;
        let mut at = start;
        for _ in 0..structs {
            let begin = self.reader.position();
            let (len, skip) = self.one_struct(author, at)?;
            let end = at
                .checked_add(len)
                .filter(|end| *end <= CLOCK_END)
                .ok_or(Fault("clock too high"))?;
            if skip {
                sections.extend(section.take());
                if sections.len() > self.bounds.gaps {
                    return Err(Fault("too many gaps"));
                }
            } else {
                let section = section.get_or_insert(Section {
                    client: author.client,
                    start: at,
                    end: at,
                    structs: 0,
                    body: begin..begin,
                });
                section.end = end;
                section.structs += 1;
                section.body.end = self.reader.position();
            }
            at = end;
        }
        sections.extend(section);
        Ok(())
    }

    /// Reads one struct: its length, and whether it is a skip.
    fn one_struct(&mut self, author: Author, at: u32) -> Result<(u32, bool), Fault> {
        let info = self.reader.byte()?;
        if info == GC || info == SKIP {
            let len = self.length()?;
            if info == GC {
                let node = Node {
                    len,
                    body_end: self.here()?,
                    content: Content::Open,
                    parent: Parent::None,
                };
                self.nodes.push(at, node);
            }
            return Ok((len, info == SKIP));
        }
        if info & UNKNOWN_FLAG != 0 {
            return Err(Fault("unknown struct"));
        }
        let left = self.optional_id(info & HAS_ORIGIN != 0, author, at)?;
        let right = self.optional_id(info & HAS_RIGHT_ORIGIN != 0, author, at)?;
        if left.is_some() && left == right {
            return Err(Fault("one neighbour on both sides"));
        }
        let parent = match (left, right) {
            (Some(left), Some(right)) => Parent::OfBoth(left, right),
            (Some(left), None) => Parent::OfLeft(left),
            (None, Some(right)) => Parent::OfRight(right),
            (None, None) => self.parent(info & HAS_KEY != 0, author, at)?,
        };
        let begin = self.reader.position();
        let (len, content) = self.content(info & 0x0f)?;
        let before = at.checked_sub(1).map(|clock| Id {
            client: author.number,
            clock,
        });
        let follows = before.is_some() && left == before;
        self.join(follows, content, len, self.reader.position() - begin)?;
        let node = Node {
            len,
            body_end: self.here()?,
            content,
            parent,
        };
        self.nodes.push(at, node);
        Ok((len, false))
    }

    /// Counts what joining a struct with the one before it will cost, if it follows it.
    fn join(
        &mut self,
        follows: bool,
        content: Content,
        len: u32,
        bytes: usize,
    ) -> Result<(), Fault> {
        /// A value takes more in memory than on the wire.
        const VALUE_BYTES: usize = 32;
        let bytes = match content {
            Content::Text => bytes,
            Content::Values => len as usize * VALUE_BYTES,
            _ => {
                self.chain = 0;
                return Ok(());
            }
        };
        if follows {
            self.joined = self.joined.saturating_add(self.chain);
            self.chain += bytes;
        } else {
            self.chain = bytes;
        }
        if self.joined > self.bounds.joined_bytes {
            return Err(Fault("too many pieces"));
        }
        Ok(())
    }

    /// Reads where a struct, which has no neighbours, hangs.
    fn parent(&mut self, keyed: bool, author: Author, at: u32) -> Result<Parent, Fault> {
        match self.reader.var_u64()? {
            1 => {
                let name = self.text_part()?;
                if keyed {
                    return Ok(Parent::RootKey(name, self.text_part()?));
                }
                Ok(Parent::Root(name))
            }
            0 => {
                let id = self.id(author, at)?;
                if keyed {
                    return Ok(Parent::ItemKey(id, self.text_part()?));
                }
                Ok(Parent::Item(id))
            }
            _ => Err(Fault("unknown parent")),
        }
    }

    /// Reads a content: its length in clocks, and what it is.
    fn content(&mut self, kind: u8) -> Result<(u32, Content), Fault> {
        match kind {
            // deleted
            1 => return Ok((self.length()?, Content::Open)),
            // binary
            3 => {
                if self.reader.buffer()?.len() > self.bounds.text_bytes {
                    return Err(Fault("value too large"));
                }
            }
            // text, measured in UTF-16 units
            4 => {
                let text = text(&mut self.reader, self.bounds)?;
                return Ok((Self::checked_length(utf16_units(text))?, Content::Text));
            }
            // embed
            5 => self.json()?,
            // format
            6 => {
                text(&mut self.reader, self.bounds)?;
                self.json()?;
            }
            // shared type: array, map, text, XML element (with its name), fragment, text.
            // Hooks are refused: Yjs writes a name after them that yrs does not read.
            7 => {
                let left = self.types.checked_sub(1);
                self.types = left.ok_or(Fault("too many shared types"))?;
                match self.reader.byte()? {
                    0 => return Ok((1, Content::Array)),
                    1 | 2 | 4 | 6 => {}
                    3 => drop(text(&mut self.reader, self.bounds)?),
                    _ => return Err(Fault("unknown shared type")),
                }
                return Ok((1, Content::Open));
            }
            // values
            8 => {
                let count = self.count(1)?;
                for _ in 0..count {
                    skip_any(&mut self.reader, self.bounds, &mut self.values)?;
                }
                return Ok((Self::checked_length(count as u64)?, Content::Values));
            }
            // subdocument: its id and its options
            9 => {
                text(&mut self.reader, self.bounds)?;
                skip_any(&mut self.reader, self.bounds, &mut self.values)?;
            }
            // 2 is JSON texts, which Yjs has not written for years; yrs reads one too many.
            _ => return Err(Fault("unknown content")),
        }
        Ok((1, Content::Plain))
    }

    fn json(&mut self) -> Result<(), Fault> {
        let values = check_json::<Readable>(text(&mut self.reader, self.bounds)?)?;
        let left = self.values.checked_sub(values);
        self.values = left.ok_or(Fault("too many values"))?;
        Ok(())
    }

    /// Reads the deletions, `most` ranges of them.
    fn deletes(&mut self, most: usize) -> Result<Vec<DeletedRange>, Fault> {
        let clients = self.count(2)?;
        if clients > self.bounds.clients.saturating_mul(10) {
            return Err(Fault("too many clients"));
        }
        let mut deletes = Vec::new();
        let mut named = Vec::with_capacity(clients);
        for _ in 0..clients {
            let client = self.reader.var_u64()?;
            named.push(client);
            let ranges = self.count(2)?;
            if deletes.len() + ranges > most {
                return Err(Fault("too many deletions"));
            }
            deletes.reserve(ranges);
            for _ in 0..ranges {
                let start = clock(&mut self.reader)?;
                let len = self.length()?;
                let end = start
                    .checked_add(len)
                    .filter(|end| *end <= CLOCK_END)
                    .ok_or(Fault("clock too high"))?;
                deletes.push(DeletedRange { client, start, end });
            }
        }
        if !all_differ(&mut named) {
            return Err(Fault("client named twice"));
        }
        Ok(deletes)
    }

    /// Reads a count of things that take at least `least` bytes each.
    fn count(&mut self, least: usize) -> Result<usize, Fault> {
        let count = self.reader.var_u64()?;
        if count > (self.reader.remaining() / least) as u64 {
            return Err(Fault("count beyond the end"));
        }
        usize::try_from(count).map_err(|_| Fault("count beyond the end"))
    }

    /// How far the walk has come.
    fn here(&self) -> Result<u32, Fault> {
        u32::try_from(self.reader.position()).map_err(|_| Fault("update too large"))
    }

    /// Reads a text: where it is.
    fn text_part(&mut self) -> Result<Part, Fault> {
        let len = text(&mut self.reader, self.bounds)?.len();
        let end = self.reader.position();
        Part::new(end - len..end)
    }

    fn length(&mut self) -> Result<u32, Fault> {
        Self::checked_length(self.reader.var_u64()?)
    }

    fn checked_length(len: u64) -> Result<u32, Fault> {
        match u32::try_from(len) {
            Ok(0) => Err(Fault("empty struct")),
            Ok(len) if len < CLOCK_END => Ok(len),
            _ => Err(Fault("clock too high")),
        }
    }

    fn optional_id(&mut self, present: bool, author: Author, at: u32) -> Result<Option<Id>, Fault> {
        present.then(|| self.id(author, at)).transpose()
    }

    /// Reads a reference made by the struct of `author` at this clock, which can only be
    /// to an older struct.
    fn id(&mut self, author: Author, at: u32) -> Result<Id, Fault> {
        let client = self.reader.var_u64()?;
        let clock = clock(&mut self.reader)?;
        if clock >= CLOCK_END || (client == author.client && clock >= at) {
            return Err(Fault("reference to a later struct"));
        }
        let clients = &mut self.nodes.clients;
        let number = if client == author.client {
            author.number
        } else {
            clients.number(client)
        };
        if number as usize > self.bounds.referred {
            return Err(Fault("too many clients"));
        }
        let need = &mut clients.get_mut(number).need;
        *need = (*need).max(clock + 1);
        Ok(Id {
            client: number,
            clock,
        })
    }
}

/// Whose structs are being read.
#[derive(Clone, Copy)]
struct Author {
    client: u64,
    number: u32,
}

/// The length of a text as yrs and Yjs count it.
fn utf16_units(text: &str) -> u64 {
    // Each letter is a unit, and one more when it takes four bytes. Counted so that the
    // compiler can look at many bytes at once.
    let bytes = text.as_bytes();
    let letters = bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
    let long = bytes.iter().filter(|byte| **byte >= 0xf0).count();
    (letters + long) as u64
}
