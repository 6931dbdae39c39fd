//! How lanes are shown.

use yrs::Transact;

use super::{SAAS, demo_doc, edited, lane};
use crate::edit::{Edit, LaneFlag, apply};
use crate::grid::Grid;
use crate::ids::MapId;
use crate::interchange::MapFile;
use crate::vocabulary::{Colour, LaneLine};

fn flag(id: &str, flag: LaneFlag, value: bool) -> Edit {
    Edit::SetLaneFlag {
        id: lane(id),
        flag,
        value,
    }
}

#[test]
fn a_hidden_lane_leaves_the_grid_and_keeps_its_place_for_when_it_is_shown_again() {
    let hide = flag("thoughts", LaneFlag::Hidden, true);
    let collapse = flag("thoughts", LaneFlag::Collapsed, true);
    let before = edited(SAAS, &[]);
    let map = edited(SAAS, &[collapse.clone(), hide.clone()]);
    let grid = Grid::of(&map);
    assert!(!grid.rows.contains(&lane("thoughts")));
    assert_eq!(grid.hidden, [lane("thoughts")]);
    assert!(grid.collapsed.is_empty());
    assert_eq!(map.cards, before.cards);
    let back = [collapse, hide, flag("thoughts", LaneFlag::Hidden, false)];
    let grid = Grid::of(&edited(SAAS, &back));
    assert_eq!(grid.rows, Grid::of(&before).rows);
    assert!(grid.collapsed.contains(&lane("thoughts")));
}

#[test]
fn what_a_lane_looks_like_travels_in_the_file_and_leaves_it_when_it_is_taken_back() {
    let doc = demo_doc(SAAS);
    let id = MapId::parse("m").unwrap();
    let plain = MapFile::read(&doc.transact(), &id);
    let looks = |on: bool| {
        [
            flag("quotes", LaneFlag::Collapsed, on),
            flag("quotes", LaneFlag::Hidden, on),
            flag("quotes", LaneFlag::Pinned, on),
            Edit::SetLaneColour {
                id: lane("quotes"),
                colour: on.then_some(Colour::Plum),
            },
            Edit::SetLaneLine {
                id: lane("quotes"),
                line: on.then_some(LaneLine::Visibility),
            },
        ]
    };
    for edit in looks(true) {
        apply(&mut doc.transact_mut(), &edit).unwrap();
    }
    let file = MapFile::read(&doc.transact(), &id);
    let lanes = file.value()["lanes"].as_array().unwrap();
    let quotes = lanes.iter().find(|it| it["id"] == "quotes").unwrap();
    for key in ["collapsed", "hidden_default", "pinned"] {
        assert_eq!(quotes[key], true, "{key}");
    }
    assert_eq!(quotes["colour"], "plum");
    assert_eq!(quotes["line_above"], "line_of_visibility");
    MapFile::parse(&file.to_yaml()).expect("it can be read again");
    for edit in looks(false) {
        apply(&mut doc.transact_mut(), &edit).unwrap();
    }
    assert_eq!(MapFile::read(&doc.transact(), &id).value(), plain.value());
}
