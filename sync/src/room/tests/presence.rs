//! P: who is here.

use std::collections::BTreeMap;

use crate::guard::{PresenceEntry, check_awareness, write_awareness};
use crate::testing::{Table, grant};
use crate::{Dialect, Frame, Grant, Limits, Millis, Profile, Role, RoomInput, SessionId};

fn says(client: u64, clock: u32, state: Option<&str>) -> Frame {
    let entry = PresenceEntry {
        client,
        clock,
        state,
    };
    Frame::Awareness(write_awareness([entry].into_iter()))
}

/// What a session was told last of each client id, and in how many messages.
fn told(table: &mut Table, session: SessionId) -> (BTreeMap<u64, Option<String>>, usize) {
    let (mut seen, mut messages) = (BTreeMap::new(), 0);
    for frame in table.frames(session) {
        if let Frame::Awareness(bytes) = frame {
            messages += 1;
            for entry in check_awareness(&bytes).expect("presence") {
                seen.insert(entry.client, entry.state.map(str::to_owned));
            }
        }
    }
    (seen, messages)
}

fn two() -> (Table, SessionId, SessionId) {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::YWebsocket, "ana");
    let ben = table.join_live(Dialect::Hocuspocus, "ben");
    (table, ana, ben)
}

#[test]
fn p1_everybody_else_is_told_who_is_here_and_newcomers_too() {
    let (mut table, ana, ben) = two();
    table.frame(ana, says(1, 1, Some("{\"name\":\"Ana\"}")));
    assert_eq!(
        told(&mut table, ben).0[&1].as_deref(),
        Some("{\"name\":\"Ana\"}")
    );
    assert_eq!(told(&mut table, ana).1, 0, "not back to her");
    let eva = table.join(Dialect::YWebsocket, grant("eva", Role::Viewer));
    table.settle();
    assert!(told(&mut table, eva).0.contains_key(&1));
    table.frame(ben, Frame::QueryAwareness);
    table.settle();
    assert!(told(&mut table, ben).0.contains_key(&1));
}

#[test]
fn p2_nobody_can_change_or_end_somebody_elses_presence() {
    let (mut table, ana, ben) = two();
    table.frame(ana, says(1, 5, Some("{\"name\":\"Ana\"}")));
    table.settle();
    table.frames(ben);
    let eva = table.join_live(Dialect::YWebsocket, "eva");
    table.frame(eva, says(1, 9, Some("{\"name\":\"Eve\"}")));
    table.frame(eva, says(1, 10, None));
    table.settle();
    assert_eq!(told(&mut table, ben).1, 0);
    assert!(
        !table.closed.contains_key(&eva),
        "providers repeat what they hear"
    );
}

#[test]
fn p3_who_leaves_is_gone_and_stays_gone_when_others_repeat_them() {
    let (mut table, ana, ben) = two();
    table.frame(ana, says(1, 5, Some("{}")));
    table.frame(ben, says(2, 1, Some("{}")));
    table.settle();
    table.input(RoomInput::Leave { session: ana });
    table.settle();
    assert_eq!(told(&mut table, ben).0[&1], None);
    table.frame(ben, says(1, 5, Some("{}")));
    let eva = table.join(Dialect::YWebsocket, grant("eva", Role::Viewer));
    table.settle();
    assert_eq!(
        told(&mut table, eva).0.keys().copied().collect::<Vec<_>>(),
        [2]
    );
}

#[test]
fn p4_what_is_not_renewed_for_30_seconds_ends_and_what_is_stays() {
    let (mut table, ana, ben) = two();
    table.frame(ana, says(1, 1, Some("{}")));
    table.frame(ben, says(2, 1, Some("{}")));
    table.settle();
    let (mut seen_by_ben, _) = told(&mut table, ben);
    for clock in 2..6 {
        table.pass(Millis(15_000));
        table.frame(ben, says(2, clock, Some("{}")));
        table.settle();
        let (seen, _) = told(&mut table, ana);
        assert!(seen.contains_key(&2), "a renewal is passed on");
    }
    seen_by_ben.extend(told(&mut table, ben).0);
    assert_eq!(seen_by_ben[&1], None);
}

#[test]
fn p5_many_moves_become_one_message_a_window_with_the_latest_of_each() {
    let (mut table, ana, ben) = two();
    let eva = table.join_live(Dialect::YWebsocket, "eva");
    for step in 1..=100 {
        table.frame(ana, says(1, step, Some(&format!("{{\"x\":{step}}}"))));
        table.frame(eva, says(3, step, Some(&format!("{{\"x\":{step}}}"))));
    }
    table.pass(table.limits.presence_window);
    let (seen, messages) = told(&mut table, ben);
    assert_eq!(messages, 2, "the first at once, the rest together");
    assert_eq!(seen[&1].as_deref(), Some("{\"x\":100}"));
    assert_eq!(seen[&3].as_deref(), Some("{\"x\":100}"));
}

#[test]
fn p6_a_session_shows_a_few_client_ids_and_no_more() {
    let (mut table, ana, ben) = two();
    for client in 10..20 {
        table.frame(ana, says(client, 1, Some("{}")));
    }
    table.settle();
    assert_eq!(told(&mut table, ben).0.len(), table.limits.presence_ids);
}

#[test]
fn p7_somebody_who_comes_back_is_seen_at_once_though_their_clock_stands_still() {
    let (mut table, ana, ben) = two();
    table.frame(ana, says(1, 5, Some("{}")));
    table.settle();
    table.input(RoomInput::Leave { session: ana });
    table.settle();
    let again = table.join_live(Dialect::YWebsocket, "ana");
    // A Yjs provider repeats its last state with its last clock.
    table.frame(again, says(1, 5, Some("{}")));
    table.settle();
    let clocks: Vec<_> = table
        .frames(ben)
        .iter()
        .filter_map(|frame| match frame {
            Frame::Awareness(bytes) => Some(check_awareness(bytes).expect("presence")[0].clock),
            _ => None,
        })
        .collect();
    assert_eq!(clocks, [5, 5, 6], "Yjs takes only a higher clock for news");
    // And if the old session has not been noticed to be dead, it is the same.
    let third = table.join_live(Dialect::YWebsocket, "ana");
    table.frame(third, says(1, 5, Some("{\"third\":true}")));
    table.settle();
    assert_eq!(
        told(&mut table, ben).0[&1].as_deref(),
        Some("{\"third\":true}")
    );
}

#[test]
fn p3_who_left_long_ago_is_gone_also_for_somebody_who_has_not_read_since() {
    // Nobody is closed for not reading before presence has lapsed twice.
    let limits = Limits {
        no_credit: Millis(600_000),
        keepalive: Millis(600_000),
        ..Limits::for_tests()
    };
    let mut table = Table::new(limits);
    let ana = table.join_live(Dialect::YWebsocket, "ana");
    let ben = table.join_live(Dialect::YWebsocket, "ben");
    table.frame(ana, says(1, 5, Some("{}")));
    table.settle();
    assert!(told(&mut table, ben).0[&1].is_some());
    table.stuck.push(ben);
    table.frame(ana, says(1, 6, Some("{\"x\":1}")));
    table.settle();
    table.input(RoomInput::Leave { session: ana });
    table.pass(Millis(4 * limits.presence_timeout.0));
    table.stuck.clear();
    for _ in 0..limits.credit {
        table.input(RoomInput::Sent { session: ben });
    }
    table.settle();
    assert_eq!(told(&mut table, ben).0[&1], None);
}

/// What others see of somebody who claims something, as JSON.
fn shown(table: &mut Table, grant: Grant, dialect: Dialect, claim: &str) -> serde_json::Value {
    let ben = table.join_live(Dialect::Hocuspocus, "ben");
    let ana = table.join(dialect, grant);
    table.frame(ana, Frame::SyncStep1(vec![0].into()));
    table.settle();
    table.frames(ben);
    let claim = PresenceEntry {
        client: 5,
        clock: 1,
        state: Some(claim),
    };
    table.frame(ana, Frame::Awareness(write_awareness([claim].into_iter())));
    table.settle();
    last_state(table, ben)
}

fn last_state(table: &mut Table, session: SessionId) -> serde_json::Value {
    let frames = table.frames(session);
    let heard = frames.iter().rev().find_map(|frame| match frame {
        Frame::Awareness(bytes) => {
            let entries = check_awareness(bytes).expect("the room speaks the protocol");
            let state = entries.first()?.state?;
            Some(serde_json::from_str(state).expect("JSON"))
        }
        _ => None,
    });
    heard.expect("presence of somebody")
}

#[test]
fn p8_name_colour_and_role_are_the_grants_whatever_is_claimed() {
    let profile = || Profile {
        name: "Ana \"A\" Carter".to_owned(),
        colour: 3,
        css: "#ad5a0c".to_owned(),
    };
    let known = || grant("p_ana", Role::Contributor).shown_as(profile());
    let claims = [
        r#"{"name":"Ben","name":"Bo","colour":0,"role":"owner","person":"p_ben","focus":{"stage":"s"}}"#,
        r#"{"user":{"name":"Ben","color":"red","extra":1}}"#,
        r#"{"user":7}"#,
        "[1,2]",
        r#"{"far":1e999}"#,
        "{}",
    ];
    for dialect in [Dialect::Hocuspocus, Dialect::YWebsocket] {
        for claim in claims {
            let mut table = Table::new(Limits::for_tests());
            let seen = shown(&mut table, known(), dialect, claim);
            assert_eq!(seen["name"], "Ana \"A\" Carter", "{claim}");
            assert_eq!(seen["colour"], 3);
            assert_eq!(seen["role"], "contributor");
            assert_eq!(seen["person"], "p_ana");
            if seen.get("user").is_some() {
                assert_eq!(seen["user"]["name"], "Ana \"A\" Carter");
                assert_eq!(seen["user"]["color"], "#ad5a0c");
            }
            assert!(!seen.to_string().contains("Ben"));
        }
    }
    let mut table = Table::new(Limits::for_tests());
    let seen = shown(&mut table, known(), Dialect::Hocuspocus, claims[0]);
    assert_eq!(seen["focus"]["stage"], "s", "what they do is theirs to say");
    // A grant that names nobody leaves everything as it is.
    let mut table = Table::new(Limits::for_tests());
    let nobody = grant("local", Role::Owner);
    let seen = shown(&mut table, nobody, Dialect::Hocuspocus, r#"{"name":"Bo"}"#);
    assert_eq!(seen, serde_json::json!({ "name": "Bo" }));
}

#[test]
fn p8_a_changed_grant_shows_at_once() {
    let mut table = Table::new(Limits::for_tests());
    let profile = |name: &str| Profile {
        name: name.to_owned(),
        colour: 1,
        css: "#2f6ad4".to_owned(),
    };
    let before = grant("p_ana", Role::Editor).shown_as(profile("Ana"));
    shown(&mut table, before, Dialect::Hocuspocus, "{}");
    let ben = SessionId(1);
    let after = grant("p_ana", Role::Viewer).shown_as(profile("Ana Carter"));
    table.input(RoomInput::GrantChanged {
        session: SessionId(2),
        grant: Some(after),
    });
    table.settle();
    let seen = last_state(&mut table, ben);
    assert_eq!(seen["name"], "Ana Carter");
    assert_eq!(seen["role"], "viewer");
}
