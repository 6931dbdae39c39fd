//! Small records as JSON with a version, read and written as the types that they are.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::store::{Records, Revision, Store, StoreError};

/// The form that this program writes and reads.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    v: u32,
    #[serde(flatten)]
    content: T,
}

/// One record, and the revision that it is at.
pub(crate) async fn read<T: DeserializeOwned>(
    store: &Store,
    key: &str,
) -> Result<Option<(Revision, T)>, StoreError> {
    let Some(record) = store.get(key).await? else {
        return Ok(None);
    };
    match serde_json::from_slice::<Versioned<T>>(&record.value) {
        Ok(Versioned { v, content }) if v == VERSION => Ok(Some((record.revision, content))),
        // What it says may be a secret: only the key's first part is told.
        _ => Err(StoreError::Unavailable {
            reason: format!(
                "a record of {} is not of version {VERSION}",
                key.split('/').next().unwrap_or_default()
            ),
        }),
    }
}

/// The same without the revision.
pub(crate) async fn get<T: DeserializeOwned>(
    store: &Store,
    key: &str,
) -> Result<Option<T>, StoreError> {
    Ok(read(store, key).await?.map(|(_, content)| content))
}

/// Writes a record that is still at `expected`.
pub(crate) async fn put<T: Serialize>(
    store: &Store,
    key: &str,
    expected: Revision,
    content: &T,
) -> Result<bool, StoreError> {
    let value = serde_json::to_vec(&Versioned {
        v: VERSION,
        content,
    });
    let value = Bytes::from(value.expect("a record is plain values"));
    store.put_if_revision(key, expected, value).await
}

/// What becomes of a record that was looked at.
pub(crate) enum Next<T> {
    /// It is written like this.
    Write(T),
    /// It is forgotten.
    Forget,
    /// Nothing.
    Keep,
}

/// Reads a record, decides, and writes; again from the start when somebody else was quicker.
pub(crate) async fn change<T, R, E>(
    store: &Store,
    key: &str,
    mut decide: impl FnMut(Option<T>) -> Result<(Next<T>, R), E>,
) -> Result<R, E>
where
    T: Serialize + DeserializeOwned,
    E: From<StoreError>,
{
    loop {
        let (revision, content) = match read(store, key).await? {
            Some((revision, content)) => (revision, Some(content)),
            None => (Revision(0), None),
        };
        let (next, result) = decide(content)?;
        let done = match next {
            Next::Write(content) => put(store, key, revision, &content).await?,
            Next::Forget => store.delete_if_revision(key, revision).await?,
            Next::Keep => true,
        };
        if done {
            return Ok(result);
        }
    }
}

/// Forgets a record, whatever it says; whether there was one.
pub(crate) async fn forget(store: &Store, key: &str) -> Result<bool, StoreError> {
    loop {
        let Some(record) = store.get(key).await? else {
            return Ok(false);
        };
        if store.delete_if_revision(key, record.revision).await? {
            return Ok(true);
        }
    }
}

/// Forgets every record whose key begins like this.
pub(crate) async fn forget_all(store: &Store, prefix: &str) -> Result<(), StoreError> {
    for key in store.keys(prefix).await? {
        forget(store, &key).await?;
    }
    Ok(())
}
