//! The words of a comment as elements: text nodes and nothing that was parsed as markup.

use leptos::prelude::*;
use waymark_model::rich::ListKind;
use waymark_model::talk::words::{self, Line, Piece};

use crate::talk::me;
use crate::talk::voices::Voices;

/// Draws a comment.
#[component]
pub fn Words(text: String, voices: Voices) -> impl IntoView {
    let lines = words::read(&text);
    let mut blocks = Vec::new();
    let mut rest = lines.as_slice();
    while let Some(first) = rest.first() {
        let same = rest
            .iter()
            .take_while(|line| line.list == first.list)
            .count();
        let (block, after) = rest.split_at(same);
        rest = after;
        let items = |block: &[Line]| {
            let items = block.iter();
            let items = items.map(|line| view! { <li>{pieces(line, voices)}</li> });
            items.collect_view()
        };
        blocks.push(match first.list {
            Some(ListKind::Bullet) => view! { <ul>{items(block)}</ul> }.into_any(),
            Some(ListKind::Ordered) => view! { <ol>{items(block)}</ol> }.into_any(),
            None => {
                let lines = block.iter();
                let lines = lines.map(|line| view! { <p>{pieces(line, voices)}</p> });
                lines.collect_view().into_any()
            }
        });
    }
    view! { <div class="talk-words">{blocks}</div> }.into_any()
}

fn pieces(line: &Line, voices: Voices) -> AnyView {
    let pieces = line.pieces.iter().map(|piece| match piece.clone() {
        Piece::Code(code) => view! { <code>{code}</code> }.into_any(),
        Piece::Mention(person) => {
            let class = if person == me::person() {
                "talk-mention mine"
            } else {
                "talk-mention"
            };
            let name = move || format!("@{}", voices.voice(&person).name);
            view! { <span class=class>{name}</span> }.into_any()
        }
        Piece::Words { text, marks } => {
            let text = if marks.italic {
                view! { <em>{text}</em> }.into_any()
            } else {
                text.into_any()
            };
            let text = if marks.bold {
                view! { <strong>{text}</strong> }.into_any()
            } else {
                text
            };
            match marks.link {
                // The model lets only addresses of the web and of mail through.
                Some(link) => view! {
                    <a href=link target="_blank" rel="noopener noreferrer nofollow">{text}</a>
                }
                .into_any(),
                None => text,
            }
        }
    });
    pieces.collect_view().into_any()
}
