mod amounts;
mod contributions;
mod edits;
mod nesting;
mod properties;

use std::collections::BTreeMap;

use yrs::types::Attrs;
use yrs::updates::decoder::Decode;
use yrs::{Any, Doc, GetString, ReadTxn, StateVector, Text, Transact, Update, WriteTxn};

use super::*;
use crate::grant::Scope;
use crate::testing;

/// Updates written by Yjs 13 (texts, maps, arrays, XML, a subdocument, undo, merges).
const YJS: &str = include_str!("yjs-updates.txt");

fn yjs() -> BTreeMap<&'static str, Vec<u8>> {
    let hex = |text: &str| {
        (0..text.len() / 2)
            .map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).expect("hex"))
            .collect()
    };
    let lines = YJS.lines().filter_map(|line| line.split_once(' '));
    lines.map(|(name, text)| (name, hex(text))).collect()
}

fn check(bytes: &[u8]) -> Result<Walk, Fault> {
    check_update(bytes, &Bounds::UPDATE)
}

fn apply(doc: &Doc, bytes: &[u8]) -> bool {
    let Ok(update) = Update::decode_v1(bytes) else {
        return false;
    };
    let mut txn = doc.transact_mut();
    let applied = txn.apply_update(update).is_ok();
    let whole = !txn.has_missing_updates();
    txn.prune_pending();
    applied && whole
}

#[test]
fn g1_every_update_that_yjs_writes_passes() {
    let updates = yjs();
    assert!(updates.len() > 40);
    for (name, bytes) in updates.iter().filter(|(name, _)| **name != "sv") {
        let walk = check(bytes).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        let update = Update::decode_v1(bytes).expect("yrs reads it too");
        let structs: u32 = walk.outline.sections.iter().map(|s| s.end - s.start).sum();
        let inserted = update.insertions(true);
        let counted: u32 = inserted
            .iter()
            .flat_map(|(_, ranges)| ranges)
            .map(|range| range.end - range.start)
            .sum();
        assert_eq!(structs, counted, "{name}");
    }
}

#[test]
fn g1_rich_texts_in_roots_named_by_what_they_belong_to_pass() {
    let (ana, ben) = (testing::doc(5), testing::doc(6));
    let bold: Attrs = [("bold".into(), Any::Bool(true))].into_iter().collect();
    let item: Attrs = [("list".into(), "bullet".into())].into_iter().collect();
    let mut sent = Vec::new();
    for root in ["details/cards/a06-actions-1", "details/stages/compare"] {
        for (doc, words) in [(&ana, "Asked twice"), (&ben, "politely")] {
            let mut txn = doc.transact_mut();
            let text = txn.get_or_insert_text(root);
            text.insert_with_attributes(&mut txn, 0, words, bold.clone());
            let end = text.len(&txn);
            text.insert_with_attributes(&mut txn, end, "\n", item.clone());
            text.format(
                &mut txn,
                2,
                4,
                [("bold".into(), Any::Null)].into_iter().collect(),
            );
            text.remove_range(&mut txn, 1, 3);
            sent.push(txn.encode_update_v1());
        }
    }
    for update in &sent {
        check(update).unwrap_or_else(|fault| panic!("{fault}"));
        assert!(apply(&ana, update) && apply(&ben, update));
    }
    let whole = |doc: &Doc| doc.transact().encode_diff_v1(&StateVector::default());
    check(&whole(&ana)).unwrap_or_else(|fault| panic!("{fault}"));
    let root = ana.get_or_insert_text("details/stages/compare");
    let (here, there) = (ana.transact(), ben.transact());
    assert_eq!(root.get_string(&here), root.get_string(&there));
    assert!(
        root.get_string(&here)
            .contains("politely".get(4..).unwrap_or_default())
    );
}

#[test]
fn g1_state_vectors_and_presence_of_yjs_pass() {
    let known = check_state_vector(&yjs()["sv"]).expect("a state vector");
    assert_eq!(known.get(&yrs::block::ClientID::new(30)), 6);
    let presence = [
        1, 0x2a, 3, 10, b'{', b'"', b'a', b'"', b':', b'[', b'1', b']', b' ', b'}',
    ];
    let entries = check_awareness(&presence).expect("presence");
    assert_eq!(entries[0].client, 42);
    assert_eq!(entries[0].state, Some("{\"a\":[1] }"));
    let gone = [1, 0x2a, 4, 4, b'n', b'u', b'l', b'l'];
    assert_eq!(check_awareness(&gone).expect("presence")[0].state, None);
    // A number that yrs could not hold is the page's own business.
    let state = br#"{"n":10000000000000000000}"#;
    let large = [&[1, 7, 1, state.len() as u8][..], state].concat();
    assert!(check_awareness(&large).is_ok());
}

#[test]
fn g2_nothing_that_is_cut_short_or_too_long_passes() {
    for (name, bytes) in yjs() {
        if name == "sv" {
            continue;
        }
        for end in 0..bytes.len() {
            assert!(check(&bytes[..end]).is_err(), "{name} cut at {end}");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert!(check(&longer).is_err(), "{name} with a byte more");
    }
}

#[test]
fn g2_counts_beyond_the_end_are_refused_before_anything_is_allocated() {
    let huge = [0xff, 0xff, 0xff, 0xff, 0x07];
    assert_eq!(check(&huge).unwrap_err(), Fault("count beyond the end"));
    assert!(check_state_vector(&huge).is_err());
    assert!(check_awareness(&huge).is_err());
    // A list of two hundred million values inside a struct.
    let list = [1, 1, 9, 0, 8, 1, 1, b't', 1, 117, 0xff, 0xff, 0xff, 0x5f, 0];
    assert_eq!(check(&list).unwrap_err(), Fault("count beyond the end"));
}

#[test]
fn g2_client_ids_clocks_and_integers_have_their_bounds() {
    // One collected struct of length 1; client 2^53 - 1 is the last.
    let of = |client: &[u8]| [&[1, 1][..], client, &[0, 0, 1, 0]].concat();
    let last = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f];
    assert!(check(&of(&last)).is_ok());
    let after = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10];
    assert!(check(&of(&after)).is_err());
    assert!(
        check(&of(&[0x85, 0x00])).is_err(),
        "not in its shortest form"
    );
    let at_clock = |clock: &[u8]| [&[1, 1, 5][..], clock, &[0, 1, 0]].concat();
    assert!(check(&at_clock(&[0xff, 0xff, 0xff, 0xff, 0x07])).is_ok());
    assert!(check(&at_clock(&[0x80, 0x80, 0x80, 0x80, 0x08])).is_err());
}

#[test]
fn g2_what_yrs_reads_differently_than_yjs_is_refused() {
    // JSON texts (content 2), of which yrs reads one too many, and XML hooks.
    let json = [1, 1, 9, 0, 2, 1, 1, b't', 1, 1, b'1', 0];
    assert_eq!(check(&json).unwrap_err(), Fault("unknown content"));
    let hook = [1, 1, 9, 0, 7, 1, 1, b't', 5, 1, b'h', 0];
    assert_eq!(check(&hook).unwrap_err(), Fault("unknown shared type"));
}

#[test]
fn g2_a_json_number_that_yrs_cannot_hold_is_refused() {
    let embedded = |json: &str| {
        let text = [&[json.len() as u8][..], json.as_bytes()].concat();
        [&[1, 1, 9, 0, 5, 1, 1, b't'][..], &text, &[0]].concat()
    };
    for json in ["1e308", "[1,2.5e-400]", r#"{"a":9223372036854775807}"#] {
        let bytes = embedded(json);
        assert!(check(&bytes).is_ok(), "{json}");
        assert!(Update::decode_v1(&bytes).is_ok(), "{json}");
    }
    for json in [
        "1e309",
        "[44e444447]",
        "9223372036854775808",
        r#"{"a":{"b":-1e400}}"#,
    ] {
        let bytes = embedded(json);
        assert!(Update::decode_v1(&bytes).is_err(), "{json}");
        assert_eq!(check(&bytes).unwrap_err(), Fault("value is not JSON"));
    }
}

#[test]
fn g3_structs_that_refer_to_each_other_in_a_circle_are_refused() {
    // Client 1's item hangs in client 2's, and client 2's in client 1's.
    let bytes = [2, 1, 2, 0, 0x07, 0, 1, 0, 1, 1, 1, 0, 0x07, 0, 2, 0, 1, 0];
    let walk = check(&bytes).expect("well-formed");
    assert!(walk.outline.fits(&StateVector::default()));
    assert!(Places::new(1, Scope::NOTHING).check(&bytes, &walk).is_err());
    // A struct cannot refer to itself or a later one of its author.
    assert!(check(&[1, 1, 9, 0, 0x07, 0, 9, 0, 1, 0]).is_err());
}

#[test]
fn g3_an_array_holds_no_letters() {
    // A map's entry that is an array, and in it a value, a wave, or one behind the value.
    let array = [1, 1, 9, 0, 0x27, 1, 1, b'm', 1, b'k', 0, 0];
    let inside = |rest: &[u8]| [&[1, 1, 9, 1][..], rest, &[0]].concat();
    let value = inside(&[0x08, 0, 9, 0, 1, 126]);
    let wave = inside(&[0x04, 0, 9, 0, 4, 0xf0, 0x9f, 0x8c, 0x8a]);
    let behind = [1, 1, 8, 0, 0x84, 9, 1, 4, 0xf0, 0x9f, 0x8c, 0x8a, 0];
    let together = [&[1, 2][..], &array[2..array.len() - 1], &wave[4..]].concat();

    let mut places = Places::new(1, Scope::NOTHING);
    let refused = |places: &Places, update: &[u8]| {
        let walk = check(update).expect("well-formed");
        places.check(update, &walk).err()
    };
    assert_eq!(refused(&places, &together), Some(Fault("text in an array")));
    for (update, clock) in [(&array[..], 1), (&value[..], 2)] {
        let walk = check(update).expect("well-formed");
        let resolved = places.check(update, &walk).expect("fine");
        let state = [(yrs::block::ClientID::new(9), clock)]
            .into_iter()
            .collect();
        places.extend(resolved, &state);
    }
    assert_eq!(refused(&places, &behind), Some(Fault("text in an array")));
    let wave = [&wave[..3], &[2], &wave[4..]].concat();
    assert_eq!(refused(&places, &wave), Some(Fault("text in an array")));
}

#[test]
fn g2_a_text_comes_in_few_pieces() {
    // Yrs joins the pieces one by one, which costs the square of their number.
    let typed = |count: u32| {
        let mut bytes = vec![1];
        crate::wire::varint::write_var(&mut bytes, u64::from(count));
        bytes.extend([9, 0, 0x04, 1, 1, b't', 1, b'x']);
        for clock in 0..count - 1 {
            bytes.extend([0x84, 9]);
            crate::wire::varint::write_var(&mut bytes, u64::from(clock));
            bytes.extend([1, b'x']);
        }
        bytes.push(0);
        bytes
    };
    assert!(check(&typed(2_000)).is_ok());
    assert_eq!(check(&typed(10_000)).unwrap_err(), Fault("too many pieces"));
    assert!(check_update(&typed(10_000), &Bounds::TRUSTED_SIZE).is_ok());
}

#[test]
fn g3_nothing_stands_on_both_sides_of_an_item() {
    let between = |right: u8| {
        let first = [1, 2, 9, 0, 0x04, 1, 1, b't', 2, b'h', b'i'];
        let second = [0xc4, 9, 0, 9, right, 1, b'x', 0];
        check(&[&first[..], &second].concat())
    };
    assert!(between(1).is_ok());
    assert_eq!(
        between(0).unwrap_err(),
        Fault("one neighbour on both sides")
    );
}

#[test]
fn g3_a_key_holds_one_value_and_no_letters() {
    let refused = |update: &[u8]| {
        let walk = check(update).expect("well-formed");
        Places::new(1, Scope::NOTHING).check(update, &walk).err()
    };
    // Under a key of the root `m`: letters, and letters behind a value.
    let letters = [1, 1, 9, 0, 0x24, 1, 1, b'm', 1, b'k', 2, b'h', b'i', 0];
    assert_eq!(refused(&letters), Some(Fault("text under a key")));
    let behind = [
        1, 2, 9, 0, 0x28, 1, 1, b'm', 1, b'k', 1, 126, 0x84, 9, 0, 2, b'h', b'i', 0,
    ];
    assert_eq!(refused(&behind), Some(Fault("text under a key")));
    // Two values. Yjs joins them when both are overwritten and it keeps deleted things.
    let values = |deletes: &[u8]| {
        let two = [1, 1, 9, 0, 0x28, 1, 1, b'm', 1, b'k', 2, 126, 126];
        [&two[..], deletes].concat()
    };
    let several = Some(Fault("several values under a key"));
    assert_eq!(refused(&values(&[0])), several);
    assert_eq!(refused(&values(&[1, 9, 1, 1, 1])), several);
    assert_eq!(refused(&values(&[1, 9, 1, 0, 2])), None);
    assert_eq!(refused(&values(&[1, 9, 2, 1, 1, 0, 1])), None);
}

#[test]
fn g4_an_update_fits_only_where_everything_it_builds_upon_is() {
    let updates = yjs();
    let outline = |name: &str| check(&updates[name]).expect("an update").outline;
    let nothing = StateVector::default();
    assert!(outline("text-0").fits(&nothing));
    assert!(
        !outline("text-1").fits(&nothing),
        "deletes what is not here"
    );
    assert!(
        !outline("undo-0").fits(&nothing),
        "follows what is not here"
    );
    assert!(!outline("pending-all").fits(&nothing), "has a hole");
    assert!(outline("concurrent-merged").fits(&nothing));
    let known = check_state_vector(&[1, 10, 3]).expect("a state vector");
    assert!(outline("concurrent-diff").fits(&known));
    assert!(
        !outline("merge-with-skip").fits(&known),
        "a part is missing"
    );
    let known = check_state_vector(&[1, 10, 7]).expect("a state vector");
    assert!(
        outline("merge-with-skip").fits(&known),
        "the skipped part is here"
    );
}

#[test]
fn g3_nothing_hangs_in_what_is_no_shared_type() {
    // A letter in a root, and a map that says it hangs in the letter.
    let letter = [4, 1, 1, b't', 1, b'a'];
    let deleted = [1, 1, 1, b't', 1];
    let map = [7, 0, 1, 0, 1];
    let update = |first: &[u8]| [&[1, 2, 1, 0][..], first, &map, &[0]].concat();
    let places = |bytes: &[u8]| {
        let walk = check(bytes).expect("well-formed");
        Places::new(1, Scope::NOTHING).check(bytes, &walk).map(drop)
    };
    let fault = places(&update(&letter)).expect_err("a letter holds nothing");
    assert_eq!(fault.0, "a struct's parent cannot hold it");
    assert!(!apply(&crate::testing::doc(1), &update(&letter)));
    // What is deleted may have been a shared type.
    places(&update(&deleted)).expect("nobody knows what it was");
    assert!(apply(&crate::testing::doc(1), &update(&deleted)));
}

#[test]
fn g3_what_was_collected_together_may_have_hung_apart() {
    let mut places = Places::new(1, Scope::NOTHING);
    let mut state = StateVector::default();
    let mut take = |bytes: &[u8]| {
        let walk = check(bytes).expect("well-formed");
        let resolved = places.check(bytes, &walk)?;
        for section in &walk.outline.sections {
            state.set_max(yrs::block::ClientID::new(section.client), section.end);
        }
        places.extend(resolved, &state);
        Ok::<_, Fault>(())
    };
    // Two letters of 11 in a text, and a value of 12 in a list.
    take(&[1, 1, 11, 0, 4, 1, 1, b't', 2, b'a', b'b', 0]).expect("letters");
    take(&[1, 1, 12, 0, 8, 1, 1, b'l', 1, 125, 1, 0]).expect("a value");
    // The second letter was collected, together with what 11 had in the list after it.
    take(&[1, 1, 11, 1, 0, 3, 0]).expect("collected");
    // Somebody who has not heard of that tells of what was in the list.
    let (first, second) = ([8, 1, 1, b'l', 1, 125, 1], [0xc8, 11, 2, 12, 0, 1, 125, 1]);
    let late = [&[1, 2, 11, 2][..], &first, &second, &[0]].concat();
    take(&late).expect("an honest update");
}

#[test]
fn g5_a_room_and_its_server_can_cross_threads() {
    fn crosses<T: Send>() {}
    crosses::<crate::Room>();
    crosses::<crate::RoomEffect>();
    crosses::<crate::Replica>();
}
