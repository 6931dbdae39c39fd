//! What is asked of the server about comments.

use serde_json::{Value, json};
use wasm_bindgen::JsCast;
use web_sys::{Headers, RequestInit, Response};

use super::me;
use crate::dom;

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Understood and answered.
    Said(Value),
    /// Not now: the same may be asked again, after so many seconds if it says so.
    Later(Option<f64>),
    /// Never like this; why, for people.
    Refused(String),
}

/// Sends commands about a map.
pub async fn command(map: &str, commands: Vec<Value>) -> Reply {
    let body = json!({ "me": me::claim(), "commands": commands });
    send("POST", &format!("/api/maps/{map}/talk"), Some(&body)).await
}

/// Who can be mentioned on a map, and who has taken part.
pub async fn people(map: &str) -> Reply {
    send("GET", &format!("/api/maps/{map}/talk/people"), None).await
}

/// Says what I want to be called, where the server does not know it.
pub async fn introduce() -> Reply {
    match me::claim() {
        Value::Null => Reply::Said(Value::Null),
        claim => send("PUT", "/api/talk/me", Some(&claim)).await,
    }
}

/// My inbox, after an errand in it.
pub async fn inbox(errand: Option<Value>) -> Reply {
    let body = json!({ "me": me::claim(), "errand": errand });
    send("POST", "/api/inbox", Some(&body)).await
}

async fn send(method: &str, path: &str, body: Option<&Value>) -> Reply {
    let request = RequestInit::new();
    request.set_method(method);
    if let (Some(body), Ok(headers)) = (body, Headers::new()) {
        let _ = headers.set("content-type", "application/json");
        request.set_headers(&headers);
        request.set_body(&body.to_string().into());
    }
    let answer = dom::window().fetch_with_str_and_init(path, &request).await;
    let Some(answer) = answer.ok().and_then(|it| it.dyn_into::<Response>().ok()) else {
        return Reply::Later(None);
    };
    let text = match answer.text() {
        Ok(text) => text.await.ok().and_then(|text| text.as_string()),
        Err(_) => None,
    };
    let value = text.and_then(|text| serde_json::from_str::<Value>(&text).ok());
    if answer.ok() || answer.status() == 429 {
        // An answer without words says only that it is done.
        return Reply::Said(value.unwrap_or(Value::Null));
    }
    if answer.status() >= 500 || answer.status() == 408 {
        let after = answer.headers().get("retry-after").ok().flatten();
        return Reply::Later(after.and_then(|it| it.parse().ok()));
    }
    let said = value.as_ref().and_then(|it| it.get("error")?.as_str());
    Reply::Refused(said.unwrap_or("the server did not accept it").to_owned())
}
