//! Entities as edits see them: looked up, checked and made.

use yrs::{
    Any, Map, MapPrelim, MapRef, Number, Out, ReadTxn, TextPrelim, TransactionMut, WriteTxn,
};

use super::EditError;
use crate::map::outline;
use crate::map::value;
use crate::{limits, schema};

/// What kind of thing an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Persona,
    Stage,
    Step,
    Lane,
    Card,
    Pain,
    Opportunity,
    Metric,
    Connector,
    Group,
}

impl Kind {
    pub(crate) fn root(self) -> &'static str {
        match self {
            Self::Persona => schema::PERSONAS,
            Self::Stage => schema::STAGES,
            Self::Step => schema::STEPS,
            Self::Lane => schema::LANES,
            Self::Card => schema::CARDS,
            Self::Pain => schema::PAINS,
            Self::Opportunity => schema::OPPORTUNITIES,
            Self::Metric => schema::METRICS,
            Self::Connector => schema::CONNECTORS,
            Self::Group => schema::GROUPS,
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Persona => "persona",
            Self::Stage => "stage",
            Self::Step => "step",
            Self::Lane => "lane",
            Self::Card => "card",
            Self::Pain => "pain point",
            Self::Opportunity => "opportunity",
            Self::Metric => "metric",
            Self::Connector => "connection",
            Self::Group => "group",
        }
    }

    /// The fields people write, which every entity has from its first moment on.
    pub(crate) fn texts(self) -> &'static [&'static str] {
        match self {
            Self::Persona | Self::Metric => &[schema::NAME],
            Self::Stage => &[schema::TITLE, schema::GOAL],
            Self::Step | Self::Lane | Self::Opportunity | Self::Group => &[schema::TITLE],
            Self::Card | Self::Pain => &[schema::TEXT],
            Self::Connector => &[schema::LABEL, schema::CONDITION],
        }
    }

    pub(crate) fn limit(self) -> usize {
        match self {
            Self::Persona => limits::PERSONAS,
            Self::Stage => limits::STAGES,
            Self::Step => limits::STEPS,
            Self::Lane => limits::LANES,
            Self::Card => limits::CARDS,
            Self::Pain | Self::Opportunity | Self::Metric | Self::Connector | Self::Group => {
                limits::ITEMS
            }
        }
    }
}

/// The fields of an entity, deleted or not.
pub(super) fn find<T: ReadTxn>(txn: &T, kind: Kind, id: &str) -> Option<MapRef> {
    match value::root(txn, kind.root())?.get(txn, id)? {
        Out::YMap(fields) => Some(fields),
        _ => None,
    }
}

/// The fields of an entity that is not deleted.
pub(super) fn live<T: ReadTxn>(txn: &T, kind: Kind, id: &str) -> Result<MapRef, EditError> {
    find(txn, kind, id)
        .filter(|fields| !is_deleted(txn, kind, fields))
        .ok_or_else(|| missing(kind, id))
}

pub(super) fn is_deleted<T: ReadTxn>(txn: &T, kind: Kind, fields: &MapRef) -> bool {
    match kind {
        Kind::Step => outline::is_step_deleted(txn, fields),
        _ => value::is_deleted(txn, fields),
    }
}

pub(super) fn missing(kind: Kind, id: &str) -> EditError {
    EditError::Missing {
        kind: kind.word(),
        id: id.to_owned(),
    }
}

/// That an id is free (a deleted thing still has its id) and that there is room.
pub(super) fn check_new<T: ReadTxn>(txn: &T, kind: Kind, id: &str) -> Result<(), EditError> {
    let Some(root) = value::root(txn, kind.root()) else {
        return Ok(());
    };
    if root.contains_key(txn, id) {
        return Err(EditError::Exists {
            kind: kind.word(),
            id: id.to_owned(),
        });
    }
    // Counted only when there may be too many: deleted things make no difference then.
    if root.len(txn) as usize >= kind.limit()
        && value::entities(txn, kind.root())
            .iter()
            .filter(|(_, fields)| !is_deleted(txn, kind, fields))
            .count()
            >= kind.limit()
    {
        return Err(EditError::TooMany {
            kind: kind.word(),
            max: kind.limit(),
        });
    }
    Ok(())
}

pub(super) fn check_text(text: &str) -> Result<(), EditError> {
    // A text is never longer in characters than in bytes.
    if text.len() > limits::TEXT_CHARS && text.chars().count() > limits::TEXT_CHARS {
        return Err(EditError::TooLong {
            max: limits::TEXT_CHARS,
        });
    }
    Ok(())
}

/// Makes an entity with its texts, the first of which says `text`.
pub(crate) fn write_new(txn: &mut TransactionMut<'_>, kind: Kind, id: &str, text: &str) -> MapRef {
    let root = txn.get_or_insert_map(kind.root());
    let fields = root.insert(txn, id, MapPrelim::default());
    for (i, key) in kind.texts().iter().enumerate() {
        write_text(txn, &fields, key, if i == 0 { text } else { "" });
    }
    fields
}

/// Makes a text. Only for new entities: two people who make one text under one key
/// would lose one of the two.
pub(crate) fn write_text(txn: &mut TransactionMut<'_>, fields: &MapRef, key: &str, text: &str) {
    fields.insert(txn, key, TextPrelim::new(text));
}

/// A number as browsers know it.
pub(super) fn number(value: f64) -> Any {
    Any::Number(Number::try_i64(value))
}
