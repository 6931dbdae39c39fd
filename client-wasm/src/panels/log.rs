//! The audit log, in words.

use leptos::prelude::*;
use serde_json::Value;

use crate::panels::form::{Sending, Trouble};
use crate::{api, dom};

/// One entry.
#[derive(Clone, PartialEq)]
struct Line {
    number: u64,
    /// In milliseconds since the Unix epoch.
    at: u64,
    words: String,
    map: String,
    from: String,
}

impl Line {
    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
        let name = |of: &str| {
            let name = value
                .get(of)
                .and_then(|person| person.get("name")?.as_str());
            name.unwrap_or("somebody").to_owned()
        };
        let (who, whom, detail) = (name("who"), name("person"), text("detail"));
        let words = match text("what") {
            "set_up" => format!("{who} set this Waymark up"),
            "signed_in" => format!("{who} signed in"),
            "sign_in_failed" if value.get("person").is_some_and(Value::is_object) => {
                format!("A wrong password for {whom}")
            }
            "sign_in_failed" => "Somebody unknown tried to sign in".to_owned(),
            "signed_out" => format!("{who} signed out"),
            "session_ended" => format!("{who} signed one of their devices out"),
            "password_changed" => format!("{who} changed their password"),
            "password_reset" => format!("{who} chose a new password by a link"),
            "reset_made" => format!("{who} made a link to a new password for {whom}"),
            "token_made" => format!("{who} made a token to {detail}"),
            "token_ended" => format!("{who} ended a token"),
            "invited" => format!("{who} made an invitation ({detail})"),
            "invite_withdrawn" => format!("{who} withdrew an invitation"),
            "connected" => format!("{who} connected the sign-in service"),
            "joined" if !value.get("person").is_some_and(Value::is_object) => {
                format!("{who} joined with the sign-in service")
            }
            "joined" => format!("{who} joined, invited by {whom}"),
            "came_by_link" => format!("{who} came through a link ({detail})"),
            "link_made" => format!("{who} made a link ({detail})"),
            "link_revoked" => format!("{who} revoked a link"),
            "role_changed" => format!("{who} made {whom} {detail} of a map"),
            "place_changed" => format!("{who} made {whom} {detail}"),
            "person_removed" => format!("{who} removed somebody"),
            "workspace_changed" => format!("{who} changed what all members may"),
            "map_made" => format!("{who} made a map"),
            "reset_asked" => format!("Somebody asked for a new password for {whom} by e-mail"),
            "disconnected" => format!("{who} disconnected the sign-in service"),
            "feed_made" => format!("{who} made an address for the feed of their inbox"),
            "feed_ended" => format!("{who} ended the feed of their inbox"),
            "webhook_added" => format!("{who} added a webhook to {detail}"),
            "webhook_removed" => format!("{who} ended a webhook to {detail}"),
            "exported" => format!("{who} took a map as a file"),
            other => format!("{who}: {other}"),
        };
        Some(Self {
            number: value.get("number")?.as_u64()?,
            at: value.get("at")?.as_u64()?,
            words,
            map: text("map").to_owned(),
            from: text("from").to_owned(),
        })
    }
}

/// The entries, the newest first.
#[component]
pub fn Log(
    /// Where they are asked for.
    #[prop(into)]
    path: String,
    /// Whether all of it can be checked here.
    #[prop(optional)]
    whole: bool,
) -> impl IntoView {
    let lines = RwSignal::new(Vec::<Line>::new());
    let more = RwSignal::new(None::<u64>);
    let checked = RwSignal::new(None::<String>);
    let sending = Sending::default();
    let load = Callback::new(move |()| {
        let path = match more.get_untracked() {
            Some(before) => format!("{path}?before={before}"),
            None => path.clone(),
        };
        sending.run(
            async move { api::call("GET", &path, None).await },
            move |answer| {
                let read = answer.get("entries").and_then(Value::as_array);
                let read: Vec<Line> = read.into_iter().flatten().filter_map(Line::read).collect();
                lines.update(|lines| lines.extend(read));
                more.set(answer.get("more").and_then(Value::as_u64));
            },
        );
    });
    load.run(());
    let check = move |_| {
        sending.run(
            async { api::call("GET", "/api/audit/check", None).await },
            move |answer| {
                let whole = answer.get("entries").and_then(Value::as_u64);
                let broken = answer.get("broken").and_then(Value::as_u64);
                checked.set(Some(match (whole, broken) {
                    (Some(entries), _) => {
                        format!("All {entries} entries are as they were written.")
                    }
                    (_, Some(number)) => format!("Entry {number} is not as it was written."),
                    _ => "The answer is not understood.".to_owned(),
                }));
            },
        );
    };
    let line = move |line: Line| {
        let map = (whole && !line.map.is_empty()).then(|| {
            let address = format!("/map/{}", line.map);
            view! { " · " <a href=address>"the map"</a> }
        });
        view! {
            <li>
                <span class="log-number">{line.number}</span>
                <span class="log-words">{line.words}{map}</span>
                <small>{dom::moment(line.at)}" · "{line.from}</small>
            </li>
        }
    };
    view! {
        <ol class="log">{move || lines.get().into_iter().map(line).collect_view()}</ol>
        <div class="settings-row">
            <Show when=move || more.get().is_some()>
                <button class="button" type="button" on:click=move |_| load.run(())>"Show earlier"</button>
            </Show>
            {whole.then(|| view! {
                <button class="button" type="button" on:click=check>"Check the log"</button>
                <span role="status">{checked}</span>
            })}
        </div>
        <Trouble sending=sending />
    }
}
