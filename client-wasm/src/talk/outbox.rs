//! Commands on their way to the server: shown at once, kept in this browser, sent in their
//! order, and again until they are answered.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use waymark_model::ids::OrderId;
use waymark_model::talk::{Order, TalkCommand};

use super::wire::{self, Reply};
use super::{Refused, Talking, drafts};
use crate::dom::{self, Timer};
use crate::{api, toast};

/// How many commands are sent together.
const BATCH: usize = 50;
/// The waits after failures, in milliseconds: the first, and the longest.
const FIRST_PAUSE: f64 = 1_000.0;
const LAST_PAUSE: f64 = 30_000.0;

/// A command that the server has not answered, or whose effect has not arrived.
pub(super) struct Waiting {
    /// Its place in the order, also where it is kept.
    pub(super) number: u64,
    pub(super) order: Order,
    /// The server has done it.
    pub(super) done: bool,
}

impl Talking {
    /// Asks for something: it is shown at once, and sent as soon as possible.
    pub(crate) fn say(&self, command: TalkCommand) {
        if self.state.is_only_looking() {
            return;
        }
        let order = Order {
            id: OrderId::from_random(dom::random()),
            written_at: Some(dom::unix_now()),
            command,
        };
        let kept = self.with(|inner| {
            let mut waiting = inner.waiting.borrow_mut();
            let after = waiting.last().map_or(0, |it| it.number + 1);
            let number = dom::unix_now().max(after);
            waiting.push(Waiting {
                number,
                order: order.clone(),
                done: false,
            });
            (inner.key.clone(), number)
        });
        let Some((key, number)) = kept else { return };
        self.refresh();
        let this = *self;
        spawn_local(async move {
            drafts::keep(&key, number, &order).await;
            this.send();
        });
    }

    /// Takes up what was left here the last time, and sends it.
    pub(super) fn start_outbox(&self) {
        let this = *self;
        self.with(|inner| {
            inner.again.replace(Some(Timer::new(move || this.send())));
        });
        self.when_online(move || this.send());
        let key = self.state.key();
        spawn_local(async move {
            let left = drafts::load(&key).await;
            this.with(|inner| {
                let mut waiting = inner.waiting.borrow_mut();
                for (number, order) in left {
                    if !waiting.iter().any(|it| it.order.id == order.id) {
                        waiting.push(Waiting {
                            number,
                            order,
                            done: false,
                        });
                    }
                }
                waiting.sort_by_key(|it| it.number);
            });
            this.refresh();
            this.send();
        });
    }

    /// Sends what waits, if nothing is being sent.
    fn send(&self) {
        let batch = self.with(|inner| {
            let batch: Vec<Order> = inner
                .waiting
                .borrow()
                .iter()
                .filter(|it| !it.done)
                .take(BATCH)
                .map(|it| it.order.clone())
                .collect();
            if batch.is_empty() || inner.sending.replace(true) {
                return None;
            }
            Some((inner.key.clone(), batch))
        });
        let Some(Some((key, batch))) = batch else {
            return;
        };
        let this = *self;
        spawn_local(async move {
            let orders = batch.iter().filter_map(|it| serde_json::to_value(it).ok());
            let reply = wire::command(&key, orders.collect()).await;
            this.with(|inner| inner.sending.set(false));
            match reply {
                Reply::Said(said) => this.take_answers(&batch, &said),
                Reply::Later(after) => this.rest(after),
                Reply::Refused(reason) => {
                    for order in &batch {
                        this.give_up(order, &reason);
                    }
                    this.refresh();
                }
            }
        });
    }

    /// Tries again after so many seconds, or after longer each time.
    fn rest(&self, after: Option<f64>) {
        self.with(|inner| {
            let pause = (inner.pause.get() * 2.0).clamp(FIRST_PAUSE, LAST_PAUSE);
            inner.pause.set(pause);
            if let Some(timer) = &*inner.again.borrow() {
                timer.set(after.map_or(pause, |seconds| seconds * 1_000.0));
            }
        });
    }

    fn take_answers(&self, batch: &[Order], said: &Value) {
        let answers = said.get("answers").and_then(Value::as_array);
        let mut later = None;
        for (order, answer) in batch.iter().zip(answers.into_iter().flatten()) {
            let error = answer.get("error").and_then(Value::as_str);
            if answer.get("ok").and_then(Value::as_bool) == Some(true) {
                self.settle(order, true);
            } else if let Some(seconds) = answer.get("retry_after").and_then(Value::as_f64) {
                later = Some(seconds);
            } else {
                self.give_up(order, error.unwrap_or("the server did not accept it"));
            }
        }
        self.refresh();
        if answers.is_none() || later.is_some() {
            return self.rest(later);
        }
        self.with(|inner| inner.pause.set(0.0));
        // What was said meanwhile; in a turn of its own.
        let this = *self;
        set_timeout(move || this.send(), Duration::ZERO);
    }

    /// The server has answered: it is done, or will never be.
    fn settle(&self, order: &Order, done: bool) {
        let found = self.with(|inner| {
            let mut waiting = inner.waiting.borrow_mut();
            let at = waiting.iter().position(|it| it.order.id == order.id)?;
            let number = waiting[at].number;
            if done {
                // Shown until what the server wrote has arrived.
                waiting[at].done = true;
            } else {
                waiting.remove(at);
            }
            Some((inner.key.clone(), number))
        });
        if let Some(Some((key, number))) = found {
            spawn_local(async move { drafts::forget(&key, number).await });
        }
    }

    /// What somebody wrote is kept for copying; anything else only needs a word.
    fn give_up(&self, order: &Order, reason: &str) {
        self.settle(order, false);
        let reason = api::sentence(reason);
        match &order.command {
            TalkCommand::Start { text, .. }
            | TalkCommand::Reply { text, .. }
            | TalkCommand::Edit { text, .. } => {
                let refused = Refused {
                    text: text.clone(),
                    reason: reason.clone(),
                };
                let _ = self.refused.try_update(|list| list.push(refused));
                toast::show(format!("A comment was not accepted: {reason}"));
            }
            _ => toast::show(reason),
        }
    }
}
