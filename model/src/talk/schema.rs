//! Every root and key name of a talk document, spelled once.
//!
//! | root | key | plain value |
//! |---|---|---|
//! | `talk` | `schema` | the version of this layout |
//! | `threads` | thread | `{anchor, by, at, resolved?, assignee?, due?}` |
//! | `messages` | message | `{thread, by, at, written?, text, edited?, deleted?}` |
//! | `reactions` | `MESSAGE/REACTION/PERSON` | when |
//! | `reviews` | review | `{by, at, who, view, until?, questions, done, withdrawn?}` |
//! | `done` | command | when |
//!
//! Only the server writes it, so each thing is one value that is replaced as a whole.

/// The version written into `talk.schema`.
pub const TALK_VERSION: u32 = 1;
/// Root: facts about the document.
pub const TALK: &str = "talk";
/// Talk: the version of this layout.
pub const SCHEMA: &str = "schema";
/// Root: threads by id.
pub const THREADS: &str = "threads";
/// Root: messages by id.
pub const MESSAGES: &str = "messages";
/// Root: reactions by `MESSAGE/REACTION/PERSON`.
pub const REACTIONS: &str = "reactions";
/// Root: requests for a review by id.
pub const REVIEWS: &str = "reviews";
/// Root: the commands that were done last.
pub const DONE: &str = "done";
