//! Events that are sent to an address.

use serde_json::{Value, json};
use waymark_model::edit::{Edit, TextField, apply};
use waymark_sync::DocumentId;

use super::{order, say, start};
use crate::support::person::Person;
use crate::support::receiver::Receiver;
use crate::support::server::folder;
use crate::support::soon;
use crate::support::visitor::{House, Visitor};

pub(super) const PRIVATE: &[(&str, &str)] = &[
    ("webhooks_to_private", "true"),
    ("webhooks_quiet_seconds", "1"),
];
const TALK: [&str; 7] = [
    "thread.opened",
    "thread.answered",
    "thread.resolved",
    "thread.reopened",
    "thread.assigned",
    "review.asked",
    "review.done",
];
const MAPS: [&str; 4] = ["map.created", "map.renamed", "map.changed", "map.deleted"];

/// Adds a webhook: its address in the API, and its secret.
pub(super) async fn hook(
    owner: &mut Visitor,
    base: &str,
    url: &str,
    events: &[&str],
) -> (String, String) {
    let wanted = json!({ "url": url, "events": events });
    let made = owner.post(base, wanted).await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.body["id"].as_str().unwrap();
    let secret = made.body["secret"].as_str().unwrap().to_owned();
    (format!("{base}/{id}"), secret)
}

/// Asks until the list says what is wanted of its first webhook.
pub(super) async fn until(
    owner: &mut Visitor,
    base: &str,
    what: &str,
    wanted: impl Fn(&Value) -> bool,
) {
    let asking = async {
        loop {
            let list = owner.get(base).await.body;
            if wanted(&list[0]) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    soon(what, asking).await;
}

#[tokio::test]
async fn whoever_asked_hears_of_threads_signed_and_with_names_and_words() {
    let data = folder();
    let house = House::start_with(data.path(), PRIVATE);
    let mut admin = house.admin().await;
    let admin_id = admin.get("/api/me").await.body["person"]["id"].clone();
    let map = house.map(&mut admin).await;
    let mut receiver = Receiver::start().await;
    let base = format!("/api/maps/{map}/webhooks");
    let (_, secret) = hook(&mut admin, &base, &receiver.url(), &TALK).await;
    let shown = admin.get(&base).await.body.to_string();
    assert!(!shown.contains(&secret), "it is shown once");

    let text = format!("Is @[{}] **sure**?", admin_id.as_str().unwrap());
    say(&mut admin, &map, json!([start("1", &text)])).await;
    let got = receiver.next().await;
    assert!(got.is_signed_with(&secret));
    assert!(!got.is_signed_with("whsec_AAAA"));
    let body = got.body();
    assert_eq!(body["type"], "thread.opened");
    let told = &body["data"];
    assert_eq!(told["map"]["title"], "Secret plan");
    assert_eq!(told["by"]["name"], "Ada Admin");
    assert_eq!(told["message"]["text"], "Is @Ada Admin sure?");
    let url = told["thread"]["url"].as_str().unwrap();
    assert!(url.ends_with(&format!("/map/{map}?thread=t-1")), "{url}");

    let thread = "t-1";
    let orders = json!([
        order(
            "2",
            json!({ "do": "reply", "thread": thread, "message": "m-2", "text": "Yes" })
        ),
        order(
            "3",
            json!({ "do": "assign", "thread": thread, "to": admin_id })
        ),
        order("4", json!({ "do": "resolve", "thread": thread })),
        order("5", json!({ "do": "reopen", "thread": thread })),
        // Nothing that anybody asked to hear of.
        order(
            "6",
            json!({ "do": "react", "message": "m-1", "reaction": "agree" })
        ),
        order(
            "7",
            json!({
            "do": "request_review", "review": "r-1", "who": [admin_id], "view": "",
            "until": null, "questions": "Good?" })
        ),
        order(
            "8",
            json!({ "do": "mark_review", "review": "r-1", "done": true })
        ),
    ]);
    say(&mut admin, &map, orders.clone()).await;
    let mut kinds = Vec::new();
    for _ in 0..6 {
        kinds.push(receiver.next().await.kind());
    }
    kinds.sort();
    let mut expected = TALK[1..].to_vec();
    expected.sort_unstable();
    assert_eq!(kinds, expected);
    // The same commands again are not done again, and told to nobody.
    say(&mut admin, &map, orders).await;
    say(&mut admin, &map, json!([start("9", "Last")])).await;
    assert_eq!(receiver.next().await.body()["data"]["thread"]["id"], "t-9");
    assert!(receiver.rest().is_empty());
}

#[tokio::test]
async fn what_is_not_taken_is_sent_again_with_the_same_id_and_shown_to_the_owner() {
    let data = folder();
    let house = House::start_with(data.path(), PRIVATE);
    let mut admin = house.admin().await;
    let map = house.map(&mut admin).await;
    let mut receiver = Receiver::start().await;
    receiver.answers(500);
    let base = format!("/api/maps/{map}/webhooks");
    let (path, secret) = hook(&mut admin, &base, &receiver.url(), &TALK).await;
    say(&mut admin, &map, json!([start("1", "Hello")])).await;
    let first = receiver.next().await;
    until(&mut admin, &base, "the problem", |it| {
        it["last"]["problem"] == "it answered 500" && it["waiting"] == 1
    })
    .await;
    receiver.answers(204);
    let again = admin.post(&path, json!({ "do": "again" })).await;
    assert_eq!(again.status, 200, "{again:?}");
    let second = receiver.next().await;
    assert_eq!(first.id, second.id);
    assert!(second.is_signed_with(&secret));
    until(&mut admin, &base, "that it arrived", |it| {
        it["last"]["problem"].is_null() && it["waiting"] == 0
    })
    .await;
    // Whoever answers that it is gone for good is not asked again.
    receiver.answers(410);
    admin.post(&path, json!({ "do": "test" })).await;
    assert_eq!(receiver.next().await.kind(), "test");
    until(&mut admin, &base, "that it is off", |it| {
        it["off"] == "gone"
    })
    .await;
    let ended = admin.ask("DELETE", &path, json!({})).await;
    assert_eq!(ended.status, 204);
    assert_eq!(admin.get(&base).await.body, json!([]));
}

#[tokio::test]
async fn what_was_answered_is_sent_although_the_server_was_killed() {
    let data = folder();
    let house = House::start_with(data.path(), PRIVATE);
    let mut admin = house.admin().await;
    let map = house.map(&mut admin).await;
    let mut receiver = Receiver::start().await;
    receiver.answers(0);
    let base = format!("/api/maps/{map}/webhooks");
    let (_, secret) = hook(&mut admin, &base, &receiver.url(), &TALK).await;
    say(&mut admin, &map, json!([start("1", "One")])).await;
    let first = receiver.next().await;
    say(&mut admin, &map, json!([start("2", "Two")])).await;
    house.process.kill();

    receiver.answers(200);
    let house = House::start_with(data.path(), PRIVATE);
    let (one, two) = (receiver.next().await, receiver.next().await);
    assert_eq!(one.id, first.id);
    assert_eq!(one.body()["data"]["message"]["text"], "One");
    assert_eq!(two.body()["data"]["message"]["text"], "Two");
    assert!(one.is_signed_with(&secret) && two.is_signed_with(&secret));
    drop(house);
}

#[tokio::test]
async fn nothing_is_sent_into_a_private_network_unless_the_settings_say_so() {
    let data = folder();
    let house = House::start(data.path());
    let mut admin = house.admin().await;
    let mut receiver = Receiver::start().await;
    let port = receiver.address.port();
    for host in [
        "127.0.0.1",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "169.254.169.254",
        "10.0.0.1",
    ] {
        let url = format!("https://{host}:{port}/hook");
        let wanted = json!({ "url": url, "events": ["map.changed"] });
        let refused = admin.post("/api/webhooks", wanted).await;
        assert_eq!(
            (refused.status, refused.code()),
            (422, "url"),
            "{refused:?}"
        );
    }
    // What a name means is seen when it is sent.
    let url = format!("https://localhost:{port}/hook");
    let (path, _) = hook(&mut admin, "/api/webhooks", &url, &["map.changed"]).await;
    admin.post(&path, json!({ "do": "test" })).await;
    until(&mut admin, "/api/webhooks", "the refusal", |it| {
        let problem = it["last"]["problem"].as_str().unwrap_or_default();
        problem.contains("private network")
    })
    .await;
    assert!(receiver.rest().is_empty());
}

#[tokio::test]
async fn whoever_may_no_longer_hear_all_of_it_hears_nothing() {
    let data = folder();
    let house = House::start_with(data.path(), PRIVATE);
    let mut admin = house.admin().await;
    let (mut ana, ana_id) = house.member(&mut admin, "ana").await;
    let map = house.map(&mut admin).await;
    let access = format!("/api/maps/{map}/access");
    let base = format!("/api/maps/{map}/webhooks");
    let gift = json!({ "person": ana_id, "role": "owner" });
    assert_eq!(admin.post(&access, gift).await.status, 204);
    let mut receiver = Receiver::start().await;
    hook(&mut ana, &base, &receiver.url(), &TALK).await;
    let hers = format!("{access}/{ana_id}");
    let less = admin.ask("PATCH", &hers, json!({ "role": "editor" })).await;
    assert_eq!(less.status, 204);
    assert_eq!(ana.get(&base).await.status, 403);
    say(&mut admin, &map, json!([start("1", "Not for her")])).await;
    until(&mut admin, &base, "that it is off", |it| {
        it["off"] == "rights"
    })
    .await;
    assert!(receiver.rest().is_empty());
    // Who turns it on again answers for it, and what waited is sent then.
    let list = admin.get(&base).await.body;
    let path = format!("{base}/{}", list[0]["id"].as_str().unwrap());
    assert_eq!(admin.post(&path, json!({ "do": "on" })).await.status, 200);
    assert_eq!(receiver.next().await.kind(), "thread.opened");
}

#[tokio::test]
async fn an_administrator_hears_of_maps_that_are_made_renamed_and_changed() {
    let data = folder();
    let house = House::start_with(data.path(), PRIVATE);
    let mut admin = house.admin().await;
    let mut receiver = Receiver::start().await;
    let (_, secret) = hook(&mut admin, "/api/webhooks", &receiver.url(), &MAPS).await;
    let map = house.map(&mut admin).await;
    let made = receiver.next().await;
    assert!(made.is_signed_with(&secret));
    assert_eq!(made.kind(), "map.created");
    assert_eq!(made.body()["data"]["map"]["id"], map.as_str());

    let document = DocumentId::parse(&format!("map/{map}")).unwrap();
    let url = format!("ws://{}/sync", house.address);
    let mut person = Person::arrive_as(&url, &document, 7, admin.headers());
    person.until("the map", |it| it.is_loaded()).await;
    // A title that is typed is one change.
    for text in ["N", "Ne", "New", "New plan"] {
        let edit = Edit::SetText {
            field: TextField::MapTitle,
            text: text.to_owned(),
        };
        person.edit(|txn| {
            apply(txn, &edit).unwrap();
        });
        person.saved().await;
    }
    let (one, two) = (receiver.next().await, receiver.next().await);
    assert_eq!([one.kind(), two.kind()], ["map.renamed", "map.changed"]);
    let renamed = &one.body()["data"]["map"];
    assert_eq!(renamed["title_before"], "Secret plan");
    assert_eq!(renamed["title"], "New plan");
    assert!(receiver.rest().is_empty());
}
