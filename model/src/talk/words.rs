//! What a comment says, as a tree: the Markdown of [`crate::rich`] (bold, italic, links to
//! allowed addresses, lists), with `code`, mentions (`@[person]`) and bare addresses.
//!
//! Invariant: nothing here knows HTML; what is not understood is text.

use crate::ids::PersonId;
use crate::rich::{ListKind, Marks, from_markdown, is_link};

/// One line of a comment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The list it belongs to, if any.
    pub list: Option<ListKind>,
    /// What it says.
    pub pieces: Vec<Piece>,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Words with their marks.
    Words {
        /// The words.
        text: String,
        /// Their marks.
        marks: Marks,
    },
    /// Something to be read letter by letter.
    Code(String),
    /// A person.
    Mention(PersonId),
}

/// Stands for a piece that is not Markdown while the rest is read: the private use area
/// of the first plane, which no comment may hold itself.
const FIRST: u32 = 0xE000;
const LAST: u32 = 0xF8FF;

/// Reads a comment.
pub fn read(text: &str) -> Vec<Line> {
    let (text, held) = take_out(text);
    let rich = from_markdown(&text);
    rich.lines
        .iter()
        .map(|line| {
            let mut pieces = Vec::new();
            for span in &line.spans {
                put_back(&span.text, &span.marks, &held, &mut pieces);
            }
            Line {
                list: line.list,
                pieces,
            }
        })
        .collect()
}

/// Everybody a comment mentions, each once, in order.
pub fn mentions(text: &str) -> Vec<PersonId> {
    let mut people = Vec::new();
    for line in read(text) {
        for piece in line.pieces {
            if let Piece::Mention(person) = piece
                && !people.contains(&person)
            {
                people.push(person);
            }
        }
    }
    people
}

/// How a mention is written.
pub fn mention(person: &PersonId) -> String {
    format!("@[{person}]")
}

/// A comment as plain words, as `name` calls people.
pub fn plain(text: &str, name: &dyn Fn(&PersonId) -> String) -> String {
    let mut out = String::new();
    for (index, line) in read(text).into_iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        for piece in line.pieces {
            match piece {
                Piece::Words { text, .. } | Piece::Code(text) => out.push_str(&text),
                Piece::Mention(person) => {
                    out.push('@');
                    out.push_str(&name(&person));
                }
            }
        }
    }
    out
}

/// Takes code and mentions out and leaves a stand-in for each.
fn take_out(text: &str) -> (String, Vec<Piece>) {
    let mut held = Vec::new();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let room = FIRST + held.len() as u32 <= LAST;
        let found = match letter {
            '`' if room => code_at(rest),
            '@' if room => mention_at(rest),
            _ => None,
        };
        if let Some((piece, after)) = found {
            out.extend(char::from_u32(FIRST + held.len() as u32));
            held.push(piece);
            rest = after;
            continue;
        }
        // A sign before another makes it mean only itself; Markdown sees to that.
        let next = rest.strip_prefix('\\').and_then(|it| it.chars().next());
        let take = letter.len_utf8() + next.map_or(0, char::len_utf8);
        out.extend(rest[..take].chars().filter(|it| !is_stand_in(*it)));
        rest = &rest[take..];
    }
    (out, held)
}

fn code_at(rest: &str) -> Option<(Piece, &str)> {
    let (code, after) = rest[1..].split_once('`')?;
    if code.trim().is_empty() || code.contains('\n') {
        return None;
    }
    let code = code.chars().filter(|it| !is_stand_in(*it)).collect();
    Some((Piece::Code(code), after))
}

fn mention_at(rest: &str) -> Option<(Piece, &str)> {
    let (id, after) = rest.strip_prefix("@[")?.split_once(']')?;
    Some((Piece::Mention(PersonId::parse(id).ok()?), after))
}

fn is_stand_in(letter: char) -> bool {
    (FIRST..=LAST).contains(&u32::from(letter))
}

fn put_back(text: &str, marks: &Marks, held: &[Piece], out: &mut Vec<Piece>) {
    let mut words = String::new();
    for letter in text.chars() {
        if is_stand_in(letter) {
            say(&mut words, marks, out);
            let index = (u32::from(letter) - FIRST) as usize;
            out.extend(held.get(index).cloned());
        } else {
            words.push(letter);
        }
    }
    say(&mut words, marks, out);
}

/// Adds words, with addresses in them as links.
fn say(words: &mut String, marks: &Marks, out: &mut Vec<Piece>) {
    let text = std::mem::take(words);
    let mut rest = text.as_str();
    while marks.link.is_none()
        && let Some(start) = address(rest)
    {
        let end = rest[start..]
            .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'))
            .map_or(rest.len(), |length| start + length);
        // A sign at the end of a sentence is not a part of the address.
        let end = start
            + rest[start..end]
                .trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\''])
                .len();
        if !is_link(&rest[start..end]) {
            break;
        }
        push(&rest[..start], marks, out);
        let link = Marks {
            link: Some(rest[start..end].to_owned()),
            ..marks.clone()
        };
        push(&rest[start..end], &link, out);
        rest = &rest[end..];
    }
    push(rest, marks, out);
}

fn address(text: &str) -> Option<usize> {
    let found = ["https://", "http://"]
        .iter()
        .filter_map(|it| text.find(it));
    found.min()
}

fn push(text: &str, marks: &Marks, out: &mut Vec<Piece>) {
    if text.is_empty() {
        return;
    }
    let mut marks = marks.clone();
    // An address with something else inside leads nowhere.
    marks.link = marks.link.filter(|link| !link.chars().any(is_stand_in));
    out.push(Piece::Words {
        text: text.to_owned(),
        marks,
    });
}
