//! The few bytes of lib0 and Yjs that the generator writes and reads itself, so that a
//! message costs it next to nothing.

use crate::marker;

/// Writes a variable-length integer.
pub(crate) fn write_var(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Writes a length and the bytes.
pub(crate) fn write_buffer(out: &mut Vec<u8>, bytes: &[u8]) {
    write_var(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Takes a variable-length integer from the front.
pub(crate) fn read_var(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Takes a length and that many bytes from the front.
pub(crate) fn read_buffer<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(read_var(bytes)?).ok()?;
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

/// An update and a state vector without content.
pub(crate) const NOTHING: &[u8] = &[0, 0];
/// The state vector of an empty document.
pub(crate) const EMPTY_STATE_VECTOR: &[u8] = &[0];

/// The Yjs client id of a person: 32 bits, as Yjs picks them.
pub(crate) fn client_id(person: u32) -> u64 {
    0x4000_0000 + u64::from(person) * 7_919
}

/// Somebody who appends to a text of their own, a root of the document.
#[derive(Clone, Debug)]
pub(crate) struct Typist {
    client: u64,
    root: String,
    clock: u64,
}

impl Typist {
    pub(crate) fn new(person: u32) -> Self {
        Self {
            client: client_id(person),
            root: format!("p{person}"),
            clock: 0,
        }
    }

    /// Writes the update (v1) that appends `text`, which must be ASCII, as one struct.
    pub(crate) fn append(&mut self, text: &[u8], out: &mut Vec<u8>) {
        debug_assert!(text.is_ascii());
        write_var(out, 1); // one client
        write_var(out, 1); // one struct
        write_var(out, self.client);
        write_var(out, self.clock);
        if self.clock == 0 {
            out.push(CONTENT_STRING);
            write_var(out, 1); // the parent is a root, named:
            write_buffer(out, self.root.as_bytes());
        } else {
            out.push(CONTENT_STRING | HAS_ORIGIN);
            write_var(out, self.client);
            write_var(out, self.clock - 1);
        }
        write_buffer(out, text);
        write_var(out, 0); // nothing deleted
        self.clock += text.len() as u64;
    }
}

const CONTENT_STRING: u8 = 4;
const HAS_ORIGIN: u8 = 0x80;

/// Writes the presence of one person: who they are and where their cursor is.
///
/// `clock` has to grow with each.
pub(crate) fn write_presence(person: u32, clock: u32, number: u32, out: &mut Vec<u8>) {
    let mark = marker::write(person, number);
    let mark = std::str::from_utf8(&mark).expect("a marker is ASCII");
    let (x, y) = (number * 37 % 4_000, number * 61 % 3_000);
    let state = format!(
        r##"{{"user":{{"name":"Person {person}","color":"#30bced"}},"cursor":{{"x":{x},"y":{y}}},"m":"{mark}"}}"##
    );
    write_var(out, 1);
    write_var(out, client_id(person));
    write_var(out, clock.into());
    write_buffer(out, state.as_bytes());
}

#[cfg(test)]
mod tests {
    use waymark_sync::guard::{Bounds, check_awareness, check_update};
    use yrs::updates::decoder::Decode;
    use yrs::{Doc, GetString, Transact, Update};

    use super::*;

    fn typed(person: u32, count: u32) -> Vec<Vec<u8>> {
        let mut typist = Typist::new(person);
        (0..count)
            .map(|number| {
                let mut update = Vec::new();
                typist.append(&marker::write(person, number), &mut update);
                update
            })
            .collect()
    }

    #[test]
    fn what_people_type_passes_the_guard_and_is_there_in_yrs() {
        let doc = Doc::new();
        let mut expected = Vec::new();
        for number in 0..50 {
            expected.extend(marker::write(7, number));
        }
        let texts = [doc.get_or_insert_text("p7"), doc.get_or_insert_text("p8")];
        for update in typed(7, 50).into_iter().chain(typed(8, 3)) {
            check_update(&update, &Bounds::UPDATE).unwrap();
            let update = Update::decode_v1(&update).unwrap();
            doc.transact_mut().apply_update(update).unwrap();
        }
        let txn = doc.transact();
        assert_eq!(texts[0].get_string(&txn).as_bytes(), expected);
        assert_eq!(texts[1].get_string(&txn).len(), 3 * marker::LEN);
    }

    #[test]
    fn markers_survive_what_servers_do_with_updates() {
        let updates = typed(7, 20);
        let merged = yrs::merge_updates_v1(&updates).unwrap();
        let mut found = Vec::new();
        marker::scan(&merged, |sender, number| found.push((sender, number)));
        assert_eq!(found, (0..20).map(|n| (7, n)).collect::<Vec<_>>());
    }

    #[test]
    fn presence_passes_the_guard_and_carries_its_marker() {
        let mut presence = Vec::new();
        write_presence(12, 3, 2, &mut presence);
        check_awareness(&presence).unwrap();
        let mut found = Vec::new();
        marker::scan(&presence, |sender, number| found.push((sender, number)));
        assert_eq!(found, [(12, 2)]);
    }

    #[test]
    fn integers_are_read_as_they_were_written() {
        for value in [0, 1, 127, 128, 300, 1 << 40] {
            let mut out = Vec::new();
            write_var(&mut out, value);
            let mut rest = &out[..];
            assert_eq!(read_var(&mut rest), Some(value));
            assert!(rest.is_empty());
            assert_eq!(read_var(&mut &out[..out.len() - 1]), None);
        }
    }
}
