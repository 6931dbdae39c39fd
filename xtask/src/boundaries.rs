//! Proves from the manifests what a crate does not depend on.

use anyhow::{Context, Result, bail};

use crate::workspace::{self, WASM, Workspace};

/// A crate, and what it must be free of, directly and through others.
struct Boundary {
    package: &'static str,
    /// The target it is looked at on; `all` where it is built for more than one.
    target: &'static str,
    absent: &'static [&'static str],
    because: &'static str,
}

const BOUNDARIES: [Boundary; 4] = [
    Boundary {
        package: "waymark-sync",
        target: "all",
        absent: &[
            "tokio",
            "axum",
            "sled",
            "async-nats",
            "waymark-model",
            "waymark-server",
            "waymark-client",
            "leptos",
            "web-sys",
        ],
        because: "the sync core does no input or output and knows no journeys",
    },
    Boundary {
        package: "waymark-model",
        target: "all",
        absent: &[
            "tokio",
            "axum",
            "sled",
            "async-nats",
            "waymark-sync",
            "waymark-server",
            "waymark-client",
            "leptos",
            "web-sys",
        ],
        because: "the model is plain values and edits, and does not know how they travel",
    },
    Boundary {
        package: "waymark-client",
        target: WASM,
        absent: &[
            "tokio",
            "axum",
            "sled",
            "async-nats",
            "waymark-server",
            "waymark-tests",
        ],
        because: "the client is thin over model and sync, and runs in a browser",
    },
    Boundary {
        package: "waymark-server",
        target: "all",
        absent: &["leptos", "waymark-client", "waymark-tests", "xtask"],
        because: "the server does not know how maps are drawn",
    },
];

/// Checks every boundary.
///
/// # Errors
/// Names the crate, what it must not depend on, and how the dependency came in.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    for boundary in &BOUNDARIES {
        let names = dependencies(workspace, boundary.package, boundary.target)?;
        if let Some(found) = first_present(&names, boundary.absent) {
            let path = workspace::output(&mut workspace.cargo([
                "tree",
                "--package",
                boundary.package,
                "--edges",
                "normal",
                "--target",
                boundary.target,
                "--invert",
                found,
            ]))
            .unwrap_or_default();
            bail!(
                "{} depends on {found}, but {}:\n{path}",
                boundary.package,
                boundary.because
            );
        }
    }
    Ok(())
}

/// The names of everything that a package depends on.
fn dependencies(workspace: &Workspace, package: &str, target: &str) -> Result<Vec<String>> {
    let tree = workspace::output(&mut workspace.cargo([
        "tree",
        "--package",
        package,
        "--edges",
        "normal",
        "--target",
        target,
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]))
    .with_context(|| format!("cannot learn what {package} depends on"))?;
    Ok(tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect())
}

fn first_present<'a>(names: &[String], absent: &[&'a str]) -> Option<&'a str> {
    absent
        .iter()
        .copied()
        .find(|name| names.iter().any(|present| present == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_through_another_crate_is_seen() {
        let workspace = Workspace::find().expect("the tests run inside the repository");
        let names = dependencies(&workspace, "waymark-server", "all").expect("cargo tree");
        // mio comes with tokio only.
        assert_eq!(first_present(&names, &["leptos", "mio"]), Some("mio"));
    }

    #[test]
    fn names_are_compared_whole() {
        let names = ["tokio-util".to_owned()];
        assert_eq!(first_present(&names, &["tokio"]), None);
    }
}
