//! How deep things may nest: 32, in each place where they can.

use super::{Bounds, Fault, MAX_DEPTH, Places, check, check_awareness, check_update};
use crate::grant::Scope;
use crate::wire::varint::{write_buffer, write_var};

const TOO_DEEP: Fault = Fault("value nested too deeply");

/// The bound, its neighbours, and a depth that would exhaust any stack.
fn at_most_32(what: &str, nested: impl Fn(usize) -> Result<(), Fault>) {
    for (depth, passes) in [(31, true), (32, true), (33, false), (1_000_000, false)] {
        let expected = if passes { Ok(()) } else { Err(TOO_DEEP) };
        assert_eq!(nested(depth), expected, "{what}, {depth} deep");
    }
}

/// Lists in each other, or objects, or one in the other.
fn any(depth: usize, keyed: impl Fn(usize) -> bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    for at in 0..depth {
        if keyed(at) {
            bytes.extend([118, 1, 1, b'k']);
        } else {
            bytes.extend([117, 1]);
        }
    }
    bytes.push(126);
    bytes
}

/// The same as JSON.
fn json(depth: usize, keyed: impl Fn(usize) -> bool) -> String {
    let mut text = String::new();
    for at in 0..depth {
        text.push_str(if keyed(at) { "{\"k\":" } else { "[" });
    }
    text.push('0');
    for at in (0..depth).rev() {
        text.push(if keyed(at) { '}' } else { ']' });
    }
    text
}

/// An update of one struct in a root, whose content is of this kind.
fn holding(kind: u8, content: &[u8]) -> Result<(), Fault> {
    let update = [&[1, 1, 9, 0, kind, 1, 1, b't'], content, &[0]].concat();
    // Its bytes are bounded before, and no part of it is what is too large here.
    check_update(&update, &Bounds::TRUSTED_SIZE).map(drop)
}

#[test]
fn g3_values_nest_at_most_32_deep() {
    let of = |keyed: fn(usize) -> bool| {
        move |depth: usize| holding(8, &[&[1][..], &any(depth, keyed)].concat())
    };
    at_most_32("lists", of(|_| false));
    at_most_32("objects", of(|_| true));
    at_most_32("lists in objects", of(|at| at % 2 == 0));
}

#[test]
fn g3_an_empty_list_or_object_is_as_deep_as_any_other() {
    for empty in [[117, 0], [118, 0]] {
        at_most_32("empty", |depth| {
            let mut value = vec![1];
            value.extend([117, 1].repeat(depth - 1));
            value.extend(empty);
            holding(8, &value)
        });
    }
}

#[test]
fn g3_the_options_of_a_subdocument_nest_at_most_32_deep() {
    at_most_32("options", |depth| {
        holding(9, &[&[1, b's'][..], &any(depth, |_| true)].concat())
    });
}

#[test]
fn g3_json_texts_nest_at_most_32_deep() {
    for keyed in [|_| false, |_| true, |at| at % 2 == 0] as [fn(usize) -> bool; 3] {
        let text = |depth| {
            let mut bytes = Vec::new();
            write_buffer(&mut bytes, json(depth, keyed).as_bytes());
            bytes
        };
        at_most_32("an embed", |depth| holding(5, &text(depth)));
        at_most_32("a format", |depth| {
            holding(6, &[&[1, b'b'][..], &text(depth)].concat())
        });
        at_most_32("presence", |depth| {
            check_awareness(&[&[1, 7, 1][..], &text(depth)].concat()).map(drop)
        });
    }
}

#[test]
fn g3_brackets_in_a_text_are_no_nesting() {
    let text = format!("[\"{}\\\"{}\"]", "[".repeat(100), "{".repeat(100));
    let mut bytes = vec![1, 7, 1];
    write_buffer(&mut bytes, text.as_bytes());
    assert!(check_awareness(&bytes).is_ok());
}

/// A shared type put into the one that struct `parent` of client 9 holds, a map under a key
/// and others without one.
fn child(clock: u32, parent: Option<u32>, kind: u8) -> Vec<u8> {
    let mut bytes = vec![if kind == 1 { 0x27 } else { 0x07 }];
    match parent {
        None => bytes.extend([1, 1, b'm']),
        Some(parent) => {
            bytes.extend([0, 9]);
            write_var(&mut bytes, u64::from(parent));
        }
    }
    if kind == 1 {
        bytes.extend([1, b'k']);
    }
    bytes.push(kind);
    if kind == 3 {
        bytes.extend([1, b'p']);
    }
    assert!(parent.is_none_or(|parent| parent < clock));
    bytes
}

/// The update that consists of these structs of client 9, from a clock on.
fn update(clock: u32, structs: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![1];
    write_var(&mut bytes, structs.len() as u64);
    bytes.push(9);
    write_var(&mut bytes, u64::from(clock));
    bytes.extend(structs.concat());
    bytes.push(0);
    bytes
}

/// Array, map, text, XML element, fragment, XML text.
const TYPES: [u8; 6] = [0, 1, 2, 3, 4, 6];

#[test]
fn g3_shared_types_nest_at_most_32_deep_in_one_update() {
    for kind in TYPES {
        // One of them so deep that no stack would do; the walk is the same for all.
        let endless = if kind == 1 { 1_000_000 } else { 10_000 };
        for (depth, passes) in [(31, true), (32, true), (33, false), (endless, false)] {
            let structs: Vec<_> = (0..depth)
                .map(|clock: u32| child(clock, clock.checked_sub(1), kind))
                .collect();
            let bytes = update(0, &structs);
            let walk = check_update(&bytes, &Bounds::TRUSTED_SIZE).expect("well-formed");
            let placed = Places::new(1, Scope::NOTHING).check(&bytes, &walk);
            assert_eq!(placed.is_ok(), passes, "kind {kind}, {depth} deep");
        }
    }
}

#[test]
fn g3_shared_types_nest_at_most_32_deep_also_when_each_is_named_before_its_parent() {
    // Two clients whose structs hang in the other's next one: the last hangs in the root.
    for (depth, passes) in [(31, true), (32, true), (33, false), (20_000, false)] {
        let mut bytes = vec![2];
        for client in [2_u64, 1] {
            let own: Vec<u64> = (0..depth).filter(|at| at % 2 == client % 2).collect();
            write_var(&mut bytes, own.len() as u64);
            bytes.extend([client as u8, 0]);
            for at in own {
                bytes.push(0x07);
                if at + 1 == depth {
                    bytes.extend([1, 1, b'm']);
                } else {
                    bytes.extend([0, 3 - client as u8]);
                    write_var(&mut bytes, at.div_ceil(2));
                }
                bytes.push(1);
            }
        }
        bytes.push(0);
        let walk = check(&bytes).expect("well-formed");
        let placed = Places::new(1, Scope::NOTHING).check(&bytes, &walk);
        assert_eq!(placed.is_ok(), passes, "{depth} deep");
    }
}

#[test]
fn g3_shared_types_nest_at_most_32_deep_over_many_updates() {
    for kind in TYPES {
        let mut places = Places::new(1, Scope::NOTHING);
        for clock in 0..u32::from(MAX_DEPTH) {
            let update = update(clock, &[child(clock, clock.checked_sub(1), kind)]);
            let walk = check(&update).expect("well-formed");
            let resolved = places.check(&update, &walk).expect("not too deep");
            let state = [(yrs::block::ClientID::new(9), clock + 1)]
                .into_iter()
                .collect();
            places.extend(resolved, &state);
        }
        let deepest = u32::from(MAX_DEPTH);
        let below = |parent| {
            let update = update(deepest, &[child(deepest, Some(parent), kind)]);
            let walk = check(&update).expect("well-formed");
            places.check(&update, &walk).map(drop)
        };
        let too_deep = Fault("shared types nested too deeply");
        assert_eq!(below(deepest - 1), Err(too_deep));
        assert_eq!(below(3), Ok(()));
    }
}
