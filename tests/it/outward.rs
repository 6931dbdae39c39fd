//! What leaves the server by itself.

mod feed;
mod left_behind;
mod letters;
mod tls;
mod webhooks;

use serde_json::{Value, json};

use crate::support::visitor::{Reply, Visitor};

/// Sends commands about comments.
async fn say(visitor: &mut Visitor, map: &str, commands: Value) -> Reply {
    let path = format!("/api/maps/{map}/talk");
    let reply = visitor.post(&path, json!({ "commands": commands })).await;
    let answers = reply.body["answers"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    assert!(answers.iter().all(|it| it["ok"] == true), "{reply:?}");
    reply
}

fn start(id: &str, text: &str) -> Value {
    json!({ "id": format!("o-{id}"), "command": {
        "do": "start", "thread": format!("t-{id}"), "message": format!("m-{id}"),
        "anchor": { "place": { "kind": "map" }, "path": [], "words": "" }, "text": text,
    }})
}

fn order(id: &str, command: Value) -> Value {
    json!({ "id": format!("o-{id}"), "command": command })
}
