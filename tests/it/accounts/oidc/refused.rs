//! Everything by which nobody gets in, and what the provider's troubles look like.

use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Town, assert_in, house, problem};
use crate::support::provider::{Answers, CLIENT, Key, SECRET, Signs, seconds};
use crate::support::server::folder;

#[tokio::test]
async fn whatever_a_provider_says_that_does_not_stand_up_to_a_check_lets_nobody_in() {
    let town = Town::start(&[("oidc_new_people", "member")]).await;
    town.provider.is_visited_by("ben", "ben@example.com", true);
    let other = "http://127.0.0.1:1";
    let lies = [
        ("another issuer", json!({ "iss": other })),
        ("no issuer", json!({ "iss": null })),
        ("another audience", json!({ "aud": "another-client" })),
        (
            "one more audience",
            json!({ "aud": [CLIENT, "another-client"] }),
        ),
        ("no audience", json!({ "aud": null })),
        ("for another client", json!({ "azp": "another-client" })),
        ("run out", json!({ "exp": seconds() - 1 })),
        ("never runs out", json!({ "exp": null })),
        ("made tomorrow", json!({ "iat": seconds() + 86_400 })),
        ("another nonce", json!({ "nonce": "n".repeat(22) })),
        ("no nonce", json!({ "nonce": null })),
        ("nobody", json!({ "sub": "" })),
        ("no subject", json!({ "sub": null })),
    ];
    let mut wrong = Vec::new();
    for (number, (what, lie)) in lies.iter().enumerate() {
        town.provider.inside().lies = lie.clone();
        let mut visitor = town.stranger_from(number);
        let reply = town.sign_in(&mut visitor).await;
        let told = reply.location().starts_with("/sign-in?problem=unproven")
            // What cannot even be read.
            || reply.location().starts_with("/sign-in?problem=provider");
        if !told || !visitor.cookie.is_empty() {
            wrong.push((*what, reply));
        }
    }
    town.provider.inside().lies = Value::Null;
    for (number, signs) in [
        Signs::Not,
        Signs::WithThePublicKey,
        Signs::WithTheSecret,
        Signs::WithAnotherKey,
        Signs::ThenChanges,
    ]
    .into_iter()
    .enumerate()
    {
        town.provider.inside().signs = signs;
        let mut visitor = town.stranger_from(100 + number);
        let reply = town.sign_in(&mut visitor).await;
        assert_eq!(problem(&reply), "unproven", "{signs:?}");
        assert_eq!(visitor.cookie, "", "{signs:?}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    town.provider.inside().signs = Signs::Honestly;
    assert_in(&town.sign_in(&mut town.house.stranger()).await);
}

#[tokio::test]
async fn a_sign_in_is_finished_once_and_only_where_it_was_begun() {
    let town = Town::start(&[("oidc_new_people", "member")]).await;
    town.provider.is_visited_by("ben", "ben@example.com", true);
    let mut ben = town.house.stranger();
    let back = town.go(&mut ben, "/api/oidc/start?return=/map/plan").await;
    // Somebody else's browser, though it has begun one of its own.
    let mut eve = town.house.stranger();
    let evil = town.go(&mut eve, "/api/oidc/start").await;
    assert_eq!(problem(&eve.follow(&back).await), "browser");
    assert_eq!(problem(&ben.follow(&evil).await), "browser");
    // A state that nobody was given.
    let state = back.split("state=").nth(1).unwrap();
    let made_up = back.replace(state, &"s".repeat(22));
    assert_eq!(problem(&ben.follow(&made_up).await), "expired");
    assert_eq!(problem(&ben.follow("/api/oidc/callback").await), "expired");
    let twice = format!("{back}&state=x");
    assert_eq!(problem(&ben.follow(&twice).await), "expired");
    let before = ben.cookie.clone();
    assert_in(&ben.follow(&back).await);
    assert!(!ben.cookie.contains("-oidc-"), "{}", ben.cookie);
    ben.cookie = before;
    assert_eq!(problem(&ben.follow(&back).await), "expired");
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_of_no_use() {
    let town = Town::start(&[("oidc_new_people", "member")]).await;
    town.provider.is_visited_by("ben", "ben@example.com", true);
    let (mut ben, mut eve) = (town.house.stranger(), town.house.stranger());
    let stolen = town.go(&mut ben, "/api/oidc/start").await;
    let own = town.go(&mut eve, "/api/oidc/start").await;
    let code = |path: &str| path.split(['=', '&']).nth(1).unwrap().to_owned();
    let mixed = own.replace(&code(&own), &code(&stolen));
    assert_eq!(problem(&eve.follow(&mixed).await), "unproven");
    assert_eq!(eve.cookie, "");

    // And the provider of this test insists on what protects it.
    let start = eve.follow("/api/oidc/start").await;
    let url = start.location().to_owned();
    for (part, other) in [
        ("code_challenge=", "other="),
        ("code_challenge_method=S256", "code_challenge_method=plain"),
        ("maps.example", "evil.example"),
    ] {
        assert!(url.contains(part), "{url}");
        let refused = town.provider.visit(&url.replace(part, other)).await;
        assert!(refused.is_err(), "{part}");
    }
    assert!(town.provider.visit(&url).await.is_ok());
}

#[tokio::test]
async fn an_answer_of_another_provider_or_a_no_lets_nobody_in() {
    let town = Town::start(&[("oidc_new_people", "member")]).await;
    town.provider.is_visited_by("ben", "ben@example.com", true);
    for (more, told) in [
        ("&iss=https://evil.example", "unproven"),
        ("&error=access_denied", "refused"),
        ("&error=temporarily_unavailable", "provider"),
    ] {
        let mut ben = town.house.stranger();
        let back = town.go(&mut ben, "/api/oidc/start").await;
        assert_eq!(problem(&ben.follow(&format!("{back}{more}")).await), told);
        assert_eq!(ben.cookie, "");
    }
    let mut ben = town.house.stranger();
    let back = town.go(&mut ben, "/api/oidc/start?return=/map/plan").await;
    let right = format!("{back}&iss={}", town.provider.issuer());
    assert_in(&ben.follow(&right).await);
}

#[tokio::test]
async fn a_new_key_of_the_provider_works_at_once_and_an_old_one_no_longer() {
    let town = Town::start(&[("oidc_new_people", "member")]).await;
    town.provider.is_visited_by("ben", "ben@example.com", true);
    assert_in(&town.sign_in(&mut town.house.stranger()).await);
    assert_in(&town.sign_in(&mut town.house.stranger()).await);
    assert_eq!(town.provider.inside().asked_for_keys, 1);
    let old = town.provider.inside().keys.pop().unwrap();
    town.provider.inside().keys.push(Key::rsa("second"));
    assert_in(&town.sign_in(&mut town.house.stranger()).await);
    assert_eq!(town.provider.inside().asked_for_keys, 2);
    assert_in(&town.sign_in(&mut town.house.stranger()).await);
    assert_eq!(town.provider.inside().asked_for_keys, 2);
    // The old key signs and is not shown any more.
    town.provider.inside().hidden = Some(old);
    let reply = town.sign_in(&mut town.house.stranger()).await;
    assert_eq!(problem(&reply), "unproven");
}

#[tokio::test]
async fn a_provider_that_does_not_answer_well_is_said_to_be_the_problem() {
    let data = folder();
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nowhere = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let lonely = house(&data, &nowhere, &[]);
    let mut ben = lonely.stranger();
    let reply = ben.follow("/api/oidc/start?return=/map/plan").await;
    assert_eq!(problem(&reply), "provider");
    assert!(reply.location().ends_with("return=%2Fmap%2Fplan"));
    let reply = lonely.stranger().post("/api/oidc/start", json!({})).await;
    assert_eq!((reply.status, reply.code()), (502, "provider"));

    let town = Town::start(&[("oidc_new_people", "member")]).await;
    for answers in [Answers::Endlessly, Answers::Elsewhere, Answers::Nonsense] {
        town.provider.inside().answers = answers;
        let reply = town.house.stranger().follow("/api/oidc/start").await;
        assert_eq!(problem(&reply), "provider", "{answers:?}");
    }
    // It comes back, and so do we.
    town.provider.inside().answers = Answers::Well;
    town.provider.is_visited_by("ben", "ben@example.com", true);
    assert_in(&town.sign_in(&mut town.house.stranger()).await);
}

#[tokio::test]
async fn people_come_back_to_a_page_of_ours_only() {
    let town = Town::start(&[("oidc_new_people", "member")]).await;
    town.provider.is_visited_by("ben", "ben@example.com", true);
    for other in [
        "https://evil.example",
        "//evil.example",
        "/%5Cevil.example",
        "/%0d%0ax",
    ] {
        let mut ben = town.house.stranger();
        let start = format!("/api/oidc/start?return={other}");
        let back = town.go(&mut ben, &start).await;
        assert_eq!(ben.follow(&back).await.location(), "/", "{other}");
    }
}

#[tokio::test]
async fn made_up_codes_end_and_other_networks_do_not_suffer_for_it() {
    let town = Town::start(&[("oidc_new_people", "member")]).await;
    town.provider.is_visited_by("ben", "ben@example.com", true);
    let mut told = Vec::new();
    for _ in 0..12 {
        let mut eve = town.stranger_from(1);
        let back = town.go(&mut eve, "/api/oidc/start").await;
        let made_up = back.replace("code=code-", "code=guess-");
        told.push(problem(&eve.follow(&made_up).await).to_owned());
    }
    assert_eq!(told[..10], ["unproven"; 10]);
    assert_eq!(told[10..], ["often"; 2]);
    assert_in(&town.sign_in(&mut town.stranger_from(2)).await);
}

#[tokio::test]
async fn no_secret_of_it_is_in_the_log() {
    let town = Town::start(&[("oidc_new_people", "member"), ("log", "debug")]).await;
    town.provider.is_visited_by("ben", "ben@example.com", true);
    let mut ben = town.house.stranger();
    let back = town.go(&mut ben, "/api/oidc/start").await;
    let kept = ben.cookie.clone();
    assert!(kept.starts_with("__Host-waymark-oidc-"), "{kept}");
    assert_eq!(ben.follow(&back).await.status, 303);
    town.provider.inside().signs = Signs::Not;
    town.sign_in(&mut ben).await;
    let log = town.house.process.log();
    let state = back.split("state=").nth(1).unwrap();
    let cookie = kept.split('=').nth(1).unwrap();
    for secret in [SECRET, state, cookie, "code-1", "ben@example.com", "eyJ"] {
        assert!(!log.contains(secret), "{secret}");
    }
}
