//! Which address each file of `web/` has in the assembled page.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};

/// Characters that an address in HTML, CSS or JSON stands between.
const EDGES: [char; 7] = ['"', '\'', '(', ')', ' ', '?', '#'];

/// Old addresses and the new ones.
#[derive(Debug, Default)]
pub(super) struct References {
    renamed: BTreeMap<String, String>,
    kept: BTreeSet<String>,
}

impl References {
    /// The file at `old` (`/fonts/inter.woff2`) is now at `new`.
    pub(super) fn add(&mut self, old: &str, new: &str) {
        self.renamed.insert(old.to_owned(), new.to_owned());
        self.kept.insert(new.to_owned());
    }

    /// The file at `url` keeps its name.
    pub(super) fn keep(&mut self, url: &str) {
        self.kept.insert(url.to_owned());
    }

    /// A text in which every address that has changed is the new one. `../fonts/x` counts as
    /// `/fonts/x`, as style sheets write it.
    pub(super) fn rewrite(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (old, new) in &self.renamed {
            text = replace_between_edges(&text, &format!("..{old}"), new);
            text = replace_between_edges(&text, old, new);
        }
        text
    }

    /// Finds addresses of files that the page will not have.
    ///
    /// # Errors
    /// Names the first one.
    pub(super) fn check(&self, text: &str) -> Result<()> {
        for before in ["href=\"", "src=\"", "url(\"", "url('", "url("] {
            for rest in text.split(before).skip(1) {
                let url = rest.split(EDGES).next().unwrap_or_default();
                let is_own_file = (url.starts_with('/') || url.starts_with("../"))
                    && url
                        .rsplit('/')
                        .next()
                        .is_some_and(|name| name.contains('.'));
                ensure!(
                    !is_own_file || url.starts_with("/assets/") || self.kept.contains(url),
                    "`{url}` is referred to, but no such file is in web/"
                );
            }
        }
        Ok(())
    }
}

fn replace_between_edges(text: &str, old: &str, new: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(old) {
        let (before, found) = rest.split_at(at);
        let after = &found[old.len()..];
        replaced.push_str(before);
        let is_whole = replaced.ends_with(EDGES) && after.starts_with(EDGES);
        replaced.push_str(if is_whole { new } else { old });
        rest = after;
    }
    replaced.push_str(rest);
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_addresses_are_rewritten() {
        let mut references = References::default();
        references.add("/a.svg", "/assets/a.1.svg");
        assert_eq!(
            references.rewrite("\"/a.svg\" url(../a.svg) '/b/a.svg' \"/a.svg.txt\""),
            "\"/assets/a.1.svg\" url(/assets/a.1.svg) '/b/a.svg' \"/a.svg.txt\""
        );
    }

    #[test]
    fn an_address_without_a_file_is_named() {
        let mut references = References::default();
        references.keep("/robots.txt");
        references
            .check("<a href=\"/\"> <link href=\"/robots.txt\"> <a href=\"#x\">")
            .expect("fine");
        let error = references
            .check("src: url(\"/fonts/gone.woff2\")")
            .expect_err("missing");
        assert!(error.to_string().contains("/fonts/gone.woff2"));
    }
}
