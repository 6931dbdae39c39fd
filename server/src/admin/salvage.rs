//! What is intact of a damaged map.

use anyhow::Context;
use waymark_model::ids::MapId;
use waymark_model::interchange::MapFile;
use waymark_sync::guard::{self, Bounds};

use crate::maps::{MapError, document_of, read};
use crate::store::Store;

/// Reads a map from its intact snapshot and records. What builds on something that is lost
/// is left out.
pub(super) async fn read_intact(store: &Store, id: &MapId) -> anyhow::Result<MapFile> {
    let survey = store.survey(&document_of(id)).await?;
    let nothing = survey.snapshot.is_none() && survey.records.is_empty();
    if nothing {
        return Err(MapError::Missing(id.to_string()).into());
    }
    let mut intact = survey.intact();
    let sound = |bytes: &[u8]| guard::check_update(bytes, &Bounds::TRUSTED_SIZE).is_ok();
    intact.snapshot = intact
        .snapshot
        .filter(|(_, snapshot)| sound(&snapshot.state));
    intact.records.retain(|(_, record)| sound(&record.update));
    let map = id.clone();
    read(id, intact, move |txn| MapFile::read(txn, &map))
        .await
        .context("nothing of it can be read")
}
