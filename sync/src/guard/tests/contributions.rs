//! What contributors may write, compared with what an update does to a document.

use bytes::Bytes;
use proptest::prelude::*;
use yrs::{
    Any, Array, Doc, Map, MapPrelim, MapRef, Out, ReadTxn, StateVector, Text, TextPrelim, Transact,
    TransactionMut, WriteTxn,
};

use super::{apply, check};
use crate::grant::{Open, Refusal, Role, Scope};
use crate::room::{Author, Content, Core, Outcome};
use crate::{SessionId, testing};

const OPEN: Scope = Scope(&[
    Open::Root("cards"),
    Open::Roots("details/cards/"),
    Open::Keys("choices", "cards/"),
]);

/// Where somebody writes: a map's key, a text in a map, a root that is a text, a list.
#[derive(Clone, Copy, Debug)]
enum Spot {
    Set(&'static str),
    Unset(&'static str),
    Type(&'static str),
    Erase(&'static str),
    Nested(&'static str),
    Remake(&'static str),
    Text(&'static str),
    Cut(&'static str),
    Choose(&'static str),
    Forget(&'static str),
    Push(&'static str),
}

impl Spot {
    /// Whether a contributor may do that.
    fn is_open(self) -> bool {
        match self {
            Self::Set(root)
            | Self::Unset(root)
            | Self::Type(root)
            | Self::Erase(root)
            | Self::Nested(root)
            | Self::Remake(root) => root == "cards",
            Self::Text(root) | Self::Cut(root) => root.starts_with("details/cards/"),
            Self::Choose(key) | Self::Forget(key) => key.starts_with("cards/"),
            Self::Push(_) => false,
        }
    }
}

fn spot() -> impl Strategy<Value = Spot> {
    let root = || prop_oneof![3 => Just("cards"), 1 => Just("steps")];
    let text = || prop_oneof![3 => Just("details/cards/a"), 1 => Just("details/steps/a")];
    let key = || prop_oneof![3 => Just("cards/a/colour/1"), 1 => Just("steps/a/duration/1")];
    prop_oneof![
        root().prop_map(Spot::Set),
        root().prop_map(Spot::Unset),
        root().prop_map(Spot::Type),
        root().prop_map(Spot::Erase),
        root().prop_map(Spot::Nested),
        root().prop_map(Spot::Remake),
        text().prop_map(Spot::Text),
        text().prop_map(Spot::Cut),
        key().prop_map(Spot::Choose),
        key().prop_map(Spot::Forget),
        Just(Spot::Push("list")),
    ]
}

/// The thing in a root, made if it is not there.
fn thing(txn: &mut TransactionMut<'_>, root: &str) -> MapRef {
    let all = txn.get_or_insert_map(root);
    match all.get(txn, "a") {
        Some(Out::YMap(thing)) => thing,
        _ => all.insert(txn, "a", MapPrelim::default()),
    }
}

fn act(txn: &mut TransactionMut<'_>, spot: Spot, number: i64) {
    match spot {
        Spot::Set(root) => {
            thing(txn, root).insert(txn, "cell", number);
        }
        Spot::Unset(root) => {
            thing(txn, root).remove(txn, "cell");
        }
        Spot::Type(root) | Spot::Erase(root) => {
            let thing = thing(txn, root);
            let text = match thing.get(txn, "text") {
                Some(Out::YText(text)) => text,
                _ => thing.insert(txn, "text", TextPrelim::new("")),
            };
            if matches!(spot, Spot::Type(_)) {
                let at = text.len(txn) / 2;
                text.insert(txn, at, "words");
            } else {
                let len = text.len(txn).min(3);
                text.remove_range(txn, 0, len);
            }
        }
        Spot::Nested(root) => {
            thing(txn, root).insert(txn, "more", MapPrelim::from([("deep", number)]));
        }
        Spot::Remake(root) => {
            let all = txn.get_or_insert_map(root);
            all.insert(txn, "a", MapPrelim::default());
        }
        Spot::Text(root) => txn.get_or_insert_text(root).push(txn, "said"),
        Spot::Cut(root) => {
            let text = txn.get_or_insert_text(root);
            let len = text.len(txn).min(2);
            text.remove_range(txn, 0, len);
        }
        Spot::Choose(key) => {
            txn.get_or_insert_map("choices").insert(txn, key, number);
        }
        Spot::Forget(key) => {
            txn.get_or_insert_map("choices").remove(txn, key);
        }
        Spot::Push(root) => {
            let list = txn.get_or_insert_array(root);
            list.push_back(txn, number);
        }
    }
}

/// The part of a document that contributors may not write, as JSON.
fn shut(doc: &Doc) -> Vec<String> {
    use yrs::types::ToJson;
    let txn = doc.transact();
    let mut read = Vec::new();
    for root in ["steps", "choices"] {
        let Some(map) = txn.get_map(root) else {
            continue;
        };
        for (key, value) in map.iter(&txn) {
            if root == "steps" || !key.starts_with("cards/") {
                // A nested map's keys come in any order.
                let value = value.to_json(&txn);
                let Any::Map(fields) = value else {
                    read.push(format!("{root} {key} {value}"));
                    continue;
                };
                read.extend(fields.iter().map(|(k, v)| format!("{root} {key} {k} {v}")));
            }
        }
    }
    use yrs::GetString;
    let text = txn.get_text("details/steps/a");
    read.extend(text.map(|text| text.get_string(&txn)));
    read.extend(
        txn.get_array("list")
            .map(|list| list.to_json(&txn).to_string()),
    );
    read.sort();
    // What is not there and what is empty read alike.
    read.retain(|line| !line.is_empty() && line != "[]");
    read
}

fn offer(content: &mut Content, update: &[u8], role: Role, repeats: bool) -> Outcome {
    let update = Bytes::copy_from_slice(update);
    let permit = testing::grant("ana", role).permit_write(crate::Timestamp(1));
    let author = Author {
        session: SessionId(1),
        permit: &permit.expect("the role writes"),
        repeats,
    };
    let walk = check(&update).expect("yrs wrote it");
    let outcome = content.apply(&update, &walk, author, || 1);
    outcome.expect("yrs wrote it")
}

fn copy(from: &Doc, to: &Doc) {
    let known = to.transact().state_vector();
    let diff = from.transact().encode_diff_v1(&known);
    apply(to, &diff);
}

fn content_of(doc: &Doc) -> Content {
    let mut core = Core::new(&testing::document(), 3, OPEN);
    let whole = Bytes::from(doc.transact().encode_diff_v1(&StateVector::default()));
    let walk = check(&whole).expect("yrs wrote it");
    core.load(&whole, &walk).expect("it fits");
    Content::of(core)
}

proptest! {
    #![proptest_config(super::properties::cases(192))]

    /// The oracle is what the shut part reads before and after.
    #[test]
    fn e7_what_passes_as_a_contribution_leaves_the_rest_as_it_was(
        before in prop::collection::vec((0..3_usize, spot()), 0..24),
        theirs in prop::collection::vec(prop::collection::vec(spot(), 1..4), 1..6),
        meanwhile in prop::collection::vec(spot(), 0..6),
        reloaded in any::<bool>(),
    ) {
        // Several people make the document; the contributor has a copy, and is not up to
        // date when it changes.
        let base = testing::doc(9);
        for (number, (who, spot)) in before.iter().enumerate() {
            let person = testing::doc(20 + *who as u64 + 10 * number as u64);
            copy(&base, &person);
            act(&mut person.transact_mut(), *spot, number as i64);
            copy(&person, &base);
        }
        let mine = testing::doc(7);
        copy(&base, &mine);
        let mut content = content_of(&base);
        for (number, spot) in meanwhile.iter().enumerate() {
            let mut txn = base.transact_mut();
            act(&mut txn, *spot, 1000 + number as i64);
            let update = txn.encode_update_v1();
            drop(txn);
            offer(&mut content, &update, Role::Editor, false);
        }
        if reloaded {
            content = content_of(&base);
        }
        for (number, spots) in theirs.iter().enumerate() {
            let mut txn = mine.transact_mut();
            for spot in spots {
                act(&mut txn, *spot, 100 + number as i64);
            }
            let update = txn.encode_update_v1();
            drop(txn);
            let unchanged = shut(&base);
            let outcome = offer(&mut content, &update, Role::Contributor, false);
            let open = spots.iter().all(|spot| spot.is_open());
            match outcome {
                Outcome::Forbidden(refusal) => {
                    prop_assert_eq!(refusal, Refusal::Structure);
                    prop_assert!(!open, "refused although all of it is open: {:?}", spots);
                    // From here on everything else of theirs lacks this.
                    break;
                }
                Outcome::Missing => break,
                Outcome::Nothing | Outcome::Changed { .. } => {
                    apply(&base, &update);
                    prop_assert_eq!(shut(&base), unchanged, "{:?}", spots);
                }
            }
        }
    }
}

#[test]
fn e7_an_answer_may_repeat_what_others_deleted() {
    let base = testing::doc(9);
    act(&mut base.transact_mut(), Spot::Text("details/steps/a"), 1);
    act(&mut base.transact_mut(), Spot::Text("details/cards/a"), 1);
    act(&mut base.transact_mut(), Spot::Cut("details/steps/a"), 1);
    let mut content = content_of(&base);
    let mine = testing::doc(7);
    let whole = |doc: &Doc| doc.transact().encode_diff_v1(&StateVector::default());
    apply(&mine, &whole(&base));
    act(&mut mine.transact_mut(), Spot::Cut("details/cards/a"), 1);
    let all = whole(&mine);
    let asked = offer(&mut content, &all, Role::Contributor, true);
    assert!(matches!(asked, Outcome::Changed { .. }));
    // One more deletion, in the other text.
    act(&mut mine.transact_mut(), Spot::Cut("details/steps/a"), 1);
    let more = whole(&mine);
    let asked = offer(&mut content, &more, Role::Contributor, true);
    assert!(matches!(asked, Outcome::Forbidden(Refusal::Structure)));
}

#[test]
fn e7_an_update_of_both_is_refused_as_a_whole() {
    let mine = testing::doc(7);
    let update = {
        let mut txn = mine.transact_mut();
        act(&mut txn, Spot::Set("cards"), 1);
        act(&mut txn, Spot::Set("steps"), 1);
        txn.encode_update_v1()
    };
    let mut content = content_of(&testing::doc(9));
    let outcome = offer(&mut content, &update, Role::Contributor, false);
    assert!(matches!(outcome, Outcome::Forbidden(Refusal::Structure)));
    assert!(content.state().is_empty());
    let outcome = offer(&mut content, &update, Role::Editor, false);
    assert!(matches!(outcome, Outcome::Changed { .. }));
}

#[test]
fn e7_a_root_whose_name_begins_like_an_open_one_is_not_open() {
    for (root, key, open) in [
        ("cards", None, true),
        ("cards2", None, false),
        ("card", None, false),
        ("details/cards/x", None, true),
        ("details/cards", None, false),
        ("details/steps/x", None, false),
        ("choices", None, false),
        ("choices", Some("cards/x/colour/1"), true),
        ("choices", Some("steps/x/duration/1"), false),
        ("steps", Some("cards/x"), false),
    ] {
        let key = key.map(str::as_bytes);
        assert_eq!(OPEN.holds(root.as_bytes(), key), open, "{root} {key:?}");
    }
}
