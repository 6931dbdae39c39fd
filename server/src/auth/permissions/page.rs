//! The table as a page, and the proof that both say the same.

use std::fmt::Write as _;

use waymark_sync::Role;
use waymark_sync::Role::{Commenter, Contributor, Editor, Owner, Viewer};

use super::{Facts, Operation, Verdict, Who};
use crate::auth::tokens::Scope;
use crate::people::{Kind, Place, word_of};

/// Who the table and its test ask for.
#[derive(Clone, Copy, Debug)]
struct Column {
    name: &'static str,
    facts: Option<Facts>,
}

const fn column(
    name: &'static str,
    kind: Kind,
    place: Option<Place>,
    role: Option<Role>,
) -> Column {
    let facts = Facts {
        kind,
        place,
        scope: Scope::Admin,
        by_token: false,
        role,
    };
    Column {
        name,
        facts: Some(facts),
    }
}

const MEMBER: Option<Place> = Some(Place::Member);
const COLUMNS: &[Column] = &[
    Column {
        name: "stranger",
        facts: None,
    },
    column("guest elsewhere", Kind::Guest, None, None),
    column("guest", Kind::Guest, None, Some(Viewer)),
    column("member", Kind::Account, MEMBER, None),
    column("viewer", Kind::Account, MEMBER, Some(Viewer)),
    column("commenter", Kind::Account, MEMBER, Some(Commenter)),
    column("contributor", Kind::Account, MEMBER, Some(Contributor)),
    column("editor", Kind::Account, MEMBER, Some(Editor)),
    column("owner", Kind::Account, MEMBER, Some(Owner)),
    column(
        "administrator",
        Kind::Account,
        Some(Place::Admin),
        Some(Owner),
    ),
];

const HEAD: &str = "# Who may do what

Made from `server/src/auth/permissions.rs`; a test fails when it is stale. Another test asks \
every address below as everybody below.

`yes` is allowed. 401 asks to sign in. 404 is what an address answers that leads nowhere: who may \
not see a map cannot tell whether there is one. 403 is for who sees it and may not do this. Over a \
WebSocket (`sync`) these are the close codes 4401, 4404 and 4403.

A *guest* came through a link (here: to view), a *guest elsewhere* through one to another map. A \
*member* has no role on the map; *viewer* to *owner* are members with that role. The role that \
counts is the highest of the one somebody was given, the one that all members have, and those of \
the links they came through. A token may do what its person may and its scope allows. In local \
mode everybody is administrator, and what concerns one's own account is 403: there is none.

";

/// The table as a page.
fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("| request | does | scope |");
    for column in COLUMNS {
        let _ = write!(page, " {} |", column.name);
    }
    page.push_str("\n|---|---|---|");
    page.push_str(&"---|".repeat(COLUMNS.len()));
    page.push('\n');
    for operation in Operation::ALL {
        let row = operation.row();
        let needs = match row.who {
            Who::Anyone | Who::Oneself => "",
            _ => row.scope.word(),
        };
        let _ = write!(
            page,
            "| `{} {}` | {} | {needs} |",
            row.method, row.path, row.does
        );
        for column in COLUMNS {
            let word = match row.judge(column.facts) {
                Verdict::Allowed => "yes",
                Verdict::SignIn => "401",
                Verdict::Forbidden => "403",
                Verdict::Hidden => "404",
            };
            let _ = write!(page, " {word} |");
        }
        page.push('\n');
    }
    page.push_str("\nRoles on a map, each with everything before it: ");
    let roles = [Viewer, Commenter, Contributor, Editor, Owner].map(word_of);
    page.push_str(&roles.join(", "));
    page.push_str(".\n");
    page
}

/// Writes the page anew with `WAYMARK_WRITE_DOCS=1`.
#[test]
fn the_page_says_what_the_table_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/permissions.md");
    if std::env::var_os("WAYMARK_WRITE_DOCS").is_some() {
        std::fs::write(path, page()).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == page(),
        "docs/permissions.md is stale; run this test with WAYMARK_WRITE_DOCS=1"
    );
}

#[test]
fn an_address_is_in_the_table_once() {
    let mut seen = std::collections::BTreeSet::new();
    for operation in Operation::ALL {
        let row = operation.row();
        let is_new = seen.insert((row.method, row.path, row.does));
        assert!(is_new, "{row:?}");
        if row.method != "sync" {
            assert!(seen.insert((row.method, row.path, "")), "{row:?}");
        }
    }
}

#[test]
fn routes_are_declared_by_the_table_alone() {
    let api = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/api");
    let mut folders = vec![std::path::PathBuf::from(api)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(
                !text.contains(".route("),
                "{}: use `declare`, which asks for an operation",
                path.display()
            );
        }
    }
}
