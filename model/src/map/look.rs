//! Looking things up in a map that was read.

use super::JourneyMap;
use crate::edit::{Target, TextField};

/// The text a field has now; `None` when what it belongs to is not in the map.
pub fn text_of<'a>(map: &'a JourneyMap, field: &TextField) -> Option<&'a str> {
    let frame = &map.frame;
    let text = match field {
        TextField::MapTitle => &frame.title,
        TextField::Scope => &frame.scope,
        TextField::StartsWhen => &frame.starts_when,
        TextField::EndsWhen => &frame.ends_when,
        TextField::Why => &frame.why,
        TextField::Scenario => &frame.scenario,
        TextField::PersonaGoal => &frame.persona_goal,
        TextField::BusinessGoal => &frame.business_goal,
        TextField::Lead => &frame.lead,
        TextField::Manager => &frame.manager,
        TextField::Coordinators => &frame.coordinators,
        TextField::Supporters => &frame.supporters,
        TextField::PersonaName(id) => &map.personas.iter().find(|it| it.id == *id)?.name,
        TextField::StageTitle(id) => &map.stages.iter().find(|it| it.id == *id)?.title,
        TextField::StageGoal(id) => &map.stages.iter().find(|it| it.id == *id)?.goal,
        TextField::StepTitle(id) => &map.steps.iter().find(|it| it.id == *id)?.title,
        TextField::LaneTitle(id) => &map.lanes.iter().find(|it| it.id == *id)?.title,
        TextField::CardText(id) => &map.cards.iter().find(|it| it.id == *id)?.text,
        TextField::PainText(id) => &map.pains.iter().find(|it| it.id == *id)?.text,
        TextField::OpportunityTitle(id) => &map.opportunities.iter().find(|it| it.id == *id)?.title,
        TextField::ConnectorLabel(id) => &map.connectors.iter().find(|it| it.id == *id)?.label,
        TextField::ConnectorCondition(id) => {
            &map.connectors.iter().find(|it| it.id == *id)?.condition
        }
        TextField::GroupTitle(id) => &map.groups.iter().find(|it| it.id == *id)?.title,
    };
    Some(text)
}

/// What to call a thing in a sentence: `card “Opens six tabs”`, or `empty card`.
pub fn label_of(map: &JourneyMap, target: &Target) -> Option<String> {
    let (kind, field) = match target {
        Target::Stage(id) => ("stage", TextField::StageTitle(id.clone())),
        Target::Step(id) => ("step", TextField::StepTitle(id.clone())),
        Target::Lane(id) => ("lane", TextField::LaneTitle(id.clone())),
        Target::Card(id) => ("card", TextField::CardText(id.clone())),
        Target::Pain(id) => ("pain point", TextField::PainText(id.clone())),
        Target::Opportunity(id) => ("opportunity", TextField::OpportunityTitle(id.clone())),
        Target::Connector(id) => ("connection", TextField::ConnectorLabel(id.clone())),
        Target::Group(id) => ("group", TextField::GroupTitle(id.clone())),
    };
    let text = shortened(text_of(map, &field)?);
    Some(if text.is_empty() {
        format!("empty {kind}")
    } else {
        format!("{kind} “{text}”")
    })
}

/// The first line, up to a length that fits a message.
fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    if line.chars().count() <= MOST {
        return line.to_owned();
    }
    let cut: String = line.chars().take(MOST - 1).collect();
    // Cut between words when there is a word's end nearby.
    let end = cut
        .rfind(' ')
        .filter(|&end| end * 2 > cut.len())
        .unwrap_or(cut.len());
    format!("{}…", cut[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use super::label_of;
    use crate::edit::Target;
    use crate::ids::{CardId, LaneId, StepId};
    use crate::map::{Card, JourneyMap};

    fn map_with(text: &str) -> (JourneyMap, Target) {
        let id = CardId::parse("k").unwrap();
        let card = Card {
            id: id.clone(),
            step: StepId::parse("s").unwrap(),
            lane: LaneId::parse("l").unwrap(),
            span_to: None,
            text: text.to_owned(),
            source: String::new(),
            colour: None,
            status: None,
            group: None,
            author: None,
        };
        (
            JourneyMap {
                cards: vec![card],
                ..JourneyMap::default()
            },
            Target::Card(id),
        )
    }

    #[test]
    fn a_label_quotes_the_text_and_shortens_it_between_words() {
        for (text, label) in [
            ("Opens six tabs", "card “Opens six tabs”"),
            (" \n", "empty card"),
            ("\n first\nsecond", "card “first”"),
            (
                "Compares the prices of eleven vendors in a sheet",
                "card “Compares the prices of eleven vendors…”",
            ),
        ] {
            let (map, target) = map_with(text);
            assert_eq!(label_of(&map, &target).as_deref(), Some(label));
        }
        assert_eq!(label_of(&JourneyMap::default(), &map_with("").1), None);
    }
}
