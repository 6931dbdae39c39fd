//! A rich text as elements of the page, and offsets in it as places between them.
//!
//! Every line is an element with `data-line`; lines of a list are items of one. Nothing
//! of what others wrote is ever parsed as markup: elements are made one by one.

use std::ops::Range as Lines;

use wasm_bindgen::JsCast;
use waymark_model::rich::{Line, ListKind, Rich, Span};
use web_sys::{Element, Node, Range};

use crate::dom::document;

/// Shows `new` where `old` was shown; blocks that are equal are left alone. `anew` draws
/// everything, because the browser itself has written into the elements.
pub(super) fn draw(root: &Element, old: &Rich, new: &Rich, anew: bool) {
    let (old_blocks, new_blocks) = (blocks(old), blocks(new));
    let known = root.children().length() as usize == old_blocks.len()
        && root.child_nodes().length() as usize == old_blocks.len();
    let same = |a: &Block, b: &Block| {
        a.list == b.list && old.lines.get(a.lines.clone()) == new.lines.get(b.lines.clone())
    };
    let (mut head, mut tail) = (0, 0);
    if known && !anew {
        let shortest = old_blocks.len().min(new_blocks.len());
        head = old_blocks
            .iter()
            .zip(&new_blocks)
            .take_while(|(a, b)| same(a, b))
            .count();
        tail = old_blocks
            .iter()
            .rev()
            .zip(new_blocks.iter().rev())
            .take(shortest - head)
            .take_while(|(a, b)| same(a, b))
            .count();
    }
    let last = if known && !anew { tail } else { 0 };
    while root.child_nodes().length() as usize > head + last {
        let Some(gone) = root.child_nodes().get(u32::try_from(head).unwrap_or(0)) else {
            break;
        };
        let _ = root.remove_child(&gone);
    }
    let before = root.child_nodes().get(u32::try_from(head).unwrap_or(0));
    for block in &new_blocks[head..new_blocks.len() - last] {
        if let Some(element) = element_of(block, new) {
            let _ = root.insert_before(&element, before.as_ref());
        }
    }
}

struct Block {
    list: Option<ListKind>,
    lines: Lines<usize>,
}

/// Lines that follow each other in one list are one block; every other line is its own.
/// A text without lines is one empty line.
fn blocks(rich: &Rich) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for (index, line) in rich.lines.iter().enumerate() {
        match blocks.last_mut() {
            Some(block) if line.list.is_some() && block.list == line.list => {
                block.lines.end = index + 1;
            }
            _ => blocks.push(Block {
                list: line.list,
                lines: index..index + 1,
            }),
        }
    }
    if blocks.is_empty() {
        blocks.push(Block {
            list: None,
            lines: 0..0,
        });
    }
    blocks
}

fn element_of(block: &Block, rich: &Rich) -> Option<Element> {
    let lines = &rich.lines[block.lines.clone()];
    let (outer, inner) = match block.list {
        None => {
            let empty = Line::default();
            return line_of("p", lines.first().unwrap_or(&empty));
        }
        Some(ListKind::Bullet) => ("ul", "li"),
        Some(ListKind::Ordered) => ("ol", "li"),
    };
    let list = document().create_element(outer).ok()?;
    for line in lines {
        let item = line_of(inner, line)?;
        let _ = list.append_child(&item);
    }
    Some(list)
}

fn line_of(tag: &str, line: &Line) -> Option<Element> {
    let element = document().create_element(tag).ok()?;
    let _ = element.set_attribute("data-line", "");
    for span in &line.spans {
        let node = node_of(span)?;
        let _ = element.append_child(&node);
    }
    if line.spans.is_empty() {
        let empty = document().create_element("br").ok()?;
        let _ = element.append_child(&empty);
    }
    Some(element)
}

fn node_of(span: &Span) -> Option<Node> {
    let mut node: Node = document().create_text_node(&span.text).into();
    let mut wrap = |tag: &str| {
        let element = document().create_element(tag).ok()?;
        let _ = element.append_child(&node);
        node = element.clone().into();
        Some(element)
    };
    if span.marks.italic {
        wrap("em")?;
    }
    if span.marks.bold {
        wrap("strong")?;
    }
    if let Some(link) = &span.marks.link {
        let anchor = wrap("a")?;
        let _ = anchor.set_attribute("href", link);
        let _ = anchor.set_attribute("rel", "noopener noreferrer");
        let _ = anchor.set_attribute("target", "_blank");
    }
    Some(node)
}

fn lines(root: &Element) -> Vec<Element> {
    let Ok(found) = root.query_selector_all("[data-line]") else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|index| found.get(index)?.dyn_into().ok())
        .collect()
}

/// The letters that the page shows, whoever wrote them there.
pub(super) fn plain(root: &Element) -> String {
    let lines = lines(root);
    if lines.is_empty() {
        return root.text_content().unwrap_or_default();
    }
    let lines: Vec<String> = lines
        .iter()
        .map(|line| line.text_content().unwrap_or_default())
        .collect();
    lines.join("\n")
}

/// The offset of a place between elements, in UTF-16 units.
pub(super) fn offset_of(root: &Element, node: &Node, at: u32) -> Option<usize> {
    let within = document().create_range().ok()?;
    let mut start = 0;
    for line in lines(root) {
        within.select_node_contents(&line).ok()?;
        match within.compare_point(node, at).ok()? {
            -1 => return Some(start),
            0 => {
                within.set_end(node, at).ok()?;
                let text = within.clone_contents().ok()?.text_content();
                return Some(start + units(&text.unwrap_or_default()));
            }
            _ => start += units(&line.text_content().unwrap_or_default()) + 1,
        }
    }
    Some(start.saturating_sub(1))
}

/// The place of an offset between elements.
pub(super) fn point_of(root: &Element, offset: usize) -> Option<(Node, u32)> {
    let mut left = offset;
    let lines = lines(root);
    let last = lines.len().checked_sub(1)?;
    for (index, line) in lines.into_iter().enumerate() {
        let length = units(&line.text_content().unwrap_or_default());
        if left <= length || index == last {
            return Some(inside(&line.into(), left.min(length)));
        }
        left -= length + 1;
    }
    None
}

fn inside(node: &Node, at: usize) -> (Node, u32) {
    let mut left = at;
    let mut child = node.first_child();
    while let Some(here) = child {
        let length = units(&here.text_content().unwrap_or_default());
        if length > 0 && left <= length {
            if here.node_type() == Node::TEXT_NODE {
                return (here, u32::try_from(left).unwrap_or(0));
            }
            return inside(&here, left);
        }
        left -= length.min(left);
        child = here.next_sibling();
    }
    (node.clone(), 0)
}

/// The stretch from one offset to another.
pub(super) fn range(root: &Element, from: usize, to: usize) -> Option<Range> {
    let range = document().create_range().ok()?;
    let (start, end) = (point_of(root, from)?, point_of(root, to)?);
    range.set_start(&start.0, start.1).ok()?;
    range.set_end(&end.0, end.1).ok()?;
    Some(range)
}

/// The offsets of anchor and head of the page's selection, if it is in the text.
pub(super) fn selected(root: &Element) -> Option<(usize, usize)> {
    let selection = crate::dom::window().get_selection().ok()??;
    let (anchor, head) = (selection.anchor_node()?, selection.focus_node()?);
    if !root.contains(Some(&anchor)) || !root.contains(Some(&head)) {
        return None;
    }
    Some((
        offset_of(root, &anchor, selection.anchor_offset())?,
        offset_of(root, &head, selection.focus_offset())?,
    ))
}

/// Puts the page's selection there.
pub(super) fn select(root: &Element, anchor: usize, head: usize) {
    let selection = crate::dom::window().get_selection().ok().flatten();
    if let (Some(selection), Some(anchor), Some(head)) =
        (selection, point_of(root, anchor), point_of(root, head))
    {
        let _ = selection.set_base_and_extent(&anchor.0, anchor.1, &head.0, head.1);
    }
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}
