//! What a disk holds after its power was cut.
//!
//! Between two syncs a disk may write what it was given in any order, or not at all, and
//! tears what it writes at its sectors. So a cut leaves the image of the last sync, plus
//! any part of what changed since.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use waymark_tests::Rng;

const SECTOR: usize = 512;
const PAGE: usize = 4096;

/// The files of a folder and their bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Image(BTreeMap<String, Vec<u8>>);

impl Image {
    /// Copies the files of a folder, without folders in it.
    pub(crate) fn of(folder: &Path) -> Result<Self> {
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type()?.is_file() {
                // A file that goes this very moment counts as gone.
                if let Ok(bytes) = std::fs::read(entry.path()) {
                    files.insert(name, bytes);
                }
            }
        }
        Ok(Self(files))
    }

    /// Writes the files into a new folder.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder)?;
        for (name, bytes) in &self.0 {
            std::fs::write(folder.join(name), bytes).with_context(|| name.clone())?;
        }
        Ok(())
    }

    /// What is left when the power is cut while this is being turned into `live`.
    pub(crate) fn cut(&self, live: &Self, rng: &mut Rng) -> Self {
        let way = Way::pick(rng);
        let mut files = BTreeMap::new();
        let names: std::collections::BTreeSet<&String> =
            self.0.keys().chain(live.0.keys()).collect();
        for name in names {
            let torn = match (self.0.get(name), live.0.get(name)) {
                (Some(old), Some(new)) => Some(way.tear(old, new, rng)),
                // A new name is on the disk or not, its bytes too.
                (None, Some(new)) => rng.chance(50).then(|| way.tear(&[], new, rng)),
                // A name that was removed may come back.
                (Some(old), None) => rng.chance(50).then(|| old.clone()),
                (None, None) => None,
            };
            if let Some(bytes) = torn {
                files.insert(name.clone(), bytes);
            }
        }
        Self(files)
    }
}

/// Which of the unsynced blocks reach the disk.
#[derive(Clone, Copy, Debug)]
struct Way {
    block: usize,
    /// How many of a hundred blocks are written.
    written: u64,
    /// Only the blocks up to a random one, or only those after it.
    side: Side,
}

#[derive(Clone, Copy, Debug)]
enum Side {
    Anywhere,
    Front,
    Back,
}

impl Way {
    fn pick(rng: &mut Rng) -> Self {
        let written = [0, 10, 50, 90, 100];
        Self {
            block: if rng.chance(50) { SECTOR } else { PAGE },
            written: *rng.pick(&written).unwrap_or(&50),
            side: match rng.below(4) {
                0 => Side::Front,
                1 => Side::Back,
                _ => Side::Anywhere,
            },
        }
    }

    fn tear(self, old: &[u8], new: &[u8], rng: &mut Rng) -> Vec<u8> {
        let length = match rng.below(3) {
            0 => old.len(),
            1 => new.len(),
            _ => {
                let (low, high) = (old.len().min(new.len()), old.len().max(new.len()));
                let pages = (high - low) / PAGE;
                low + rng.below(pages as u64 + 1) as usize * PAGE
            }
        };
        let mut torn = old.to_vec();
        torn.resize(length, 0);
        let changed: Vec<usize> = (0..new.len().min(length))
            .step_by(self.block)
            .filter(|at| {
                let end = (at + self.block).min(new.len());
                old.get(*at..end) != new.get(*at..end)
            })
            .collect();
        let middle = rng.below(changed.len() as u64 + 1) as usize;
        let reached = match self.side {
            Side::Anywhere => &changed[..],
            Side::Front => &changed[..middle],
            Side::Back => &changed[middle..],
        };
        for at in reached {
            if rng.chance(self.written) {
                let end = (at + self.block).min(new.len()).min(length);
                torn[*at..end].copy_from_slice(&new[*at..end]);
            }
        }
        torn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(bytes: Vec<u8>) -> Image {
        Image(BTreeMap::from([("db".to_owned(), bytes)]))
    }

    #[test]
    fn what_was_synced_survives_every_cut_and_the_rest_is_old_or_new() {
        let old = image(vec![1; 5 * PAGE]);
        let mut bytes = vec![1; 9 * PAGE];
        bytes[2 * PAGE..].fill(2);
        let new = image(bytes);
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..200 {
            let cut = old.cut(&new, &mut Rng::new(seed));
            let bytes = &cut.0["db"];
            assert!(bytes.len() >= 5 * PAGE);
            assert!(bytes[..2 * PAGE].iter().all(|byte| *byte == 1));
            let after = bytes[2 * PAGE..5 * PAGE].iter();
            assert!(after.clone().all(|byte| [1, 2].contains(byte)));
            seen.insert(after.filter(|byte| **byte == 2).count());
        }
        assert!(seen.len() > 10, "every cut is the same");
    }
}
