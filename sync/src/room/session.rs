//! One connection in the room.

use std::collections::VecDeque;

use bytes::Bytes;

use super::outbox::Outbox;
use crate::close::CloseReason;
use crate::grant::{Grant, Role};
use crate::limits::Limits;
use crate::time::Timestamp;
use crate::wire::{Address, Dialect, Frame};

/// One connection in the room, from `Join` to `Leave` or `Close`.
pub(super) struct Session {
    pub(super) dialect: Dialect,
    pub(super) address: Address,
    pub(super) grant: Grant,
    pub(super) stage: Stage,
    pub(super) outbox: Outbox,
    pub(super) repair: Option<Repair>,
    /// Until when somebody else is waited for, whose changes this session brought.
    pub(super) left_out: Option<Timestamp>,
    /// Whether writes were put aside because the store could not keep up, so that the
    /// session has to be asked for them when it can.
    pub(super) refill: bool,
    /// Too many messages wait that cannot be merged, or questions for an answer.
    pub(super) overflowed: bool,
    /// It is among those that the next flush serves.
    pub(super) ready: bool,
    credit: u32,
    starved_since: Option<Timestamp>,
    last_sent: Timestamp,
    /// Until it got the document.
    pub(super) joined: Option<Timestamp>,
    /// Runs of equal ones, so that a store that stalls for hours costs nothing.
    acks: VecDeque<(Ack, u32)>,
    asked: VecDeque<Ask>,
    /// The reason that was last told to a plain session.
    denied: Option<String>,
}

/// How far the handshake is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It has not said what it has; it gets no updates.
    Greeting {
        /// When it must have.
        until: Timestamp,
    },
    /// It gets every change.
    Live,
}

/// Something a session lacks that we need: it was asked for everything it has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Repair {
    pub(super) until: Timestamp,
    pub(super) tries: u32,
}

/// What an update that was received waits for. Answered strictly in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ack {
    /// The change of this number to be durable.
    Durable(u64),
    /// A step 2 that contains it.
    Step2,
    /// Nothing: it was refused.
    Refused,
}

/// Why a session was sent step 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// As one half of a handshake; the answer is acknowledged like an update.
    Handshake,
    /// For what we lack; the answer is not acknowledged, the updates in it are.
    Repair,
}

/// What a session's step 2 answers.
pub(super) type Answered = Option<Ask>;

impl Session {
    pub(super) fn new(
        dialect: Dialect,
        address: Address,
        grant: Grant,
        now: Timestamp,
        limits: &Limits,
    ) -> Self {
        Self {
            dialect,
            address,
            grant,
            stage: Stage::Greeting {
                until: now + limits.greeting,
            },
            outbox: Outbox::default(),
            repair: None,
            left_out: None,
            refill: false,
            overflowed: false,
            ready: false,
            credit: limits.credit,
            starved_since: None,
            last_sent: now,
            joined: Some(now),
            acks: VecDeque::new(),
            asked: VecDeque::new(),
            denied: None,
        }
    }

    /// The scope word of the Hocuspocus protocol.
    pub(super) fn scope(&self) -> &'static str {
        if self.grant.role() >= Role::Contributor {
            "read-write"
        } else {
            "readonly"
        }
    }

    /// Queues a message that keeps its place.
    pub(super) fn tell(&mut self, frame: Frame, limits: &Limits) {
        let speaks = self.dialect == Dialect::Hocuspocus
            || matches!(frame, Frame::SyncStep1(_) | Frame::PermissionDenied(_));
        if speaks && !self.outbox.push_control(frame, limits) {
            self.overflowed = true;
        }
    }

    /// Queues a fact as JSON; nothing for the dialect that has no such message.
    pub(super) fn tell_fact(&mut self, fact: &serde_json::Value, limits: &Limits) {
        if self.dialect == Dialect::Hocuspocus {
            self.tell(Frame::Stateless(fact.to_string()), limits);
        }
    }

    /// Asks the session for everything we lack. What that is, is written down when the
    /// question is sent: many that wait weigh nothing, whatever the document holds.
    pub(super) fn ask(&mut self, why: Ask, limits: &Limits) {
        self.asked.push_back(why);
        if self.asked.len() > limits.control_frames {
            self.overflowed = true;
        }
        self.tell(Frame::SyncStep1(Bytes::new()), limits);
    }

    /// Takes down that a step 2 has come.
    pub(super) fn answered(&mut self) -> Answered {
        self.asked.pop_front()
    }

    /// Whether a step 2 is still to come.
    pub(super) fn is_asked(&self) -> bool {
        !self.asked.is_empty()
    }

    /// How many of them.
    pub(super) fn asked(&self) -> usize {
        self.asked.len()
    }

    /// An update is applied: acknowledge it when this change is durable.
    pub(super) fn ack_when_durable(&mut self, number: u64) {
        self.push_ack(Ack::Durable(number));
    }

    /// An update was not applied, a step 2 will bring it again.
    pub(super) fn ack_with_step2(&mut self) {
        self.push_ack(Ack::Step2);
    }

    /// An update was refused; the reason is told at once, its place is kept.
    pub(super) fn refuse(&mut self, reason: &str, limits: &Limits) {
        self.push_ack(Ack::Refused);
        self.tell_refusal(reason, limits);
    }

    /// The answer to our question for what we lack was refused, and with it the updates that
    /// waited for it.
    pub(super) fn refuse_repair(&mut self, reason: &str, limits: &Limits) {
        self.repair = None;
        self.left_out = None;
        self.refill = false;
        let mut told = false;
        for (ack, count) in std::mem::take(&mut self.acks) {
            let waited = ack == Ack::Step2;
            self.push_acks(if waited { Ack::Refused } else { ack }, count);
            // The other side counts one reason for each of them.
            for _ in 0..if waited { count } else { 0 } {
                self.tell_refusal(reason, limits);
                told = true;
            }
        }
        if !told {
            self.tell_refusal(reason, limits);
        }
    }

    fn tell_refusal(&mut self, reason: &str, limits: &Limits) {
        let fact = serde_json::json!({ "type": "waymark/refused", "reason": reason });
        self.tell_fact(&fact, limits);
        if self.dialect == Dialect::YWebsocket && self.denied.as_deref() != Some(reason) {
            self.denied = Some(reason.to_owned());
            self.tell(Frame::PermissionDenied(reason.to_owned()), limits);
        }
    }

    /// A step 2 is applied, and with it everything the session sent before.
    pub(super) fn repaired(&mut self, number: u64) {
        self.repair = None;
        self.refill = false;
        // In runs again: with a store that stalls, it may go on like this for hours.
        for (ack, count) in std::mem::take(&mut self.acks) {
            let ack = match ack {
                Ack::Step2 => Ack::Durable(number),
                other => other,
            };
            self.push_acks(ack, count);
        }
    }

    /// In how many runs acknowledgements wait.
    pub(super) fn ack_runs(&self) -> usize {
        self.acks.len()
    }

    /// Takes out the acknowledgement that is due, if one is. They are not queued as
    /// messages: a store that was slow acknowledges thousands at once.
    pub(super) fn next_ack(&mut self, durable: u64) -> Option<bool> {
        let status = self.due_ack(durable)?;
        if let Some((_, count)) = self.acks.front_mut() {
            *count -= 1;
            if *count == 0 {
                self.acks.pop_front();
            }
        }
        Some(status)
    }

    /// The acknowledgement that may be told by now.
    pub(super) fn due_ack(&self, durable: u64) -> Option<bool> {
        match self.acks.front()?.0 {
            Ack::Refused => Some(false),
            Ack::Durable(number) if number <= durable => Some(true),
            Ack::Durable(_) | Ack::Step2 => None,
        }
    }

    /// The change that has to be durable before it can be told more.
    pub(super) fn awaits(&self) -> Option<u64> {
        match self.acks.front()? {
            (Ack::Durable(number), _) => Some(*number),
            _ => None,
        }
    }

    fn push_ack(&mut self, ack: Ack) {
        if self.dialect == Dialect::Hocuspocus {
            self.push_acks(ack, 1);
        }
    }

    fn push_acks(&mut self, ack: Ack, more: u32) {
        match self.acks.back_mut() {
            Some((last, count)) if *last == ack => *count += more,
            _ => self.acks.push_back((ack, more)),
        }
    }

    pub(super) fn has_credit(&self) -> bool {
        self.credit > 0
    }

    /// How many frames are with the writer.
    pub(super) fn in_hand(&self, limits: &Limits) -> u32 {
        limits.credit - self.credit
    }

    /// A message goes to the writer.
    pub(super) fn spend(&mut self, now: Timestamp) {
        self.credit = self.credit.saturating_sub(1);
        self.last_sent = now;
        if self.credit == 0 {
            self.starved_since = Some(now);
        }
    }

    /// The writer has put one message on the wire; whether something may have waited for
    /// that.
    pub(super) fn earn(&mut self, limits: &Limits) -> bool {
        let starved = self.credit == 0;
        self.credit = (self.credit + 1).min(limits.credit);
        self.starved_since = None;
        starved
    }

    /// When this session has been silent towards its peer for too long.
    pub(super) fn keepalive_at(&self, limits: &Limits) -> Timestamp {
        self.last_sent + limits.keepalive
    }

    /// When it is closed for not reading, if that goes on.
    pub(super) fn starves_at(&self, limits: &Limits) -> Option<Timestamp> {
        self.starved_since.map(|since| since + limits.no_credit)
    }

    /// Why it has to be closed by now, if it has.
    pub(super) fn lapse(&self, now: Timestamp, limits: &Limits) -> Option<CloseReason> {
        let past = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        if past(self.grant.until()) {
            return Some(CloseReason::Forbidden);
        }
        let slow = past(self.greets_until())
            || past(self.repair.map(|repair| repair.until))
            || past(self.starves_at(limits));
        slow.then_some(CloseReason::TooSlow)
    }

    fn greets_until(&self) -> Option<Timestamp> {
        match self.stage {
            Stage::Greeting { until } => Some(until),
            Stage::Live => None,
        }
    }

    /// When this session has to be looked at because of time alone.
    pub(super) fn deadline(&self, limits: &Limits) -> Option<Timestamp> {
        [
            self.greets_until(),
            self.has_credit().then(|| self.keepalive_at(limits)),
            self.grant.until(),
            self.repair.map(|repair| repair.until),
            self.left_out,
            self.starves_at(limits),
        ]
        .into_iter()
        .flatten()
        .min()
    }
}
