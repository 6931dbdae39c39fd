//! Damage to bytes that were right.

use crate::input::Input;

/// Changes some bytes, at most in three places; whether it did.
pub(crate) fn damage(input: &mut Input<'_>, bytes: &mut Vec<u8>) -> bool {
    let before = bytes.clone();
    for _ in 0..input.below(5).saturating_sub(1) {
        if bytes.is_empty() {
            break;
        }
        let at = usize::from(input.short()) % bytes.len();
        let value = input.byte();
        match input.below(6) {
            0 => bytes[at] = value,
            1 => bytes[at] ^= 1 << (value % 8),
            2 => bytes[at] = bytes[at].wrapping_add(value % 5).wrapping_sub(2),
            3 => bytes.insert(at, value),
            4 => drop(bytes.remove(at)),
            _ => {
                // A part comes twice, or is gone.
                let end = (at + 1 + usize::from(value % 16)).min(bytes.len());
                if value < 128 {
                    let part = bytes[at..end].to_vec();
                    bytes.splice(end..end, part);
                } else {
                    bytes.drain(at..end);
                }
            }
        }
    }
    before != *bytes
}
