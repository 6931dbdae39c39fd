//! Fractional order keys: a place between any two places, without touching either.
//!
//! A key is a whole number, whose first letter says how many digits it has, and a
//! fraction: `a0`, `a1` … `az`, `b00` … and `a0V` between `a0` and `a1`. Keys compare
//! as plain text. Appending and prepending count the whole number up or down, so a
//! thousand appends need four characters. Two people who insert at one place at the
//! same time get equal keys: siblings are ordered by key, then by id, and the next
//! insert between such a pair moves the later ones ([`fill`]).

/// Longest key that is taken for a key; anything longer came from nowhere good.
const MAX_KEY: usize = 512;

/// A key longer than this is the mark of a crowded place: siblings are spread anew.
const CROWDED: usize = 48;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The whole number zero, the first key of an empty list.
const ZERO: &str = "a0";

/// Whether a text is an order key.
pub fn is_key(text: &str) -> bool {
    if text.len() > MAX_KEY || !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return false;
    }
    match whole_len(text) {
        // The very lowest whole number is not a key: nothing would fit below it.
        Some(len) => len <= text.len() && !is_lowest(text) && !text[len..].ends_with('0'),
        None => false,
    }
}

/// A key after `left` and before `right`.
///
/// A bound that is not a key counts as absent, and so does `right` when it is not
/// after `left`: inserting always succeeds.
pub fn between(left: Option<&str>, right: Option<&str>) -> String {
    let left = left.filter(|key| is_key(key));
    let right = right
        .filter(|key| is_key(key))
        .filter(|right| left.is_none_or(|left| left < *right));
    match (left, right) {
        (None, None) => ZERO.to_owned(),
        (Some(left), None) => {
            let (whole, fraction) = split(left);
            increment(whole).unwrap_or_else(|| format!("{whole}{}", middle(fraction, None)))
        }
        (None, Some(right)) => {
            let (whole, fraction) = split(right);
            if !fraction.is_empty() && !is_lowest(whole) {
                return whole.to_owned();
            }
            match decrement(whole).filter(|lower| !is_lowest(lower)) {
                Some(lower) => lower,
                None if is_lowest(whole) => format!("{whole}{}", middle("", Some(fraction))),
                None => format!("{}{}", lowest(), middle("", None)),
            }
        }
        (Some(left), Some(right)) => {
            let (left_whole, left_fraction) = split(left);
            let (right_whole, right_fraction) = split(right);
            if left_whole == right_whole {
                return format!(
                    "{left_whole}{}",
                    middle(left_fraction, Some(right_fraction))
                );
            }
            match increment(left_whole) {
                Some(next) if next.as_str() < right => next,
                _ => format!("{left_whole}{}", middle(left_fraction, None)),
            }
        }
    }
}

/// Keys for the first of `rest`, and for as many after it as must move too.
///
/// `rest` are the siblings from the place of an insert on, in order: the new one has no
/// key (`None`), and so have others that come from elsewhere. The answer covers a
/// prefix of `rest` that ends before the first key that is already after `lower`;
/// usually that is the new one alone.
pub fn fill(lower: Option<&str>, rest: &[Option<&str>]) -> Vec<String> {
    let lower = lower.filter(|key| is_key(key));
    let is_after = |key: &str| is_key(key) && lower.is_none_or(|lower| lower < key);
    let written = rest
        .iter()
        .position(|key| key.is_some_and(is_after))
        .unwrap_or(rest.len());
    let upper = rest.get(written).copied().flatten();
    let keys = spread(lower, upper, written);
    if keys.iter().all(|key| key.len() <= CROWDED) {
        keys
    } else {
        spread(lower, None, rest.len())
    }
}

fn spread(lower: Option<&str>, upper: Option<&str>, count: usize) -> Vec<String> {
    let mut keys: Vec<String> = Vec::with_capacity(count);
    for _ in 0..count {
        let key = between(keys.last().map(String::as_str).or(lower), upper);
        keys.push(key);
    }
    keys
}

/// How many characters the whole number at the start of a key has.
fn whole_len(text: &str) -> Option<usize> {
    match *text.as_bytes().first()? {
        head @ b'a'..=b'z' => Some(usize::from(head - b'a') + 2),
        head @ b'A'..=b'Z' => Some(usize::from(b'Z' - head) + 2),
        _ => None,
    }
}

/// The whole number and the fraction of a key.
fn split(key: &str) -> (&str, &str) {
    key.split_at(whole_len(key).map_or(key.len(), |len| len.min(key.len())))
}

fn lowest() -> String {
    format!("A{}", "0".repeat(26))
}

fn is_lowest(text: &str) -> bool {
    text == lowest()
}

fn digit(byte: u8) -> usize {
    DIGITS.iter().position(|&d| d == byte).unwrap_or(0)
}

fn increment(whole: &str) -> Option<String> {
    let mut bytes = whole.as_bytes().to_vec();
    for byte in bytes[1..].iter_mut().rev() {
        let value = digit(*byte) + 1;
        if value < DIGITS.len() {
            *byte = DIGITS[value];
            return Some(text(bytes));
        }
        *byte = b'0';
    }
    match bytes[0] {
        b'Z' => Some(ZERO.to_owned()),
        b'z' => None,
        head => {
            // Positive numbers get a digit more, negative ones a digit less.
            bytes[0] = head + 1;
            if head >= b'a' {
                bytes.push(b'0');
            } else {
                bytes.pop();
            }
            Some(text(bytes))
        }
    }
}

fn decrement(whole: &str) -> Option<String> {
    let mut bytes = whole.as_bytes().to_vec();
    for byte in bytes[1..].iter_mut().rev() {
        if let Some(value) = digit(*byte).checked_sub(1) {
            *byte = DIGITS[value];
            return Some(text(bytes));
        }
        *byte = b'z';
    }
    match bytes[0] {
        b'a' => Some("Zz".to_owned()),
        b'A' => None,
        head => {
            bytes[0] = head - 1;
            if head > b'a' {
                bytes.pop();
            } else {
                bytes.push(b'z');
            }
            Some(text(bytes))
        }
    }
}

/// A fraction between two fractions, as short as halving makes it. Fractions never end
/// in a zero, so there is always room.
fn middle(left: &str, right: Option<&str>) -> String {
    let (left, right) = (left.as_bytes(), right.map(str::as_bytes));
    let mut out = Vec::new();
    let mut bounded = right.is_some();
    for place in 0.. {
        let low = left.get(place).map_or(0, |&byte| digit(byte));
        let high = match right {
            Some(right) if bounded => right.get(place).map_or(0, |&byte| digit(byte)),
            _ => DIGITS.len(),
        };
        if high > low + 1 {
            out.push(DIGITS[(low + high) / 2]);
            break;
        }
        out.push(DIGITS[low]);
        bounded = bounded && high == low;
    }
    text(out)
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("only ASCII digits and letters were written")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{CROWDED, between, fill, is_key};

    #[test]
    fn a_thousand_appends_or_prepends_keep_keys_short_and_in_order() {
        let (mut last, mut first) = (between(None, None), between(None, None));
        for _ in 0..10_000 {
            let next = between(Some(&last), None);
            assert!(next > last && is_key(&next) && next.len() <= 5, "{next}");
            last = next;
            let before = between(None, Some(&first));
            assert!(
                before < first && is_key(&before) && before.len() <= 5,
                "{before}"
            );
            first = before;
        }
    }

    #[test]
    fn the_ends_of_the_number_line_still_have_room() {
        let top = "z".repeat(27);
        let after = between(Some(&top), None);
        assert!(is_key(&top) && is_key(&after) && after > top);
        let bottom = format!("A{}1", "0".repeat(25));
        let mut key = bottom;
        for _ in 0..20 {
            let lower = between(None, Some(&key));
            assert!(is_key(&lower) && lower < key, "{lower} before {key}");
            key = lower;
        }
    }

    #[test]
    fn bounds_that_make_no_sense_count_as_absent() {
        assert_eq!(between(Some("!"), Some("")), "a0");
        assert_eq!(between(Some("a1"), Some("a1")), "a2");
        assert_eq!(between(Some("a1"), Some("a0")), "a2");
        assert!(!is_key("a") && !is_key("a00") && !is_key("é0") && !is_key("0"));
    }

    #[test]
    fn an_insert_between_equal_keys_moves_the_later_ones_only() {
        let keys = fill(
            Some("a1"),
            &[None, Some("a1"), Some("a1"), Some("a2"), Some("a3")],
        );
        assert_eq!(keys.len(), 3);
        assert!("a1" < keys[0].as_str() && keys[0] < keys[1] && keys[1] < keys[2]);
        assert!(keys[2].as_str() < "a2");
        assert_eq!(fill(Some("a1"), &[None, Some("a2")]).len(), 1);
    }

    #[test]
    fn a_crowded_place_is_spread_anew_instead_of_growing_for_ever() {
        let left = "a0".to_owned();
        let mut rest: Vec<String> = vec!["a1".to_owned()];
        for _ in 0..3_000 {
            let known: Vec<Option<&str>> = std::iter::once(None)
                .chain(rest.iter().map(|key| Some(key.as_str())))
                .collect();
            let keys = fill(Some(&left), &known);
            rest.insert(0, String::new());
            rest.splice(..keys.len(), keys);
            assert!(rest.iter().all(|key| key.len() <= CROWDED));
        }
        assert!(rest.is_sorted() && rest[0] > left);
    }

    proptest! {
        #[test]
        fn any_sequence_of_inserts_keeps_the_order(places in proptest::collection::vec(any::<u16>(), 1..200)) {
            let mut keys: Vec<String> = Vec::new();
            for place in places {
                let at = usize::from(place) % (keys.len() + 1);
                let left = at.checked_sub(1).map(|i| keys[i].as_str());
                let key = between(left, keys.get(at).map(String::as_str));
                assert!(is_key(&key), "{key}");
                keys.insert(at, key);
                assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
            }
        }

        #[test]
        fn hostile_bounds_never_fail(left in ".{0,40}", right in "[0-9A-Za-z]{0,40}") {
            let key = between(Some(&left), Some(&right));
            assert!(is_key(&key), "{key}");
            assert!(!is_key(&left) || key > left);
            let keys = fill(Some(&left), &[None, Some(&right)]);
            assert!(!keys.is_empty() && keys.iter().all(|key| is_key(key)));
        }
    }
}
