//! What people are called: asked of the server, which alone knows.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use waymark_model::ids::PersonId;

use super::{me, wire};
use crate::{presence, profile};

/// Who is nobody that the server knows.
const SOMEBODY: &str = "Somebody";

/// How somebody is called and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    pub name: String,
    /// The CSS colour.
    pub colour: String,
}

/// The people of a map by id. `Copy`: hand it around freely.
#[derive(Clone, Copy)]
pub struct Voices {
    map: StoredValue<String>,
    known: RwSignal<Arc<HashMap<PersonId, Voice>>>,
    asking: StoredValue<bool>,
    /// Who was asked for because something of theirs is shown; each once.
    missed: StoredValue<HashSet<PersonId>>,
}

impl Voices {
    /// The people of a map, who are not asked for yet.
    pub fn new(map: String) -> Self {
        Self {
            map: StoredValue::new(map),
            known: RwSignal::default(),
            asking: StoredValue::new(false),
            missed: StoredValue::default(),
        }
    }

    /// Asks for names again if somebody is unknown.
    pub fn need(&self, people: Vec<PersonId>) {
        let mine = me::person();
        let unknown = self.known.with_untracked(|known| {
            let mut people = people.iter();
            people.any(|it| *it != mine && !known.contains_key(it))
        });
        if unknown {
            self.ask();
        }
    }

    /// Asks who there is.
    pub fn ask(&self) {
        if self.asking.try_get_value() != Some(false) {
            return;
        }
        self.asking.set_value(true);
        let (this, map) = (*self, self.map.get_value());
        spawn_local(async move {
            let answer = wire::people(&map).await;
            if this.asking.try_set_value(false).is_some() {
                return;
            }
            let wire::Reply::Said(Value::Array(list)) = answer else {
                return;
            };
            let known: HashMap<PersonId, Voice> = list.iter().filter_map(read).collect();
            let _ = this.known.try_set(Arc::new(known));
        });
    }

    /// How somebody is called and shown; tracked.
    pub fn voice(&self, person: &PersonId) -> Voice {
        if *person == me::person() {
            return mine();
        }
        let known = self.known.with(|known| known.get(person).cloned());
        known.unwrap_or_else(|| Voice {
            name: SOMEBODY.to_owned(),
            colour: presence::colour(0),
        })
    }

    /// What to call whoever the map says something is by: mostly an id, in a map from a file
    /// perhaps a name. Tracked.
    pub fn called(&self, by: &str) -> String {
        match PersonId::parse(by).ok().filter(is_opaque) {
            None => Some(presence::clean_name(by))
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| SOMEBODY.to_owned()),
            Some(person) => {
                let voice = self.voice(&person);
                let is_new = || {
                    let missed = self.missed.try_update_value(|it| it.insert(person.clone()));
                    missed == Some(true)
                };
                if voice.name == SOMEBODY && is_new() {
                    self.need(vec![person]);
                }
                voice.name
            }
        }
    }

    /// How somebody is called; not tracked.
    pub fn name(&self, person: &PersonId) -> String {
        untrack(|| self.voice(person)).name
    }

    /// Everybody whom one can name, by name; not tracked.
    pub fn everybody(&self) -> Vec<(PersonId, Voice)> {
        let mut list: Vec<(PersonId, Voice)> = self.known.with_untracked(|known| {
            known
                .iter()
                .map(|(id, voice)| (id.clone(), voice.clone()))
                .collect()
        });
        if !list.iter().any(|(id, _)| *id == me::person()) {
            list.push((me::person(), untrack(mine)));
        }
        list.sort_by(|a, b| (&a.1.name, &a.0).cmp(&(&b.1.name, &b.0)));
        list
    }
}

/// Whether an id is one that was made for a person: `p_` and 128 bits in hexadecimal digits.
fn is_opaque(person: &PersonId) -> bool {
    let digits = person.as_str().strip_prefix("p_");
    digits.is_some_and(|it| it.len() == 32 && it.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn mine() -> Voice {
    profile::me().with(|me| Voice {
        name: me.shown_name().to_owned(),
        colour: presence::colour(me.colour),
    })
}

/// Somebody as the server tells of them.
pub fn read(value: &Value) -> Option<(PersonId, Voice)> {
    let id = PersonId::parse(value.get("id")?.as_str()?).ok()?;
    let name = presence::clean_name(value.get("name")?.as_str()?);
    let colour = value.get("colour").and_then(Value::as_u64).unwrap_or(0);
    Some((
        id,
        Voice {
            name,
            colour: presence::colour(usize::try_from(colour).unwrap_or(0)),
        },
    ))
}
