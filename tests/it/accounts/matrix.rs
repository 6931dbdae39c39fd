//! Every address, asked by everybody, against the table in `docs/permissions.md`.

use futures_util::StreamExt;
use serde_json::json;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use waymark_model::schema;
use waymark_sync::SaveState;

use super::live;
use crate::support::server::folder;
use crate::support::soon;
use crate::support::visitor::{House, Visitor};

const PAGE: &str = include_str!("../../../docs/permissions.md");

/// One line of the table: the request, and what each column says.
struct Row {
    method: String,
    path: String,
    what: String,
    says: Vec<String>,
}

fn cells(line: &str) -> Vec<String> {
    let cells = line.trim_matches('|').split('|');
    cells.map(|cell| cell.trim().to_owned()).collect()
}

/// The names of the columns, and the rows.
fn table() -> (Vec<String>, Vec<Row>) {
    let mut lines = PAGE.lines().filter(|line| line.starts_with('|'));
    let columns = cells(lines.next().unwrap()).split_off(3);
    let rows = lines.skip(1).map(|line| {
        let mut cells = cells(line);
        let request = cells[0].trim_matches('`').to_owned();
        let (method, path) = request.split_once(' ').unwrap();
        Row {
            method: method.to_owned(),
            path: path.to_owned(),
            what: cells[1].clone(),
            says: cells.split_off(3),
        }
    });
    (columns, rows.collect())
}

async fn everybody(house: &House) -> (String, Vec<(String, Visitor)>) {
    let mut admin = house.admin().await;
    let (mut owner, _) = house.member(&mut admin, "owner").await;
    let map = house.map(&mut owner).await;
    let elsewhere = house.map(&mut owner).await;
    let mut all = vec![
        ("stranger".to_owned(), house.stranger()),
        (
            "guest".to_owned(),
            house.guest(&mut owner, &map, "viewer").await,
        ),
        (
            "guest elsewhere".to_owned(),
            house.guest(&mut owner, &elsewhere, "editor").await,
        ),
        (
            "member".to_owned(),
            house.member(&mut admin, "member").await.0,
        ),
    ];
    for role in ["viewer", "commenter", "contributor", "editor"] {
        let (visitor, id) = house.member(&mut admin, role).await;
        let gift = json!({ "person": id, "role": role });
        let given = owner.post(&format!("/api/maps/{map}/access"), gift).await;
        assert_eq!(given.status, 204, "{given:?}");
        all.push((role.to_owned(), visitor));
    }
    all.push(("owner".to_owned(), owner));
    all.push(("administrator".to_owned(), admin));
    (map, all)
}

#[tokio::test]
async fn every_address_answers_everybody_as_the_table_says() {
    let data = folder();
    let house = House::start(data.path());
    let (map, mut all) = everybody(&house).await;
    let (columns, mut rows) = table();
    assert!(rows.len() > 30 && columns.len() == all.len());
    // Signing out last: afterwards everybody is a stranger.
    rows.sort_by_key(|row| row.path == "/api/sign-out");
    let nobody = format!("p_{:032x}", 7);
    let nothing = "0".repeat(64);
    let mut wrong = Vec::new();
    for row in rows.iter().filter(|row| row.method != "sync") {
        for (column, says) in columns.iter().zip(&row.says) {
            let (_, visitor) = all.iter_mut().find(|(name, _)| name == column).unwrap();
            let path = row
                .path
                .replace("{map}", &map)
                .replace("{person}", &nobody)
                .replace("{session}", &nothing)
                .replace("{token}", &nothing)
                .replace("{invite}", &nothing)
                .replace("{link}", &nothing)
                .replace("{hook}", &nothing)
                .replace("{feed}", "nothing.atom");
            let reply = visitor.ask(&row.method, &path, json!({})).await;
            let hidden = format!("there is no map {map}");
            let answered = match (reply.status, reply.code()) {
                (401, "sign_in") => "401",
                (403, "forbidden") => "403",
                (404, _) if reply.error() == hidden => "404",
                (status, _) if status < 500 => "yes",
                _ => "an error of the server",
            };
            if answered != says {
                wrong.push(format!(
                    "{} {path} as {column}: {answered}, not {says}",
                    row.method
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_map_opens_for_those_whom_the_table_lets_see_it_and_closes_for_all_others_alike() {
    let data = folder();
    let house = House::start(data.path());
    let (map, all) = everybody(&house).await;
    let (columns, rows) = table();
    for kind in ["map", "talk"] {
        let path = format!("{kind}/{{map}}");
        let row = rows.iter().find(|row| row.path == path).unwrap();
        for (column, says) in columns.iter().zip(&row.says) {
            let (_, visitor) = all.iter().find(|(name, _)| name == column).unwrap();
            let opened = opens(&house, visitor, &format!("{kind}/{map}")).await;
            assert_eq!(opened, *says, "{column}");
            // Nor can anybody tell whether there is a map that they do not see.
            let refusal = if column == "stranger" { "401" } else { "404" };
            let opened = opens(&house, visitor, &format!("{kind}/nothing-here")).await;
            assert_eq!(opened, refusal, "{column}");
        }
    }
}

#[tokio::test]
async fn an_inbox_opens_for_its_person_and_for_no_administrator() {
    let data = folder();
    let house = House::start(data.path());
    let mut admin = house.admin().await;
    let (ana, id) = house.member(&mut admin, "ana").await;
    let (ben, _) = house.member(&mut admin, "ben").await;
    let inbox = format!("inbox/{id}");
    assert_eq!(opens(&house, &ana, &inbox).await, "yes");
    for other in [&admin, &ben] {
        assert_eq!(opens(&house, other, &inbox).await, "404");
    }
    assert_eq!(opens(&house, &house.stranger(), &inbox).await, "401");
}

/// What is written where, for the lines of the table that let somebody write.
const WRITES: [(&str, &str); 2] = [
    ("add cards, and change and remove them", schema::CARDS),
    ("change everything on the map", schema::STEPS),
];

#[tokio::test]
async fn what_is_written_over_a_websocket_is_taken_from_those_whom_the_table_lets_and_from_nobody_else()
 {
    let data = folder();
    let house = House::start(data.path());
    let (map, all) = everybody(&house).await;
    let (columns, rows) = table();
    let mut client_id = 100;
    let mut asked = 0;
    for (what, root) in WRITES {
        let row = rows.iter().find(|row| row.what == what).unwrap();
        for (column, says) in columns.iter().zip(&row.says) {
            // Nobody else comes as far as to write.
            if !["yes", "403"].contains(&&says[..]) {
                continue;
            }
            let (_, visitor) = all.iter().find(|(name, _)| name == column).unwrap();
            client_id += 1;
            let mut person = live::opens(&house, visitor, &map, client_id).await;
            live::writes(&mut person, root, column);
            let told = |state| match state {
                SaveState::Saved => Some("yes"),
                SaveState::NotSaving { .. } => Some("403"),
                _ => None,
            };
            let heard = |replica: &waymark_sync::Replica| told(replica.save_state()).is_some();
            person.until("what becomes of it", heard).await;
            let answer = told(person.replica.save_state());
            assert_eq!(answer, Some(&says[..]), "{column}: {what}");
            asked += 1;
        }
    }
    assert_eq!(asked, 14);
}

/// What becomes of a WebSocket for a document.
async fn opens(house: &House, visitor: &Visitor, document: &str) -> String {
    let url = format!("ws://{}/sync/{document}", house.address);
    let mut request = url.into_client_request().unwrap();
    for (name, value) in visitor.headers() {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let talking = async {
        let (mut socket, _) = connect_async(request).await.unwrap();
        match socket.next().await {
            Some(Ok(Message::Binary(_))) => "yes".to_owned(),
            Some(Ok(Message::Close(Some(close)))) => (u16::from(close.code) - 4000).to_string(),
            other => format!("{other:?}"),
        }
    };
    soon("a word of the server", talking).await
}
