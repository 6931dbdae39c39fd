//! Commands that wait, kept in this browser until the server has them: closing the tab or
//! the whole browser does not lose a comment.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use waymark_model::talk::Order;
use web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransactionMode};

use crate::dom;

const DATABASE: &str = "waymark";
const VERSION: u32 = 1;
const STORE: &str = "orders";

/// Keeps a command of a map; `number` puts it after those before it. Without storage it is
/// only kept while the page is open.
pub async fn keep(map: &str, number: u64, order: &Order) {
    let Ok(text) = serde_json::to_string(order) else {
        return;
    };
    let key = key(map, number);
    let _ = with(IdbTransactionMode::Readwrite, |store| {
        store.put_with_key(&JsValue::from_str(&text), &JsValue::from_str(&key))
    })
    .await;
}

/// Forgets a command that the server has, or that nobody wants any more.
pub async fn forget(map: &str, number: u64) {
    let key = key(map, number);
    let _ = with(IdbTransactionMode::Readwrite, |store| {
        store.delete(&JsValue::from_str(&key))
    })
    .await;
}

/// The commands of a map that wait, in order.
pub async fn load(map: &str) -> Vec<(u64, Order)> {
    let (first, last) = (format!("{map}/"), format!("{map}/~"));
    let Ok(range) = IdbKeyRange::bound(&first.into(), &last.into()) else {
        return Vec::new();
    };
    let keys = with(IdbTransactionMode::Readonly, |store| {
        store.get_all_keys_with_key(&range)
    })
    .await;
    let values = with(IdbTransactionMode::Readonly, |store| {
        store.get_all_with_key(&range)
    })
    .await;
    let (Some(keys), Some(values)) = (keys, values) else {
        return Vec::new();
    };
    let (keys, values) = (js_sys::Array::from(&keys), js_sys::Array::from(&values));
    keys.iter()
        .zip(values.iter())
        .filter_map(|(key, value)| {
            let key = key.as_string()?;
            let number = key.rsplit('/').next()?.parse().ok()?;
            let order = serde_json::from_str(&value.as_string()?).ok()?;
            Some((number, order))
        })
        .collect()
}

/// Numbers sort as texts.
fn key(map: &str, number: u64) -> String {
    format!("{map}/{number:016}")
}

/// Asks one thing of the store; `None` where there is none or it fails.
async fn with(
    mode: IdbTransactionMode,
    ask: impl FnOnce(&IdbObjectStore) -> Result<IdbRequest, JsValue>,
) -> Option<JsValue> {
    let database = open().await?;
    let transaction = database.transaction_with_str_and_mode(STORE, mode).ok()?;
    let store = transaction.object_store(STORE).ok()?;
    let request = ask(&store).ok()?;
    let answer = finished(&request).await;
    database.close();
    answer
}

async fn open() -> Option<IdbDatabase> {
    let factory = dom::window().indexed_db().ok().flatten()?;
    let request = factory.open_with_u32(DATABASE, VERSION).ok()?;
    let made = request.clone();
    let on_upgrade = Closure::once_into_js(move || {
        let database = made
            .result()
            .ok()
            .and_then(|it| it.dyn_into::<IdbDatabase>().ok());
        if let Some(database) = database {
            let _ = database.create_object_store(STORE);
        }
    });
    request.set_onupgradeneeded(Some(on_upgrade.unchecked_ref()));
    finished(&request).await?.dyn_into().ok()
}

/// Waits for what a request gives.
async fn finished(request: &IdbRequest) -> Option<JsValue> {
    let done = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    done.await.ok()?;
    request.result().ok()
}
