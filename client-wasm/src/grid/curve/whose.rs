//! Whose feelings the curve shows: one persona's in full, those of the others faintly behind.
//! Who it is, is each viewer's own choice; the address carries it, so that a link shows the
//! same.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use waymark_model::ids::PersonaId;
use waymark_model::map::Persona;
use web_sys::HtmlElement;

use super::super::board::Board;
use super::super::popup::Entry;
use super::plot::{self, Plot};
use crate::route::{self, query};

/// The name of the address's part that says whose.
const PARAMETER: &str = "persona";

/// What a persona is called; something in any case.
pub(crate) fn named(persona: &Persona) -> String {
    match persona.name.trim() {
        "" => "Unnamed persona".to_owned(),
        name => name.to_owned(),
    }
}

/// Shows whom the address asks for, and keeps it there.
pub(crate) fn follow(board: Board) {
    let asked = query().with_untracked(|query| query.get(PARAMETER).map(PersonaId::parse));
    if let Some(Ok(persona)) = asked {
        board.state.show_feelings_of(Some(persona));
    }
    let (query, whose) = (query(), board.state.whose());
    let (personas, loaded) = (board.state.personas(), board.state.loaded());
    Effect::new(move |_| {
        // Also in the address of another view, whose link says nothing of it.
        query.track();
        if !loaded.get() {
            return;
        }
        // The first persona needs no words.
        let first = personas.with(|all| all.first().map(|it| it.id.clone()));
        let whose = whose.with(|it| it.as_ref().map(|it| it.id.clone()));
        let asked = whose.filter(|it| first.as_ref() != Some(it));
        route::rewrite(|parameters| {
            parameters.delete(PARAMETER);
            if let Some(persona) = asked {
                parameters.append(PARAMETER, persona.as_str());
            }
        });
    });
}

impl Board {
    /// The persona whose feelings are shown and set right now; not tracked.
    pub(crate) fn whose_now(&self) -> Option<PersonaId> {
        let whose = self.state.whose();
        whose.with_untracked(|it| it.as_ref().map(|it| it.id.clone()))
    }

    /// Whether there is a choice of personas right now; not tracked.
    pub(crate) fn has_personas(&self) -> bool {
        self.state.personas().with_untracked(|all| all.len() > 1)
    }

    /// Shows the curve of a persona, and says so.
    pub(crate) fn show_curve_of(&self, persona: &PersonaId) {
        if self.whose_now().as_ref() == Some(persona) {
            return;
        }
        self.state.show_feelings_of(Some(persona.clone()));
        let shown = self.state.whose().get_untracked();
        if let Some(shown) = shown {
            self.state
                .announce(format!("The curve shows {}", named(&shown)));
        }
    }

    /// Shows the curve of the persona after the one that is shown; around the end it begins
    /// again.
    pub(crate) fn show_next_curve(&self) {
        let now = self.whose_now();
        let next = self.state.personas().with_untracked(|all| {
            let at = all.iter().position(|it| Some(&it.id) == now.as_ref())?;
            Some(all[(at + 1) % all.len()].id.clone())
        });
        if let Some(next) = next {
            self.show_curve_of(&next);
        }
    }
}

/// What a step is asked: "How it feels", and to whom when that is not plain. Tracked.
pub(crate) fn asked(board: Board) -> Memo<String> {
    let (personas, whose) = (board.state.personas(), board.state.whose());
    Memo::new(move |_| {
        let several = personas.with(|all| all.len() > 1);
        whose.with(|whose| match whose.as_ref().filter(|_| several) {
            Some(whose) => format!("How it feels to {}", named(whose)),
            None => "How it feels".to_owned(),
        })
    })
}

/// The lines of the others, and what each is called where it begins.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Other {
    pub(crate) name: String,
    pub(crate) path: String,
    /// Its first point.
    pub(crate) start: (f64, f64),
}

/// The curves of the others on a plot; `column` tells the columns of steps.
pub(crate) fn others(
    board: Board,
    plot: Memo<Plot>,
    column: impl Fn(usize, &waymark_model::ids::StepId) -> Option<usize> + Send + Sync + 'static,
) -> Memo<Vec<Other>> {
    let others = board.state.others();
    Memo::new(move |_| {
        let plot = plot.get();
        let other = |(persona, feelings): &(Persona, crate::state::Feelings)| {
            let values = feelings.iter().enumerate();
            let values: Vec<(usize, Option<f64>)> = values
                .filter_map(|(at, (step, value))| Some((column(at, step)?, *value)))
                .collect();
            let first = values
                .iter()
                .find_map(|(at, value)| Some((*at, (*value)?)))?;
            let drawing = plot::draw(&plot, &values);
            Some(Other {
                name: named(persona),
                path: drawing.line + &drawing.gaps,
                start: (plot.x(first.0), plot.y(first.1)),
            })
        };
        others.with(|others| others.iter().filter_map(other).collect())
    })
}

/// The personas to choose from, where there are several.
#[component]
pub(crate) fn Whose(
    /// Whether Tab stops at it; in the table a key and the menu of commands lead to it.
    #[prop(optional)]
    tab_stop: bool,
) -> impl IntoView {
    let board = Board::here();
    let personas = board.state.personas();
    let several = Memo::new(move |_| personas.with(|all| all.len() > 1));
    move || {
        several
            .get()
            .then(|| view! { <Choice tab_stop=tab_stop /> })
    }
}

#[component]
fn Choice(tab_stop: bool) -> impl IntoView {
    let board = Board::here();
    let (personas, whose) = (board.state.personas(), board.state.whose());
    let shown = Memo::new(move |_| whose.with(|it| it.as_ref().map(|it| it.id.clone())));
    let choice = move |id: PersonaId| {
        let name = {
            let id = id.clone();
            Memo::new(move |_| {
                personas
                    .with(|all| all.iter().find(|it| it.id == id).map(named))
                    .unwrap_or_default()
            })
        };
        let initial = move || {
            let first = name.with(|name| name.chars().next());
            first
                .into_iter()
                .flat_map(char::to_uppercase)
                .collect::<String>()
        };
        let this = id.clone();
        let chosen = Memo::new(move |_| shown.with(|shown| shown.as_ref() == Some(&this)));
        let key = id.to_string();
        view! {
            <button
                class="whose-choice"
                class:chosen=chosen
                type="button"
                role="radio"
                tabindex=move || if tab_stop && chosen.get() { "0" } else { "-1" }
                aria-checked=move || chosen.get().to_string()
                title=name
                data-whose=key
                on:click=move |event| {
                    event.stop_propagation();
                    board.show_curve_of(&id);
                }
            >
                <i class="whose-face" aria-hidden="true">{initial}</i>
                <span>{name}</span>
            </button>
        }
    };
    let ids = move || personas.with(|all| all.iter().map(|it| it.id.clone()).collect::<Vec<_>>());
    view! {
        <div
            class="whose"
            role="radiogroup"
            aria-label="Whose feelings the curve shows"
            data-testid="whose"
            on:pointerdown=|event| event.stop_propagation()
            on:dblclick=|event| event.stop_propagation()
            on:keydown=move |event| step(&event)
        >
            <For each=ids key=Clone::clone children=choice />
        </div>
    }
    .into_any()
}

/// Arrow keys among the personas: who is gone to is shown.
fn step(event: &KeyboardEvent) {
    let back = match event.key().as_str() {
        "ArrowRight" | "ArrowDown" => false,
        "ArrowLeft" | "ArrowUp" => true,
        _ => return,
    };
    let Some(here) = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    let beside = if back {
        here.previous_element_sibling()
    } else {
        here.next_element_sibling()
    };
    event.prevent_default();
    event.stop_propagation();
    if let Some(next) = beside.and_then(|next| next.dyn_into::<HtmlElement>().ok()) {
        let _ = next.focus();
        next.click();
    }
}

/// The personas as lines of a menu.
pub(crate) fn entries(board: Board) -> Vec<Entry> {
    let now = board.whose_now();
    let personas = board.state.personas().get_untracked();
    let entry = |persona: &Persona| {
        let id = persona.id.clone();
        let checked = Some(&id) == now.as_ref();
        let run = move || {
            board.close_popup();
            board.show_curve_of(&id);
        };
        Entry::new("user-round", named(persona), run).checked(checked)
    };
    personas.iter().map(entry).collect()
}
