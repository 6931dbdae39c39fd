//! How much one update may hold.

use crate::limits::{KIB, MIB};

/// How much one update may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Structs, and as many ranges of deleted ones.
    pub structs: Share,
    /// Values: each one in a list or under a key, those inside others, and what JSON texts
    /// hold.
    pub values: Share,
    /// Shared types.
    pub types: Share,
    /// Clients that wrote them; it may delete structs of ten times as many.
    pub clients: usize,
    /// Clients whose structs it names as neighbours or parents, with the authors.
    pub referred: usize,
    /// Places at which structs are left out.
    pub gaps: usize,
    /// Bytes of one text, name or value.
    pub text_bytes: usize,
    /// Bytes that yrs copies while it joins texts and values that follow each other, which
    /// is quadratic in how many there are. Whoever encodes a state has joined them already.
    pub joined_bytes: usize,
}

/// A number that grows with an update's bytes, so that a large one may hold what a large
/// document holds, and a small one cannot cost more than its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// So many in any case.
    pub least: usize,
    /// One for each so many bytes, if that is more.
    pub bytes_each: usize,
    /// Never more.
    pub most: usize,
}

impl Share {
    const ANY: Self = Self::fixed(usize::MAX);

    /// The same number for all updates.
    pub const fn fixed(number: usize) -> Self {
        Self {
            least: number,
            bytes_each: usize::MAX,
            most: number,
        }
    }

    /// How many an update of so many bytes may hold.
    pub fn of(self, bytes: usize) -> usize {
        self.least.max(bytes / self.bytes_each).min(self.most)
    }
}

impl Bounds {
    /// One change.
    pub const UPDATE: Self = Self {
        structs: Share::fixed(50_000),
        values: Share::fixed(50_000),
        types: Share::fixed(25_000),
        clients: 1_000,
        referred: 10_000,
        gaps: 10_000,
        text_bytes: 256 * KIB,
        joined_bytes: 8 * MIB,
    };
    /// Everything a client gathered while it was away. The densest that people make are a
    /// text written and deleted at random places, with a struct for each 16 bytes, and a
    /// map of cards of a letter each, with a shared type for each 43 bytes and a value for
    /// each 43 (`cargo run --release -p waymark-fuzz --example honest`).
    pub const FIRST_SYNC: Self = Self {
        structs: Share {
            least: 50_000,
            bytes_each: 10,
            most: 500_000,
        },
        values: Share {
            least: 50_000,
            bytes_each: 16,
            most: usize::MAX,
        },
        types: Share {
            least: 25_000,
            bytes_each: 24,
            most: usize::MAX,
        },
        clients: 10_000,
        referred: 20_000,
        ..Self::UPDATE
    };
    /// What our own store or server hands out: as large as the bytes are. Texts may be
    /// larger than a session may send, because yrs joins neighbours.
    pub const TRUSTED_SIZE: Self = Self {
        structs: Share::ANY,
        values: Share::ANY,
        types: Share::ANY,
        clients: usize::MAX,
        referred: usize::MAX,
        gaps: usize::MAX,
        text_bytes: usize::MAX,
        joined_bytes: usize::MAX,
    };
}
