//! Letters by SMTP, where the operator has named a server for it.

use std::fmt::Write as _;
use std::time::Duration;

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::config::Config;

/// How long the mail server may take for each of its answers.
const PATIENCE: Duration = Duration::from_secs(15);

/// Why a letter was not sent. Whom it was for is not in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotSent {
    #[error("this address cannot be written to")]
    Address,
    #[error("the mail server cannot be reached")]
    Unreachable,
    #[error("the mail server refused it")]
    Refused,
}

/// A part of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Words(String),
    /// Somewhere to go.
    Link {
        label: String,
        url: String,
    },
    /// One of several things.
    Item {
        title: String,
        words: String,
        url: String,
    },
    /// What is said in small letters at the end.
    Small(String),
}

/// A letter to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) parts: Vec<Part>,
    /// Where one click ends letters like this.
    pub(super) unsubscribe: Option<String>,
}

/// The way to the mail server; clones share it.
#[derive(Clone)]
pub(crate) struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl std::fmt::Debug for Mail {
    // The transport knows a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mail(…)")
    }
}

impl Mail {
    /// `None` where no server is named. [`Config::gather`] has checked the settings.
    pub(super) fn new(config: &Config) -> Option<Self> {
        let url = &config.smtp_url.0;
        if url.is_empty() {
            return None;
        }
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).ok()?;
        Some(Self {
            transport: builder.timeout(Some(PATIENCE)).build(),
            from: config.smtp_from.parse().ok()?,
        })
    }

    /// Sends a letter once.
    pub(super) async fn send(&self, letter: &Letter) -> Result<(), NotSent> {
        let to: Address = letter.to.parse().map_err(|_| NotSent::Address)?;
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&letter.subject)
            .message_id(None)
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()));
        if let Some(url) = &letter.unsubscribe {
            // RFC 8058.
            let list = HeaderName::new_from_ascii_str("List-Unsubscribe");
            let post = HeaderName::new_from_ascii_str("List-Unsubscribe-Post");
            let one_click = "List-Unsubscribe=One-Click".to_owned();
            message = message
                .raw_header(HeaderValue::new(list, format!("<{url}>")))
                .raw_header(HeaderValue::new(post, one_click));
        }
        let body = MultiPart::alternative_plain_html(letter.plain(), letter.html());
        let message = message.multipart(body).map_err(|_| NotSent::Address)?;
        let sent = self.transport.send(message).await;
        sent.map(drop).map_err(|error| {
            // What the server says may repeat the address.
            match error.is_permanent() || error.is_transient() {
                true => NotSent::Refused,
                false => NotSent::Unreachable,
            }
        })
    }
}

impl Letter {
    fn plain(&self) -> String {
        let mut text = String::new();
        for part in &self.parts {
            let _ = match part {
                Part::Words(words) => write!(text, "{words}\n\n"),
                Part::Link { label, url } => write!(text, "{label}:\n{url}\n\n"),
                Part::Item { title, words, url } if words.is_empty() => {
                    write!(text, "* {title}\n  {url}\n\n")
                }
                Part::Item { title, words, url } => {
                    write!(text, "* {title}\n  {words}\n  {url}\n\n")
                }
                Part::Small(words) => write!(text, "-- \n{words}\n"),
            };
        }
        text
    }

    /// Simple enough for every program that shows letters: no images, nothing from elsewhere.
    fn html(&self) -> String {
        let mut text = "<!doctype html><html><head><meta charset=\"utf-8\">\
            <meta name=\"color-scheme\" content=\"light dark\"></head>\
            <body style=\"font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:24px auto;padding:0 16px\">"
            .to_owned();
        for part in &self.parts {
            let _ = match part {
                Part::Words(words) => write!(text, "<p>{}</p>", escape(words)),
                Part::Link { label, url } => write!(
                    text,
                    "<p><a href=\"{}\" style=\"display:inline-block;padding:10px 18px;\
                     border-radius:8px;background:#1d6a5a;color:#fff;text-decoration:none\">{}</a></p>",
                    escape(url),
                    escape(label)
                ),
                Part::Item { title, words, url } => write!(
                    text,
                    "<p><a href=\"{}\">{}</a><br>{}</p>",
                    escape(url),
                    escape(title),
                    escape(words)
                ),
                Part::Small(words) => {
                    write!(text, "<p><small>{}</small></p>", escape(words))
                }
            };
        }
        text.push_str("</body></html>");
        text
    }
}

/// Text as HTML, also within a quoted attribute.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' => escaped.push_str("<br>"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_text_in_both_forms() {
        let letter = Letter {
            to: "ana@example.com".to_owned(),
            subject: "Hello".to_owned(),
            parts: vec![
                Part::Words("<b>1 & 2</b>".to_owned()),
                Part::Item {
                    title: "\"Plan\"".to_owned(),
                    words: "<script>".to_owned(),
                    url: "https://maps.example/map/a?x=1&y=\"".to_owned(),
                },
            ],
            unsubscribe: None,
        };
        let html = letter.html();
        assert!(
            html.contains("<p>&lt;b&gt;1 &amp; 2&lt;/b&gt;</p>"),
            "{html}"
        );
        assert!(!html.contains("<script") && html.contains("x=1&amp;y=&quot;\""));
        let plain = letter.plain();
        assert!(
            plain.starts_with("<b>1 & 2</b>\n\n* \"Plan\"\n  <script>\n"),
            "{plain}"
        );
    }
}
