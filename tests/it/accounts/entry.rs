//! The ways in, and how they close.

use serde_json::json;

use crate::support::server::folder;
use crate::support::visitor::{House, PASSWORD, Visitor, account};

async fn sign_in(house: &House, email: &str, password: &str) -> (u16, Visitor) {
    let mut visitor = house.stranger();
    let pair = json!({ "email": email, "password": password });
    let reply = visitor.post("/api/sign-in", pair).await;
    (reply.status, visitor)
}

#[tokio::test]
async fn the_first_start_prints_a_link_that_makes_one_administrator() {
    let data = folder();
    let house = House::start(data.path());
    let secret = house.setup_secret().unwrap();
    let me = house.stranger().get("/api/me").await;
    assert_eq!(me.body, json!({ "mode": "accounts", "setup": true }));
    let wrong = account("not-the-secret", "Eve", "eve@example.com");
    assert_eq!(
        house.stranger().post("/api/setup", wrong).await.code(),
        "dead_link"
    );
    let mut admin = house.admin().await;
    assert_eq!(admin.get("/api/me").await.body["admin"], json!(true));
    assert_eq!(
        admin.get("/api/maps").await.body.as_array().unwrap().len(),
        2
    );
    let again = account(&secret, "Eve", "eve@example.com");
    assert_eq!(
        house.stranger().post("/api/setup", again).await.code(),
        "dead_link"
    );

    let (status, log) = house.process.terminate();
    assert!(status.success(), "{log}");
    let house = House::start(data.path());
    assert_eq!(house.setup_secret(), None);
    assert_eq!(sign_in(&house, " ADA@example.com", PASSWORD).await.0, 200);
}

#[tokio::test]
async fn a_wrong_pair_says_not_what_is_wrong_and_guessing_ends() {
    let data = folder();
    let house = House::start(data.path());
    house.admin().await;
    let mut texts = Vec::new();
    for (email, password) in [
        ("ada@example.com", "three red herons"),
        ("nobody@example.com", PASSWORD),
        ("not an address", PASSWORD),
    ] {
        let pair = json!({ "email": email, "password": password });
        let reply = house.stranger().post("/api/sign-in", pair).await;
        assert_eq!(reply.status, 401);
        assert!(!reply.head.contains("set-cookie"), "{}", reply.head);
        texts.push(reply.body);
    }
    assert!(texts.windows(2).all(|two| two[0] == two[1]), "{texts:?}");
    let mut statuses = Vec::new();
    for guess in 0..12 {
        let pair = json!({ "email": "ada@example.com", "password": format!("guess {guess}") });
        let mut guesser = house.stranger();
        statuses.push(guesser.post("/api/sign-in", pair).await.status);
    }
    assert_eq!(statuses[..9], [401; 9]);
    assert_eq!(statuses[9..], [429; 3]);
    // For the right one too: a guesser learns nothing by it.
    assert_eq!(sign_in(&house, "ada@example.com", PASSWORD).await.0, 429);
    assert!(!house.process.log().contains(PASSWORD));
}

#[tokio::test]
async fn signing_out_and_ending_a_session_close_the_door() {
    let data = folder();
    let house = House::start(data.path());
    let mut here = house.admin().await;
    let (_, mut there) = sign_in(&house, "ada@example.com", PASSWORD).await;
    let sessions = here.get("/api/me/sessions").await.body;
    let sessions = sessions.as_array().unwrap().clone();
    assert_eq!(sessions.len(), 2);
    assert!(sessions.iter().all(|it| it["device"] == "Firefox on Linux"));
    let other = sessions.iter().find(|it| it["here"] == false).unwrap();
    let path = format!("/api/me/sessions/{}", other["id"].as_str().unwrap());
    assert_eq!(here.ask("DELETE", &path, json!({})).await.status, 204);
    assert_eq!(there.get("/api/maps").await.code(), "sign_in");
    let before = here.clone();
    assert_eq!(here.post("/api/sign-out", json!({})).await.status, 204);
    assert_eq!(here.cookie, "");
    let mut stolen = before;
    assert_eq!(stolen.get("/api/maps").await.code(), "sign_in");
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions_and_the_old_cookie() {
    let data = folder();
    let house = House::start(data.path());
    let mut here = house.admin().await;
    let (_, mut there) = sign_in(&house, "ada@example.com", PASSWORD).await;
    let mut old = here.clone();
    let new = "four grey herons";
    let change = json!({ "current": "wrong words", "new": new });
    assert_eq!(
        here.post("/api/me/password", change).await.code(),
        "password"
    );
    let change = json!({ "current": PASSWORD, "new": new });
    assert_eq!(here.post("/api/me/password", change).await.status, 204);
    assert_eq!(here.get("/api/maps").await.status, 200);
    for gone in [&mut old, &mut there] {
        assert_eq!(gone.get("/api/maps").await.code(), "sign_in");
    }
    assert_eq!(sign_in(&house, "ada@example.com", PASSWORD).await.0, 401);
    assert_eq!(sign_in(&house, "ada@example.com", new).await.0, 200);
}

#[tokio::test]
async fn an_administrators_link_lets_somebody_choose_a_new_password_once() {
    let data = folder();
    let house = House::start(data.path());
    let mut admin = house.admin().await;
    let (mut ben, id) = house.member(&mut admin, "ben").await;
    let made = admin
        .post(&format!("/api/people/{id}/reset"), json!({}))
        .await;
    let secret = made.body["secret"].as_str().unwrap();
    let new = json!({ "secret": secret, "password": "five white herons" });
    let mut anywhere = house.stranger();
    assert_eq!(anywhere.post("/api/reset", new.clone()).await.status, 200);
    assert_eq!(anywhere.get("/api/me").await.body["person"]["name"], "ben");
    assert_eq!(ben.get("/api/maps").await.code(), "sign_in");
    assert_eq!(
        house.stranger().post("/api/reset", new).await.code(),
        "dead_link"
    );
    assert_eq!(
        sign_in(&house, "ben@example.com", "five white herons")
            .await
            .0,
        200
    );
}

#[tokio::test]
async fn an_invitation_works_once_and_a_guest_who_takes_it_stays_the_same_person() {
    let data = folder();
    let house = House::start(data.path());
    let mut admin = house.admin().await;
    let map = house.map(&mut admin).await;
    let mut guest = house.guest(&mut admin, &map, "editor").await;
    let before = guest.get("/api/me").await.body["person"]["id"].clone();
    let invite = json!({ "place": "member", "email": "gus@example.com" });
    let invite = admin.post("/api/people/invites", invite).await;
    let secret = invite.body["secret"].as_str().unwrap();
    let look = guest
        .post("/api/invite/look", json!({ "secret": secret }))
        .await;
    assert_eq!(look.body["by"], "Ada Admin");
    let taken = account(secret, "Gus", "ada@example.com");
    assert_eq!(guest.post("/api/invite", taken).await.code(), "email");
    let gus = account(secret, "Gus", "gus@example.com");
    assert_eq!(guest.post("/api/invite", gus.clone()).await.status, 200);
    let me = guest.get("/api/me").await.body;
    assert_eq!(
        (&me["person"]["id"], &me["member"]),
        (&before, &json!(true))
    );
    assert_eq!(
        guest.get(&format!("/api/maps/{map}/export")).await.status,
        200
    );
    assert_eq!(
        house.stranger().post("/api/invite", gus).await.code(),
        "dead_link"
    );
}

#[tokio::test]
async fn a_cookie_alone_changes_nothing_when_no_page_of_ours_says_that_it_asks() {
    let data = folder();
    let house = House::start(data.path());
    let mut admin = house.admin().await;
    admin.origin = None;
    assert_eq!(admin.get("/api/maps").await.status, 200);
    assert_eq!(
        admin
            .post("/api/maps", json!({ "from": "blank" }))
            .await
            .status,
        403
    );
    admin.origin = Some("https://evil.example".to_owned());
    assert_eq!(admin.get("/api/maps").await.status, 403);
}
