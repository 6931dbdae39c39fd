//! The oracle "no bound was ever passed": what a room holds after each of its turns.

use waymark_sync::room::{EARLY_BYTES, Load};
use waymark_sync::{Frame, Limits, RoomInput};

/// The bound that a room has passed, in words. `largest` is the largest message that it
/// was given: a change is taken as long as less than the bound waits for the store.
pub(crate) fn passed(load: &Load, limits: &Limits, largest: usize) -> Option<String> {
    let over = |what: &str, is: usize, bound: usize| {
        (is > bound).then(|| format!("{what}: {is} of {bound}"))
    };
    let unreleased = load.unreleased_bytes;
    let recent = limits.outbox_bytes + unreleased;
    over(
        "staged bytes",
        load.staged_bytes,
        limits.staged_bytes + largest,
    )
    .or_else(|| over("bytes of no window", unreleased, EARLY_BYTES))
    .or_else(|| over("bytes kept for sessions", load.recent_bytes, recent))
    .or_else(|| {
        load.sessions.iter().find_map(|session| {
            over("bytes owed", session.owed_bytes, recent)
                .or_else(|| {
                    over(
                        "control frames",
                        session.control_frames,
                        limits.control_frames,
                    )
                })
                .or_else(|| over("questions", session.asked, limits.control_frames))
                .or_else(|| {
                    over(
                        "frames in hand",
                        session.in_hand as usize,
                        limits.credit as usize,
                    )
                })
                .or_else(|| over("presence ids", session.presence_ids, limits.presence_ids))
                .map(|what| format!("session {}: {what}", session.session.0))
        })
    })
}

/// How large the message in an input is.
pub(crate) fn size_of(input: &RoomInput) -> usize {
    match input {
        RoomInput::Frame {
            frame: Frame::SyncStep2(bytes) | Frame::Update(bytes),
            ..
        } => bytes.len(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waymark_sync::SessionId;
    use waymark_sync::room::SessionLoad;

    #[test]
    fn each_bound_is_noticed_when_it_is_passed_and_not_before() {
        let limits = Limits::for_tests();
        let session = SessionLoad {
            session: SessionId(3),
            owed_bytes: limits.outbox_bytes + 5,
            control_frames: limits.control_frames,
            asked: limits.control_frames,
            ack_runs: 0,
            in_hand: limits.credit,
            presence_ids: limits.presence_ids,
        };
        let load = Load {
            staged_bytes: limits.staged_bytes + 9,
            recent_bytes: limits.outbox_bytes + 5,
            unreleased_bytes: 5,
            sessions: vec![session],
        };
        assert_eq!(passed(&load, &limits, 9), None);
        let room: [fn(&mut Load); 3] = [
            |load| load.staged_bytes += 1,
            |load| load.recent_bytes += 1,
            |load| load.unreleased_bytes = EARLY_BYTES + 1,
        ];
        let of_session: [fn(&mut SessionLoad); 5] = [
            |session| session.owed_bytes += 1,
            |session| session.control_frames += 1,
            |session| session.asked += 1,
            |session| session.in_hand += 1,
            |session| session.presence_ids += 1,
        ];
        for pass in room {
            let mut load = load.clone();
            pass(&mut load);
            assert!(passed(&load, &limits, 9).is_some(), "{load:?}");
        }
        for pass in of_session {
            let mut load = load.clone();
            pass(&mut load.sessions[0]);
            assert!(passed(&load, &limits, 9).is_some(), "{load:?}");
        }
    }
}
