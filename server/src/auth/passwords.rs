//! Passwords: argon2id, off the threads that serve, a few at a time.

use std::sync::Arc;
#[cfg(test)]
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use super::Auth;
use crate::people::PersonId;
use crate::store::StoreError;

/// OWASP's password storage cheat sheet, first choice for argon2id: 19 MiB, two passes,
/// one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// At most so many at once: 76 MiB, and processors are left for maps.
const AT_ONCE: usize = 4;
/// So many may wait for their turn, which is some seconds; more are asked to come again.
const WAITING: usize = 64;
/// The shortest and the longest password, in characters. OWASP: at least eight, better
/// more, and no rule about what they are made of.
pub(crate) const SHORTEST: usize = 10;
const LONGEST: usize = 200;
/// Passwords that everybody tries first and that are long enough otherwise.
const COMMON: &[&str] = &[
    "1234567890",
    "0123456789",
    "123456789012",
    "1q2w3e4r5t",
    "qwertyuiop",
    "qwertyuiop123",
    "password12",
    "password123",
    "password1234",
    "passwordpassword",
    "iloveyou123",
    "letmein123",
    "administrator",
    "changeme123",
    "welcome123",
    "aaaaaaaaaa",
    "1111111111",
    "0000000000",
    "waymark123",
    "waymarkwaymark",
];

/// Too many passwords are being checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many people are signing in right now; try again in a few seconds")]
pub(crate) struct Busy;

/// Where passwords are hashed and checked; clones take the same turns.
#[derive(Clone, Debug)]
pub(crate) struct Passwords {
    queue: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    /// How often argon2 has run.
    #[cfg(test)]
    runs: Arc<AtomicUsize>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            queue: Arc::new(Semaphore::new(WAITING)),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            #[cfg(test)]
            runs: Arc::default(),
        }
    }
}

impl Passwords {
    /// The hash to keep, in PHC form.
    pub(crate) async fn hash(&self, password: String) -> Result<String, Busy> {
        let work = self.work();
        self.in_turn(move || work.hash(&password)).await
    }

    /// Whether a password is the one of this hash. Without a hash (nobody of that name) the
    /// answer is no, after the same work.
    pub(crate) async fn verify(
        &self,
        password: String,
        kept: Option<String>,
    ) -> Result<bool, Busy> {
        let work = self.work();
        self.in_turn(move || match kept.as_deref().map(PasswordHash::new) {
            Some(Ok(kept)) => work.verify(&password, &kept),
            _ => {
                drop(work.hash(&password));
                false
            }
        })
        .await
    }

    fn work(&self) -> Work {
        Work {
            #[cfg(test)]
            runs: self.runs.clone(),
        }
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let place = self.queue.clone().try_acquire_owned().map_err(|_| Busy)?;
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| Busy)?;
        // The turn goes along: it ends with the work, also if nobody waits for it any more.
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop((turn, place));
            result
        });
        done.await.map_err(|_| Busy)
    }
}

/// What takes long, and the only place that does it: each of the two runs argon2 once.
struct Work {
    #[cfg(test)]
    runs: Arc<AtomicUsize>,
}

impl Work {
    fn argon2(&self) -> Argon2<'static> {
        #[cfg(test)]
        self.runs.fetch_add(1, Ordering::Relaxed);
        let params =
            Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are possible");
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
    }

    fn verify(&self, password: &str, kept: &PasswordHash<'_>) -> bool {
        let argon2 = self.argon2();
        argon2.verify_password(password.as_bytes(), kept).is_ok()
    }

    fn hash(&self, password: &str) -> String {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).expect("the operating system has a random source");
        let salt = SaltString::encode_b64(&salt).expect("sixteen bytes make a salt");
        let hash = self.argon2().hash_password(password.as_bytes(), &salt);
        hash.expect("a password of bounded length can be hashed")
            .to_string()
    }
}

impl Auth {
    /// Who has this e-mail, and whether this is their password. The same steps for an e-mail
    /// that nobody has, so that nobody can tell by how long it takes.
    pub(crate) async fn check_pair<E: From<StoreError> + From<Busy>>(
        &self,
        email: &str,
        password: String,
    ) -> Result<(Option<PersonId>, bool), E> {
        let person = self.people().by_email(email).await?;
        let whose = person.clone().unwrap_or_else(PersonId::random);
        let kept = self.people().password(&whose).await?;
        let is_right = self.passwords().verify(password, kept).await?;
        Ok((person, is_right))
    }
}

/// Whether somebody may have this password.
///
/// # Errors
/// What is wrong with it, for people.
pub(crate) fn check_new(password: &str, name: &str, email: &str) -> Result<(), String> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(format!(
            "a password has at least {SHORTEST} characters; a few words are easy to remember"
        ));
    }
    if length > LONGEST {
        return Err(format!("a password has at most {LONGEST} characters"));
    }
    let plain = password.to_lowercase();
    if COMMON.contains(&plain.as_str()) {
        return Err("this password is among the first that are guessed".to_owned());
    }
    let local = email.split('@').next().unwrap_or_default();
    let alike = [email, local, name]
        .iter()
        .any(|own| own.to_lowercase() == plain);
    if alike {
        return Err("a password must not be your name or e-mail".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_alone() {
        let passwords = Passwords::default();
        let words = || "three blue herons".to_owned();
        let kept = passwords.hash(words()).await.unwrap();
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        assert_ne!(passwords.hash(words()).await.unwrap(), kept);
        assert_eq!(
            passwords.verify(words(), Some(kept.clone())).await,
            Ok(true)
        );
        let other = passwords.verify("three blue heron".to_owned(), Some(kept));
        assert_eq!(other.await, Ok(false));
        assert_eq!(passwords.verify(words(), None).await, Ok(false));
    }

    #[derive(Debug)]
    struct Failed;

    impl From<StoreError> for Failed {
        fn from(_: StoreError) -> Self {
            Self
        }
    }

    impl From<Busy> for Failed {
        fn from(_: Busy) -> Self {
            Self
        }
    }

    #[tokio::test]
    async fn a_guess_costs_the_same_work_whether_or_not_there_is_such_an_account() {
        let house = crate::auth::tests::house().await;
        let auth = &house.auth;
        let hash = auth.passwords().hash("three blue herons".to_owned());
        let (hash, now) = (hash.await.unwrap(), waymark_sync::Timestamp(0));
        let people = auth.people();
        let ana = people.add_account(None, "Ana", "ana@example.com", hash, now);
        let ana = ana.await.unwrap();
        // Connected to a provider, and without a password.
        people
            .add_known("x", None, "Ben", Some("ben@example.com"))
            .await
            .unwrap();
        for (email, password, whose, right) in [
            ("ana@example.com", "three blue herons", Some(&ana), true),
            ("ana@example.com", "three red herons", Some(&ana), false),
            ("ben@example.com", "three red herons", None, false),
            ("nobody@example.com", "three red herons", None, false),
            ("", "three red herons", None, false),
        ] {
            let before = auth.passwords().runs.load(Ordering::Relaxed);
            let checked = auth.check_pair::<Failed>(email, password.to_owned()).await;
            let (person, is_right) = checked.unwrap();
            assert_eq!(is_right, right, "{email}");
            if email != "ben@example.com" {
                assert_eq!(person.as_ref(), whose, "{email}");
            }
            let runs = auth.passwords().runs.load(Ordering::Relaxed) - before;
            assert_eq!(runs, 1, "{email}");
        }
    }

    #[test]
    fn weak_passwords_are_told_why() {
        for (password, why) in [
            ("short", "at least"),
            ("Password123", "guessed"),
            ("ana.lima@example.com", "e-mail"),
            ("Ana Lima da Silva", "name"),
        ] {
            let told = check_new(password, "Ana Lima da Silva", "ana.lima@example.com");
            assert!(told.unwrap_err().contains(why), "{password}");
        }
        assert_eq!(
            check_new("three blue herons", "Ana", "ana@example.com"),
            Ok(())
        );
    }
}
