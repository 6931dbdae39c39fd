//! Commands on a store that no server is using, and on files.

mod salvage;
mod verify;

use std::path::Path;

use anyhow::{Context, bail};
use waymark_model::ids::MapId;
use waymark_model::interchange::MapFile;

use crate::clock::Clock;
use crate::config::Config;
use crate::maps::{MapError, Maps};
use crate::store::Store;

pub use self::verify::{DamagedDocument, Report};

/// How a map is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Yaml,
    /// For programs.
    Json,
}

impl Format {
    fn ending(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
        }
    }
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

/// A map as the text of a file; with `salvage`, what is intact of a damaged one.
///
/// # Errors
/// When there is no such map, or the store cannot be used.
pub async fn export(
    config: &Config,
    map: &str,
    format: Format,
    salvage: bool,
) -> anyhow::Result<String> {
    let id = MapId::parse(map).map_err(|_| MapError::Missing(map.to_owned()))?;
    check_there(config)?;
    with_store(config, async |maps| one(maps, &id, format, salvage).await).await
}

/// Every map as a file in a folder; a line about each.
///
/// # Errors
/// After the last map, when not every map could be exported; or when the store cannot be used.
pub async fn export_all(
    config: &Config,
    folder: &Path,
    format: Format,
    salvage: bool,
) -> anyhow::Result<String> {
    check_there(config)?;
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot write to {}", folder.display()))?;
    with_store(config, async |maps| {
        let mut lines = Vec::new();
        let mut failed = Vec::new();
        for id in maps_in(maps.store()).await? {
            let file = folder.join(format!("{id}.{}", format.ending()));
            match one(maps, &id, format, salvage).await {
                Ok(text) => {
                    std::fs::write(&file, text)
                        .with_context(|| format!("cannot write {}", file.display()))?;
                    lines.push(format!("{id}: {}", file.display()));
                }
                Err(error) => failed.push(format!("{id}: {error:#}")),
            }
        }
        if !failed.is_empty() {
            let failed = failed.join("; ");
            bail!("{} maps exported, but not {failed}", lines.len());
        }
        Ok(lines.join("\n"))
    })
    .await
}

/// Looks at everything that is stored.
///
/// # Errors
/// When the store cannot be read at all.
pub async fn verify(config: &Config) -> anyhow::Result<Report> {
    check_there(config)?;
    with_store(config, async |maps| {
        let store = maps.store();
        Ok(verify::verify(store, &store.made()).await?)
    })
    .await
}

async fn one(maps: &Maps, id: &MapId, format: Format, salvage: bool) -> anyhow::Result<String> {
    let file = match salvage {
        true => salvage::read_intact(maps.store(), id).await?,
        false => maps.export(id).await?,
    };
    Ok(match format {
        Format::Yaml => file.to_yaml(),
        Format::Json => file.to_json(),
    })
}

/// Every map that has anything in the store.
async fn maps_in(store: &Store) -> anyhow::Result<Vec<MapId>> {
    let (names, _) = store.survey_names().await?;
    let maps = names.iter().filter(|name| name.kind() == "map");
    Ok(maps
        .filter_map(|name| MapId::parse(name.key()).ok())
        .collect())
}

/// Looking at a store must not make one.
fn check_there(config: &Config) -> anyhow::Result<()> {
    if !config.data.join("sled").is_dir() {
        bail!(
            "there is no store in {}; choose it with --data",
            config.data.display()
        );
    }
    Ok(())
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
