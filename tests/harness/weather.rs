//! How fast and how roomy things are in one world.

use waymark_sync::limits::KIB;
use waymark_sync::{Limits, Millis};

use crate::rng::Rng;

/// The conditions of a world, drawn once from its seed.
#[derive(Clone, Debug)]
pub struct Weather {
    /// Shortest and longest way of a message, in milliseconds.
    pub latency: (u64, u64),
    /// Bytes that the operating systems hold for one connection towards a person.
    pub socket_bytes: usize,
    /// Shortest and longest time from an append to its flush, in milliseconds.
    pub flush: (u64, u64),
    /// Shortest and longest time in which a room is loaded, in milliseconds.
    pub load: (u64, u64),
    /// Longest time until a room takes its turn, in milliseconds.
    pub turn: u64,
    /// The bounds of the rooms.
    pub limits: Limits,
}

impl Weather {
    /// A calm day: short ways, the product's own limits.
    pub fn calm() -> Self {
        Self {
            latency: (5, 15),
            socket_bytes: 64 * KIB,
            flush: (3, 8),
            load: (5, 5),
            turn: 0,
            limits: Limits::default(),
        }
    }

    /// Any weather. Buffers are often tiny, so that what is rare in production is
    /// common here.
    pub(crate) fn any(rng: &mut Rng) -> Self {
        let slowest = [3, 20, 80, 400][rng.below(4) as usize];
        let mut limits = Limits {
            update_window: Millis(rng.between(0, 30)),
            presence_window: Millis(rng.between(10, 100)),
            presence_timeout: Millis([30_000, 120_000][rng.below(2) as usize]),
            idle: Millis(rng.between(200, 30_000)),
            ..Limits::default()
        };
        if rng.chance(50) {
            limits.outbox_bytes = [256, 2 * KIB, 16 * KIB][rng.below(3) as usize];
            limits.credit = rng.between(1, 3) as u32;
        }
        if rng.chance(30) {
            limits.no_credit = Millis(rng.between(2_000, 10_000));
            limits.stop = Millis(rng.between(100, 5_000));
        }
        if rng.chance(60) {
            limits.compact_records = rng.between(3, 40);
        }
        if rng.chance(20) {
            limits.staged_bytes = 4 * KIB;
        }
        Self {
            latency: (rng.between(0, 3), slowest + 3),
            socket_bytes: [1, 512, 8 * KIB, 64 * KIB][rng.below(4) as usize],
            flush: (1, [2, 20, 150, 1_500][rng.below(4) as usize]),
            load: (0, [1, 50, 500][rng.below(3) as usize]),
            turn: [0, 2, 10][rng.below(3) as usize],
            limits,
        }
    }
}
