//! Rights that change while somebody is there.

use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;
use waymark_model::schema;
use waymark_sync::{DocumentId, Role, SaveState};
use yrs::{Map, WriteTxn};

use crate::support::person::Person;
use crate::support::server::folder;
use crate::support::visitor::{House, Visitor};

/// How soon a change has to reach who is there.
const SOON: Duration = Duration::from_secs(1);

/// A map, its owner, and Ben, who is a member of the house.
struct Scene {
    house: House,
    admin: Visitor,
    ben: Visitor,
    id: String,
    map: String,
    _data: TempDir,
}

impl Scene {
    async fn new() -> Self {
        let data = folder();
        let house = House::start(data.path());
        let mut admin = house.admin().await;
        let (ben, id) = house.member(&mut admin, "ben").await;
        let map = house.map(&mut admin).await;
        Self {
            house,
            admin,
            ben,
            id,
            map,
            _data: data,
        }
    }

    fn access(&self) -> String {
        format!("/api/maps/{}/access", self.map)
    }

    async fn ben_becomes(&mut self, role: &str) {
        let (access, body) = (self.access(), json!({ "person": self.id, "role": role }));
        self.admin.post(&access, body).await;
    }

    /// The owner and Ben have the map open.
    async fn both_open(&self) -> (Person, Person) {
        let boss = opens(&self.house, &self.admin, &self.map, 5).await;
        (boss, opens(&self.house, &self.ben, &self.map, 7).await)
    }
}

/// Somebody has opened a map.
pub(super) async fn opens(house: &House, visitor: &Visitor, map: &str, client_id: u32) -> Person {
    let document = DocumentId::parse(&format!("map/{map}")).unwrap();
    let url = format!("ws://{}/sync", house.address);
    let mut person = Person::arrive_as(&url, &document, client_id, visitor.headers());
    person.until("the map", |replica| replica.is_loaded()).await;
    person
}

/// Writes a word somewhere in a root.
pub(super) fn writes(person: &mut Person, root: &str, word: &str) {
    person.edit(|txn| {
        let root = txn.get_or_insert_map(root);
        root.insert(txn, "noted", word);
    });
}

fn reads(person: &Person, root: &str) -> Option<String> {
    use yrs::{ReadTxn, Transact};
    let txn = person.replica.doc().transact();
    let root = txn.get_map(root)?;
    Some(root.get(&txn, "noted")?.to_string(&txn))
}

#[tokio::test]
async fn a_lowered_role_holds_within_a_second_and_what_it_forbids_reaches_nobody() {
    let mut scene = Scene::new().await;
    scene.ben_becomes("editor").await;
    let (mut boss, mut person) = scene.both_open().await;
    assert_eq!(person.replica.role(), Some(Role::Editor));
    writes(&mut person, schema::STEPS, "as an editor");
    person.saved().await;
    for (word, role) in [
        ("contributor", Role::Contributor),
        ("commenter", Role::Commenter),
        ("editor", Role::Editor),
        ("viewer", Role::Viewer),
    ] {
        scene.ben_becomes(word).await;
        let since = Instant::now();
        let wanted = Some(role);
        person.until(word, |replica| replica.role() == wanted).await;
        assert!(since.elapsed() < SOON, "{word}: {:?}", since.elapsed());
    }
    writes(&mut person, schema::CARDS, "as a viewer");
    let refused = |state: &SaveState| matches!(state, SaveState::NotSaving { .. });
    person
        .until("the refusal", |replica| refused(&replica.save_state()))
        .await;
    // What comes after it has come, and it has not.
    writes(&mut boss, schema::PAINS, "later");
    boss.saved().await;
    assert_eq!(reads(&boss, schema::STEPS).as_deref(), Some("as an editor"));
    assert_eq!(reads(&boss, schema::CARDS), None);
}

#[tokio::test]
async fn whoever_loses_a_map_is_sent_nothing_more_of_it() {
    let mut scene = Scene::new().await;
    scene.ben_becomes("viewer").await;
    let guest = scene
        .house
        .guest(&mut scene.admin, &scene.map, "editor")
        .await;
    let mut guest = opens(&scene.house, &guest, &scene.map, 9).await;
    let (mut boss, mut ben) = scene.both_open().await;
    let access = scene.access();
    let links = scene.admin.get(&access).await.body;
    let link = links["links"][0]["id"].as_str().unwrap();
    let link = format!("/api/maps/{}/links/{link}", scene.map);
    for lost in [link, format!("{access}/{}", scene.id)] {
        let reply = scene.admin.ask("DELETE", &lost, json!({})).await;
        assert_eq!(reply.status, 204, "{lost}");
    }
    let since = Instant::now();
    let closed = |state: SaveState| matches!(state, SaveState::Closed { .. });
    for lost in [&mut guest, &mut ben] {
        lost.until("the end", |replica| closed(replica.save_state()))
            .await;
    }
    assert!(since.elapsed() < SOON, "{:?}", since.elapsed());
    writes(&mut boss, schema::STEPS, "a secret");
    boss.saved().await;
    for lost in [&guest, &ben] {
        assert_eq!(reads(lost, schema::STEPS), None);
    }
}

#[tokio::test]
async fn presence_says_who_somebody_is_and_not_what_they_claim() {
    let mut scene = Scene::new().await;
    scene.ben_becomes("commenter").await;
    let (mut boss, mut person) = scene.both_open().await;
    let claim = json!({ "name": "Ada Admin", "role": "owner", "person": "p_0" });
    person.shows(&claim.to_string()).await;
    boss.until("who is there", |replica| {
        replica.people().values().next().is_some()
    })
    .await;
    let seen = boss.replica.people().values().next().unwrap();
    let seen: serde_json::Value = serde_json::from_str(seen).unwrap();
    assert_eq!(seen["name"], "ben");
    assert_eq!(seen["role"], "commenter");
    assert_eq!(seen["person"], scene.id);

    // Another name is seen at once, without a reload.
    let renamed = json!({ "name": "Benedikt", "colour": 3 });
    assert_eq!(scene.ben.ask("PATCH", "/api/me", renamed).await.status, 200);
    let since = Instant::now();
    boss.until("the new name", |replica| {
        let mut people = replica.people().values();
        people.any(|it| it.contains("\"Benedikt\""))
    })
    .await;
    assert!(since.elapsed() < SOON, "{:?}", since.elapsed());
}
