//! What `changes` says between two maps is all of it, and nothing more.

use waymark_model::Grid;
use waymark_model::diff::{Change, changes};
use waymark_model::ids::{CardId, StepId};
use waymark_model::map::JourneyMap;

/// The changes between two maps lead from the old one to the new one, and each of them
/// is needed.
pub(super) fn check_changes(old: &JourneyMap, new: &JourneyMap) {
    let changes = changes(old, new);
    assert!(changes.is_sorted_by(|a, b| a < b), "{changes:?}");
    assert_eq!(patched(old, new, &changes), View::of(new), "{changes:?}");
    for left_out in 0..changes.len() {
        let mut fewer = changes.clone();
        let change = fewer.remove(left_out);
        assert_ne!(
            patched(old, new, &fewer),
            View::of(new),
            "{change:?} was not needed"
        );
    }
}

/// Lists of items, what is in each cell, and how far cards reach.
type Cells = (
    Vec<String>,
    Vec<(waymark_model::grid::CellId, Vec<waymark_model::grid::Item>)>,
    Vec<(CardId, StepId)>,
);

/// A map as somebody keeps it who only looks at changes.
#[derive(Clone, Debug, PartialEq)]
struct View {
    map: JourneyMap,
    structure: Vec<String>,
    cells: Cells,
}

impl View {
    fn of(map: &JourneyMap) -> Self {
        let mut cells: Vec<_> = Grid::of(map).cells.into_iter().collect();
        cells.sort();
        let steps = map.steps.iter().map(|it| format!("{}/{}", it.stage, it.id));
        let structure = map
            .stages
            .iter()
            .map(|it| it.id.to_string())
            .chain(steps)
            .chain(
                map.lanes
                    .iter()
                    .map(|it| format!("{} {} {}", it.id, it.hidden, it.collapsed)),
            )
            .chain(map.personas.iter().map(|it| it.id.to_string()))
            .collect();
        let lists = map
            .pains
            .iter()
            .map(|it| it.id.to_string())
            .chain(map.opportunities.iter().map(|it| it.id.to_string()))
            .chain(map.metrics.iter().map(|it| it.id.to_string()))
            .collect();
        let mut spans: Vec<_> = map
            .cards
            .iter()
            .filter_map(|it| Some((it.id.clone(), it.span_to.clone()?)))
            .collect();
        spans.sort();
        Self {
            map: sorted(map.clone()),
            structure,
            cells: (lists, cells, spans),
        }
    }
}

fn sorted(mut map: JourneyMap) -> JourneyMap {
    map.personas.sort_by(|a, b| a.id.cmp(&b.id));
    map.stages.sort_by(|a, b| a.id.cmp(&b.id));
    map.steps.sort_by(|a, b| a.id.cmp(&b.id));
    map.lanes.sort_by(|a, b| a.id.cmp(&b.id));
    map.cards.sort_by(|a, b| a.id.cmp(&b.id));
    map.pains.sort_by(|a, b| a.id.cmp(&b.id));
    map.opportunities.sort_by(|a, b| a.id.cmp(&b.id));
    map
}

macro_rules! patch {
    ($view:ident, $new:ident, $list:ident, $id:ident) => {{
        $view.map.$list.retain(|it| it.id != *$id);
        $view
            .map
            .$list
            .extend($new.$list.iter().find(|it| it.id == *$id).cloned());
    }};
}

fn patched(old: &JourneyMap, new: &JourneyMap, changes: &[Change]) -> View {
    let mut view = View::of(old);
    let target = View::of(new);
    for change in changes {
        match change {
            Change::Frame => view.map.frame = new.frame.clone(),
            Change::Structure => view.structure = target.structure.clone(),
            Change::Cells => view.cells = target.cells.clone(),
            Change::Emotions => view.map.emotions = new.emotions.clone(),
            Change::Connectors => view.map.connectors = new.connectors.clone(),
            Change::Groups => view.map.groups = new.groups.clone(),
            Change::Persona(id) => patch!(view, new, personas, id),
            Change::Stage(id) => patch!(view, new, stages, id),
            Change::Step(id) => patch!(view, new, steps, id),
            Change::Lane(id) => patch!(view, new, lanes, id),
            Change::Card(id) => patch!(view, new, cards, id),
            Change::Pain(id) => patch!(view, new, pains, id),
            Change::Opportunity(id) => patch!(view, new, opportunities, id),
            Change::Metric(id) => patch!(view, new, metrics, id),
            Change::Choices(field) => match new.choices.get(field) {
                Some(choices) => drop(view.map.choices.insert(field.clone(), choices.clone())),
                None => drop(view.map.choices.remove(field)),
            },
        }
    }
    View {
        map: sorted(view.map),
        ..view
    }
}
