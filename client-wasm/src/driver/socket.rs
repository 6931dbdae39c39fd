//! One WebSocket whose events feed one replica.

use std::cell::RefCell;
use std::rc::Weak;

use wasm_bindgen::JsCast;
use waymark_sync::ReplicaInput;
use web_sys::{BinaryType, CloseEvent, Event, MessageEvent, WebSocket};

use crate::dom::{self, Listener, Timer};
use crate::state::Shared;

/// The close code for a connection that could not be opened or broke without a word.
const ABNORMAL: u16 = 1006;

/// An open or opening connection; dropping it closes it and ends its events.
pub(super) struct Socket {
    socket: Option<WebSocket>,
    _listeners: Vec<Listener>,
    _failed: Option<Timer>,
}

impl Socket {
    /// Begins to connect to the server this page came from.
    pub(super) fn open(shared: &Weak<Shared>) -> Self {
        match WebSocket::new(&address()) {
            Ok(socket) => Self::listen(socket, shared),
            Err(_) => Self::failed(shared.clone()),
        }
    }

    fn listen(socket: WebSocket, shared: &Weak<Shared>) -> Self {
        socket.set_binary_type(BinaryType::Arraybuffer);
        let on = |event: &'static str, input: fn(&Event) -> Option<ReplicaInput>| {
            let shared = shared.clone();
            Listener::new(&socket, event, move |event| {
                if let (Some(shared), Some(input)) = (shared.upgrade(), input(&event)) {
                    shared.feed(input);
                }
            })
        };
        let listeners = vec![
            on("open", |_| Some(ReplicaInput::Connected)),
            on("message", received),
            on("close", |event| {
                let close = event.unchecked_ref::<CloseEvent>();
                Some(ReplicaInput::Disconnected {
                    code: close.code(),
                    reason: close.reason(),
                })
            }),
        ];
        Self {
            socket: Some(socket),
            _listeners: listeners,
            _failed: None,
        }
    }

    /// The browser would not even try; the replica learns it in a turn of its own.
    fn failed(shared: Weak<Shared>) -> Self {
        let shared = RefCell::new(Some(shared));
        let timer = Timer::new(move || {
            if let Some(shared) = shared.take().and_then(|shared| shared.upgrade()) {
                shared.feed(ReplicaInput::Disconnected {
                    code: ABNORMAL,
                    reason: String::new(),
                });
            }
        });
        timer.set(0.0);
        Self {
            socket: None,
            _listeners: Vec::new(),
            _failed: Some(timer),
        }
    }

    /// Whether what is sent now arrives.
    pub(super) fn is_open(&self) -> bool {
        let socket = self.socket.as_ref();
        socket.is_some_and(|socket| socket.ready_state() == WebSocket::OPEN)
    }

    /// Sends one binary message; on a connection that is not open it is dropped, and the
    /// handshake of the next one makes up for it.
    pub(super) fn send(&self, message: &[u8]) {
        if let Some(socket) = self.socket.as_ref().filter(|_| self.is_open()) {
            let _ = socket.send_with_u8_array(message);
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Some(socket) = &self.socket {
            let _ = socket.close();
        }
    }
}

fn received(event: &Event) -> Option<ReplicaInput> {
    let data = event.unchecked_ref::<MessageEvent>().data();
    // The protocol has no text messages; one is dropped as if it were malformed.
    let buffer = data.dyn_into::<js_sys::ArrayBuffer>().ok()?;
    Some(ReplicaInput::Received(
        js_sys::Uint8Array::new(&buffer).to_vec().into(),
    ))
}

fn address() -> String {
    let location = dom::window().location();
    let secure = location
        .protocol()
        .is_ok_and(|protocol| protocol == "https:");
    let host = location.host().unwrap_or_default();
    format!("{}://{host}/sync", if secure { "wss" } else { "ws" })
}
