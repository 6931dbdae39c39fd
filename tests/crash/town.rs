//! Some maps, and the people who work on them.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use tokio::sync::watch;
use waymark_server::store::{DocumentStore, SledStore, Store};
use waymark_sync::{BatchId, DocumentId, Incarnation, Record, Timestamp};
use waymark_tests::Rng;
use yrs::{ReadTxn, Transact, Update};

use crate::ledger::{Known, Ledger, Verdict, content};
use crate::line::{PATIENCE, read_afresh};
use crate::person::{Manner, Person};

const MAPS: u64 = 4;
const PEOPLE_A_MAP: usize = 3;

/// One map and who is in it.
struct Map {
    document: DocumentId,
    ledger: Arc<Ledger>,
    people: Vec<Person>,
}

/// Everybody.
pub(crate) struct Town {
    maps: Vec<Map>,
    rng: Rng,
    manner: Manner,
    next_client: u32,
    acknowledged: watch::Receiver<u64>,
}

/// What was known of every map at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot(Vec<(DocumentId, Known)>);

impl Town {
    /// Makes the maps in a new folder, and their people.
    pub(crate) async fn found(data: &Path, mut rng: Rng, manner: Manner) -> Result<Self> {
        let store = Store::Sled(SledStore::open(data, 8 << 20)?);
        let (acknowledge, acknowledged) = watch::channel(0);
        let mut maps = Vec::new();
        for number in 0..MAPS {
            let document = DocumentId::parse(&format!("map/crash-{number}"))?;
            let first = Record {
                update: Update::EMPTY_V1.to_vec().into(),
                author: "crash".to_owned(),
                at: Timestamp(1),
            };
            let life = Incarnation(rng.next_u128());
            store.create(&document, life, BatchId(1), first).await?;
            maps.push(Map {
                document,
                ledger: Arc::new(Ledger::new(acknowledge.clone())),
                people: Vec::new(),
            });
        }
        store.close().await;
        let mut town = Self {
            maps,
            rng,
            manner,
            next_client: 1_000,
            acknowledged,
        };
        for map in 0..town.maps.len() {
            for _ in 0..PEOPLE_A_MAP {
                town.arrive(map);
            }
        }
        Ok(town)
    }

    fn arrive(&mut self, map: usize) {
        let client = self.new_client();
        let rng = self.rng.fork();
        let map = &mut self.maps[map];
        let ledger = map.ledger.clone();
        let person = Person::new(&map.document, client, ledger, rng, self.manner);
        map.people.push(person);
    }

    fn new_client(&mut self) -> u32 {
        self.next_client += 1;
        self.next_client
    }

    fn everybody(&self) -> impl Iterator<Item = &Person> {
        self.maps.iter().flat_map(|map| &map.people)
    }

    /// One person somewhere goes without a word, and somebody new comes.
    pub(crate) fn replace_somebody(&mut self) {
        let map = self.rng.below(MAPS) as usize;
        let who = self.rng.below(PEOPLE_A_MAP as u64) as usize;
        self.maps[map].people.remove(who).leave();
        self.arrive(map);
    }

    pub(crate) fn go(&self, url: &str, typing: bool) {
        for person in self.everybody() {
            person.go(url, typing);
        }
    }

    pub(crate) fn hold(&self) {
        for person in self.everybody() {
            person.hold();
        }
    }

    /// All edits that were acknowledged so far.
    pub(crate) fn acknowledged(&self) -> u64 {
        *self.acknowledged.borrow()
    }

    /// Waits for so many more acknowledgements.
    pub(crate) async fn acknowledgements(&self, more: u64) -> Result<()> {
        let mut acknowledged = self.acknowledged.clone();
        let enough = self.acknowledged() + more;
        let waiting = acknowledged.wait_for(|all| *all >= enough);
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .context("edits are not acknowledged")??;
        Ok(())
    }

    /// What is known now.
    pub(crate) fn known(&self) -> Snapshot {
        let known = |map: &Map| (map.document.clone(), map.ledger.known());
        Snapshot(self.maps.iter().map(known).collect())
    }

    /// The ledgers, for who wants to know on another thread.
    pub(crate) fn ledgers(&self) -> Vec<(DocumentId, Arc<Ledger>)> {
        let pair = |map: &Map| (map.document.clone(), map.ledger.clone());
        self.maps.iter().map(pair).collect()
    }

    /// Everybody stops and sees the same, and nothing is missing or there twice.
    pub(crate) async fn converge(&mut self, url: &str) -> Result<Verdict> {
        for person in self.everybody() {
            person.settle().await?;
        }
        let mut verdict = Verdict::default();
        for map in 0..self.maps.len() {
            let client = self.new_client();
            let map = &self.maps[map];
            let fresh = read_afresh(url, &map.document, client).await?;
            let doc = fresh.replica.doc();
            verdict.add(map.ledger.known().check_all(doc));
            let (everything, expected) = (doc.transact().state_vector(), content(doc));
            for person in &map.people {
                let seen = person.sees(everything.clone()).await?;
                ensure!(
                    seen == expected,
                    "{}: people see different things",
                    map.document
                );
            }
        }
        Ok(verdict)
    }
}

impl Snapshot {
    pub(crate) fn of(ledgers: &[(DocumentId, Arc<Ledger>)]) -> Self {
        let known = ledgers.iter();
        Self(
            known
                .map(|(id, ledger)| (id.clone(), ledger.known()))
                .collect(),
        )
    }

    /// Reads every map as somebody who has nothing, and looks for what was shown saved.
    pub(crate) async fn check_saved(&self, url: &str) -> Result<Verdict> {
        let mut verdict = Verdict::default();
        for (number, (document, known)) in (1..).zip(&self.0) {
            let fresh = read_afresh(url, document, number).await?;
            verdict.add(known.check_saved(fresh.replica.doc()));
        }
        Ok(verdict)
    }

    /// Edits made, and edits shown saved.
    pub(crate) fn totals(&self) -> (u64, u64) {
        let add = |(made, saved): (u64, u64), (more_made, more_saved)| {
            (made + more_made, saved + more_saved)
        };
        self.0
            .iter()
            .map(|(_, known)| known.totals())
            .fold((0, 0), add)
    }
}
