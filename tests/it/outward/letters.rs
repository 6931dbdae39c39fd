//! Letters by SMTP.

use serde_json::json;

use super::{say, start};
use crate::support::postbox::Postbox;
use crate::support::server::folder;
use crate::support::visitor::{House, PASSWORD, account};

const HERE: &str = "https://maps.example";

fn house(data: &std::path::Path, postbox: &Postbox) -> House {
    let settings = [
        ("public_url", HERE),
        ("smtp_url", &postbox.url()),
        ("smtp_from", "Waymark <waymark@maps.example>"),
    ];
    House::start_with(data, &settings)
}

#[tokio::test]
async fn an_invitation_goes_to_its_address_and_can_be_copied_in_any_case() {
    let (data, mut postbox) = (folder(), Postbox::start().await);
    let house = house(data.path(), &postbox);
    let mut admin = house.admin().await;
    let wanted = json!({ "place": "member", "email": "Mei@example.com" });
    let made = admin.post("/api/people/invites", wanted.clone()).await;
    assert_eq!(made.body["mailed"], "mei@example.com", "{made:?}");
    let letter = postbox.next().await;
    assert_eq!(letter.to, "mei@example.com");
    assert_eq!(letter.header("Subject"), "Ada Admin invites you to Waymark");
    assert_eq!(letter.header("Auto-Submitted"), "auto-generated");
    assert_eq!(letter.header("From"), "Waymark <waymark@maps.example>");
    let secret = letter.after("https://maps.example/invite#");
    assert_eq!(made.body["secret"], secret.as_str());
    let mut mei = house.stranger();
    let joined = account(&secret, "Mei", "mei@example.com");
    assert_eq!(mei.post("/api/invite", joined).await.status, 200);

    postbox.refuses(true);
    let wanted = json!({ "place": "member", "email": "nobody@example.com" });
    let made = admin.post("/api/people/invites", wanted).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.body["mail_problem"], "the mail server refused it");
    assert!(made.body["secret"].is_string() && made.body["mailed"].is_null());
    let log = house.process.log();
    assert!(!log.contains("nobody@") && !log.contains(&secret), "{log}");
}

#[tokio::test]
async fn whoever_forgot_the_password_gets_a_letter_and_nobody_learns_who_has_an_account() {
    let (data, mut postbox) = (folder(), Postbox::start().await);
    let house = house(data.path(), &postbox);
    let mut admin = house.admin().await;
    assert_eq!(house.stranger().get("/api/me").await.body["mail"], true);
    let mut answers = Vec::new();
    for email in ["nobody@example.com", "ada@example.com"] {
        let asked = json!({ "email": email });
        let answer = house.stranger().post("/api/forgot", asked).await;
        let lines = answer.head.lines().filter(|it| !it.starts_with("date"));
        answers.push((answer.status, lines.map(str::to_owned).collect::<Vec<_>>()));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].0, 204);
    let letter = postbox.next().await;
    assert_eq!(letter.to, "ada@example.com");
    let secret = letter.after("https://maps.example/reset#");
    let mut anywhere = house.stranger();
    let new = json!({ "secret": secret, "password": "four grey herons" });
    assert_eq!(anywhere.post("/api/reset", new.clone()).await.status, 200);
    assert_eq!(admin.get("/api/maps").await.code(), "sign_in");
    let again = house.stranger().post("/api/reset", new).await;
    assert_eq!(again.code(), "dead_link");
    let old = json!({ "email": "ada@example.com", "password": PASSWORD });
    assert_eq!(house.stranger().post("/api/sign-in", old).await.status, 401);

    // A mailbox cannot be flooded, and who has none is refused alike.
    for email in ["ada@example.com", "nobody@example.com"] {
        let ask = async || {
            let asked = json!({ "email": email });
            house.stranger().post("/api/forgot", asked).await.status
        };
        let statuses = [ask().await, ask().await, ask().await];
        assert_eq!(statuses, [204, 204, 429], "{email}");
    }
    assert!(postbox.next().await.to.starts_with("ada@"));
    assert!(postbox.next().await.to.starts_with("ada@"));
    assert_eq!(postbox.rest(), 0);
}

#[tokio::test]
async fn without_a_mail_server_nothing_promises_a_letter() {
    let data = folder();
    let house = House::start(data.path());
    let mut admin = house.admin().await;
    assert!(admin.get("/api/me").await.body["mail"].is_null());
    let asked = json!({ "email": "ada@example.com" });
    let answer = house.stranger().post("/api/forgot", asked).await;
    assert_eq!((answer.status, answer.code()), (409, "mail_off"));
    assert_eq!(admin.get("/api/me/digest").await.body["mail"], false);
}

#[tokio::test]
async fn what_is_unread_is_written_once_and_one_click_ends_it() {
    let (data, mut postbox) = (folder(), Postbox::start().await);
    let house = house(data.path(), &postbox);
    let mut admin = house.admin().await;
    let (mut ana, ana_id) = house.member(&mut admin, "ana").await;
    let map = house.map(&mut admin).await;
    let gift = json!({ "person": ana_id, "role": "commenter" });
    admin.post(&format!("/api/maps/{map}/access"), gift).await;
    let off = ana.get("/api/me/digest").await.body;
    assert_eq!(off, json!({ "every": "off", "mail": true }));
    for (id, text) in [("1", "<b>one</b>"), ("2", "two")] {
        let text = format!("@[{ana_id}] {text}");
        say(&mut admin, &map, json!([start(id, &text)])).await;
    }
    let entries = ana.post("/api/inbox", json!({})).await.body["entries"].clone();
    let read = json!({ "do": "mark", "entries": [entries[0]["id"]], "read": true });
    ana.post("/api/inbox", json!({ "errand": read })).await;

    let hourly = json!({ "every": "hourly" });
    let chosen = ana.ask("PUT", "/api/me/digest", hourly.clone()).await;
    assert_eq!(chosen.body["every"], "hourly");
    let letter = postbox.next().await;
    assert_eq!(letter.to, "ana@example.com");
    assert!(letter.header("Subject").contains("Ada Admin mentioned you"));
    assert!(
        letter
            .text
            .contains(&format!("{HERE}/map/{map}?thread=t-1"))
    );
    assert!(letter.text.contains("&lt;b&gt;one") || letter.text.contains("@ana one"));
    assert!(!letter.text.contains("thread=t-2"), "it was read");
    assert_eq!(
        letter.header("List-Unsubscribe-Post"),
        "List-Unsubscribe=One-Click"
    );
    let stop = letter.header("List-Unsubscribe");
    let stop = stop
        .trim_matches(['<', '>'])
        .strip_prefix(HERE)
        .unwrap()
        .to_owned();

    // Nothing new: nothing is written, although it is chosen anew.
    ana.ask("PUT", "/api/me/digest", hourly).await;
    // What is stopped for somebody else needs what only their letter has.
    let mut program = house.stranger();
    program.origin = None;
    let forged = stop.replace(&ana_id, &format!("p_{:032x}", 7));
    assert_eq!(program.post(&forged, json!({})).await.status, 404);
    let shown = program.get(&stop).await;
    assert!(shown.location().starts_with("/unsubscribe#p_"), "{shown:?}");
    assert_eq!(ana.get("/api/me/digest").await.body["every"], "hourly");
    assert_eq!(program.post(&stop, json!({})).await.status, 204);
    assert_eq!(ana.get("/api/me/digest").await.body["every"], "off");
    assert_eq!(postbox.rest(), 0);
}
