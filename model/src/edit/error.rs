//! Why an edit is refused.

/// Why an edit cannot be applied. Nothing has been written then.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EditError {
    /// The thing is not in the map (or is deleted).
    #[error("there is no {kind} {id} in this map")]
    Missing {
        /// "stage", "card"…
        kind: &'static str,
        /// Its id.
        id: String,
    },
    /// The new thing's id is taken.
    #[error("the {kind} {id} is already in this map")]
    Exists {
        /// "stage", "card"…
        kind: &'static str,
        /// Its id.
        id: String,
    },
    /// A number is outside its range.
    #[error("{value} is outside {min} to {max}")]
    OutOfRange {
        /// The number given.
        value: f64,
        /// The lowest allowed.
        min: f64,
        /// The highest allowed.
        max: f64,
    },
    /// A scalar does not know this word.
    #[error("“{word}” is not among the values of this field")]
    NotAValue {
        /// The word given; empty when it was no word.
        word: String,
    },
    /// Words cannot lead to this address.
    #[error("a link begins with https://, http:// or mailto:")]
    NotALink,
    /// The map has as many of these as it may have ([`crate::limits`]).
    #[error("a map has at most {max} of these: {kind}")]
    TooMany {
        /// "stage", "card"…
        kind: &'static str,
        /// The most allowed.
        max: usize,
    },
    /// Whoever makes it may not.
    #[error("{reason}")]
    NotPermitted {
        /// Why, for people.
        reason: &'static str,
    },
    /// A text is longer than [`crate::limits::TEXT_CHARS`].
    #[error("text is longer than {max} characters")]
    TooLong {
        /// The most allowed.
        max: usize,
    },
}
