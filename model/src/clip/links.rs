//! What the opportunities of a clip are about beside where they are shown: other steps, and
//! the pain points they answer. These may be outside of the clip, so they are named in a
//! section of their own, and looked for where the clip lands.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use yrs::{Any, Map, Out, ReadTxn, TransactionMut, WriteTxn};

use super::copies::same;
use crate::edit::Edit;
use crate::ids::{OpportunityId, PainId, StepId};
use crate::map::value::{entry, root};
use crate::map::{JourneyMap, Opportunity};
use crate::{limits, schema};

/// The section of a clip's file that has them.
const SECTION: &str = "links";
const STEPS: &str = "steps";
const PAINS: &str = "pains";
const ID: &str = "id";
const SAYS: &str = "says";

/// A thing by its id and its words: the id alone may mean something else in another map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<Id> {
    /// Its id where the clip comes from.
    pub id: Id,
    /// What it says there.
    pub says: String,
}

/// What one opportunity is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Its steps, without the one it is shown at.
    pub steps: Vec<Named<StepId>>,
    /// The pain points it answers.
    pub pains: Vec<Named<PainId>>,
}

/// The links of a clip's opportunities, of those that have any.
pub type AllLinks = BTreeMap<OpportunityId, Links>;

impl Links {
    /// Those of an opportunity of a map.
    pub(super) fn of(map: &JourneyMap, opportunity: &Opportunity) -> Self {
        let step = |id: &StepId| {
            let step = map.steps.iter().find(|it| it.id == *id)?;
            Some(Named {
                id: id.clone(),
                says: step.title.clone(),
            })
        };
        let pain = |id: &PainId| {
            let pain = map.pains.iter().find(|it| it.id == *id)?;
            Some(Named {
                id: id.clone(),
                says: pain.text.clone(),
            })
        };
        let steps = opportunity.steps.iter().skip(1);
        Self {
            steps: steps.filter_map(step).collect(),
            pains: opportunity.pains.iter().filter_map(pain).collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.pains.is_empty()
    }

    /// The edit that gives them to a copy in a map. `steps` and `pains` say what has become
    /// of things of the clip itself; others are what they are in the map.
    pub(super) fn edit(
        &self,
        map: &JourneyMap,
        id: &OpportunityId,
        step: impl Fn(&StepId) -> Option<StepId>,
        pains: &HashMap<PainId, PainId>,
    ) -> Option<Edit> {
        let also = self.steps.iter().filter_map(|named| {
            let there = map.steps.iter().map(|it| (&it.id, it.title.as_str()));
            step(&named.id).or_else(|| alike(named, there))
        });
        let answered = self.pains.iter().filter_map(|named| {
            let there = map.pains.iter().map(|it| (&it.id, it.text.as_str()));
            let copy = pains.get(&named.id).cloned();
            copy.or_else(|| alike(named, there))
        });
        let (also, pains): (Vec<_>, Vec<_>) = (also.collect(), answered.collect());
        (!also.is_empty() || !pains.is_empty()).then(|| Edit::LinkOpportunity {
            id: id.clone(),
            also,
            pains,
        })
    }
}

/// The thing of a map that is the named one: of its words, and of its id where several are.
fn alike<'a, Id: Clone + PartialEq + 'a>(
    named: &Named<Id>,
    there: impl Iterator<Item = (&'a Id, &'a str)> + Clone,
) -> Option<Id> {
    let mut alike = there.filter(|(_, says)| same(says, &named.says));
    let id = |found: (&Id, &str)| found.0.clone();
    let own = alike.clone().find(|(id, _)| **id == named.id);
    if named.says.trim().is_empty() {
        return own.map(id);
    }
    own.or_else(|| alike.next()).map(id)
}

/// Writes them beside a clip that becomes a file.
pub(super) fn write(txn: &mut TransactionMut<'_>, links: &AllLinks) {
    if links.is_empty() {
        return;
    }
    fn list<Id: ToString>(all: &[Named<Id>]) -> Any {
        let named = |it: &Named<Id>| {
            Any::Map(Arc::new(HashMap::from([
                (ID.to_owned(), Any::from(it.id.to_string())),
                (SAYS.to_owned(), Any::from(it.says.as_str())),
            ])))
        };
        Any::Array(all.iter().map(named).collect())
    }
    let of = |(id, links): (&OpportunityId, &Links)| {
        let both = HashMap::from([
            (STEPS.to_owned(), list(&links.steps)),
            (PAINS.to_owned(), list(&links.pains)),
        ]);
        (id.to_string(), Any::Map(Arc::new(both)))
    };
    let section: HashMap<String, Any> = links.iter().map(of).collect();
    let extra = txn.get_or_insert_map(schema::EXTRA);
    extra.insert(txn, SECTION, Any::Map(Arc::new(section)));
}

/// Reads what [`write`] wrote; anybody may have written it.
pub(super) fn read<T: ReadTxn>(txn: &T, map: &JourneyMap) -> AllLinks {
    let section = root(txn, schema::EXTRA).and_then(|extra| extra.get(txn, SECTION));
    let Some(Out::Any(Any::Map(section))) = section else {
        return AllLinks::new();
    };
    fn list<Id>(
        of: &HashMap<String, Any>,
        key: &str,
        most: usize,
        parse: impl Fn(&str) -> Option<Id>,
    ) -> Vec<Named<Id>> {
        let Some(Any::Array(items)) = of.get(key) else {
            return Vec::new();
        };
        let named = |item: &Any| {
            Some(Named {
                id: parse(entry(item, ID)?)?,
                says: entry(item, SAYS)?.to_owned(),
            })
        };
        items.iter().take(most).filter_map(named).collect()
    }
    let of = |opportunity: &Opportunity| {
        let Any::Map(of) = section.get(opportunity.id.as_str())? else {
            return None;
        };
        let links = Links {
            steps: list(of, STEPS, limits::STEPS, |id| StepId::parse(id).ok()),
            pains: list(of, PAINS, limits::ITEMS, |id| PainId::parse(id).ok()),
        };
        Some((opportunity.id.clone(), links)).filter(|(_, links)| !links.is_empty())
    };
    map.opportunities.iter().filter_map(of).collect()
}
