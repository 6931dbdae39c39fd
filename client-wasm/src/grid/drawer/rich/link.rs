//! Links in a rich text: writing their address, following them, taking them away.

use leptos::ev::KeyboardEvent;
use leptos::html::Input;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use waymark_model::rich::{Mark, Marks, Rich, is_link};
use web_sys::{Element, MouseEvent};

use super::Editor;
use crate::dom::window;

impl Editor {
    /// The link that the selection is in, with where it begins and ends.
    pub(super) fn link_here(&self) -> Option<(String, usize, usize)> {
        let (anchor, head) = self.selection.get();
        self.shown
            .with(|rich| link_at(rich, anchor.min(head), anchor.max(head)))
    }

    /// Asks for the address of a link.
    pub(crate) fn begin_link(&self) {
        let present = untrack(|| self.link_here()).map(|(link, ..)| link);
        self.linking.set(Some(present.unwrap_or_default()));
    }

    /// Makes what is selected a link; with nothing selected the address itself is written.
    fn finish_link(&self, address: &str) -> bool {
        let Some(address) = whole(address) else {
            return false;
        };
        self.linking.set(None);
        let (from, to) = match untrack(|| self.link_here()) {
            Some((_, from, to)) => (from, to),
            None => self.stretch(),
        };
        if from == to {
            let marks = Marks {
                link: Some(address.clone()),
                ..Marks::default()
            };
            self.replace(from, to, &address, Some(marks));
        } else {
            self.mark(from, to, Mark::Link(Some(address)));
        }
        self.focus();
        true
    }

    fn remove_link(&self) {
        self.linking.set(None);
        if let Some((_, from, to)) = untrack(|| self.link_here()) {
            self.mark(from, to, Mark::Link(None));
        }
        self.focus();
    }

    fn leave_link(&self) {
        self.linking.set(None);
        self.focus();
    }
}

/// The link around a stretch.
fn link_at(rich: &Rich, from: usize, to: usize) -> Option<(String, usize, usize)> {
    let mut start = 0;
    let mut found: Option<(String, usize, usize)> = None;
    for line in &rich.lines {
        for span in &line.spans {
            let end = start + span.text.encode_utf16().count();
            if let Some(link) = &span.marks.link {
                match &mut found {
                    // Neighbours that lead to the same place are one link.
                    Some((other, _, last)) if other == link && *last == start => *last = end,
                    Some((_, first, last)) if *first <= from && to <= *last => return found,
                    _ => found = Some((link.clone(), start, end)),
                }
            }
            start = end;
        }
        start += 1;
    }
    found.filter(|(_, first, last)| *first <= from && to <= *last)
}

/// An address as people write it, with what makes it one.
fn whole(address: &str) -> Option<String> {
    let address = address.trim();
    if is_link(address) {
        return Some(address.to_owned());
    }
    let bare = !address.contains(':') && address.contains('.');
    let guess = if address.contains('@') {
        format!("mailto:{address}")
    } else {
        format!("https://{address}")
    };
    (bare && is_link(&guess)).then_some(guess)
}

/// Ctrl with a click follows a link, in a page that knows nothing of this one.
pub(super) fn follow(event: &MouseEvent) {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let Some(link) = target.and_then(|target| target.closest("a[href]").ok().flatten()) else {
        return;
    };
    event.prevent_default();
    let address = link.get_attribute("href").unwrap_or_default();
    if (event.ctrl_key() || event.meta_key()) && is_link(&address) {
        let _ = window().open_with_url_and_target_and_features(
            &address,
            "_blank",
            "noopener,noreferrer",
        );
    }
}

/// Where the link leads that the caret is in, or the field for its address.
#[component]
pub(super) fn LinkLine(editor: Editor) -> impl IntoView {
    let here = Memo::new(move |_| editor.link_here().map(|(link, ..)| link));
    let asked = Memo::new(move |_| editor.linking.with(Option::is_some));
    move || {
        if asked.get() {
            return view! { <Address editor=editor /> }.into_any();
        }
        let Some(link) = here.get() else {
            return ().into_any();
        };
        view! {
            <div class="details-link">
                <a href=link.clone() target="_blank" rel="noopener noreferrer">{link.clone()}</a>
                <button class="text-button" type="button" on:click=move |_| editor.begin_link()>"Change"</button>
                <button class="text-button" type="button" on:click=move |_| editor.remove_link()>"Remove"</button>
            </div>
        }
        .into_any()
    }
}

#[component]
fn Address(editor: Editor) -> impl IntoView {
    let node = NodeRef::<Input>::new();
    let wrong = RwSignal::new(false);
    let present = editor.linking.get_untracked().unwrap_or_default();
    Effect::new(move |_| {
        if let Some(field) = node.get() {
            let _ = field.focus();
            field.select();
        }
    });
    let apply = move || {
        let address = node.get_untracked().map(|field| field.value());
        wrong.set(!editor.finish_link(&address.unwrap_or_default()));
    };
    let on_keydown = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "Enter" => apply(),
            "Escape" => editor.leave_link(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    view! {
        <div class="details-link" data-own-undo="">
            <input
                class="drawer-input"
                type="url"
                node_ref=node
                aria-label="Address of the link"
                aria-invalid=move || wrong.get().to_string()
                aria-describedby="details-link-wrong"
                placeholder="https://"
                autocomplete="off"
                data-testid="details-link"
                prop:value=present
                on:keydown=on_keydown
            />
            <button class="text-button" type="button" on:click=move |_| apply()>"Set link"</button>
            <p id="details-link-wrong" class="details-wrong" role="status">
                {move || wrong.get().then_some("Links begin with https://, http:// or mailto:.")}
            </p>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use waymark_model::rich::from_markdown;

    #[test]
    fn an_address_is_made_whole_or_refused() {
        let whole = |address: &str| whole(address).unwrap_or_default();
        assert_eq!(whole(" example.org/a "), "https://example.org/a");
        assert_eq!(whole("ana@example.org"), "mailto:ana@example.org");
        assert_eq!(whole("http://a"), "http://a");
        for bad in [
            "",
            "word",
            "javascript:alert(1)",
            "data:text/html,x.y",
            "a b.c",
        ] {
            assert_eq!(whole(bad), "", "{bad}");
        }
    }

    #[test]
    fn the_link_around_a_caret_is_found_with_both_its_ends() {
        let rich =
            from_markdown("see [the *long* page](https://a.example) and [b](https://b.example)\n");
        let link = "https://a.example".to_owned();
        assert_eq!(link_at(&rich, 5, 5), Some((link.clone(), 4, 17)));
        assert_eq!(link_at(&rich, 4, 17), Some((link, 4, 17)));
        assert_eq!(link_at(&rich, 0, 6), None);
        assert_eq!(link_at(&rich, 20, 20), None);
    }
}
