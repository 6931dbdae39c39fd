//! Inputs in the repository: one text file for each target, one input a line, in
//! hexadecimal. In the working folder each is a file of its own, as libFuzzer wants it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Most inputs of one target in the repository.
const MOST_INPUTS: usize = 300;

/// Most bytes of them together.
const MOST_BYTES: usize = 256 * 1024;

const HEADING: &str = "# Inputs of this target that each reach something else; written by `cargo xtask fuzz --keep`.\n";

/// Puts the inputs of the repository into the working folder.
pub(super) fn seed(folder: &Path, committed: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let text = fs::read_to_string(committed)
        .with_context(|| format!("cannot read {}", committed.display()))?;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let input = bytes(line)
            .with_context(|| format!("{}: not hexadecimal: {line}", committed.display()))?;
        fs::write(folder.join(name(&input)), input)?;
    }
    Ok(())
}

/// Writes inputs of a folder into the repository, of all sizes; how many.
pub(super) fn keep(folder: &Path, committed: &Path) -> Result<usize> {
    let mut inputs = Vec::new();
    for entry in fs::read_dir(folder)? {
        inputs.push(fs::read(entry?.path())?);
    }
    inputs.retain(|input| !input.is_empty());
    inputs.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    inputs.dedup();
    let (mut text, mut total, mut kept) = (HEADING.to_owned(), 0, 0);
    let step = inputs.len().div_ceil(MOST_INPUTS).max(1);
    for input in inputs.iter().step_by(step) {
        total += input.len();
        if total > MOST_BYTES {
            break;
        }
        text.push_str(&hex(input));
        text.push('\n');
        kept += 1;
    }
    fs::write(committed, text)?;
    Ok(kept)
}

/// The same input has the same name.
fn name(input: &[u8]) -> String {
    format!("seed-{:08x}-{}", crc32fast::hash(input), input.len())
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_survive_being_written_and_read() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(bytes(&hex(&all)), Some(all));
        assert_eq!(bytes("0"), None);
        assert_eq!(bytes("zz"), None);
    }
}
