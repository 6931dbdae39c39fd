//! Whose journey it is.

use leptos::prelude::*;
use waymark_model::Edit;
use waymark_model::edit::TextField;
use waymark_model::ids::PersonaId;
use waymark_model::map::Persona;

use crate::grid::curve::whose::Whose;
use crate::icon::Icon;
use crate::panels::field::InPlace;
use crate::panels::popover::Popover;
use crate::state::MapState;

/// The persona whose curve is shown: name and role; a click tells more, and leads to others.
#[component]
pub fn PersonaChip() -> impl IntoView {
    let map = expect_context::<MapState>();
    let whose = map.whose();
    let anybody = Memo::new(move |_| whose.with(Option::is_some));
    move || match anybody.get() {
        true => view! { <Known persona=whose /> }.into_any(),
        false => view! { <Unknown /> }.into_any(),
    }
}

#[component]
fn Unknown() -> impl IntoView {
    let map = expect_context::<MapState>();
    view! {
        <button class="pill persona-chip" on:click=move |_| add(map)>
            <Icon name="plus" />
            "Add a persona"
        </button>
    }
}

/// Adds a persona, whose curve is shown then.
fn add(map: MapState) {
    let id = PersonaId::from_random(map.random());
    let edit = Edit::AddPersona {
        id: id.clone(),
        name: "New persona".to_owned(),
    };
    if map.edit(edit).is_ok() {
        map.show_feelings_of(Some(id));
    }
}

#[component]
fn Known(persona: Signal<Option<Persona>>) -> impl IntoView {
    let map = expect_context::<MapState>();
    let id = Memo::new(move |_| persona.with(|it| it.as_ref().map(|it| it.id.clone())));
    let name = Memo::new(move |_| {
        persona.with(|persona| {
            persona
                .as_ref()
                .map_or_else(String::new, |p| p.name.clone())
        })
    });
    let shown = move || {
        name.with(|name| {
            if name.trim().is_empty() {
                "Persona".to_owned()
            } else {
                name.clone()
            }
        })
    };
    let role = move || persona.with(|persona| persona.as_ref().map_or_else(String::new, job));
    let label = Signal::derive(move || format!("Persona: {} {}", shown(), role()));
    let button = ViewFn::from(move || {
        view! {
            <Icon name="user-round" />
            <b>{shown}</b>
            " "
            <span class="persona-role">{role}</span>
        }
    });
    let own_name = move || {
        id.get().map(|id| {
            view! {
                <InPlace
                    field=TextField::PersonaName(id)
                    value=name
                    label="Name of the persona"
                    placeholder="Who is this about?"
                    class="persona-name"
                />
            }
        })
    };
    let facts = move || {
        persona
            .with(|persona| persona.as_ref().map(Facts::of))
            .map(Facts::show)
    };
    view! {
        <Popover id="persona" label="Persona" class="pill persona-chip" button_label=label button=button>
            <div class="persona-details">
                {own_name}
                {facts}
                <Whose tab_stop=true />
                <button class="popup-quiet" type="button" on:click=move |_| add(map)>
                    <Icon name="plus" />
                    "Add another persona"
                </button>
            </div>
        </Popover>
    }
}

/// What the persona does, if it is known, else the part it plays here.
fn job(persona: &Persona) -> String {
    let fact = |wanted: &str| persona.demographics.iter().find(|(name, _)| name == wanted);
    let job = ["job", "job_title", "occupation", "profession"]
        .into_iter()
        .find_map(fact);
    job.map_or_else(|| words(&persona.role), |(_, value)| value.clone())
}

/// `evaluator_and_champion` for people.
fn words(key: &str) -> String {
    key.replace('_', " ")
}

struct Facts {
    demographics: Vec<(String, String)>,
    goals: Vec<String>,
    quotes: Vec<String>,
}

impl Facts {
    fn of(persona: &Persona) -> Self {
        let role =
            Some(("role".to_owned(), words(&persona.role))).filter(|(_, role)| !role.is_empty());
        let known = persona
            .demographics
            .iter()
            .map(|(name, value)| (words(name), value.clone()));
        Self {
            demographics: role.into_iter().chain(known).collect(),
            goals: persona.goals.clone(),
            quotes: persona
                .quotes
                .iter()
                .map(|quote| format!("“{quote}”"))
                .collect(),
        }
    }

    fn show(self) -> impl IntoView {
        let fact = |(name, value): (String, String)| view! { <dt>{name}</dt> <dd>{value}</dd> };
        view! {
            <dl>{self.demographics.into_iter().map(fact).collect_view()}</dl>
            {list("Goals", self.goals)}
            {list("In their words", self.quotes)}
        }
    }
}

fn list(title: &'static str, lines: Vec<String>) -> Option<impl IntoView> {
    let items = lines
        .iter()
        .map(|line| view! { <li>{line.clone()}</li> })
        .collect_view();
    (!lines.is_empty()).then(|| view! { <h3>{title}</h3> <ul>{items}</ul> })
}
