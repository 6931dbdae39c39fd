//! Webhooks: what happens is sent to an address. Those of a map, or those of all maps.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};

use crate::icon::Icon;
use crate::panels::form::{CopyLink, Field, Sending, Submit, Trouble};
use crate::{api, dom};

/// What can be sent: words for people, the server's words, and whether only of all maps.
const CHOICES: [(&str, &[&str]); 5] = [
    (
        "Threads opened and answered",
        &["thread.opened", "thread.answered"],
    ),
    (
        "Threads resolved, reopened and assigned",
        &["thread.resolved", "thread.reopened", "thread.assigned"],
    ),
    (
        "Reviews asked for and done",
        &["review.asked", "review.done"],
    ),
    ("Maps changed and renamed", &["map.changed", "map.renamed"]),
    ("Maps made and deleted", &["map.created", "map.deleted"]),
];

/// One of them, as the server tells it.
#[derive(Clone, PartialEq)]
struct Hook {
    id: String,
    url: String,
    events: Vec<String>,
    off: String,
    waiting: u64,
    failed: u64,
    lost: u64,
    last: Option<Last>,
}

/// How the last attempt went. Times are in milliseconds since the Unix epoch.
#[derive(Clone, PartialEq)]
struct Last {
    at: u64,
    problem: String,
    failing_since: Option<u64>,
}

impl Hook {
    fn read(value: &Value) -> Option<Self> {
        let text = |of: &Value, name: &str| {
            let text = of.get(name).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let number = |of: &Value, name: &str| of.get(name).and_then(Value::as_u64);
        let events = value.get("events").and_then(Value::as_array);
        let events = events.into_iter().flatten().filter_map(Value::as_str);
        let last = value.get("last").and_then(|last| {
            Some(Last {
                at: number(last, "at")?,
                problem: text(last, "problem"),
                failing_since: number(last, "failing_since"),
            })
        });
        Some(Self {
            id: value.get("id")?.as_str()?.to_owned(),
            url: text(value, "url"),
            events: events.map(str::to_owned).collect(),
            off: text(value, "off"),
            waiting: number(value, "waiting").unwrap_or(0),
            failed: number(value, "failed").unwrap_or(0),
            lost: number(value, "lost").unwrap_or(0),
            last,
        })
    }

    /// What it hears, in words.
    fn hears(&self) -> String {
        let is_in = |words: &&[&str]| words.iter().any(|it| self.events.iter().any(|e| e == it));
        let chosen = CHOICES.iter().filter(|(_, words)| is_in(words));
        chosen
            .map(|(words, _)| *words)
            .collect::<Vec<_>>()
            .join(" · ")
    }

    /// How it goes, in words, and whether somebody should look.
    fn goes(&self) -> (String, bool) {
        let turned_off = match self.off.as_str() {
            "" => None,
            "gone" => Some("Off: the address said that it is gone for good."),
            "rights" => Some("Off: who made it may no longer see everything that it tells."),
            _ => Some("Off. What happens meanwhile is not sent."),
        };
        if let Some(words) = turned_off {
            return (words.to_owned(), self.off != "by_hand");
        }
        let mut words = match &self.last {
            None => "Nothing was sent yet".to_owned(),
            Some(last) if last.problem.is_empty() => {
                format!("Last arrived {}", dom::moment(last.at))
            }
            Some(last) => {
                let since = last.failing_since.unwrap_or(last.at);
                format!(
                    "Nothing arrives since {}: {}",
                    dom::moment(since),
                    last.problem
                )
            }
        };
        let counts = [
            (self.waiting, "waiting"),
            (self.failed, "given up after a day"),
            (self.lost, "lost, because too many waited"),
        ];
        for (count, what) in counts {
            if count > 0 {
                words.push_str(&format!(" · {count} {what}"));
            }
        }
        let fails = self.last.as_ref().is_some_and(|it| !it.problem.is_empty());
        (words, fails || self.failed > 0 || self.lost > 0)
    }
}

/// What the parts share.
#[derive(Clone, Copy)]
struct Panel {
    /// Where they are asked for.
    path: StoredValue<String>,
    hooks: RwSignal<Vec<Hook>>,
    sending: Sending,
}

impl Panel {
    fn refresh(self) {
        let path = self.path.get_value();
        spawn_local(async move {
            if let Ok(answer) = api::call("GET", &path, None).await {
                let list = answer.as_array().into_iter().flatten();
                let _ = self.hooks.try_set(list.filter_map(Hook::read).collect());
            }
        });
    }

    fn ask(self, method: &'static str, id: &str, body: Option<Value>) {
        let path = format!("{}/{id}", self.path.get_value());
        let asking = async move { api::call(method, &path, body).await };
        self.sending.run(asking, move |_| {
            self.refresh();
            // What was just tried has an answer soon.
            set_timeout(
                move || self.refresh(),
                std::time::Duration::from_millis(1500),
            );
        });
    }
}

/// The list, and one more.
#[component]
pub fn Webhooks(
    /// `/api/webhooks`, or that of a map.
    #[prop(into)]
    path: String,
    /// Whether they are about all maps.
    #[prop(optional)]
    all: bool,
) -> impl IntoView {
    let panel = Panel {
        path: StoredValue::new(path),
        hooks: RwSignal::new(Vec::new()),
        sending: Sending::default(),
    };
    panel.refresh();
    let made = RwSignal::new(None::<String>);
    let row = move |hook: Hook| view! { <Row hook=hook panel=panel /> };
    view! {
        <ul class="share-list" data-testid="webhooks">
            {move || panel.hooks.get().into_iter().map(row).collect_view()}
        </ul>
        <Trouble sending=panel.sending />
        {move || match made.get() {
            Some(secret) => view! {
                <div class="share-made" data-testid="new-webhook">
                    <p>"Copy the signing secret now: it is not shown again. With it, whoever gets the messages can tell that they are from here."</p>
                    <CopyLink label="The signing secret" link=secret />
                    <button class="button" type="button" on:click=move |_| made.set(None)>"Add another"</button>
                </div>
            }.into_any(),
            None => view! { <NewHook panel=panel made=made all=all /> }.into_any(),
        }}
    }
}

#[component]
fn Row(hook: Hook, panel: Panel) -> impl IntoView {
    let (words, warns) = hook.goes();
    let host = hook.url.split("://").nth(1).unwrap_or_default();
    let host = host.split('/').next().unwrap_or_default().to_owned();
    let id = StoredValue::new(hook.id.clone());
    let wish = move |what: &'static str| {
        panel.ask("POST", &id.get_value(), Some(json!({ "do": what })));
    };
    let is_on = hook.off.is_empty();
    let stuck = is_on && (hook.failed > 0 || hook.waiting > 0);
    let label = |what: &str| format!("{what}: {host}");
    let (test, again, turn, end) = (
        label("Send a test"),
        label("Send what waits now"),
        label(if is_on { "Turn off" } else { "Turn on" }),
        label("End"),
    );
    view! {
        <li class="share-row hook-row" class:over=!is_on>
            <span class="share-mark" aria-hidden="true"><Icon name="zap" /></span>
            <span class="share-who">
                <b title=hook.url.clone()>{host.clone()}</b>
                <small>{hook.hears()}</small>
                <small class="hook-state" class:hook-trouble=warns role="status">
                    {warns.then(|| view! { <Icon name="triangle-alert" /> })}
                    {words}
                </small>
            </span>
            <span class="hook-acts">
                {is_on.then(|| view! {
                    <button class="button" type="button" aria-label=test on:click=move |_| wish("test")>"Test"</button>
                })}
                {stuck.then(|| view! {
                    <button class="button" type="button" aria-label=again on:click=move |_| wish("again")>"Send now"</button>
                })}
                <button class="button" type="button" aria-label=turn on:click=move |_| wish(if is_on { "off" } else { "on" })>
                    {if is_on { "Turn off" } else { "Turn on" }}
                </button>
                <button class="button" type="button" aria-label=end on:click=move |_| panel.ask("DELETE", &id.get_value(), None)>"End"</button>
            </span>
        </li>
    }
}

#[component]
fn NewHook(panel: Panel, made: RwSignal<Option<String>>, all: bool) -> impl IntoView {
    let url = RwSignal::new(String::new());
    let choices = CHOICES.len() - usize::from(!all);
    let chosen = RwSignal::new(vec![true; CHOICES.len()]);
    let sending = Sending::default();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let events: Vec<&str> = chosen.with_untracked(|chosen| {
            let picked = CHOICES.iter().zip(chosen).take(choices);
            let picked = picked.filter(|(_, chosen)| **chosen);
            picked
                .flat_map(|((_, words), _)| words.iter().copied())
                .collect()
        });
        let body = json!({ "url": url.get_untracked(), "events": events });
        let path = panel.path.get_value();
        let asking = async move { api::call("POST", &path, Some(body)).await };
        sending.run(asking, move |answer| {
            let secret = answer.get("secret").and_then(Value::as_str);
            made.set(secret.map(str::to_owned));
            panel.refresh();
        });
    };
    let choice = move |at: usize| {
        view! {
            <label class="hook-choice">
                <input
                    type="checkbox"
                    prop:checked=move || chosen.with(|chosen| chosen[at])
                    on:change=move |event| chosen.update(|chosen| chosen[at] = event_target_checked(&event))
                />
                <span>{CHOICES[at].0}</span>
            </label>
        }
    };
    view! {
        <form class="settings-form hook-new" novalidate="" on:submit=submit>
            <Field name="url" label="Send to" kind="url" autocomplete="off" value=url sending=sending
                placeholder="https://example.com/hook" longest=1000 />
            <fieldset class="hook-choices">
                <legend class="form-label">"When"</legend>
                {(0..choices).map(choice).collect_view()}
            </fieldset>
            <Trouble sending=sending fields=&["url"] />
            <Submit words="Add a webhook" sending=sending />
        </form>
    }
}
