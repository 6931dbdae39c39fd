//! Setting scalars, with what others chose at the same time kept beside them.

use std::collections::HashMap;
use std::sync::Arc;

use yrs::{Any, Map, MapRef, Out, ReadTxn, TransactionMut, WriteTxn};

use super::entity::{Kind, live, number};
use super::{Author, EditError};
use crate::map::Scale;
use crate::map::choices;
use crate::map::value::{plain, root};
use crate::scalar::{Scalar, ScalarField};
use crate::schema;

/// Sets or clears a scalar: every edit of a scalar ends here.
///
/// The scalar itself is written as ever, last writer wins. This replica's own choice is
/// written beside it, and the other choices it knows of are removed: whoever sets a
/// scalar has seen them. Those of people who set it at the same time stay, under keys
/// of their own, and the map shows both ([`crate::JourneyMap::choices`]).
pub(super) fn set_scalar(
    txn: &mut TransactionMut<'_>,
    who: Author<'_>,
    field: &ScalarField,
    wanted: Option<Scalar>,
) -> Result<(), EditError> {
    check(txn, field, wanted.as_ref())?;
    let place = field.place();
    let own = live(txn, place.kind, place.id)?;
    if place.is_emotion {
        live(txn, Kind::Persona, place.name)?;
    }
    let name = field.key();
    let others = choices::of_scalar(txn, &name);
    let present = if place.is_emotion {
        emotion(txn, field).1
    } else {
        plain(txn, &own, place.name)
            .as_ref()
            .and_then(Scalar::from_any)
    };
    // An unset flag is as good as one that says no.
    let is_so = present == wanted || (present.is_none() && wanted == Some(Scalar::Flag(false)));
    if is_so && others.iter().all(|other| other.value == wanted) {
        return Ok(());
    }
    if !is_so {
        if place.is_emotion {
            write_emotion(txn, field, wanted.as_ref());
        } else {
            write(txn, &own, place.name, wanted.as_ref());
        }
    }
    let client = txn.doc().client_id().get();
    let choices = txn.get_or_insert_map(schema::CHOICES);
    for other in others.iter().filter(|other| other.client != client) {
        choices.remove(txn, &other.key);
    }
    choices.insert(
        txn,
        format!("{name}/{client}"),
        choice(who, wanted.as_ref()),
    );
    Ok(())
}

/// Gives a scalar the value that all choices left agree on, after a choice was taken back.
pub(crate) fn settle(txn: &mut TransactionMut<'_>, name: &str) {
    let Some(field) = ScalarField::parse(name) else {
        return;
    };
    let left = choices::of_scalar(txn, name);
    let Some(first) = left.first() else { return };
    let wanted = first.value.as_ref();
    let place = field.place();
    if left.iter().any(|other| other.value != first.value)
        || !field.accepts(wanted, scale(txn))
        || (place.is_emotion && live(txn, Kind::Persona, place.name).is_err())
    {
        return;
    }
    let Ok(own) = live(txn, place.kind, place.id) else {
        return;
    };
    if place.is_emotion {
        if emotion(txn, &field).1.as_ref() != wanted {
            write_emotion(txn, &field, wanted);
        }
    } else {
        let present = plain(txn, &own, place.name);
        if present.as_ref().and_then(Scalar::from_any).as_ref() != wanted {
            write(txn, &own, place.name, wanted);
        }
    }
}

fn check<T: ReadTxn>(
    txn: &T,
    field: &ScalarField,
    wanted: Option<&Scalar>,
) -> Result<(), EditError> {
    let scale = scale(txn);
    if field.accepts(wanted, scale) {
        return Ok(());
    }
    let (min, max) = match field {
        ScalarField::Emotion(..) => (scale.min, scale.max),
        _ => field
            .range()
            .map_or((0.0, 0.0), |(min, max)| (min.into(), max.into())),
    };
    Err(match wanted {
        Some(Scalar::Number(value)) => EditError::OutOfRange {
            value: *value,
            min,
            max,
        },
        Some(Scalar::Word(word)) => EditError::NotAValue { word: word.clone() },
        _ => EditError::NotAValue {
            word: String::new(),
        },
    })
}

fn scale<T: ReadTxn>(txn: &T) -> Scale {
    root(txn, schema::FRAME)
        .and_then(|frame| plain(txn, &frame, schema::SCALE))
        .map_or_else(Default::default, |value| crate::map::scale(Some(value)))
}

fn choice(who: Author<'_>, wanted: Option<&Scalar>) -> Any {
    Any::Map(Arc::new(HashMap::from([
        (
            schema::VALUE.to_owned(),
            wanted.map_or(Any::Null, Scalar::to_any),
        ),
        ("by".to_owned(), Any::from(who.by)),
        ("at".to_owned(), number(who.at as f64)),
    ])))
}

fn write(txn: &mut TransactionMut<'_>, fields: &MapRef, key: &str, wanted: Option<&Scalar>) {
    match wanted {
        Some(wanted) => {
            fields.insert(txn, key, wanted.to_any());
        }
        None => {
            fields.remove(txn, key);
        }
    }
}

/// The key of an emotion, and its value.
fn emotion<T: ReadTxn>(txn: &T, field: &ScalarField) -> (String, Option<Scalar>) {
    let place = field.place();
    let key = format!("{}/{}", place.id, place.name);
    let value = match root(txn, schema::EMOTIONS).and_then(|root| root.get(txn, &key)) {
        Some(Out::Any(Any::Map(fields))) => fields.get(schema::VALUE).and_then(Scalar::from_any),
        Some(Out::Any(value)) => Scalar::from_any(&value),
        _ => None,
    };
    (key, value)
}

fn write_emotion(txn: &mut TransactionMut<'_>, field: &ScalarField, wanted: Option<&Scalar>) {
    let (key, _) = emotion(txn, field);
    let emotions = txn.get_or_insert_map(schema::EMOTIONS);
    // A word or a note of a newer program stays with the value.
    let mut fields: HashMap<String, Any> = match emotions.get(txn, &key) {
        Some(Out::Any(Any::Map(fields))) => fields.as_ref().clone(),
        _ => HashMap::new(),
    };
    match wanted {
        Some(value) => fields.insert(schema::VALUE.to_owned(), value.to_any()),
        None => fields.remove(schema::VALUE),
    };
    if fields.is_empty() {
        emotions.remove(txn, &key);
    } else {
        emotions.insert(txn, key, Any::Map(Arc::new(fields)));
    }
}
