//! Settings: from flags, environment, file and defaults, in this order.
//!
//! `config.default.toml` is the manual; a test holds it equal to [`Config::default`].
//! What is secret in it is [`Concealed`], so `Debug` may show the rest.

mod mail;
mod oidc;
mod sources;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use waymark_sync::limits::{KIB, MIB};
use waymark_sync::{Limits, Millis};

pub(crate) use self::oidc::is_loopback;
pub use self::oidc::{Concealed, NewPeople};
pub use self::sources::{ConfigError, Flags};
use crate::auth::address::Proxies;

/// The manual, as it is shipped.
pub const DEFAULT_FILE: &str = include_str!("../config.default.toml");

/// Which engine keeps the documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// On the local disk.
    Sled,
    /// In memory, gone at the end.
    Memory,
}

/// Who may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    /// Whoever reaches the server, as one person; on loopback only.
    Local,
    /// People with accounts, and guests with links.
    Accounts,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// Everything that can be set. The fields are explained in `config.default.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub listen: SocketAddr,
    pub sign_in: SignIn,
    pub public_url: String,
    pub proxies: Vec<String>,
    pub session_idle_days: u32,
    pub session_days: u32,
    pub oidc_issuer: String,
    pub oidc_client_id: String,
    pub oidc_client_secret: Concealed,
    pub oidc_client_secret_file: PathBuf,
    pub oidc_name: String,
    pub oidc_scopes: Vec<String>,
    pub oidc_new_people: NewPeople,
    pub password_sign_in: bool,
    pub data: PathBuf,
    pub web: PathBuf,
    pub store: Engine,
    pub store_cache_mib: u32,
    pub demo: bool,
    pub origins: Vec<String>,
    pub log: String,
    pub log_format: LogFormat,
    pub shutdown_seconds: u32,
    pub connections: u32,
    pub waiting_connections: u32,
    pub request_seconds: u32,
    pub send_buffer_bytes: u32,
    pub documents_per_connection: u32,
    pub frames_per_second: u32,
    pub frames_burst: u32,
    pub frames_patience_seconds: u32,
    pub greeting_seconds: u32,
    pub greeting_bytes: u32,
    pub ping_seconds: u32,
    pub silence_seconds: u32,
    pub mailbox: u32,
    pub update_bytes: u32,
    pub first_sync_bytes: u32,
    pub awareness_bytes: u32,
    pub outbox_bytes: u32,
    pub no_credit_seconds: u32,
    pub staged_bytes: u32,
    pub update_window_ms: u32,
    pub presence_window_ms: u32,
    pub compact_records: u32,
    pub compact_bytes: u32,
    pub idle_seconds: u32,
    pub comments_per_minute: u32,
    pub smtp_url: Concealed,
    pub smtp_from: String,
    pub webhooks_to_private: bool,
    pub webhooks_quiet_seconds: u32,
}

impl Default for Config {
    fn default() -> Self {
        let kib = KIB as u32;
        let mib = MIB as u32;
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080),
            sign_in: SignIn::Local,
            public_url: String::new(),
            proxies: Vec::new(),
            session_idle_days: 14,
            session_days: 90,
            oidc_issuer: String::new(),
            oidc_client_id: String::new(),
            oidc_client_secret: Concealed::default(),
            oidc_client_secret_file: PathBuf::new(),
            oidc_name: "single sign-on".to_owned(),
            oidc_scopes: vec!["email".to_owned(), "profile".to_owned()],
            oidc_new_people: NewPeople::Nobody,
            password_sign_in: true,
            data: PathBuf::from("data"),
            web: PathBuf::from("web"),
            store: Engine::Sled,
            store_cache_mib: 256,
            demo: true,
            origins: Vec::new(),
            log: "info".to_owned(),
            log_format: LogFormat::Text,
            shutdown_seconds: 10,
            connections: 2_000,
            waiting_connections: 512,
            request_seconds: 30,
            send_buffer_bytes: 128 * kib,
            documents_per_connection: 32,
            frames_per_second: 120,
            frames_burst: 240,
            frames_patience_seconds: 30,
            greeting_seconds: 5,
            greeting_bytes: 16 * kib,
            ping_seconds: 20,
            silence_seconds: 60,
            mailbox: 256,
            update_bytes: mib,
            first_sync_bytes: 16 * mib,
            awareness_bytes: 4 * kib,
            outbox_bytes: 256 * kib,
            no_credit_seconds: 30,
            staged_bytes: 4 * mib,
            update_window_ms: 2,
            presence_window_ms: 50,
            compact_records: 500,
            compact_bytes: mib,
            idle_seconds: 30,
            comments_per_minute: 120,
            smtp_url: Concealed::default(),
            smtp_from: String::new(),
            webhooks_to_private: false,
            webhooks_quiet_seconds: 60,
        }
    }
}

impl Config {
    /// The bounds of rooms that follow from the settings.
    pub fn limits(&self) -> Limits {
        let seconds = |seconds: u32| Millis(u64::from(seconds) * 1000);
        Limits {
            update_bytes: self.update_bytes as usize,
            first_sync_bytes: self.first_sync_bytes as usize,
            awareness_bytes: self.awareness_bytes as usize,
            outbox_bytes: self.outbox_bytes as usize,
            no_credit: seconds(self.no_credit_seconds),
            staged_bytes: self.staged_bytes as usize,
            update_window: Millis(u64::from(self.update_window_ms)),
            presence_window: Millis(u64::from(self.presence_window_ms)),
            compact_records: u64::from(self.compact_records),
            compact_bytes: self.compact_bytes as usize,
            idle: seconds(self.idle_seconds),
            // The rest of the time is for goodbyes.
            stop: Millis(u64::from(self.shutdown_seconds) * 800),
            contributions: crate::contributions(),
            ..Limits::default()
        }
    }

    /// How long a connection may take to send the head of a request.
    pub(crate) fn head_timeout(&self) -> Duration {
        Duration::from_secs(self.greeting_seconds.into())
    }

    /// Every origin that pages may connect from, besides the address that is asked for.
    pub(crate) fn all_origins(&self) -> impl Iterator<Item = &str> {
        let own = Some(self.public_url.as_str()).filter(|url| !url.is_empty());
        own.into_iter()
            .chain(self.origins.iter().map(String::as_str))
    }

    /// The proxies that are believed; [`Config::gather`] has checked them.
    pub(crate) fn proxies(&self) -> Proxies {
        Proxies::parse(&self.proxies).unwrap_or_default()
    }

    /// How long stopping may take.
    pub fn shutdown(&self) -> Duration {
        Duration::from_secs(self.shutdown_seconds.into())
    }

    /// Checks what the type cannot say.
    fn check(&self) -> Result<(), ConfigError> {
        let positive = [
            ("session_idle_days", self.session_idle_days),
            ("session_days", self.session_days),
            ("connections", self.connections),
            ("waiting_connections", self.waiting_connections),
            ("request_seconds", self.request_seconds),
            ("send_buffer_bytes", self.send_buffer_bytes),
            ("documents_per_connection", self.documents_per_connection),
            ("frames_per_second", self.frames_per_second),
            ("frames_burst", self.frames_burst),
            ("greeting_seconds", self.greeting_seconds),
            ("greeting_bytes", self.greeting_bytes),
            ("ping_seconds", self.ping_seconds),
            ("mailbox", self.mailbox),
            ("update_bytes", self.update_bytes),
            ("first_sync_bytes", self.first_sync_bytes),
            ("awareness_bytes", self.awareness_bytes),
            ("outbox_bytes", self.outbox_bytes),
            ("no_credit_seconds", self.no_credit_seconds),
            ("staged_bytes", self.staged_bytes),
            ("compact_records", self.compact_records),
            ("compact_bytes", self.compact_bytes),
            ("comments_per_minute", self.comments_per_minute),
            ("webhooks_quiet_seconds", self.webhooks_quiet_seconds),
        ];
        if let Some((key, _)) = positive.into_iter().find(|(_, value)| *value == 0) {
            return Err(ConfigError::value(key, "it must be at least 1"));
        }
        if self.silence_seconds <= self.ping_seconds {
            return Err(ConfigError::value(
                "silence_seconds",
                "it must be more than ping_seconds",
            ));
        }
        let own = Some(&self.public_url).filter(|url| !url.is_empty());
        let named = own.map(|url| ("public_url", url));
        let origins = self.origins.iter().map(|origin| ("origins", origin));
        for (key, origin) in named.into_iter().chain(origins) {
            let host = origin
                .strip_prefix("https://")
                .or_else(|| origin.strip_prefix("http://"));
            if host.is_none_or(|host| host.is_empty() || host.contains('/')) {
                let problem = format!("{origin:?} is not like \"https://maps.example\"");
                return Err(ConfigError::value(key, problem));
            }
        }
        if let Err(problem) = Proxies::parse(&self.proxies) {
            return Err(ConfigError::value("proxies", problem));
        }
        self.check_mail()?;
        self.check_oidc()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_says_the_defaults() {
        let manual: Config = toml::from_str(DEFAULT_FILE).unwrap();
        assert_eq!(manual, Config::default());
    }

    #[test]
    fn the_manual_names_every_key() {
        let manual: toml::Table = toml::from_str(DEFAULT_FILE).unwrap();
        let defaults = toml::Table::try_from(Config::default()).unwrap();
        let keys = |table: &toml::Table| {
            let mut keys: Vec<String> = table.keys().cloned().collect();
            keys.sort();
            keys
        };
        assert_eq!(keys(&manual), keys(&defaults));
    }
}
