//! What the people made and what they were shown as saved, and what a document must hold
//! because of it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use yrs::types::text::TextRef;
use yrs::{
    Any, Array, ArrayRef, Doc, GetString, Out, ReadTxn, Text, Transact, TransactionMut, WriteTxn,
};

/// The list that gets one entry an edit.
const EDITS: &str = "edits";
/// The text that gets one mark an edit.
const TYPED: &str = "typed";

/// One edit: who made it, and the number it has with them, from 1.
pub(crate) type Edit = (u32, u64);

/// How far one person has got.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// Edits made.
    made: u64,
    /// Edits that were acknowledged as durable: always the first ones.
    saved: u64,
    /// They went without waiting; what was not saved may be gone with them.
    left: bool,
}

/// The edits of everybody in one map.
#[derive(Debug)]
pub(crate) struct Ledger {
    people: Mutex<BTreeMap<u32, Progress>>,
    /// All acknowledgements in all maps, for whoever waits for a number of them.
    acknowledged: watch::Sender<u64>,
}

/// What was known of one map at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Known(BTreeMap<u32, Progress>);

/// What a document holds of what it should.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Edits that are missing.
    pub(crate) lost: u64,
    /// Edits that are there more than once, or in one place only.
    pub(crate) doubled: u64,
}

impl Verdict {
    pub(crate) fn is_clean(self) -> bool {
        self == Self::default()
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.lost += other.lost;
        self.doubled += other.doubled;
    }
}

impl Ledger {
    pub(crate) fn new(acknowledged: watch::Sender<u64>) -> Self {
        Self {
            people: Mutex::default(),
            acknowledged,
        }
    }

    fn people(&self) -> MutexGuard<'_, BTreeMap<u32, Progress>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down an edit that is about to be made; its number.
    pub(crate) fn make(&self, client: u32) -> u64 {
        let mut people = self.people();
        let progress = people.entry(client).or_default();
        progress.made += 1;
        progress.made
    }

    /// Writes down that all but the last `unsaved` edits of somebody are durable.
    pub(crate) fn acknowledge(&self, client: u32, unsaved: u64) {
        let mut people = self.people();
        let progress = people.entry(client).or_default();
        let saved = progress.made.saturating_sub(unsaved).max(progress.saved);
        let more = saved - progress.saved;
        progress.saved = saved;
        drop(people);
        if more > 0 {
            self.acknowledged.send_modify(|all| *all += more);
        }
    }

    /// Writes down that somebody went without waiting.
    pub(crate) fn leave(&self, client: u32) {
        self.people().entry(client).or_default().left = true;
    }

    /// What is known now.
    pub(crate) fn known(&self) -> Known {
        Known(self.people().clone())
    }
}

impl Known {
    /// Everything that was shown saved must be there, once; nothing may be there twice.
    pub(crate) fn check_saved(&self, doc: &Doc) -> Verdict {
        self.check(doc, |progress| progress.saved)
    }

    /// Also what nobody was told is saved must be there, if its author is still around.
    pub(crate) fn check_all(&self, doc: &Doc) -> Verdict {
        self.check(doc, |progress| match progress.left {
            true => progress.saved,
            false => progress.made,
        })
    }

    fn check(&self, doc: &Doc, due: impl Fn(&Progress) -> u64) -> Verdict {
        let found = read(doc);
        let mut verdict = Verdict::default();
        for (client, progress) in &self.0 {
            for number in 1..=due(progress) {
                if !found.contains_key(&(*client, number)) {
                    verdict.lost += 1;
                }
            }
        }
        let twice = found.values().filter(|places| **places != (1, 1)).count();
        verdict.doubled = twice as u64;
        verdict
    }

    /// Edits made and edits saved.
    pub(crate) fn totals(&self) -> (u64, u64) {
        let add =
            |(made, saved), progress: &Progress| (made + progress.made, saved + progress.saved);
        self.0.values().fold((0, 0), add)
    }
}

/// Makes an edit: an entry with some ballast in a list, and a mark at the end of a text.
pub(crate) fn write(txn: &mut TransactionMut<'_>, (client, number): Edit, ballast: usize) {
    let edits = txn.get_or_insert_array(EDITS);
    let entry = format!("{client}.{number}.{}", "x".repeat(ballast));
    edits.push_back(txn, entry);
    let typed = txn.get_or_insert_text(TYPED);
    let end = typed.len(txn);
    typed.insert(txn, end, &format!("<{client}.{number}>"));
}

/// Everything that a document says, to compare documents by.
pub(crate) fn content(doc: &Doc) -> String {
    let (edits, typed) = parts(doc);
    let mut all = edits.join("\n");
    all.push_str(&typed);
    all
}

/// How often each edit is there, in the list and in the text.
fn read(doc: &Doc) -> HashMap<Edit, (u32, u32)> {
    let (edits, typed) = parts(doc);
    let mut found: HashMap<Edit, (u32, u32)> = HashMap::new();
    for entry in &edits {
        found.entry(parse(entry)).or_default().0 += 1;
    }
    for mark in typed.split('<').skip(1) {
        found
            .entry(parse(mark.trim_end_matches('>')))
            .or_default()
            .1 += 1;
    }
    found
}

/// A mark that is not whole becomes an edit that nobody made, and so a finding.
fn parse(text: &str) -> Edit {
    let mut numbers = text.split('.');
    let client = numbers.next().and_then(|n| n.parse().ok());
    let number = numbers.next().and_then(|n| n.parse().ok());
    (client.unwrap_or(0), number.unwrap_or(0))
}

fn parts(doc: &Doc) -> (Vec<String>, String) {
    let txn = doc.transact();
    let edits: Option<ArrayRef> = txn.get_array(EDITS);
    let typed: Option<TextRef> = txn.get_text(TYPED);
    let entries = edits.map_or_else(Vec::new, |edits| {
        edits
            .iter(&txn)
            .map(|entry| match entry {
                Out::Any(Any::String(text)) => text.to_string(),
                _ => String::new(),
            })
            .collect()
    });
    (
        entries,
        typed.map_or_else(String::new, |typed| typed.get_string(&txn)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(made: u64, unsaved: u64) -> Ledger {
        let ledger = Ledger::new(watch::channel(0).0);
        for _ in 0..made {
            ledger.make(7);
        }
        ledger.acknowledge(7, unsaved);
        ledger
    }

    fn doc(numbers: &[u64]) -> Doc {
        let doc = Doc::new();
        for number in numbers {
            write(&mut doc.transact_mut(), (7, *number), 9);
        }
        doc
    }

    #[test]
    fn a_saved_edit_that_is_missing_is_lost() {
        let known = ledger(3, 1).known();
        assert!(known.check_saved(&doc(&[1, 2])).is_clean());
        assert_eq!(known.check_saved(&doc(&[2])).lost, 1);
        assert_eq!(known.check_saved(&doc(&[])).lost, 2);
    }

    #[test]
    fn an_unsaved_edit_may_be_missing_only_when_its_author_left() {
        let ledger = ledger(3, 1);
        assert_eq!(ledger.known().check_all(&doc(&[1, 2])).lost, 1);
        ledger.leave(7);
        assert!(ledger.known().check_all(&doc(&[1, 2])).is_clean());
    }

    #[test]
    fn an_edit_that_is_there_twice_is_doubled() {
        let known = ledger(2, 0).known();
        assert_eq!(known.check_saved(&doc(&[1, 2, 2])).doubled, 1);
    }
}
