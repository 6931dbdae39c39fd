//! An inbox as a feed (Atom, RFC 4287).

use atom_syndication::{Content, Entry, Feed, FixedDateTime, Generator, Link, Person, Text};
use chrono::DateTime;

use crate::talk::InboxPage;

/// Where a feed is, and whose.
pub(crate) struct Address<'a> {
    /// How people reach the server.
    pub(crate) base: &'a str,
    /// The feed's own address.
    pub(crate) own: &'a str,
    /// The id of the person.
    pub(crate) person: &'a str,
    /// Since when there is the feed, in milliseconds since the Unix epoch.
    pub(crate) made: u64,
}

/// The feed of what is in an inbox: everything in it can be seen by its person.
pub(crate) fn atom(address: &Address<'_>, page: &InboxPage) -> String {
    let Address { base, person, .. } = address;
    let id = format!("{base}/inbox/{person}");
    let entries: Vec<Entry> = page
        .entries
        .iter()
        .map(|it| {
            let name = fit(&it.by.name);
            Entry {
                id: format!("{id}/{}", it.id),
                title: Text::plain(format!("{name} {} · {}", it.phrase, fit(&it.title))),
                updated: moment(it.at),
                published: Some(moment(it.at)),
                authors: vec![Person {
                    name,
                    ..Person::default()
                }],
                links: vec![link("alternate", &format!("{base}{}", it.path()))],
                content: Some(Content {
                    content_type: Some("text".to_owned()),
                    value: Some(fit(&it.words)),
                    ..Content::default()
                }),
                ..Entry::default()
            }
        })
        .collect();
    let newest = page.entries.iter().map(|it| it.at).max();
    let feed = Feed {
        title: Text::plain("Waymark inbox"),
        updated: moment(newest.unwrap_or(0).max(address.made)),
        links: vec![
            link("self", address.own),
            link("alternate", &format!("{base}/")),
        ],
        generator: Some(Generator {
            value: "Waymark".to_owned(),
            ..Generator::default()
        }),
        id,
        entries,
        ..Feed::default()
    };
    feed.to_string()
}

fn link(rel: &str, href: &str) -> Link {
    let kind = (rel == "self").then(|| "application/atom+xml".to_owned());
    Link {
        href: href.to_owned(),
        rel: rel.to_owned(),
        mime_type: kind,
        ..Link::default()
    }
}

fn moment(at: u64) -> FixedDateTime {
    let at = i64::try_from(at / 1000).unwrap_or_default();
    DateTime::from_timestamp(at, 0).unwrap_or_default().into()
}

/// Without the characters that XML cannot hold (XML 1.0, section 2.2).
fn fit(text: &str) -> String {
    let fits = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(fits).collect()
}
