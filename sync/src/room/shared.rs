//! Messages that several sessions get alike, made once for all of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use yrs::StateVector;

use super::content::{Change, merge_changes};
use super::presence::{News, Presence};
use crate::wire::{self, Address, Dialect, Frame};

/// Messages made during one flush that several sessions get alike.
#[derive(Default)]
pub(super) struct Shared {
    /// By dialect and the last change before them.
    changes: Vec<(Dialect, u64, Bytes)>,
    diffs: Vec<(Dialect, Arc<StateVector>, Bytes)>,
    /// By the last change before them, and whether they are about everybody.
    news: Vec<((u64, bool), News)>,
    presence: Vec<(Dialect, (u64, bool), Bytes)>,
}

impl Shared {
    pub(super) fn changes<'a>(
        &mut self,
        dialect: Dialect,
        address: &Address,
        sent: u64,
        changes: impl Iterator<Item = &'a Arc<Change>>,
    ) -> Option<Bytes> {
        if !address.is_plain() {
            return merged(dialect, address, changes);
        }
        let known = |(d, s, _): &&(Dialect, u64, Bytes)| *d == dialect && *s == sent;
        if let Some((_, _, message)) = self.changes.iter().find(known) {
            return Some(message.clone());
        }
        let message = merged(dialect, address, changes)?;
        self.changes.push((dialect, sent, message.clone()));
        Some(message)
    }

    pub(super) fn diff(
        &mut self,
        dialect: Dialect,
        address: &Address,
        since: &Arc<StateVector>,
        make: impl FnOnce() -> Bytes,
    ) -> Bytes {
        if address.is_plain() {
            let known = self
                .diffs
                .iter()
                .find(|(d, s, _)| *d == dialect && Arc::ptr_eq(s, since));
            if let Some((_, _, message)) = known {
                return message.clone();
            }
        }
        let frame = Frame::Update(make());
        let message = wire::encode_to(dialect, address, &frame).unwrap_or_default();
        if address.is_plain() {
            self.diffs
                .push((dialect, Arc::clone(since), message.clone()));
        }
        message
    }

    pub(super) fn presence(
        &mut self,
        presence: &Presence,
        dialect: Dialect,
        address: &Address,
        which: (u64, bool),
        own: Option<&BTreeSet<u64>>,
    ) -> Option<Bytes> {
        let index = self.news.iter().position(|(w, _)| *w == which);
        let index = index.unwrap_or_else(|| {
            self.news.push((which, presence.news(which.0, which.1)));
            self.news.len() - 1
        });
        let news = &self.news[index].1;
        let own = own.filter(|own| news.names_any(own));
        let encode = || wire::encode_to(dialect, address, &Frame::Awareness(news.without(own)?));
        if own.is_some() || !address.is_plain() {
            return encode();
        }
        let known = |(d, w, _): &&(Dialect, (u64, bool), Bytes)| *d == dialect && *w == which;
        if let Some((_, _, message)) = self.presence.iter().find(known) {
            return Some(message.clone());
        }
        let message = encode()?;
        self.presence.push((dialect, which, message.clone()));
        Some(message)
    }
}

/// One message for these changes; `None` when there are none.
pub(super) fn merged<'a>(
    dialect: Dialect,
    address: &Address,
    changes: impl Iterator<Item = &'a Arc<Change>>,
) -> Option<Bytes> {
    let changes: Vec<&Change> = changes.map(Arc::as_ref).collect();
    match changes[..] {
        [] => None,
        [change] => Some(change.message(dialect, address)),
        _ => wire::encode_to(dialect, address, &Frame::Update(merge_changes(&changes))),
    }
}
