//! Reading a text of a thing that may be gone.

use leptos::prelude::*;

/// What a thing says; nothing while it is not there.
pub(crate) fn said<T: Send + Sync + 'static>(
    thing: Signal<Option<T>>,
    text: impl Fn(&T) -> &str + Send + Sync + 'static,
) -> Memo<String> {
    Memo::new(move |_| {
        thing.with(|thing| {
            let text = thing.as_ref().map(&text);
            text.unwrap_or_default().to_owned()
        })
    })
}
