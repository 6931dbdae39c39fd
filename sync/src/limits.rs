//! Every bound of a room and its sessions, in one place.

use crate::grant::Scope;
use crate::time::Millis;

/// One kibibyte.
pub const KIB: usize = 1024;
/// One mebibyte.
pub const MIB: usize = 1024 * KIB;

/// The bounds a room keeps. All are starting values to be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest update from a session.
    pub update_bytes: usize,
    /// Largest first sync (step 2) from a session.
    pub first_sync_bytes: usize,
    /// Largest awareness message from a session.
    pub awareness_bytes: usize,
    /// Largest stateless or auth message from a session.
    pub text_bytes: usize,
    /// Updates a session may have waiting before it is behind.
    pub outbox_bytes: usize,
    /// Other messages (acknowledgements, notices) a session may have waiting.
    pub control_frames: usize,
    /// Frames that may be with a session's writer.
    pub credit: u32,
    /// How long a session may keep all its credit before it is closed.
    pub no_credit: Millis,
    /// How long a session may take to say what it has, at first and when asked again.
    pub greeting: Millis,
    /// The longest silence towards a session; then it is sent a message without content,
    /// because Yjs providers drop a connection that says nothing for 30 seconds.
    pub keepalive: Millis,
    /// Client ids a session may show presence for.
    pub presence_ids: usize,
    /// How long presence lasts without being renewed.
    pub presence_timeout: Millis,
    /// Updates that may wait for the store.
    pub staged_bytes: usize,
    /// The window in which updates are merged while traffic is heavy, in a small room; it
    /// grows with the room, see [`Limits::window_for`].
    pub update_window: Millis,
    /// The window in which presence is merged.
    pub presence_window: Millis,
    /// Records after the snapshot that make compaction due.
    pub compact_records: u64,
    /// Bytes after the snapshot that make compaction due.
    pub compact_bytes: usize,
    /// How long a room without sessions stays open.
    pub idle: Millis,
    /// How long a stopping room waits for the store.
    pub stop: Millis,
    /// What contributors may write: nothing, unless whoever knows the layout of the
    /// documents says so.
    pub contributions: Scope,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            update_bytes: MIB,
            first_sync_bytes: 16 * MIB,
            awareness_bytes: 4 * KIB,
            text_bytes: 16 * KIB,
            outbox_bytes: 256 * KIB,
            control_frames: 1024,
            credit: 2,
            no_credit: Millis(30_000),
            greeting: Millis(30_000),
            keepalive: Millis(15_000),
            presence_ids: 4,
            presence_timeout: Millis(30_000),
            staged_bytes: 4 * MIB,
            update_window: Millis(2),
            presence_window: Millis(50),
            compact_records: 500,
            compact_bytes: MIB,
            idle: Millis(30_000),
            stop: Millis(10_000),
            contributions: Scope::NOTHING,
        }
    }
}

/// So many sessions make the window of updates a millisecond longer.
const SESSIONS_A_MILLI: u64 = 56;

impl Limits {
    /// The window in which updates are merged for so many sessions: what one write costs
    /// times the sessions is what a window costs, so that many people share longer ones.
    pub fn window_for(&self, sessions: usize) -> Millis {
        Millis(self.update_window.0 + sessions as u64 / SESSIONS_A_MILLI)
    }

    /// Tiny bounds, so that every test passes through back-pressure.
    pub fn for_tests() -> Self {
        Self {
            update_bytes: 4 * KIB,
            first_sync_bytes: 64 * KIB,
            awareness_bytes: KIB,
            text_bytes: KIB,
            outbox_bytes: 256,
            control_frames: 64,
            credit: 1,
            staged_bytes: 2 * KIB,
            compact_records: 8,
            compact_bytes: 8 * KIB,
            ..Self::default()
        }
    }

    /// What a replica takes from its server: whole documents and everybody's presence.
    pub fn for_replica() -> Self {
        Self {
            update_bytes: 256 * MIB,
            first_sync_bytes: 256 * MIB,
            awareness_bytes: 16 * MIB,
            text_bytes: MIB,
            ..Self::default()
        }
    }
}
