//! Many maps, four people each, two changes a second each.

use std::time::Duration;

use anyhow::Result;

use super::typing::deliveries;
use super::{each_server, load, shares};
use crate::crowd::Person;
use crate::load::run as run_load;
use crate::options::Options;
use crate::report::{Report, Row};
use crate::server::{Kind, Setup};
use crate::tally;

const PERIOD: Duration = Duration::from_millis(500);
const PEOPLE: u32 = 4;

pub(super) fn run(options: &Options, setup: &Setup, report: &mut Report, round: u32) -> Result<()> {
    let numbers = match (&options.maps[..], options.quick) {
        ([], true) => vec![10],
        ([], false) => vec![250, 500],
        (maps, _) => maps.to_vec(),
    };
    for maps in numbers {
        let parameter = ("maps", maps as u64);
        each_server(options, report, round, ("maps", parameter), |kind| {
            once(options, setup, kind, maps).map(Some)
        })?;
    }
    Ok(())
}

fn once(options: &Options, setup: &Setup, kind: Kind, maps: usize) -> Result<Row> {
    let server = setup.start(kind)?;
    let people: Vec<Person> = (0..)
        .zip(server.places(maps)?)
        .flat_map(|(map, place)| {
            (0..PEOPLE).map(move |seat| Person {
                number: map * PEOPLE + seat,
                place: place.clone(),
                first: map * PEOPLE,
                people: PEOPLE,
            })
        })
        .collect();
    let outcome = run_load(&load(options, tally::Kind::Typing, &server, people, PERIOD))?;
    let (shares, note) = shares(&outcome);
    let mut values = deliveries(&outcome);
    values.extend(shares);
    Ok(Row {
        scenario: "maps",
        server: kind,
        parameter: ("maps", maps as u64),
        values,
        note,
    })
}
