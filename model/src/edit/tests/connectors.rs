//! Connections between steps.

use yrs::Transact;

use super::{SAAS, demo_doc, edited, read, step};
use crate::edit::{Edit, Target, TextField, apply};
use crate::ids::{ConnectorId, MapId};
use crate::interchange::MapFile;
use crate::schema::new_doc;
use crate::vocabulary::ConnectorKind;

fn id(id: &str) -> ConnectorId {
    ConnectorId::parse(id).unwrap()
}

fn add(name: &str, from: &str, to: &str) -> Edit {
    Edit::AddConnector {
        id: id(name),
        from: step(from),
        to: step(to),
        kind: ConnectorKind::Loop,
    }
}

fn delete(target: Target) -> Edit {
    Edit::Delete {
        target,
        by: "ana".into(),
        at: 1,
    }
}

#[test]
fn a_connection_is_hidden_while_one_of_its_steps_is_deleted() {
    let shown = |edits: &[Edit]| edited(SAAS, edits).connectors.len();
    let gone = delete(Target::Step(step("a04")));
    let back = Edit::Restore(Target::Step(step("a04")));
    let add = add("k", "a04", "a02");
    assert_eq!(shown(std::slice::from_ref(&add)), 1);
    assert_eq!(shown(&[add.clone(), gone.clone()]), 0);
    assert_eq!(shown(&[add.clone(), gone, back]), 1);
    let taken = delete(Target::Connector(id("k")));
    assert_eq!(shown(&[add.clone(), taken.clone()]), 0);
    assert_eq!(
        shown(&[add, taken, Edit::Restore(Target::Connector(id("k")))]),
        1
    );
}

#[test]
fn a_file_holds_connections_only_when_there_are_any_and_gives_them_back() {
    let doc = demo_doc(SAAS);
    let map = MapId::parse("m").unwrap();
    assert!(
        MapFile::read(&doc.transact(), &map)
            .value()
            .get("connectors")
            .is_none()
    );
    let label = Edit::SetText {
        field: TextField::ConnectorLabel(id("k")),
        text: "No invitation came".into(),
    };
    let exit = Edit::SetConnectorKind {
        id: id("k"),
        kind: ConnectorKind::Exit,
    };
    for edit in [add("k", "a04", "a02"), label, exit, add("j", "a01", "a01")] {
        apply(&mut doc.transact_mut(), &edit).unwrap();
    }
    let file = MapFile::read(&doc.transact(), &map);
    assert_eq!(
        file.value()["connectors"][0],
        serde_json::json!({
            "id": "k", "from": "a04", "to": "a02", "kind": "exit", "label": "No invitation came",
        })
    );
    let again = new_doc(7);
    let parsed = MapFile::parse(&file.to_yaml()).unwrap();
    parsed.write(&mut again.transact_mut()).unwrap();
    assert_eq!(MapFile::read(&again.transact(), &map).value(), file.value());
    assert_eq!(read(&again).connectors, read(&doc).connectors);
}

#[test]
fn a_file_cannot_connect_a_step_that_is_not_in_it() {
    for (fields, place) in [
        ("from: a", "connectors[0].to is missing"),
        ("from: a, to: b", "connectors[0].to is"),
    ] {
        let text = format!(
            "{{format: journey-map/1, map: {{title: x}}, stages: [{{id: s, title: x}}],
            steps: [{{id: a, stage: s, title: x}}], connectors: [{{id: k, {fields}}}]}}"
        );
        let error = MapFile::parse(&text).unwrap_err().to_string();
        let place = place.replace(" is", ": is");
        assert!(error.starts_with(&place), "{error}");
    }
}
