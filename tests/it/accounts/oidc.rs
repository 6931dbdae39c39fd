//! Signing in with a provider: who gets in, and as whom.

mod refused;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::provider::{CLIENT, Provider, SECRET};
use crate::support::server::folder;
use crate::support::visitor::{House, PASSWORD, Reply, Visitor};

const PUBLIC: &str = "https://maps.example";

/// A server, and the provider that it trusts.
struct Town {
    house: House,
    provider: Provider,
    _data: TempDir,
}

impl Town {
    async fn start(settings: &[(&str, &str)]) -> Self {
        let provider = Provider::start().await;
        let data = folder();
        Self {
            house: house(&data, &provider.issuer(), settings),
            provider,
            _data: data,
        }
    }

    /// Somebody who comes from a network of their own.
    fn stranger_from(&self, number: usize) -> Visitor {
        let mut stranger = self.house.stranger();
        stranger.from = Some(format!("192.0.2.{number}"));
        stranger
    }

    /// Goes all the way, with whoever is signed in at the provider.
    async fn sign_in(&self, visitor: &mut Visitor) -> Reply {
        let back = self.go(visitor, "/api/oidc/start?return=/map/plan").await;
        visitor.follow(&back).await
    }

    /// Goes to the provider; the path that it sends the browser back to.
    async fn go(&self, visitor: &mut Visitor, start: &str) -> String {
        let reply = visitor.follow(start).await;
        assert_eq!(reply.status, 303, "{reply:?}");
        self.through(reply.location()).await
    }

    async fn through(&self, url: &str) -> String {
        let back = self.provider.visit(url).await.unwrap();
        back.strip_prefix(PUBLIC).unwrap().to_owned()
    }

    /// The same with a secret in hand.
    async fn carry(&self, visitor: &mut Visitor, what: &str, secret: &str) -> Reply {
        let said = json!({ what: secret, "return": "/map/plan" });
        let reply = visitor.post("/api/oidc/start", said).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let back = self.through(reply.body["url"].as_str().unwrap()).await;
        visitor.follow(&back).await
    }
}

fn house(data: &TempDir, issuer: &str, settings: &[(&str, &str)]) -> House {
    let mut all = vec![
        ("public_url", PUBLIC),
        ("proxies", "127.0.0.1"),
        ("oidc_issuer", issuer),
        ("oidc_client_id", CLIENT),
        ("oidc_client_secret", SECRET),
        ("oidc_name", "Team ID"),
    ];
    all.extend_from_slice(settings);
    House::start_with(data.path(), &all)
}

/// What the sign-in page is told.
fn problem(reply: &Reply) -> &str {
    let told = reply.location().strip_prefix("/sign-in?problem=");
    let told = told.unwrap_or_else(|| panic!("{reply:?}"));
    told.split('&').next().unwrap()
}

async fn me(visitor: &mut Visitor) -> Value {
    visitor.get("/api/me").await.body["person"].clone()
}

/// Is let in, and sent where they wanted to go.
fn assert_in(reply: &Reply) {
    assert_eq!(
        (reply.status, reply.location()),
        (303, "/map/plan"),
        "{reply:?}"
    );
}

#[tokio::test]
async fn the_page_is_told_what_the_button_says() {
    let town = Town::start(&[]).await;
    let told = town.house.stranger().get("/api/me").await.body;
    assert_eq!(told["oidc"], json!({ "name": "Team ID" }));
    assert_eq!(told["password"], Value::Null);
    let data = folder();
    let without = House::start(data.path());
    let reply = without.stranger().follow("/api/oidc/start").await;
    assert_eq!((reply.status, reply.code()), (404, "no_oidc"));
}

#[tokio::test]
async fn a_connection_can_be_ended_unless_it_is_the_only_way_in() {
    let town = Town::start(&[("oidc_new_people", "member")]).await;
    let mut admin = town.house.admin().await;
    assert_eq!(admin.get("/api/me").await.body["connected"], false);
    town.provider.is_visited_by("ada", "ada@example.com", true);
    assert_in(&town.sign_in(&mut admin).await);
    assert_eq!(admin.get("/api/me").await.body["connected"], true);
    let ended = admin.ask("DELETE", "/api/me/oidc", json!({})).await;
    assert_eq!(ended.status, 204, "{ended:?}");
    assert_eq!(admin.get("/api/me").await.body["connected"], false);
    town.provider.is_visited_by("ben", "ben@example.com", true);
    let mut ben = town.house.stranger();
    assert_in(&town.sign_in(&mut ben).await);
    let refused = ben.ask("DELETE", "/api/me/oidc", json!({})).await;
    assert_eq!((refused.status, refused.code()), (409, "no_password"));
}

#[tokio::test]
async fn whom_nobody_invited_is_told_to_ask_for_it_and_gets_no_account() {
    let town = Town::start(&[]).await;
    let mut admin = town.house.admin().await;
    town.provider.is_visited_by("eve", "eve@example.com", true);
    let mut eve = town.house.stranger();
    let reply = town.sign_in(&mut eve).await;
    assert_eq!(problem(&reply), "unknown");
    assert!(reply.location().ends_with("&return=%2Fmap%2Fplan"));
    assert_eq!(eve.cookie, "");
    let people = admin.get("/api/people").await.body;
    assert_eq!(people["people"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn where_the_provider_is_the_team_somebody_new_becomes_a_member_once() {
    let town = Town::start(&[("oidc_new_people", "member")]).await;
    let mut admin = town.house.admin().await;
    town.provider.is_visited_by("ben", "Ben@Example.com", true);
    let mut here = town.house.stranger();
    let reply = town.sign_in(&mut here).await;
    assert_in(&reply);
    assert!(reply.head.contains("__Host-waymark=p_"), "{}", reply.head);
    let ben = me(&mut here).await;
    assert_eq!(ben["name"], "ben of the provider");
    assert_eq!(ben["email"], "ben@example.com");
    let mut there = town.house.stranger();
    assert_in(&town.sign_in(&mut there).await);
    assert_eq!(me(&mut there).await["id"], ben["id"]);
    // Another address and name at the provider is still the same person here.
    town.provider.is_visited_by("ben", "new@example.com", true);
    assert_in(&town.sign_in(&mut there).await);
    assert_eq!(me(&mut there).await, ben);
    let audit = admin.get("/api/audit").await.body["entries"].clone();
    let by = audit.as_array().unwrap().iter();
    let by = by
        .filter(|entry| entry["detail"] == "oidc")
        .map(|entry| &entry["what"]);
    let by: Vec<&Value> = by.collect();
    assert_eq!(by, ["signed_in", "signed_in", "signed_in", "joined"]);

    // Removed, they are nobody whom anything remembers: a new person comes.
    let path = format!("/api/people/{}", ben["id"].as_str().unwrap());
    assert_eq!(admin.ask("DELETE", &path, json!({})).await.status, 204);
    assert_eq!(me(&mut there).await, Value::Null);
    assert_in(&town.sign_in(&mut there).await);
    assert_ne!(me(&mut there).await["id"], ben["id"]);
}

#[tokio::test]
async fn an_invitation_goes_along_and_a_guest_stays_the_same_person() {
    let town = Town::start(&[]).await;
    let mut admin = town.house.admin().await;
    let map = town.house.map(&mut admin).await;
    let mut guest = town.house.guest(&mut admin, &map, "editor").await;
    let before = me(&mut guest).await;
    let invite = json!({ "place": "member" });
    let invite = admin.post("/api/people/invites", invite).await;
    let secret = invite.body["secret"].as_str().unwrap();
    town.provider.is_visited_by("gus", "gus@example.com", false);
    assert_in(&town.carry(&mut guest, "invite", secret).await);
    let gus = me(&mut guest).await;
    assert_eq!(
        (&gus["id"], &gus["kind"]),
        (&before["id"], &json!("account"))
    );
    // What the provider has not checked is not written down.
    assert_eq!(gus["email"], Value::Null);
    assert_in(&town.sign_in(&mut town.house.stranger()).await);
    town.provider.is_visited_by("eve", "eve@example.com", true);
    let mut eve = town.house.stranger();
    let reply = town.carry(&mut eve, "invite", secret).await;
    assert_eq!(problem(&reply), "dead_link");
}

#[tokio::test]
async fn an_account_is_never_given_to_who_has_its_address_at_the_provider() {
    let town = Town::start(&[("oidc_new_people", "member")]).await;
    let mut admin = town.house.admin().await;
    let (mut ben, id) = town.house.member(&mut admin, "ben").await;
    town.provider.is_visited_by("ben", "ben@example.com", true);
    let mut elsewhere = town.house.stranger();
    assert_eq!(problem(&town.sign_in(&mut elsewhere).await), "connect");
    // Not with an invitation that was made for anybody, either.
    let invite = admin.post("/api/people/invites", json!({ "place": "admin" }));
    let secret = invite.await.body["secret"].as_str().unwrap().to_owned();
    let reply = town.carry(&mut elsewhere, "invite", &secret).await;
    assert_eq!(problem(&reply), "connect");
    assert_eq!(elsewhere.cookie, "");

    // Nor is an identity connected with an account of another address, or one unchecked.
    town.provider.is_visited_by("eve", "eve@example.com", true);
    assert_eq!(problem(&town.sign_in(&mut ben).await), "other_account");
    town.provider.is_visited_by("eve", "ben@example.com", false);
    assert_eq!(problem(&town.sign_in(&mut ben).await), "other_account");

    // Signed in on both sides, it is theirs; from then on the provider is enough.
    town.provider.is_visited_by("ben", "ben@example.com", true);
    assert_in(&town.sign_in(&mut ben).await);
    assert_in(&town.sign_in(&mut elsewhere).await);
    assert_eq!(me(&mut elsewhere).await["id"], id.as_str());
    let pair = json!({ "email": "ben@example.com", "password": PASSWORD });
    let reply = town.house.stranger().post("/api/sign-in", pair).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn signing_in_in_between_does_not_connect_what_was_begun_by_nobody() {
    let town = Town::start(&[]).await;
    let mut admin = town.house.admin().await;
    let (ben, _) = town.house.member(&mut admin, "ben").await;
    town.provider.is_visited_by("ben", "ben@example.com", true);
    let mut browser = town.house.stranger();
    let back = town.go(&mut browser, "/api/oidc/start").await;
    browser.cookie = format!("{}; {}", browser.cookie, ben.cookie);
    assert_eq!(problem(&browser.follow(&back).await), "connect");
}

#[tokio::test]
async fn without_passwords_the_first_and_the_old_ones_come_in_by_links() {
    let data = folder();
    let provider = Provider::start().await;
    let issuer = provider.issuer();
    let before = house(&data, &issuer, &[]);
    let mut admin = before.admin().await;
    let (_, id) = before.member(&mut admin, "ben").await;
    let path = format!("/api/people/{id}/reset");
    let reset = admin.post(&path, json!({})).await;
    let secret = reset.body["secret"].as_str().unwrap().to_owned();
    assert!(before.process.terminate().0.success());
    let town = Town {
        house: house(&data, &issuer, &[("password_sign_in", "false")]),
        provider,
        _data: data,
    };
    let told = town.house.stranger().get("/api/me").await.body;
    assert_eq!(told["password"], json!(false));
    let pair = json!({ "email": "ben@example.com", "password": PASSWORD });
    let reply = town.house.stranger().post("/api/sign-in", pair).await;
    assert_eq!((reply.status, reply.code()), (409, "password_off"));
    let new = json!({ "secret": secret, "password": "seven green herons" });
    let reply = town.house.stranger().post("/api/reset", new).await;
    assert_eq!(reply.code(), "password_off");
    town.provider.is_visited_by("ben", "ben@work.example", true);
    let mut ben = town.house.stranger();
    assert_in(&town.carry(&mut ben, "reset", &secret).await);
    assert_eq!(me(&mut ben).await["id"], id.as_str());
    let again = town
        .carry(&mut town.house.stranger(), "reset", &secret)
        .await;
    assert_in(&again);

    let fresh = Town::start(&[("password_sign_in", "false")]).await;
    let secret = fresh.house.setup_secret().unwrap();
    fresh.provider.is_visited_by("ada", "ada@example.com", true);
    let mut ada = fresh.house.stranger();
    assert_in(&fresh.carry(&mut ada, "setup", &secret).await);
    assert_eq!(ada.get("/api/me").await.body["admin"], json!(true));
}
