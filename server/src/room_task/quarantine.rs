//! What made a room fail is kept, so that it can become a test.

use std::path::Path;

use waymark_sync::{Dialect, DocumentId, Frame, Timestamp, wire};

/// Enough to find a fault with; whoever found one must not fill the disk with it.
const FILES: usize = 100;

/// Writes a message to the folder, as it would be on a socket.
pub(super) async fn keep(folder: &Path, document: &DocumentId, frame: &Frame, at: Timestamp) {
    let Some(message) = wire::encode(Dialect::Hocuspocus, document, frame) else {
        return;
    };
    let folder = folder.to_owned();
    let path = folder.join(format!(
        "{}-{}.bin",
        at.0,
        document.as_str().replace('/', "-")
    ));
    let kept = tokio::task::spawn_blocking(move || {
        std::fs::create_dir_all(&folder)?;
        if std::fs::read_dir(&folder)?.count() < FILES {
            std::fs::write(&path, message)?;
            tracing::error!(path = %path.display(), "kept the message that it failed with");
        }
        Ok::<_, std::io::Error>(())
    });
    if let Ok(Err(error)) = kept.await {
        tracing::warn!(%error, "the message that it failed with could not be kept");
    }
}
