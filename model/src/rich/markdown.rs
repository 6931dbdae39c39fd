//! Rich text as Markdown, for files: `**bold**`, `*italic*`, `[words](address)`, `- `
//! and `1. ` at the start of a line, `\` before a sign that means only itself. Each line
//! is a line; nothing else of Markdown is known.

use super::{Line, ListKind, Marks, Rich, Span, is_link};
use crate::limits;

/// A rich text as Markdown. Blanks at the edges of bold and italic words lose that mark,
/// which nobody sees; empty lines at the end, signs that cannot be seen and what other
/// programs embedded are left out.
pub fn to_markdown(rich: &Rich) -> String {
    let rich = tidy(rich);
    let plain = rich.plain();
    // What needs no signs is written as it stands, as in files made by hand.
    if from_markdown(&plain) == rich {
        return plain;
    }
    let marked = write(&rich);
    if marked.chars().count() <= limits::MARKDOWN_CHARS {
        return marked;
    }
    let mut bare = rich;
    for line in &mut bare.lines {
        let text = line.text();
        line.spans = spans_of(&text);
    }
    write(&bare)
}

/// Markdown as a rich text; what is not understood is text.
pub fn from_markdown(markdown: &str) -> Rich {
    let mut lines: Vec<Line> = Vec::new();
    let mut left = limits::RICH_UNITS;
    for line in markdown.replace("\r\n", "\n").split('\n') {
        let (list, rest) = list_of(line);
        let mut line = inline(rest);
        line.list = list;
        let length = line.units() + 1;
        if length > left {
            break;
        }
        left -= length;
        lines.push(line);
    }
    tidy(&Rich { lines })
}

/// The same text as far as a file can tell.
pub(super) fn tidy(rich: &Rich) -> Rich {
    let mut lines: Vec<Line> = rich.lines.iter().map(tidy_line).collect();
    while lines
        .last()
        .is_some_and(|line| line.list.is_none() && line.spans.is_empty())
    {
        lines.pop();
    }
    Rich { lines }
}

fn tidy_line(line: &Line) -> Line {
    let letters: Vec<(char, &Marks)> = line
        .spans
        .iter()
        .flat_map(|span| span.text.chars().map(move |letter| (letter, &span.marks)))
        .filter(|(letter, _)| *letter != '\u{fffc}' && (*letter == '\t' || !letter.is_control()))
        .collect();
    let bold = inside(&letters, |marks| marks.bold);
    let italic = inside(&letters, |marks| marks.italic);
    let mut tidy = Line {
        list: line.list,
        spans: Vec::new(),
    };
    for (i, (letter, marks)) in letters.iter().enumerate() {
        let marks = Marks {
            bold: bold[i],
            italic: italic[i],
            link: marks.link.clone(),
        };
        tidy.push(*letter, &marks);
    }
    tidy
}

/// Which letters have a mark, without the blanks at the edges of each marked stretch.
fn inside(letters: &[(char, &Marks)], has: impl Fn(&Marks) -> bool) -> Vec<bool> {
    let mut out: Vec<bool> = letters.iter().map(|(_, marks)| has(marks)).collect();
    for backwards in [false, true] {
        let mut edge = true;
        for step in 0..out.len() {
            let i = if backwards {
                out.len() - 1 - step
            } else {
                step
            };
            edge = match out[i] {
                false => true,
                true if edge && letters[i].0.is_whitespace() => {
                    out[i] = false;
                    true
                }
                true => false,
            };
        }
    }
    out
}

fn spans_of(text: &str) -> Vec<Span> {
    let mut line = Line::default();
    line.extend(text, &Marks::default());
    line.spans
}

fn write(rich: &Rich) -> String {
    let mut out = String::new();
    let mut number = 0;
    for (index, line) in rich.lines.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        number = if line.list == Some(ListKind::Ordered) {
            number + 1
        } else {
            0
        };
        match line.list {
            Some(ListKind::Bullet) => out.push_str("- "),
            Some(ListKind::Ordered) => out.push_str(&format!("{number}. ")),
            None => {}
        }
        write_line(&mut out, line);
    }
    out
}

fn write_line(out: &mut String, line: &Line) {
    let mut now = Marks::default();
    let text = line.text();
    let lead = lead_to_escape(&text);
    let mut at = 0;
    let nothing = Marks::default();
    let ends = std::iter::once(("", &nothing));
    let spans = line
        .spans
        .iter()
        .map(|span| (span.text.as_str(), &span.marks));
    for (letters, marks) in spans.chain(ends) {
        if now.link != marks.link
            && let Some(link) = now.link.take()
        {
            out.push_str("](");
            escape(out, &link, &['\\', '(', ')']);
            out.push(')');
        }
        let stars =
            usize::from(now.italic != marks.italic) + 2 * usize::from(now.bold != marks.bold);
        out.push_str(&"*".repeat(stars));
        (now.bold, now.italic) = (marks.bold, marks.italic);
        if now.link.is_none() && marks.link.is_some() {
            out.push('[');
            now.link = marks.link.clone();
        }
        for letter in letters.chars() {
            if lead == Some(at) || matches!(letter, '\\' | '*' | '[' | ']' | '`' | '_' | '<') {
                out.push('\\');
            }
            out.push(letter);
            at += letter.len_utf8();
        }
    }
}

fn escape(out: &mut String, text: &str, signs: &[char]) {
    for letter in text.chars() {
        if signs.contains(&letter) {
            out.push('\\');
        }
        out.push(letter);
    }
}

/// Where the sign stands that would make a list, a heading or a quotation of a line.
fn lead_to_escape(text: &str) -> Option<usize> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match text.as_bytes().get(digits) {
        Some(b'.' | b')') if digits > 0 => Some(digits),
        Some(b'-' | b'+' | b'#' | b'>') if digits == 0 => Some(0),
        _ => None,
    }
}

/// What list a line belongs to, and the rest of it.
fn list_of(line: &str) -> (Option<ListKind>, &str) {
    if let Some(rest) = ["- ", "* ", "+ "]
        .iter()
        .find_map(|sign| line.strip_prefix(sign))
    {
        return (Some(ListKind::Bullet), rest);
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    match line[digits..].strip_prefix(". ") {
        Some(rest) if (1..=9).contains(&digits) => (Some(ListKind::Ordered), rest),
        _ => (None, line),
    }
}

/// A part of a line.
#[derive(Clone, Debug)]
enum Token {
    Letter(char),
    /// One to three stars, which may begin or end bold or italic, and where.
    Stars {
        count: usize,
        after: bool,
        before: bool,
    },
    Open(String),
    Close,
}

fn inline(text: &str) -> Line {
    let tokens = tokens(text);
    // Stars that begin something which never ends are only stars. Doing without them
    // may leave others so; then all of them are.
    let mut plain: Vec<usize> = Vec::new();
    for _ in 0..2 {
        let (line, open) = build(&tokens, &|index| plain.contains(&index));
        if open.is_empty() {
            return line;
        }
        plain = open;
    }
    build(&tokens, &|_| true).0
}

/// The line that tokens make, and the stars that begin something which does not end.
fn build(tokens: &[Token], plain: &dyn Fn(usize) -> bool) -> (Line, Vec<usize>) {
    let mut line = Line::default();
    let mut marks = Marks::default();
    let (mut bold_from, mut italic_from) = (None, None);
    for (index, token) in tokens.iter().enumerate() {
        match token {
            Token::Letter(letter) => line.push(*letter, &marks),
            Token::Open(link) => marks.link = Some(link.clone()),
            Token::Close => marks.link = None,
            Token::Stars {
                count,
                after,
                before,
            } => {
                let fits = |on: bool| if on { *after } else { *before };
                let (bold, italic) = (*count >= 2, *count != 2);
                let works = (!bold || fits(marks.bold)) && (!italic || fits(marks.italic));
                if *count > 3 || !works || plain(index) {
                    line.extend(&"*".repeat(*count), &marks);
                    continue;
                }
                if bold {
                    marks.bold = !marks.bold;
                    bold_from = marks.bold.then_some(index);
                }
                if italic {
                    marks.italic = !marks.italic;
                    italic_from = marks.italic.then_some(index);
                }
            }
        }
    }
    let open = bold_from.into_iter().chain(italic_from).collect();
    (line, open)
}

fn tokens(text: &str) -> Vec<Token> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::with_capacity(letters.len());
    // Where the words of the link end that is being read, and where the link ends.
    let mut link: Option<(usize, usize)> = None;
    let mut i = 0;
    while let Some(&letter) = letters.get(i) {
        if let Some((words, end)) = link
            && i == words
        {
            tokens.push(Token::Close);
            link = None;
            i = end;
            continue;
        }
        match letter {
            '\\' if letters.get(i + 1).is_some_and(char::is_ascii_punctuation) => {
                tokens.push(Token::Letter(letters[i + 1]));
                i += 2;
            }
            '*' => {
                let count = letters[i..].iter().take_while(|it| **it == '*').count();
                let is_word = |letter: Option<&char>| letter.is_some_and(|it| !it.is_whitespace());
                tokens.push(Token::Stars {
                    count,
                    after: i > 0 && is_word(letters.get(i - 1)),
                    before: is_word(letters.get(i + count)),
                });
                i += count;
            }
            '[' if link.is_none() => {
                if let Some((words, end, address)) = link_at(&letters, i) {
                    tokens.push(Token::Open(address));
                    link = Some((words, end));
                } else {
                    tokens.push(Token::Letter('['));
                }
                i += 1;
            }
            letter => {
                tokens.push(Token::Letter(letter));
                i += 1;
            }
        }
    }
    tokens
}

/// The link that a bracket begins: where its words end, where it ends, where it leads.
fn link_at(letters: &[char], open: usize) -> Option<(usize, usize, String)> {
    let mut i = open + 1;
    let words = loop {
        match letters.get(i)? {
            '\\' => i += 2,
            // Links are not nested: another bracket may begin one of its own.
            '[' => return None,
            ']' => break i,
            _ => i += 1,
        }
    };
    if words == open + 1 || letters.get(words + 1) != Some(&'(') {
        return None;
    }
    let mut address = String::new();
    i = words + 2;
    loop {
        match letters.get(i)? {
            '\\' => {
                address.push(*letters.get(i + 1)?);
                i += 2;
            }
            ')' => break,
            '(' => return None,
            letter => {
                address.push(*letter);
                i += 1;
            }
        }
        if address.len() > limits::LINK_BYTES {
            return None;
        }
    }
    is_link(&address).then_some((words, i + 1, address))
}
