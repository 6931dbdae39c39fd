//! A disk that refuses writes while people edit.
//!
//! The refusal is the operating system's own: a limit on the size of files, which `prlimit`
//! puts on a running server and takes away again.
#![cfg(target_os = "linux")]

use std::process::Command;

use waymark_sync::SaveState;

use crate::socket::{scope, write};
use crate::support::demo;
use crate::support::person::Person;
use crate::support::plain::Plain;
use crate::support::server::{Process, folder, program};

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
        ana.until("Not saving", |replica| {
            matches!(replica.save_state(), SaveState::NotSaving { .. })
        })
        .await;
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
