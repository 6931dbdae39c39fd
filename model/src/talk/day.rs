//! A day of the calendar, without a time of day or a zone.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A day, as `2026-11-28`. Ordered as days are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(String);

/// Why a text is not a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a day is written like 2026-11-28")]
pub struct DayError;

impl Day {
    /// Takes a day of the years 1970 to 9999.
    ///
    /// # Errors
    /// [`DayError`] when there is no such day.
    pub fn parse(text: &str) -> Result<Self, DayError> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(DayError);
        }
        let number = |from: usize, to: usize| -> Result<u32, DayError> {
            let digits = &bytes[from..to];
            if !digits.iter().all(u8::is_ascii_digit) {
                return Err(DayError);
            }
            Ok(digits
                .iter()
                .fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
        };
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 => 28 + u32::from(leap),
            _ => return Err(DayError),
        };
        if year < 1970 || !(1..=days).contains(&day) {
            return Err(DayError);
        }
        Ok(Self(text.to_owned()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Day {
    type Error = DayError;
    fn try_from(text: String) -> Result<Self, DayError> {
        Self::parse(&text)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_exist_are_days() {
        for day in ["2026-11-28", "2028-02-29", "2000-02-29", "9999-12-31"] {
            assert!(Day::parse(day).is_ok(), "{day}");
        }
        for text in [
            "",
            "2026-11-31",
            "2026-02-29",
            "2100-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-1-1",
            "1969-12-31",
            "2026/11/28",
            "2026-11-2x",
            "+026-11-28",
            "2026-11-28T",
            "２026-11-2",
        ] {
            assert_eq!(Day::parse(text), Err(DayError), "{text}");
        }
    }
}
