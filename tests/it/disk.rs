//! A disk that refuses writes, is full or is slow while people edit.
//!
//! In the first test the refusal is the operating system's own: a limit on the size of files,
//! which `prlimit` puts on a running server and takes away again. In the others the store's
//! disk does what the test wants.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use waymark_server::store::{Faults, SledStore, Store};
use waymark_server::{Config, RunError, run_on};
use waymark_sync::{Replica, SaveState};
use yrs::{Map, WriteTxn};

use crate::socket::{scope, write};
use crate::support::person::Person;
use crate::support::plain::Plain;
use crate::support::server::{Process, folder, program};
use crate::support::{demo, document, soon};

/// A server that sees a refused write as an error and not as a signal that ends it.
fn start(data: &std::path::Path) -> Process {
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(program());
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data);
    Process::spawn(command)
}

fn limit_files(server: &Process, limit: &str) {
    let pid = server.id().to_string();
    let done = Command::new("prlimit")
        .args(["--pid", &*pid, &*format!("--fsize={limit}")])
        .status()
        .unwrap();
    assert!(done.success());
}

#[tokio::test]
async fn a_disk_that_fails_is_told_to_people_and_saving_goes_on_when_it_works_again() {
    let data = folder();
    let server = start(data.path());
    let sync = format!("ws://{}/sync", server.address);
    let mut ana = Person::join(&sync, &demo(), 11).await;
    ana.edit(|txn| write(txn, "before"));
    ana.saved().await;
    for round in 0..3 {
        limit_files(&server, "0:unlimited");
        ana.edit(|txn| write(txn, &format!("during-{round}")));
        is_told(&mut ana).await;
        // Nobody is cut off: what is not saved yet is seen all the same.
        let mut ben = Plain::join(&sync, &demo()).await;
        ben.until("the unsaved edit", |doc| {
            scope(doc).contains(&format!("during-{round}"))
        })
        .await;
        limit_files(&server, "unlimited:unlimited");
        ana.saved().await;
    }
    assert!(
        server.log().contains("the store works again"),
        "{}",
        server.log()
    );
    server.kill();

    let server = start(data.path());
    let mut ben = Plain::join(&format!("ws://{}/sync", server.address), &demo()).await;
    ben.until("what showed Saved", |doc| {
        let scope = scope(doc);
        ["before", "during-0", "during-1", "during-2"]
            .iter()
            .all(|edit| scope.contains(edit))
    })
    .await;
}

/// A small file system of its own, gone when dropped.
struct Volume(tempfile::TempDir);

impl Volume {
    /// `None` where this process may not mount.
    fn mount(mib: u32) -> Option<Self> {
        let volume = Self(folder());
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={mib}m"), "waymark"])
            .arg(volume.0.path())
            .stderr(Stdio::null())
            .status();
        done.is_ok_and(|status| status.success()).then_some(volume)
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let mut file = File::create(self.0.path().join("filling")).unwrap();
        let block = [0; 4096];
        let full = loop {
            if let Err(error) = file.write_all(&block) {
                break error;
            }
        };
        assert_eq!(full.kind(), io::ErrorKind::StorageFull);
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.path().join("filling")).unwrap();
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        // Nothing is mounted if it fails, and the folder goes by itself.
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[tokio::test]
async fn a_file_system_without_room_is_told_to_everybody_and_nothing_is_lost() {
    let Some(volume) = Volume::mount(32) else {
        println!("skipped: mounting a file system is not permitted here");
        return;
    };
    let data = volume.0.path().join("data");
    let server = start(&data);
    let sync = format!("ws://{}/sync", server.address);
    let mut ana = Person::join(&sync, &demo(), 11).await;
    let mut ben = Person::join(&sync, &demo(), 12).await;
    ana.edit(|txn| write(txn, "before"));
    ana.saved().await;
    for round in 0..3 {
        volume.fill();
        ana.edit(|txn| write(txn, &format!("ana-{round}")));
        ben.edit(|txn| write(txn, &format!("ben-{round}")));
        // Until it is told: nobody but the store knows how much of its file it can use again.
        let begun = loop {
            ana.edit(|txn| {
                let map = txn.get_or_insert_map("filling");
                for number in map.len(txn)..map.len(txn) + 16 {
                    map.insert(txn, number.to_string(), "much ".repeat(1_600));
                }
            });
            let begun = Instant::now();
            tokio::join!(is_answered(&mut ana), is_answered(&mut ben));
            if is_not_saving(&ana.replica) {
                break begun;
            }
        };
        is_told(&mut ben).await;
        let took = begun.elapsed();
        assert!(took < Duration::from_millis(5_500), "told after {took:?}");
        ben.sees("the unsaved edit", |doc| {
            scope(doc).contains(&format!("ana-{round}"))
        })
        .await;
        volume.make_room();
        ana.saved().await;
        ben.saved().await;
    }
    server.kill();

    let server = start(&data);
    let sync = format!("ws://{}/sync", server.address);
    let mut cleo = Plain::join(&sync, &demo()).await;
    cleo.until("what showed Saved", |doc| {
        let scope = scope(doc);
        let edits = (0..3).flat_map(|round| [format!("ana-{round}"), format!("ben-{round}")]);
        scope.contains("before") && { edits }.all(|edit| scope.matches(&edit).count() == 1)
    })
    .await;
    server.kill();
}

/// How the disk is right now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Condition {
    #[default]
    Fine,
    /// Writes fail.
    Failing,
    /// There is no room, also not for opening the database again.
    Full,
    /// Nothing comes back from it.
    Stuck,
}

impl Condition {
    fn in_words(self) -> &'static str {
        match self {
            Self::Fine => "",
            Self::Failing => "the storage does not work",
            Self::Full => "the disk is full",
            Self::Stuck => "the storage does not answer",
        }
    }
}

#[derive(Debug, Default)]
struct Disk {
    condition: Mutex<Condition>,
    changed: Condvar,
    /// The database was not opened again.
    kept_shut: Notify,
}

impl Disk {
    fn set(&self, condition: Condition) {
        *self.condition.lock().unwrap() = condition;
        self.changed.notify_all();
    }

    fn use_it(&self) -> io::Result<()> {
        let condition = self.condition.lock().unwrap();
        let stuck = |now: &mut Condition| *now == Condition::Stuck;
        match *self.changed.wait_while(condition, stuck).unwrap() {
            Condition::Failing => Err(io::Error::other("the disk is broken")),
            Condition::Full => Err(io::ErrorKind::StorageFull.into()),
            _ => Ok(()),
        }
    }
}

impl Faults for Disk {
    fn before_write(&self) -> io::Result<()> {
        self.use_it()
    }

    fn before_sync(&self, _: &Path) -> io::Result<()> {
        self.use_it()
    }

    fn before_open(&self) -> io::Result<()> {
        match *self.condition.lock().unwrap() {
            Condition::Full => {
                self.kept_shut.notify_one();
                Err(io::ErrorKind::StorageFull.into())
            }
            _ => Ok(()),
        }
    }
}

/// A server in this process on a disk that does what the test wants.
struct Patient {
    disk: Arc<Disk>,
    sync: String,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), RunError>>,
}

impl Patient {
    async fn start(data: &Path) -> Self {
        let config = Config {
            data: data.to_owned(),
            web: data.join("no-client"),
            ..Config::default()
        };
        let disk = Arc::new(Disk::default());
        let store = SledStore::open_with(data, 16 << 20, Some(disk.clone())).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sync = format!("ws://{}/sync", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let shutdown = async { drop(stopped.await) };
        let running = tokio::spawn(run_on(Store::Sled(store), config, listener, shutdown));
        Self {
            disk,
            sync,
            stop,
            running,
        }
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.running.await.unwrap().unwrap();
    }
}

fn is_not_saving(replica: &Replica) -> bool {
    matches!(replica.save_state(), SaveState::NotSaving { .. })
}

async fn is_told(person: &mut Person) {
    person.until("Not saving", is_not_saving).await;
}

/// Told whether it is saved: yes or no.
async fn is_answered(person: &mut Person) {
    let answered =
        |replica: &Replica| replica.save_state() == SaveState::Saved || is_not_saving(replica);
    person.until("Saved or Not saving", answered).await;
}

/// Two people, a disk that goes bad while one types, and everything is there afterwards.
async fn goes_bad_and_is_well_again(condition: Condition) {
    let data = folder();
    let server = Patient::start(data.path()).await;
    let mut ana = Person::join(&server.sync, &demo(), 11).await;
    let mut ben = Person::join(&server.sync, &demo(), 12).await;
    ana.edit(|txn| write(txn, "before"));
    ana.saved().await;
    server.disk.set(condition);
    ana.edit(|txn| write(txn, "during"));
    let begun = Instant::now();
    is_told(&mut ana).await;
    is_told(&mut ben).await;
    let took = begun.elapsed();
    // In words for people; what the operating system said is in the log.
    let SaveState::NotSaving { reason } = ben.replica.save_state() else {
        panic!("{:?}", ben.replica.save_state());
    };
    assert_eq!(reason, condition.in_words());
    assert!(took < Duration::from_millis(5_500), "told after {took:?}");
    // People go on, see each other, and come and go.
    ben.sees("the unsaved edit", |doc| scope(doc).contains("during"))
        .await;
    let mut cleo = Person::join(&server.sync, &demo(), 13).await;
    cleo.sees("the unsaved edit", |doc| scope(doc).contains("during"))
        .await;
    is_told(&mut cleo).await;
    ben.edit(|txn| write(txn, "meanwhile"));
    is_told(&mut ben).await;
    ana.sees("the other unsaved edit", |doc| {
        scope(doc).contains("meanwhile")
    })
    .await;
    let mut emil = Person::arrive(&server.sync, &document("map-claim"), 15);
    if condition == Condition::Full {
        // A database that does not open again cannot be read either.
        soon("another try", server.disk.kept_shut.notified()).await;
        emil.until("Unavailable", |replica| {
            matches!(replica.save_state(), SaveState::Unavailable { .. })
        })
        .await;
    }
    server.disk.set(Condition::Fine);
    for person in [&mut ana, &mut ben, &mut cleo, &mut emil] {
        person.saved().await;
    }
    server.stop().await;

    let server = Patient::start(data.path()).await;
    let mut dora = Person::join(&server.sync, &demo(), 14).await;
    dora.sees("everything", |doc| {
        let scope = scope(doc);
        let edits = ["before", "during", "meanwhile"];
        edits.iter().all(|edit| scope.matches(edit).count() == 1)
    })
    .await;
    server.stop().await;
}

#[tokio::test]
async fn a_broken_disk_is_told_to_everybody_and_nothing_is_lost_when_it_works_again() {
    goes_bad_and_is_well_again(Condition::Failing).await;
}

#[tokio::test]
async fn a_full_disk_is_told_to_everybody_and_nothing_is_lost_when_there_is_room_again() {
    goes_bad_and_is_well_again(Condition::Full).await;
}

#[tokio::test]
async fn a_disk_that_does_not_answer_is_told_to_everybody_within_five_seconds() {
    goes_bad_and_is_well_again(Condition::Stuck).await;
}
