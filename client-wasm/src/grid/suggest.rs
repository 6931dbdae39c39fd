//! Words offered while somebody types where words come back: touchpoints, channels,
//! owners and feelings. They wait below the text until an arrow key or the pointer goes to
//! them; whoever types on never notices.

use std::collections::HashMap;

use leptos::html::Div;
use leptos::prelude::*;
use waymark_model::JourneyMap;
use waymark_model::grid::{CellId, Item};
use waymark_model::vocabulary::LaneKind;
use web_sys::HtmlTextAreaElement;

use super::board::Board;
use super::card::medium;
use crate::dom::window;
use crate::icon::Icon;
use crate::panels::popover;

/// The most words that are offered.
const MOST: usize = 6;

/// Media that have an icon, offered where the map has no better word.
const MEDIA: [&str; 12] = [
    "Website",
    "E-mail",
    "Phone",
    "Chat",
    "Mobile app",
    "Web app",
    "Social media",
    "Shop",
    "Meeting",
    "Letter",
    "Form",
    "Word of mouth",
];

/// The id of the list, for the text it belongs to.
const LIST: &str = "suggestions";

/// What is offered for one text. `Copy`: hand it around freely.
#[derive(Clone, Copy)]
pub(crate) struct Suggest {
    board: Board,
    /// The lane's kind, if its words come back.
    kind: Option<LaneKind>,
    /// What is written is not a word to offer.
    own: StoredValue<Option<Item>>,
    words: RwSignal<Vec<String>>,
    /// The one that arrow keys went to.
    at: RwSignal<Option<usize>>,
}

impl Suggest {
    /// For the text of an item in a cell, or for one that gets no suggestions.
    pub(crate) fn new(board: Board, place: Option<(Item, CellId)>) -> Self {
        let (item, cell) = place.unzip();
        let kind = cell.map(|cell| board.kind(&cell.lane));
        let kind = kind.filter(|kind| {
            matches!(
                kind,
                LaneKind::Touchpoints | LaneKind::Channels | LaneKind::Owners | LaneKind::Emotion
            )
        });
        Self {
            board,
            kind,
            own: StoredValue::new(item),
            words: RwSignal::new(Vec::new()),
            at: RwSignal::new(None),
        }
    }

    /// Whether this text gets suggestions at all.
    pub(crate) fn is_on(&self) -> bool {
        self.kind.is_some()
    }

    /// Something was typed: offers what begins so.
    pub(crate) fn typed(&self, text: &str) {
        if self.kind.is_some() {
            let words = if text.trim().is_empty() {
                Vec::new()
            } else {
                self.found(text)
            };
            self.offer(words);
        }
    }

    fn found(&self, text: &str) -> Vec<String> {
        let own = self.own.get_value();
        self.kind.map_or_else(Vec::new, |kind| {
            offered(&self.board.state.map(), kind, own.as_ref(), text)
        })
    }

    fn offer(&self, words: Vec<String>) {
        let was_open = self.is_open();
        self.at.set(None);
        if !was_open && !words.is_empty() {
            let words = match words.len() {
                1 => "1 suggestion, arrow down to take it".to_owned(),
                count => format!("{count} suggestions, arrow down to choose"),
            };
            self.board.state.announce(words);
        }
        if self.words.with_untracked(|old| *old != words) {
            self.words.set(words);
        }
    }

    /// Whether a list is shown; not tracked.
    pub(crate) fn is_open(&self) -> bool {
        self.words.with_untracked(|words| !words.is_empty())
    }

    /// Offers nothing any more; whether anything was.
    pub(crate) fn dismiss(&self) -> bool {
        let was_open = self.is_open();
        if was_open {
            self.words.set(Vec::new());
            self.at.set(None);
        }
        was_open
    }

    /// Goes down or up in the list, which in an empty text opens it; whether it did.
    pub(crate) fn walk(&self, down: bool, text: &str) -> bool {
        if !self.is_open() && down && self.kind.is_some() && text.trim().is_empty() {
            self.offer(self.found(text));
            return self.is_open();
        }
        let count = self.words.with_untracked(Vec::len);
        if count == 0 {
            return false;
        }
        // Past either end is the text itself again.
        let at = match (self.at.get_untracked(), down) {
            (None, true) => Some(0),
            (None, false) => Some(count - 1),
            (Some(at), true) => Some(at + 1).filter(|at| *at < count),
            (Some(at), false) => at.checked_sub(1),
        };
        self.at.set(at);
        if let Some(word) = at.and_then(|at| self.word(at)) {
            self.board.state.announce(word);
        }
        true
    }

    /// The word the arrow keys went to, which is taken now.
    pub(crate) fn take(&self) -> Option<String> {
        let word = self.at.get_untracked().and_then(|at| self.word(at));
        if word.is_some() {
            self.dismiss();
        }
        word
    }

    fn word(&self, at: usize) -> Option<String> {
        self.words.with_untracked(|words| words.get(at).cloned())
    }

    /// The id of the list while it is shown; tracked.
    pub(crate) fn list(&self) -> Option<&'static str> {
        (self.kind.is_some() && self.words.with(|words| !words.is_empty())).then_some(LIST)
    }

    /// The id of the word the arrow keys went to; tracked.
    pub(crate) fn active(&self) -> Option<String> {
        self.at.get().map(option_id)
    }
}

fn option_id(at: usize) -> String {
    format!("{LIST}-{at}")
}

/// The words of lanes of a kind that fit what is typed: those that begin so before those
/// with a word that does, those used often before those used once, then media.
fn offered(map: &JourneyMap, kind: LaneKind, own: Option<&Item>, typed: &str) -> Vec<String> {
    let typed = folded(typed);
    let mut used: HashMap<String, (String, usize)> = HashMap::new();
    for card in &map.cards {
        let of_kind = map
            .lanes
            .iter()
            .any(|lane| lane.id == card.lane && lane.kind == kind);
        let text = card.text.trim();
        let is_own = matches!(own, Some(Item::Card(id)) if *id == card.id);
        if of_kind && !is_own && !text.is_empty() && !text.contains('\n') {
            let entry = used.entry(folded(text));
            entry.or_insert_with(|| (text.to_owned(), 0)).1 += 1;
        }
    }
    if matches!(kind, LaneKind::Touchpoints | LaneKind::Channels) && !typed.is_empty() {
        for word in MEDIA {
            used.entry(folded(word))
                .or_insert_with(|| (word.to_owned(), 0));
        }
    }
    let mut found: Vec<(bool, usize, String)> = used
        .into_iter()
        .filter(|(key, _)| *key != typed)
        .filter_map(|(key, (word, count))| {
            let begins = key.starts_with(&typed);
            let inside = key.split(' ').any(|part| part.starts_with(&typed));
            (begins || inside).then_some((!begins, count, word))
        })
        .collect();
    found.sort_by(|a, b| (a.0, b.1, &a.2).cmp(&(b.0, a.1, &b.2)));
    found.truncate(MOST);
    found.into_iter().map(|(_, _, word)| word).collect()
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase().replace('_', " ")
}

/// The list below a text, on top of everything else.
#[component]
pub(crate) fn Suggestions(
    suggest: Suggest,
    text: NodeRef<leptos::html::Textarea>,
    take: Callback<String>,
) -> impl IntoView {
    let list = NodeRef::<Div>::new();
    let open = Memo::new(move |_| suggest.list().is_some());
    Effect::new(move |_| {
        if let (Some(list), Some(area)) = (list.get(), text.get_untracked()) {
            popover::show(LIST);
            place(&list, &area);
        }
    });
    let has_icon = matches!(
        suggest.kind,
        Some(LaneKind::Touchpoints | LaneKind::Channels)
    );
    let options = move || {
        let words = suggest.words.get().into_iter().enumerate();
        words
            .map(|(at, word)| {
                let selected = move || suggest.at.get() == Some(at);
                let icon = has_icon.then(|| view! { <Icon name=medium::icon(&word) /> });
                let taken = word.clone();
                view! {
                    <div
                        class="suggestion"
                        class:active=selected
                        id=option_id(at)
                        role="option"
                        aria-selected=move || selected().to_string()
                        on:click=move |event| {
                            event.stop_propagation();
                            suggest.dismiss();
                            take.run(taken.clone());
                        }
                    >
                        {icon}
                        {word.replace('_', " ")}
                    </div>
                }
            })
            .collect_view()
    };
    move || {
        open.get().then(|| {
            view! {
                <div
                    class="suggestions"
                    id=LIST
                    node_ref=list
                    popover="manual"
                    role="listbox"
                    aria-label="Words used in this map"
                    data-testid="suggestions"
                    // Focus, and the text being edited, stay where they are.
                    on:pointerdown=|event| {
                        event.prevent_default();
                        event.stop_propagation();
                    }
                    on:mousedown=|event| event.prevent_default()
                >
                    {options}
                </div>
            }
        })
    }
}

/// Below the text, or above it where the window ends.
fn place(list: &web_sys::HtmlElement, area: &HtmlTextAreaElement) {
    const AWAY: f64 = 6.0;
    let card = area.closest(".card").ok().flatten();
    let rect = match &card {
        Some(card) => card.get_bounding_client_rect(),
        None => area.get_bounding_client_rect(),
    };
    let height = window().inner_height().ok().and_then(|it| it.as_f64());
    let width = window().inner_width().ok().and_then(|it| it.as_f64());
    let own = list.get_bounding_client_rect();
    let below = rect.bottom() + AWAY;
    let fits = below + own.height() <= height.unwrap_or(f64::MAX);
    let top = if fits {
        below
    } else {
        (rect.top() - AWAY - own.height()).max(AWAY)
    };
    let left = rect
        .left()
        .min(width.unwrap_or(f64::MAX) - own.width() - AWAY);
    let style = list.style();
    let _ = style.set_property("top", &format!("{top}px"));
    let _ = style.set_property("left", &format!("{}px", left.max(AWAY)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use waymark_model::ids::{CardId, LaneId, StepId};
    use waymark_model::map::{Card, Lane};

    fn map(words: &[(&str, &str)]) -> JourneyMap {
        let lane = |id: &str, kind| Lane {
            id: LaneId::parse(id).unwrap(),
            kind,
            title: String::new(),
            line_above: None,
            collapsed: false,
            hidden: false,
            pinned: false,
            colour: None,
        };
        let cards = words.iter().enumerate().map(|(n, (lane, text))| Card {
            id: CardId::parse(&format!("c{n}")).unwrap(),
            step: StepId::parse("s").unwrap(),
            lane: LaneId::parse(lane).unwrap(),
            span_to: None,
            text: (*text).to_owned(),
            source: String::new(),
            colour: None,
            status: None,
            group: None,
            author: None,
        });
        JourneyMap {
            lanes: vec![
                lane("by", LaneKind::Channels),
                lane("who", LaneKind::Owners),
            ],
            cards: cards.collect(),
            ..JourneyMap::default()
        }
    }

    #[test]
    fn words_of_lanes_of_the_kind_are_offered_the_frequent_first() {
        let map = map(&[
            ("by", "web_app"),
            ("by", "Website"),
            ("by", "website"),
            ("who", "Webmaster"),
            ("by", "Our web shop"),
        ]);
        assert_eq!(
            offered(&map, LaneKind::Channels, None, "we"),
            ["Website", "web_app", "Our web shop"]
        );
        assert_eq!(offered(&map, LaneKind::Owners, None, "WEB"), ["Webmaster"]);
    }

    #[test]
    fn media_with_icons_are_offered_and_what_is_written_already_is_not() {
        let map = map(&[("by", "Phone")]);
        let own = Item::Card(CardId::parse("c0").unwrap());
        assert_eq!(
            offered(&map, LaneKind::Channels, Some(&own), "ph"),
            ["Phone"]
        );
        assert!(offered(&map, LaneKind::Channels, None, "phone").is_empty());
        assert!(offered(&map, LaneKind::Owners, None, "ph").is_empty());
    }

    #[test]
    fn an_empty_text_is_offered_what_this_map_uses() {
        let map = map(&[("who", "Billing"), ("who", "Support"), ("who", "Support")]);
        assert_eq!(
            offered(&map, LaneKind::Owners, None, ""),
            ["Support", "Billing"]
        );
    }
}
