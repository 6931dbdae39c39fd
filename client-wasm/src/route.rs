//! Which page an address shows, and what its query asks of that page. A few routes
//! need no router library.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, MouseEvent, UrlSearchParams};

use crate::dom::{self, Listener};

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// `/`
    Home,
    /// `/map/{key}`
    Map(String),
    /// `/setup`: becoming the first administrator.
    Setup,
    /// `/sign-in`
    SignIn,
    /// `/join`: coming through a link to a map.
    Join,
    /// `/invite`: making an account.
    Invite,
    /// `/reset`: choosing a new password.
    Reset,
    /// `/forgot`: asking for a letter with a link to one.
    Forgot,
    /// `/unsubscribe`: stopping letters.
    Unsubscribe,
    /// `/account`: oneself.
    Account,
    /// `/people`: everybody, for administrators.
    People,
    /// Anything else.
    Missing,
}

impl Route {
    fn of(address: &str) -> Self {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        match path
            .strip_prefix("/map/")
            .map(|key| key.trim_end_matches('/'))
        {
            Some(key) if !key.is_empty() && !key.contains('/') => Self::Map(key.to_owned()),
            Some(_) => Self::Missing,
            None => match path {
                "/" => Self::Home,
                "/setup" => Self::Setup,
                "/sign-in" => Self::SignIn,
                "/join" => Self::Join,
                "/invite" => Self::Invite,
                "/reset" => Self::Reset,
                "/forgot" => Self::Forgot,
                "/unsubscribe" => Self::Unsubscribe,
                "/account" => Self::Account,
                "/people" => Self::People,
                _ => Self::Missing,
            },
        }
    }

    /// Whether it shows nothing to whoever has not signed in.
    pub fn is_private(&self) -> bool {
        matches!(
            self,
            Self::Home | Self::Map(_) | Self::Account | Self::People
        )
    }

    fn here() -> Self {
        Self::of(&dom::window().location().pathname().unwrap_or_default())
    }
}

thread_local! {
    static ROUTE: ArcRwSignal<Route> = ArcRwSignal::new(Route::here());
}

thread_local! {
    static QUERY: ArcRwSignal<Query> = ArcRwSignal::new(Query::here());
}

/// What stands behind the "?" of an address: which view of a map, and which place of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(String);

impl Query {
    /// The query of the address right now, which a filter may have changed since it was
    /// arrived at.
    pub fn here() -> Self {
        let search = dom::window().location().search().unwrap_or_default();
        Self::new(search.trim_start_matches('?'))
    }

    /// What is behind the "?".
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Names and values in order. Values are ids and words, which need no escapes.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.split('&').filter_map(|pair| pair.split_once('='))
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| value)
    }
}

impl Query {
    /// The same with another value of a name, or without it.
    pub fn with(&self, name: &str, value: Option<&str>) -> Self {
        let others = self.0.split('&').filter(|pair| {
            let other = pair.split('=').next();
            !pair.is_empty() && other != Some(name)
        });
        let value = value.map(|value| format!("{name}={value}"));
        let pairs: Vec<String> = others.map(str::to_owned).chain(value).collect();
        Self(pairs.join("&"))
    }

    /// The address of this page with this query.
    fn address(&self) -> String {
        let path = dom::window().location().pathname().unwrap_or_default();
        match self.0.as_str() {
            "" => path,
            query => format!("{path}?{query}"),
        }
    }
}

/// The query of the page shown now; Back and Forward change it too.
pub fn query() -> ArcRwSignal<Query> {
    QUERY.with(Clone::clone)
}

/// What stands behind the "?" now, with escapes undone.
pub fn parameters() -> Option<UrlSearchParams> {
    let search = dom::window().location().search().ok()?;
    UrlSearchParams::new_with_str(&search).ok()
}

/// Changes what stands behind the "?" of a map's address, without a step of its own in the
/// browser's history; what else stands there stays.
pub fn rewrite(change: impl FnOnce(&UrlSearchParams)) {
    let Some(asked) = parameters() else { return };
    let before = String::from(asked.to_string());
    change(&asked);
    let query = String::from(asked.to_string());
    if query == before {
        return;
    }
    let location = dom::window().location();
    let path = location.pathname().unwrap_or_default();
    if !path.starts_with("/map/") {
        return;
    }
    let hash = location.hash().unwrap_or_default();
    let mark = if query.is_empty() { "" } else { "?" };
    if let Ok(history) = dom::window().history() {
        let state = history.state().unwrap_or(JsValue::NULL);
        let address = format!("{path}{mark}{query}{hash}");
        let _ = history.replace_state_with_url(&state, "", Some(&address));
    }
}

/// The page shown now.
pub fn route() -> ArcRwSignal<Route> {
    ROUTE.with(Clone::clone)
}

fn arrive() {
    let (route, here) = (route(), Route::here());
    let (query, asked) = (query(), Query::here());
    if query.get_untracked() != asked {
        query.set(asked);
    }
    if route.get_untracked() != here {
        route.set(here);
        // A new page begins at its heading, also for those who cannot see that it is new.
        set_timeout(
            || {
                dom::window().scroll_to_with_x_and_y(0.0, 0.0);
                let heading = dom::document()
                    .query_selector("h1[tabindex]")
                    .ok()
                    .flatten();
                if let Some(heading) =
                    heading.and_then(|heading| heading.dyn_into::<HtmlElement>().ok())
                {
                    let _ = heading.focus();
                }
            },
            std::time::Duration::ZERO,
        );
    }
}

/// Goes to a page of this program.
pub fn go(path: &str) {
    if let Ok(history) = dom::window().history() {
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(path));
    }
    arrive();
}

/// Goes to a page of this program in place of this one: Back does not lead here again.
pub fn redirect(path: &str) {
    if let Ok(history) = dom::window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(path));
    }
    arrive();
}

/// What stands behind the "#": the secret of a link, which browsers send nowhere.
pub fn secret() -> String {
    let hash = dom::window().location().hash().unwrap_or_default();
    hash.trim_start_matches('#').to_owned()
}

/// The path, query and all of this page.
pub fn address() -> String {
    let location = dom::window().location();
    let part = |part: Result<String, JsValue>| part.unwrap_or_default();
    part(location.pathname()) + &part(location.search()) + &part(location.hash())
}

/// Where the address asks to go on, if that is a page of ours.
pub fn next() -> String {
    let next = parameters().and_then(|asked| asked.get("next"));
    // "//host" would be another host.
    let ours = |path: &String| path.starts_with('/') && Route::of(path).is_private();
    next.filter(ours).unwrap_or_else(|| "/".to_owned())
}

/// Makes a new entry of the history for this page with another query; `why` is what made it.
pub fn push(query: &Query, why: &str) {
    if let Ok(history) = dom::window().history() {
        let state = JsValue::from_str(why);
        let _ = history.push_state_with_url(&state, "", Some(&query.address()));
    }
    arrive();
}

/// Whether the entry of the history that is shown was made by [`push`] for this reason.
pub fn was_pushed(why: &str) -> bool {
    let history = dom::window().history();
    let state = history.and_then(|history| history.state());
    state.is_ok_and(|state| state.as_string().as_deref() == Some(why))
}

/// Gives this page another query in the same entry of the history.
pub fn replace(query: &Query) {
    if let Ok(history) = dom::window().history() {
        let state = history.state().unwrap_or(JsValue::NULL);
        let _ = history.replace_state_with_url(&state, "", Some(&query.address()));
    }
    arrive();
}

/// Goes back as the browser's button does, a moment later.
pub fn back() {
    if let Ok(history) = dom::window().history() {
        let _ = history.back();
    }
}

/// Follows Back, Forward and links inside the page without loading it anew.
pub fn start() {
    Listener::new(&dom::window(), "popstate", |_| arrive()).forever();
    Listener::new(&dom::document(), "click", |event| {
        let click = event.unchecked_ref::<MouseEvent>();
        let plain = click.button() == 0
            && !(click.meta_key() || click.ctrl_key() || click.shift_key() || click.alt_key());
        if !plain || event.default_prevented() {
            return;
        }
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let link = target.and_then(|target| target.closest("a[href]").ok().flatten());
        let Some(link) =
            link.filter(|link| !link.has_attribute("download") && !link.has_attribute("target"))
        else {
            return;
        };
        let path = link.get_attribute("href").unwrap_or_default();
        if Route::of(&path) != Route::Missing {
            event.prevent_default();
            go(&path);
        }
    })
    .forever();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_map_may_ask_for_a_view_and_a_place() {
        for address in [
            "/map/a",
            "/map/a/",
            "/map/a?view=outline",
            "/map/a#map-body",
        ] {
            assert_eq!(Route::of(address), Route::Map("a".to_owned()), "{address}");
        }
        assert_eq!(Route::of("/?view=outline"), Route::Home);
        assert_eq!(Route::of("/map/?view=outline"), Route::Missing);
    }

    #[test]
    fn a_query_is_read_by_name() {
        let query = Query::new("view=outline&card=c_1-2&odd&=");
        assert_eq!(query.get("view"), Some("outline"));
        assert_eq!(query.get("card"), Some("c_1-2"));
        assert_eq!(query.get("odd"), None);
        assert_eq!(Query::default().get("view"), None);
    }
}
