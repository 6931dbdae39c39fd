//! Rights that somebody gives, takes, limits or lets run out.

use serde_json::json;

use crate::support::server::folder;
use crate::support::visitor::{House, Visitor};

async fn can_read(visitor: &mut Visitor, map: &str) -> bool {
    let reply = visitor.get(&format!("/api/maps/{map}/export")).await;
    let listed = visitor.get("/api/maps").await.body;
    let listed = listed
        .as_array()
        .is_some_and(|maps| maps.iter().any(|it| it["id"] == map));
    assert_eq!(reply.status == 200, listed, "{reply:?}");
    listed
}

#[tokio::test]
async fn a_link_is_for_as_many_as_it_says_asks_for_its_password_and_can_be_revoked() {
    let data = folder();
    let house = House::start(data.path());
    let mut admin = house.admin().await;
    let map = house.map(&mut admin).await;
    let links = format!("/api/maps/{map}/links");
    let wanted = json!({ "role": "editor", "password": "heron", "most": 1, "hours": 24 });
    let link = admin.post(&links, wanted).await.body;
    let secret = link["secret"].clone();

    let mut guest = house.stranger();
    let look = guest
        .post("/api/join/look", json!({ "secret": secret }))
        .await
        .body;
    // The title is told to who knows the password.
    assert_eq!(
        look,
        json!({ "role": "editor", "title": null, "password": true })
    );
    let join = |password: &str| json!({ "secret": secret, "name": "Gus", "password": password });
    assert_eq!(
        guest.post("/api/join", join("crane")).await.code(),
        "password"
    );
    let joined = guest.post("/api/join", join("heron")).await;
    assert_eq!(joined.body, json!({ "map": map }));
    assert!(can_read(&mut guest, &map).await);
    // Coming back costs nothing; nobody else comes through.
    assert_eq!(
        guest
            .post("/api/join", json!({ "secret": secret }))
            .await
            .status,
        200
    );
    let late = house.stranger().post("/api/join", join("heron")).await;
    assert_eq!(late.code(), "dead_link");

    let id = link["id"].as_str().unwrap();
    let revoked = admin
        .ask("DELETE", &format!("{links}/{id}"), json!({}))
        .await;
    assert_eq!(revoked.status, 204);
    assert!(!can_read(&mut guest, &map).await);
    let again = guest.post("/api/join", join("heron")).await;
    assert_eq!(again.code(), "dead_link");
    let owner_link = admin.post(&links, json!({ "role": "owner" })).await;
    assert_eq!(owner_link.status, 422);
}

#[tokio::test]
async fn members_see_what_is_shared_with_them_or_with_all() {
    let data = folder();
    let house = House::start(data.path());
    let mut admin = house.admin().await;
    let (mut ana, _) = house.member(&mut admin, "ana").await;
    let (mut ben, ben_id) = house.member(&mut admin, "ben").await;
    let map = house.map(&mut ana).await;
    assert!(can_read(&mut ana, &map).await && can_read(&mut admin, &map).await);
    assert!(!can_read(&mut ben, &map).await);
    let access = format!("/api/maps/{map}/access");
    ana.post(&access, json!({ "person": ben_id, "role": "viewer" }))
        .await;
    assert!(can_read(&mut ben, &map).await);
    assert_eq!(ben.get(&access).await.body, json!({ "role": "viewer" }));
    let told = ana.get(&access).await.body;
    let names: Vec<_> = told["people"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["name"])
        .collect();
    assert_eq!(names, ["Ada Admin", "ana", "ben"]);
    ana.ask("DELETE", &format!("{access}/{ben_id}"), json!({}))
        .await;
    assert!(!can_read(&mut ben, &map).await);
    let may = admin.ask(
        "PATCH",
        "/api/workspace",
        json!({ "members_may": "commenter" }),
    );
    assert_eq!(may.await.status, 200);
    assert!(can_read(&mut ben, &map).await);
    assert_eq!(ben.get(&access).await.body, json!({ "role": "commenter" }));
}

#[tokio::test]
async fn a_token_does_what_its_scope_says_and_no_more() {
    let data = folder();
    let house = House::start(data.path());
    let mut admin = house.admin().await;
    let map = house.map(&mut admin).await;
    let made = admin.post(
        "/api/me/tokens",
        json!({ "label": "backup", "scope": "read" }),
    );
    let made = made.await.body;
    let mut program = house.stranger();
    program.origin = None;
    program.token = made["token"].as_str().unwrap().to_owned();
    assert!(can_read(&mut program, &map).await);
    for (method, path) in [
        ("POST", "/api/maps".to_owned()),
        ("GET", "/api/people".to_owned()),
        ("POST", format!("/api/maps/{map}/links")),
        ("POST", "/api/me/tokens".to_owned()),
        ("GET", "/metrics".to_owned()),
    ] {
        let reply = program.ask(method, &path, json!({})).await;
        assert_eq!(reply.code(), "forbidden", "{path}");
    }
    let listed = admin.get("/api/me/tokens").await.body;
    assert!(!listed.to_string().contains(&program.token));
    let path = format!("/api/me/tokens/{}", made["id"].as_str().unwrap());
    assert_eq!(admin.ask("DELETE", &path, json!({})).await.status, 204);
    assert_eq!(program.get("/api/maps").await.code(), "sign_in");
    assert!(!house.process.log().contains(&program.token));
}

#[tokio::test]
async fn who_is_removed_is_out_and_named_nowhere_and_one_administrator_stays() {
    let data = folder();
    let house = House::start(data.path());
    let mut admin = house.admin().await;
    let (mut zoe, id) = house.member(&mut admin, "zoe-quintana").await;
    house.map(&mut zoe).await;
    let gone = admin
        .ask("DELETE", &format!("/api/people/{id}"), json!({}))
        .await;
    assert_eq!(gone.status, 204);
    assert_eq!(zoe.get("/api/maps").await.code(), "sign_in");
    let people = admin.get("/api/people").await.body;
    assert!(!people.to_string().contains("quintana"), "{people}");
    let myself = people["people"][0]["id"].as_str().unwrap().to_owned();
    let last = admin
        .ask("DELETE", &format!("/api/people/{myself}"), json!({}))
        .await;
    assert_eq!(last.status, 409);
}

#[tokio::test]
async fn the_audit_log_tells_who_did_what_and_is_whole() {
    let data = folder();
    let house = House::start(data.path());
    let mut admin = house.admin().await;
    let map = house.map(&mut admin).await;
    house.guest(&mut admin, &map, "viewer").await;
    let wrong = json!({ "email": "ada@example.com", "password": "wrong words" });
    house.stranger().post("/api/sign-in", wrong).await;
    admin.get(&format!("/api/maps/{map}/export")).await;
    let log = admin.get("/api/audit").await.body;
    let told: Vec<(String, String)> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let who = it["who"]["name"].as_str().unwrap_or("nobody");
            (it["what"].as_str().unwrap().to_owned(), who.to_owned())
        })
        .collect();
    let told: Vec<(&str, &str)> = told.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let expected = [
        ("exported", "Ada Admin"),
        ("sign_in_failed", "nobody"),
        ("came_by_link", "Gus"),
        ("link_made", "Ada Admin"),
        ("map_made", "Ada Admin"),
        ("set_up", "Ada Admin"),
    ];
    assert_eq!(told, expected);
    assert_eq!(
        admin.get("/api/audit/check").await.body,
        json!({ "entries": 6 })
    );
    let of_map = admin.get(&format!("/api/maps/{map}/audit")).await.body;
    assert_eq!(of_map["entries"].as_array().unwrap().len(), 4);
}
