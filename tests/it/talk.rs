//! Comments over HTTP and WebSocket, by honest people and by others.

use serde_json::{Value, json};
use waymark_model::ids::PersonId;
use waymark_model::talk::Talk;
use waymark_model::talk::inbox::Inbox;
use waymark_sync::{DocumentId, Replica, SaveState};
use yrs::{Map, ReadTxn, StateVector, Transact, WriteTxn};

use crate::api::{Answer, get, post};
use crate::support::DEMO;
use crate::support::person::Person;
use crate::support::server::{Server, folder};

const ANA: &str = "p_00000000000000000000000000000a0a";
const BEN: &str = "p_00000000000000000000000000000b0b";

fn document(name: &str) -> DocumentId {
    DocumentId::parse(name).unwrap()
}

fn claim(id: &str) -> Value {
    let name = if id == ANA { "Ana" } else { "Ben" };
    json!({ "id": id, "name": name, "colour": 1 })
}

async fn command(server: &Server, me: &str, commands: Value) -> Answer {
    command_on(server, DEMO, me, commands).await
}

async fn command_on(server: &Server, map: &str, me: &str, commands: Value) -> Answer {
    let body = json!({ "me": claim(me), "commands": commands }).to_string();
    let path = format!("/api/maps/{map}/talk");
    post(server, &path, "application/json", body.as_bytes()).await
}

fn start(id: &str, text: &str) -> Value {
    json!({ "id": format!("o-{id}"), "command": {
        "do": "start", "thread": format!("t-{id}"), "message": format!("m-{id}"),
        "anchor": { "place": { "kind": "map" }, "path": [], "words": "" }, "text": text,
    }})
}

async fn introduce(server: &Server, me: &str) {
    let answer = command(server, me, json!([])).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn talk(replica: &Replica) -> Talk {
    Talk::read(&replica.doc().transact())
}

fn said(replica: &Replica, text: &str) -> bool {
    let talk = talk(replica);
    let mut messages = talk.threads.iter().flat_map(|thread| &thread.messages);
    messages.any(|message| message.text == text)
}

async fn reader(server: &Server, name: &str, client: u32) -> Person {
    Person::join(&server.url("/sync"), &document(name), client).await
}

#[tokio::test]
async fn a_comment_reaches_everybody_and_outlives_the_server() {
    let data = folder();
    let server = Server::start(data.path()).await;
    let before = get(&server, &format!("/api/maps/{DEMO}/export"))
        .await
        .text();
    let talk_name = format!("talk/{DEMO}");
    let mut ben = reader(&server, &talk_name, 5).await;
    let answer = command(&server, ANA, json!([start("1", "Is **this** so?")])).await;
    let expected = json!({ "answers": [{ "id": "o-1", "ok": true }] });
    assert_eq!((answer.status, answer.json()), (200, expected));
    ben.until("the comment", |it| said(it, "Is **this** so?"))
        .await;
    let thread = &talk(&ben.replica).threads[0];
    assert_eq!(thread.begun.by, PersonId::parse(ANA).unwrap());
    let people = get(&server, &format!("/api/maps/{DEMO}/talk/people"))
        .await
        .json();
    assert_eq!(people, json!([{ "id": ANA, "name": "Ana", "colour": 1 }]));
    // The map itself is as it was.
    let after = get(&server, &format!("/api/maps/{DEMO}/export"))
        .await
        .text();
    assert_eq!(before, after);
    drop(ben);
    server.stop().await.unwrap();
    let server = Server::start(data.path()).await;
    let cleo = reader(&server, &talk_name, 6).await;
    assert!(said(&cleo.replica, "Is **this** so?"));
    let again = command(&server, ANA, json!([start("1", "Otherwise")])).await;
    assert_eq!(again.json()["answers"][0]["ok"], true);
    assert!(said(&cleo.replica, "Is **this** so?"));
}

#[tokio::test]
async fn each_command_of_a_queue_is_answered_for_itself() {
    let data = folder();
    let server = Server::start(data.path()).await;
    introduce(&server, BEN).await;
    let commands = json!([
        start("1", "One"),
        start("1", "One under the same id"),
        { "id": "o-2", "written_at": 1, "command": {
            "do": "reply", "thread": "t-1", "message": "m-2", "text": format!("@[{BEN}]?") } },
        { "id": "o-3", "command": { "do": "reply", "thread": "t-0", "message": "m-3", "text": "?" } },
        { "nonsense": true },
    ]);
    let answers = command(&server, ANA, commands).await.json();
    let ok: Vec<&Value> = answers["answers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["ok"])
        .collect();
    // The same order again is the same answer, and changed nothing.
    assert_eq!(ok, [true, true, true, false, false]);
    let reason = answers["answers"][3]["error"].as_str().unwrap();
    assert_eq!(reason, "what you answer to is not there any more");
    let ben = reader(&server, &format!("talk/{DEMO}"), 5).await;
    let talk = talk(&ben.replica);
    assert_eq!(talk.threads[0].messages.len(), 2);
    assert_eq!(talk.threads[0].messages[1].written_at, Some(1));
}

#[tokio::test]
async fn nobody_writes_comments_but_by_commands() {
    let data = folder();
    let server = Server::start(data.path()).await;
    command(&server, ANA, json!([start("1", "Mine")])).await;
    let name = format!("talk/{DEMO}");
    let mut mallory = reader(&server, &name, 66).await;
    let honest = mallory.replica.doc().transact().state_vector();
    mallory.edit(|txn| {
        let forged = txn.get_or_insert_map("messages");
        forged.insert(txn, "m-1", "Not mine");
    });
    let refused = |replica: &Replica| matches!(replica.save_state(), SaveState::NotSaving { .. });
    mallory.until("the refusal", refused).await;
    let ben = reader(&server, &name, 5).await;
    assert!(said(&ben.replica, "Mine"));
    assert_eq!(ben.replica.doc().transact().state_vector(), honest);
}

#[tokio::test]
async fn a_forged_author_and_words_in_somebody_elses_mouth_are_refused() {
    let data = folder();
    let server = Server::start(data.path()).await;
    introduce(&server, BEN).await;
    command(&server, ANA, json!([start("1", "Mine")])).await;
    let state = |replica: &Replica| {
        let txn = replica.doc().transact();
        txn.encode_state_as_update_v1(&StateVector::default())
    };
    let mut watcher = reader(&server, &format!("talk/{DEMO}"), 5).await;
    watcher.until("the comment", |it| said(it, "Mine")).await;
    let before = state(&watcher.replica);
    let mut forged = start("2", "As Ben");
    forged["by"] = json!(BEN);
    let mut deeper = start("3", "As Ben");
    deeper["command"]["by"] = json!(BEN);
    let edit = json!({ "id": "o-4", "command": { "do": "edit", "message": "m-1", "text": "x" } });
    let delete = json!({ "id": "o-5", "command": { "do": "delete", "message": "m-1" } });
    let stranger = start("6", "@[p_00000000000000000000000000000fff] look");
    let everywhere = json!({ "id": "../o", "command": { "do": "resolve", "thread": "t/1" } });
    let attacks = json!([forged, deeper, edit, delete, stranger, everywhere]);
    let answers = command(&server, BEN, attacks).await.json();
    for answer in answers["answers"].as_array().unwrap() {
        assert_eq!(answer["ok"], false, "{answer}");
    }
    // Something honest afterwards, so that there is something to wait for.
    command(&server, ANA, json!([])).await;
    assert_eq!(state(&watcher.replica), before);
    let answer = command_on(&server, "no-such-map", ANA, json!([start("1", "x")])).await;
    assert_eq!(answer.status, 404);
    for id in ["local", "p_1", "p_0000000000000000000000000000000/"] {
        let answer = command(&server, id, json!([start("9", "x")])).await;
        assert_eq!(answer.status, 403, "{id}");
    }
}

#[tokio::test]
async fn a_flood_of_comments_waits_and_costs_nobody_else() {
    let data = folder();
    let server = Server::start_with(data.path(), |config| config.comments_per_minute = 5).await;
    let flood: Vec<Value> = (0..9).map(|n| start(&n.to_string(), "spam")).collect();
    let answer = command(&server, ANA, json!(flood)).await;
    let answers = answer.json()["answers"].as_array().unwrap().clone();
    let done = answers.iter().filter(|it| it["ok"] == true).count();
    assert_eq!((answer.status, done), (200, 5));
    assert_eq!(answers[8]["retry_after"], 12);
    let answer = command(&server, ANA, json!([start("x", "spam")])).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("retry-after"), Some("12"));
    let answer = command(&server, BEN, json!([start("b", "Hello")])).await;
    assert_eq!(answer.json()["answers"][0]["ok"], true);
    let many: Vec<Value> = (0..201).map(|n| start(&format!("y{n}"), "spam")).collect();
    assert_eq!(command(&server, BEN, json!(many)).await.status, 413);
}

#[tokio::test]
async fn comments_on_a_map_that_is_not_there_cannot_be_opened() {
    let data = folder();
    let server = Server::start(data.path()).await;
    for name in [
        "talk/no-such-map",
        "inbox/p_00000000000000000000000000000fff",
    ] {
        let mut person = Person::arrive(&server.url("/sync"), &document(name), 5);
        let closed = |replica: &Replica| matches!(replica.save_state(), SaveState::Closed { .. });
        person.until("the refusal", closed).await;
    }
    server.stop().await.unwrap();
    // And asking made nothing.
    let server = Server::start(data.path()).await;
    let answer = command_on(&server, "no-such-map", ANA, json!([])).await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn who_is_mentioned_or_answered_finds_it_in_the_inbox() {
    let data = folder();
    let server = Server::start(data.path()).await;
    introduce(&server, BEN).await;
    let mut inbox = reader(&server, &format!("inbox/{BEN}"), 5).await;
    let text = format!("**Look**, @[{BEN}]: `x`");
    command(&server, ANA, json!([start("1", &text)])).await;
    let unread = |replica: &Replica| Inbox::read(&replica.doc().transact()).unread();
    inbox.until("the mention", |it| unread(it) == 1).await;
    let ask = |errand: Value| {
        let server = &server;
        async move {
            let body = json!({ "me": claim(BEN), "errand": errand }).to_string();
            let answer = post(server, "/api/inbox", "application/json", body.as_bytes()).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            answer.json()
        }
    };
    let page = ask(Value::Null).await;
    let entry = &page["entries"][0];
    assert_eq!(entry["why"], "mention");
    assert_eq!(entry["by"]["name"], "Ana");
    assert_eq!(entry["words"], "Look, @Ben: x");
    assert_eq!(
        (&entry["map"], &entry["thread"]),
        (&json!(DEMO), &json!("t-1"))
    );
    assert!(entry["title"].as_str().unwrap().contains("SaaS") || !entry["title"].is_null());
    ask(json!({ "do": "mark", "entries": [entry["id"]], "read": true })).await;
    inbox
        .until("what is seen elsewhere", |it| unread(it) == 0)
        .await;
    ask(json!({ "do": "mute", "map": DEMO, "muted": true })).await;
    command(&server, ANA, json!([start("2", &text)])).await;
    assert_eq!(
        ask(Value::Null).await["entries"].as_array().unwrap().len(),
        1
    );
}
