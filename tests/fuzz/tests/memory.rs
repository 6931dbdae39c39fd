//! What a hostile mebibyte costs in memory. A program of its own, because its allocator
//! counts for everybody in it; one test, so that nobody else allocates meanwhile.

use std::hint::black_box;

use peak_alloc::PeakAlloc;
use waymark_fuzz::hostile;
use waymark_sync::Scope;
use waymark_sync::guard::{Bounds, Places, check_awareness, check_state_vector, check_update};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The most that looking at one message may take.
const MOST: usize = 8 * 1024 * 1024;

fn peak(work: impl FnOnce()) -> usize {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    work();
    MEMORY.peak_usage().saturating_sub(before)
}

#[test]
fn g2_looking_at_a_hostile_mebibyte_takes_at_most_eight() {
    let mut over = Vec::new();
    let mut see = |name: &str, taken: usize| {
        if taken > MOST {
            over.push(format!("{name}: {taken} bytes"));
        }
    };
    let taken = |bytes: &[u8], bounds: &Bounds| {
        peak(|| {
            if let Ok(walk) = check_update(bytes, bounds) {
                drop(black_box(
                    Places::new(1, Scope::NOTHING).check(bytes, &walk),
                ));
            }
        })
    };
    for (name, bytes) in hostile::updates() {
        see(name, taken(&bytes, &Bounds::UPDATE));
    }
    for (name, bytes) in hostile::first_syncs() {
        check_update(&bytes, &Bounds::FIRST_SYNC).expect("as dense as it may be");
        see(name, taken(&bytes, &Bounds::FIRST_SYNC));
    }
    for (name, bytes) in hostile::state_vectors() {
        see(name, peak(|| drop(black_box(check_state_vector(&bytes)))));
    }
    for (name, bytes) in hostile::presence() {
        see(name, peak(|| drop(black_box(check_awareness(&bytes)))));
    }
    assert!(over.is_empty(), "{over:#?}");
}
