//! Names in what one writes: `@Ana` in the field, `@[id]` in what is sent.

use waymark_model::ids::PersonId;
use waymark_model::talk::words::mention;

/// The longest name that is looked for behind an "@", in letters.
const LETTERS: usize = 40;

/// Puts ids in the place of names. The first of `people` who fits is meant, the longest
/// name before others.
pub(super) fn encode(text: &str, people: &[(String, PersonId)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let begins = out
            .chars()
            .next_back()
            .is_none_or(|it| !it.is_alphanumeric());
        let after = &after[1..];
        let fits = |name: &str| {
            let end = after.strip_prefix(name)?;
            let whole = end.chars().next().is_none_or(|it| !it.is_alphanumeric());
            whole.then_some(end)
        };
        let mut found: Option<(&str, &PersonId, usize)> = None;
        for (name, id) in people.iter().filter(|(name, _)| begins && !name.is_empty()) {
            if let Some(end) = fits(name)
                && found.is_none_or(|(_, _, length)| name.len() > length)
            {
                found = Some((end, id, name.len()));
            }
        }
        match found {
            Some((end, id, _)) => {
                out.push_str(&mention(id));
                rest = end;
            }
            None => {
                out.push('@');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Puts names in the place of ids.
pub(super) fn decode(text: &str, name: &dyn Fn(&PersonId) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("@[") {
        out.push_str(before);
        let person = after
            .split_once(']')
            .and_then(|(id, end)| Some((PersonId::parse(id).ok()?, end)));
        match person {
            Some((person, end)) => {
                out.push('@');
                out.push_str(&name(&person));
                rest = end;
            }
            None => {
                out.push_str("@[");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The name that is being written before the caret, if one is: where its "@" is, and the
/// letters after it.
pub(super) fn begun(before: &str) -> Option<(usize, &str)> {
    let at = before.rfind('@')?;
    let letters = &before[at + 1..];
    let begins = before[..at]
        .chars()
        .next_back()
        .is_none_or(|it| !it.is_alphanumeric());
    let fits = letters.chars().count() <= LETTERS && !letters.contains(['\n', '@', '[']);
    (begins && fits && !letters.starts_with(' ')).then_some((at, letters))
}

/// Whether somebody of this name may be meant by these letters.
pub(super) fn may_be(name: &str, letters: &str) -> bool {
    let (name, letters) = (name.to_lowercase(), letters.to_lowercase());
    name.starts_with(&letters)
        || (!letters.is_empty()
            && name
                .split_whitespace()
                .any(|word| word.starts_with(&letters)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> Vec<(String, PersonId)> {
        ["Ana", "Ana Maria", "Ben"]
            .iter()
            .enumerate()
            .map(|(n, name)| {
                (
                    (*name).to_owned(),
                    PersonId::parse(&format!("p{n}")).unwrap(),
                )
            })
            .collect()
    }

    #[test]
    fn names_become_people_and_come_back() {
        let text = "@Ana Maria and @Ana, not ana@Ben.example nor @Benno: @Ben";
        let sent = encode(text, &people());
        assert_eq!(
            sent,
            "@[p1] and @[p0], not ana@Ben.example nor @Benno: @[p2]"
        );
        let people = people();
        let name = |id: &PersonId| {
            let found = people.iter().find(|(_, it)| it == id);
            found.unwrap().0.clone()
        };
        assert_eq!(decode(&sent, &name), text);
        assert_eq!(decode("@[no id] @[", &name), "@[no id] @[");
    }

    #[test]
    fn a_name_is_offered_while_it_is_written() {
        assert_eq!(begun("Hi @An"), Some((3, "An")));
        assert_eq!(begun("@"), Some((0, "")));
        assert_eq!(begun("mail@An"), None);
        assert_eq!(begun("@ An"), None);
        assert_eq!(begun("@An\nx"), None);
        assert!(may_be("Ana Maria", "mar") && may_be("Ana", "") && !may_be("Ana", "na"));
    }
}
