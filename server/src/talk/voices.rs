//! What people are called who take part, and who somebody is where nobody signs in.
//!
//! Names stand in the record `person/{id}` and nowhere else. Where nobody signs in, each
//! browser makes an id of its own and says what to call it: everybody there is trusted with
//! everything, and people still want to know who said what.

use serde::{Deserialize, Serialize};
use waymark_model::ids::{MapId, PersonId};
use waymark_sync::Timestamp;

use super::{TalkProblem, Talks, Who};
use crate::auth::Caller;
use crate::auth::caller::Credential;
use crate::people::{self, clean_name};
use crate::store::StoreError;

/// What somebody is called whose name nobody knows.
const SOMEBODY: &str = "Somebody";
/// How many people one map's page is told of, besides those who take part.
const MOST: usize = 300;

/// Who a browser says it is, where nobody signs in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Claim {
    id: String,
    name: String,
    colour: u8,
}

/// How somebody is called and shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Voice {
    pub(crate) id: PersonId,
    pub(crate) name: String,
    /// An index into the page's palette.
    pub(crate) colour: u8,
}

/// The same id, as comments spell it.
fn spoken(person: &people::PersonId) -> Result<PersonId, TalkProblem> {
    PersonId::parse(person.as_str()).map_err(|_| TalkProblem::Unclear("it is unclear who you are"))
}

impl Talks {
    /// Who asks, and what they may do with a map.
    pub(crate) async fn who(
        &self,
        map: &MapId,
        caller: &Caller,
        claim: Option<&Claim>,
    ) -> Result<Who, TalkProblem> {
        let standing = self.auth.standing(caller, map, self.clock.now()).await?;
        let standing = standing.ok_or_else(|| TalkProblem::Missing(map.to_string()))?;
        let person = self.oneself(caller, claim).await?;
        Ok(Who {
            person,
            role: standing.role,
        })
    }

    /// Who asks; where nobody signs in, who the browser says it is.
    pub(crate) async fn oneself(
        &self,
        caller: &Caller,
        claim: Option<&Claim>,
    ) -> Result<PersonId, TalkProblem> {
        match claim {
            Some(claim) if caller.credential == Credential::Local => self.introduce(claim).await,
            _ => spoken(&caller.person),
        }
    }

    /// Notes what a browser wants to be called.
    async fn introduce(&self, claim: &Claim) -> Result<PersonId, TalkProblem> {
        let unclear = || TalkProblem::Unclear("this is not the id of a person");
        let person = people::PersonId::parse(&claim.id).ok_or_else(unclear)?;
        if person == people::PersonId::local() {
            return Err(unclear());
        }
        let name = clean_name(&claim.name).unwrap_or_else(|| SOMEBODY.to_owned());
        let people = self.auth.people();
        if !people.introduce(&person, &name, claim.colour).await? {
            return Err(TalkProblem::Unclear("this is somebody else"));
        }
        spoken(&person)
    }

    /// Whether there is such a person, who can see the map.
    pub(super) async fn sees(
        &self,
        person: &PersonId,
        map: &MapId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        match people::PersonId::parse(person.as_str()) {
            Some(person) => self.auth.may_see(&person, map, now).await,
            None => Ok(false),
        }
    }

    /// How a person is called.
    pub(super) async fn voice(&self, person: &PersonId) -> Result<Voice, TalkProblem> {
        let known = match people::PersonId::parse(person.as_str()) {
            Some(person) => self.auth.people().person(&person).await?,
            None => None,
        };
        let (name, colour) = known.map_or_else(
            || (SOMEBODY.to_owned(), 0),
            |known| (known.name, known.colour % people::COLOURS),
        );
        Ok(Voice {
            id: person.clone(),
            name,
            colour,
        })
    }

    /// Everybody who takes part in what is said about a map, or can be mentioned there.
    pub(crate) async fn voices(&self, map: &MapId) -> Result<Vec<Voice>, TalkProblem> {
        let now = self.clock.now();
        let talk = self.read(map).await?.unwrap_or_default();
        let mut people = talk.people();
        let most = people.len() + MOST;
        for person in self.auth.people().everybody().await? {
            if people.len() >= most {
                break;
            }
            let Ok(person) = spoken(&person) else {
                continue;
            };
            if !people.contains(&person) && self.sees(&person, map, now).await? {
                people.push(person);
            }
        }
        let mut voices = Vec::with_capacity(people.len());
        for person in &people {
            voices.push(self.voice(person).await?);
        }
        voices.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(voices)
    }
}
