//! Inputs worth keeping: one text file for each target, one input a line, in hexadecimal.

/// Reads a corpus file; lines that begin with `#` are comments.
///
/// # Panics
/// When a line is not hexadecimal.
pub fn read(text: &str) -> Vec<Vec<u8>> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| bytes(line.trim()).expect("a corpus line is hexadecimal"))
        .collect()
}

/// The committed corpus of a target.
pub fn committed(target: crate::Target) -> Vec<Vec<u8>> {
    use crate::Target;
    read(match target {
        Target::Frame => include_str!("../corpus/frame.hex"),
        Target::Guard => include_str!("../corpus/guard.hex"),
        Target::Update => include_str!("../corpus/update.hex"),
        Target::StateVector => include_str!("../corpus/state-vector.hex"),
        Target::Awareness => include_str!("../corpus/awareness.hex"),
        Target::Room => include_str!("../corpus/room.hex"),
    })
}

/// The bytes of a hexadecimal text; `None` when it is not one.
pub fn bytes(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    let pairs = (0..text.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

/// The hexadecimal text of bytes.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive_being_written_and_read() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(bytes(&hex(&all)), Some(all.clone()));
        assert_eq!(read(&format!("# why\n{}\n\n", hex(&all))), [all, vec![]]);
        assert_eq!(bytes("0"), None);
        assert_eq!(bytes("zz"), None);
    }
}
