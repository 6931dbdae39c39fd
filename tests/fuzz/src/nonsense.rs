//! Updates that are well-formed and make no sense: any struct refers to any other.

use crate::input::Input;

/// Which clients wrote what until which clock, over several updates.
#[derive(Clone, Debug, Default)]
pub(crate) struct Written {
    clocks: [u64; 4],
}

/// One update of up to three clients that begin at 0.
pub(crate) fn update(input: &mut Input<'_>) -> Vec<u8> {
    next_update(input, &mut Written::default())
}

/// One update of up to three clients that go on where `written` says, mostly.
pub(crate) fn next_update(input: &mut Input<'_>, written: &mut Written) -> Vec<u8> {
    let mut out = Vec::new();
    let first = 1 + input.below(3);
    let clients = 1 + input.below(3).min(3 - first.min(3));
    let all: Vec<u8> = (first..first + clients)
        .filter(|client| *client <= 3)
        .collect();
    var(&mut out, all.len() as u64);
    for client in all {
        section(input, &mut out, client, written);
    }
    let deleted = input.below(4);
    var(&mut out, u64::from(deleted));
    for client in 1..=deleted {
        var(&mut out, u64::from(client));
        let ranges = input.below(4);
        var(&mut out, u64::from(ranges));
        for _ in 0..ranges {
            let end = written.clocks[usize::from(client)].max(1);
            var(&mut out, u64::from(input.byte()) % (end + 1));
            var(&mut out, u64::from(1 + input.below(4)));
        }
    }
    out
}

fn section(input: &mut Input<'_>, out: &mut Vec<u8>, client: u8, written: &mut Written) {
    let structs = 1 + input.below(8);
    let mut clock = written.clocks[usize::from(client)];
    if input.one_in(5) {
        // A part that is known already comes again, perhaps differently.
        clock = clock.saturating_sub(u64::from(input.below(6)));
    }
    var(out, u64::from(structs));
    var(out, u64::from(client));
    var(out, clock);
    for _ in 0..structs {
        clock += one_struct(input, out, client, clock, written);
    }
    let reached = &mut written.clocks[usize::from(client)];
    *reached = clock.max(*reached);
}

fn one_struct(
    input: &mut Input<'_>,
    out: &mut Vec<u8>,
    client: u8,
    clock: u64,
    written: &Written,
) -> u64 {
    const KINDS: [u8; 16] = [0, 1, 3, 4, 4, 4, 5, 6, 6, 7, 7, 7, 7, 8, 8, 9];
    let kind = match input.byte() {
        255 => 10,
        choice => KINDS[usize::from(choice % 16)],
    };
    if matches!(kind, 0 | 10) {
        let len = 1 + input.below(3);
        out.extend([kind, len]);
        return u64::from(len);
    }
    let flags = [0x00, 0x20, 0x80, 0x80, 0x40, 0xc0, 0xc0, 0xa0][usize::from(input.below(8))];
    out.push(flags | kind);
    let reference = |input: &mut Input<'_>, out: &mut Vec<u8>| {
        let to = 1 + input.below(3);
        let end = if to == client {
            clock.max(1)
        } else {
            written.clocks[usize::from(to)] + 4
        };
        var(out, u64::from(to));
        var(out, u64::from(input.byte()) % end);
    };
    for flag in [0x80, 0x40] {
        if flags & flag != 0 {
            reference(input, out);
        }
    }
    if flags & 0xc0 == 0 {
        if input.below(3) == 0 {
            out.extend([1, 1, b'a' + input.below(2)]);
        } else {
            out.push(0);
            reference(input, out);
        }
        if flags & 0x20 != 0 {
            out.extend([1, b'k' + input.below(2)]);
        }
    }
    content(input, out, kind)
}

fn content(input: &mut Input<'_>, out: &mut Vec<u8>, kind: u8) -> u64 {
    match kind {
        1 => {
            let len = 1 + input.below(4);
            out.push(len);
            return u64::from(len);
        }
        3 => out.extend([2, 7, 7]),
        4 => {
            let texts: [(&[u8], u64); 4] = [
                (b"x", 1),
                (b"hello", 5),
                ("x\u{1f30a}y".as_bytes(), 4),
                ("\u{e9}\u{304}".as_bytes(), 2),
            ];
            let (text, units) = texts[usize::from(input.below(4))];
            var(out, text.len() as u64);
            out.extend(text);
            return units;
        }
        5 => out.extend(*b"\x02{}"),
        6 => {
            out.extend([1, b'b' + input.below(2)]);
            if input.one_in(2) {
                out.extend(*b"\x04true");
            } else {
                out.extend(*b"\x04null");
            }
        }
        7 => {
            let shared = [0, 1, 2, 3, 4, 6][usize::from(input.below(6))];
            out.push(shared);
            if shared == 3 {
                out.extend([1, b'p']);
            }
        }
        8 => {
            let count = 1 + input.below(4);
            var(out, u64::from(count));
            for _ in 0..count {
                any(input, out, 0);
            }
            return u64::from(count);
        }
        _ => {
            out.extend([1, b's']);
            any(input, out, 0);
        }
    }
    1
}

fn any(input: &mut Input<'_>, out: &mut Vec<u8>, depth: u8) {
    let choices = if depth > 3 { 8 } else { 10 };
    match input.below(choices) {
        tag @ 0..=3 => out.push([127, 126, 121, 120][usize::from(tag)]),
        4 => out.extend([125, input.byte() & 0x7f]),
        5 => out.extend([124, input.byte(), input.byte(), 1, 2]),
        6 => out.extend([119, 1, b'w']),
        7 => out.extend([116, 1, input.byte()]),
        keyed => {
            out.push(if keyed == 8 { 118 } else { 117 });
            let count = input.below(3);
            out.push(count);
            for _ in 0..count {
                if keyed == 8 {
                    out.extend([1, b'a' + input.below(3)]);
                }
                any(input, out, depth + 1);
            }
        }
    }
}

/// Appends an unsigned integer as lib0 writes it.
pub(crate) fn var(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
