//! The few things the browser offers that everything here needs: time, timers,
//! listeners, small storage and random bits.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{Document, Event, EventTarget, Storage, Window};

/// The page's window.
pub fn window() -> Window {
    web_sys::window().expect("the client runs in a page")
}

/// The page's document.
pub fn document() -> Document {
    window().document().expect("a page has a document")
}

/// Milliseconds since the page started; never goes back.
pub fn now() -> f64 {
    window()
        .performance()
        .map_or_else(js_sys::Date::now, |clock| clock.now())
}

/// Milliseconds since the Unix epoch, as far as the device knows.
pub fn unix_now() -> u64 {
    js_sys::Date::now() as u64
}

/// A time of day, as people here write it.
pub fn clock(unix_ms: u64) -> String {
    let options = js_sys::Object::new();
    for (name, style) in [("hour", "numeric"), ("minute", "2-digit")] {
        let _ = js_sys::Reflect::set(&options, &name.into(), &style.into());
    }
    let date = js_sys::Date::new(&(unix_ms as f64).into());
    date.to_locale_time_string_with_options("default", &options)
        .into()
}

/// A day, as people here write it; its year only when it is not this one.
pub fn day(unix_ms: u64) -> String {
    let date = js_sys::Date::new(&(unix_ms as f64).into());
    let options = js_sys::Object::new();
    let this_year = js_sys::Date::new_0().get_full_year() == date.get_full_year();
    let year = (!this_year).then_some(("year", "numeric"));
    for (name, style) in [("day", "numeric"), ("month", "short")]
        .into_iter()
        .chain(year)
    {
        let _ = js_sys::Reflect::set(&options, &name.into(), &style.into());
    }
    date.to_locale_date_string("default", &options).into()
}

/// A moment, as people here write it: a day and a time of day.
pub fn moment(unix_ms: u64) -> String {
    format!("{}, {}", day(unix_ms), clock(unix_ms))
}

/// A time for machines: `2026-11-03T08:00:00.000Z`; empty when there is no such time.
pub fn timestamp(unix_ms: u64) -> String {
    let date = js_sys::Date::new(&(unix_ms as f64).into());
    if date.get_time().is_nan() {
        return String::new();
    }
    date.to_iso_string().into()
}

/// 128 random bits from the browser's cryptographic source.
pub fn random() -> u128 {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("a browser that runs wasm has a random source");
    u128::from_le_bytes(bytes)
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// Reads a small setting of this browser; `None` too when storage is forbidden.
pub fn remembered(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Whether keys are named as on a Mac.
pub fn is_mac() -> bool {
    window()
        .navigator()
        .user_agent()
        .is_ok_and(|agent| agent.contains("Mac"))
}

/// Keeps a small setting in this browser, if it lets us.
pub fn remember(key: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(key, value);
    }
}

/// A one-shot timer that can be set again; dropping it cancels it.
pub struct Timer {
    run: Closure<dyn FnMut()>,
    handle: Rc<Cell<Option<i32>>>,
}

impl Timer {
    /// A timer that is not set yet.
    pub fn new(mut run: impl FnMut() + 'static) -> Self {
        let handle = Rc::new(Cell::new(None));
        let fired = Rc::clone(&handle);
        let run = Closure::new(move || {
            fired.set(None);
            run();
        });
        Self { run, handle }
    }

    /// Fires once in `ms` milliseconds, instead of whenever it was set to before.
    pub fn set(&self, ms: f64) {
        self.cancel();
        let ms = ms.clamp(0.0, f64::from(i32::MAX)) as i32;
        let run = self.run.as_ref().unchecked_ref();
        self.handle.set(
            window()
                .set_timeout_with_callback_and_timeout_and_arguments_0(run, ms)
                .ok(),
        );
    }

    /// Whether it will fire.
    pub fn is_set(&self) -> bool {
        self.handle.get().is_some()
    }

    /// Makes sure that it does not fire.
    pub fn cancel(&self) {
        if let Some(handle) = self.handle.take() {
            window().clear_timeout_with_handle(handle);
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// The next animation frame, or soon after when the tab is hidden and has no frames.
pub struct Frame {
    run: Closure<dyn FnMut()>,
    handle: Rc<Cell<Option<i32>>>,
    fallback: Rc<Timer>,
}

/// How long to wait for a frame that does not come, in milliseconds.
const HIDDEN_FRAME_MS: f64 = 60.0;

impl Frame {
    /// Runs `run` once for each time it was requested.
    pub fn new(run: impl Fn() + 'static) -> Self {
        let run = Rc::new(run);
        let handle = Rc::new(Cell::new(None::<i32>));
        let fallback = Rc::new(Timer::new({
            let (run, handle) = (Rc::clone(&run), Rc::clone(&handle));
            move || {
                if let Some(frame) = handle.take() {
                    let _ = window().cancel_animation_frame(frame);
                }
                run();
            }
        }));
        let on_frame = Closure::new({
            let (handle, fallback) = (Rc::clone(&handle), Rc::clone(&fallback));
            move || {
                handle.set(None);
                fallback.cancel();
                run();
            }
        });
        Self {
            run: on_frame,
            handle,
            fallback,
        }
    }

    /// Asks for a run; asking again before it happened changes nothing.
    pub fn request(&self) {
        if self.fallback.is_set() {
            return;
        }
        self.handle.set(
            window()
                .request_animation_frame(self.run.as_ref().unchecked_ref())
                .ok(),
        );
        self.fallback.set(HIDDEN_FRAME_MS);
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        if let Some(frame) = self.handle.take() {
            let _ = window().cancel_animation_frame(frame);
        }
    }
}

/// A listener that ends when this is dropped.
pub struct Listener {
    target: EventTarget,
    event: &'static str,
    run: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Listens for `event` on `target`.
    pub fn new(
        target: &EventTarget,
        event: &'static str,
        run: impl FnMut(Event) + 'static,
    ) -> Self {
        let run = Closure::<dyn FnMut(Event)>::new(run);
        let _ = target.add_event_listener_with_callback(event, run.as_ref().unchecked_ref());
        Self {
            target: target.clone(),
            event,
            run,
        }
    }

    /// Keeps listening for the life of the page.
    pub fn forever(self) {
        std::mem::forget(self);
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let run = self.run.as_ref().unchecked_ref();
        let _ = self
            .target
            .remove_event_listener_with_callback(self.event, run);
    }
}

/// Puts a text on the clipboard; whether the browser let us.
pub async fn copy(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    // Pages without a secure address have no clipboard at all.
    if clipboard.is_undefined() {
        return false;
    }
    clipboard.write_text(text).await.is_ok()
}

/// Copies what is selected; whether the browser did. Unlike [`copy`] it needs no secure
/// address.
pub fn copy_selected() -> bool {
    let document = document().dyn_into::<web_sys::HtmlDocument>();
    document.is_ok_and(|document| document.exec_command("copy").unwrap_or(false))
}

/// Fetches a font that will be needed soon, as CSS writes fonts: `italic 1em Inter`.
pub fn fetch_font(font: &str) {
    let _ = document().fonts().load(font);
}
