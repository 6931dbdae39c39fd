//! What a delivery is recognised by: a text with its sender and its number in it.
//!
//! The marker is typed into the document (or shown as presence), so it survives whatever a
//! server does with the change around it: merging texts, joining updates, sending a diff.

/// Length of a marker in bytes, which are ASCII characters and need no escape in JSON.
pub(crate) const LEN: usize = 9;

const LEAD: u8 = b'^';
const TAIL: u8 = b'$';
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Values of the digits; [`NO_DIGIT`] for every other byte.
const VALUES: [u8; 256] = values();
const NO_DIGIT: u8 = 0xff;

/// The marker of a sender's `number`-th message.
///
/// Both must be small: senders below 2¹⁸, numbers below 2²⁴.
pub(crate) fn write(sender: u32, number: u32) -> [u8; LEN] {
    debug_assert!(sender < 1 << 18 && number < 1 << 24);
    let digit = |value: u32, place: u32| DIGITS[(value >> (6 * place) & 63) as usize];
    [
        LEAD,
        digit(sender, 2),
        digit(sender, 1),
        digit(sender, 0),
        digit(number, 3),
        digit(number, 2),
        digit(number, 1),
        digit(number, 0),
        TAIL,
    ]
}

/// Calls `found` with sender and number of every marker in `bytes`, in their order.
pub(crate) fn scan(bytes: &[u8], mut found: impl FnMut(u32, u32)) {
    for at in memchr::memchr_iter(LEAD, bytes) {
        let Some(candidate) = bytes.get(at..at + LEN) else {
            return;
        };
        if candidate[LEN - 1] != TAIL {
            continue;
        }
        let mut value = 0_u64;
        let mut valid = true;
        for byte in &candidate[1..LEN - 1] {
            let digit = VALUES[usize::from(*byte)];
            valid &= digit != NO_DIGIT;
            value = value << 6 | u64::from(digit & 63);
        }
        if valid {
            found((value >> 24) as u32, (value & 0xff_ffff) as u32);
        }
    }
}

const fn values() -> [u8; 256] {
    let mut values = [NO_DIGIT; 256];
    let mut at = 0;
    while at < DIGITS.len() {
        values[DIGITS[at] as usize] = at as u8;
        at += 1;
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<(u32, u32)> {
        let mut found = Vec::new();
        scan(bytes, |sender, number| found.push((sender, number)));
        found
    }

    #[test]
    fn every_marker_is_found_again_among_other_bytes() {
        let markers = [(0, 0), (1, 2), (1_999, 16_777_215), (262_143, 64)];
        let mut bytes = vec![b'^', b'$', 0, 255];
        for (sender, number) in markers {
            bytes.extend(write(sender, number));
            bytes.extend([b'^', 7, b'^']);
        }
        assert_eq!(all(&bytes), markers);
    }

    #[test]
    fn markers_joined_into_one_text_are_all_found() {
        let text: Vec<u8> = (0..100).flat_map(|number| write(3, number)).collect();
        assert_eq!(all(&text), (0..100).map(|n| (3, n)).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_cut_off_or_holds_other_characters_is_no_marker() {
        let marker = write(5, 6);
        assert_eq!(all(&marker[..LEN - 1]), []);
        let mut other = marker;
        other[4] = b' ';
        assert_eq!(all(&other), []);
    }
}
