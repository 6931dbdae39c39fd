//! Scalars: plain values that are set as a whole, and how people may come to disagree
//! about one.
//!
//! The last writer wins a scalar, for every program that reads the document. Beside it
//! the root `choices` keeps what each replica chose ([`crate::schema::CHOICES`]): who
//! sets a scalar replaces the choices they know of by their own, so two people who set
//! it at the same time leave two choices, and the map shows both until somebody sets it
//! again ([`crate::JourneyMap::choices`]).

use std::sync::Arc;

use yrs::{Any, Number};

use crate::edit::{Kind, OpportunityScore, PainScore};
use crate::ids::{CardId, IdError, OpportunityId, PainId, PersonaId, StepId};
use crate::limits::TEXT_CHARS;
use crate::map::value::finite;
use crate::map::{JourneyMap, Scale};
use crate::schema;
use crate::vocabulary::{ClaimStatus, Colour, OpportunityStatus, PainEffect};

/// A scalar, addressed by what it belongs to. A new one gets a variant, its place
/// (`place`), its way back (`parse`) and its range (`accepts`);
/// then [`crate::Edit::SetScalar`] sets it and alternatives are kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScalarField {
    /// The settled emotion of a step for a persona: a number on the map's scale.
    Emotion(StepId, PersonaId),
    /// Whether a step is a moment of truth: a flag.
    MomentOfTruth(StepId),
    /// How long a step takes: words.
    Duration(StepId),
    /// The colour of a card: a word of [`Colour`].
    CardColour(CardId),
    /// How what a card says is known: a word of [`ClaimStatus`].
    CardStatus(CardId),
    /// Where a quote comes from: words.
    CardSource(CardId),
    /// A number of a pain point, 1–5.
    Pain(PainId, PainScore),
    /// What people do about a pain point: a word of [`PainEffect`].
    PainEffect(PainId),
    /// How a pain point is known: a word of [`ClaimStatus`].
    PainStatus(PainId),
    /// A number of an opportunity.
    Opportunity(OpportunityId, OpportunityScore),
    /// How far an opportunity has got: a word of [`OpportunityStatus`].
    OpportunityStatus(OpportunityId),
}

/// The value of a scalar.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// A number.
    Number(f64),
    /// A word, of a closed set or free.
    Word(String),
    /// Yes or no.
    Flag(bool),
}

/// What somebody chose for a scalar that others chose differently at the same time.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The value; `None` when they cleared it.
    pub value: Option<Scalar>,
    /// Who chose it, as they were called then.
    pub by: String,
    /// When, in milliseconds since the Unix epoch, by their clock.
    pub at: u64,
}

/// The most characters of a free word.
pub(crate) const WORD_CHARS: usize = 200;

/// Where a scalar stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    /// What it belongs to.
    pub(crate) kind: Kind,
    /// The id of that.
    pub(crate) id: &'a str,
    /// The field; for an emotion it is the persona's id.
    pub(crate) name: &'a str,
    /// Whether it stands in the root `emotions` instead of the thing's own fields.
    pub(crate) is_emotion: bool,
}

impl ScalarField {
    pub(crate) fn place(&self) -> Place<'_> {
        let own = |kind, id, name| Place {
            kind,
            id,
            name,
            is_emotion: false,
        };
        match self {
            Self::Emotion(step, persona) => Place {
                is_emotion: true,
                ..own(Kind::Step, step.as_str(), persona.as_str())
            },
            Self::MomentOfTruth(id) => own(Kind::Step, id.as_str(), schema::MOMENT_OF_TRUTH),
            Self::Duration(id) => own(Kind::Step, id.as_str(), schema::DURATION),
            Self::CardColour(id) => own(Kind::Card, id.as_str(), schema::COLOUR),
            Self::CardStatus(id) => own(Kind::Card, id.as_str(), schema::STATUS),
            Self::CardSource(id) => own(Kind::Card, id.as_str(), schema::SOURCE),
            Self::Pain(id, score) => own(Kind::Pain, id.as_str(), pain_key(*score)),
            Self::PainEffect(id) => own(Kind::Pain, id.as_str(), schema::EFFECT),
            Self::PainStatus(id) => own(Kind::Pain, id.as_str(), schema::STATUS),
            Self::Opportunity(id, score) => {
                own(Kind::Opportunity, id.as_str(), opportunity_key(*score))
            }
            Self::OpportunityStatus(id) => own(Kind::Opportunity, id.as_str(), schema::STATUS),
        }
    }

    /// The scalar's name: `ROOT/ID/FIELD`, which no other scalar has. Choices stand
    /// under it and the chooser's client id.
    pub fn key(&self) -> String {
        let place = self.place();
        let root = if place.is_emotion {
            schema::EMOTIONS
        } else {
            place.kind.root()
        };
        format!("{root}/{}/{}", place.id, place.name)
    }

    /// The scalar of a name.
    pub fn parse(key: &str) -> Option<Self> {
        let mut parts = key.split('/');
        let (root, id, name) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        of_parts(root, id, name).ok().flatten()
    }

    /// Whether a value is in the scalar's range. `None` (cleared) always is.
    pub fn accepts(&self, value: Option<&Scalar>, scale: Scale) -> bool {
        let Some(value) = value else { return true };
        match (self, value) {
            (Self::Emotion(..), Scalar::Number(value)) => (scale.min..=scale.max).contains(value),
            (Self::MomentOfTruth(_), Scalar::Flag(_)) => true,
            (Self::Duration(_), Scalar::Word(word)) => word.chars().count() <= WORD_CHARS,
            // Files may say a lot about it.
            (Self::CardSource(_), Scalar::Word(word)) => word.chars().count() <= TEXT_CHARS,
            (Self::Pain(..) | Self::Opportunity(..), Scalar::Number(value)) => {
                self.range().is_some_and(|(min, max)| {
                    value.fract() == 0.0 && (f64::from(min)..=f64::from(max)).contains(value)
                })
            }
            (Self::PainEffect(_), Scalar::Word(word)) => PainEffect::from_word(word).is_some(),
            (Self::CardColour(_), Scalar::Word(word)) => Colour::from_word(word).is_some(),
            (Self::PainStatus(_) | Self::CardStatus(_), Scalar::Word(word)) => {
                ClaimStatus::from_word(word).is_some()
            }
            (Self::OpportunityStatus(_), Scalar::Word(word)) => {
                OpportunityStatus::from_word(word).is_some()
            }
            _ => false,
        }
    }

    /// The lowest and highest whole number, for scores.
    pub fn range(&self) -> Option<(u8, u8)> {
        match self {
            Self::Pain(..) => Some((1, 5)),
            Self::Opportunity(_, OpportunityScore::Effort) => Some((0, 5)),
            Self::Opportunity(..) => Some((0, 100)),
            _ => None,
        }
    }

    /// Whether what it belongs to is in the map.
    pub(crate) fn is_in(&self, map: &JourneyMap) -> bool {
        match self {
            Self::Emotion(step, persona) => {
                map.steps.iter().any(|it| it.id == *step)
                    && map.personas.iter().any(|it| it.id == *persona)
            }
            Self::MomentOfTruth(id) | Self::Duration(id) => map.steps.iter().any(|it| it.id == *id),
            Self::CardColour(id) | Self::CardStatus(id) | Self::CardSource(id) => {
                map.cards.iter().any(|it| it.id == *id)
            }
            Self::Pain(id, _) | Self::PainEffect(id) | Self::PainStatus(id) => {
                map.pains.iter().any(|it| it.id == *id)
            }
            Self::Opportunity(id, _) | Self::OpportunityStatus(id) => {
                map.opportunities.iter().any(|it| it.id == *id)
            }
        }
    }
}

fn of_parts(root: &str, id: &str, name: &str) -> Result<Option<ScalarField>, IdError> {
    let pain = |field: fn(PainId) -> ScalarField| PainId::parse(id).map(field);
    let score = |score| PainId::parse(id).map(|id| ScalarField::Pain(id, score));
    let value = |score| OpportunityId::parse(id).map(|id| ScalarField::Opportunity(id, score));
    let step = |field: fn(StepId) -> ScalarField| StepId::parse(id).map(field);
    Ok(Some(match (root, name) {
        (schema::EMOTIONS, persona) => {
            ScalarField::Emotion(StepId::parse(id)?, PersonaId::parse(persona)?)
        }
        (schema::STEPS, schema::MOMENT_OF_TRUTH) => step(ScalarField::MomentOfTruth)?,
        (schema::STEPS, schema::DURATION) => step(ScalarField::Duration)?,
        (schema::CARDS, schema::COLOUR) => ScalarField::CardColour(CardId::parse(id)?),
        (schema::CARDS, schema::STATUS) => ScalarField::CardStatus(CardId::parse(id)?),
        (schema::CARDS, schema::SOURCE) => ScalarField::CardSource(CardId::parse(id)?),
        (schema::PAINS, schema::SEVERITY) => score(PainScore::Severity)?,
        (schema::PAINS, schema::FREQUENCY) => score(PainScore::Frequency)?,
        (schema::PAINS, schema::IMPACT) => score(PainScore::Impact)?,
        (schema::PAINS, schema::EFFECT) => pain(ScalarField::PainEffect)?,
        (schema::PAINS, schema::STATUS) => pain(ScalarField::PainStatus)?,
        (schema::OPPORTUNITIES, schema::CUSTOMER_VALUE) => value(OpportunityScore::CustomerValue)?,
        (schema::OPPORTUNITIES, schema::BUSINESS_VALUE) => value(OpportunityScore::BusinessValue)?,
        (schema::OPPORTUNITIES, schema::EFFORT) => value(OpportunityScore::Effort)?,
        (schema::OPPORTUNITIES, schema::STATUS) => {
            ScalarField::OpportunityStatus(OpportunityId::parse(id)?)
        }
        _ => return Ok(None),
    }))
}

fn pain_key(score: PainScore) -> &'static str {
    match score {
        PainScore::Severity => schema::SEVERITY,
        PainScore::Frequency => schema::FREQUENCY,
        PainScore::Impact => schema::IMPACT,
    }
}

fn opportunity_key(score: OpportunityScore) -> &'static str {
    match score {
        OpportunityScore::CustomerValue => schema::CUSTOMER_VALUE,
        OpportunityScore::BusinessValue => schema::BUSINESS_VALUE,
        OpportunityScore::Effort => schema::EFFORT,
    }
}

impl Scalar {
    pub(crate) fn to_any(&self) -> Any {
        match self {
            Self::Number(value) => Any::Number(Number::try_i64(*value)),
            Self::Word(word) => Any::String(Arc::from(word.as_str())),
            Self::Flag(value) => Any::Bool(*value),
        }
    }

    pub(crate) fn from_any(value: &Any) -> Option<Self> {
        match value {
            Any::Number(_) => finite(value).map(Self::Number),
            Any::String(word) => Some(Self::Word(word.as_ref().to_owned())),
            Any::Bool(value) => Some(Self::Flag(*value)),
            _ => None,
        }
    }
}

impl From<u8> for Scalar {
    fn from(value: u8) -> Self {
        Self::Number(value.into())
    }
}

impl From<&str> for Scalar {
    fn from(word: &str) -> Self {
        Self::Word(word.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scalar_is_found_again_by_its_name() {
        let (step, pain) = (StepId::parse("s-1").unwrap(), PainId::parse("p_1").unwrap());
        let opportunity = OpportunityId::parse("o").unwrap();
        let all = [
            ScalarField::Emotion(step.clone(), PersonaId::parse("mei").unwrap()),
            ScalarField::MomentOfTruth(step.clone()),
            ScalarField::Duration(step),
            ScalarField::CardColour(CardId::parse("c").unwrap()),
            ScalarField::CardStatus(CardId::parse("c").unwrap()),
            ScalarField::CardSource(CardId::parse("c").unwrap()),
            ScalarField::Pain(pain.clone(), PainScore::Severity),
            ScalarField::Pain(pain.clone(), PainScore::Frequency),
            ScalarField::Pain(pain.clone(), PainScore::Impact),
            ScalarField::PainEffect(pain.clone()),
            ScalarField::PainStatus(pain),
            ScalarField::Opportunity(opportunity.clone(), OpportunityScore::CustomerValue),
            ScalarField::Opportunity(opportunity.clone(), OpportunityScore::BusinessValue),
            ScalarField::Opportunity(opportunity.clone(), OpportunityScore::Effort),
            ScalarField::OpportunityStatus(opportunity),
        ];
        for field in all {
            assert_eq!(ScalarField::parse(&field.key()), Some(field.clone()));
            assert!(field.accepts(None, Scale::default()));
        }
        for key in [
            "",
            "pains",
            "pains/p/colour",
            "pains//effect",
            "pains/p/effect/7",
            "x/y/z",
        ] {
            assert_eq!(ScalarField::parse(key), None, "{key}");
        }
    }
}
