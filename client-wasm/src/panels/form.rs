//! Fields and what became of them, the same on every page that asks for something.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::Failure;
use crate::icon::Icon;

/// One thing that is being asked of the server: whether it is on its way, and why it failed.
#[derive(Clone, Copy)]
pub struct Sending {
    pub busy: RwSignal<bool>,
    pub failure: RwSignal<Option<Failure>>,
}

impl Default for Sending {
    fn default() -> Self {
        Self {
            busy: RwSignal::new(false),
            failure: RwSignal::new(None),
        }
    }
}

impl Sending {
    /// Asks, unless it is being asked already, and does `then` with the answer.
    pub fn run<T: 'static>(
        self,
        asking: impl Future<Output = Result<T, Failure>> + 'static,
        then: impl FnOnce(T) + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failure.set(None);
        spawn_local(async move {
            let answer = asking.await;
            // The page may be gone by now.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(answer) => then(answer),
                Err(failure) => self.failure.set(Some(failure)),
            }
        });
    }

    /// What is wrong with one field.
    fn about(self, code: &'static str) -> Memo<Option<String>> {
        Memo::new(move |_| {
            self.failure.with(|failure| {
                let failure = failure.as_ref().filter(|failure| failure.code() == code);
                failure.map(Failure::text)
            })
        })
    }
}

/// A labelled field.
#[component]
pub fn Field(
    /// Unique in the page, and the server's word for it.
    name: &'static str,
    label: &'static str,
    /// "text", "email" or "password".
    #[prop(default = "text")]
    kind: &'static str,
    /// What browsers and password managers offer.
    autocomplete: &'static str,
    value: RwSignal<String>,
    sending: Sending,
    #[prop(optional)] hint: &'static str,
    #[prop(optional)] placeholder: &'static str,
    /// Whether the cursor starts here.
    #[prop(optional)]
    focus: bool,
    #[prop(default = 256)] longest: u32,
) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let wrong = sending.about(name);
    Effect::new(move || {
        if let Some(input) = input.get().filter(|_| focus) {
            let _ = input.focus();
        }
    });
    // Back to what has to be changed.
    Effect::new(move || {
        if wrong.with(Option::is_some)
            && let Some(input) = input.get_untracked()
        {
            let _ = input.focus();
            input.select();
        }
    });
    let note = format!("{name}-note");
    let described = note.clone();
    view! {
        <label class="form-field">
            <span class="form-label">{label}</span>
            <input
                class="field"
                node_ref=input
                type=kind
                name=name
                autocomplete=autocomplete
                autocapitalize=if kind == "text" { "words" } else { "none" }
                spellcheck="false"
                maxlength=longest
                placeholder=placeholder
                aria-invalid=move || wrong.with(Option::is_some).then_some("true")
                aria-describedby=described
                prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
            />
            <span class="form-note" id=note>
                {move || match wrong.get() {
                    Some(text) => view! { <span class="form-wrong" role="alert">{text}</span> }.into_any(),
                    None => hint.into_any(),
                }}
            </span>
        </label>
    }
}

/// Why it failed, where no field says so.
#[component]
pub fn Trouble(
    sending: Sending,
    /// The fields that say so themselves.
    #[prop(default = &[])]
    fields: &'static [&'static str],
) -> impl IntoView {
    let text = Memo::new(move |_| {
        sending.failure.with(|failure| {
            let failure = failure.as_ref();
            let failure = failure.filter(|failure| !fields.contains(&failure.code()));
            failure.map(Failure::text)
        })
    });
    move || {
        text.get().map(|text| {
            view! {
                <p class="form-trouble" role="alert">
                    <Icon name="triangle-alert" />
                    <span>{text}</span>
                </p>
            }
        })
    }
}

/// The button that sends a form.
#[component]
pub fn Submit(words: &'static str, sending: Sending) -> impl IntoView {
    let busy = sending.busy;
    view! {
        <button class="button primary form-submit" type="submit" aria-disabled=move || busy.get().to_string()>
            {move || busy.get().then(|| view! { <Icon name="loader-circle" /> })}
            {words}
        </button>
    }
}

/// An address that is to be given to somebody, with a button that copies it.
#[component]
pub fn CopyLink(
    /// Says whose it is.
    label: &'static str,
    #[prop(into)] link: String,
) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let copied = RwSignal::new(false);
    let copy = move |_| {
        if let Some(input) = input.get_untracked() {
            input.select();
            // Unlike the clipboard's own interface it also works without https.
            copied.set(crate::dom::copy_selected());
        }
    };
    view! {
        <div class="copy-link">
            <input class="field" node_ref=input readonly="" aria-label=label value=link on:focus=move |_| {
                if let Some(input) = input.get_untracked() { input.select() }
            } />
            <button class="button primary" type="button" on:click=copy>
                <Icon name="copy" />
                {move || if copied.get() { "Copied" } else { "Copy" }}
            </button>
            <span class="sr-only" role="status">{move || copied.get().then_some("Copied")}</span>
        </div>
    }
}

/// The whole address of a link with a secret.
pub fn link_to(page: &str, secret: &str) -> String {
    let origin = crate::dom::window().location().origin().unwrap_or_default();
    format!("{origin}/{page}#{secret}")
}
