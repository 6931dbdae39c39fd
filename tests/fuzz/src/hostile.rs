//! Messages that are as expensive as a mebibyte can be.

use crate::nonsense::var;

/// The size of each.
pub const BYTES: usize = 1024 * 1024;

/// Updates of at most a mebibyte, by what there is much of.
pub fn updates() -> Vec<(&'static str, Vec<u8>)> {
    let value = |inner: &[u8]| [&[1, 1, 9, 0, 8, 1, 1, b't'][..], inner, &[0]].concat();
    vec![
        ("collected structs", many(50_000, &|_| vec![0, 1])),
        (
            "collected structs, too many",
            many(500_000, &|_| vec![0, 1]),
        ),
        ("letters one by one", many(50_000, &|at| letter(at, 9))),
        (
            "letters, in every client's text",
            many(50_000, &|at| letter(at, 10 + at)),
        ),
        ("maps in each other", many(50_000, &nested)),
        ("skipped structs", many(50_000, &|_| vec![10, 1])),
        ("clients", clients(1_000)),
        ("clients, too many", clients(100_000)),
        ("deleted ranges", deleted(50_000)),
        ("deleted ranges, too many", deleted(262_000)),
        ("one text", value(&text(BYTES - 64))),
        ("one text at its limit", value(&text(256 * 1024))),
        (
            "values nested without end",
            value(&[&[1][..], &[117, 1].repeat(500_000)].concat()),
        ),
        ("tiny values", {
            let mut many = Vec::new();
            var(&mut many, 1_000_000);
            many.extend(vec![126; 1_000_000]);
            value(&many)
        }),
        ("empty maps", {
            let mut many = vec![1, 117];
            var(&mut many, 500_000);
            many.extend([118, 0].repeat(500_000));
            value(&many)
        }),
        ("a count without things", vec![0xff, 0xff, 0xff, 0xff, 0x07]),
    ]
}

/// First syncs of a mebibyte, as dense as they may be.
pub fn first_syncs() -> Vec<(&'static str, Vec<u8>)> {
    let collected = [0, 1];
    vec![
        ("neighbours anywhere", neighbours(30_000, 1, 55_000)),
        (
            "neighbours, in 5,000 clients",
            neighbours(20_000, 5_000, 70_000),
        ),
        (
            "deleted keys of a root",
            many(104_000, &|at| {
                let mut bytes = vec![0x21, 1, 1, b'm', 4, b'k'];
                let letters = [at % 90, at / 90 % 90, at / 8_100];
                bytes.extend(letters.map(|letter| 33 + letter as u8));
                bytes.push(1);
                bytes
            }),
        ),
        (
            "maps under keys of a root",
            many(43_000, &|at| {
                let mut bytes = vec![0x27, 1, 1, b'm', 18];
                bytes.extend(format!("{at:018}").bytes());
                bytes.push(1);
                bytes
            }),
        ),
        (
            "collected structs, and binaries",
            [&filled(98_000)[..], &collected.repeat(98_000), &[0]].concat(),
        ),
        ("deleted ranges, and binaries", {
            let mut bytes = [&filled(0)[..], &[1, 9]].concat();
            let count = 98_000;
            var(&mut bytes, count);
            for at in 0..count {
                var(&mut bytes, (count - at) % 60 * 2);
                bytes.push(1);
            }
            bytes
        }),
        ("empty maps, and binaries", {
            let mut bytes = filled(1);
            bytes.extend([8, 1, 1, b't', 1, 117]);
            var(&mut bytes, 56_000);
            bytes.extend([118, 0].repeat(56_000));
            bytes.push(0);
            bytes
        }),
    ]
}

/// Structs of one client.
fn many(count: u64, one: &dyn Fn(u64) -> Vec<u8>) -> Vec<u8> {
    let mut bytes = vec![1];
    var(&mut bytes, count);
    bytes.extend([9, 0]);
    (0..count).for_each(|at| bytes.extend(one(at)));
    bytes.push(0);
    bytes
}

/// The beginning of an update whose bytes are mostly three binaries, with `more` structs to
/// follow them: a large update may hold more.
fn filled(more: u64) -> Vec<u8> {
    let mut bytes = vec![1];
    var(&mut bytes, more + 3);
    bytes.extend([9, 0]);
    (0..3).for_each(|_| binary(&mut bytes));
    bytes
}

/// Many bytes in one struct.
fn binary(bytes: &mut Vec<u8>) {
    bytes.extend([3, 1, 1, b'b']);
    var(bytes, 256 * 1024);
    bytes.extend(vec![7; 256 * 1024]);
}

/// Collected structs, and others each with two of them as its neighbours, anywhere.
fn neighbours(first: u64, authors: u64, referring: u64) -> Vec<u8> {
    let mut numbers = Numbers(7);
    let mut bytes = Vec::new();
    let each = first / authors;
    var(&mut bytes, authors + 1);
    for author in 0..authors {
        var(&mut bytes, each);
        var(&mut bytes, 20_000 + author);
        bytes.push(0);
        (0..each).for_each(|_| bytes.extend([0, 1]));
    }
    var(&mut bytes, referring + 1);
    bytes.extend([9, 0]);
    binary(&mut bytes);
    for _ in 0..referring {
        bytes.push(0xc1);
        // The one is never the other.
        for half in 0..2 {
            var(&mut bytes, 20_000 + numbers.below(authors));
            var(&mut bytes, half * (each / 2) + numbers.below(each / 2));
        }
        bytes.push(1);
    }
    bytes.push(0);
    bytes
}

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }
}

/// State vectors of at most a mebibyte.
pub fn state_vectors() -> Vec<(&'static str, Vec<u8>)> {
    let of = |count: u64| {
        let mut bytes = Vec::new();
        var(&mut bytes, count);
        for client in 0..count {
            var(&mut bytes, (1 << 21) - 1 - client);
            bytes.push(7);
        }
        bytes
    };
    vec![
        ("100,000 clients", of(100_000)),
        ("260,000 clients", of(260_000)),
    ]
}

/// Presence messages of at most a mebibyte.
pub fn presence() -> Vec<(&'static str, Vec<u8>)> {
    let of = |count: u64, state: &str| {
        let mut bytes = Vec::new();
        var(&mut bytes, count);
        for client in 0..count {
            var(&mut bytes, client);
            bytes.push(7);
            var(&mut bytes, state.len() as u64);
            bytes.extend(state.bytes());
        }
        bytes
    };
    vec![
        ("10,000 people", of(10_000, "{}")),
        ("170,000 people", of(170_000, "1")),
        ("nested without end", of(1, &"[".repeat(1_000_000))),
    ]
}

/// One letter: the first of a root, the others behind the one before.
fn letter(at: u64, of: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if at == 0 || of != 9 {
        // In the text of somebody else, who may be nobody.
        bytes.push(0x04);
        if of == 9 {
            bytes.extend([1, 1, b't']);
        } else {
            bytes.push(0);
            var(&mut bytes, of + 100);
            bytes.push(0);
        }
    } else {
        bytes.extend([0x84, 9]);
        var(&mut bytes, at - 1);
    }
    bytes.extend([1, b'x']);
    bytes
}

fn nested(at: u64) -> Vec<u8> {
    let mut bytes = vec![0x27];
    match at.checked_sub(1) {
        None => bytes.extend([1, 1, b'm']),
        Some(parent) => {
            bytes.extend([0, 9]);
            var(&mut bytes, parent);
        }
    }
    bytes.extend([1, b'k', 1]);
    bytes
}

fn clients(count: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    var(&mut bytes, count);
    for client in 0..count {
        bytes.push(1);
        var(&mut bytes, client + 200);
        bytes.extend([0, 0, 1]);
    }
    bytes.push(0);
    bytes
}

fn deleted(count: u64) -> Vec<u8> {
    let mut bytes = vec![0, 1, 9];
    var(&mut bytes, count);
    for at in 0..count {
        var(&mut bytes, (at % 60) * 2);
        bytes.push(1);
    }
    bytes
}

fn text(len: usize) -> Vec<u8> {
    let mut bytes = vec![1, 119];
    var(&mut bytes, len as u64);
    bytes.extend(vec![b'x'; len]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_is_larger_than_a_mebibyte() {
        let all = [updates(), first_syncs(), state_vectors(), presence()].concat();
        for (name, bytes) in all {
            assert!(bytes.len() <= BYTES, "{name}: {}", bytes.len());
        }
    }
}
