//! Maps as whole documents: made, listed, read out. For the JSON API and the commands.

mod summary;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use waymark_model::ids::MapId;
use waymark_model::interchange::{FileError, MapFile};
use waymark_model::{JourneyMap, templates};
use waymark_sync::{BatchId, DocumentId, Incarnation, Record, StoredDocument, Timestamp};
use yrs::block::ClientID;
use yrs::updates::decoder::Decode;
use yrs::{Doc, OffsetKind, Options, Transact, TransactionMut, Update};

pub(crate) use self::summary::Summary;
use crate::store::{DocumentHead, DocumentStore, Records, Revision, Store, StoreError};

/// Who is named as the author of what the server writes itself.
pub(crate) const AUTHOR: &str = "server";
/// The record that says that the demo maps were made once.
const SEEDED: &str = "seeded";
/// How many names are asked of the store at once.
const PAGE: usize = 256;

/// Why something could not be done with a map.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MapError {
    /// The file is not a map.
    #[error(transparent)]
    File(#[from] FileError),
    /// The store cannot do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such map.
    #[error("there is no map {0}")]
    Missing(String),
    /// Stored bytes that do not make a document.
    #[error("map {0} cannot be read")]
    Unreadable(String),
}

/// Maps in a store; clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Maps {
    store: Store,
    summaries: Arc<Mutex<HashMap<DocumentId, (DocumentHead, Summary)>>>,
}

/// The document of a map.
pub(crate) fn document_of(map: &MapId) -> DocumentId {
    DocumentId::parse(&format!("map/{map}")).expect("the id of a map is a part of a document name")
}

impl Maps {
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store,
            summaries: Arc::default(),
        }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Makes a map with a title and the usual lanes.
    pub(crate) async fn create_blank(
        &self,
        id: &MapId,
        title: &str,
        at: Timestamp,
    ) -> Result<(), MapError> {
        let title = title.to_owned();
        let update = build(move |txn| {
            templates::write_blank(txn, &title, &mut crate::random::bits128);
            Ok(())
        })
        .await?;
        self.create(id, update, at).await
    }

    /// Makes a map from a file, under the given id.
    pub(crate) async fn create_from_file(
        &self,
        id: &MapId,
        file: MapFile,
        at: Timestamp,
    ) -> Result<(), MapError> {
        let update = build(move |txn| file.write(txn)).await?;
        self.create(id, update, at).await
    }

    /// One durable record is the whole beginning: two first openers cannot double it.
    async fn create(&self, id: &MapId, update: Bytes, at: Timestamp) -> Result<(), MapError> {
        let record = Record {
            update,
            author: AUTHOR.to_owned(),
            at,
        };
        let incarnation = Incarnation(crate::random::bits128());
        let batch = BatchId(crate::random::bits128());
        self.store
            .create(&document_of(id), incarnation, batch, record)
            .await?;
        Ok(())
    }

    /// Reads a map as a file: what is durable of it.
    pub(crate) async fn export(&self, id: &MapId) -> Result<MapFile, MapError> {
        let stored = self.store.load(&document_of(id)).await?;
        let stored = stored.ok_or_else(|| MapError::Missing(id.to_string()))?;
        let map = id.clone();
        read(id, stored, move |txn| MapFile::read(txn, &map)).await
    }

    /// Whether a map of this id exists.
    pub(crate) async fn exists(&self, id: &MapId) -> Result<bool, MapError> {
        Ok(self.store.head(&document_of(id)).await?.is_some())
    }

    /// What a map is called; `None` if there is none that can be read.
    pub(crate) async fn title(&self, id: &MapId) -> Result<Option<String>, MapError> {
        let summary = self.summary(id, &document_of(id)).await?;
        Ok(summary.map(|summary| summary.title))
    }

    /// What the home page tells of each map, the one changed last first. A map is read
    /// again only when it has changed.
    pub(crate) async fn list(&self) -> Result<Vec<Summary>, MapError> {
        let mut summaries = Vec::new();
        let mut after = None;
        loop {
            let page = self.store.list(after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.clone());
            for document in page.iter().filter(|document| document.kind() == "map") {
                if let Ok(id) = MapId::parse(document.key()) {
                    summaries.extend(self.summary(&id, document).await?);
                }
            }
        }
        summaries
            .sort_by(|a, b| (b.changed_at, &a.title, &a.id).cmp(&(a.changed_at, &b.title, &b.id)));
        Ok(summaries)
    }

    /// `None` for a map that was deleted meanwhile.
    async fn summary(
        &self,
        id: &MapId,
        document: &DocumentId,
    ) -> Result<Option<Summary>, MapError> {
        let head = match self.store.head(document).await {
            Ok(Some(head)) => head,
            Ok(None) => return Ok(None),
            Err(error @ StoreError::Corrupt { .. }) => {
                return Ok(Some(Summary::unreadable(id, None, &error.to_string())));
            }
            Err(error) => return Err(error.into()),
        };
        let known = self
            .summaries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(document)
            .cloned();
        if let Some((at, summary)) = known
            && at == head
        {
            return Ok(Some(summary));
        }
        let changed_at = Some(head.changed_at);
        let summary = match self.store.load(document).await {
            Ok(None) => return Ok(None),
            Ok(Some(stored)) => {
                let map = id.clone();
                let read = read(id, stored, move |txn| {
                    Summary::of(&map, changed_at, &JourneyMap::read(txn))
                });
                match read.await {
                    Ok(summary) => summary,
                    Err(error) => Summary::unreadable(id, changed_at, &error.to_string()),
                }
            }
            Err(error @ StoreError::Corrupt { .. }) => {
                Summary::unreadable(id, changed_at, &error.to_string())
            }
            Err(error) => return Err(error.into()),
        };
        let mut summaries = self
            .summaries
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        summaries.insert(document.clone(), (head, summary.clone()));
        Ok(Some(summary))
    }

    /// Makes the demo maps in a store that was never used, and remembers that it did.
    pub(crate) async fn seed(&self, at: Timestamp) -> Result<usize, MapError> {
        if self.store.get(SEEDED).await?.is_some() {
            return Ok(0);
        }
        let mut made = 0;
        if self.store.list(None, 1).await?.is_empty() || self.seeding_was_cut_short().await? {
            for (_, text) in templates::DEMO_MAPS {
                let file = MapFile::parse(text)?;
                let id = file.id()?;
                match self.create_from_file(&id, file, at).await {
                    Ok(()) => made += 1,
                    Err(MapError::Store(StoreError::Exists { .. })) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        self.store
            .put_if_revision(SEEDED, Revision(0), Bytes::from_static(b"1"))
            .await?;
        Ok(made)
    }

    /// Whether all that is there are demo maps: a crash came between them and the marker.
    async fn seeding_was_cut_short(&self) -> Result<bool, MapError> {
        let there = self
            .store
            .list(None, templates::DEMO_MAPS.len() + 1)
            .await?;
        let mut demo = Vec::new();
        for (_, text) in templates::DEMO_MAPS {
            demo.push(document_of(&MapFile::parse(text)?.id()?));
        }
        Ok(there.iter().all(|document| demo.contains(document)))
    }
}

/// Writes a new document on the blocking pool; the update that is all of it.
async fn build(
    write: impl FnOnce(&mut TransactionMut<'_>) -> Result<(), FileError> + Send + 'static,
) -> Result<Bytes, MapError> {
    let built = tokio::task::spawn_blocking(move || {
        let doc = new_doc();
        let mut txn = doc.transact_mut();
        write(&mut txn)?;
        Ok::<_, FileError>(Bytes::from(txn.encode_update_v1()))
    });
    Ok(built
        .await
        .map_err(|_| MapError::Unreadable("new".to_owned()))??)
}

/// Reads a stored document on the blocking pool.
pub(crate) async fn read<T: Send + 'static>(
    id: &MapId,
    stored: StoredDocument,
    read: impl FnOnce(&yrs::Transaction<'_>) -> T + Send + 'static,
) -> Result<T, MapError> {
    let result = tokio::task::spawn_blocking(move || {
        // What is stored was checked before it was applied the first time. Should yrs
        // panic on it all the same, that is this map's misfortune only.
        catch_unwind(AssertUnwindSafe(|| {
            let doc = new_doc();
            {
                let mut txn = doc.transact_mut();
                let snapshot = stored.snapshot.iter().map(|(_, snapshot)| &snapshot.state);
                let updates = stored.records.iter().map(|(_, record)| &record.update);
                for update in snapshot.chain(updates) {
                    txn.apply_update(Update::decode_v1(update).ok()?).ok()?;
                }
            }
            Some(read(&doc.transact()))
        }))
    });
    let unreadable = || MapError::Unreadable(id.to_string());
    result
        .await
        .map_err(|_| unreadable())?
        .ok()
        .flatten()
        .ok_or_else(unreadable)
}

fn new_doc() -> Doc {
    // Our client ids have 32 bits, so that they fit wherever Yjs runs.
    let client_id = ClientID::new(crate::random::bits64() >> 32);
    Doc::with_options(Options {
        client_id,
        offset_kind: OffsetKind::Utf16,
        cleanup_formatting: false,
        ..Options::default()
    })
}
