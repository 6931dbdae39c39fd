//! The scope: one sentence under the bar, and more of it on demand.

use leptos::prelude::*;
use waymark_model::edit::TextField;
use waymark_model::map::Frame;

use crate::icon::Icon;
use crate::panels::field::InPlace;
use crate::state::MapState;

#[component]
pub fn ScopeLine() -> impl IntoView {
    let map = expect_context::<MapState>();
    let frame = map.frame();
    let open = RwSignal::new(false);
    let text =
        move |of: fn(&Frame) -> &String| Memo::new(move |_| frame.with(|frame| of(frame).clone()));
    let part = move |title: &'static str,
                     field: TextField,
                     of: fn(&Frame) -> &String,
                     hint: &'static str| {
        view! {
            <div class="scope-part">
                <span class="scope-title">{title}</span>
                <InPlace field=field value=text(of) label=title placeholder=hint class="scope-text" />
            </div>
        }
    };
    let ends = move || {
        frame.with(
            |frame| match (frame.starts_when.trim(), frame.ends_when.trim()) {
                ("", "") => None,
                (start, end) => Some(format!("{} → {}", or_dots(start), or_dots(end))),
            },
        )
    };
    view! {
        <section class="scope" class:open=open aria-label="Scope of the map">
            <div class="scope-line">
                <InPlace
                    field=TextField::Scope
                    value=text(|frame| &frame.scope)
                    label="Scope"
                    placeholder="Whose journey is this, from where to where? One sentence keeps the map in bounds."
                    class="scope-text"
                />
                <Show when=move || !open.get()>
                    <span class="scope-ends" title=ends>{ends}</span>
                </Show>
                <button
                    class="scope-more"
                    aria-expanded=move || open.get().to_string()
                    aria-controls="scope-details"
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    {move || if open.get() { "Less" } else { "Details" }}
                    <Icon name="chevron-down" />
                </button>
            </div>
            <div class="scope-details" id="scope-details">
                <Show when=move || open.get()>
                    {part("Starts when", TextField::StartsWhen, |f| &f.starts_when, "The event it begins with")}
                    {part("Ends when", TextField::EndsWhen, |f| &f.ends_when, "The event it ends with")}
                    {part("Situation", TextField::Scenario, |f| &f.scenario, "The situation the persona is in")}
                    {part("The persona wants", TextField::PersonaGoal, |f| &f.persona_goal, "What they want to reach")}
                    {part("We want", TextField::BusinessGoal, |f| &f.business_goal, "What the organisation wants")}
                    {part("Why this map", TextField::Why, |f| &f.why, "What will be decided with it")}
                </Show>
                <Show when=move || open.get()>
                    <Council />
                </Show>
            </div>
        </section>
    }
}

/// Who looks after the map, and what is asked of them.
#[component]
fn Council() -> impl IntoView {
    type Of = fn(&Frame) -> &String;
    let frame = expect_context::<MapState>().frame();
    let roles: [(&str, TextField, Of, &str); 4] = [
        (
            "Lead",
            TextField::Lead,
            |frame| &frame.lead,
            "Answers for the whole journey, and decides",
        ),
        (
            "Manager",
            TextField::Manager,
            |frame| &frame.manager,
            "Keeps the map true and calls the reviews",
        ),
        (
            "Coordinators",
            TextField::Coordinators,
            |frame| &frame.coordinators,
            "Bring in what their teams know, and take home what is decided",
        ),
        (
            "Supporters",
            TextField::Supporters,
            |frame| &frame.supporters,
            "Help with data, research or a voice when asked",
        ),
    ];
    let role = move |(title, field, of, duty): (&'static str, TextField, Of, &'static str)| {
        let value = Memo::new(move |_| frame.with(|frame| of(frame).clone()));
        view! {
            <div class="scope-part">
                <span class="scope-title">{title}</span>
                <InPlace field=field value=value label=format!("{title}: {duty}") placeholder="Nobody yet" class="scope-text" />
                <small class="scope-duty">{duty}</small>
            </div>
        }
    };
    view! {
        <div class="scope-council" role="group" aria-label="Who looks after this map" data-testid="council">
            {roles.map(role).into_iter().collect_view()}
        </div>
    }
}

fn or_dots(text: &str) -> &str {
    if text.is_empty() { "…" } else { text }
}
