//! Who I am where people talk: the person of my account, or where nobody signs in an id of
//! this browser.

use std::cell::RefCell;

use leptos::prelude::*;
use serde_json::{Value, json};
use waymark_model::ids::PersonId;

use crate::account::{self, Mode};
use crate::{dom, profile};

const KEY: &str = "waymark.person";

thread_local! {
    static ME: RefCell<Option<PersonId>> = const { RefCell::new(None) };
}

/// The person that is signed in, where people sign in.
fn signed_in() -> Option<PersonId> {
    let account = account::now().filter(|account| account.mode == Mode::Accounts)?;
    PersonId::parse(&account.person?.id).ok()
}

/// My id.
pub fn person() -> PersonId {
    if let Some(person) = signed_in() {
        return person;
    }
    if let Some(person) = ME.with_borrow(Clone::clone) {
        return person;
    }
    let remembered = dom::remembered(KEY).and_then(|id| PersonId::parse(&id).ok());
    let person = remembered.unwrap_or_else(|| {
        let id = format!("p_{:032x}", dom::random());
        dom::remember(KEY, &id);
        PersonId::parse(&id).expect("letters and digits are an id")
    });
    ME.set(Some(person.clone()));
    person
}

/// Who I say I am; nothing where the server knows it.
pub fn claim() -> Value {
    if signed_in().is_some() {
        return Value::Null;
    }
    profile::me().with_untracked(
        |me| json!({ "id": person().as_str(), "name": me.shown_name(), "colour": me.colour }),
    )
}
