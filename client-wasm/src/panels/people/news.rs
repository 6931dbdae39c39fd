//! What is read out of what others do, for people who do not see it: batched, so that many
//! changes are one sentence, and only of what somebody asked for.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use waymark_model::JourneyMap;
use waymark_model::diff::Change;
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::{LaneId, StepId};
use waymark_model::map::News;

use super::place::{NOWHERE, place};
use crate::dom::{self, Timer};
use crate::state::{CellRef, Focus, MapState, Person};
use crate::toast;

/// What is gathered for this long is read as one, in milliseconds.
const BATCH_MS: f64 = 4_000.0;
/// More sentences than this become a number.
const MOST: usize = 4;
/// So much of a card's text is read.
const LETTERS: usize = 40;
const KEY: &str = "waymark.read-out";

/// How much is read out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadOut {
    Off,
    /// Who comes to the cell I am in, and what changes in it; comments on its step, and those
    /// that concern me.
    #[default]
    MyCell,
    /// Also who comes, goes, and is where.
    All,
}

impl ReadOut {
    pub const ALL: [Self; 3] = [Self::Off, Self::MyCell, Self::All];

    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::MyCell => "cell",
            Self::All => "all",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Off => "Nothing",
            Self::MyCell => "My cell, and comments to me",
            Self::All => "All that others do",
        }
    }

    fn of(word: &str) -> Self {
        let found = Self::ALL.into_iter().find(|one| one.word() == word);
        found.unwrap_or_default()
    }
}

thread_local! {
    static CHOSEN: ArcRwSignal<ReadOut> = ArcRwSignal::new(
        dom::remembered(KEY).map_or_else(ReadOut::default, |word| ReadOut::of(&word)),
    );
}

/// How much is read out in this browser.
pub fn chosen() -> ArcRwSignal<ReadOut> {
    CHOSEN.with(Clone::clone)
}

/// Chooses that by its word.
pub fn choose(word: &str) {
    dom::remember(KEY, word);
    chosen().set(ReadOut::of(word));
}

/// Sentences that wait: the newest of each subject.
type Waiting = Rc<RefCell<Vec<(String, String)>>>;

/// What gathers until it is read out.
#[derive(Clone)]
struct Batch {
    waiting: Waiting,
    timer: Rc<Timer>,
}

impl Batch {
    fn new() -> Self {
        let waiting = Waiting::default();
        let told = Rc::clone(&waiting);
        let timer = Timer::new(move || {
            let sentences = told.take().into_iter().map(|(_, sentence)| sentence);
            toast::announce(joined(sentences.collect()));
        });
        Self {
            waiting,
            timer: Rc::new(timer),
        }
    }

    fn put(&self, subject: String, sentence: String) {
        let mut waiting = self.waiting.borrow_mut();
        waiting.retain(|(other, _)| *other != subject);
        waiting.push((subject, sentence));
        if !self.timer.is_set() {
            self.timer.set(BATCH_MS);
        }
    }
}

fn joined(mut sentences: Vec<String>) -> String {
    let more = sentences.len().saturating_sub(MOST);
    sentences.truncate(MOST);
    if more > 0 {
        sentences.push(format!("And {more} more changes"));
    }
    sentences.join(". ")
}

/// Reads out until the page is left.
pub fn listen(map: MapState) {
    let batch = Batch::new();
    let (people, focus, heard) = (map.people(), map.focus(), map.heard());
    let cell = Memo::new(move |_| focus.with(cell_of));
    let chosen = chosen();

    let (read_out, put) = (chosen.clone(), batch.clone());
    Effect::new(move |before: Option<(Vec<Person>, Option<CellRef>)>| {
        let now = (people.get(), cell.get());
        let Some((people, cell)) = before else {
            return now;
        };
        let changes = match read_out.get_untracked() {
            ReadOut::Off => Vec::new(),
            ReadOut::MyCell => about_cell(&people, cell.as_ref(), &now.0, now.1.as_ref()),
            ReadOut::All => about_all(&map.map(), &people, &now.0),
        };
        for (id, sentence) in changes {
            put.put(format!("person {id}"), sentence);
        }
        now
    });
    Effect::new(move |_| {
        let news = heard.get();
        if let Some(cell) = cell.get_untracked().and_then(|cell| parsed(&cell))
            && chosen.get_untracked() != ReadOut::Off
        {
            for (subject, sentence) in changed(map, &cell, &news) {
                batch.put(subject, sentence);
            }
        }
    });
}

fn cell_of(focus: &Option<Focus>) -> Option<CellRef> {
    match focus {
        Some(Focus::Cell(cell) | Focus::Item { cell, .. }) => Some(cell.clone()),
        _ => None,
    }
}

fn parsed(cell: &CellRef) -> Option<CellId> {
    Some(CellId {
        lane: LaneId::parse(&cell.lane).ok()?,
        step: StepId::parse(&cell.step).ok()?,
    })
}

/// Who came to my cell or left it; or who is in the cell that I came to.
fn about_cell(
    before: &[Person],
    cell_before: Option<&CellRef>,
    now: &[Person],
    cell: Option<&CellRef>,
) -> Vec<(u64, String)> {
    let Some(cell) = cell else { return Vec::new() };
    let is_in = |person: &&Person| cell_of(&person.focus).as_ref() == Some(cell);
    let here_now = now.iter().filter(is_in);
    if cell_before != Some(cell) {
        return here_now
            .map(|person| (person.client_id, format!("{} is in this cell", person.name)))
            .collect();
    }
    let of = |people: &[Person], id: u64| {
        let mut here = people.iter().filter(is_in);
        here.find(|person| person.client_id == id).cloned()
    };
    let writes = |person: &Person| matches!(person.focus, Some(Focus::Item { typing: true, .. }));
    let came = here_now.filter_map(|person| {
        let sentence = match of(before, person.client_id) {
            None => format!("{} came to your cell", person.name),
            Some(then) if writes(person) && !writes(&then) => {
                format!("{} writes in your cell", person.name)
            }
            Some(_) => return None,
        };
        Some((person.client_id, sentence))
    });
    let left = before.iter().filter(is_in);
    let left = left.filter(|person| of(now, person.client_id).is_none());
    let left = left.map(|person| (person.client_id, format!("{} left your cell", person.name)));
    came.chain(left).collect()
}

/// Who came, went, and is somewhere else.
fn about_all(map: &JourneyMap, before: &[Person], now: &[Person]) -> Vec<(u64, String)> {
    let of = |people: &[Person], id: u64| {
        let found = people.iter().find(|person| person.client_id == id);
        found.cloned()
    };
    let where_is = |person: &Person| {
        let place = person.focus.as_ref().and_then(|focus| place(map, focus));
        place.unwrap_or_else(|| NOWHERE.to_owned())
    };
    let here = now.iter().filter_map(|person| {
        let sentence = match of(before, person.client_id) {
            None => format!("{} is here", person.name),
            Some(then) if then.focus.is_some() || person.focus.is_some() => {
                let (was, is) = (where_is(&then), where_is(person));
                if was == is {
                    return None;
                }
                format!("{}: {is}", person.name)
            }
            Some(_) => return None,
        };
        Some((person.client_id, sentence))
    });
    let left = before
        .iter()
        .filter(|person| of(now, person.client_id).is_none());
    let left = left.map(|person| (person.client_id, format!("{} left the map", person.name)));
    here.chain(left).collect()
}

/// What others changed in a cell.
fn changed(map: MapState, cell: &CellId, news: &News) -> Vec<(String, String)> {
    let items = map.cell(cell).get_untracked();
    let text = |item: &Item| match item {
        Item::Card(id) => map
            .card(id)
            .with_untracked(|it| it.as_ref().map(|it| it.text.clone())),
        Item::Pain(id) => map
            .pain(id)
            .with_untracked(|it| it.as_ref().map(|it| it.text.clone())),
        Item::Opportunity(id) => {
            let opportunity = map.opportunity(id);
            opportunity.with_untracked(|it| it.as_ref().map(|it| it.title.clone()))
        }
        Item::Metric(id) => map
            .metric(id)
            .with_untracked(|it| it.as_ref().map(|it| it.name.clone())),
    };
    let mut told = Vec::new();
    for change in &news.changes {
        let item = match change {
            Change::Card(id) => Item::Card(id.clone()),
            Change::Pain(id) => Item::Pain(id.clone()),
            Change::Opportunity(id) => Item::Opportunity(id.clone()),
            Change::Metric(id) => Item::Metric(id.clone()),
            _ => continue,
        };
        if let Some(text) = Some(&item).filter(|it| items.contains(it)).and_then(text) {
            let sentence = format!("In your cell changed: {}", beginning(&text));
            told.push((crate::state::item_key(&item), sentence));
        }
    }
    let moved = news.changes.contains(&Change::Cells)
        && news
            .cells
            .as_ref()
            .is_some_and(|cells| cells.contains(cell));
    if moved {
        let sentence = match items.len() {
            0 => "Your cell is empty now".to_owned(),
            1 => "Your cell has 1 card now".to_owned(),
            count => format!("Your cell has {count} cards now"),
        };
        told.push(("cell".to_owned(), sentence));
    }
    told
}

fn beginning(text: &str) -> String {
    let line = text.trim().replace('\n', " ");
    if line.chars().count() <= LETTERS {
        return line;
    }
    let start: String = line.chars().take(LETTERS).collect();
    format!("{}…", start.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Attention;

    fn cell(step: &str) -> CellRef {
        CellRef {
            lane: "pains".to_owned(),
            step: step.to_owned(),
        }
    }

    fn person(id: u64, name: &str, focus: Option<Focus>) -> Person {
        Person {
            client_id: id,
            name: name.to_owned(),
            colour: String::new(),
            focus,
            attention: Attention::Here,
        }
    }

    fn sentences(changes: Vec<(u64, String)>) -> Vec<String> {
        changes.into_iter().map(|(_, sentence)| sentence).collect()
    }

    #[test]
    fn by_default_only_who_comes_to_my_cell_and_leaves_it_is_read_out() {
        let mine = cell("pay");
        let away = [
            person(1, "Ana", Some(Focus::Cell(cell("ask")))),
            person(2, "Ben", None),
        ];
        let here = [
            person(1, "Ana", Some(Focus::Cell(mine.clone()))),
            person(2, "Ben", Some(Focus::Cell(cell("ask")))),
        ];
        let told = |before: &[Person], now: &[Person]| {
            sentences(about_cell(before, Some(&mine), now, Some(&mine)))
        };
        assert_eq!(told(&away, &here), ["Ana came to your cell"]);
        assert_eq!(told(&here, &here), [""; 0]);
        assert_eq!(told(&here, &away), ["Ana left your cell"]);
        let moved = about_cell(&here, Some(&cell("ask")), &here, Some(&mine));
        assert_eq!(sentences(moved), ["Ana is in this cell"]);
        assert_eq!(about_cell(&away, None, &here, None), []);
    }

    #[test]
    fn whoever_wants_all_hears_who_came_and_went() {
        let map = JourneyMap::default();
        let (ana, ben) = (person(1, "Ana", None), person(2, "Ben", None));
        let told = sentences(about_all(&map, std::slice::from_ref(&ana), &[ben]));
        assert_eq!(told, ["Ben is here", "Ana left the map"]);
    }

    #[test]
    fn many_changes_become_a_number() {
        let many = (0..7).map(|nth| format!("{nth}")).collect();
        assert_eq!(joined(many), "0. 1. 2. 3. And 3 more changes");
        assert_eq!(beginning("one\ntwo"), "one two");
        assert!(beginning(&"x".repeat(50)).ends_with('…'));
    }
}
