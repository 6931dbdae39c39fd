//! How much of each thing one update may hold.

use super::{Bounds, Fault, check_update};
use crate::limits::MIB;
use crate::wire::varint::{write_buffer, write_var};

/// An update of structs of client 9.
fn structs(count: usize, one: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
    let mut bytes = vec![1];
    write_var(&mut bytes, count as u64);
    bytes.extend([9, 0]);
    (0..count).for_each(|at| bytes.extend(one(at)));
    bytes.push(0);
    bytes
}

/// An update of a list in a root: many values, each of them these bytes.
fn list(count: usize, one: &[u8]) -> Vec<u8> {
    let mut bytes = vec![1, 1, 9, 0, 8, 1, 1, b't'];
    write_var(&mut bytes, count as u64);
    bytes.extend(one.repeat(count));
    bytes.push(0);
    bytes
}

/// The bound passes, and one more does not.
fn at_most(most: usize, bounds: &Bounds, fault: &'static str, update: impl Fn(usize) -> Vec<u8>) {
    let told = |count| check_update(&update(count), bounds).map(drop);
    assert_eq!(told(most), Ok(()), "{fault}: {most}");
    assert_eq!(told(most + 1), Err(Fault(fault)), "{fault}: one more");
    let widely = check_update(&update(most + 1), &Bounds::TRUSTED_SIZE);
    assert!(widely.is_ok(), "nothing else is wrong");
}

#[test]
fn g7_an_update_holds_a_bounded_number_of_structs() {
    let collected = |count| structs(count, |_| vec![0, 1]);
    for bounds in [Bounds::UPDATE, Bounds::FIRST_SYNC] {
        at_most(50_000, &bounds, "too many structs", collected);
    }
}

#[test]
fn g7_an_update_deletes_as_many_ranges_as_it_may_hold_structs() {
    at_most(50_000, &Bounds::UPDATE, "too many deletions", |count| {
        let mut bytes = vec![0, 1, 9];
        write_var(&mut bytes, count as u64);
        (0..count).for_each(|_| bytes.extend([3, 1]));
        bytes
    });
}

#[test]
fn g7_an_update_holds_a_bounded_number_of_shared_types() {
    let maps = |count| structs(count, |_| vec![0x07, 1, 1, b't', 1]);
    for bounds in [Bounds::UPDATE, Bounds::FIRST_SYNC] {
        at_most(25_000, &bounds, "too many shared types", maps);
    }
}

#[test]
fn g7_an_update_holds_a_bounded_number_of_values() {
    for bounds in [Bounds::UPDATE, Bounds::FIRST_SYNC] {
        let most = |most, update: &dyn Fn(usize) -> Vec<u8>| {
            at_most(most, &bounds, "too many values", update);
        };
        most(50_000, &|count| list(count, &[126]));
        most(50_000, &|count| list(count, &[118, 0]));
        // The list or object around them is one too.
        let nested = |count, tag: u8, one: &[u8]| {
            let mut value = vec![tag];
            write_var(&mut value, count as u64);
            value.extend(one.repeat(count));
            list(1, &value)
        };
        most(49_999, &|count| nested(count, 117, &[126]));
        most(49_999, &|count| nested(count, 118, &[1, b'k', 126]));
        // Three each: the list, the object in it and what that holds.
        at_most(16_666, &bounds, "too many values", |count| {
            list(count, &[117, 1, 118, 1, 1, b'k', 120])
        });
    }
}

#[test]
fn g7_what_json_texts_and_subdocuments_hold_are_values_too() {
    let json = |kind: u8, name: &'static [u8], text: fn(usize) -> String| {
        move |count: usize| {
            let mut one = vec![kind, 1, 1, b't'];
            one.extend(name);
            write_buffer(&mut one, text(count).as_bytes());
            structs(1, |_| one.clone())
        }
    };
    let list = |count: usize| format!("[{}0]", "0,".repeat(count - 2));
    let pairs = |count: usize| format!("{{{}\"k\":0}}", "\"k\":0,".repeat(count - 2));
    let bounds = Bounds {
        text_bytes: usize::MAX,
        ..Bounds::UPDATE
    };
    let most = |update: &dyn Fn(usize) -> Vec<u8>| {
        at_most(50_000, &bounds, "too many values", update);
    };
    most(&json(5, &[], list));
    most(&json(5, &[], pairs));
    most(&json(6, &[1, b'b'], list));
    most(&|count| {
        let mut one = vec![9, 1, 1, b't', 1, b's', 117];
        write_var(&mut one, (count - 1) as u64);
        one.extend(vec![126; count - 1]);
        structs(1, |_| one.clone())
    });
    let quoted = |count: usize| format!("\"{}\"", ",[{".repeat(count));
    let update = json(5, &[], quoted)(60_000);
    assert!(check_update(&update, &bounds).is_ok(), "a text is one");
}

#[test]
fn g7_an_update_refers_to_a_bounded_number_of_clients() {
    let referring = |count| {
        structs(count, |at| {
            let mut one = vec![0x81];
            write_var(&mut one, at as u64 + 10);
            one.extend([0, 1]);
            one
        })
    };
    at_most(10_000, &Bounds::UPDATE, "too many clients", referring);
    at_most(20_000, &Bounds::FIRST_SYNC, "too many clients", referring);
}

#[test]
fn g7_an_update_leaves_out_structs_at_a_bounded_number_of_places() {
    at_most(10_000, &Bounds::UPDATE, "too many gaps", |count| {
        structs(2 * count, |at| vec![if at % 2 == 0 { 0 } else { 10 }, 1])
    });
}

#[test]
fn g7_a_large_first_sync_holds_more() {
    // A mebibyte of structs, each of so many bytes.
    let of = |bytes: usize, name: usize| {
        structs(MIB / bytes, |at| {
            let mut one = vec![0x27, 1, 1, b'm'];
            write_buffer(&mut one, format!("{at:0name$}").as_bytes());
            one.push(1);
            one
        })
    };
    // One in 24 bytes passes, one in 23 does not.
    assert!(check_update(&of(24, 18), &Bounds::FIRST_SYNC).is_ok());
    let fault = check_update(&of(23, 17), &Bounds::FIRST_SYNC).map(drop);
    assert_eq!(fault, Err(Fault("too many shared types")));

    let deleted = |bytes: usize, name: usize| {
        structs(MIB / bytes, |at| {
            let mut one = vec![0x21, 1, 1, b'm', name as u8];
            one.extend(format!("{at:0name$x}").bytes());
            one.push(1);
            one
        })
    };
    assert!(check_update(&deleted(11, 5), &Bounds::FIRST_SYNC).is_ok());
    let dense = structs(MIB / 9, |at| {
        let letters = [at / 8_100, at / 90 % 90, at % 90].map(|letter| 33 + letter as u8);
        [&[0x21, 1, 1, b'm', 2][..], &letters[1..], &[1]].concat()
    });
    assert_eq!(
        check_update(&dense, &Bounds::FIRST_SYNC).map(drop),
        Err(Fault("too many structs"))
    );

    // Texts of 14 bytes, which are 16 with their tags.
    let text = |bytes: u8| [&[119, bytes][..], &vec![b'x'; usize::from(bytes)]].concat();
    assert!(check_update(&list(60_000, &text(15)), &Bounds::FIRST_SYNC).is_ok());
    let fault = check_update(&list(60_000, &text(13)), &Bounds::FIRST_SYNC).map(drop);
    assert_eq!(fault, Err(Fault("too many values")));
}
