//! Habits of this repository that no other tool checks.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;

/// A file longer than this wants to be two.
const MOST_LINES: usize = 500;

/// Folders that hold nothing anybody wrote.
const SKIPPED: [&str; 6] = [
    ".git",
    "target",
    "node_modules",
    "data",
    "shots",
    "failures",
];

/// Files whose text is checked.
const TEXTS: [&str; 13] = [
    "rs",
    "toml",
    "md",
    "mjs",
    "js",
    "json",
    "html",
    "css",
    "yaml",
    "svg",
    "lock",
    "jsonl",
    "webmanifest",
];

/// A text that must not be anywhere, or only in some places.
struct Banned {
    text: &'static str,
    /// Where it is looked for: files whose names end so.
    endings: &'static [&'static str],
    /// Where it is allowed: paths that begin so.
    allowed: &'static [&'static str],
    because: &'static str,
}

// `concat!` keeps this file from being its own finding.
const BANNED: [Banned; 8] = [
    Banned {
        text: concat!("#[ign", "ore"),
        endings: &[".rs"],
        allowed: &[],
        because: "a test that does not run promises nothing",
    },
    Banned {
        text: concat!("todo", "!("),
        endings: &[".rs"],
        allowed: &[],
        because: "unfinished code stays on its branch",
    },
    Banned {
        text: concat!("Grant::", "new("),
        endings: &[".rs"],
        allowed: &["server/src/auth", "sync/", "tests/"],
        because: "only server/src/auth.rs may make a grant",
    },
    Banned {
        text: concat!("thread::", "sleep("),
        endings: &[".rs"],
        // Two waits for a lock with a limit, and a crash test that draws how long to live.
        allowed: &["server/src/store/", "tests/it/crash.rs"],
        because: "wait for what you wait for, not for time to pass",
    },
    Banned {
        text: concat!("/wo", "rk/"),
        endings: &[""],
        allowed: &[],
        because: "it is a path of one machine",
    },
    Banned {
        text: concat!("/ro", "ot/"),
        endings: &[""],
        allowed: &[],
        because: "it is a path of one machine",
    },
    Banned {
        text: concat!("/ho", "me/"),
        endings: &[""],
        allowed: &[],
        because: "it is a path of one machine",
    },
    Banned {
        text: concat!("\"reso", "lved\":"),
        endings: &["package-lock.json"],
        allowed: &[],
        because: "a lock file names no registry; see tests/.npmrc",
    },
];

/// Checks every file of the repository.
///
/// # Errors
/// Lists all findings, each with its place.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let mut findings = Vec::new();
    for path in files(workspace.root())? {
        let bytes = fs::read(workspace.root().join(&path))
            .with_context(|| format!("cannot read {}", path.display()))?;
        match String::from_utf8(bytes) {
            Ok(text) => findings.extend(findings_in(&path.to_string_lossy(), &text)),
            Err(_) => findings.push(format!("{}: is not UTF-8", path.display())),
        }
    }
    if !findings.is_empty() {
        bail!("{} findings\n{}", findings.len(), findings.join("\n"));
    }
    Ok(())
}

fn findings_in(path: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let lines = text.lines().count();
    if path.ends_with(".rs") && lines > MOST_LINES {
        findings.push(format!(
            "{path}: {lines} lines; a file over {MOST_LINES} wants to be two"
        ));
    }
    for banned in &BANNED {
        if !banned.endings.iter().any(|ending| path.ends_with(ending))
            || banned.allowed.iter().any(|place| path.starts_with(place))
        {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            if line.contains(banned.text) {
                findings.push(format!(
                    "{path}:{}: `{}`: {}",
                    number + 1,
                    banned.text,
                    banned.because
                ));
            }
        }
    }
    findings
}

/// The texts below a folder, relative to it, in order.
fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder)
            .with_context(|| format!("cannot read the folder {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default();
            if path.is_dir() {
                if !SKIPPED.iter().any(|skipped| name == *skipped) {
                    folders.push(path);
                }
            } else if path
                .extension()
                .is_some_and(|extension| TEXTS.iter().any(|text| extension == *text))
            {
                found.push(
                    path.strip_prefix(root)
                        .context("below the root")?
                        .to_path_buf(),
                );
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_found_and_one_at_the_limit_is_not() {
        let at_limit = "//\n".repeat(MOST_LINES);
        assert!(findings_in("a.rs", &at_limit).is_empty());
        let over = format!("{at_limit}//\n");
        assert_eq!(findings_in("a.rs", &over).len(), 1);
        assert!(findings_in("a.md", &over).is_empty());
    }

    #[test]
    fn every_banned_text_is_found_where_it_is_not_allowed() {
        for banned in &BANNED {
            let path = format!("server/src/room{}", banned.endings[0]);
            let findings = findings_in(&path, &format!("// fine\n{}x\n", banned.text));
            assert_eq!(findings.len(), 1, "{}", banned.text);
            assert!(findings[0].starts_with(&format!("{path}:2: ")));
        }
    }

    #[test]
    fn only_the_door_makes_grants() {
        let line = concat!("Grant::", "new(subject)");
        assert!(findings_in("server/src/auth/loopback.rs", line).is_empty());
        assert_eq!(findings_in("server/src/http.rs", line).len(), 1);
    }
}
