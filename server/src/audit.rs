//! What was done about people and rights, in order, in a form in which a later change shows.
//!
//! Each entry holds the hash of the one before it and its own; a record beside them says
//! which is the last. Whoever can write the data folder can forge the whole chain, but not
//! one entry of it, and not against a hash that was written down elsewhere.

use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use waymark_sync::Timestamp;

use crate::auth::digest;
use crate::people::PersonId;
use crate::records::{self, Next};
use crate::store::{Revision, Store, StoreError};

const HEAD: &str = "audit-head";
/// What the first entry says of the one before it.
const START: &str = "";
/// How many entries are read at once at most.
pub(crate) const PAGE: usize = 100;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Deed {
    SetUp,
    SignedIn,
    SignInFailed,
    SignedOut,
    SessionEnded,
    PasswordChanged,
    PasswordReset,
    /// An account and what the provider knows somebody as are one from now on.
    Connected,
    Disconnected,
    ResetMade,
    /// By whoever says that it is theirs.
    ResetAsked,
    TokenMade,
    TokenEnded,
    Invited,
    InviteWithdrawn,
    Joined,
    CameByLink,
    LinkMade,
    LinkRevoked,
    RoleChanged,
    PlaceChanged,
    PersonRemoved,
    WorkspaceChanged,
    MapMade,
    FeedMade,
    FeedEnded,
    WebhookAdded,
    WebhookRemoved,
    Exported,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// From 1, without gaps.
    pub(crate) number: u64,
    /// In milliseconds since the Unix epoch.
    pub(crate) at: u64,
    /// Who did it, by id; names are said when it is read.
    pub(crate) who: Option<PersonId>,
    pub(crate) what: Deed,
    /// The map that it is about.
    #[serde(default)]
    pub(crate) map: Option<String>,
    /// The person that it is about.
    #[serde(default)]
    pub(crate) person: Option<PersonId>,
    /// Roles, scopes and the like; never a secret, a name or an e-mail.
    #[serde(default)]
    pub(crate) detail: String,
    /// The network that it was asked from: the address without its last part.
    pub(crate) from: String,
    before: String,
    hash: String,
}

impl Entry {
    /// What the hash is taken of: everything else, each with its length, so that nothing
    /// can be moved from one field to the next.
    fn content_hash(&self) -> String {
        let what = serde_json::to_string(&self.what).expect("a word");
        let id = |id: &Option<PersonId>| id.as_ref().map_or("", |id| id.as_str()).to_owned();
        let fields = [
            self.number.to_string(),
            self.at.to_string(),
            id(&self.who),
            what,
            self.map.clone().unwrap_or_default(),
            id(&self.person),
            self.detail.clone(),
            self.from.clone(),
            self.before.clone(),
        ];
        let text: String = fields
            .iter()
            .map(|field| format!("{}:{field}", field.len()))
            .collect();
        digest(&text)
    }
}

/// What is to be written down.
#[derive(Clone, Debug, Default)]
pub(crate) struct Note {
    pub(crate) who: Option<PersonId>,
    pub(crate) map: Option<String>,
    pub(crate) person: Option<PersonId>,
    pub(crate) detail: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    number: u64,
    hash: String,
}

/// Where a chain is not what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Broken {
    /// The first entry that is changed, missing or too much.
    pub(crate) number: u64,
}

/// The log; clones write to the same.
#[derive(Clone, Debug)]
pub(crate) struct Audit {
    store: Store,
    /// One at a time, so that each knows the one before it.
    turn: Arc<Mutex<()>>,
}

fn key(number: u64) -> String {
    format!("audit/{number:012}")
}

impl Audit {
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store,
            turn: Arc::default(),
        }
    }

    /// Writes an entry, durably.
    pub(crate) async fn write(
        &self,
        what: Deed,
        note: Note,
        from: IpAddr,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        let mut head = self.head().await?;
        loop {
            let mut entry = Entry {
                number: head.number + 1,
                at: now.0,
                who: note.who.clone(),
                what,
                map: note.map.clone(),
                person: note.person.clone(),
                detail: note.detail.clone(),
                from: network(from),
                before: head.hash.clone(),
                hash: String::new(),
            };
            entry.hash = entry.content_hash();
            head = Head {
                number: entry.number,
                hash: entry.hash.clone(),
            };
            if records::put(&self.store, &key(entry.number), Revision(0), &entry).await? {
                break;
            }
            // A crash came between an entry and the head: the entry counts.
            if let Some(there) = records::get::<Entry>(&self.store, &key(entry.number)).await? {
                head.hash = there.hash;
            }
        }
        records::change(&self.store, HEAD, |_: Option<Head>| {
            Ok((Next::Write(head.clone()), ()))
        })
        .await
    }

    async fn head(&self) -> Result<Head, StoreError> {
        let head: Option<Head> = records::get(&self.store, HEAD).await?;
        Ok(head.unwrap_or_default())
    }

    /// Up to [`PAGE`] entries before `before` that are wanted, the newest first, and from
    /// where to go on.
    pub(crate) async fn read(
        &self,
        before: Option<u64>,
        wanted: impl Fn(&Entry) -> bool,
    ) -> Result<(Vec<Entry>, Option<u64>), StoreError> {
        let mut number = before.unwrap_or(self.head().await?.number + 1);
        let mut entries = Vec::new();
        while number > 1 && entries.len() < PAGE {
            number -= 1;
            let entry: Option<Entry> = records::get(&self.store, &key(number)).await?;
            entries.extend(entry.filter(|entry| wanted(entry)));
        }
        Ok((entries, (number > 1).then_some(number)))
    }

    /// Looks at every entry; how many there are, or where the chain is broken.
    pub(crate) async fn check(&self) -> Result<Result<u64, Broken>, StoreError> {
        let _turn = self.turn.lock().await;
        let head = self.head().await?;
        let mut before = START.to_owned();
        for number in 1..=head.number {
            let entry: Option<Entry> = records::get(&self.store, &key(number)).await?;
            let whole = entry.filter(|entry| {
                entry.number == number
                    && entry.before == before
                    && entry.hash == entry.content_hash()
            });
            match whole {
                Some(entry) => before = entry.hash,
                None => return Ok(Err(Broken { number })),
            }
        }
        if before != head.hash {
            return Ok(Err(Broken {
                number: head.number,
            }));
        }
        Ok(Ok(head.number))
    }
}

/// An address without what tells one household from another: three bytes of IPv4, six of
/// IPv6.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{MemoryStore, Records};

    fn from() -> IpAddr {
        "192.0.2.77".parse().unwrap()
    }

    async fn filled() -> (Store, Audit) {
        let store = Store::Memory(MemoryStore::default());
        let audit = Audit::new(store.clone());
        for at in 1..=5 {
            let note = Note {
                detail: "editor".to_owned(),
                ..Note::default()
            };
            let written = audit.write(Deed::RoleChanged, note, from(), Timestamp(at));
            written.await.unwrap();
        }
        (store, audit)
    }

    async fn tamper(store: &Store, number: u64, change: impl Fn(&str) -> String) {
        let record = store.get(&key(number)).await.unwrap().unwrap();
        let text = change(std::str::from_utf8(&record.value).unwrap());
        let key = key(number);
        let put = store.put_if_revision(&key, record.revision, text.into());
        assert!(put.await.unwrap());
    }

    #[tokio::test]
    async fn what_is_written_is_read_newest_first_without_the_whole_address() {
        let (_, audit) = filled().await;
        let (entries, more) = audit.read(None, |_| true).await.unwrap();
        let numbers: Vec<u64> = entries.iter().map(|entry| entry.number).collect();
        assert_eq!((numbers, more), (vec![5, 4, 3, 2, 1], None));
        assert_eq!(entries[0].from, "192.0.2.0/24");
        assert_eq!(audit.check().await.unwrap(), Ok(5));
    }

    #[tokio::test]
    async fn a_changed_entry_shows() {
        let (store, audit) = filled().await;
        tamper(&store, 3, |text| text.replace("editor", "viewer")).await;
        assert_eq!(audit.check().await.unwrap(), Err(Broken { number: 3 }));
    }

    #[tokio::test]
    async fn an_entry_changed_with_its_own_hash_shows_at_the_next() {
        let (store, audit) = filled().await;
        let mut entry: Entry = records::get(&store, &key(3)).await.unwrap().unwrap();
        entry.detail = "viewer".to_owned();
        entry.hash = entry.content_hash();
        let text = serde_json::to_string(&entry).unwrap();
        tamper(&store, 3, |_| format!("{{\"v\":1,{}", &text[1..])).await;
        assert_eq!(audit.check().await.unwrap(), Err(Broken { number: 4 }));
    }

    #[tokio::test]
    async fn a_missing_entry_shows_also_at_the_end() {
        for number in [2, 5] {
            let (store, audit) = filled().await;
            records::forget(&store, &key(number)).await.unwrap();
            assert_eq!(audit.check().await.unwrap(), Err(Broken { number }));
        }
    }

    #[tokio::test]
    async fn a_crash_before_the_head_is_written_breaks_nothing() {
        let (store, audit) = filled().await;
        records::forget(&store, HEAD).await.unwrap();
        let written = audit.write(Deed::SignedIn, Note::default(), from(), Timestamp(9));
        written.await.unwrap();
        assert_eq!(audit.check().await.unwrap(), Ok(6));
    }
}
