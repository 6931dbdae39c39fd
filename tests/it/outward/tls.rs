//! Where what leaves the server goes: over TLS, and to nobody who cannot prove who they are.

use serde_json::json;

use super::webhooks::{PRIVATE, hook, until};
use super::{say, start};
use crate::support::postbox::Postbox;
use crate::support::receiver::Receiver;
use crate::support::server::folder;
use crate::support::tls::Identity;
use crate::support::visitor::House;

#[tokio::test]
async fn letters_and_webhooks_go_to_whom_the_machine_trusts_and_to_nobody_else() {
    let (mut postbox, mut receiver) = (Postbox::start().await, Receiver::start().await);
    let known = Identity::new();
    let letters = known.before(postbox.address).await;
    let hooks = known.before(receiver.address).await;
    let smtp = format!("smtps://{letters}");
    let mail = [
        ("public_url", "https://maps.example"),
        ("smtp_url", smtp.as_str()),
        ("smtp_from", "Waymark <waymark@maps.example>"),
    ];
    let settings = [PRIVATE, &mail].concat();

    let data = folder();
    let house = House::trusting(data.path(), &settings, &known.roots());
    let mut admin = house.admin().await;
    let wanted = json!({ "place": "member", "email": "mei@example.com" });
    let made = admin.post("/api/people/invites", wanted.clone()).await;
    assert_eq!(made.body["mailed"], "mei@example.com", "{made:?}");
    assert_eq!(postbox.next().await.to, "mei@example.com");

    let map = house.map(&mut admin).await;
    let base = format!("/api/maps/{map}/webhooks");
    let url = format!("https://{hooks}/hook");
    let (_, secret) = hook(&mut admin, &base, &url, &["thread.opened"]).await;
    say(&mut admin, &map, json!([start("1", "Hello")])).await;
    assert!(receiver.next().await.is_signed_with(&secret));

    // The same servers, for a machine that trusts somebody else.
    let stranger = Identity::new();
    let data = folder();
    let house = House::trusting(data.path(), &settings, &stranger.roots());
    let mut admin = house.admin().await;
    let made = admin.post("/api/people/invites", wanted).await;
    assert_eq!(
        made.body["mail_problem"],
        "the mail server cannot be reached"
    );
    let map = house.map(&mut admin).await;
    let base = format!("/api/maps/{map}/webhooks");
    hook(&mut admin, &base, &url, &["thread.opened"]).await;
    say(&mut admin, &map, json!([start("1", "For nobody")])).await;
    until(&mut admin, &base, "the problem", |it| {
        let problem = it["last"]["problem"].as_str().unwrap_or_default();
        problem.starts_with("it cannot be reached")
    })
    .await;
    assert_eq!(postbox.rest(), 0);
    assert!(receiver.rest().is_empty());
}
