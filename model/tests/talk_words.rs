//! What comments say, as it is read.
#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

use proptest::prelude::*;
use waymark_model::ids::PersonId;
use waymark_model::rich::ListKind;
use waymark_model::talk::words::{self, Piece};

fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

#[test]
fn comments_read_as_words_marks_code_people_and_addresses() {
    let lines = words::read("- **bold `a*b` @[ben]** see https://a.example/x.\nplain");
    assert_eq!(lines[0].list, Some(ListKind::Bullet));
    let shown: Vec<String> = lines[0]
        .pieces
        .iter()
        .map(|piece| match piece {
            Piece::Words { text, marks } => {
                format!(
                    "{}{}{text}",
                    if marks.bold { "b:" } else { "" },
                    marks.link.is_some()
                )
            }
            Piece::Code(code) => format!("code:{code}"),
            Piece::Mention(person) => format!("person:{person}"),
        })
        .collect();
    let expected = [
        "b:falsebold ",
        "code:a*b",
        "b:false ",
        "person:ben",
        "false see ",
        "truehttps://a.example/x",
        "false.",
    ];
    assert_eq!(shown, expected);
    assert_eq!(
        words::mentions(r"\@[ben] `@[ben]` @[ana]@[ana]"),
        [person("ana")]
    );
    assert_eq!(
        words::plain("Hi **@[ana]**", &|_| "Ana".to_owned()),
        "Hi @Ana"
    );
}

#[test]
fn markup_in_a_comment_is_only_text_and_no_link_leads_into_a_program() {
    for text in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "javascript:alert(1)",
        "[x](vbscript:x) [y](//evil.example) [z](https://a@[ben])",
    ] {
        for line in words::read(text) {
            for piece in line.pieces {
                if let Piece::Words { marks, .. } = piece {
                    assert_eq!(marks.link, None, "{text}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_can_be_read_as_a_comment(text in "\\PC{0,80}|[\\\\`@\\[\\]*_() \\n-]{0,40}") {
        let _ = words::read(&text);
        let _ = words::mentions(&text);
    }
}
