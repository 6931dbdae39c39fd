//! Where somebody's caret is: what we tell others of ours, and what we believe of theirs.

use serde_json::{Map, Value};
use waymark_model::caret::{CaretIn, MAX_BYTES};
use waymark_model::edit::TextField;
use waymark_model::ids::{CardId, LaneId, OpportunityId, PainId, StageId, StepId};
use waymark_model::rich::DetailsOf;

use super::{COLOURS, clean_name, colour};

/// A caret, said by the letters around it ([`waymark_model::caret`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caret {
    /// The text it is in.
    pub of: CaretIn,
    /// Where the selection began.
    pub anchor: String,
    /// Where the caret is.
    pub head: String,
}

/// Somebody else's caret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    /// Their replica.
    pub client_id: u64,
    /// What they are called.
    pub name: String,
    /// A CSS colour from the fixed palette.
    pub colour: String,
    /// Where they are.
    pub caret: Caret,
}

/// The longest name of a place that is believed: a root, a slash and an id.
const PLACE_BYTES: usize = 128;

/// What others are told of a caret; `None` in texts where carets are not shown.
fn write(caret: &Caret) -> Option<Value> {
    let mut out = Map::new();
    out.insert("in".to_owned(), place(&caret.of)?.into());
    out.insert("anchor".to_owned(), caret.anchor.as_str().into());
    out.insert("head".to_owned(), caret.head.as_str().into());
    Some(Value::Object(out))
}

/// What others are told of me, with where my caret is.
pub fn add(presence: String, caret: Option<&Caret>) -> String {
    let Some(caret) = caret.and_then(write) else {
        return presence;
    };
    match serde_json::from_str(&presence) {
        Ok(Value::Object(mut all)) => {
            all.insert("caret".to_owned(), caret);
            Value::Object(all).to_string()
        }
        _ => presence,
    }
}

/// The caret in what somebody told us, if there is one that we can show.
pub fn read(client_id: u64, json: &str) -> Option<Guest> {
    let value: Value = serde_json::from_str(json).ok()?;
    let name = clean_name(value.get("name")?.as_str()?);
    let caret = value.get("caret")?;
    let word = |key: &str, most: usize| {
        let word = caret.get(key)?.as_str()?;
        (word.len() <= most).then_some(word)
    };
    let token = |key: &str| {
        let token = word(key, MAX_BYTES)?;
        let known = token.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        (known && !token.is_empty()).then(|| token.to_owned())
    };
    let index = value
        .get("colour")
        .and_then(Value::as_u64)
        .unwrap_or(client_id);
    Some(Guest {
        client_id,
        name: (!name.is_empty()).then_some(name)?,
        colour: colour((index % COLOURS as u64) as usize),
        caret: Caret {
            of: parse_place(word("in", PLACE_BYTES)?)?,
            anchor: token("anchor")?,
            head: token("head")?,
        },
    })
}

fn place(of: &CaretIn) -> Option<String> {
    Some(match of {
        CaretIn::Details(of) => of.root(),
        CaretIn::Text(field) => match field {
            TextField::StageTitle(id) => format!("stage/{id}"),
            TextField::StageGoal(id) => format!("goal/{id}"),
            TextField::StepTitle(id) => format!("step/{id}"),
            TextField::LaneTitle(id) => format!("lane/{id}"),
            TextField::CardText(id) => format!("card/{id}"),
            TextField::PainText(id) => format!("pain/{id}"),
            TextField::OpportunityTitle(id) => format!("opportunity/{id}"),
            _ => return None,
        },
    })
}

fn parse_place(place: &str) -> Option<CaretIn> {
    if let Some(of) = DetailsOf::parse(place) {
        return Some(CaretIn::Details(of));
    }
    let (kind, id) = place.split_once('/')?;
    Some(CaretIn::Text(match kind {
        "stage" => TextField::StageTitle(StageId::parse(id).ok()?),
        "goal" => TextField::StageGoal(StageId::parse(id).ok()?),
        "step" => TextField::StepTitle(StepId::parse(id).ok()?),
        "lane" => TextField::LaneTitle(LaneId::parse(id).ok()?),
        "card" => TextField::CardText(CardId::parse(id).ok()?),
        "pain" => TextField::PainText(PainId::parse(id).ok()?),
        "opportunity" => TextField::OpportunityTitle(OpportunityId::parse(id).ok()?),
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(of: CaretIn) -> String {
        let caret = Caret {
            of,
            anchor: "0".to_owned(),
            head: "77.12".to_owned(),
        };
        add(r#"{"name":"Inés","colour":2}"#.to_owned(), Some(&caret))
    }

    #[test]
    fn every_caret_arrives_as_it_was_sent() {
        let all = [
            CaretIn::Details(DetailsOf::Card(CardId::parse("c1").unwrap())),
            CaretIn::Details(DetailsOf::Stage(StageId::parse("s").unwrap())),
            CaretIn::Text(TextField::CardText(CardId::parse("c1").unwrap())),
            CaretIn::Text(TextField::PainText(PainId::parse("p").unwrap())),
            CaretIn::Text(TextField::StageGoal(StageId::parse("s").unwrap())),
        ];
        for of in all {
            let guest = read(7, &told(of.clone())).expect("own caret is readable");
            assert_eq!(guest.caret.of, of);
            assert_eq!(
                (
                    guest.name.as_str(),
                    guest.colour.as_str(),
                    guest.caret.head.as_str()
                ),
                ("Inés", "var(--u3)", "77.12")
            );
        }
    }

    #[test]
    fn hostile_carets_are_ignored() {
        let long = "1".repeat(500);
        for (place, anchor) in [
            ("details/cards/<b>", "1.1"),
            ("moon/c1", "1.1"),
            ("card", "1.1"),
            ("card/c1", ""),
            ("card/c1", "<b>"),
            ("card/c1", long.as_str()),
            (long.as_str(), "1.1"),
        ] {
            let json = serde_json::json!({
                "name": "A", "caret": {"in": place, "anchor": anchor, "head": "1.1"}
            });
            assert_eq!(read(1, &json.to_string()), None, "{place} {anchor}");
        }
        for json in ["", "[]", r#"{"name":"A"}"#, r#"{"name":"A","caret":7}"#] {
            assert_eq!(read(1, json), None, "{json}");
        }
    }
}
