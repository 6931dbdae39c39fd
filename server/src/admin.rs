//! Commands on a store that no server is using, and on files.

use std::path::Path;

use anyhow::{Context, bail};
use waymark_model::ids::MapId;
use waymark_model::interchange::MapFile;

use crate::clock::Clock;
use crate::config::Config;
use crate::maps::{MapError, Maps};
use crate::store::Store;

/// How a map is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Yaml,
    /// For programs.
    Json,
}

/// Makes a map from a file under the id that the file says, or a new one; the id.
///
/// # Errors
/// With the place in the file, or the remedy.
pub async fn import(config: &Config, file: &Path, new_id: bool) -> anyhow::Result<String> {
    let file = read_file(file)?;
    let id = if new_id {
        MapId::from_random(crate::random::bits128())
    } else {
        file.id()?
    };
    with_store(config, async |maps| {
        if maps.exists(&id).await? {
            bail!("a map {id} exists already; import it as another one with --new-id");
        }
        maps.create_from_file(&id, file, Clock::start().now())
            .await?;
        Ok(id.to_string())
    })
    .await
}

/// A map as the text of a file.
///
/// # Errors
/// When there is no such map, or the store cannot be used.
pub async fn export(config: &Config, map: &str, format: Format) -> anyhow::Result<String> {
    let id = MapId::parse(map).map_err(|_| MapError::Missing(map.to_owned()))?;
    with_store(config, async |maps| {
        let file = maps.export(&id).await?;
        Ok(match format {
            Format::Yaml => file.to_yaml(),
            Format::Json => file.to_json(),
        })
    })
    .await
}

/// The analysis of a map file, as JSON.
///
/// # Errors
/// With the place in the file.
pub fn analyse(file: &Path) -> anyhow::Result<String> {
    let analysis = read_file(file)?.analysis()?;
    Ok(serde_json::to_string_pretty(&analysis)?)
}

fn read_file(path: &Path) -> anyhow::Result<MapFile> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    MapFile::parse(&text).with_context(|| path.display().to_string())
}

/// Opens the store, does one thing, and closes it durably.
async fn with_store<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Maps) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let store: Store = crate::open_store(config).await?;
    let result = work(&Maps::new(store.clone())).await;
    store.close().await;
    result
}
