//! An inbox read as a feed.

use atom_syndication::Feed;
use serde_json::{Value, json};

use super::{say, start};
use crate::support::server::folder;
use crate::support::visitor::{House, Reply, Visitor};

/// Makes an address: its path.
async fn make(visitor: &mut Visitor, house: &House) -> String {
    let made = visitor.post("/api/me/feed", json!({})).await;
    assert_eq!(made.status, 201, "{made:?}");
    let url = made.body["url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix(&format!("http://{}", house.address));
    path.unwrap().to_owned()
}

/// What a program reads that knows nothing but the address.
async fn read(house: &House, path: &str, has: Option<&str>) -> Reply {
    let mut reader = house.stranger();
    reader.origin = None;
    reader.has = has.map(ToOwned::to_owned);
    reader.get(path).await
}

fn header<'a>(reply: &'a Reply, name: &str) -> &'a str {
    let lines = reply.head.lines();
    let mut found = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    found.next().unwrap_or_default()
}

#[tokio::test]
async fn a_feed_says_what_is_in_the_inbox_and_nothing_of_maps_that_are_closed_by_now() {
    let data = folder();
    let house = House::start(data.path());
    let mut admin = house.admin().await;
    let (mut ana, ana_id) = house.member(&mut admin, "ana").await;
    let (map, other) = (house.map(&mut admin).await, house.map(&mut admin).await);
    for map in [&map, &other] {
        let gift = json!({ "person": ana_id, "role": "commenter" });
        let path = format!("/api/maps/{map}/access");
        assert_eq!(admin.post(&path, gift).await.status, 204);
        let text = format!("@[{ana_id}] a < b & \"c\"?");
        say(&mut admin, map, json!([start(&map[..6], &text)])).await;
    }
    assert_eq!(ana.get("/api/me/feed").await.body["made"], Value::Null);
    let path = make(&mut ana, &house).await;
    let reply = read(&house, &path, None).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(header(&reply, "content-type").starts_with("application/atom+xml"));
    let feed: Feed = reply.text.parse().unwrap();
    assert_eq!(feed.entries.len(), 2, "{}", reply.text);
    let entry = &feed.entries[0];
    assert_eq!(entry.title.value, "Ada Admin mentioned you · Secret plan");
    assert_eq!(entry.authors[0].name, "Ada Admin");
    let words = entry.content.as_ref().unwrap().value.as_ref().unwrap();
    assert_eq!(words, "@ana a < b & \"c\"?");
    assert!(entry.links[0].href.contains("?thread=t-"));
    let own = feed.links.iter().find(|it| it.rel == "self").unwrap();
    assert!(own.href.ends_with(&path));
    let one = read(&house, &format!("{path}?map={map}"), None).await;
    assert_eq!(one.text.parse::<Feed>().unwrap().entries.len(), 1);

    // The same again is not sent again.
    let tag = header(&reply, "etag").to_owned();
    let same = read(&house, &path, Some(&tag)).await;
    assert_eq!((same.status, same.text.as_str()), (304, ""));
    let hers = format!("/api/maps/{map}/access/{ana_id}");
    admin.ask("DELETE", &hers, json!({})).await;
    let less = read(&house, &path, Some(&tag)).await;
    assert_eq!(less.status, 200);
    let entries = less.text.parse::<Feed>().unwrap().entries;
    assert!(entries.len() == 1 && !less.text.contains(&map));
}

#[tokio::test]
async fn a_feeds_address_ends_by_a_new_one_by_hand_and_with_its_person() {
    let data = folder();
    let house = House::start(data.path());
    let mut admin = house.admin().await;
    let (mut ana, ana_id) = house.member(&mut admin, "ana").await;
    let first = make(&mut ana, &house).await;
    let second = make(&mut ana, &house).await;
    let gone = read(&house, &first, None).await;
    let never = read(&house, "/feeds/nothing.atom", None).await;
    assert_eq!((gone.status, &gone.body), (404, &never.body));
    assert_eq!(read(&house, &second, None).await.status, 200);
    let ended = ana.ask("DELETE", "/api/me/feed", json!({})).await;
    assert_eq!(ended.status, 204);
    assert_eq!(read(&house, &second, None).await.body, never.body);
    let third = make(&mut ana, &house).await;
    let path = format!("/api/people/{ana_id}");
    let removed = admin.ask("DELETE", &path, json!({})).await;
    assert_eq!(removed.status, 204);
    assert_eq!(read(&house, &third, None).await.body, never.body);
    assert!(!house.process.log().contains(&third));
}
