//! The tiles that begin a map.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::File;

use crate::api::{self, Failure, Template};
use crate::icon::Icon;
use crate::route;

/// The template of a map with nothing on it.
const BLANK: &str = "blank";

/// What a tile begins with.
enum Begin {
    Template(String),
    File(File),
}

#[component]
pub fn Start(
    /// Whether the server answers; the examples are asked for when it does.
    #[prop(into)]
    online: Signal<bool>,
) -> impl IntoView {
    let templates = RwSignal::new(Vec::<Template>::new());
    Effect::new(move || {
        if !online.get() || templates.with_untracked(|templates| !templates.is_empty()) {
            return;
        }
        spawn_local(async move {
            if let Ok(list) = api::templates().await {
                let examples = list.into_iter().filter(|template| template.key != BLANK);
                let _ = templates.try_set(examples.collect());
            }
        });
    });
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<String>);
    let begin = move |begin: Begin| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = match &begin {
                Begin::Template(key) => api::create(key).await,
                Begin::File(file) => api::import(file).await,
            };
            let _ = busy.try_set(false);
            match answer {
                Ok(key) => route::go(&format!("/map/{key}")),
                Err(problem) => drop(failure.try_set(Some(explain(&begin, &problem)))),
            }
        });
    };
    let tile = move |(index, template): (usize, Template)| {
        let key = template.key;
        view! {
            <button class="tile" disabled=busy on:click=move |_| begin(Begin::Template(key.clone()))>
                <Mini tones=TONES[index % TONES.len()] />
                <span class="tile-words">
                    <b>{template.title}</b>
                    <small>{format!("Example · {}", template.kind)}</small>
                </span>
            </button>
        }
    };
    let input = NodeRef::<Input>::new();
    let on_file = move |_| {
        let Some(input) = input.get_untracked() else {
            return;
        };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            begin(Begin::File(file));
        }
        // So that the same file, corrected, can be chosen again.
        input.set_value("");
    };
    view! {
        <section class="start" aria-label="Begin a journey map">
            <button class="tile new" disabled=busy on:click=move |_| begin(Begin::Template(BLANK.to_owned()))>
                <Icon name="plus" />
                <span class="tile-words">
                    <b>"Blank map"</b>
                    <small>"Stages × lanes, yours to fill"</small>
                </span>
            </button>
            {move || templates.get().into_iter().enumerate().map(tile).collect_view()}
            <label class="tile import">
                <input
                    class="sr-only"
                    node_ref=input
                    type="file"
                    accept=".yaml,.yml,.json,application/yaml,application/json"
                    disabled=busy
                    on:change=on_file
                />
                <Icon name="file-up" />
                <span class="tile-words">
                    <b>"Import a file"</b>
                    <small>"A journey map as YAML or JSON"</small>
                </span>
            </label>
        </section>
        {move || {
            failure
                .get()
                .map(|text| {
                    view! {
                        <div class="notice" role="alert">
                            <Icon name="triangle-alert" />
                            <span class="notice-text">{text}</span>
                            <button class="icon-button" aria-label="Close" on:click=move |_| failure.set(None)>
                                <Icon name="x" />
                            </button>
                        </div>
                    }
                })
        }}
    }
}

fn explain(begin: &Begin, problem: &Failure) -> String {
    match begin {
        Begin::Template(_) => format!("The map could not be made. {}", problem.text()),
        Begin::File(file) => format!(
            "“{}” could not be imported. {}",
            file.name(),
            problem.text()
        ),
    }
}

/// The stage colours of a tile's small picture.
const TONES: [[&str; 3]; 3] = [
    ["var(--s1)", "var(--s2)", "var(--s3)"],
    ["var(--s4)", "var(--s1)", "var(--s2)"],
    ["var(--s2)", "var(--s3)", "var(--s4)"],
];

/// A map in miniature: a row of stages above rows of cards.
#[component]
fn Mini(tones: [&'static str; 3]) -> impl IntoView {
    let bars = (0..18).map(|index| {
        view! { <i class:stage=index < 6 style:--c=tones[index % 3]></i> }
    });
    view! { <span class="mini" aria-hidden="true">{bars.collect_view()}</span> }
}
