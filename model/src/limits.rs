//! How large a journey map may become: the same numbers for edits and for files, so
//! that whatever can be written can be opened and exported again.

/// The most characters a text has.
pub const TEXT_CHARS: usize = 10_000;
/// The most UTF-16 units of a rich text that are read; what people type ends at
/// [`TEXT_CHARS`], but two of them may do so at the same time.
pub const RICH_UNITS: usize = 4 * TEXT_CHARS;
/// The most characters of somebody's name, where it is noted that they wrote something.
pub const NAME_CHARS: usize = 80;
/// The latest time that is believed, in milliseconds since the Unix epoch: browsers know no
/// later one.
pub const TIME_MS: u64 = 8_640_000_000_000_000;
/// The most characters of Markdown that stand for a rich text in a file.
pub const MARKDOWN_CHARS: usize = 10 * TEXT_CHARS;
/// The most bytes of an address that words lead to.
pub const LINK_BYTES: usize = 2_000;
/// The most personas a map has.
pub const PERSONAS: usize = 200;
/// The most stages a map has.
pub const STAGES: usize = 200;
/// The most steps a map has.
pub const STEPS: usize = 1_000;
/// The most lanes a map has.
pub const LANES: usize = 200;
/// The most cards a map has, quotes included.
pub const CARDS: usize = 50_000;
/// The most pain points, the most opportunities, the most metrics, the most connections and
/// the most groups a map has.
pub const ITEMS: usize = 5_000;
/// The most bytes a map file has.
pub const FILE_BYTES: usize = 8 * 1024 * 1024;
/// The most nested lists and mappings a map file has.
pub const DEPTH: usize = 32;
/// The largest whole number a file holds: beyond it, browsers round.
pub const WHOLE_NUMBER: i64 = (1 << 53) - 1;
