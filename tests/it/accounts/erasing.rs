//! Whoever is erased is named nowhere any more, and what they did stays.

use std::path::Path;

use serde_json::json;
use waymark_server::store::{DocumentStore, Records, SledStore, Store};

use crate::support::server::folder;
use crate::support::visitor::House;

/// Found in nothing but this person's name and address.
const NAME: &str = "zebulonia";

/// Where in a store somebody's name stands: in which records and which documents.
async fn places_of(data: &Path, name: &str) -> Vec<String> {
    let store = Store::Sled(SledStore::open(data, 8 << 20).unwrap());
    let mut found = Vec::new();
    let holds = |bytes: &[u8]| {
        bytes
            .windows(name.len())
            .any(|part| part == name.as_bytes())
    };
    for key in store.keys("").await.unwrap() {
        let record = store.get(&key).await.unwrap().unwrap();
        if holds(key.as_bytes()) || holds(&record.value.to_ascii_lowercase()) {
            found.push(key);
        }
    }
    let documents = store.list(None, usize::MAX).await.unwrap();
    assert!(documents.len() > 2, "{documents:?}");
    for id in documents {
        let stored = store.load(&id).await.unwrap().unwrap();
        let snapshot = stored.snapshot.iter();
        let snapshot = snapshot.map(|(_, snapshot)| (&snapshot.state, snapshot.authors.as_str()));
        let records = stored.records.iter();
        let records = records.map(|(_, record)| (&record.update, record.author.as_str()));
        let said = |(update, author): (&bytes::Bytes, &str)| {
            holds(&update.to_ascii_lowercase()) || holds(author.to_lowercase().as_bytes())
        };
        if snapshot.chain(records).any(said) {
            found.push(id.to_string());
        }
    }
    found
}

#[tokio::test]
async fn an_erased_person_is_named_in_no_record_no_document_and_no_export() {
    let data = folder();
    let house = House::start(data.path());
    let mut admin = house.admin().await;
    let (mut zeb, id) = house.member(&mut admin, NAME).await;
    let (mut ben, ben_id) = house.member(&mut admin, "ben").await;
    let map = house.map(&mut zeb).await;
    let access = format!("/api/maps/{map}/access");
    let given = zeb.post(&access, json!({ "person": ben_id, "role": "commenter" }));
    assert_eq!(given.await.status, 204);
    for (place, body) in [
        (
            format!("/api/maps/{map}/links"),
            json!({ "role": "viewer" }),
        ),
        (
            "/api/me/tokens".to_owned(),
            json!({ "label": "script", "scope": "read" }),
        ),
        ("/api/me/feed".to_owned(), json!({})),
    ] {
        let made = zeb.post(&place, body).await;
        assert!((200..300).contains(&made.status), "{place}: {made:?}");
    }
    let talk = format!("/api/maps/{map}/talk");
    let says = |by: &str, text: &str| {
        json!({ "commands": [{ "id": format!("o-{by}"), "command": {
            "do": "start", "thread": format!("t-{by}"), "message": format!("m-{by}"),
            "anchor": { "place": { "kind": "map" }, "path": [], "words": "" }, "text": text,
        }}]})
    };
    let said = zeb.post(&talk, says("zeb", "Work that stays")).await;
    assert_eq!(said.body["answers"][0]["ok"], true, "{said:?}");
    let said = ben.post(&talk, says("ben", &format!("@[{id}] look"))).await;
    assert_eq!(said.body["answers"][0]["ok"], true, "{said:?}");

    let erased = admin
        .ask("DELETE", &format!("/api/people/{id}"), json!({}))
        .await;
    assert_eq!(erased.status, 204, "{erased:?}");
    // Nobody gets in as them, and others still see that it was one and the same person.
    assert_eq!(zeb.get("/api/maps").await.status, 401);
    let people = ben.get(&format!("{talk}/people")).await;
    let former = people.body.as_array().unwrap().iter();
    let former: Vec<_> = former.filter(|it| it["id"] == id.as_str()).collect();
    assert_eq!(former.len(), 1, "{people:?}");
    for path in [
        format!("/api/maps/{map}/export?format=yaml"),
        "/api/people".to_owned(),
        "/api/audit".to_owned(),
        format!("/api/maps/{map}/access"),
        format!("{talk}/people"),
    ] {
        let told = admin.get(&path).await;
        assert_eq!(told.status, 200, "{path}");
        assert!(
            !told.text.to_lowercase().contains(NAME),
            "{path}: {}",
            told.text
        );
    }
    house.process.terminate();
    assert_eq!(places_of(data.path(), NAME).await, Vec::<String>::new());
}
