//! A menu: buttons in a column, walked with the arrow keys.

use leptos::ev::KeyboardEvent;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::super::board::Board;
use crate::dom::document;
use crate::icon::Icon;

/// One line of a menu.
#[derive(Clone)]
pub(crate) enum Entry {
    Do {
        icon: &'static str,
        text: String,
        keys: String,
        /// The command's name, for tests.
        id: &'static str,
        danger: bool,
        /// Why it cannot be done by this person.
        denied: Option<&'static str>,
        checked: Option<bool>,
        run: Callback<()>,
    },
    Line,
}

impl Entry {
    pub(crate) fn new(
        icon: &'static str,
        text: impl Into<String>,
        run: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Self::Do {
            icon,
            text: text.into(),
            keys: String::new(),
            id: "",
            danger: false,
            denied: None,
            checked: None,
            run: Callback::new(move |()| run()),
        }
    }

    /// Shows the keys that do the same.
    pub(crate) fn keys(mut self, shown: String) -> Self {
        if let Self::Do { keys, .. } = &mut self {
            *keys = shown;
        }
        self
    }

    pub(crate) fn id(mut self, name: &'static str) -> Self {
        if let Self::Do { id, .. } = &mut self {
            *id = name;
        }
        self
    }

    pub(crate) fn danger(mut self) -> Self {
        if let Self::Do { danger, .. } = &mut self {
            *danger = true;
        }
        self
    }

    /// Shows it as something that this person may not do.
    pub(crate) fn denied(mut self, reason: &'static str) -> Self {
        if let Self::Do { denied, .. } = &mut self {
            *denied = Some(reason);
        }
        self
    }

    pub(crate) fn checked(mut self, value: bool) -> Self {
        if let Self::Do { checked, .. } = &mut self {
            *checked = Some(value);
        }
        self
    }
}

#[component]
pub(crate) fn Menu(label: String, entries: Vec<Entry>) -> impl IntoView {
    let board = Board::here();
    let node = NodeRef::<Div>::new();
    let on_keydown = move |event: KeyboardEvent| {
        let Some(menu) = node.get_untracked() else {
            return;
        };
        let items = items_of(&menu);
        let at = document()
            .active_element()
            .and_then(|active| items.iter().position(|item| **item == active));
        let count = items.len();
        let to = match event.key().as_str() {
            "ArrowDown" => at.map_or(0, |at| (at + 1) % count.max(1)),
            "ArrowUp" => at.map_or(count.saturating_sub(1), |at| {
                (at + count.saturating_sub(1)) % count.max(1)
            }),
            "Home" => 0,
            "End" => count.saturating_sub(1),
            "Tab" if !has_more(&menu) => {
                event.prevent_default();
                event.stop_propagation();
                board.close_popup();
                return;
            }
            key if key.chars().count() == 1 && !event.ctrl_key() && !event.meta_key() => {
                match by_letter(&items, key, at) {
                    Some(to) => to,
                    None => return,
                }
            }
            _ => return,
        };
        if let Some(item) = items.get(to) {
            event.prevent_default();
            let _ = item.focus();
        }
    };
    let lines = entries.into_iter().map(line).collect_view();
    view! { <div class="menu" node_ref=node role="menu" aria-label=label on:keydown=on_keydown>{lines}</div> }.into_any()
}

fn line(entry: Entry) -> AnyView {
    match entry {
        Entry::Line => view! { <div class="menu-line" role="separator"></div> }.into_any(),
        Entry::Do {
            icon,
            text,
            keys,
            id,
            danger,
            denied,
            checked,
            run,
        } => {
            let role = if checked.is_some() {
                "menuitemcheckbox"
            } else {
                "menuitem"
            };
            view! {
                <button
                    class="menu-item"
                    class:danger=danger
                    aria-disabled=denied.map(|_| "true")
                    title=denied.map(crate::api::sentence)
                    type="button"
                    role=role
                    tabindex="-1"
                    data-command=(!id.is_empty()).then_some(id)
                    aria-checked=checked.map(|checked| checked.to_string())
                    on:click=move |_| run.run(())
                >
                    <Icon name=icon />
                    <span class="menu-text">{text}</span>
                    {checked.filter(|checked| *checked).map(|_| view! { <Icon name="check" /> })}
                    {(!keys.is_empty()).then(|| view! { <kbd aria-hidden="true">{keys}</kbd> })}
                </button>
            }
            .into_any()
        }
    }
}

fn items_of(menu: &Element) -> Vec<HtmlElement> {
    let Ok(list) = menu.query_selector_all("[role^=menuitem]") else {
        return Vec::new();
    };
    (0..list.length())
        .filter_map(|index| list.get(index)?.dyn_into().ok())
        .collect()
}

/// Whether something in the popup follows the menu, which Tab should reach.
fn has_more(menu: &Element) -> bool {
    menu.next_element_sibling().is_some()
}

fn by_letter(items: &[HtmlElement], key: &str, at: Option<usize>) -> Option<usize> {
    let key = key.to_lowercase();
    let start = at.map_or(0, |at| at + 1);
    let order = (start..items.len()).chain(0..start.min(items.len()));
    order.into_iter().find(|index| {
        let text = items[*index]
            .query_selector(".menu-text")
            .ok()
            .flatten()
            .and_then(|text| text.text_content())
            .unwrap_or_default();
        text.to_lowercase().starts_with(&key)
    })
}
