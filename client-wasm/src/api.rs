//! What the server answers over HTTP: the list of maps, templates, new maps.

use js_sys::Uint8Array;
use serde_json::Value;
use wasm_bindgen::JsCast;
use web_sys::{File, Headers, RequestInit, Response};

use crate::{account, dom};

/// The server's word for who has to sign in first.
const SIGNED_OUT: &str = "sign_in";

/// Why there is no answer, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The server could not be reached.
    Unreachable,
    /// It answered, and said why not.
    Refused(String),
    /// The same, with a word that says which part of the request is meant.
    About {
        /// For people.
        text: String,
        /// The word.
        code: String,
    },
}

impl Failure {
    /// What to show.
    pub fn text(&self) -> String {
        match self {
            Self::Unreachable => "The server cannot be reached.".to_owned(),
            Self::Refused(reason) => reason.clone(),
            Self::About { text, .. } => text.clone(),
        }
    }

    /// What it is about, if the server said so.
    pub fn code(&self) -> &str {
        match self {
            Self::About { code, .. } => code,
            Self::Unreachable | Self::Refused(_) => "",
        }
    }
}

/// One map in the list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MapSummary {
    pub key: String,
    pub title: String,
    /// The kind's label.
    pub kind: &'static str,
    /// The first persona's name; may be empty.
    pub persona: String,
    /// Its emotion at each step, `None` where it is not set.
    pub emotion: Vec<Option<f64>>,
    /// The lowest and the highest value an emotion can have.
    pub scale: (f64, f64),
    pub steps: u64,
    /// Cards, pain points and opportunities.
    pub cards: u64,
    /// How many people have it open.
    pub people: u64,
    /// When it changed last, in milliseconds since the Unix epoch; 0 when unknown.
    pub changed: u64,
    /// Why the server cannot open it, if so.
    pub problem: Option<String>,
}

/// A demo map to start from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    pub key: String,
    pub title: String,
    pub kind: &'static str,
}

/// All maps.
pub async fn maps() -> Result<Vec<MapSummary>, Failure> {
    let answer = get("/api/maps").await?;
    Ok(answer
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(read_map)
        .collect())
}

/// The demo maps.
pub async fn templates() -> Result<Vec<Template>, Failure> {
    let answer = get("/api/templates").await?;
    Ok(answer
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(read_template)
        .collect())
}

/// Makes a map from a template's key, or `blank`; its key.
pub async fn create(from: &str) -> Result<String, Failure> {
    let body = serde_json::json!({ "from": from }).to_string();
    let answer = post("/api/maps", "application/json", &body.into()).await?;
    key_of(&answer)
}

/// Makes a map from a file; its key.
pub async fn import(file: &File) -> Result<String, Failure> {
    let buffer = file
        .array_buffer()
        .await
        .map_err(|_| Failure::Refused("The file cannot be read.".to_owned()))?;
    let bytes = Uint8Array::new(&buffer);
    let kind = if file.name().ends_with(".json") {
        "application/json"
    } else {
        "application/yaml"
    };
    let answer = post("/api/maps/import", kind, &bytes).await?;
    key_of(&answer)
}

/// Where a map can be had as a file.
pub fn export_address(key: &str, format: &str) -> String {
    format!("/api/maps/{key}/export?format={format}")
}

fn key_of(answer: &Value) -> Result<String, Failure> {
    let missing = || Failure::Refused("The server's answer is not understood.".to_owned());
    answer
        .get("id")
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(missing)
}

/// Asks for anything that is JSON both ways; nothing in the answer is `null`.
pub async fn call(method: &str, path: &str, body: Option<Value>) -> Result<Value, Failure> {
    let request = RequestInit::new();
    request.set_method(method);
    if let Some(body) = body {
        request.set_body(&body.to_string().into());
        if let Ok(headers) = Headers::new() {
            let _ = headers.set("content-type", "application/json");
            request.set_headers(&headers);
        }
    }
    send(path, &request).await
}

async fn get(path: &str) -> Result<Value, Failure> {
    send(path, &RequestInit::new()).await
}

async fn post(path: &str, kind: &str, body: &wasm_bindgen::JsValue) -> Result<Value, Failure> {
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_body(body);
    if let Ok(headers) = Headers::new() {
        let _ = headers.set("content-type", kind);
        request.set_headers(&headers);
    }
    send(path, &request).await
}

async fn send(path: &str, request: &RequestInit) -> Result<Value, Failure> {
    let answer = dom::window().fetch_with_str_and_init(path, request).await;
    let answer: Response = answer
        .ok()
        .and_then(|answer| answer.dyn_into().ok())
        .ok_or(Failure::Unreachable)?;
    let text = match answer.text() {
        Ok(text) => text.await.map_err(|_| Failure::Unreachable)?,
        Err(_) => return Err(Failure::Unreachable),
    };
    let text = text.as_string().unwrap_or_default();
    let value = serde_json::from_str::<Value>(&text).ok();
    if answer.ok() && text.is_empty() {
        return Ok(Value::Null);
    }
    if answer.ok() {
        return value
            .ok_or_else(|| Failure::Refused("The server's answer is not understood.".to_owned()));
    }
    let said = |name: &str| {
        value
            .as_ref()
            .and_then(|value| value.get(name))
            .and_then(Value::as_str)
    };
    let text = match (said("error"), said("place")) {
        (Some(error), Some(place)) => format!("{place}: {error}."),
        (Some(error), None) => sentence(error),
        (None, _) => format!("The server answered {}.", answer.status()),
    };
    match said("code") {
        Some(code) => {
            if code == SIGNED_OUT {
                account::lost();
            }
            let code = code.to_owned();
            Err(Failure::About { text, code })
        }
        None => Err(Failure::Refused(text)),
    }
}

/// A message as a sentence for people.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars
        .next()
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    first + chars.as_str() + end
}

fn text(value: &Value, name: &str) -> String {
    value
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn number(value: &Value, name: &str) -> u64 {
    value
        .get(name)
        .and_then(Value::as_f64)
        .map_or(0, |number| number.max(0.0) as u64)
}

fn kind(value: &Value) -> &'static str {
    let word = value
        .get("kind")
        .and_then(Value::as_str)
        .unwrap_or_default();
    waymark_model::map::MapKind::from_word(word)
        .unwrap_or_default()
        .label()
}

fn read_map(value: &Value) -> Option<MapSummary> {
    let float = |name: &str| value.get("scale")?.get(name)?.as_f64();
    let emotion = value.get("emotions").and_then(Value::as_array);
    Some(MapSummary {
        key: value.get("id")?.as_str()?.to_owned(),
        title: text(value, "title"),
        kind: kind(value),
        persona: value
            .get("persona")
            .map(|persona| text(persona, "name"))
            .unwrap_or_default(),
        emotion: emotion
            .map(|values| values.iter().map(Value::as_f64).collect())
            .unwrap_or_default(),
        scale: (float("min").unwrap_or(-2.0), float("max").unwrap_or(2.0)),
        steps: number(value, "steps"),
        cards: number(value, "cards") + number(value, "pains") + number(value, "opportunities"),
        people: number(value, "people"),
        changed: number(value, "changed_at"),
        problem: value
            .get("problem")
            .and_then(Value::as_str)
            .map(str::to_owned),
    })
}

fn read_template(value: &Value) -> Option<Template> {
    Some(Template {
        key: value.get("key")?.as_str()?.to_owned(),
        title: text(value, "title"),
        kind: kind(value),
    })
}
