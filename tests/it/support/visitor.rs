//! A server with accounts, and people who come to it with a browser's manners: cookie kept,
//! origin said.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::server::{Process, command};
use super::soon;

/// Good enough for everybody in tests.
pub(crate) const PASSWORD: &str = "three blue herons";

/// A server that people sign in to.
pub(crate) struct House {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    /// The scheme and host under which people know it.
    known_as: String,
}

impl House {
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// With some settings, by their keys.
    pub(crate) fn start_with(data: &Path, settings: &[(&str, &str)]) -> Self {
        let folder = data.to_str().unwrap();
        let command = command(&["serve", "--listen", "127.0.0.1:0", "--data", folder]);
        Self::spawn(command, settings)
    }

    /// On a machine that trusts the certificates in this file, and no others.
    pub(crate) fn trusting(data: &Path, settings: &[(&str, &str)], roots: &Path) -> Self {
        let folder = data.to_str().unwrap();
        let mut command = command(&["serve", "--listen", "127.0.0.1:0", "--data", folder]);
        command
            .env("SSL_CERT_FILE", roots)
            .env_remove("SSL_CERT_DIR");
        Self::spawn(command, settings)
    }

    fn spawn(mut command: Command, settings: &[(&str, &str)]) -> Self {
        command.env("WAYMARK_SIGN_IN", "accounts");
        for (key, value) in settings {
            command.env(format!("WAYMARK_{}", key.to_uppercase()), value);
        }
        let process = Process::spawn(command);
        let public = settings.iter().find(|(key, _)| *key == "public_url");
        let own = format!("http://{}", process.address);
        Self {
            known_as: public.map_or(own, |(_, url)| (*url).to_owned()),
            address: process.address,
            process,
        }
    }

    /// The secret of the setup link that it printed.
    pub(crate) fn setup_secret(&self) -> Option<String> {
        let log = self.process.log();
        let (_, rest) = log.rsplit_once("/setup#")?;
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
        Some(rest[..end.unwrap_or(rest.len())].to_owned())
    }

    /// Somebody whom nobody knows.
    pub(crate) fn stranger(&self) -> Visitor {
        Visitor::of(self.address, &self.known_as)
    }

    /// The first administrator, who has just opened the setup link.
    pub(crate) async fn admin(&self) -> Visitor {
        let secret = self.setup_secret().unwrap();
        let mut admin = self.stranger();
        let account = account(&secret, "Ada Admin", "ada@example.com");
        let answer = admin.post("/api/setup", account).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        admin
    }

    /// A new member, invited by `admin`.
    pub(crate) async fn member(&self, admin: &mut Visitor, name: &str) -> (Visitor, String) {
        let invite = admin.post("/api/people/invites", json!({ "place": "member" }));
        let invite = invite.await;
        assert_eq!(invite.status, 201, "{invite:?}");
        let secret = invite.body["secret"].as_str().unwrap();
        let mut member = self.stranger();
        let account = account(secret, name, &format!("{name}@example.com"));
        let answer = member.post("/api/invite", account).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let id = answer.body["id"].as_str().unwrap().to_owned();
        (member, id)
    }

    /// A new map of somebody.
    pub(crate) async fn map(&self, owner: &mut Visitor) -> String {
        let made = owner.post(
            "/api/maps",
            json!({ "from": "blank", "title": "Secret plan" }),
        );
        let made = made.await;
        assert_eq!(made.status, 201, "{made:?}");
        made.body["id"].as_str().unwrap().to_owned()
    }

    /// A guest who came through a new link to a map.
    pub(crate) async fn guest(&self, owner: &mut Visitor, map: &str, role: &str) -> Visitor {
        let path = format!("/api/maps/{map}/links");
        let link = owner.post(&path, json!({ "role": role })).await;
        let secret = link.body["secret"].as_str().unwrap().to_owned();
        let mut guest = self.stranger();
        let joined = guest
            .post("/api/join", json!({ "secret": secret, "name": "Gus" }))
            .await;
        assert_eq!(joined.status, 200, "{joined:?}");
        guest
    }
}

/// What a form of a new account sends.
pub(crate) fn account(secret: &str, name: &str, email: &str) -> Value {
    json!({ "secret": secret, "name": name, "email": email, "password": PASSWORD })
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    /// `null` where it is not JSON.
    pub(crate) body: Value,
    /// The body as it came.
    pub(crate) text: String,
}

impl Reply {
    /// The word for the page.
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// Where a browser goes next.
    pub(crate) fn location(&self) -> &str {
        let lines = self.head.lines();
        let found = lines
            .filter_map(|line| line.strip_prefix("location: "))
            .next();
        found.unwrap_or_default()
    }

    pub(crate) fn error(&self) -> &str {
        self.body["error"].as_str().unwrap_or_default()
    }
}

/// Somebody with a browser.
#[derive(Clone)]
pub(crate) struct Visitor {
    address: SocketAddr,
    host: String,
    /// Every cookie, as the header says them.
    pub(crate) cookie: String,
    /// Shown instead of the cookie, if there is one.
    pub(crate) token: String,
    pub(crate) origin: Option<String>,
    /// What a proxy says where they come from.
    pub(crate) from: Option<String>,
    /// The version that a reader has already.
    pub(crate) has: Option<String>,
}

impl Visitor {
    /// Of a server at an address that is known as something else.
    pub(crate) fn of(address: SocketAddr, known_as: &str) -> Self {
        let (_, host) = known_as.split_once("://").unwrap();
        Self {
            address,
            host: host.to_owned(),
            cookie: String::new(),
            token: String::new(),
            origin: Some(known_as.to_owned()),
            from: None,
            has: None,
        }
    }

    /// Goes to an address, as by a link.
    pub(crate) async fn follow(&mut self, path: &str) -> Reply {
        let origin = self.origin.take();
        let reply = self.get(path).await;
        self.origin = origin;
        reply
    }

    /// Keeps or forgets a cookie.
    fn keep(&mut self, set: &str) {
        let pair = set.split(';').next().unwrap_or_default();
        let (name, value) = pair.split_once('=').unwrap_or_default();
        let others = self.cookie.split("; ");
        let others = others.filter(|it| !it.is_empty() && it.split('=').next() != Some(name));
        let kept = (!value.is_empty()).then_some(pair);
        self.cookie = others.chain(kept).collect::<Vec<_>>().join("; ");
    }

    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.ask("GET", path, Value::Null).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: Value) -> Reply {
        self.ask("POST", path, body).await
    }

    /// The headers that tell who it is.
    pub(crate) fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = Vec::new();
        if !self.token.is_empty() {
            headers.push(("authorization", format!("Bearer {}", self.token)));
        } else if !self.cookie.is_empty() {
            headers.push(("cookie", self.cookie.clone()));
        }
        headers.extend(self.origin.clone().map(|origin| ("origin", origin)));
        headers.extend(self.has.clone().map(|tag| ("if-none-match", tag)));
        headers.extend(self.from.clone().map(|from| ("x-forwarded-for", from)));
        headers
    }

    /// One request; a cookie in the answer is kept.
    pub(crate) async fn ask(&mut self, method: &str, path: &str, body: Value) -> Reply {
        let body = if method == "GET" {
            String::new()
        } else {
            body.to_string()
        };
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n",
            self.host,
            body.len()
        );
        for (name, value) in self.headers() {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let exchange = async {
            let mut stream = TcpStream::connect(self.address).await.unwrap();
            stream
                .write_all(format!("{head}\r\n{body}").as_bytes())
                .await
                .unwrap();
            let mut text = Vec::new();
            stream.read_to_end(&mut text).await.unwrap();
            String::from_utf8_lossy(&text).into_owned()
        };
        let text = soon("an answer", exchange).await;
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        for line in head.lines() {
            if let Some(cookie) = line.strip_prefix("set-cookie: ") {
                self.keep(cookie);
            }
        }
        Reply {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: serde_json::from_str(body).unwrap_or_default(),
            text: body.to_owned(),
        }
    }
}
