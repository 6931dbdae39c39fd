//! Values inside structs: lib0's `Any` and JSON texts.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{Bounds, Fault};
use crate::wire::varint::Reader;

/// How deep a value may nest. Yrs decodes values recursively.
const MAX_NESTING: usize = 32;

/// Reads past one `Any` value, which with those in it takes from how many more there may
/// be.
pub(super) fn skip_any(
    reader: &mut Reader<'_>,
    bounds: &Bounds,
    values: &mut usize,
) -> Result<(), Fault> {
    // Of each open container: whether its values have keys, and how many are to come.
    let mut open: Vec<(bool, u64)> = Vec::new();
    loop {
        *values = values.checked_sub(1).ok_or(Fault("too many values"))?;
        match reader.byte()? {
            // undefined, null, false, true
            127 | 126 | 121 | 120 => {}
            125 => reader.skip_var_i64()?,
            124 => drop(reader.take(4)?),
            123 | 122 => drop(reader.take(8)?),
            119 => drop(text(reader, bounds)?),
            116 => {
                if reader.buffer()?.len() > bounds.text_bytes {
                    return Err(Fault("value too large"));
                }
            }
            tag @ (118 | 117) => {
                let keyed = tag == 118;
                let count = reader.var_u64()?;
                let least = if keyed { 2 } else { 1 };
                if count > reader.remaining() as u64 / least {
                    return Err(Fault("count beyond the end"));
                }
                if open.len() == MAX_NESTING {
                    return Err(Fault("value nested too deeply"));
                }
                open.push((keyed, count));
            }
            _ => return Err(Fault("unknown value")),
        }
        loop {
            match open.last_mut() {
                None => return Ok(()),
                Some((_, 0)) => drop(open.pop()),
                Some((keyed, left)) => {
                    *left -= 1;
                    if *keyed {
                        text(reader, bounds)?;
                    }
                    break;
                }
            }
        }
    }
}

/// Reads a text within its bound.
pub(super) fn text<'a>(reader: &mut Reader<'a>, bounds: &Bounds) -> Result<&'a str, Fault> {
    let text = reader.string()?;
    if text.len() > bounds.text_bytes {
        return Err(Fault("text too large"));
    }
    Ok(text)
}

/// Checks that a text is one JSON value of bounded nesting; at most how many values it
/// consists of. `J` says what else it has to be: [`Readable`], or anything.
pub(super) fn check_json<'a, J: Deserialize<'a>>(text: &'a str) -> Result<usize, Fault> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let mut values = 1;
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' if !quoted => values += 1,
            b'{' | b'[' if !quoted => {
                values += 1;
                depth += 1;
                if depth > MAX_NESTING {
                    return Err(Fault("value nested too deeply"));
                }
            }
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    serde_json::from_str::<J>(text)
        .map(|_| values)
        .map_err(|_| Fault("value is not JSON"))
}

/// One JSON value, read as yrs reads it and forgotten. serde's own way to ignore one does not
/// look whether its numbers can be held, and yrs refuses those that cannot.
pub(super) struct Readable;

impl<'de> Deserialize<'de> for Readable {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Readable {
    type Value = Self;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self, E> {
        i64::try_from(number).map_err(E::custom)?;
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Self, A::Error> {
        while from.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self, A::Error> {
        while from.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}
