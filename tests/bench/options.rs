//! What can be asked for on the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use crate::dialect::Dialect;
use crate::server::Kind;

/// Waymark and other servers under the same load, side by side in one run.
#[derive(Debug, Parser)]
#[command(name = "bench")]
pub(crate) struct Options {
    /// What to measure; everything when nothing is named
    pub(crate) scenarios: Vec<Scenario>,
    /// With what Waymark is compared; `none` for Waymark alone
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "y-websocket,hocuspocus,relay"
    )]
    peers: Vec<Peer>,
    /// How often everything is repeated; medians are reported
    #[arg(long, default_value_t = 1)]
    pub(crate) rounds: u32,
    /// People in one map (typing, cursors), instead of the scenario's own numbers
    #[arg(long, value_delimiter = ',')]
    pub(crate) people: Vec<usize>,
    /// Maps of four people each, or documents that are idle
    #[arg(long, value_delimiter = ',')]
    pub(crate) maps: Vec<usize>,
    /// Cards of the large map (join, seed)
    #[arg(long, default_value_t = 10_000)]
    pub(crate) cards: usize,
    /// Seconds that are measured of each load
    #[arg(long, default_value_t = 8)]
    pub(crate) seconds: u64,
    /// Seconds before that
    #[arg(long, default_value_t = 2)]
    pub(crate) warm_up: u64,
    /// Seconds after the last message in which deliveries still count
    #[arg(long, default_value_t = 15)]
    pub(crate) drain: u64,
    /// Threads that receive
    #[arg(long, default_value_t = 2)]
    pub(crate) threads: usize,
    /// How to talk to Waymark
    #[arg(long, value_enum, default_value_t = WaymarkDialect::Hocuspocus)]
    dialect: WaymarkDialect,
    /// A small budget that only shows that the bench works and nothing is lost: Waymark
    /// and the relay, few people; fails if something is lost
    #[arg(long)]
    pub(crate) quick: bool,
    /// Write the JSON lines here instead of to the output
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Waymark's program
    #[arg(long, env = "SERVER_UNDER_TEST", value_name = "PROGRAM")]
    pub(crate) server: Option<PathBuf>,
    /// Measure a Waymark that runs already at this address; `--pid` says its process
    #[arg(long, requires = "pid", value_name = "ADDRESS")]
    pub(crate) attach: Option<SocketAddr>,
    /// The process of `--attach`
    #[arg(long)]
    pub(crate) pid: Option<u32>,
    /// The folder with the peers' package.json, when it is not that of this repository
    #[arg(long, value_name = "FOLDER")]
    pub(crate) peers_folder: Option<PathBuf>,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// One map, everybody changes it once a second
    Typing,
    /// The most people in one map with p99 below 100 ms and nothing lost
    Capacity,
    /// Many maps, four people each, two changes a second each
    Maps,
    /// One map, everybody moves their cursor twenty times a second
    Cursors,
    /// A map of 10,000 cards, opened cold, warm and by a hundred at once
    Join,
    /// 3,000 changes that make a large map, and 3,000 more into it
    Seed,
    /// Open documents and connections that do nothing: memory
    Idle,
    /// What is lost when the server is killed
    Kill,
    #[value(name = "serve-relay", hide = true)]
    ServeRelay,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum WaymarkDialect {
    /// As our own client speaks
    Hocuspocus,
    /// One document a connection
    #[value(name = "y-websocket")]
    YWebsocket,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Peer {
    Relay,
    #[value(name = "y-websocket")]
    YWebsocket,
    Hocuspocus,
    #[value(name = "y-sweet")]
    YSweet,
    None,
}

impl Options {
    /// Whether this process is to be the raw relay.
    pub(crate) fn is_relay(&self) -> bool {
        self.scenarios == [Scenario::ServeRelay]
    }

    /// What is to be measured.
    pub(crate) fn wanted(&self) -> Vec<Scenario> {
        let all: Vec<Scenario> = if self.scenarios.is_empty() {
            Scenario::value_variants().to_vec()
        } else {
            self.scenarios.clone()
        };
        all.into_iter()
            .filter(|scenario| *scenario != Scenario::ServeRelay)
            .collect()
    }

    /// Waymark first, then what it is compared with.
    pub(crate) fn servers(&self) -> Vec<Kind> {
        let mut servers = vec![Kind::Waymark];
        if self.quick {
            servers.push(Kind::Relay);
            return servers;
        }
        servers.extend(self.peers.iter().filter_map(|peer| match peer {
            Peer::Relay => Some(Kind::Relay),
            Peer::YWebsocket => Some(Kind::YWebsocket),
            Peer::Hocuspocus => Some(Kind::Hocuspocus),
            Peer::YSweet => Some(Kind::YSweet),
            Peer::None => None,
        }));
        servers
    }

    /// How to talk to Waymark.
    pub(crate) fn dialect(&self) -> Dialect {
        match self.dialect {
            WaymarkDialect::Hocuspocus => Dialect::Hocuspocus,
            WaymarkDialect::YWebsocket => Dialect::YWebsocket,
        }
    }
}
