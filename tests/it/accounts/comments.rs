//! Who may comment, who can be mentioned, and what one hears after one's access has ended.

use serde_json::{Value, json};

use crate::support::server::folder;
use crate::support::visitor::{House, Reply, Visitor};

async fn comment(visitor: &mut Visitor, map: &str, id: &str, text: &str) -> Reply {
    let start = json!({ "id": format!("o-{id}"), "command": {
        "do": "start", "thread": format!("t-{id}"), "message": format!("m-{id}"),
        "anchor": { "place": { "kind": "map" }, "path": [], "words": "" }, "text": text,
    }});
    let path = format!("/api/maps/{map}/talk");
    visitor.post(&path, json!({ "commands": [start] })).await
}

fn is_done(reply: &Reply) -> bool {
    reply.body["answers"][0]["ok"] == true
}

async fn inbox(visitor: &mut Visitor) -> Vec<Value> {
    let reply = visitor.post("/api/inbox", json!({})).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body["entries"].as_array().unwrap().clone()
}

#[tokio::test]
async fn commenters_comment_viewers_do_not_and_only_whom_the_map_is_for_is_mentioned() {
    let data = folder();
    let house = House::start(data.path());
    let mut admin = house.admin().await;
    let (mut owner, _) = house.member(&mut admin, "owner").await;
    let (mut ana, ana_id) = house.member(&mut admin, "ana").await;
    let (_, ben_id) = house.member(&mut admin, "ben").await;
    let map = house.map(&mut owner).await;
    let mut viewer = house.guest(&mut owner, &map, "viewer").await;
    let mut guest = house.guest(&mut owner, &map, "commenter").await;
    let access = format!("/api/maps/{map}/access");
    let given = owner.post(&access, json!({ "person": ana_id, "role": "commenter" }));
    assert_eq!(given.await.status, 204);

    assert_eq!(comment(&mut viewer, &map, "1", "Nice").await.status, 403);
    assert!(is_done(&comment(&mut guest, &map, "2", "Nice").await));
    let unseen = comment(&mut ana, &map, "3", &format!("@[{ben_id}] look")).await;
    assert!(!is_done(&unseen), "{unseen:?}");
    assert!(is_done(
        &comment(&mut owner, &map, "4", &format!("@[{ana_id}] look")).await
    ));
    let heard = inbox(&mut ana).await;
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!(heard[0]["title"], "Secret plan");

    // What is said afterwards, and what the map is called, is nothing to them any more.
    let hers = format!("{access}/{ana_id}");
    let taken = owner.ask("DELETE", &hers, json!({})).await;
    assert_eq!(taken.status, 204);
    assert_eq!(inbox(&mut ana).await, Vec::<Value>::new());
    assert_eq!(
        comment(&mut ana, &map, "5", "Still here?").await.status,
        404
    );
}
