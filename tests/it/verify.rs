//! `waymark admin verify` and `admin export --salvage`, on a store with a changed byte.

use std::path::Path;

use waymark_model::map::JourneyMap;
use waymark_model::rich::{DetailsOf, Mark, Marks, Rich};
use waymark_model::{Edit, apply};
use yrs::Transact;

use crate::socket::write;
use crate::store_contract::engines::open_raw;
use crate::support::person::Person;
use crate::support::server::{Server, folder, output, text};
use crate::support::{DEMO, demo};

/// A folder with the demo maps, one of which was edited three times: records 2, 3 and 4.
async fn edited() -> tempfile::TempDir {
    let data = folder();
    let server = Server::start(data.path()).await;
    let mut ana = Person::join(&server.url("/sync"), &demo(), 11).await;
    for edit in ["edit-one", "edit-two", "edit-three"] {
        ana.edit(|txn| write(txn, edit));
        ana.saved().await;
    }
    server.stop().await.unwrap();
    data
}

fn admin(data: &Path, words: &[&str]) -> (Option<i32>, String) {
    let mut all = vec!["admin"];
    all.extend_from_slice(words);
    all.extend_from_slice(&["--data", data.to_str().unwrap()]);
    let done = output(&all);
    let said = text(&done.stdout) + &text(&done.stderr);
    (done.status.code(), said)
}

fn key(position: u64) -> Vec<u8> {
    let mut key = demo().as_str().as_bytes().to_vec();
    key.push(0);
    key.extend_from_slice(&position.to_be_bytes());
    key.extend_from_slice(&0_u32.to_be_bytes());
    key
}

#[tokio::test]
async fn a_flipped_byte_is_found_reported_and_what_is_intact_comes_out() {
    let data = edited().await;
    let (code, said) = admin(data.path(), &["verify"]);
    assert_eq!((code, said.trim()), (Some(0), "2 documents, all intact"));

    let database = open_raw(data.path());
    let log = database.open_tree("log").unwrap();
    let mut value = log.get(key(3)).unwrap().unwrap().to_vec();
    *value.last_mut().unwrap() ^= 1;
    log.insert(key(3), value).unwrap();
    database.flush().unwrap();
    drop((log, database));

    let (code, said) = admin(data.path(), &["verify"]);
    assert_eq!(code, Some(1), "{said}");
    let expected = format!("{}: position 3: checksum does not match; 3 records", demo());
    assert!(said.starts_with(&expected), "{said}");
    assert!(said.contains("2 documents, 1 damaged"), "{said}");
    let (code, said) = admin(data.path(), &["verify", "--json"]);
    assert_eq!(code, Some(1), "{said}");
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["damaged"][0]["problems"][0]["position"], 3);

    // Never part of a map without being asked for.
    let (code, said) = admin(data.path(), &["export", DEMO]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("damaged at position 3"), "{said}");
    let (code, said) = admin(data.path(), &["export", DEMO, "--salvage"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("edit-one") && !said.contains("edit-two"),
        "{said}"
    );
    let files = folder();
    let all = files.path().to_str().unwrap();
    let (code, said) = admin(data.path(), &["export", "--all", all]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("1 maps exported"), "{said}");
    let (code, said) = admin(data.path(), &["export", "--all", all, "--salvage"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(std::fs::read_dir(files.path()).unwrap().count(), 2);
    // Looking changed nothing.
    assert_eq!(admin(data.path(), &["verify"]).0, Some(1));
}

#[tokio::test]
async fn details_reach_others_and_are_found_intact_and_whole_in_a_file() {
    let data = folder();
    let server = Server::start(data.path()).await;
    let mut ana = Person::join(&server.url("/sync"), &demo(), 11).await;
    let mut ben = Person::join(&server.url("/sync"), &demo(), 12).await;
    let map = JourneyMap::read(&ana.replica.doc().transact());
    let all = [
        DetailsOf::Card(map.cards[0].id.clone()),
        DetailsOf::Pain(map.pains[0].id.clone()),
        DetailsOf::Opportunity(map.opportunities[0].id.clone()),
        DetailsOf::Step(map.steps[0].id.clone()),
        DetailsOf::Stage(map.stages[0].id.clone()),
    ];
    let written = |of: &DetailsOf| format!("Asked twice about {}", of.root());
    for of in &all {
        let splice = Edit::SpliceDetails {
            of: of.clone(),
            at: 0,
            remove: 0,
            insert: written(of),
            marks: Marks::default(),
        };
        let mark = Edit::MarkDetails {
            of: of.clone(),
            from: 0,
            to: 5,
            mark: Mark::Bold(true),
        };
        ana.edit(|txn| apply(txn, &splice).unwrap());
        ana.edit(|txn| apply(txn, &mark).unwrap());
    }
    ana.saved().await;
    for of in &all {
        ben.sees("what Ana wrote", |doc| {
            Rich::read(&doc.transact(), of).plain().trim() == written(of)
        })
        .await;
    }
    server.stop().await.unwrap();

    let (code, said) = admin(data.path(), &["verify"]);
    assert_eq!((code, said.trim()), (Some(0), "2 documents, all intact"));
    let (code, said) = admin(data.path(), &["export", DEMO]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(
        said.matches("**Asked** twice about").count(),
        all.len(),
        "{said}"
    );
}

#[tokio::test]
async fn a_database_that_is_gone_is_not_taken_for_a_new_one() {
    let data = edited().await;
    let database = data.path().join("sled").join("db");
    for gone in [true, false] {
        match gone {
            true => std::fs::remove_file(&database).unwrap(),
            false => std::fs::write(&database, "").unwrap(),
        }
        let data_path = data.path().to_str().unwrap();
        let serve = output(&["serve", "--listen", "127.0.0.1:0", "--data", data_path]);
        let said = text(&serve.stderr);
        assert_eq!(serve.status.code(), Some(2), "{said}");
        assert!(said.contains("it should hold 2 documents"), "{said}");
        assert!(said.contains("restore a backup"), "{said}");
    }
}

#[test]
fn looking_at_a_folder_without_a_store_makes_none() {
    let data = folder();
    let (code, said) = admin(data.path(), &["verify"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("there is no store in"), "{said}");
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 0);
}
