//! The field one writes a comment in.

use std::cell::RefCell;
use std::collections::HashMap;

use leptos::ev::KeyboardEvent;
use leptos::html::Textarea;
use leptos::leptos_dom::helpers::request_animation_frame;
use leptos::prelude::*;
use waymark_model::ids::PersonId;

use super::names;
use crate::dom;
use crate::grid::Board;
use crate::presence::initials;
use crate::talk::voices::Voice;

/// How many people are offered at once.
const OFFERED: usize = 6;

thread_local! {
    /// What was begun and not sent, by what it is about.
    static BEGUN: RefCell<HashMap<String, String>> = RefCell::default();
}

/// A field, its button, and the people it offers behind an "@".
#[component]
pub fn Composer(
    /// What it is about, so that what was begun is there again.
    draft: String,
    /// Says what is written here.
    label: String,
    submit: &'static str,
    /// What stands in it at first, as it is stored.
    #[prop(optional)]
    initial: Option<String>,
    #[prop(default = "Write a comment")] placeholder: &'static str,
    /// Whether focus goes to it when the panel shows it.
    #[prop(default = true)]
    first: bool,
    on_send: Callback<String>,
    on_leave: Callback<()>,
) -> impl IntoView {
    let board = expect_context::<Board>();
    let voices = board.talk.voices;
    let begun = BEGUN.with_borrow(|begun| begun.get(&draft).cloned());
    let start = begun.unwrap_or_else(|| {
        let name = |person: &PersonId| voices.name(person);
        names::decode(&initial.unwrap_or_default(), &name)
    });
    let text = RwSignal::new(start);
    let empty = Memo::new(move |_| text.with(|text| text.trim().is_empty()));
    let field = NodeRef::<Textarea>::new();
    // People chosen from the list, before others of the same name.
    let picked = StoredValue::new(Vec::<(String, PersonId)>::new());
    let offered = RwSignal::new(Vec::<(PersonId, Voice)>::new());
    let at = RwSignal::new(0usize);
    let key = StoredValue::new(draft);
    let keep = move |value: &str| {
        BEGUN.with_borrow_mut(|begun| match value.trim() {
            "" => begun.remove(&key.get_value()),
            _ => begun.insert(key.get_value(), value.to_owned()),
        });
    };
    let before_caret = move || {
        let field = field.get_untracked()?;
        let caret = field.selection_start().ok().flatten()? as usize;
        let units: Vec<u16> = field.value().encode_utf16().take(caret).collect();
        String::from_utf16(&units).ok()
    };
    let look = move || {
        let before = before_caret().unwrap_or_default();
        let found = names::begun(&before).map(|(_, letters)| {
            let everybody = voices.everybody().into_iter();
            let fits = everybody.filter(|(_, it)| names::may_be(&it.name, letters));
            fits.take(OFFERED).collect::<Vec<_>>()
        });
        at.set(0);
        offered.set(found.unwrap_or_default());
    };
    let pick = move |index: usize| {
        let person = offered.with_untracked(|list| list.get(index).cloned());
        let (Some((id, voice)), Some(before), Some(field)) =
            (person, before_caret(), field.get_untracked())
        else {
            return;
        };
        let Some((from, _)) = names::begun(&before) else {
            return;
        };
        let value = field.value();
        let after = &value[before.len()..];
        let head = format!("{}@{} ", &before[..from], voice.name);
        let caret = head.encode_utf16().count() as u32;
        let whole = head + after.trim_start_matches(' ');
        field.set_value(&whole);
        let _ = field.set_selection_range(caret, caret);
        keep(&whole);
        text.set(whole);
        picked.update_value(|picked| picked.push((voice.name, id)));
        offered.set(Vec::new());
        let _ = field.focus();
    };
    let send = move || {
        if empty.get_untracked() || board.state.is_only_looking() {
            return;
        }
        let mut people = picked.get_value();
        let everybody = voices.everybody().into_iter();
        people.extend(everybody.map(|(id, voice)| (voice.name, id)));
        let written = names::encode(&text.get_untracked(), &people);
        keep("");
        text.set(String::new());
        if let Some(field) = field.get_untracked() {
            field.set_value("");
        }
        on_send.run(written);
    };
    let on_keydown = move |event: KeyboardEvent| {
        if event.is_composing() {
            return;
        }
        let (count, now) = (offered.with_untracked(Vec::len), at.get_untracked());
        let sends = event.ctrl_key() || event.meta_key();
        match event.key().as_str() {
            "Enter" if sends => send(),
            "ArrowDown" if count > 0 => at.set((now + 1) % count),
            "ArrowUp" if count > 0 => at.set((now + count - 1) % count),
            "Enter" | "Tab" if count > 0 && !event.shift_key() => pick(now),
            "Escape" if count > 0 => offered.set(Vec::new()),
            "Escape" => on_leave.run(()),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let list_id = "talk-people";
    let active = move || {
        let any = offered.with(|list| !list.is_empty());
        any.then(|| format!("{list_id}-{}", at.get()))
    };
    let options = move || {
        let list = offered.get();
        let rows = list.into_iter().enumerate().map(|(index, (_, voice))| {
            view! {
                <li
                    id=format!("{list_id}-{index}")
                    role="option"
                    aria-selected=move || (at.get() == index).to_string()
                    on:pointerdown=move |event| { event.prevent_default(); pick(index); }
                >
                    <span class="avatar small" style:--u=voice.colour aria-hidden="true">{initials(&voice.name)}</span>
                    {voice.name.clone()}
                </li>
            }
        });
        rows.collect_view()
    };
    if first {
        request_animation_frame(move || {
            if let Some(field) = field.get_untracked() {
                let end = field.value().encode_utf16().count() as u32;
                let _ = field.set_selection_range(end, end);
            }
        });
    }
    let key_hint = if dom::is_mac() {
        "⌘ Enter"
    } else {
        "Ctrl+Enter"
    };
    view! {
        <form
            class="talk-composer"
            data-testid="talk-composer"
            on:submit=move |event| { event.prevent_default(); send(); }
        >
            <div class="talk-field">
                <textarea
                    node_ref=field
                    rows="2"
                    aria-label=label
                    placeholder=placeholder
                    aria-autocomplete="list"
                    aria-controls=list_id
                    aria-activedescendant=active
                    data-first=first.then_some("")
                    prop:value=text.get_untracked()
                    on:input=move |event| {
                        let value = event_target_value(&event);
                        keep(&value);
                        text.set(value);
                        look();
                    }
                    on:keydown=on_keydown
                    on:blur=move |_| offered.set(Vec::new())
                ></textarea>
                <ul
                    id=list_id
                    class="talk-people"
                    role="listbox"
                    aria-label="People to mention"
                    hidden=move || offered.with(Vec::is_empty)
                >
                    {options}
                </ul>
            </div>
            <div class="talk-send">
                <small class="talk-hint">"@ mentions · **bold** · `code` · " <kbd>{key_hint}</kbd></small>
                <button class="button primary" type="submit" disabled=empty>{submit}</button>
            </div>
        </form>
    }
    .into_any()
}
