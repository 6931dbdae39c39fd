//! The bytes on disk.
//!
//! Every value is one *chunk* of at most [`MAX_VALUE_BYTES`]: larger ones leak disk
//! without bound in sled. A chunk says how many there are and carries a checksum over
//! its key and its content, so that a flipped bit, a lost chunk and a chunk in the
//! wrong place are all seen.
//!
//! | tree | key | chunks hold |
//! |---|---|---|
//! | documents | name | [`Head`] |
//! | log | name, 0, position (8, big-endian), 0 (4) | [`LoggedRecord`], its first chunk |
//! | parts | name, 0, position (8), chunk (4) | the further chunks of records |
//! | snapshots | name, 0, upto (8), chunk (4) | the state |
//! | small | key | revision (8), value |

use bytes::Bytes;
use waymark_sync::{BatchId, DocumentId, Incarnation, Position, Record, Snapshot, Timestamp};

/// The largest value either engine is given.
pub const MAX_VALUE_BYTES: usize = 4096;

const VERSION: u8 = 1;
/// Version, number of chunks, checksum.
const HEADER_BYTES: usize = 1 + 4 + 4;
/// What one chunk can hold.
pub(super) const CHUNK_BYTES: usize = MAX_VALUE_BYTES - HEADER_BYTES;

/// What is wrong with stored bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Damage(pub(super) &'static str);

/// What follows the name in the key of a chunk: zero, position, chunk.
pub(super) const PLACE_BYTES: usize = 1 + 8 + 4;

/// The key of one chunk of a record or snapshot.
pub(super) fn chunk_key(id: &DocumentId, position: Position, chunk: u32) -> Vec<u8> {
    let name = id.as_str().as_bytes();
    let mut key = Vec::with_capacity(name.len() + 13);
    key.extend_from_slice(name);
    // No name contains a zero byte, so no document's keys start like another's.
    key.push(0);
    key.extend_from_slice(&position.0.to_be_bytes());
    key.extend_from_slice(&chunk.to_be_bytes());
    key
}

/// The position in a key of this document; `None` for a key of another document.
pub(super) fn position_of(id: &DocumentId, key: &[u8]) -> Option<Position> {
    let rest = key
        .strip_prefix(id.as_str().as_bytes())?
        .strip_prefix(&[0])?;
    let position = rest.first_chunk::<8>()?;
    Some(Position(u64::from_be_bytes(*position)))
}

/// Makes one chunk.
pub(super) fn seal(key: &[u8], chunks: u32, content: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(HEADER_BYTES + content.len());
    value.push(VERSION);
    value.extend_from_slice(&chunks.to_be_bytes());
    value.extend_from_slice(&checksum(key, chunks, content).to_be_bytes());
    value.extend_from_slice(content);
    value
}

/// Checks one chunk; how many there are, and its content.
pub(super) fn unseal<'a>(key: &[u8], value: &'a [u8]) -> Result<(u32, &'a [u8]), Damage> {
    let mut rest = Reader(value);
    if rest.u8()? != VERSION {
        return Err(Damage("unknown version"));
    }
    let chunks = rest.u32()?;
    let expected = rest.u32()?;
    if chunks == 0 || checksum(key, chunks, rest.0) != expected {
        return Err(Damage("checksum does not match"));
    }
    Ok((chunks, rest.0))
}

fn checksum(key: &[u8], chunks: u32, content: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key);
    hasher.update(&[VERSION]);
    hasher.update(&chunks.to_be_bytes());
    hasher.update(content);
    hasher.finalize()
}

/// Splits content into chunks under `position`.
pub(super) fn split(
    id: &DocumentId,
    position: Position,
    content: &[u8],
) -> Vec<(Vec<u8>, Vec<u8>)> {
    let chunks = content.len().div_ceil(CHUNK_BYTES).max(1);
    let chunks = u32::try_from(chunks).expect("content is far below 4 billion chunks");
    (0..chunks)
        .map(|chunk| {
            let start = chunk as usize * CHUNK_BYTES;
            let end = content.len().min(start + CHUNK_BYTES);
            let key = chunk_key(id, position, chunk);
            let value = seal(&key, chunks, &content[start..end]);
            (key, value)
        })
        .collect()
}

/// What is stored of a document besides its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) incarnation: Incarnation,
    /// The snapshot that counts; others are leftovers of a crash. 0: none.
    pub(super) snapshot: Position,
    /// When the newest record below the snapshot was taken, and its batch.
    pub(super) snapshot_at: Timestamp,
    pub(super) snapshot_batch: BatchId,
}

impl Head {
    pub(super) fn new(incarnation: Incarnation) -> Self {
        Self {
            incarnation,
            snapshot: Position(0),
            snapshot_at: Timestamp(0),
            snapshot_batch: BatchId(0),
        }
    }

    pub(super) fn encode(&self, id: &DocumentId) -> Vec<u8> {
        let mut content = Vec::with_capacity(48);
        content.extend_from_slice(&self.incarnation.0.to_be_bytes());
        content.extend_from_slice(&self.snapshot.0.to_be_bytes());
        content.extend_from_slice(&self.snapshot_at.0.to_be_bytes());
        content.extend_from_slice(&self.snapshot_batch.0.to_be_bytes());
        seal(id.as_str().as_bytes(), 1, &content)
    }

    pub(super) fn decode(id: &DocumentId, value: &[u8]) -> Result<Self, Damage> {
        let (_, content) = unseal(id.as_str().as_bytes(), value)?;
        let mut rest = Reader(content);
        Ok(Self {
            incarnation: Incarnation(rest.u128()?),
            snapshot: Position(rest.u64()?),
            snapshot_at: Timestamp(rest.u64()?),
            snapshot_batch: BatchId(rest.u128()?),
        })
    }
}

/// A record as it is logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LoggedRecord {
    pub(super) batch: BatchId,
    pub(super) record: Record,
}

/// The part of a record that its first chunk always holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RecordStart {
    pub(super) batch: BatchId,
    pub(super) at: Timestamp,
}

impl LoggedRecord {
    pub(super) fn encode(batch: BatchId, record: &Record) -> Vec<u8> {
        let author = record.author.as_bytes();
        let mut content = Vec::with_capacity(28 + author.len() + record.update.len());
        content.extend_from_slice(&batch.0.to_be_bytes());
        content.extend_from_slice(&record.at.0.to_be_bytes());
        let length = u32::try_from(author.len()).expect("author lists are short");
        content.extend_from_slice(&length.to_be_bytes());
        content.extend_from_slice(author);
        content.extend_from_slice(&record.update);
        content
    }

    pub(super) fn decode(content: &[u8]) -> Result<Self, Damage> {
        let mut rest = Reader(content);
        let batch = BatchId(rest.u128()?);
        let at = Timestamp(rest.u64()?);
        let length = rest.u32()? as usize;
        let author = std::str::from_utf8(rest.take(length)?)
            .map_err(|_| Damage("author is not text"))?
            .to_owned();
        let update = Bytes::copy_from_slice(rest.0);
        Ok(Self {
            batch,
            record: Record { update, author, at },
        })
    }
}

impl RecordStart {
    pub(super) fn decode(content: &[u8]) -> Result<Self, Damage> {
        let mut rest = Reader(content);
        Ok(Self {
            batch: BatchId(rest.u128()?),
            at: Timestamp(rest.u64()?),
        })
    }
}

/// What ends a snapshot that says whose its client ids are; former ones end without.
const AUTHORS: &[u8; 8] = b"\0authors";

/// A snapshot's content: the state, the authors, how many bytes those take, and a mark.
pub(super) fn encode_snapshot(snapshot: &Snapshot) -> Vec<u8> {
    let authors = snapshot.authors.as_bytes();
    let mut content = Vec::with_capacity(snapshot.state.len() + authors.len() + 12);
    content.extend_from_slice(&snapshot.state);
    content.extend_from_slice(authors);
    let length = u32::try_from(authors.len()).expect("author lists are short");
    content.extend_from_slice(&length.to_be_bytes());
    content.extend_from_slice(AUTHORS);
    content
}

/// The snapshot of a content.
pub(super) fn decode_snapshot(content: Vec<u8>) -> Result<Snapshot, Damage> {
    let mut state = Bytes::from(content);
    let mut authors = String::new();
    if let Some(rest) = state.strip_suffix(AUTHORS) {
        let (rest, length) = rest
            .split_last_chunk::<4>()
            .ok_or(Damage("snapshot is too short"))?;
        let end = rest
            .len()
            .checked_sub(u32::from_be_bytes(*length) as usize)
            .ok_or(Damage("snapshot is too short"))?;
        std::str::from_utf8(&rest[end..])
            .map_err(|_| Damage("authors are not text"))?
            .clone_into(&mut authors);
        state.truncate(end);
    }
    Ok(Snapshot { state, authors })
}

/// A small record's content.
pub(super) fn encode_small(key: &str, revision: u64, value: &[u8]) -> Vec<u8> {
    let mut content = revision.to_be_bytes().to_vec();
    content.extend_from_slice(value);
    seal(key.as_bytes(), 1, &content)
}

/// The revision and value of a small record.
pub(super) fn decode_small(key: &str, value: &[u8]) -> Result<(u64, Bytes), Damage> {
    let (_, content) = unseal(key.as_bytes(), value)?;
    let mut rest = Reader(content);
    Ok((rest.u64()?, Bytes::copy_from_slice(rest.0)))
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Damage> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Damage("too short"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Damage> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(Damage("too short"))?;
        self.0 = rest;
        Ok(*taken)
    }

    fn u8(&mut self) -> Result<u8, Damage> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn u32(&mut self) -> Result<u32, Damage> {
        self.array().map(u32::from_be_bytes)
    }

    fn u64(&mut self) -> Result<u64, Damage> {
        self.array().map(u64::from_be_bytes)
    }

    fn u128(&mut self) -> Result<u128, Damage> {
        self.array().map(u128::from_be_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> DocumentId {
        DocumentId::parse("map/a").unwrap()
    }

    #[test]
    fn no_chunk_is_larger_than_the_engine_takes_well() {
        for (_, value) in split(&id(), Position(1), &vec![7; 3 * MAX_VALUE_BYTES]) {
            assert!(value.len() <= MAX_VALUE_BYTES);
        }
    }

    #[test]
    fn every_flipped_bit_of_a_chunk_is_seen() {
        let key = chunk_key(&id(), Position(3), 0);
        let value = seal(&key, 1, b"content");
        for bit in 0..value.len() * 8 {
            let mut damaged = value.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(unseal(&key, &damaged).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_snapshot_of_a_former_version_has_no_authors() {
        let snapshot = Snapshot {
            state: Bytes::from_static(b"state"),
            authors: "ana\t5\nben".to_owned(),
        };
        let content = encode_snapshot(&snapshot);
        assert_eq!(decode_snapshot(content).unwrap(), snapshot);
        let former = decode_snapshot(b"state".to_vec()).unwrap();
        assert_eq!(former.state, snapshot.state);
        assert_eq!(former.authors, "");
    }

    #[test]
    fn a_chunk_in_another_place_is_seen() {
        let value = seal(&chunk_key(&id(), Position(3), 0), 1, b"content");
        assert!(unseal(&chunk_key(&id(), Position(4), 0), &value).is_err());
    }

    #[test]
    fn keys_sort_by_document_then_position() {
        let other = DocumentId::parse("map/a-b").unwrap();
        let mut keys = [
            chunk_key(&other, Position(1), 0),
            chunk_key(&id(), Position(256), 0),
            chunk_key(&id(), Position(2), 1),
            chunk_key(&id(), Position(2), 0),
        ];
        keys.sort();
        let positions: Vec<_> = keys.iter().map(|key| position_of(&id(), key)).collect();
        assert_eq!(
            positions,
            [
                Some(Position(2)),
                Some(Position(2)),
                Some(Position(256)),
                None
            ]
        );
    }
}
