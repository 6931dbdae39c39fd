//! A mail server that keeps what it gets (RFC 5321, as much of it as a sender needs).

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::soon;

/// One letter.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) to: String,
    /// Head and body as they came, with unfolded lines and without transfer encoding.
    pub(crate) text: String,
}

impl Letter {
    pub(crate) fn header(&self, name: &str) -> &str {
        let head = self.text.split("\r\n\r\n").next().unwrap();
        let mut lines = head.lines();
        let found = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        found.unwrap_or_default()
    }

    /// The first thing in it that begins like this, up to the next space or tag.
    pub(crate) fn after(&self, start: &str) -> String {
        let (_, rest) = self.text.split_once(start).unwrap_or_default();
        let end = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"');
        rest.split(end).next().unwrap_or_default().to_owned()
    }
}

pub(crate) struct Postbox {
    pub(crate) address: SocketAddr,
    came: mpsc::UnboundedReceiver<Letter>,
    refuses: Arc<AtomicBool>,
}

impl Postbox {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, came) = mpsc::unbounded_channel();
        let refuses = Arc::new(AtomicBool::new(false));
        let refused = refuses.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, sender.clone(), refused.clone()));
            }
        });
        Self {
            address,
            came,
            refuses,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Takes nothing from now on, or again.
    pub(crate) fn refuses(&self, refuses: bool) {
        self.refuses.store(refuses, Ordering::Relaxed);
    }

    pub(crate) async fn next(&mut self) -> Letter {
        soon("a letter", self.came.recv()).await.unwrap()
    }

    /// How many came that were not looked at.
    pub(crate) fn rest(&mut self) -> usize {
        std::iter::from_fn(|| self.came.try_recv().ok()).count()
    }
}

async fn talk(stream: TcpStream, came: mpsc::UnboundedSender<Letter>, refuses: Arc<AtomicBool>) {
    let mut stream = BufReader::new(stream);
    let mut say = "220 postbox".to_owned();
    let mut to = String::new();
    loop {
        if stream
            .write_all(format!("{say}\r\n").as_bytes())
            .await
            .is_err()
        {
            return;
        }
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        let command = line.trim_end().to_uppercase();
        say = match command.as_str() {
            it if it.starts_with("EHLO") => "250-postbox\r\n250 8BITMIME".to_owned(),
            it if it.starts_with("RCPT") && refuses.load(Ordering::Relaxed) => {
                "550 nobody here".to_owned()
            }
            it if it.starts_with("RCPT") => {
                let (_, rest) = line.split_once('<').unwrap();
                rest.split('>').next().unwrap().clone_into(&mut to);
                "250 ok".to_owned()
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.unwrap();
                let mut raw = String::new();
                while !raw.ends_with("\r\n.\r\n") {
                    if stream.read_line(&mut raw).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
                let text = plain(&raw);
                let _ = came.send(Letter {
                    to: to.clone(),
                    text,
                });
                "250 kept".to_owned()
            }
            "QUIT" => {
                let _ = stream.write_all(b"221 bye\r\n").await;
                return;
            }
            _ => "250 ok".to_owned(),
        };
    }
}

/// Without folded headers (RFC 5322) and quoted-printable (RFC 2045).
fn plain(raw: &str) -> String {
    let unfolded = raw.replace("\r\n ", " ").replace("=\r\n", "");
    let mut parts = unfolded.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let code = part.get(..2).and_then(|it| u8::from_str_radix(it, 16).ok());
        match code {
            Some(code) => {
                bytes.push(code);
                bytes.extend_from_slice(&part.as_bytes()[2..]);
            }
            None => {
                bytes.push(b'=');
                bytes.extend_from_slice(part.as_bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
