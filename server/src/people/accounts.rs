//! Persons, and what they sign in with.

use serde::{Deserialize, Serialize};
use waymark_sync::{Profile, Timestamp};

use super::{People, PeopleError, PersonId};
use crate::auth::digest;
use crate::records::{self, Next};
use crate::store::{Records, Revision, StoreError};

/// The longest name, in characters; the same as on the page.
const NAME_CHARACTERS: usize = 40;
/// The longest e-mail address there can be.
const EMAIL_BYTES: usize = 254;
/// How many colours people are told apart by; the same as on the page.
pub(crate) const COLOURS: u8 = 8;
/// What somebody is called who was removed.
const FORMER: &str = "Former member";

/// What a person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Signs in, with e-mail and password or with the provider.
    Account,
    /// Came through a link.
    Guest,
    /// Everybody, where nobody signs in.
    Local,
    /// Was removed; only what they did is left.
    Former,
}

/// How a person is called and shown. Nothing else says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Person {
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    /// An index into the page's palette.
    pub(crate) colour: u8,
    pub(crate) kind: Kind,
}

/// The palette in which people are shown, as `--u1` to `--u8` of our pages by day.
const PALETTE: [&str; COLOURS as usize] = [
    "#c23a4d", "#2f6ad4", "#7a4fbf", "#ad5a0c", "#1f7a52", "#0f7490", "#b23683", "#5b6672",
];

impl Person {
    /// How others see them.
    pub(crate) fn shown(&self) -> Profile {
        let colour = self.colour % COLOURS;
        Profile {
            name: self.name.clone(),
            colour,
            css: PALETTE[usize::from(colour)].to_owned(),
        }
    }
}

/// The credentials of a person.
#[derive(Clone, Serialize, Deserialize)]
struct Account {
    /// In PHC form.
    password: String,
    /// When it was set, in milliseconds since the Unix epoch.
    set_at: u64,
}

#[derive(Serialize, Deserialize)]
struct Whose {
    person: PersonId,
}

/// A name fit to be shown: one line, no characters that hide or turn others; `None` if
/// nothing is left.
pub(crate) fn clean_name(name: &str) -> Option<String> {
    let hides = |c: char| matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let shown = |c: char| match c {
        c if c.is_whitespace() => Some(' '),
        c if c.is_control() || hides(c) => None,
        c => Some(c),
    };
    let name: String = name
        .trim()
        .chars()
        .filter_map(shown)
        .take(NAME_CHARACTERS)
        .collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// An e-mail address in the one form in which addresses are compared: without surrounding
/// space, in small letters. `None` if it is none.
pub(crate) fn normalise_email(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let (local, domain) = text.rsplit_once('@')?;
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';');
    let possible = !local.is_empty()
        && !domain.is_empty()
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && text.len() <= EMAIL_BYTES
        && !text.contains(odd);
    possible.then_some(text)
}

fn person_key(person: &PersonId) -> String {
    format!("person/{person}")
}

fn account_key(person: &PersonId) -> String {
    format!("account/{person}")
}

/// Addresses are personal: keys hold only their hash.
fn email_key(email: &str) -> String {
    format!("email/{}", digest(email))
}

impl People {
    pub(crate) async fn person(&self, id: &PersonId) -> Result<Option<Person>, StoreError> {
        records::get(self.store(), &person_key(id)).await
    }

    /// Makes a guest.
    pub(crate) async fn add_guest(&self, name: &str) -> Result<PersonId, StoreError> {
        let id = PersonId::random();
        let guest = Person {
            name: name.to_owned(),
            email: None,
            colour: random_colour(),
            kind: Kind::Guest,
        };
        records::put(self.store(), &person_key(&id), Revision(0), &guest).await?;
        Ok(id)
    }

    /// Notes what a browser is to be called, where nobody signs in. `false` if somebody else
    /// has this id.
    pub(crate) async fn introduce(
        &self,
        id: &PersonId,
        name: &str,
        colour: u8,
    ) -> Result<bool, StoreError> {
        records::change(self.store(), &person_key(id), |before: Option<Person>| {
            let now = Person {
                name: name.to_owned(),
                email: None,
                colour: colour % COLOURS,
                kind: Kind::Local,
            };
            Ok(match before {
                Some(before) if before.kind != Kind::Local => (Next::Keep, false),
                Some(before) if before == now => (Next::Keep, true),
                _ => (Next::Write(now), true),
            })
        })
        .await
    }

    /// Makes an account. A guest who makes one stays the same person, so that what they did
    /// stays theirs.
    pub(crate) async fn add_account(
        &self,
        guest: Option<PersonId>,
        name: &str,
        email: &str,
        password: String,
        now: Timestamp,
    ) -> Result<PersonId, PeopleError> {
        let person = guest.unwrap_or_else(PersonId::random);
        self.make_account(&person, name, Some(email)).await?;
        self.set_password(&person, password, now).await?;
        Ok(person)
    }

    /// Makes an account that nobody can sign in to yet.
    pub(super) async fn make_account(
        &self,
        person: &PersonId,
        name: &str,
        email: Option<&str>,
    ) -> Result<(), PeopleError> {
        let store = self.store();
        if let Some(email) = email {
            // The address first: two who try at once cannot both have it.
            let whose = Whose {
                person: person.clone(),
            };
            if !records::put(store, &email_key(email), Revision(0), &whose).await? {
                return Err(PeopleError::EmailTaken);
            }
        }
        records::change(store, &person_key(person), |before: Option<Person>| {
            let colour = before.map_or_else(random_colour, |before| before.colour);
            let now = Person {
                name: name.to_owned(),
                email: email.map(ToOwned::to_owned),
                colour,
                kind: Kind::Account,
            };
            Ok::<_, StoreError>((Next::Write(now), ()))
        })
        .await?;
        Ok(())
    }

    /// Who has this e-mail.
    pub(crate) async fn by_email(&self, email: &str) -> Result<Option<PersonId>, StoreError> {
        let whose: Option<Whose> = records::get(self.store(), &email_key(email)).await?;
        Ok(whose.map(|whose| whose.person))
    }

    /// The hash of a person's password.
    pub(crate) async fn password(&self, person: &PersonId) -> Result<Option<String>, StoreError> {
        let account: Option<Account> = records::get(self.store(), &account_key(person)).await?;
        Ok(account.map(|account| account.password))
    }

    pub(crate) async fn set_password(
        &self,
        person: &PersonId,
        password: String,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        records::change(self.store(), &account_key(person), |_: Option<Account>| {
            let account = Account {
                password: password.clone(),
                set_at: now.0,
            };
            Ok((Next::Write(account), ()))
        })
        .await
    }

    /// Changes how a person is shown.
    pub(crate) async fn rename(
        &self,
        person: &PersonId,
        name: Option<&str>,
        colour: Option<u8>,
    ) -> Result<Person, PeopleError> {
        records::change(
            self.store(),
            &person_key(person),
            |before: Option<Person>| {
                let mut person = before.ok_or(PeopleError::Nobody)?;
                if let Some(name) = name {
                    name.clone_into(&mut person.name);
                }
                person.colour = colour.unwrap_or(person.colour) % COLOURS;
                Ok((Next::Write(person.clone()), person))
            },
        )
        .await
    }

    /// Takes a person's name, e-mail and credentials away. What they did stays, by somebody
    /// whom nothing names any more.
    pub(crate) async fn erase(&self, person: &PersonId) -> Result<(), PeopleError> {
        let store = self.store();
        // Credentials first: whatever fails later, nobody gets in.
        records::forget(store, &account_key(person)).await?;
        self.forget_identities(person).await?;
        for kept in ["session", "token", "access"] {
            records::forget_all(store, &format!("{kept}/{person}/")).await?;
        }
        let email = records::change(store, &person_key(person), |before: Option<Person>| {
            let before = before.ok_or(PeopleError::Nobody)?;
            let former = Person {
                name: FORMER.to_owned(),
                email: None,
                colour: before.colour,
                kind: Kind::Former,
            };
            Ok::<_, PeopleError>((Next::Write(former), before.email))
        })
        .await?;
        if let Some(email) = email {
            records::forget(store, &email_key(&email)).await?;
        }
        Ok(())
    }

    /// Everybody there is or was.
    pub(crate) async fn everybody(&self) -> Result<Vec<PersonId>, StoreError> {
        let keys = self.store().keys("person/").await?;
        let id = |key: &String| PersonId::parse(key.strip_prefix("person/")?);
        Ok(keys.iter().filter_map(id).collect())
    }
}

fn random_colour() -> u8 {
    (crate::random::bits64() % u64::from(COLOURS)) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{MemoryStore, Store};

    #[test]
    fn addresses_that_mean_one_mailbox_are_one() {
        assert_eq!(
            normalise_email("  Ana.Lima@Example.COM ").as_deref(),
            Some("ana.lima@example.com")
        );
        for text in [
            "",
            "ana",
            "@example.com",
            "ana@",
            "a b@c.d",
            "a@.x",
            "a@x.",
            "<a>@b.c",
        ] {
            assert_eq!(normalise_email(text), None, "{text}");
        }
    }

    #[test]
    fn names_are_one_line_without_tricks() {
        assert_eq!(
            clean_name(" Ana\n\u{202e}Lima ").as_deref(),
            Some("Ana Lima")
        );
        assert_eq!(clean_name("\u{200b} \t"), None);
        assert_eq!(
            clean_name(&"x".repeat(500)).map(|name| name.len()),
            Some(40)
        );
    }

    #[tokio::test]
    async fn after_erasing_nothing_in_the_store_names_the_person() {
        let store = Store::Memory(MemoryStore::default());
        let people = People::new(store.clone());
        let hash = "$argon2id$secret".to_owned();
        let ana = people
            .add_account(
                None,
                "Ana Lima",
                "ana@example.com",
                hash.clone(),
                Timestamp(1),
            )
            .await
            .unwrap();
        let again = people
            .add_account(None, "Other", "ana@example.com", hash, Timestamp(1))
            .await;
        assert_eq!(again, Err(PeopleError::EmailTaken));
        people.erase(&ana).await.unwrap();
        for key in store.keys("").await.unwrap() {
            let record = store.get(&key).await.unwrap().unwrap();
            let text = format!("{key} {}", String::from_utf8_lossy(&record.value));
            for trace in ["Lima", "ana@", "argon2"] {
                assert!(!text.contains(trace), "{text}");
            }
        }
        assert_eq!(people.by_email("ana@example.com").await, Ok(None));
    }
}
