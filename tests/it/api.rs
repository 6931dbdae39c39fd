//! The JSON API, the page's files and health, as a browser or a script sees them.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use waymark_model::interchange::MapFile;
use waymark_model::templates::DEMO_MAPS;

use crate::support::person::Person;
use crate::support::server::{Server, folder};
use crate::support::{DEMO, demo, document, soon};

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// One request as it goes over the wire, on a connection of its own.
async fn request(server: &Server, head: &str, body: &[u8]) -> Answer {
    let exchange = async {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let head = format!(
            "{head}Connection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // The server may answer without reading all of it.
        let _ = stream.write_all(body).await;
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        bytes
    };
    let bytes = soon("an answer", exchange).await;
    let end = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer {
        status,
        head,
        body: bytes[end + 4..].to_vec(),
    }
}

pub(crate) async fn get(server: &Server, path: &str) -> Answer {
    get_with(server, path, "").await
}

pub(crate) async fn get_with(server: &Server, path: &str, headers: &str) -> Answer {
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\n{headers}",
        server.address
    );
    request(server, &head, b"").await
}

pub(crate) async fn post(server: &Server, path: &str, kind: &str, body: &[u8]) -> Answer {
    let host = server.address;
    let head = format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}\r\n");
    request(server, &head, body).await
}

async fn create(server: &Server, body: Value) -> Answer {
    post(
        server,
        "/api/maps",
        "application/json",
        body.to_string().as_bytes(),
    )
    .await
}

#[tokio::test]
async fn a_new_store_has_the_demo_maps_once_and_for_all() {
    let data = folder();
    let server = Server::start(data.path()).await;
    let maps = get(&server, "/api/maps").await.json();
    assert_eq!(maps.as_array().unwrap().len(), 2);
    let demo = maps
        .as_array()
        .unwrap()
        .iter()
        .find(|map| map["id"] == DEMO)
        .unwrap();
    assert_eq!(demo["kind"], "current_state");
    assert_eq!(demo["kind_label"], "Current state");
    assert_eq!(
        demo["persona"],
        json!({"name": "Nadia Brandt", "role": "evaluator_and_champion"})
    );
    assert_eq!(demo["steps"], 15);
    assert_eq!(demo["emotions"].as_array().unwrap().len(), 15);
    assert_eq!(demo["emotions"][5], json!(-2.0));
    assert_eq!(demo["scale"], json!({"min": -2.0, "max": 2.0}));
    assert_eq!(demo["people"], 0);
    assert!(demo["changed_at"].as_u64().is_some());
    server.stop().await.unwrap();

    let server = Server::start(data.path()).await;
    assert_eq!(get(&server, "/api/maps").await.json(), maps);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_store_without_demo_maps_is_empty() {
    let data = folder();
    let server = Server::start_with(data.path(), |config| config.demo = false).await;
    assert_eq!(get(&server, "/api/maps").await.json(), json!([]));
    server.stop().await.unwrap();
}

#[tokio::test]
async fn maps_are_made_blank_and_from_templates_and_listed_latest_first() {
    let data = folder();
    let server = Server::start(data.path()).await;
    let blank = create(&server, json!({"from": "blank", "title": "Moving house"})).await;
    assert_eq!(blank.status, 201);
    let blank = blank.json()["id"].as_str().unwrap().to_owned();
    let copy = create(&server, json!({"from": "water-damage-claim"})).await;
    assert_eq!(copy.status, 201);
    let copy = copy.json()["id"].as_str().unwrap().to_owned();
    assert_ne!(copy, "map-claim");

    // Whoever opens and changes one brings it to the front.
    let sync = server.url("/sync");
    let mut ana = Person::join(&sync, &document(&blank), 11).await;
    ana.edit(|txn| {
        let field = waymark_model::edit::TextField::Scope;
        let edit = waymark_model::Edit::SetText {
            field,
            text: "From box to shelf".to_owned(),
        };
        waymark_model::apply(txn, &edit).unwrap();
    });
    ana.saved().await;
    let maps = get(&server, "/api/maps").await.json();
    let first = &maps[0];
    assert_eq!(
        (first["id"].as_str(), first["title"].as_str()),
        (Some(&*blank), Some("Moving house"))
    );
    assert_eq!(first["people"], 1);
    assert_eq!(maps[1]["id"], json!(copy));
    assert_eq!(maps.as_array().unwrap().len(), 4);

    let templates = get(&server, "/api/templates").await.json();
    let keys: Vec<_> = templates
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["key"].as_str())
        .collect();
    assert_eq!(keys, [Some("saas-evaluation"), Some("water-damage-claim")]);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_map_is_exported_as_it_was_imported() {
    let data = folder();
    let server = Server::start(data.path()).await;
    for (_, text) in DEMO_MAPS {
        let file = MapFile::parse(text).unwrap();
        for (kind, body) in [
            ("application/yaml", (*text).to_owned()),
            ("application/json", file.to_json()),
        ] {
            let made = post(&server, "/api/maps/import", kind, body.as_bytes()).await;
            assert_eq!(made.status, 201, "{}", made.text());
            let id = made.json()["id"].as_str().unwrap().to_owned();
            for format in ["yaml", "json"] {
                let path = format!("/api/maps/{id}/export?format={format}");
                let answer = get(&server, &path).await;
                assert_eq!(answer.status, 200);
                let named = format!("attachment; filename=\"{id}.{format}\"");
                assert_eq!(answer.header("content-disposition"), Some(&*named));
                let mut exported = MapFile::parse(&answer.text()).unwrap().value().clone();
                assert_eq!(exported["map"]["id"], json!(id));
                exported["map"]["id"] = file.value()["map"]["id"].clone();
                assert_eq!(&exported, file.value());
            }
        }
    }
    server.stop().await.unwrap();
}

#[tokio::test]
async fn an_export_has_what_showed_saved() {
    let data = folder();
    let server = Server::start(data.path()).await;
    let mut ana = Person::join(&server.url("/sync"), &demo(), 11).await;
    ana.edit(|txn| {
        let field = waymark_model::edit::TextField::MapTitle;
        let edit = waymark_model::Edit::SetText {
            field,
            text: "Renamed".to_owned(),
        };
        waymark_model::apply(txn, &edit).unwrap();
    });
    ana.saved().await;
    let answer = get(&server, &format!("/api/maps/{DEMO}/export")).await;
    assert_eq!(
        MapFile::parse(&answer.text()).unwrap().value()["map"]["title"],
        "Renamed"
    );
    server.stop().await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_done_is_an_error_that_says_why_and_changes_nothing() {
    let data = folder();
    let server = Server::start(data.path()).await;
    let before = get(&server, "/api/maps").await.json();
    let large = vec![b' '; 9 << 20];
    let too_long = json!({"from": "blank", "title": "x".repeat(301)}).to_string();
    let broken = DEMO_MAPS[0]
        .1
        .replace("format: journey-map/1", "format: journey-map/9");
    let json = "application/json";
    for (path, kind, body, status) in [
        ("/api/maps", json, &b"{\"from\": \"nothing\"}"[..], 422),
        ("/api/maps", json, b"{\"form\": \"blank\"}", 422),
        ("/api/maps", json, b"{", 400),
        ("/api/maps", "text/plain", b"{\"from\": \"blank\"}", 415),
        ("/api/maps", json, too_long.as_bytes(), 422),
        ("/api/maps", json, &large[..20_000], 413),
        ("/api/maps/import", "application/yaml", b"a: [", 422),
        ("/api/maps/import", "application/yaml", b"\xff\xfe", 422),
        (
            "/api/maps/import",
            "application/yaml",
            broken.as_bytes(),
            422,
        ),
        ("/api/maps/import", "application/yaml", &large, 413),
    ] {
        let answer = post(&server, path, kind, body).await;
        assert_eq!(answer.status, status, "{path} {}", answer.text());
        assert!(!answer.json()["error"].as_str().unwrap().is_empty());
    }
    let misplaced = post(
        &server,
        "/api/maps/import",
        "application/yaml",
        broken.as_bytes(),
    )
    .await;
    assert_eq!(misplaced.json()["place"], "format");
    for path in [
        "/api/maps/nobody-made-me/export",
        "/api/maps/%2e%2e/export",
        "/api/nothing",
    ] {
        let answer = get(&server, path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.json()["error"].is_string());
    }
    assert_eq!(get(&server, "/api/maps").await.json(), before);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn only_our_own_pages_and_names_are_answered() {
    let data = folder();
    let server = Server::start(data.path()).await;
    let evil = "Origin: http://evil.example\r\n";
    for path in ["/", "/api/maps", "/health/live", "/sync"] {
        assert_eq!(get_with(&server, path, evil).await.status, 403, "{path}");
        let head = format!("GET {path} HTTP/1.1\r\nHost: evil.example\r\n");
        assert_eq!(request(&server, &head, b"").await.status, 403, "{path}");
    }
    let own = format!("Origin: http://{}\r\n", server.address);
    assert_eq!(get_with(&server, "/api/maps", &own).await.status, 200);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn the_client_is_served_compressed_and_strictly() {
    let data = folder();
    let web = data.path().join("web");
    let assets = web.join("assets");
    std::fs::create_dir_all(&assets).unwrap();
    std::fs::write(web.join("index.html"), "<!doctype html><title>page</title>").unwrap();
    std::fs::write(web.join("index.html.br"), "page in brotli").unwrap();
    std::fs::write(assets.join("client-0123.wasm"), "\0asm").unwrap();
    std::fs::write(assets.join("client-0123.wasm.br"), "wasm in brotli").unwrap();
    std::fs::write(assets.join("client-0123.wasm.gz"), "wasm in gzip").unwrap();
    std::fs::write(data.path().join("secret"), "secret").unwrap();
    let server = Server::start_with(data.path(), |config| config.web = web.clone()).await;

    for path in ["/", "/map/map-saas-eval", "/map/anything"] {
        let page = get(&server, path).await;
        assert_eq!(
            (page.status, page.header("cache-control")),
            (200, Some("no-cache")),
            "{path}"
        );
        assert_eq!(page.header("content-type"), Some("text/html"));
        assert!(page.text().contains("page"));
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.contains("script-src 'self' 'wasm-unsafe-eval';"),
            "{policy}"
        );
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    }
    let brotli = get_with(&server, "/", "Accept-Encoding: br\r\n").await;
    assert_eq!(brotli.header("content-encoding"), Some("br"));
    for (accept, encoding, text) in [
        ("br, gzip", Some("br"), "wasm in brotli"),
        ("gzip", Some("gzip"), "wasm in gzip"),
    ] {
        let headers = format!("Accept-Encoding: {accept}\r\n");
        let wasm = get_with(&server, "/assets/client-0123.wasm", &headers).await;
        assert_eq!(wasm.header("content-encoding"), encoding);
        assert_eq!(wasm.header("content-type"), Some("application/wasm"));
        assert!(wasm.header("cache-control").unwrap().contains("immutable"));
        assert_eq!(wasm.text(), text);
    }
    for path in [
        "/assets/gone.js",
        "/gone",
        "/../secret",
        "/assets/../../secret",
        "/%2e%2e/secret",
    ] {
        let gone = get(&server, path).await;
        assert_eq!(gone.status, 404, "{path}");
        assert!(!gone.text().contains("secret"));
        assert_eq!(gone.header("cache-control"), Some("no-store"), "{path}");
    }
    server.stop().await.unwrap();
}

#[tokio::test]
async fn without_a_built_client_the_page_says_how_to_get_one() {
    let data = folder();
    let server = Server::start(data.path()).await;
    let page = get(&server, "/").await;
    assert_eq!(page.status, 503);
    assert!(page.text().contains("cargo xtask run"));
    assert_eq!(get(&server, "/health/live").await.status, 200);
    assert_eq!(get(&server, "/health/ready").await.status, 200);
    server.stop().await.unwrap();
}
