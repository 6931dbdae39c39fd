//! Edits of rich texts.
//!
//! A text that says something ends with a line break, so that every line has one to
//! carry its list. Offsets are UTF-16 units; what lies beyond the text is cut.

use yrs::types::Attrs;
use yrs::{Text, TextRef, TransactionMut, WriteTxn};

use super::EditError;
use super::entity::live;
use crate::limits;
use crate::rich::{DetailsOf, ListKind, Mark, Marks, Rich, is_link};

/// Replaces a stretch of a text by letters with marks. New lines belong to the list of
/// the line they begin in; lines that become one stay in the list of the first.
pub(super) fn splice(
    txn: &mut TransactionMut<'_>,
    of: &DetailsOf,
    (at, remove): (usize, usize),
    insert: &str,
    marks: &Marks,
) -> Result<(), EditError> {
    let (kind, id) = of.owner();
    live(txn, kind, id)?;
    check_link(marks.link.as_deref())?;
    let insert = insert.replace("\r\n", "\n").replace('\r', "\n");
    let length = of.text(txn).map_or(0, |text| text.len(txn) as usize);
    let added = insert.encode_utf16().count();
    if added > remove && length + added - remove > limits::TEXT_CHARS {
        return Err(EditError::TooLong {
            max: limits::TEXT_CHARS,
        });
    }
    if length == 0 && insert.is_empty() {
        return Ok(());
    }
    let (text, rich) = opened(txn, of);
    let (from, to) = stretch(&rich, at, at.saturating_add(remove));
    let list = list_at(&rich, from);
    let joins = rich.locate(from).map(|(line, _)| line) != rich.locate(to).map(|(line, _)| line);
    if to > from {
        text.remove_range(txn, index(from), index(to - from));
    }
    let mut at = from;
    for (nth, line) in insert.split('\n').enumerate() {
        if nth > 0 {
            text.insert_with_attributes(txn, index(at), "\n", list_attrs(list));
            at += 1;
        }
        text.insert_with_attributes(txn, index(at), line, marks.attrs());
        at += line.encode_utf16().count();
    }
    if joins {
        let rich = Rich::of_text(txn, &text);
        set_list(txn, &text, &rich, at, list);
    }
    Ok(())
}

/// Sets or takes away a mark of the letters from one offset to another, or of the lines
/// they are in.
pub(super) fn mark(
    txn: &mut TransactionMut<'_>,
    of: &DetailsOf,
    (from, to): (usize, usize),
    mark: &Mark,
) -> Result<(), EditError> {
    let (kind, id) = of.owner();
    live(txn, kind, id)?;
    if let Mark::Link(link) = mark {
        check_link(link.as_deref())?;
    }
    let (text, rich) = opened(txn, of);
    let (from, to) = stretch(&rich, from, to);
    match mark {
        Mark::List(list) => {
            let (Some((first, _)), Some((last, _))) = (rich.locate(from), rich.locate(to)) else {
                return Ok(());
            };
            for line in first..=last {
                set_list(txn, &text, &rich, rich.start_of(line), *list);
            }
        }
        mark if to > from => text.format(txn, index(from), index(to - from), mark.attrs()),
        _ => {}
    }
    Ok(())
}

/// Makes a text that is missing, for a thing that is there.
pub(super) fn ensure(txn: &mut TransactionMut<'_>, of: &DetailsOf) {
    let (kind, id) = of.owner();
    if live(txn, kind, id).is_ok() {
        opened(txn, of);
    }
}

/// The text, ending with a line break, and what it says.
fn opened(txn: &mut TransactionMut<'_>, of: &DetailsOf) -> (TextRef, Rich) {
    let text = txn.get_or_insert_text(of.root());
    let mut rich = Rich::of_text(txn, &text);
    let length = text.len(txn);
    let lines = if rich.lines.is_empty() {
        0
    } else {
        rich.end() + 1
    };
    if lines != length as usize && length as usize <= limits::RICH_UNITS || length == 0 {
        text.insert_with_attributes(txn, length, "\n", Attrs::new());
        rich = Rich::of_text(txn, &text);
    }
    (text, rich)
}

/// A stretch of what is there, in whole characters and without the last line break.
fn stretch(rich: &Rich, from: usize, to: usize) -> (usize, usize) {
    let end = rich.end();
    let whole = |offset: usize, up: bool| {
        let Some((line, at)) = rich.locate(offset.min(end)) else {
            return 0;
        };
        let mut seen = 0;
        for letter in rich.lines[line].text().chars() {
            let units = letter.len_utf16();
            if seen < at && at < seen + units {
                seen = if up { seen + units } else { seen };
                return rich.start_of(line) + seen;
            }
            seen += units;
        }
        offset.min(end)
    };
    if to <= from {
        let from = whole(from, false);
        return (from, from);
    }
    (whole(from, false), whole(to, true))
}

fn list_at(rich: &Rich, offset: usize) -> Option<ListKind> {
    let (line, _) = rich.locate(offset)?;
    rich.lines[line].list
}

/// Puts the line at an offset into a list, or takes it out, unless it is so.
fn set_list(
    txn: &mut TransactionMut<'_>,
    text: &TextRef,
    rich: &Rich,
    offset: usize,
    list: Option<ListKind>,
) {
    if let Some((line, _)) = rich.locate(offset)
        && rich.lines[line].list != list
    {
        let end = rich.start_of(line) + rich.lines[line].units();
        text.format(txn, index(end), 1, Mark::List(list).attrs());
    }
}

fn list_attrs(list: Option<ListKind>) -> Attrs {
    list.map_or_else(Attrs::new, |list| Mark::List(Some(list)).attrs())
}

fn check_link(link: Option<&str>) -> Result<(), EditError> {
    match link {
        Some(link) if !is_link(link) => Err(EditError::NotALink),
        _ => Ok(()),
    }
}

/// An offset as yrs wants it; texts are far shorter than that.
fn index(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
