//! Text to value and back, within limits.

use serde::{Serialize, Serializer};
use serde_json::{Number, Value};

use super::FileError;
use crate::limits;

/// Deeper than the limit, so that a file a little too deep is told where.
const PARSER_DEPTH: usize = 2 * limits::DEPTH;

/// More than the largest map has, all its quotes, cards and numbers counted.
const MOST_VALUES: usize = 700_000;

/// What aliases may stand for, together.
const MOST_REPEATED: usize = 50_000;

pub(super) fn parse(text: &str) -> Result<Value, FileError> {
    let text = bounded(text)?;
    // JSON is told by its first character; YAML may start with it as well.
    if text.trim_start().starts_with('{')
        && let Ok(value) = serde_json::from_str(text)
    {
        return Ok(value);
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: PARSER_DEPTH,
            flow_nesting_limit: PARSER_DEPTH,
            max_nodes: MOST_VALUES,
            max_events: 3 * MOST_VALUES,
            max_total_scalar_bytes: 2 * limits::FILE_BYTES,
            max_anchors: 1_000,
            max_aliases: 10_000,
            max_recorded_anchor_events: 4 * MOST_REPEATED,
            max_merge_keys: 1_000,
            max_documents: 1,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MOST_REPEATED,
            max_replay_stack_depth: 16,
        },
        // What looks like a date, a number with separators or a yes stays the text it is.
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| FileError::Syntax(explain(&error)))
}

/// Reads JSON alone, so that a program that writes no YAML need not carry its parser.
pub(super) fn parse_json(text: &str) -> Result<Value, FileError> {
    serde_json::from_str(bounded(text)?).map_err(|error| FileError::Syntax(error.to_string()))
}

/// A text that is not too much to be read, without its byte order mark.
fn bounded(text: &str) -> Result<&str, FileError> {
    if text.len() > limits::FILE_BYTES {
        let most = limits::FILE_BYTES / (1024 * 1024);
        return Err(FileError::Syntax(format!("it is larger than {most} MiB")));
    }
    // A few bytes a value become many in memory: this is known before anything is read.
    if text.bytes().filter(|byte| *byte == b',').count() > MOST_VALUES {
        return Err(FileError::Syntax(TOO_MUCH.to_owned()));
    }
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

const TOO_MUCH: &str = "it holds more values than a map can have";

/// A parser's error in the words of this program, when it is about a limit.
fn explain(error: &serde_saphyr::Error) -> String {
    use serde_saphyr::Error;
    use serde_saphyr::budget::BudgetBreach;
    match error {
        Error::Budget {
            breach: BudgetBreach::Depth { .. },
            ..
        } => too_deep(),
        Error::Budget {
            breach: BudgetBreach::Documents { .. },
            ..
        } => "it holds more than one document: a file is one map".to_owned(),
        Error::Budget {
            breach:
                BudgetBreach::Nodes { .. }
                | BudgetBreach::Events { .. }
                | BudgetBreach::ScalarBytes { .. },
            ..
        } => TOO_MUCH.to_owned(),
        Error::Budget { .. } => too_often(),
        other => match other.to_string() {
            // The scanner runs ahead of the budget, and a limit that is met inside an
            // alias is wrapped: both are known by their words only.
            text if text.contains("recursion limit") => too_deep(),
            text if text.contains("alias replay") => too_often(),
            text => text,
        },
    }
}

fn too_often() -> String {
    "its anchors, aliases or merge keys stand for too much".to_owned()
}

fn too_deep() -> String {
    format!("it is nested deeper than {} levels", limits::DEPTH)
}

/// Checks depth and numbers, and writes whole numbers as whole numbers.
pub(super) fn tidy(value: &mut Value) -> Result<(), FileError> {
    let mut rest = vec![(value, String::new(), 0)];
    while let Some((value, place, depth)) = rest.pop() {
        match value {
            Value::Array(_) | Value::Object(_) if depth == limits::DEPTH => {
                return Err(FileError::Content {
                    place,
                    problem: format!("is nested deeper than {} levels", limits::DEPTH),
                });
            }
            Value::Number(number) => *number = tidy_number(number, &place)?,
            Value::Array(items) => {
                for (i, item) in items.iter_mut().enumerate() {
                    if matches!(item, Value::Number(_) | Value::Array(_) | Value::Object(_)) {
                        rest.push((item, format!("{place}[{i}]"), depth + 1));
                    }
                }
            }
            Value::Object(fields) => {
                for (key, field) in fields {
                    if matches!(field, Value::Number(_) | Value::Array(_) | Value::Object(_)) {
                        let dot = if place.is_empty() { "" } else { "." };
                        rest.push((field, format!("{place}{dot}{key}"), depth + 1));
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn tidy_number(number: &Number, place: &str) -> Result<Number, FileError> {
    let most = limits::WHOLE_NUMBER;
    let problem = |problem: String| FileError::Content {
        place: place.to_owned(),
        problem,
    };
    if let Some(whole) = number.as_i64()
        && (-most..=most).contains(&whole)
    {
        return Ok(whole.into());
    }
    match number.as_f64().filter(|value| value.is_finite()) {
        Some(value) if number.is_f64() => match super::convert::number(value) {
            Value::Number(number) => Ok(number),
            _ => Ok(number.clone()),
        },
        Some(_) => Err(problem(format!(
            "{number} has more digits than a number keeps: write it as text, in quotes"
        ))),
        None => Err(problem(format!("{number} is not a finite number"))),
    }
}

pub(super) fn to_yaml(value: &Value) -> String {
    let options = serde_saphyr::ser_options! {
        // Folded and literal blocks are prettier and change trailing spaces: a file must
        // say the same after a round trip.
        prefer_block_scalars: false,
        // Dates and keys like `on` stand as people write them, without quotes.
        yaml_12: true,
        no_lang_directive: true,
    };
    serde_saphyr::to_string_with_options(&Yaml(value), options)
        .expect("strings, finite numbers, lists and mappings can always be written")
}

/// A value whose texts are quoted when an older reader would take them for something
/// else: `no` for false, `12:30` for 750.
struct Yaml<'a>(&'a Value);

impl Serialize for Yaml<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::String(text) if is_ambiguous(text) => {
                serde_saphyr::DoubleQuoted(text).serialize(serializer)
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(Yaml)),
            Value::Object(fields) => {
                serializer.collect_map(fields.iter().map(|(key, value)| (key, Yaml(value))))
            }
            plain => plain.serialize(serializer),
        }
    }
}

fn is_ambiguous(text: &str) -> bool {
    const WORDS: &[&str] = &["y", "n", "yes", "no", "on", "off"];
    let numeric = |byte: u8| byte.is_ascii_digit() || b"_:.+-".contains(&byte);
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
        || (!is_date(text) && text.bytes().any(|byte| byte.is_ascii_digit()))
            && text.bytes().all(numeric)
}

/// Whether a text is a month or a day: `2026-07`, `2026-08-14`.
fn is_date(text: &str) -> bool {
    matches!(text.len(), 7 | 10)
        && text.bytes().enumerate().all(|(i, byte)| match i {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

pub(super) fn to_json(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value)
        .expect("strings, finite numbers, lists and mappings can always be written");
    text.push('\n');
    text
}
