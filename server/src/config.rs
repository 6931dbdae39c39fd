//! Settings: from flags, environment, file and defaults, in this order.
//!
//! `config.default.toml` is the manual; a test holds it equal to [`Config::default`].
//! There are no secrets in it yet, so `Debug` may show everything.

mod sources;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use waymark_sync::limits::{KIB, MIB};
use waymark_sync::{Limits, Millis};

pub use self::sources::{ConfigError, Flags};

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
}

impl Default for Config {
    fn default() -> Self {
        let kib = KIB as u32;
        let mib = MIB as u32;
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080),
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
            ..Limits::default()
        }
    }

    /// How long a connection may take to send the head of a request.
    pub(crate) fn head_timeout(&self) -> Duration {
        Duration::from_secs(self.greeting_seconds.into())
    }

    /// How long stopping may take.
    pub fn shutdown(&self) -> Duration {
        Duration::from_secs(self.shutdown_seconds.into())
    }

    /// Checks what the type cannot say.
    fn check(&self) -> Result<(), ConfigError> {
        let positive = [
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
        for origin in &self.origins {
            let host = origin
                .strip_prefix("https://")
                .or_else(|| origin.strip_prefix("http://"));
            if host.is_none_or(|host| host.is_empty() || host.contains('/')) {
                let problem = format!("{origin:?} is not like \"https://maps.example\"");
                return Err(ConfigError::value("origins", problem));
            }
        }
        Ok(())
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
