//! The editor of rich details: what the map says is drawn as elements, and what a person
//! does to them becomes edits. The browser writes into the elements itself only while a
//! character is composed; what it wrote is compared and drawn again afterwards.
//!
//! Hooks for tests, stable: `data-testid` `details`, `details-link`; `data-mark` on the
//! buttons of the toolbar.

mod carets;
mod dom;
mod input;
mod link;
mod quotes;
mod reader;
mod toolbar;

use std::sync::Arc;

use leptos::html::Div;
use leptos::prelude::*;
use waymark_model::Edit;
use waymark_model::caret::CaretIn;
use waymark_model::rich::{DetailsOf, ListKind, Mark, Marks, Rich};
use waymark_model::talk::Place;
use waymark_model::talk::limits::WORDS_CHARS;

use self::carets::RichCarets;
use self::link::LinkLine;
use self::quotes::RichQuotes;
pub(crate) use self::reader::RichText;
use self::toolbar::Toolbar;
use crate::dom::{Listener, document};
use crate::grid::text::caret::moved;
use crate::state::{MapState, May};

/// A rich text that is edited in the page.
#[derive(Clone, Copy)]
pub(crate) struct Editor {
    state: MapState,
    of: StoredValue<DetailsOf>,
    node: NodeRef<Div>,
    rich: Signal<Arc<Rich>>,
    /// What the page shows now.
    shown: RwSignal<Arc<Rich>>,
    /// Anchor and head of the selection, as offsets in what is shown.
    selection: RwSignal<(usize, usize)>,
    /// The same, said by the letters around them.
    told: StoredValue<Option<(String, String)>>,
    /// The marks of what is typed next, when somebody chose them without a selection.
    next: RwSignal<Option<Marks>>,
    composing: StoredValue<bool>,
    /// Whether the browser wrote into the elements since they were drawn.
    touched: StoredValue<bool>,
    /// The address being written for a link.
    linking: RwSignal<Option<String>>,
}

/// A mark that a button or a key switches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Bold,
    Italic,
    Bullets,
    Numbers,
}

impl Editor {
    fn new(state: MapState, of: DetailsOf) -> Self {
        let rich = state.details(&of);
        Self {
            state,
            of: StoredValue::new(of),
            node: NodeRef::new(),
            rich,
            shown: RwSignal::new(Arc::new(Rich::default())),
            selection: RwSignal::new((0, 0)),
            told: StoredValue::new(None),
            next: RwSignal::new(None),
            composing: StoredValue::new(false),
            // Nothing is drawn yet.
            touched: StoredValue::new(true),
            linking: RwSignal::new(None),
        }
    }

    fn place(&self) -> CaretIn {
        CaretIn::Details(self.of.get_value())
    }

    /// The ends of the selection in order.
    fn stretch(&self) -> (usize, usize) {
        let (anchor, head) = self.selection.get_untracked();
        (anchor.min(head), anchor.max(head))
    }

    /// The selected words, as what a comment is about; `None` when none are.
    pub(crate) fn quoted(&self) -> Option<Place> {
        let (from, to) = self.stretch();
        let plain: Vec<u16> = self
            .rich
            .with_untracked(|rich| rich.plain().encode_utf16().collect());
        let words = String::from_utf16_lossy(plain.get(from..to.min(plain.len()))?);
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let place = self.place();
        (!words.is_empty()).then_some(())?;
        Some(Place::Text {
            of: self.of.get_value().root(),
            quote: words.chars().take(WORDS_CHARS).collect(),
            from: self.state.tell_caret(&place, from)?,
            to: self.state.tell_caret(&place, to)?,
        })
    }

    fn has_focus(&self) -> bool {
        let node = self.node.get_untracked();
        node.is_some_and(|node| document().active_element().is_some_and(|it| it == **node))
    }

    /// Draws what the map says now. The selection stays with its letters.
    fn show(&self) {
        let (Some(node), Some(false)) = (self.node.get_untracked(), self.composing.try_get_value())
        else {
            return;
        };
        let (old, new) = (self.shown.get_untracked(), self.rich.get_untracked());
        let touched = self.touched.get_value();
        if old == new && !touched {
            return;
        }
        dom::draw(&node, &old, &new, touched);
        self.touched.set_value(false);
        self.shown.set(new);
        let (anchor, head) = self.found();
        self.selection.set((anchor, head));
        if self.has_focus() && self.linking.with_untracked(Option::is_none) {
            dom::select(&node, anchor, head);
        }
    }

    /// Where the selection is now, found by its letters.
    fn found(&self) -> (usize, usize) {
        let place = self.place();
        let end = self.rich.with_untracked(|rich| rich.end());
        self.told.with_value(|told| {
            let find = |caret: &String| self.state.find_caret(&place, caret).unwrap_or(end);
            told.as_ref().map_or((0, 0), |(anchor, head)| {
                (find(anchor).min(end), find(head).min(end))
            })
        })
    }

    /// Notes where the selection is, in offsets of what the map says now, and tells others.
    fn put(&self, anchor: usize, head: usize) {
        let place = self.place();
        let tell = |at| {
            self.state
                .tell_caret(&place, at)
                .unwrap_or_else(|| "0".to_owned())
        };
        self.told.set_value(Some((tell(anchor), tell(head))));
        self.state.set_caret(Some((place, anchor, head)));
    }

    /// Where offsets in what the page shows are in what the map says now.
    fn now(&self, offset: usize) -> usize {
        let (old, new) = (self.shown.get_untracked(), self.rich.get_untracked());
        if old == new {
            return offset;
        }
        let at = u32::try_from(offset).unwrap_or(u32::MAX);
        moved(&old.plain(), &new.plain(), at) as usize
    }

    /// The page's selection changed.
    fn on_select(&self) {
        let Some(node) = self.node.try_get_untracked().flatten() else {
            return;
        };
        if self.composing.get_value() || !self.has_focus() {
            return;
        }
        let Some((anchor, head)) = dom::selected(&node) else {
            return;
        };
        if (anchor, head) == self.selection.get_untracked() && self.told.with_value(Option::is_some)
        {
            return;
        }
        self.next.set(None);
        self.state.catch_up();
        self.put(self.now(anchor), self.now(head));
        self.selection.set((anchor, head));
    }

    /// Somebody is back in the text: others see the caret again.
    fn on_focus(&self) {
        let (anchor, head) = self.selection.get_untracked();
        self.put(self.now(anchor), self.now(head));
        self.on_select();
    }

    /// Replaces a stretch, in offsets of what is shown, by letters.
    fn replace(&self, from: usize, to: usize, insert: &str, marks: Option<Marks>) {
        self.state.catch_up();
        let (from, to) = (self.now(from), self.now(to));
        let rich = self.rich.get_untracked();
        let marks = marks
            .or_else(|| self.next.get_untracked())
            .unwrap_or_else(|| rich.marks_at(from));
        let edit = Edit::SpliceDetails {
            of: self.of.get_value(),
            at: from,
            remove: to.saturating_sub(from),
            insert: insert.to_owned(),
            marks,
        };
        if self.state.type_details(edit).is_ok() {
            let end = from + insert.replace("\r\n", "\n").encode_utf16().count();
            self.put(end, end);
        }
        self.show();
    }

    fn mark(&self, from: usize, to: usize, mark: Mark) {
        self.state.catch_up();
        let (anchor, head) = self.selection.get_untracked();
        let (anchor, head) = (self.now(anchor), self.now(head));
        let edit = Edit::MarkDetails {
            of: self.of.get_value(),
            from: self.now(from),
            to: self.now(to),
            mark,
        };
        if self.state.edit(edit).is_ok() {
            // An empty text has got its first line by this.
            self.put(anchor, head);
        }
        self.show();
    }

    /// Whether all that is selected, or what is typed next, has a style.
    fn has(&self, style: Style) -> bool {
        let (rich, (anchor, head)) = (self.shown.get(), self.selection.get());
        let (from, to) = (anchor.min(head), anchor.max(head));
        match style {
            Style::Bullets => is_list(&rich, from, to, ListKind::Bullet),
            Style::Numbers => is_list(&rich, from, to, ListKind::Ordered),
            Style::Bold | Style::Italic => {
                let is = |marks: &Marks| match style {
                    Style::Bold => marks.bold,
                    _ => marks.italic,
                };
                if from == to {
                    is(&self.next.get().unwrap_or_else(|| rich.marks_at(from)))
                } else {
                    all(&rich, from, to, is)
                }
            }
        }
    }

    /// Switches a style of what is selected, or of what is typed next.
    pub(crate) fn toggle(&self, style: Style) {
        let on = !untrack(|| self.has(style));
        let (from, to) = self.stretch();
        match style {
            Style::Bullets => {
                self.mark(from, to, Mark::List(on.then_some(ListKind::Bullet)));
            }
            Style::Numbers => {
                self.mark(from, to, Mark::List(on.then_some(ListKind::Ordered)));
            }
            Style::Bold | Style::Italic if from == to => {
                let shown = self.shown.get_untracked();
                let mut marks = self
                    .next
                    .get_untracked()
                    .unwrap_or_else(|| shown.marks_at(from));
                match style {
                    Style::Bold => marks.bold = on,
                    _ => marks.italic = on,
                }
                self.next.set(Some(marks));
            }
            Style::Bold => self.mark(from, to, Mark::Bold(on)),
            Style::Italic => self.mark(from, to, Mark::Italic(on)),
        }
        self.focus();
    }

    /// Back into the text, with the selection where it was.
    fn focus(&self) {
        if let Some(node) = self.node.get_untracked() {
            crate::grid::focus::focus(&node);
            let (anchor, head) = self.selection.get_untracked();
            dom::select(&node, anchor, head);
        }
    }
}

/// Whether all lines from one offset to another are in a list of a kind.
fn is_list(rich: &Rich, from: usize, to: usize, kind: ListKind) -> bool {
    let (Some((first, _)), Some((last, _))) = (rich.locate(from), rich.locate(to)) else {
        return false;
    };
    rich.lines[first..=last]
        .iter()
        .all(|line| line.list == Some(kind))
}

/// Whether all letters from one offset to another are marked so.
fn all(rich: &Rich, from: usize, to: usize, is: impl Fn(&Marks) -> bool) -> bool {
    let mut start = 0;
    for line in &rich.lines {
        for span in &line.spans {
            let end = start + span.text.encode_utf16().count();
            if start < to && end > from && !is(&span.marks) {
                return false;
            }
            start = end;
        }
        start += 1;
    }
    true
}

/// The rich text of a thing, with its toolbar.
#[component]
pub(super) fn RichDetails(of: DetailsOf, label: String) -> impl IntoView {
    let board = super::super::board::Board::here();
    let may = board.state.may();
    let is_structure = matches!(of, DetailsOf::Step(_) | DetailsOf::Stage(_));
    let needed = if is_structure {
        May::Everything
    } else {
        May::Cards
    };
    let allowed = Memo::new(move |_| may.get() >= needed);
    let editor = Editor::new(board.state, of);
    board.drawer.editor.set(Some(editor));
    on_cleanup(move || {
        let _ = board.drawer.editor.try_set(None);
        board.state.set_caret(None);
    });
    Effect::new(move |_| {
        editor.rich.track();
        if editor.node.get().is_some() {
            editor.show();
        }
    });
    let listener = Listener::new(&document(), "selectionchange", move |_| editor.on_select());
    StoredValue::new_local(listener);
    let empty = move || editor.shown.with(|rich| rich.is_blank());
    view! {
        <div class="details">
            <Show when=move || allowed.get()>
                <Toolbar editor=editor />
            </Show>
            <div class="details-page">
                <div
                    class="details-text"
                    class:empty=empty
                    node_ref=editor.node
                    contenteditable=move || if allowed.get() { "true" } else { "false" }
                    // Who may not write can still select words and comment on them.
                    tabindex="0"
                    aria-readonly=move || (!allowed.get()).then_some("true")
                    role="textbox"
                    aria-multiline="true"
                    aria-label=label
                    aria-placeholder="Background, links, what was agreed…"
                    data-placeholder="Background, links, what was agreed…"
                    data-testid="details"
                    spellcheck="true"
                    on:beforeinput=move |event| input::before(editor, &event)
                    on:input=move |_| input::absorb(editor)
                    on:compositionstart=move |_| editor.composing.set_value(true)
                    on:compositionend=move |_| {
                        editor.composing.set_value(false);
                        input::absorb(editor);
                    }
                    on:keydown=move |event| input::on_key(board, editor, &event)
                    on:paste=move |event| input::on_paste(editor, &event)
                    on:drop=move |event| event.prevent_default()
                    on:click=move |event| link::follow(&event)
                    on:focus=move |_| editor.on_focus()
                    on:blur=move |_| editor.state.set_caret(None)
                ></div>
                <RichQuotes of=editor.of.get_value() node=editor.node shown=editor.shown />
                <RichCarets of=editor.of.get_value() node=editor.node shown=editor.shown />
            </div>
            <LinkLine editor=editor />
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use waymark_model::rich::from_markdown;

    #[test]
    fn a_style_is_on_where_all_of_the_selection_has_it() {
        let rich = from_markdown("**one** two\n\n- three\n- four\n");
        assert!(all(&rich, 0, 3, |marks| marks.bold));
        assert!(!all(&rich, 0, 5, |marks| marks.bold));
        let list = rich.plain().find("three").unwrap();
        assert!(is_list(&rich, list, list + 8, ListKind::Bullet));
        assert!(!is_list(&rich, 0, list, ListKind::Bullet));
        assert!(!is_list(&rich, list, list, ListKind::Ordered));
        assert!(!is_list(&Rich::default(), 0, 0, ListKind::Bullet));
    }
}
