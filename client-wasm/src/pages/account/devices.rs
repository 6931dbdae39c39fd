//! Where one is signed in.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;

use crate::icon::Icon;
use crate::panels::form::{Sending, Trouble};
use crate::{api, dom};

#[derive(Clone, PartialEq)]
struct Device {
    id: String,
    words: String,
    /// In milliseconds since the Unix epoch.
    seen: u64,
    is_here: bool,
}

fn read(value: &Value) -> Option<Device> {
    Some(Device {
        id: value.get("id")?.as_str()?.to_owned(),
        words: value.get("device")?.as_str()?.to_owned(),
        seen: value.get("seen")?.as_u64()?,
        is_here: value.get("here")?.as_bool()?,
    })
}

#[component]
pub fn Devices() -> impl IntoView {
    let devices = RwSignal::new(Vec::<Device>::new());
    let sending = Sending::default();
    let refresh = move || {
        spawn_local(async move {
            match api::call("GET", "/api/me/sessions", None).await {
                Ok(answer) => {
                    let list = answer.as_array().into_iter().flatten();
                    let _ = devices.try_set(list.filter_map(read).collect());
                }
                Err(failure) => drop(sending.failure.try_set(Some(failure))),
            }
        });
    };
    refresh();
    let row = move |device: Device| {
        let path = format!("/api/me/sessions/{}", device.id);
        let end = move |_| {
            let path = path.clone();
            sending.run(
                async move { api::call("DELETE", &path, None).await },
                move |_| refresh(),
            );
        };
        let label = format!("Sign out {}", device.words);
        let seen = if device.is_here {
            "This device".to_owned()
        } else {
            format!("Last used {}", dom::moment(device.seen))
        };
        view! {
            <li class="share-row">
                <span class="share-mark" aria-hidden="true"><Icon name="smartphone" /></span>
                <span class="share-who"><b>{device.words}</b><small>{seen}</small></span>
                {(!device.is_here).then(|| view! {
                    <button class="button" type="button" aria-label=label on:click=end>"Sign out"</button>
                })}
            </li>
        }
    };
    view! {
        <ul class="share-list">{move || devices.get().into_iter().map(row).collect_view()}</ul>
        <Trouble sending=sending />
    }
}
