//! What the server counts: every metric's name, unit and meaning, once.
//!
//! `GET /metrics` shows them in the text format of Prometheus. Names end in their unit;
//! `_total` only grows. Labels are the closed sets in this file: never a document's name,
//! a person or a content.
//!
//! The hot path only adds to atomics that are held here by field: nothing is looked up,
//! nothing locked. What can be read off the rooms is read when somebody asks.

mod store;
mod watch;

use std::time::Duration;

use prometheus::core::Collector;
use prometheus::{
    Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};
use waymark_sync::room::Counts;
use waymark_sync::{CloseReason, Frame};

pub(crate) use self::store::Measured;
pub(crate) use self::watch::{Vitals, Watch};

/// From where a turn or an append is slow to where people complain.
const SECONDS: &[f64] = &[
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
    1.0, 2.5, 5.0, 10.0, 30.0,
];

/// What became of an update, in the order of [`Metrics::count`].
const UPDATES: [&str; 4] = ["applied", "repeated", "deferred", "refused"];
/// What is in a room's message, in the order of [`Metrics::count`].
const MESSAGES: [&str; 5] = ["changes", "diff", "answer", "presence", "control"];

/// Everything that is counted.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    tcp_connections: IntGauge,
    pub(crate) tcp_cut: IntCounter,
    connections: IntGauge,
    connections_opened: IntCounter,
    refused: [IntCounter; Refused::ALL.len()],
    closes: IntCounterVec,
    received: [Traffic; Kind::ALL.len()],
    sent: Traffic,
    pub(crate) mailbox_waits: IntCounter,
    pub(crate) rooms_opened: IntCounter,
    pub(crate) rooms_ended: IntCounter,
    pub(crate) room_panics: IntCounter,
    pub(crate) rooms_locked: IntGauge,
    turn_seconds: Histogram,
    turn_inputs: IntCounter,
    pub(crate) load_seconds: Histogram,
    pub(crate) load_failures: IntCounter,
    pub(crate) append_seconds: Histogram,
    pub(crate) append_bytes: IntCounter,
    pub(crate) append_failures: IntCounter,
    pub(crate) snapshot_seconds: Histogram,
    pub(crate) snapshot_bytes: IntCounter,
    pub(crate) snapshot_failures: IntCounter,
    joins: IntCounter,
    pub(crate) first_sync_seconds: Histogram,
    updates: [IntCounter; 4],
    deliveries: IntCounter,
    messages: [IntCounter; 5],
    rooms: IntGauge,
    sessions: IntGauge,
    behind: IntGauge,
    staged_bytes: IntGauge,
    not_saving: IntGauge,
    store_bytes: IntGauge,
}

/// Frames and their bytes.
#[derive(Debug)]
struct Traffic {
    frames: IntCounter,
    bytes: IntCounter,
}

/// Why a request to connect is turned away before there is a WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// As many connections as the settings allow are open.
    Full,
    /// The server is stopping.
    Stopping,
    /// The page that asks, or the name asked for, is not ours.
    Origin,
}

impl Refused {
    const ALL: [(Self, &'static str); 3] = [
        (Self::Full, "full"),
        (Self::Stopping, "stopping"),
        (Self::Origin, "origin"),
    ];
}

/// What a message from a peer is, as far as it matters for load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Step1,
    Step2,
    Update,
    Awareness,
    Auth,
    Other,
}

impl Kind {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Step1, "sync_step1"),
        (Self::Step2, "sync_step2"),
        (Self::Update, "update"),
        (Self::Awareness, "awareness"),
        (Self::Auth, "auth"),
        (Self::Other, "other"),
    ];

    fn of(frame: &Frame) -> Self {
        match frame {
            Frame::SyncStep1(_) => Self::Step1,
            Frame::SyncStep2(_) => Self::Step2,
            Frame::Update(_) => Self::Update,
            Frame::Awareness(_) => Self::Awareness,
            Frame::AuthToken(_) => Self::Auth,
            _ => Self::Other,
        }
    }
}

/// What is read off the rooms when somebody asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Overview {
    pub(crate) rooms: usize,
    pub(crate) sessions: usize,
    pub(crate) behind: usize,
    pub(crate) staged_bytes: usize,
    pub(crate) not_saving: usize,
}

impl Metrics {
    /// All of them at zero.
    pub(crate) fn new() -> Self {
        let make = Make(Registry::new());
        // process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds, …
        #[cfg(target_os = "linux")]
        make.register_boxed(Box::new(
            prometheus::process_collector::ProcessCollector::for_self(),
        ));
        let refused = make.by(
            "waymark_requests_refused_total",
            "Requests turned away before there was a WebSocket, by reason",
            "reason",
        );
        let closes = make.by(
            "waymark_closes_total",
            "Connections that ended, by the close code we sent (none: the peer left)",
            "code",
        );
        let frames = make.by(
            "waymark_received_frames_total",
            "Messages received and decoded, by kind",
            "kind",
        );
        let bytes = make.by(
            "waymark_received_bytes_total",
            "Bytes of messages received and decoded, by kind",
            "kind",
        );
        let updates = make.by(
            "waymark_updates_total",
            "Updates from sessions, by outcome; deferred ones are asked for again",
            "outcome",
        );
        let messages = make.by(
            "waymark_messages_total",
            "Messages that rooms handed to writers, by content; a diff is one difference in \
             place of everything a session was too slow for",
            "content",
        );
        Self {
            tcp_connections: make.gauge(
                "waymark_tcp_connections",
                "TCP connections open now that are not WebSockets",
            ),
            tcp_cut: make.counter(
                "waymark_tcp_cut_total",
                "TCP connections cut because too many waited without asking for anything",
            ),
            connections: make.gauge("waymark_connections", "WebSocket connections open now"),
            connections_opened: make.counter(
                "waymark_connections_opened_total",
                "WebSocket connections ever opened",
            ),
            refused: Refused::ALL.map(|(_, reason)| refused.with_label_values(&[reason])),
            closes,
            received: Kind::ALL.map(|(_, kind)| Traffic {
                frames: frames.with_label_values(&[kind]),
                bytes: bytes.with_label_values(&[kind]),
            }),
            sent: Traffic {
                frames: make.counter(
                    "waymark_sent_frames_total",
                    "Messages that rooms handed to sockets",
                ),
                bytes: make.counter(
                    "waymark_sent_bytes_total",
                    "Bytes of messages that rooms handed to sockets",
                ),
            },
            mailbox_waits: make.counter(
                "waymark_mailbox_waits_total",
                "Messages that had to wait because their room's mailbox was full",
            ),
            rooms_opened: make.counter("waymark_rooms_opened_total", "Rooms ever opened"),
            rooms_ended: make.counter(
                "waymark_rooms_ended_total",
                "Rooms that ended: idle, not loadable, or the server stopped",
            ),
            room_panics: make.counter(
                "waymark_room_panics_total",
                "Faults of ours inside a room's turn; it was loaded again",
            ),
            rooms_locked: make.gauge(
                "waymark_rooms_locked",
                "Documents that failed twice and stay closed until the next start",
            ),
            turn_seconds: make.histogram(
                "waymark_turn_seconds",
                "How long a room decided over the messages of one turn",
            ),
            turn_inputs: make.counter(
                "waymark_turn_inputs_total",
                "Messages, answers and ticks that rooms took in their turns",
            ),
            load_seconds: make.histogram(
                "waymark_load_seconds",
                "How long the store took to read a document",
            ),
            load_failures: make.counter(
                "waymark_load_failures_total",
                "Documents that the store could not read",
            ),
            append_seconds: make.histogram(
                "waymark_append_seconds",
                "From handing a record to the store until it was durable",
            ),
            append_bytes: make.counter(
                "waymark_append_bytes_total",
                "Bytes of updates made durable in the logs",
            ),
            append_failures: make.counter(
                "waymark_append_failures_total",
                "Records that the store did not take; each is tried again",
            ),
            snapshot_seconds: make.histogram(
                "waymark_snapshot_seconds",
                "How long the store took to write a snapshot and trim the log (compaction)",
            ),
            snapshot_bytes: make
                .counter("waymark_snapshot_bytes_total", "Bytes of snapshots written"),
            snapshot_failures: make.counter(
                "waymark_snapshot_failures_total",
                "Snapshots that the store did not take; each is tried again",
            ),
            joins: make.counter("waymark_joins_total", "Sessions that joined a room"),
            first_sync_seconds: make.histogram(
                "waymark_first_sync_seconds",
                "From a session's joining its room to the answer that brings it the document",
            ),
            updates: UPDATES.map(|outcome| updates.with_label_values(&[outcome])),
            deliveries: make.counter(
                "waymark_deliveries_total",
                "Changes sent to sessions: one for each change and each session that gets it",
            ),
            messages: MESSAGES.map(|content| messages.with_label_values(&[content])),
            rooms: make.gauge("waymark_rooms", "Rooms open now"),
            sessions: make.gauge("waymark_sessions", "Sessions in rooms now"),
            behind: make.gauge(
                "waymark_sessions_behind",
                "Sessions owed one difference in place of their changes; looked up once a second",
            ),
            staged_bytes: make.gauge(
                "waymark_staged_bytes",
                "Bytes of changes that wait for the store, all rooms together",
            ),
            not_saving: make.gauge(
                "waymark_rooms_not_saving",
                "Rooms whose people are told that saving fails",
            ),
            store_bytes: make.gauge("waymark_store_bytes", "Size of the data folder on the disk"),
            registry: make.0,
        }
    }

    /// A request to connect was turned away.
    pub(crate) fn refused(&self, reason: Refused) {
        self.refused[reason as usize].inc();
    }

    /// A TCP connection is open, and no WebSocket, until what is returned is dropped.
    pub(crate) fn tcp_connection(&self) -> Open {
        Open::new(&self.tcp_connections)
    }

    /// A WebSocket is open until what is returned is dropped.
    pub(crate) fn connection(&self) -> Open {
        self.connections_opened.inc();
        Open::new(&self.connections)
    }

    /// A connection ended; without a reason if its peer left.
    pub(crate) fn closed(&self, reason: Option<CloseReason>) {
        let code = reason.map_or_else(|| "none".to_owned(), |reason| reason.code().to_string());
        self.closes.with_label_values(&[&code]).inc();
    }

    /// A peer sent a message.
    pub(crate) fn received(&self, frame: &Frame, bytes: usize) {
        let traffic = &self.received[Kind::of(frame) as usize];
        traffic.frames.inc();
        traffic.bytes.inc_by(bytes as u64);
    }

    /// A room has handed these to sockets.
    pub(crate) fn sent(&self, frames: u64, bytes: u64) {
        self.sent.frames.inc_by(frames);
        self.sent.bytes.inc_by(bytes);
    }

    /// A room took so many inputs in a turn, which took it so long.
    pub(crate) fn turn(&self, inputs: usize, took: Duration) {
        self.turn_inputs.inc_by(inputs as u64);
        self.turn_seconds.observe(took.as_secs_f64());
    }

    /// A room has done this since it was last counted.
    fn count(&self, did: &Counts) {
        let updates = [did.updates, did.repeated, did.deferred, did.refused];
        let messages = [
            did.change_messages,
            did.diffs,
            did.answers,
            did.presence_messages,
            did.control_messages,
        ];
        let each = self.updates.iter().zip(updates);
        let each = each.chain(self.messages.iter().zip(messages));
        for (counter, more) in
            each.chain([(&self.joins, did.joins), (&self.deliveries, did.deliveries)])
        {
            // Most are nothing, and adding costs more than looking.
            if more > 0 {
                counter.inc_by(more);
            }
        }
    }

    /// Everything as text, with what can be read off only now.
    ///
    /// # Errors
    /// Only if a metric in this file is made wrongly.
    pub(crate) fn text(
        &self,
        now: Overview,
        store_bytes: u64,
    ) -> Result<String, prometheus::Error> {
        self.rooms.set(gauge(now.rooms));
        self.sessions.set(gauge(now.sessions));
        self.behind.set(gauge(now.behind));
        self.staged_bytes.set(gauge(now.staged_bytes));
        self.not_saving.set(gauge(now.not_saving));
        self.store_bytes.set(gauge(store_bytes));
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

/// Counts one more until it is dropped, however that comes about.
#[derive(Debug)]
pub(crate) struct Open(IntGauge);

impl Open {
    fn new(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn gauge(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// Makes metrics and registers them. The names and labels are constants of this file, so
/// that none is valid or taken twice shows in the first test.
struct Make(Registry);

const FAULT: &str = "metrics have valid names of their own";

impl Make {
    fn counter(&self, name: &str, help: &str) -> IntCounter {
        let counter = IntCounter::new(name, help).expect(FAULT);
        self.register(counter)
    }

    fn gauge(&self, name: &str, help: &str) -> IntGauge {
        let gauge = IntGauge::new(name, help).expect(FAULT);
        self.register(gauge)
    }

    fn by(&self, name: &str, help: &str, label: &str) -> IntCounterVec {
        let counters = IntCounterVec::new(Opts::new(name, help), &[label]).expect(FAULT);
        self.register(counters)
    }

    fn histogram(&self, name: &str, help: &str) -> Histogram {
        let options = HistogramOpts::new(name, help).buckets(SECONDS.to_vec());
        self.register(Histogram::with_opts(options).expect(FAULT))
    }

    fn register<C: Collector + Clone + 'static>(&self, metric: C) -> C {
        self.register_boxed(Box::new(metric.clone()));
        metric
    }

    fn register_boxed(&self, metrics: Box<dyn Collector>) {
        self.0.register(metrics).expect(FAULT);
    }
}
