//! Edits of scalars that have no edit of their own, and of what is to come back.

use waymark_model::edit::{Edit, Target};
use waymark_model::grid::Item;
use waymark_model::ids::{CardId, ConnectorId, LaneId, OpportunityId, PainId, StageId, StepId};
use waymark_model::map::{JourneyMap, Written};
use waymark_model::rich::{DetailsOf, ListKind, Mark, Marks};
use waymark_model::scalar::{Scalar, ScalarField};
use waymark_model::vocabulary::{ClaimStatus, OpportunityStatus};

use super::pick;

/// The edit that two dice choose, if the map has what it needs.
pub(super) fn edit(map: &JourneyMap, (a, b): (u16, u16)) -> Option<Edit> {
    let claim = pick(ClaimStatus::ALL, b).map(|it| Scalar::from(it.word()));
    let (kind, a) = (a % 7, a / 7);
    if kind == 5 {
        let pains = map.pains.iter().map(|it| it.id.clone());
        return Some(Edit::LinkOpportunity {
            id: pick(&map.opportunities, a)?.id,
            also: pick(&map.steps, b).map(|it| it.id).into_iter().collect(),
            pains: pains.take(usize::from(b % 3)).collect(),
        });
    }
    if kind == 6 {
        return Some(Edit::SetScalar {
            field: ScalarField::CardSource(pick(&map.cards, a)?.id),
            value: [None, Some("an interview".into())][usize::from(b % 2)].clone(),
        });
    }
    if kind == 4 {
        return Some(Edit::SetAuthor {
            of: Item::Card(pick(&map.cards, a)?.id),
            author: Written::new(["Ana", "Ben", ""][usize::from(b % 3)], u64::from(b)),
        });
    }
    let (field, value) = match kind {
        0 => (ScalarField::CardStatus(pick(&map.cards, a)?.id), claim),
        1 => (ScalarField::PainStatus(pick(&map.pains, a)?.id), claim),
        2 => (
            ScalarField::OpportunityStatus(pick(&map.opportunities, a)?.id),
            pick(OpportunityStatus::ALL, b).map(|it| Scalar::from(it.word())),
        ),
        _ => (
            ScalarField::Duration(pick(&map.steps, a)?.id),
            Some(Scalar::from("two days")),
        ),
    };
    let value = value.filter(|_| b % 5 > 0);
    Some(Edit::SetScalar { field, value })
}

/// An edit of the details of something, if there is any such thing.
pub(super) fn rich(map: &JourneyMap, (a, b): (u16, u16), text: String) -> Option<Edit> {
    let of = details(map, a)?;
    if b % 2 == 0 {
        return Some(Edit::SpliceDetails {
            of,
            at: usize::from(b % 20),
            remove: usize::from(a % 5),
            insert: if a % 3 == 0 { text + "\n" } else { text },
            marks: Marks {
                bold: b % 4 == 0,
                italic: b % 3 == 1,
                link: (b % 5 == 2).then(|| "https://example.org/".to_owned()),
            },
        });
    }
    let marks = [
        Mark::Bold(true),
        Mark::Bold(false),
        Mark::Italic(true),
        Mark::Link(None),
        Mark::List(Some(ListKind::Bullet)),
        Mark::List(None),
    ];
    Some(Edit::MarkDetails {
        of,
        from: usize::from(a % 11),
        to: usize::from(a % 11 + b % 9),
        mark: pick(&marks, b / 2)?,
    })
}

/// Whose details a number chooses.
fn details(map: &JourneyMap, by: u16) -> Option<DetailsOf> {
    let nth = by / 5;
    Some(match by % 5 {
        0 => DetailsOf::Pain(pick(&map.pains, nth)?.id),
        1 => DetailsOf::Opportunity(pick(&map.opportunities, nth)?.id),
        2 => DetailsOf::Step(pick(&map.steps, nth)?.id),
        3 => DetailsOf::Stage(pick(&map.stages, nth)?.id),
        _ => DetailsOf::Card(pick(&map.cards, nth)?.id),
    })
}

/// Something that may have been made before `name`, and may be deleted.
pub(super) fn made_earlier(name: &str, (a, b): (u16, u16)) -> Option<Target> {
    let turn: u16 = name.strip_prefix('n')?.parse().ok()?;
    let id = format!("n{}", a.checked_rem(turn)?);
    Some(match b % 7 {
        0 => Target::Stage(StageId::parse(&id).ok()?),
        1 => Target::Step(StepId::parse(&id).ok()?),
        2 => Target::Lane(LaneId::parse(&id).ok()?),
        3 => Target::Pain(PainId::parse(&id).ok()?),
        4 => Target::Opportunity(OpportunityId::parse(&id).ok()?),
        5 => Target::Connector(ConnectorId::parse(&id).ok()?),
        _ => Target::Card(CardId::parse(&id).ok()?),
    })
}
