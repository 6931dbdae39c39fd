//! Open documents and connections that do nothing, and what remains when everybody has
//! gone.
//!
//! Each document holds what a new map of Waymark's does. The other servers are given it by
//! the first who comes.

use std::time::Duration;

use anyhow::{Context, Result};
use waymark_model::{schema, templates};
use yrs::{ReadTxn, StateVector, Transact};

use super::{each_server, mb, runtime};
use crate::crowd::Person;
use crate::lib0::Typist;
use crate::load::Gathering;
use crate::marker;
use crate::options::Options;
use crate::process;
use crate::report::{Report, Row};
use crate::server::{Kind, Server, Setup};
use crate::socket::write_message;
use crate::tally;

const DOCUMENTS: usize = 500;
const PEOPLE: u32 = 4;
/// So long after the last one left, a document may go: only to wait less for it.
const UNLOAD_SOON: &[(&str, &str)] = &[("WAYMARK_IDLE_SECONDS", "3")];
/// How long the servers that are given their documents may take to have them.
const FILLED_AFTER: Duration = Duration::from_secs(3);
/// How often memory is looked at, how often it must be the same, and for how long at most.
const LOOK: Duration = Duration::from_secs(1);
const LOOKS: u32 = 8;
const LOOKS_AT_MOST: u32 = 30;
/// Less than this is no change, in bytes.
const SAME: u64 = 500_000;

pub(super) fn run(options: &Options, setup: &Setup, report: &mut Report, round: u32) -> Result<()> {
    let numbers = match (&options.maps[..], options.quick) {
        ([], true) => vec![10],
        ([], false) => vec![DOCUMENTS],
        (maps, _) => maps.to_vec(),
    };
    for documents in numbers {
        let parameter = ("documents", documents as u64);
        each_server(options, report, round, ("idle", parameter), |kind| {
            once(options, setup, kind, documents).map(Some)
        })?;
    }
    Ok(())
}

fn once(options: &Options, setup: &Setup, kind: Kind, documents: usize) -> Result<Row> {
    let server = setup.start_with(kind, UNLOAD_SOON)?;
    let start = process::memory(server.id)?.resident;
    let people: Vec<Person> = (0..)
        .zip(server.places(documents)?)
        .flat_map(|(document, place)| {
            (0..PEOPLE).map(move |seat| Person {
                number: document * PEOPLE + seat,
                place: place.clone(),
                first: document * PEOPLE,
                people: PEOPLE,
            })
        })
        .collect();
    if kind.is_peer() {
        fill(options, &people)?;
    }
    let first = visit(options, &server, &people)?;
    let mut values = vec![
        ("connections", people.len() as f64),
        ("start_mb", mb(start)),
        ("open_mb", mb(first.0)),
        ("left_mb", mb(first.1)),
        ("left/start_%", first.1 as f64 / start as f64 * 100.0),
    ];
    let mut note = None;
    if !options.quick {
        match visit(options, &server, &people) {
            Ok((open, left)) => values.extend([
                ("open_again_mb", mb(open)),
                ("left_again_mb", mb(left)),
                ("again/first_%", left as f64 / first.1 as f64 * 100.0),
            ]),
            Err(error) if kind.is_peer() => note = Some(format!("the second time: {error:#}")),
            Err(error) => return Err(error),
        }
    }
    Ok(Row {
        scenario: "idle",
        server: kind,
        parameter: ("documents", documents as u64),
        values,
        note,
    })
}

/// Puts a new map into every document.
fn fill(options: &Options, people: &[Person]) -> Result<()> {
    let alone: Vec<Person> = (0..)
        .zip(people.iter().filter(|person| person.number == person.first))
        .map(|(number, person)| Person {
            number,
            first: number,
            people: 1,
            ..person.clone()
        })
        .collect();
    let gathering = Gathering::join(tally::Kind::Typing, &alone, options.threads, 0)?;
    for (person, outlet) in alone.iter().zip(&gathering.outlets) {
        let title = format!("Bench {}", person.number);
        let mut frame = Vec::new();
        let update = blank_map(person.number, &title);
        write_message(&mut frame, &person.place.tongue.update(&update));
        outlet.send(&frame).context("a connection has ended")?;
    }
    runtime()?.block_on(async { tokio::time::sleep(FILLED_AFTER).await });
    gathering.leave()?;
    Ok(())
}

/// What a new map holds.
fn blank_map(number: u32, title: &str) -> Vec<u8> {
    // A client id that nobody who types has.
    let doc = schema::new_doc(0x2000_0000 + u64::from(number));
    let mut bits = u128::from(number) << 64;
    let mut random = move || {
        bits += 0x9e37_79b9_7f4a_7c15_f39c_0c4b_3f1d;
        bits.wrapping_mul(0xda94_2042_e4dd_58b5_2545_f491_4f6c_dd1d)
    };
    templates::write_blank(&mut doc.transact_mut(), title, &mut random);
    doc.transact()
        .encode_state_as_update_v1(&StateVector::default())
}

/// Everybody comes, changes something once, does nothing, and goes: memory while all are
/// there and after the documents had time to be unloaded.
fn visit(options: &Options, server: &Server, people: &[Person]) -> Result<(u64, u64)> {
    let gathering = Gathering::join(tally::Kind::Typing, people, options.threads, 0)?;
    for (person, outlet) in people.iter().zip(&gathering.outlets) {
        let mut update = Vec::new();
        Typist::new(person.number).append(&marker::write(person.number, 0), &mut update);
        let mut frame = Vec::new();
        write_message(&mut frame, &person.place.tongue.update(&update));
        outlet.send(&frame).context("a connection has ended")?;
    }
    let runtime = runtime()?;
    let looks = if options.quick { 3 } else { LOOKS };
    let open = runtime.block_on(settled(server, looks))?;
    gathering.leave()?;
    let left = runtime.block_on(settled(server, looks))?;
    Ok((open, left))
}

/// Memory once it does not change any more.
async fn settled(server: &Server, looks: u32) -> Result<u64> {
    let mut last = process::memory(server.id)?.resident;
    let mut same = 0;
    for _ in 0..LOOKS_AT_MOST {
        tokio::time::sleep(LOOK).await;
        let now = process::memory(server.id)?.resident;
        same = if now.abs_diff(last) < SAME {
            same + 1
        } else {
            0
        };
        last = now;
        if same == looks {
            break;
        }
    }
    Ok(last)
}
