//! What a test may do to a store's disk. Production has none.

use std::fmt::Debug;
use std::io;
use std::path::Path;

/// Looks on while a store uses its disk, and may get in the way. Every call is on the
/// thread that is about to do it, and may block as a slow disk does; an error is treated
/// like the operating system's.
pub trait Faults: Debug + Send + Sync + 'static {
    /// A group of writes is about to reach the engine.
    ///
    /// # Errors
    /// What the disk should answer.
    fn before_write(&self) -> io::Result<()> {
        Ok(())
    }

    /// The engine has written everything, and nothing since the last call is sure to
    /// survive a power cut: the file is synced after this, and acknowledged after that.
    ///
    /// # Errors
    /// What the disk should answer.
    fn before_sync(&self, _database: &Path) -> io::Result<()> {
        Ok(())
    }

    /// Something is about to be read.
    ///
    /// # Errors
    /// What the disk should answer.
    fn before_read(&self) -> io::Result<()> {
        Ok(())
    }

    /// The database is about to be opened, at the start or after a failure.
    ///
    /// # Errors
    /// What the disk should answer.
    fn before_open(&self) -> io::Result<()> {
        Ok(())
    }
}
