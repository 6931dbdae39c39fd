//! Who is signed in here, as the server says.

use std::cell::RefCell;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};

use crate::api::{self, Failure};
use crate::dom::{self, Timer};
use crate::state::Shared;
use crate::{profile, toast};

/// How long after a failure the server is asked again, in milliseconds.
const AGAIN_MS: f64 = 2_000.0;

/// Whether people sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nobody does: whoever reaches the server owns everything.
    Local,
    /// Everybody does.
    Accounts,
}

/// A person, as the server tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// For ever the same.
    pub id: String,
    pub name: String,
    /// Empty for guests.
    pub email: String,
    /// An index into the palette.
    pub colour: usize,
    /// Whether they came through a link and have no account.
    pub is_guest: bool,
}

impl Person {
    /// Reads what the server says of somebody.
    pub fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
        let colour = value.get("colour").and_then(Value::as_u64).unwrap_or(0);
        Some(Self {
            id: value.get("id")?.as_str()?.to_owned(),
            name: text("name").to_owned(),
            email: text("email").to_owned(),
            colour: colour as usize % crate::presence::COLOURS,
            is_guest: text("kind") == "guest",
        })
    }
}

/// What is known of this browser's person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub mode: Mode,
    /// Whether there is no administrator yet.
    pub setup: bool,
    /// What the workspace is called.
    pub workspace: String,
    /// `None` for who has not signed in.
    pub person: Option<Person>,
    pub admin: bool,
    /// What the sign-in service is called, where there is one.
    pub provider: Option<String>,
    /// Whether one's account is connected to it.
    pub connected: bool,
    /// Whether one can sign in with a password.
    pub passwords: bool,
    /// Whether the server sends letters.
    pub mail: bool,
    /// Whether they belong to the workspace, and may make maps.
    pub member: bool,
}

impl Account {
    /// Whether pages may be shown.
    pub fn is_in(&self) -> bool {
        self.mode == Mode::Local || self.person.is_some()
    }

    fn read(value: &Value) -> Self {
        let is = |name: &str| value.get(name).and_then(Value::as_bool).unwrap_or(false);
        let local = value.get("mode").and_then(Value::as_str) == Some("local");
        let workspace = value.get("workspace").and_then(Value::as_str);
        Self {
            mode: if local { Mode::Local } else { Mode::Accounts },
            setup: is("setup"),
            workspace: workspace.unwrap_or("Waymark").to_owned(),
            person: value.get("person").and_then(Person::read),
            admin: is("admin"),
            provider: value
                .get("oidc")
                .and_then(|oidc| oidc.get("name")?.as_str())
                .map(str::to_owned),
            connected: is("connected"),
            mail: is("mail"),
            passwords: value.get("password").and_then(Value::as_bool) != Some(false),
            member: is("member"),
        }
    }
}

thread_local! {
    static ACCOUNT: ArcRwSignal<Option<Account>> = ArcRwSignal::new(None);
    static TROUBLE: ArcRwSignal<Option<String>> = ArcRwSignal::new(None);
    static AGAIN: RefCell<Option<Timer>> = const { RefCell::new(None) };
}

/// What is known; `None` until the server has answered once.
pub fn signal() -> ArcRwSignal<Option<Account>> {
    ACCOUNT.with(Clone::clone)
}

/// What is known right now.
pub fn now() -> Option<Account> {
    signal().get_untracked()
}

/// Why it is not known yet, for people.
pub fn trouble() -> ArcRwSignal<Option<String>> {
    TROUBLE.with(Clone::clone)
}

/// Whether somebody may do what only administrators may.
pub fn is_admin() -> bool {
    signal().with(|account| {
        account
            .as_ref()
            .is_some_and(|it| it.admin && it.mode == Mode::Accounts)
    })
}

/// Whether nobody signs in.
pub fn is_local() -> bool {
    signal().with(|account| account.as_ref().is_some_and(|it| it.mode == Mode::Local))
}

/// Asks the server, until it answers.
pub fn start() {
    AGAIN.with_borrow_mut(|again| *again = Some(Timer::new(start_asking)));
    start_asking();
}

fn start_asking() {
    spawn_local(async {
        if let Err(failure) = refresh().await {
            TROUBLE.with(|trouble| trouble.set(Some(failure.text())));
            AGAIN.with_borrow(|again| {
                if let Some(again) = again {
                    again.set(AGAIN_MS);
                }
            });
        }
    });
}

/// Asks the server who is signed in.
pub async fn refresh() -> Result<(), Failure> {
    let answer = api::call("GET", "/api/me", None).await?;
    take(Account::read(&answer));
    Ok(())
}

fn take(account: Account) {
    if account.mode == Mode::Accounts
        && let Some(person) = &account.person
    {
        profile::of_account(&person.name, person.colour);
    }
    if signal().with_untracked(|now| now.as_ref() != Some(&account)) {
        signal().set(Some(account));
    }
}

/// The server says that nobody is signed in here any more. What was written stays in the
/// page, and is there again after signing in.
pub(crate) fn lost() {
    if let Some(account) = now()
        && account.person.is_some()
        && account.mode == Mode::Accounts
    {
        signal().set(Some(Account {
            person: None,
            admin: false,
            member: false,
            ..account
        }));
    }
}

/// Changes how others see me.
pub(crate) fn show_me_as(name: String, colour: usize) {
    spawn_local(async move {
        let body = json!({ "name": name, "colour": colour });
        match api::call("PATCH", "/api/me", Some(body)).await {
            Ok(_) => {
                let _ = refresh().await;
            }
            Err(failure) => toast::show(failure.text()),
        }
    });
}

/// Signs out here, and leaves nothing of it behind: what is not saved is lost, so whoever
/// calls this has asked. Begins again from an empty page.
pub(crate) async fn sign_out() -> Result<(), Failure> {
    api::call("POST", "/api/sign-out", None).await?;
    Shared::forget_all();
    let _ = dom::window().location().assign("/sign-in");
    Ok(())
}
