//! What the known fields of a file are: one table for the check of what comes in and
//! for what goes out, since a document may hold anything.

use serde_json::{Map as Object, Value};

use crate::edit::Kind;
use crate::{limits, schema};

/// What may stand at a known key, besides null.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    Text,
    /// Rich text as Markdown; what is no text is somebody else's.
    Markdown,
    /// A whole number from the first to the second.
    Score(u8, u8),
    Number,
    Flag,
    /// A mapping.
    Fields,
    /// A list.
    List,
}

impl Shape {
    /// What is wrong with a value, and what would be right.
    pub(super) fn problem(self, value: &Value) -> Option<String> {
        let right = match (self, value) {
            (_, Value::Null)
            | (Self::Number, Value::Number(_))
            | (Self::Flag, Value::Bool(_))
            | (Self::Fields, Value::Object(_))
            | (Self::List, Value::Array(_)) => return None,
            (Self::Text, Value::String(text)) => return too_long(text, limits::TEXT_CHARS),
            (Self::Markdown, Value::String(text)) => {
                return too_long(text, limits::MARKDOWN_CHARS);
            }
            (Self::Markdown, _) => return None,
            (Self::Score(min, max), Value::Number(number)) => {
                let score = number.as_u64().and_then(|number| u8::try_from(number).ok());
                if score.is_some_and(|score| (min..=max).contains(&score)) {
                    return None;
                }
                return Some(format!(
                    "is {number}: it is a whole number from {min} to {max}"
                ));
            }
            (Self::Text, _) => "it is text, put it in quotes".to_owned(),
            (Self::Score(min, max), _) => format!("it is a whole number from {min} to {max}"),
            (Self::Number, _) => "it is a number".to_owned(),
            (Self::Flag, _) => "it is true or false".to_owned(),
            (Self::Fields, _) => "it holds named values".to_owned(),
            (Self::List, _) => "it is a list".to_owned(),
        };
        Some(format!("is {}: {right}", what(value)))
    }
}

/// Why a text is too long, if it is.
fn too_long(text: &str, most: usize) -> Option<String> {
    // A text is never longer in characters than in bytes.
    let long = text.len() > most && text.chars().count() > most;
    long.then(|| format!("is longer than {most} characters"))
}

/// A value's kind, in words.
pub(super) fn what(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

type Shapes = &'static [(&'static str, Shape)];

/// The known fields of the file's `map`.
pub(super) const MAP: Shapes = &[
    (schema::TITLE, Shape::Text),
    (schema::TYPE, Shape::Text),
    ("scope", Shape::Fields),
    (schema::SCENARIO, Shape::Text),
    (schema::PERSONA_GOAL, Shape::Text),
    (schema::BUSINESS_GOAL, Shape::Text),
    (schema::SCALE, Shape::Fields),
];

/// The known fields of `map.scope`.
pub(super) const SCOPE: Shapes = &[
    ("statement", Shape::Text),
    ("starts_when", Shape::Text),
    ("ends_when", Shape::Text),
    ("why", Shape::Text),
    (schema::OUT_OF_SCOPE, Shape::List),
];

/// The field that holds a thing's rich text in files, if it has one.
pub(super) fn details_of(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Card | Kind::Pain => Some("details"),
        Kind::Stage | Kind::Step | Kind::Opportunity => Some("description"),
        Kind::Persona | Kind::Lane | Kind::Metric | Kind::Connector | Kind::Group => None,
    }
}

/// The known fields of an entity; references are looked after elsewhere.
pub(super) fn of(kind: Kind) -> Shapes {
    match kind {
        Kind::Persona => &[
            (schema::NAME, Shape::Text),
            (schema::ROLE, Shape::Text),
            (schema::DEMOGRAPHICS, Shape::Fields),
            (schema::GOALS, Shape::List),
            (schema::QUOTES, Shape::List),
        ],
        Kind::Stage => &[
            (schema::TITLE, Shape::Text),
            (schema::GOAL, Shape::Text),
            ("description", Shape::Markdown),
        ],
        Kind::Step => &[
            (schema::TITLE, Shape::Text),
            ("description", Shape::Markdown),
            ("sentiment", Shape::Number),
            ("sentiments", Shape::Fields),
            (schema::MOMENT_OF_TRUTH, Shape::Flag),
            ("cells", Shape::Fields),
        ],
        Kind::Lane => &[
            (schema::TYPE, Shape::Text),
            (schema::TITLE, Shape::Text),
            (schema::LINE_ABOVE, Shape::Text),
            (schema::COLLAPSED, Shape::Flag),
            (schema::HIDDEN, Shape::Flag),
            (schema::PINNED, Shape::Flag),
            (schema::COLOUR, Shape::Text),
        ],
        Kind::Card => &[
            (schema::TEXT, Shape::Text),
            (schema::SOURCE, Shape::Text),
            (schema::SPAN_TO, Shape::Text),
            ("details", Shape::Markdown),
        ],
        Kind::Pain => &[
            (schema::TEXT, Shape::Text),
            ("details", Shape::Markdown),
            (schema::SEVERITY, Shape::Score(1, 5)),
            (schema::FREQUENCY, Shape::Score(1, 5)),
            (schema::IMPACT, Shape::Score(1, 5)),
            (schema::EFFECT, Shape::Text),
            (schema::STATUS, Shape::Text),
        ],
        Kind::Opportunity => &[
            (schema::TITLE, Shape::Text),
            ("description", Shape::Markdown),
            (schema::PAIN_POINTS, Shape::List),
            (schema::STEPS, Shape::List),
            (schema::CUSTOMER_VALUE, Shape::Score(0, 100)),
            (schema::BUSINESS_VALUE, Shape::Score(0, 100)),
            (schema::EFFORT, Shape::Score(0, 5)),
            (schema::STATUS, Shape::Text),
        ],
        Kind::Connector => &[
            (schema::KIND, Shape::Text),
            (schema::LABEL, Shape::Text),
            (schema::CONDITION, Shape::Text),
        ],
        Kind::Group => &[(schema::TITLE, Shape::Text)],
        Kind::Metric => &[
            (schema::NAME, Shape::Text),
            (schema::UNIT, Shape::Text),
            (schema::BASELINE, Shape::Number),
            (schema::CURRENT, Shape::Number),
            (schema::TARGET, Shape::Number),
        ],
    }
}

/// Leaves out what no file may hold. A text that grew too long is still somebody's text.
pub(super) fn retain(fields: &mut Object<String, Value>, shapes: Shapes) {
    for (key, shape) in shapes {
        let wrong = |value: &Value| {
            !(matches!(shape, Shape::Text) && value.is_string()) && shape.problem(value).is_some()
        };
        if fields.get(*key).is_some_and(wrong) {
            fields.shift_remove(*key);
        }
    }
}
