//! Tokens of programs: made by a person, for as much of what they may do as is ticked.
//!
//! A token is `wmt_` and the person's id and a secret; only the secret's hash is kept.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use waymark_sync::{Role, Timestamp};

use super::caller::Caller;
use super::secret::{Secret, is_digest};
use crate::people::PersonId;
use crate::records;
use crate::store::{Records, Revision, Store, StoreError};

const PREFIX: &str = "wmt_";
const TICKET: &str = "wmk_";
/// How long a ticket is good for.
const TICKET_MS: u64 = 60_000;
/// Tickets that wait to be used.
const TICKETS: usize = 4_096;

/// How much of what its person may do a token may do. Each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    Read,
    Comment,
    Write,
    /// Everything, also sharing and people.
    Admin,
}

impl Scope {
    /// The most that it may do on a map.
    pub(crate) fn role(self) -> Role {
        match self {
            Self::Read => Role::Viewer,
            Self::Comment => Role::Commenter,
            Self::Write => Role::Editor,
            Self::Admin => Role::Owner,
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Comment => "comment",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

/// What is known of a token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Token {
    /// What its person calls it.
    pub(crate) label: String,
    pub(crate) scope: Scope,
    /// In milliseconds since the Unix epoch, like the end.
    pub(crate) made: u64,
    pub(crate) until: Option<u64>,
}

fn key(person: &PersonId, id: &str) -> String {
    format!("token/{person}/{id}")
}

/// All tokens of a store.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    store: Store,
}

impl Tokens {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }

    /// Makes one: its id, and the text that is shown once.
    pub(crate) async fn make(
        &self,
        person: &PersonId,
        token: &Token,
    ) -> Result<(String, String), StoreError> {
        let secret = Secret::random();
        let id = secret.digest();
        records::put(&self.store, &key(person, &id), Revision(0), token).await?;
        Ok((id, format!("{PREFIX}{person}.{}", secret.reveal())))
    }

    /// Whose token this text is, and its id; nothing is looked up.
    pub(crate) fn parse(text: &str) -> Option<(PersonId, String)> {
        let (person, secret) = text.strip_prefix(PREFIX)?.split_once('.')?;
        Some((PersonId::parse(person)?, Secret::parse(secret)?.digest()))
    }

    /// The token of this id, if it holds.
    pub(crate) async fn live(
        &self,
        person: &PersonId,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<Token>, StoreError> {
        let token: Option<Token> = records::get(&self.store, &key(person, id)).await?;
        Ok(token.filter(|token| token.until.is_none_or(|until| now.0 < until)))
    }

    /// Ends one; whether there was one.
    pub(crate) async fn end(&self, person: &PersonId, id: &str) -> Result<bool, StoreError> {
        if !is_digest(id) {
            return Ok(false);
        }
        records::forget(&self.store, &key(person, id)).await
    }

    /// Somebody's tokens, the newest first; also those that have run out.
    pub(crate) async fn list(&self, person: &PersonId) -> Result<Vec<(String, Token)>, StoreError> {
        let prefix = format!("token/{person}/");
        let mut tokens = Vec::new();
        for key in self.store.keys(&prefix).await? {
            if let Some(token) = records::get(&self.store, &key).await? {
                tokens.push((key[prefix.len()..].to_owned(), token));
            }
        }
        tokens.sort_by_key(|(_, token): &(String, Token)| std::cmp::Reverse(token.made));
        Ok(tokens)
    }
}

/// Tickets: good for one connection within a minute, for whoever cannot send the cookie
/// along. Gone with the process, as is the connection.
#[derive(Debug, Default)]
pub(crate) struct Tickets {
    open: Mutex<HashMap<String, (Caller, u64)>>,
}

impl Tickets {
    /// Makes one; `None` while too many wait to be used.
    pub(crate) fn make(&self, caller: Caller, now: Timestamp) -> Option<String> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= TICKETS {
            open.retain(|_, (_, until)| now.0 < *until);
        }
        if open.len() >= TICKETS {
            return None;
        }
        let secret = Secret::random();
        open.insert(secret.digest(), (caller, now.0 + TICKET_MS));
        Some(format!("{TICKET}{}", secret.reveal()))
    }

    /// Uses one up.
    pub(crate) fn redeem(&self, text: &str, now: Timestamp) -> Option<Caller> {
        let secret = Secret::parse(text.strip_prefix(TICKET)?)?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (caller, until) = open.remove(&secret.digest())?;
        (now.0 < until).then_some(caller)
    }
}
