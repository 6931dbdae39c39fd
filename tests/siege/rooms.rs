//! Many documents, opened and closed.

use std::time::Duration;

use anyhow::Result;
use clap::Args;
use futures_util::future::try_join_all;
use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;

use crate::server::Server;

/// How many documents there are; each is opened many times.
const DOCUMENTS: usize = 500;
/// Step 1 of somebody who has nothing.
const STEP1: &[u8] = &[0, 0, 1, 0];

#[derive(Args)]
pub(crate) struct Options {
    /// How many rooms to open and close
    #[arg(long, default_value_t = 100_000)]
    count: usize,
    /// Opened before memory is looked at: until then the store's cache fills, which is
    /// bounded by its setting, and the allocator learns what it needs
    #[arg(long, default_value_t = 25_000)]
    warm_up: usize,
    /// How many are open at the same time
    #[arg(long, default_value_t = 50)]
    together: usize,
    /// How far memory may be above its start in the end, in percent
    #[arg(long, default_value_t = 5.0)]
    percent: f64,
}

pub(crate) async fn run(options: &Options) -> Result<bool> {
    // A room ends as soon as nobody is in it.
    let server = Server::start(&[("WAYMARK_IDLE_SECONDS", "0".to_owned())])?;
    let mut documents = Vec::new();
    for _ in 0..DOCUMENTS {
        documents.push(server.make_map().await?);
    }
    let empty = server.memory_kib()?;
    visit(&server, &documents, options.warm_up, options.together).await?;
    settle(&server).await?;
    let start = server.memory_kib()?;
    let opened_before = server.metric("waymark_rooms_opened_total").await?;
    let mut visited = 0;
    while server.metric("waymark_rooms_opened_total").await? - opened_before < options.count as f64
    {
        visit(&server, &documents, 5_000, options.together).await?;
        visited += 5_000;
        println!("{visited} visits: {} KiB", server.memory_kib()?);
    }
    settle(&server).await?;
    let end = server.memory_kib()?;
    let opened = server.metric("waymark_rooms_opened_total").await? - opened_before;
    let drift = (end as f64 / start as f64 - 1.0) * 100.0;
    let held = drift <= options.percent;
    println!(
        "{}: {opened} rooms opened and closed, memory {start} -> {end} KiB ({drift:+.1} %), \
         {empty} KiB before the first",
        if held { "held" } else { "FAILED" },
    );
    Ok(held)
}

async fn visit(server: &Server, documents: &[String], count: usize, together: usize) -> Result<()> {
    for from in (0..count).step_by(together) {
        let some = (from..from + together).map(|n| open(server, &documents[n % documents.len()]));
        try_join_all(some).await?;
    }
    Ok(())
}

/// Opens a document, gets it, and leaves.
async fn open(server: &Server, document: &str) -> Result<()> {
    let mut socket = server.join(document, None).await?;
    socket.send(Message::Binary(STEP1.into())).await?;
    while let Some(message) = socket.next().await {
        // Step 2: the document.
        if let Message::Binary(bytes) = message?
            && bytes.starts_with(&[0, 1])
        {
            break;
        }
    }
    socket.close(None).await?;
    while let Some(Ok(_)) = socket.next().await {}
    Ok(())
}

/// Waits until no room is open.
async fn settle(server: &Server) -> Result<()> {
    let mut every = tokio::time::interval(Duration::from_millis(100));
    while server.metric("waymark_rooms").await? > 0.0 {
        every.tick().await;
    }
    Ok(())
}
