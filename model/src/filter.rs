//! Which things of a map somebody wants to see: a view of their own, never in the document.

use std::collections::{HashMap, HashSet};

use crate::grid::{Item, first_lane};
use crate::ids::{LaneId, StepId};
use crate::map::{JourneyMap, Written};
use crate::search::{Query, fold};
use crate::vocabulary::LaneKind;

/// What is asked for. What a part of it names is wanted, any of a part is enough, and a
/// part that names nothing asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Kinds of lanes.
    pub kinds: Vec<LaneKind>,
    /// Who answers for the step, as the cards of its owners lanes say.
    pub owners: Vec<String>,
    /// Status words of pain points and opportunities.
    pub statuses: Vec<String>,
    /// What I wrote, or what is at a step that I answer for.
    pub mine: bool,
    /// Words that must all be there, as [`Query`] reads them.
    pub text: String,
}

/// What of a map a filter lets through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// The things that are asked for.
    pub items: HashSet<Item>,
    /// How many things there are in all.
    pub of: usize,
}

/// What a map offers to filter by, each with how many things it would let through alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Kinds of the map's lanes, top to bottom.
    pub kinds: Vec<(LaneKind, usize)>,
    /// Owners by name.
    pub owners: Vec<(String, usize)>,
    /// Status words in alphabetical order.
    pub statuses: Vec<(String, usize)>,
    /// How much is mine.
    pub mine: usize,
}

impl Filter {
    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
            && self.owners.is_empty()
            && self.statuses.is_empty()
            && !self.mine
            && Query::parse(&self.text).is_none()
    }

    /// Whether lanes of a kind are asked for.
    pub fn wants(&self, kind: LaneKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// What of the map it lets through for somebody.
    pub fn pass(&self, map: &JourneyMap, me: Somebody<'_>) -> Passed {
        let things = things(map);
        let owned = self.steps(map);
        let query = Query::parse(&self.text);
        let mine = self.mine.then(|| Mine::of(map, me));
        let passes = |thing: &&Thing<'_>| {
            self.wants(thing.kind)
                && owned
                    .as_ref()
                    .is_none_or(|steps| steps.contains(thing.step))
                && (self.statuses.is_empty()
                    || self.statuses.iter().any(|status| status == thing.status))
                && mine.as_ref().is_none_or(|mine| mine.has(thing))
                && query
                    .as_ref()
                    .is_none_or(|query| query.matches(&thing.texts))
        };
        Passed {
            of: things.len(),
            items: things
                .iter()
                .filter(passes)
                .map(|thing| thing.item.clone())
                .collect(),
        }
    }

    /// The steps of the owners that are asked for; `None` when nobody is.
    fn steps<'a>(&self, map: &'a JourneyMap) -> Option<HashSet<&'a StepId>> {
        let wanted: HashSet<String> = self.owners.iter().map(|owner| known_as(owner)).collect();
        (!wanted.is_empty()).then(|| {
            owners(map)
                .filter(|(owner, _)| wanted.contains(&known_as(owner)))
                .map(|(_, step)| step)
                .collect()
        })
    }
}

impl Choices {
    /// What a map offers somebody.
    pub fn of(map: &JourneyMap, me: Somebody<'_>) -> Self {
        let things = things(map);
        let mine = Mine::of(map, me);
        let mut kinds: Vec<(LaneKind, usize)> = Vec::new();
        for lane in map.lanes.iter().filter(|lane| !lane.hidden) {
            if !kinds.iter().any(|(kind, _)| *kind == lane.kind) {
                let count = things
                    .iter()
                    .filter(|thing| thing.kind == lane.kind)
                    .count();
                kinds.push((lane.kind, count));
            }
        }
        let mut by_step: HashMap<&StepId, usize> = HashMap::new();
        for thing in &things {
            *by_step.entry(thing.step).or_default() += 1;
        }
        // One owner may be written in several ways: the first is shown.
        let mut names: HashMap<String, (&str, HashSet<&StepId>)> = HashMap::new();
        for (owner, step) in owners(map) {
            let (_, steps) = names
                .entry(known_as(owner))
                .or_insert_with(|| (owner, HashSet::new()));
            steps.insert(step);
        }
        let mut owners: Vec<(String, usize)> = names
            .into_values()
            .map(|(name, steps)| {
                let count = steps.iter().filter_map(|step| by_step.get(*step)).sum();
                (name.to_owned(), count)
            })
            .collect();
        owners.sort_by_cached_key(|(name, _)| (known_as(name), name.clone()));
        let mut statuses: Vec<(String, usize)> = Vec::new();
        for thing in things.iter().filter(|thing| !thing.status.is_empty()) {
            match statuses.iter_mut().find(|(word, _)| word == thing.status) {
                Some((_, count)) => *count += 1,
                None => statuses.push((thing.status.to_owned(), 1)),
            }
        }
        statuses.sort();
        Self {
            kinds,
            owners,
            statuses,
            mine: things.iter().filter(|thing| mine.has(thing)).count(),
        }
    }
}

/// Whoever asks what is theirs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Somebody<'a> {
    /// Their id, under which they write; empty for nobody.
    pub id: &'a str,
    /// What they are called, as steps name who answers for them; empty for nobody.
    pub name: &'a str,
}

/// What is somebody's own.
struct Mine<'a> {
    me: Somebody<'a>,
    /// Their name, to compare.
    name: String,
    /// The steps they answer for.
    steps: HashSet<&'a StepId>,
}

impl<'a> Mine<'a> {
    /// No step is theirs who have no name.
    fn of(map: &'a JourneyMap, me: Somebody<'a>) -> Self {
        let name = known_as(me.name);
        let own = owners(map).filter(|(owner, _)| !name.is_empty() && known_as(owner) == name);
        let steps = own.map(|(_, step)| step).collect();
        Self { me, name, steps }
    }

    /// In a file from elsewhere authors may stand by name.
    fn has(&self, thing: &Thing<'_>) -> bool {
        let wrote = |author: &Written| {
            let is_me = !self.me.id.is_empty() && author.by == self.me.id;
            is_me || (!self.name.is_empty() && known_as(&author.by) == self.name)
        };
        thing.author.is_some_and(wrote) || self.steps.contains(thing.step)
    }
}

/// Something a cell shows.
struct Thing<'a> {
    item: Item,
    kind: LaneKind,
    step: &'a StepId,
    status: &'a str,
    author: Option<&'a Written>,
    texts: [&'a str; 2],
}

/// Everything that cells show.
fn things(map: &JourneyMap) -> Vec<Thing<'_>> {
    let kinds: HashMap<&LaneId, LaneKind> =
        map.lanes.iter().map(|lane| (&lane.id, lane.kind)).collect();
    let mut things = Vec::with_capacity(map.cards.len() + map.pains.len());
    let presented = |kind| first_lane(map, kind).is_some_and(|lane| kinds.contains_key(lane));
    for card in &map.cards {
        let Some(&kind) = kinds.get(&card.lane) else {
            continue;
        };
        things.push(Thing {
            item: Item::Card(card.id.clone()),
            kind,
            step: &card.step,
            status: "",
            author: card.author.as_ref(),
            texts: [&card.text, &card.source],
        });
    }
    if presented(LaneKind::PainPoints) {
        things.extend(map.pains.iter().filter_map(|pain| {
            Some(Thing {
                item: Item::Pain(pain.id.clone()),
                kind: LaneKind::PainPoints,
                step: pain.step.as_ref()?,
                status: &pain.status,
                author: pain.author.as_ref(),
                texts: [&pain.text, ""],
            })
        }));
    }
    if presented(LaneKind::Opportunities) {
        things.extend(map.opportunities.iter().filter_map(|opportunity| {
            Some(Thing {
                item: Item::Opportunity(opportunity.id.clone()),
                kind: LaneKind::Opportunities,
                step: opportunity.steps.first()?,
                status: &opportunity.status,
                author: opportunity.author.as_ref(),
                texts: [&opportunity.title, ""],
            })
        }));
    }
    if presented(LaneKind::Metrics) {
        things.extend(map.metrics.iter().filter_map(|metric| {
            Some(Thing {
                item: Item::Metric(metric.id.clone()),
                kind: LaneKind::Metrics,
                step: metric.step.as_ref()?,
                status: "",
                author: None,
                texts: [&metric.name, ""],
            })
        }));
    }
    things
}

/// Who answers for which step: the cards of the owners lanes.
fn owners(map: &JourneyMap) -> impl Iterator<Item = (&str, &StepId)> {
    let lanes: HashSet<&LaneId> = map
        .lanes
        .iter()
        .filter(|lane| lane.kind == LaneKind::Owners)
        .map(|lane| &lane.id)
        .collect();
    map.cards
        .iter()
        .filter(move |card| lanes.contains(&card.lane))
        .map(|card| (card.text.trim(), &card.step))
        .filter(|(owner, _)| !owner.is_empty())
}

/// What names of the same owner have in common: files write `customer_success`.
fn known_as(owner: &str) -> String {
    fold(owner.replace('_', " ").trim())
}

#[cfg(test)]
mod tests {
    use super::{Choices, Filter, Somebody};
    use crate::edit::tests::demo;
    use crate::grid::{Grid, Item};
    use crate::map::{JourneyMap, Written};
    use crate::vocabulary::LaneKind;

    fn passed(filter: &Filter, map: &JourneyMap) -> usize {
        filter.pass(map, Somebody::default()).items.len()
    }

    #[test]
    fn an_empty_filter_lets_through_all_that_cells_show() {
        let map = demo("saas-evaluation");
        let shown: usize = Grid::of(&map).cells.values().map(Vec::len).sum();
        let filter = Filter {
            text: "  ".to_owned(),
            ..Filter::default()
        };
        assert!(filter.is_empty());
        let passed = filter.pass(&map, Somebody::default());
        assert_eq!((passed.items.len(), passed.of), (shown, shown));
    }

    #[test]
    fn parts_narrow_each_other_and_values_of_one_part_add_up() {
        let pains = Filter {
            kinds: vec![LaneKind::PainPoints],
            ..Filter::default()
        };
        let both = Filter {
            kinds: vec![LaneKind::PainPoints, LaneKind::Actions],
            ..Filter::default()
        };
        let map = demo("saas-evaluation");
        assert_eq!(passed(&pains, &map), map.pains.len());
        assert!(passed(&both, &map) > passed(&pains, &map));
        let worded = Filter {
            text: map.pains[0].text.to_uppercase(),
            ..pains
        };
        assert_eq!(passed(&worded, &map), 1);
    }

    #[test]
    fn choices_say_how_much_they_let_through() {
        for name in ["saas-evaluation", "water-damage-claim"] {
            let map = demo(name);
            let choices = Choices::of(&map, Somebody::default());
            assert!(!choices.kinds.is_empty() && !choices.statuses.is_empty());
            for (kind, count) in choices.kinds {
                let kinds = vec![kind];
                let filter = Filter {
                    kinds,
                    ..Filter::default()
                };
                assert_eq!(passed(&filter, &map), count, "{kind:?}");
            }
            for (owner, count) in choices.owners {
                let owners = vec![owner];
                let filter = Filter {
                    owners,
                    ..Filter::default()
                };
                assert_eq!(passed(&filter, &map), count, "{filter:?}");
            }
            for (status, count) in choices.statuses {
                let statuses = vec![status];
                let filter = Filter {
                    statuses,
                    ..Filter::default()
                };
                assert_eq!(passed(&filter, &map), count, "{filter:?}");
            }
        }
    }

    #[test]
    fn an_owner_written_in_two_ways_is_one() {
        let mut map = demo("saas-evaluation");
        let lane = map
            .lanes
            .iter_mut()
            .find(|lane| lane.kind == LaneKind::Actions)
            .expect("an actions lane");
        lane.kind = LaneKind::Owners;
        let lane = lane.id.clone();
        map.cards.retain(|card| card.lane == lane);
        map.pains.clear();
        map.opportunities.clear();
        map.metrics.clear();
        let cards = map.cards.len();
        for (at, card) in map.cards.iter_mut().enumerate() {
            card.text = if at % 2 == 0 {
                "Customer success"
            } else {
                "customer_success"
            }
            .to_owned();
        }
        let choices = Choices::of(&map, Somebody::default());
        assert_eq!(choices.owners, [("Customer success".to_owned(), cards)]);
        let filter = Filter {
            owners: vec!["CUSTOMER SUCCESS".to_owned()],
            kinds: vec![LaneKind::Owners],
            ..Filter::default()
        };
        let passed = filter.pass(&map, Somebody::default());
        assert_eq!(passed.items.len(), cards);
        assert!(passed.items.contains(&Item::Card(map.cards[0].id.clone())));
    }

    #[test]
    fn mine_is_what_i_wrote_and_what_is_at_the_steps_i_answer_for() {
        let mut map = demo("saas-evaluation");
        let mine = Filter {
            mine: true,
            ..Filter::default()
        };
        let named = |name| Somebody { id: "p_1", name };
        let items = |map: &JourneyMap, name| mine.pass(map, named(name)).items;
        assert!(!mine.is_empty());
        assert!(items(&map, "Ana").is_empty() && items(&map, "").is_empty());
        let step = map.cards[0].step.clone();
        for (at, name) in ["p_1", "ana ", "p_2"].into_iter().enumerate() {
            map.cards[at].author = Written::new(name, 1);
        }
        map.pains[0].author = Written::new("ANA", 1);
        let wanted = [
            Item::Card(map.cards[0].id.clone()),
            Item::Card(map.cards[1].id.clone()),
            Item::Pain(map.pains[0].id.clone()),
        ];
        assert_eq!(items(&map, "Ana"), wanted.into_iter().collect());
        assert_eq!(Choices::of(&map, named("Ana")).mine, 3);
        // Whoever is called differently by now has still written it.
        assert_eq!(items(&map, " ").len(), 1);
        assert!(mine.pass(&map, Somebody::default()).items.is_empty());

        // Who answers for a step has everything at it.
        let lane = map.cards[0].lane.clone();
        let owners = map.lanes.iter_mut().find(|it| it.id == lane);
        owners.expect("its lane").kind = LaneKind::Owners;
        map.cards[0].text = "Cleo".to_owned();
        let owned = items(&map, "cleo");
        let at_step = map.cards.iter().filter(|card| card.step == step);
        assert!(at_step.count() <= owned.len());
        assert_eq!(owned.len(), Choices::of(&map, named("Cleo")).mine);
    }
}
