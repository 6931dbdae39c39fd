//! One style sheet out of many: `@import "./x.css";` is replaced by that file.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Nested imports deeper than this are a circle.
const DEPTH: usize = 8;

/// The style sheet `name` of a folder with all its imports in place.
///
/// # Errors
/// When a file is missing, or imports are circular or refer to another site.
pub(super) fn bundle(dir: &Path, name: &str) -> Result<String> {
    let mut text = String::new();
    append(dir, name, DEPTH, &mut text)?;
    Ok(text)
}

fn append(dir: &Path, name: &str, depth: usize, out: &mut String) -> Result<()> {
    if depth == 0 {
        bail!("web/styles/{name} imports itself");
    }
    let path = dir.join(name);
    let text = fs::read_to_string(&path).with_context(|| format!("web/styles/{name}"))?;
    for line in text.lines() {
        if let Some(import) = line.trim_start().strip_prefix("@import") {
            let imported = import
                .trim()
                .trim_end_matches(';')
                .trim()
                .strip_prefix("\"./")
                .and_then(|rest| rest.strip_suffix('"'))
                .with_context(|| {
                    format!(
                        "web/styles/{name}: write imports as `@import \"./x.css\";`, not `{line}`"
                    )
                })?;
            append(dir, imported, depth - 1, out)?;
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::scratch;
    use super::*;

    #[test]
    fn imports_are_put_in_place_in_order() {
        let dir = scratch("styles");
        fs::write(
            dir.join("app.css"),
            "@import \"./one.css\";\n@import \"./two.css\";\nc {}\n",
        )
        .expect("written");
        fs::write(dir.join("one.css"), "a {}\n").expect("written");
        fs::write(dir.join("two.css"), "b {}\n").expect("written");
        assert_eq!(
            bundle(&dir, "app.css").expect("a bundle"),
            "a {}\nb {}\nc {}\n"
        );
        fs::remove_dir_all(dir).expect("removed");
    }

    #[test]
    fn a_circle_and_another_site_are_refused() {
        let dir = scratch("circle");
        fs::write(dir.join("a.css"), "@import \"./a.css\";\n").expect("written");
        fs::write(
            dir.join("b.css"),
            "@import url(https://example.org/x.css);\n",
        )
        .expect("written");
        assert!(bundle(&dir, "a.css").is_err());
        assert!(bundle(&dir, "b.css").is_err());
        fs::remove_dir_all(dir).expect("removed");
    }
}
