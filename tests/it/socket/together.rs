//! People who edit one map, in both dialects, through stops and starts.

use waymark_server::Config;
use waymark_sync::SaveState;

use super::{scope, write};
use crate::support::person::Person;
use crate::support::plain::{Plain, close_code, connect};
use crate::support::server::{Process, Server, folder};
use crate::support::{DEMO, demo, document};

#[tokio::test]
async fn two_plain_clients_and_two_of_ours_see_each_others_edits() {
    let data = folder();
    let server = Server::start(data.path()).await;
    let sync = server.url("/sync");
    let mut ana = Person::join(&sync, &demo(), 11).await;
    let mut ben = Person::join(&sync, &demo(), 12).await;
    let mut cleo = Plain::join(&sync, &demo()).await;
    let mut dev = Plain::join(&sync, &demo()).await;
    let there = |doc: &yrs::Doc| !scope(doc).is_empty();
    cleo.until("the map", there).await;
    dev.until("the map", there).await;

    ana.edit(|txn| write(txn, "ana"));
    ben.edit(|txn| write(txn, "ben"));
    cleo.edit(|txn| write(txn, "cleo")).await;
    dev.edit(|txn| write(txn, "dev")).await;
    let everybody = |doc: &yrs::Doc| {
        let scope = scope(doc);
        ["ana", "ben", "cleo", "dev"]
            .iter()
            .all(|name| scope.contains(name))
    };
    tokio::join!(
        ana.sees("everybody's edit", everybody),
        ben.sees("everybody's edit", everybody),
        cleo.until("everybody's edit", everybody),
        dev.until("everybody's edit", everybody),
    );
    let scopes = [ana.replica.doc(), ben.replica.doc(), &cleo.doc, &dev.doc].map(scope);
    assert!(
        scopes.iter().all(|scope| *scope == scopes[0]),
        "{scopes:#?}"
    );
    tokio::join!(ana.saved(), ben.saved());
    server.stop().await.unwrap();
}

#[tokio::test]
async fn everything_is_there_after_stopping_and_starting_again() {
    let data = folder();
    let mut server = Server::start(data.path()).await;
    let sync = server.url("/sync");
    let mut ana = Person::join(&sync, &demo(), 11).await;
    let mut plain = connect(&format!("{sync}/map/{DEMO}")).await;
    ana.edit(|txn| write(txn, "before the stop"));
    // Sent, and perhaps not yet saved.
    ana.until("the edit to be sent", |replica| {
        replica.save_state() == SaveState::Saved
    })
    .await;
    server.begin_stop();
    assert_eq!(close_code(&mut plain).await, 1001);
    ana.until("the goodbye", |replica| {
        matches!(
            replica.save_state(),
            SaveState::Reconnecting { .. } | SaveState::Offline { .. }
        )
    })
    .await;
    server.stop().await.unwrap();

    ana.edit(|txn| write(txn, "while it is down"));
    let server = Server::start(data.path()).await;
    ana.moves_to(&server.url("/sync"));
    ana.saved().await;
    let mut ben = Person::join(&server.url("/sync"), &demo(), 12).await;
    ben.sees("both edits", |doc| {
        scope(doc).starts_with("while it is down before the stop")
    })
    .await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn what_showed_saved_survives_kill_9_and_the_rest_comes_back_from_its_author() {
    let data = folder();
    let mut server = Process::start(data.path(), &[]);
    let url = |server: &Process| format!("ws://{}/sync", server.address);
    let mut ana = Person::join(&url(&server), &demo(), 11).await;
    for round in 0..5 {
        let saved = format!("saved-{round}");
        ana.edit(|txn| write(txn, &saved));
        ana.saved().await;
        server.kill();
        ana.edit(|txn| write(txn, &format!("unsaved-{round}")));

        server = Process::start(data.path(), &[]);
        let mut plain = Plain::join(&url(&server), &demo()).await;
        plain
            .until("what showed Saved", |doc| scope(doc).contains(&saved))
            .await;
        ana.moves_to(&url(&server));
        ana.saved().await;
        plain
            .until("what did not", |doc| {
                scope(doc).contains(&format!("unsaved-{round}"))
            })
            .await;
    }
    let (status, log) = server.terminate();
    assert!(status.success(), "{log}");
    assert!(
        log.contains("everything in the open maps is durable"),
        "{log}"
    );
}

#[tokio::test]
async fn a_map_stays_itself_when_its_room_ends_and_begins_again() {
    let data = folder();
    let server = Server::start_with(data.path(), |config: &mut Config| {
        // Rooms end as soon as nobody is in them.
        config.idle_seconds = 0;
        config.compact_records = 3;
    })
    .await;
    let sync = server.url("/sync");
    for round in 0..20 {
        let mut ana = Person::join(&sync, &demo(), 100 + round).await;
        ana.edit(|txn| write(txn, &format!("round-{round}")));
        ana.saved().await;
    }
    let mut ben = Person::join(&sync, &demo(), 99).await;
    ben.sees("all rounds", |doc| {
        let scope = scope(doc);
        (0..20).all(|round| scope.contains(&format!("round-{round}")))
    })
    .await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn documents_do_not_mix() {
    let data = folder();
    let server = Server::start(data.path()).await;
    let sync = server.url("/sync");
    let mut ana = Person::join(&sync, &demo(), 11).await;
    let mut ben = Person::join(&sync, &document("map-claim"), 12).await;
    ana.edit(|txn| write(txn, "ana"));
    ben.edit(|txn| write(txn, "ben"));
    tokio::join!(ana.saved(), ben.saved());
    assert!(scope(ana.replica.doc()).starts_with("ana "));
    assert!(!scope(ana.replica.doc()).contains("ben"));
    assert!(scope(ben.replica.doc()).starts_with("ben "));
    server.stop().await.unwrap();
}
