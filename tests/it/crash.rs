//! `kill -9`: whatever a store acknowledged is there when it is opened again.
//!
//! The child is this test binary once more, told to run [`child`] only.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use waymark_server::store::{DocumentStore, SledStore, Store};
use waymark_sync::{
    BatchId, DocumentId, Incarnation, Position, Record, Snapshot, StoredDocument, Timestamp,
};

const ROUNDS: u64 = 50;
const DOCUMENTS: u64 = 4;
/// Tells a child where to write; without it the child's test does nothing.
const FOLDER: &str = "CRASH_TEST_FOLDER";
/// So often a child compacts.
const COMPACT_EVERY: u64 = 16;

fn document(number: u64) -> DocumentId {
    DocumentId::parse(&format!("map/crash-{number}")).unwrap()
}

/// What is stored follows from where it is: some records in one part, some in several.
fn record(document: u64, position: u64) -> Record {
    let bytes = if position.is_multiple_of(7) {
        9_000
    } else {
        200
    };
    let update: Vec<u8> = (0..bytes)
        .map(|i: u64| (i * 31 + document * 7 + position) as u8)
        .collect();
    Record {
        update: update.into(),
        author: "ana".to_owned(),
        at: Timestamp(position),
    }
}

fn snapshot(document: u64, upto: u64) -> Snapshot {
    let state: Vec<u8> = (0..20_000 + upto)
        .map(|i| (i + document + upto) as u8)
        .collect();
    Snapshot {
        state: state.into(),
        authors: String::new(),
    }
}

fn open(folder: &Path) -> Store {
    Store::Sled(SledStore::open(folder, 8 << 20).unwrap())
}

fn last_of(stored: &StoredDocument) -> u64 {
    let snapshot = stored.snapshot.as_ref().map_or(0, |(upto, _)| upto.0);
    stored
        .records
        .last()
        .map_or(snapshot, |(position, _)| position.0)
}

#[expect(clippy::print_stdout, reason = "how the child tells its parent")]
fn tell(number: u64, position: u64) {
    println!("saved {number} {position}");
}

/// Appends to one document for ever and says what was acknowledged.
async fn append_for_ever(store: Store, number: u64) {
    let id = document(number);
    let mut position = match store.load(&id).await.unwrap() {
        Some(stored) => last_of(&stored),
        None => {
            let batch = BatchId(1);
            store
                .create(&id, Incarnation(number.into()), batch, record(number, 1))
                .await
                .unwrap();
            1
        }
    };
    loop {
        position += 1;
        let batch = BatchId(position.into());
        let at = store
            .append(&id, batch, record(number, position))
            .await
            .unwrap();
        assert_eq!(at, Position(position));
        tell(number, position);
        if position.is_multiple_of(COMPACT_EVERY) {
            let state = snapshot(number, position);
            store
                .write_snapshot(&id, Position(position), state)
                .await
                .unwrap();
        }
    }
}

/// Not a test by itself: what the child process of the test below does.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let store = open(Path::new(&folder));
    let tasks: Vec<_> = (0..DOCUMENTS)
        .map(|number| tokio::spawn(append_for_ever(store.clone(), number)))
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

/// Runs a child for a while and kills it; the last position it said is saved, for each document.
fn run_and_kill(folder: &Path, lifetime: Duration, saved: &mut [u64]) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::child", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let lines = BufReader::new(output).lines().map_while(Result::ok);
        let mut heard = Vec::new();
        for line in lines {
            let mut words = line.split(' ');
            // The last line may be cut off, and then it was not said.
            if let (Some("saved"), Some(number), Some(position), None) =
                (words.next(), words.next(), words.next(), words.next())
                && let (Ok(number), Ok(position)) =
                    (number.parse::<usize>(), position.parse::<u64>())
            {
                heard.push((number, position));
            }
        }
        heard
    });
    std::thread::sleep(lifetime);
    child.kill().unwrap();
    child.wait().unwrap();
    for (number, position) in reader.join().unwrap() {
        saved[number] = saved[number].max(position);
    }
}

/// Every document is whole, and reaches at least as far as was acknowledged.
async fn assert_nothing_lost(folder: &Path, saved: &[u64], round: u64) {
    let store = open(folder);
    for (number, saved) in (0..).zip(saved) {
        let Some(stored) = store.load(&document(number)).await.unwrap() else {
            assert_eq!(*saved, 0, "round {round}: document {number} is gone");
            continue;
        };
        if let Some((upto, state)) = &stored.snapshot {
            assert!(
                *state == snapshot(number, upto.0),
                "round {round}: snapshot {upto:?}"
            );
        }
        for (position, stored) in &stored.records {
            assert!(
                *stored == record(number, position.0),
                "round {round}: {position:?}"
            );
        }
        let last = last_of(&stored);
        assert!(
            last >= *saved,
            "round {round}: document {number} ends at {last}, not {saved}"
        );
    }
    store.close().await;
}

#[tokio::test]
async fn nothing_that_was_acknowledged_is_lost_by_killing_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let mut saved = vec![0; DOCUMENTS as usize];
    for round in 0..ROUNDS {
        // From the very start, through opening, to the middle of writing.
        let lifetime = Duration::from_millis(round * 37 % 290);
        run_and_kill(folder.path(), lifetime, &mut saved);
        assert_nothing_lost(folder.path(), &saved, round).await;
    }
    assert!(
        saved.iter().all(|saved| *saved > ROUNDS),
        "the children hardly wrote: {saved:?}"
    );
}
