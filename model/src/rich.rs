//! Rich text: what people write in details and descriptions, with bold, italic, links
//! and lists.
//!
//! In the document it is a root Y.Text with the marks of Yjs and Quill: `bold`,
//! `italic` and `link` on letters, `list` on the line break that ends a line. Reading
//! takes only what is listed here and never fails; each character keeps its offset.

mod markdown;
#[cfg(test)]
mod tests;
mod watch;

use yrs::types::Attrs;
use yrs::types::text::YChange;
use yrs::{Any, Out, ReadTxn, Text, TextRef, TransactionMut, WriteTxn};

pub use self::markdown::{from_markdown, to_markdown};
pub use self::watch::Watch;
use crate::edit::Kind;
use crate::ids::{CardId, OpportunityId, PainId, StageId, StepId};
use crate::{limits, schema};

/// A rich text, addressed by what it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DetailsOf {
    /// The details of a card.
    Card(CardId),
    /// The details of a pain point.
    Pain(PainId),
    /// The description of an opportunity.
    Opportunity(OpportunityId),
    /// The description of a step.
    Step(StepId),
    /// The description of a stage.
    Stage(StageId),
}

/// What kind of list a line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListKind {
    /// Points.
    Bullet,
    /// Numbers.
    Ordered,
}

/// A rich text as it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rich {
    /// Its lines, top to bottom.
    pub lines: Vec<Line>,
}

/// A line of a rich text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The list it belongs to, if any.
    pub list: Option<ListKind>,
    /// What it says. Neighbours differ in their marks; none is empty.
    pub spans: Vec<Span>,
}

/// Letters with the same marks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The letters.
    pub text: String,
    /// Their marks.
    pub marks: Marks,
}

/// The marks that letters have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Marks {
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// Where it leads; an address that [`is_link`] accepts.
    pub link: Option<String>,
}

/// A mark to set or to take away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Bold or not.
    Bold(bool),
    /// Italic or not.
    Italic(bool),
    /// A link, or none.
    Link(Option<String>),
    /// What list the lines belong to, or none.
    List(Option<ListKind>),
}

/// Whether an address may be a link: of the web or of mail, of a sensible length.
pub fn is_link(address: &str) -> bool {
    let Some((scheme, rest)) = address.split_once(':') else {
        return false;
    };
    let known = match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => rest.starts_with("//") && rest.len() > 2,
        "mailto" => !rest.is_empty(),
        _ => false,
    };
    known
        && address.len() <= limits::LINK_BYTES
        && !address
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"'))
}

impl DetailsOf {
    /// The name of the root that holds it: `details/ROOT/ID`.
    pub fn root(&self) -> String {
        let (kind, id) = self.owner();
        format!("{}/{}/{id}", schema::DETAILS, kind.root())
    }

    /// Whose details a root holds; `None` when it holds none.
    pub fn parse(root: &str) -> Option<Self> {
        let (kind, id) = root
            .strip_prefix(schema::DETAILS)?
            .strip_prefix('/')?
            .split_once('/')?;
        match kind {
            schema::CARDS => CardId::parse(id).ok().map(Self::Card),
            schema::PAINS => PainId::parse(id).ok().map(Self::Pain),
            schema::OPPORTUNITIES => OpportunityId::parse(id).ok().map(Self::Opportunity),
            schema::STEPS => StepId::parse(id).ok().map(Self::Step),
            schema::STAGES => StageId::parse(id).ok().map(Self::Stage),
            _ => None,
        }
    }

    pub(crate) fn owner(&self) -> (Kind, &str) {
        match self {
            Self::Card(id) => (Kind::Card, id.as_str()),
            Self::Pain(id) => (Kind::Pain, id.as_str()),
            Self::Opportunity(id) => (Kind::Opportunity, id.as_str()),
            Self::Step(id) => (Kind::Step, id.as_str()),
            Self::Stage(id) => (Kind::Stage, id.as_str()),
        }
    }

    /// The name of the root for a thing of a file.
    pub(crate) fn root_of(kind: Kind, id: &str) -> String {
        format!("{}/{}/{id}", schema::DETAILS, kind.root())
    }

    /// The root itself, if the document has it.
    pub(crate) fn text<T: ReadTxn>(&self, txn: &T) -> Option<TextRef> {
        txn.get_text(self.root())
    }
}

impl Rich {
    /// Reads a rich text; empty when there is none.
    pub fn read<T: ReadTxn>(txn: &T, of: &DetailsOf) -> Self {
        of.text(txn)
            .map_or_else(Self::default, |text| Self::of_text(txn, &text))
    }

    pub(crate) fn of_text<T: ReadTxn>(txn: &T, text: &TextRef) -> Self {
        let mut rich = Self::default();
        let mut line = Line::default();
        let mut open = false;
        let mut left = limits::RICH_UNITS;
        for chunk in text.diff(txn, YChange::identity) {
            let (marks, list) = chunk
                .attributes
                .as_deref()
                .map_or_else(Default::default, marks_of);
            let letters = match &chunk.insert {
                Out::Any(Any::String(letters)) => letters.as_ref(),
                // Something embedded by another program takes one place.
                _ => "\u{fffc}",
            };
            for letter in letters.chars() {
                let units = letter.len_utf16();
                if left < units {
                    break;
                }
                left -= units;
                open = letter != '\n';
                if open {
                    line.push(letter, &marks);
                } else {
                    line.list = list;
                    rich.lines.push(std::mem::take(&mut line));
                }
            }
        }
        if open {
            rich.lines.push(line);
        }
        rich
    }

    /// Whether it says nothing.
    pub fn is_blank(&self) -> bool {
        self.lines
            .iter()
            .all(|line| line.list.is_none() && line.text().trim().is_empty())
    }

    /// The letters without marks, line by line.
    pub fn plain(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(Line::text).collect();
        lines.join("\n")
    }

    /// The marks at an offset in UTF-16 units: those of the letter before it in its line,
    /// or else of the letter after it.
    pub fn marks_at(&self, offset: usize) -> Marks {
        let Some((line, at)) = self.locate(offset) else {
            return Marks::default();
        };
        let mut end = 0;
        for span in &self.lines[line].spans {
            end += units(&span.text);
            if at <= end {
                let mut marks = span.marks.clone();
                // A link ends where it ends: what is typed behind it is not part of it.
                if at == end {
                    marks.link = None;
                }
                return marks;
            }
        }
        Marks::default()
    }

    /// The line that an offset is in, and the offset inside it.
    pub fn locate(&self, offset: usize) -> Option<(usize, usize)> {
        let mut start = 0;
        for (index, line) in self.lines.iter().enumerate() {
            let length = line.units();
            if offset <= start + length {
                return Some((index, offset - start));
            }
            start += length + 1;
        }
        let last = self.lines.len().checked_sub(1)?;
        Some((last, self.lines[last].units()))
    }

    /// The offset at which a line begins.
    pub fn start_of(&self, line: usize) -> usize {
        self.lines.iter().take(line).map(|it| it.units() + 1).sum()
    }

    /// The offset behind the last letter.
    pub fn end(&self) -> usize {
        let last = self.lines.len().saturating_sub(1);
        self.start_of(last) + self.lines.last().map_or(0, Line::units)
    }
}

impl Line {
    /// Its letters without marks.
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }

    /// Its length in UTF-16 units.
    pub fn units(&self) -> usize {
        self.spans.iter().map(|span| units(&span.text)).sum()
    }

    fn push(&mut self, letter: char, marks: &Marks) {
        match self.spans.last_mut() {
            Some(span) if span.marks == *marks => span.text.push(letter),
            _ => self.spans.push(Span {
                text: letter.to_string(),
                marks: marks.clone(),
            }),
        }
    }

    fn extend(&mut self, text: &str, marks: &Marks) {
        for letter in text.chars() {
            self.push(letter, marks);
        }
    }
}

impl Marks {
    pub(crate) fn attrs(&self) -> Attrs {
        let mut attrs = Attrs::new();
        if self.bold {
            attrs.insert(BOLD.into(), Any::Bool(true));
        }
        if self.italic {
            attrs.insert(ITALIC.into(), Any::Bool(true));
        }
        if let Some(link) = &self.link {
            attrs.insert(LINK.into(), Any::from(link.as_str()));
        }
        attrs
    }
}

impl Mark {
    pub(crate) fn attrs(&self) -> Attrs {
        let flag = |on: bool| if on { Any::Bool(true) } else { Any::Null };
        let (key, value) = match self {
            Self::Bold(on) => (BOLD, flag(*on)),
            Self::Italic(on) => (ITALIC, flag(*on)),
            Self::Link(link) => (LINK, link.as_deref().map_or(Any::Null, Any::from)),
            Self::List(list) => (LIST, list.map_or(Any::Null, |list| Any::from(list.word()))),
        };
        Attrs::from([(key.into(), value)])
    }
}

impl ListKind {
    fn word(self) -> &'static str {
        match self {
            Self::Bullet => "bullet",
            Self::Ordered => "ordered",
        }
    }
}

const BOLD: &str = "bold";
const ITALIC: &str = "italic";
const LINK: &str = "link";
const LIST: &str = "list";

fn marks_of(attrs: &Attrs) -> (Marks, Option<ListKind>) {
    let is = |key: &str| attrs.get(key) == Some(&Any::Bool(true));
    let word = |key: &str| match attrs.get(key) {
        Some(Any::String(word)) => Some(word.as_ref()),
        _ => None,
    };
    let marks = Marks {
        bold: is(BOLD),
        italic: is(ITALIC),
        link: word(LINK).filter(|link| is_link(link)).map(str::to_owned),
    };
    let list = match word(LIST) {
        Some("bullet") => Some(ListKind::Bullet),
        Some("ordered") => Some(ListKind::Ordered),
        _ => None,
    };
    (marks, list)
}

/// Writes a rich text into a root that has none.
pub(crate) fn write(txn: &mut TransactionMut<'_>, root: String, rich: &Rich) {
    let text = txn.get_or_insert_text(root);
    let mut at = text.len(txn);
    for line in &rich.lines {
        for span in &line.spans {
            text.insert_with_attributes(txn, at, &span.text, span.marks.attrs());
            at = text.len(txn);
        }
        let list = match line.list {
            Some(list) => Mark::List(Some(list)).attrs(),
            None => Attrs::new(),
        };
        text.insert_with_attributes(txn, at, "\n", list);
        at = text.len(txn);
    }
}

/// The length as documents and browsers count it.
fn units(text: &str) -> usize {
    text.encode_utf16().count()
}
