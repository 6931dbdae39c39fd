//! What a crash left between a comment and those who are to hear of it.

use serde_json::json;
use waymark_server::store::{Records, Revision, SledStore, Store};

use super::{say, start};
use crate::support::server::folder;
use crate::support::soon;
use crate::support::visitor::House;

#[tokio::test]
async fn whoever_was_to_hear_of_a_comment_hears_of_it_after_a_crash_and_of_no_other() {
    let data = folder();
    let house = House::start(data.path());
    let mut admin = house.admin().await;
    let (mut ana, ana_id) = house.member(&mut admin, "ana").await;
    let map = house.map(&mut admin).await;
    let path = format!("/api/maps/{map}/access");
    let gift = json!({ "person": ana_id, "role": "commenter" });
    assert_eq!(admin.post(&path, gift).await.status, 204);
    let by = admin.get("/api/me").await.body["person"]["id"].clone();
    say(&mut admin, &map, json!([start("1", "Said")])).await;
    let (status, log) = house.process.terminate();
    assert!(status.success(), "{log}");

    // As if it had ended right after the comment, and right before another.
    let store = Store::Sled(SledStore::open(data.path(), 16 << 20).unwrap());
    for (key, order) in [("news/1-unsaid", "o-9"), ("news/2-said", "o-1")] {
        let news = json!({
            "v": 1, "map": map, "order": order, "by": by, "at": 1_000,
            "notices": [{ "to": ana_id, "why": "mention", "thread": "t-1", "message": "m-1" }],
        });
        let value = news.to_string().into();
        assert!(
            store
                .put_if_revision(key, Revision(0), value)
                .await
                .unwrap()
        );
    }
    store.close().await;
    drop(store);

    let house = House::start(data.path());
    let mut again = house.stranger();
    again.cookie.clone_from(&ana.cookie);
    ana = again;
    let asking = async {
        loop {
            let entries = ana.post("/api/inbox", json!({})).await.body["entries"].clone();
            if entries.as_array().is_some_and(|it| !it.is_empty()) {
                return entries;
            }
            tokio::task::yield_now().await;
        }
    };
    let entries = soon("the notice", asking).await;
    assert_eq!(entries.as_array().unwrap().len(), 1, "{entries}");
    assert_eq!(entries[0]["words"], "Said");
    assert!(house.process.terminate().0.success());
    let store = Store::Sled(SledStore::open(data.path(), 16 << 20).unwrap());
    assert_eq!(store.get("news/1-unsaid").await.unwrap(), None);
}
