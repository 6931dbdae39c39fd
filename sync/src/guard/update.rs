//! Updates (lib0 v1).

use std::collections::{BTreeMap, BTreeSet};

use super::outline::{DeletedRange, Outline, Section};
use super::places::{Content, Node, Parent, Part};
use super::state_vector::clock;
use super::value::{check_json, skip_any, text};
use super::{Bounds, CLOCK_END, Fault};
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
    pub(super) nodes: Vec<Node>,
}

/// The name of a struct: client and clock.
pub(super) type Id = (u64, u32);

/// Walks an update from its first to its last byte.
///
/// # Errors
/// [`Fault`] when yrs must not see it.
pub fn check_update(bytes: &[u8], bounds: &Bounds) -> Result<Walk, Fault> {
    let mut walker = Walker {
        reader: Reader::new(bytes),
        bounds,
        structs: 0,
        chain: 0,
        joined: 0,
        needs: BTreeMap::new(),
        nodes: Vec::new(),
    };
    let sections = walker.sections()?;
    let deletes = walker.deletes()?;
    walker.reader.end()?;
    Ok(Walk {
        outline: Outline {
            sections,
            deletes,
            needs: walker.needs,
        },
        nodes: walker.nodes,
    })
}

struct Walker<'a> {
    reader: Reader<'a>,
    bounds: &'a Bounds,
    structs: usize,
    /// Bytes of the texts or values that follow each other up to here.
    chain: usize,
    /// Bytes that joining them copies.
    joined: usize,
    needs: BTreeMap<u64, u32>,
    nodes: Vec<Node>,
}

impl Walker<'_> {
    fn sections(&mut self) -> Result<Vec<Section>, Fault> {
        let clients = self.count(4)?;
        if clients > self.bounds.clients {
            return Err(Fault("too many clients"));
        }
        let mut sections = Vec::new();
        let mut seen = BTreeSet::new();
        for _ in 0..clients {
            let structs = self.count(2)?;
            let client = self.reader.var_u64()?;
            let start = clock(&mut self.reader)?;
            if structs == 0 {
                return Err(Fault("client without structs"));
            }
            if !seen.insert(client) {
                return Err(Fault("client named twice"));
            }
            self.structs += structs;
            if self.structs > self.bounds.structs {
                return Err(Fault("too many structs"));
            }
            // At most so many as there are bytes for, and the bound.
            self.nodes.reserve(structs);
            self.client_structs(client, start, structs, &mut sections)?;
        }
        Ok(sections)
    }

    fn client_structs(
        &mut self,
        client: u64,
        start: u32,
        structs: usize,
        sections: &mut Vec<Section>,
    ) -> Result<(), Fault> {
        let mut section: Option<Section> = None;
        let mut at = start;
        for _ in 0..structs {
            let begin = self.reader.position();
            let (len, skip) = self.one_struct((client, at))?;
            let end = at
                .checked_add(len)
                .filter(|end| *end <= CLOCK_END)
                .ok_or(Fault("clock too high"))?;
            if skip {
                sections.extend(section.take());
            } else {
                let section = section.get_or_insert(Section {
                    client,
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
    fn one_struct(&mut self, id: Id) -> Result<(u32, bool), Fault> {
        let info = self.reader.byte()?;
        if info == GC || info == SKIP {
            let len = self.length()?;
            if info == GC {
                self.nodes.push(Node {
                    id,
                    len,
                    parent: Parent::None,
                    content: Content::Other,
                });
            }
            return Ok((len, info == SKIP));
        }
        if info & UNKNOWN_FLAG != 0 {
            return Err(Fault("unknown struct"));
        }
        let left = self.optional_id(info & HAS_ORIGIN != 0, id)?;
        let right = self.optional_id(info & HAS_RIGHT_ORIGIN != 0, id)?;
        if left.is_some() && left == right {
            return Err(Fault("one neighbour on both sides"));
        }
        let parent = match (left, right) {
            (Some(left), Some(right)) => Parent::OfBoth(left, right),
            (Some(left), None) => Parent::OfLeft(left),
            (None, Some(right)) => Parent::OfRight(right),
            (None, None) => self.parent(info & HAS_KEY != 0, id)?,
        };
        let begin = self.reader.position();
        let (len, content) = self.content(info & 0x0f)?;
        let follows =
            id.1.checked_sub(1)
                .is_some_and(|clock| left == Some((id.0, clock)));
        self.join(follows, content, len, self.reader.position() - begin)?;
        self.nodes.push(Node {
            id,
            len,
            parent,
            content,
        });
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

    /// Reads where the struct `of`, which has no neighbours, hangs.
    fn parent(&mut self, keyed: bool, of: Id) -> Result<Parent, Fault> {
        let mut parent = match self.reader.var_u64()? {
            1 => Parent::Root(self.text_part()?, None),
            0 => Parent::Item(self.id(of)?, None),
            _ => return Err(Fault("unknown parent")),
        };
        if keyed {
            let name = self.text_part()?;
            if let Parent::Root(_, key) | Parent::Item(_, key) = &mut parent {
                *key = Some(name);
            }
        }
        Ok(parent)
    }

    /// Reads a content: its length in clocks, and what it is.
    fn content(&mut self, kind: u8) -> Result<(u32, Content), Fault> {
        match kind {
            // deleted
            1 => return Ok((self.length()?, Content::Other)),
            // binary
            3 => {
                if self.reader.buffer()?.len() > self.bounds.text_bytes {
                    return Err(Fault("value too large"));
                }
            }
            // text, measured in UTF-16 units
            4 => {
                let text = text(&mut self.reader, self.bounds)?;
                let units = if text.is_ascii() {
                    text.len()
                } else {
                    text.encode_utf16().count()
                };
                return Ok((Self::checked_length(units as u64)?, Content::Text));
            }
            // embed
            5 => check_json(text(&mut self.reader, self.bounds)?)?,
            // format
            6 => {
                text(&mut self.reader, self.bounds)?;
                check_json(text(&mut self.reader, self.bounds)?)?;
            }
            // shared type: array, map, text, XML element (with its name), fragment, text.
            // Hooks are refused: Yjs writes a name after them that yrs does not read.
            7 => match self.reader.byte()? {
                0 => return Ok((1, Content::Array)),
                1 | 2 | 4 | 6 => {}
                3 => drop(text(&mut self.reader, self.bounds)?),
                _ => return Err(Fault("unknown shared type")),
            },
            // values
            8 => {
                let count = self.count(1)?;
                for _ in 0..count {
                    skip_any(&mut self.reader, self.bounds)?;
                }
                return Ok((Self::checked_length(count as u64)?, Content::Values));
            }
            // subdocument: its id and its options
            9 => {
                text(&mut self.reader, self.bounds)?;
                skip_any(&mut self.reader, self.bounds)?;
            }
            // 2 is JSON texts, which Yjs has not written for years; yrs reads one too many.
            _ => return Err(Fault("unknown content")),
        }
        Ok((1, Content::Other))
    }

    fn deletes(&mut self) -> Result<Vec<DeletedRange>, Fault> {
        let clients = self.count(2)?;
        if clients > self.bounds.clients.saturating_mul(10) {
            return Err(Fault("too many clients"));
        }
        let mut deletes = Vec::new();
        let mut seen = BTreeSet::new();
        for _ in 0..clients {
            let client = self.reader.var_u64()?;
            if !seen.insert(client) {
                return Err(Fault("client named twice"));
            }
            let ranges = self.count(2)?;
            if deletes.len() + ranges > self.bounds.structs {
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

    fn optional_id(&mut self, present: bool, of: Id) -> Result<Option<Id>, Fault> {
        present.then(|| self.id(of)).transpose()
    }

    /// Reads a reference made by the struct `of`, which can only be to an older struct.
    fn id(&mut self, of: Id) -> Result<Id, Fault> {
        let client = self.reader.var_u64()?;
        let clock = clock(&mut self.reader)?;
        if clock >= CLOCK_END || (client == of.0 && clock >= of.1) {
            return Err(Fault("reference to a later struct"));
        }
        let need = self.needs.entry(client).or_default();
        *need = (*need).max(clock + 1);
        Ok((client, clock))
    }
}
