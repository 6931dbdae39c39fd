//! The names of all documents that were made, beside the database: so that a database that
//! has lost them is not taken for a new one.
//!
//! A line is `+` or `-` and a name. A name is added after its document is durable and taken
//! out before it is deleted, so whatever is listed was there.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use waymark_sync::DocumentId;

const NAME: &str = "documents.list";

#[derive(Debug)]
pub(super) struct Manifest {
    path: PathBuf,
    names: Mutex<BTreeSet<DocumentId>>,
}

impl Manifest {
    /// Reads the list of a data folder; an empty one if there is none.
    pub(super) fn read(folder: &Path) -> io::Result<Self> {
        let path = folder.join(NAME);
        let text = match std::fs::read(&path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let mut names = BTreeSet::new();
        for line in text.lines() {
            // A line that a crash has torn says no name.
            if let Some(Ok(id)) = line.strip_prefix('+').map(DocumentId::parse) {
                names.insert(id);
            } else if let Some(Ok(id)) = line.strip_prefix('-').map(DocumentId::parse) {
                names.remove(&id);
            }
        }
        Ok(Self {
            path,
            names: Mutex::new(names),
        })
    }

    /// Every document that was made and not deleted.
    pub(super) fn names(&self) -> Vec<DocumentId> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.iter().cloned().collect()
    }

    pub(super) fn add(&self, id: &DocumentId) -> io::Result<()> {
        self.write(id, true)
    }

    pub(super) fn remove(&self, id: &DocumentId) -> io::Result<()> {
        self.write(id, false)
    }

    fn write(&self, id: &DocumentId, there: bool) -> io::Result<()> {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.contains(id) == there {
            return Ok(());
        }
        let sign = if there { '+' } else { '-' };
        let mut file = File::options().create(true).append(true).open(&self.path)?;
        // Begins a line of its own, whatever a crash has left of the last one.
        file.write_all(format!("\n{sign}{id}").as_bytes())?;
        file.sync_data()?;
        match there {
            true => names.insert(id.clone()),
            false => names.remove(id),
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_there_again_also_behind_a_torn_line() {
        let folder = tempfile::tempdir().unwrap();
        let id = |name: &str| DocumentId::parse(name).unwrap();
        let manifest = Manifest::read(folder.path()).unwrap();
        for name in ["map/a", "map/b", "map/c"] {
            manifest.add(&id(name)).unwrap();
        }
        manifest.remove(&id("map/b")).unwrap();
        let path = folder.path().join(NAME);
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.push_str("\n+map");
        std::fs::write(&path, text).unwrap();
        let manifest = Manifest::read(folder.path()).unwrap();
        manifest.add(&id("map/d")).unwrap();
        let again = Manifest::read(folder.path()).unwrap();
        assert_eq!(again.names(), ["map/a", "map/c", "map/d"].map(id));
    }
}
