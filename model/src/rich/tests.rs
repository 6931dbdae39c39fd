use proptest::prelude::{Strategy, any, prop, proptest};
use yrs::{Doc, Transact};

use super::markdown::tidy;
use super::*;
use crate::edit::tests::{card, demo_doc};
use crate::edit::{Edit, EditError, apply};
use crate::ids::MapId;
use crate::interchange::MapFile;

fn of() -> DetailsOf {
    DetailsOf::Card(card("a06-actions-1"))
}

fn splice(at: usize, remove: usize, insert: &str, marks: Marks) -> Edit {
    Edit::SpliceDetails {
        of: of(),
        at,
        remove,
        insert: insert.to_owned(),
        marks,
    }
}

fn mark(from: usize, to: usize, mark: Mark) -> Edit {
    Edit::MarkDetails {
        of: of(),
        from,
        to,
        mark,
    }
}

fn bold() -> Marks {
    Marks {
        bold: true,
        ..Marks::default()
    }
}

fn after(edits: &[Edit]) -> (Doc, Rich) {
    let doc = demo_doc("saas-evaluation");
    for edit in edits {
        apply(&mut doc.transact_mut(), edit).unwrap();
    }
    let rich = Rich::read(&doc.transact(), &of());
    (doc, rich)
}

#[test]
fn words_get_marks_and_lines_become_lists() {
    let (_, rich) = after(&[
        splice(0, 0, "Asks 😀 twice\nthen calls\nend", Marks::default()),
        mark(5, 7, Mark::Bold(true)),
        mark(14, 20, Mark::List(Some(ListKind::Bullet))),
        mark(
            19,
            24,
            Mark::Link(Some("https://example.org/a(b)".to_owned())),
        ),
        splice(29, 0, "The ", bold()),
    ]);
    assert_eq!(
        to_markdown(&rich),
        "Asks **😀** twice\n- then [calls](https://example.org/a\\(b\\))\nend**The** "
    );
}

#[test]
fn a_new_line_stays_in_the_list_and_joined_lines_in_that_of_the_first() {
    let (_, rich) = after(&[
        splice(0, 0, "ab\ncd", Marks::default()),
        mark(0, 0, Mark::List(Some(ListKind::Ordered))),
        splice(1, 0, "\n", Marks::default()),
    ]);
    assert_eq!(to_markdown(&rich), "1. a\n2. b\ncd");
    let (_, rich) = after(&[
        splice(0, 0, "ab\ncd", Marks::default()),
        mark(0, 0, Mark::List(Some(ListKind::Ordered))),
        splice(2, 1, "", Marks::default()),
    ]);
    assert_eq!(to_markdown(&rich), "1. abcd");
}

#[test]
fn offsets_that_lie_beyond_or_inside_a_character_do_no_harm() {
    let (_, rich) = after(&[
        splice(7, 9, "a😀b", Marks::default()),
        splice(2, 0, "x", Marks::default()),
        splice(90, 90, "y", Marks::default()),
        splice(3, 1, "", Marks::default()),
        mark(50, 70, Mark::Bold(true)),
        mark(3, 1, Mark::Italic(true)),
    ]);
    assert_eq!(rich.plain(), "axby");
}

#[test]
fn addresses_that_are_no_links_are_refused_and_ignored() {
    let bad = "javascript:alert(1)";
    let doc = demo_doc("saas-evaluation");
    let edits = [
        splice(
            0,
            0,
            "a",
            Marks {
                link: Some(bad.to_owned()),
                ..Marks::default()
            },
        ),
        mark(0, 1, Mark::Link(Some("https://".to_owned()))),
    ];
    for edit in edits {
        assert_eq!(
            apply(&mut doc.transact_mut(), &edit),
            Err(EditError::NotALink)
        );
    }
    let text = doc.get_or_insert_text(of().root());
    let mut txn = doc.transact_mut();
    let attrs = Attrs::from([
        ("link".into(), Any::from(bad)),
        ("bold".into(), Any::from("yes")),
        ("colour".into(), Any::from("red")),
        ("list".into(), Any::from("checked")),
    ]);
    text.insert_with_attributes(&mut txn, 0, "a\nb", attrs);
    text.insert_embed(&mut txn, 1, Any::from(true));
    let rich = Rich::read(&txn, &of());
    assert_eq!(rich.plain(), "a\u{fffc}\nb");
    assert!(
        rich.lines
            .iter()
            .flat_map(|it| &it.spans)
            .all(|it| it.marks == Marks::default())
    );
    assert!(rich.lines.iter().all(|it| it.list.is_none()));
}

#[test]
fn plain_words_stand_in_files_as_they_are() {
    for text in [
        "2 * 3 * 4 snake_case [x] <b>",
        "5* hotel",
        "*) see below",
        "a\n\nb",
        "\\o/",
    ] {
        let rich = from_markdown(text);
        assert_eq!(rich.plain(), text);
        assert_eq!(to_markdown(&rich), text);
    }
    assert_eq!(from_markdown("**a** *b* ***c***").plain(), "a b c");
    assert_eq!(from_markdown("\\*a\\*").plain(), "*a*");
    assert_eq!(
        from_markdown("[a](javascript:b)").plain(),
        "[a](javascript:b)"
    );
}

#[test]
fn files_keep_details_and_those_without_stay_as_they_are() {
    let (doc, rich) = after(&[
        splice(0, 0, "one\ntwo", bold()),
        mark(0, 0, Mark::List(Some(ListKind::Bullet))),
    ]);
    let id = MapId::parse("m").unwrap();
    let file = MapFile::read(&doc.transact(), &id);
    assert!(file.to_yaml().contains("details:"), "{}", file.to_yaml());
    let again = crate::schema::new_doc(2);
    MapFile::parse(&file.to_yaml())
        .unwrap()
        .write(&mut again.transact_mut())
        .unwrap();
    // A card has no id in files: it gets one from where it stands.
    let again_there = Rich::read(&again.transact(), &of());
    assert_eq!(tidy(&again_there), tidy(&rich));
    assert_eq!(MapFile::read(&again.transact(), &id).value(), file.value());
}

fn letters() -> impl Strategy<Value = String> {
    let parts = vec![
        "a", "bc", " ", "*", "**", "\\", "[", "](", ")", "(", "]", "_", "`", "- ", "1. ", "#", ">",
        "😀", "\t", "\u{fffc}", "\r", "+ ", "http://x",
    ];
    prop::collection::vec(prop::sample::select(parts), 0..5).prop_map(|parts| parts.concat())
}

fn marks() -> impl Strategy<Value = Marks> {
    let link = prop::sample::select(vec![
        None,
        None,
        Some("https://x.y/(z)\\*"),
        Some("mailto:a@b"),
    ]);
    (any::<bool>(), any::<bool>(), link).prop_map(|(bold, italic, link)| Marks {
        bold,
        italic,
        link: link.map(str::to_owned),
    })
}

fn texts() -> impl Strategy<Value = Rich> {
    let list = prop::sample::select(vec![None, Some(ListKind::Bullet), Some(ListKind::Ordered)]);
    let spans = prop::collection::vec((letters(), marks()), 0..5);
    let line = (list, spans).prop_map(|(list, spans)| {
        let mut line = Line {
            list,
            spans: Vec::new(),
        };
        for (text, marks) in spans {
            line.extend(&text, &marks);
        }
        line
    });
    prop::collection::vec(line, 0..4).prop_map(|lines| Rich { lines })
}

proptest! {
    #[test]
    fn markdown_says_the_same(rich in texts()) {
        let markdown = to_markdown(&rich);
        assert_eq!(from_markdown(&markdown), tidy(&rich), "{markdown}");
    }

    #[test]
    fn any_markdown_is_read_and_settles(text in letters(), more in letters()) {
        let rich = from_markdown(&format!("{text}\n{more}"));
        assert_eq!(from_markdown(&to_markdown(&rich)), rich);
    }

    #[test]
    fn a_document_says_what_was_written(rich in texts()) {
        let doc = crate::schema::new_doc(1);
        let mut txn = doc.transact_mut();
        write(&mut txn, of().root(), &rich);
        assert_eq!(Rich::read(&txn, &of()), rich);
    }
}

#[test]
fn two_who_write_the_first_words_at_once_both_keep_every_letter() {
    use yrs::updates::decoder::Decode;
    use yrs::{StateVector, Update};

    let (ana, ben) = (crate::schema::new_doc(11), crate::schema::new_doc(22));
    let give = |from: &Doc, to: &Doc| {
        let state = from
            .transact()
            .encode_state_as_update_v1(&StateVector::default());
        to.transact_mut()
            .apply_update(Update::decode_v1(&state).unwrap())
            .unwrap();
    };
    give(&demo_doc("saas-evaluation"), &ana);
    give(&ana, &ben);
    let edit = |doc: &Doc, edit: &Edit| apply(&mut doc.transact_mut(), edit).unwrap();
    edit(&ana, &splice(0, 0, "hello", Marks::default()));
    edit(&ana, &mark(0, 5, Mark::List(Some(ListKind::Bullet))));
    edit(&ben, &splice(0, 0, "world", bold()));
    give(&ana, &ben);
    give(&ben, &ana);
    let rich = Rich::read(&ana.transact(), &of());
    assert_eq!(rich, Rich::read(&ben.transact(), &of()));
    let mut lines: Vec<String> = rich.lines.iter().map(Line::text).collect();
    lines.sort();
    assert_eq!(lines, ["hello", "world"]);
    // And in the middle of each other's words.
    let start = rich.start_of(1);
    edit(&ana, &splice(start + 2, 0, "A", Marks::default()));
    edit(&ben, &splice(start + 2, 1, "B", Marks::default()));
    give(&ana, &ben);
    give(&ben, &ana);
    let plain = Rich::read(&ana.transact(), &of()).plain();
    assert_eq!(plain, Rich::read(&ben.transact(), &of()).plain());
    assert!(plain.contains('A') && plain.contains('B'), "{plain}");
}
