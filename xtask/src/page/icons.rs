//! One inline sprite of all icons: the page draws one with `<use href="#icon-NAME">`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// The sprite of every `*.svg` in a folder.
///
/// # Errors
/// When a file is not an SVG drawing that can be part of a sprite.
pub(super) fn sprite(dir: &Path) -> Result<String> {
    let mut sprite = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"0\" height=\"0\" display=\"none\" aria-hidden=\"true\">",
    );
    for path in super::list_files(dir)? {
        if path.extension().is_none_or(|extension| extension != "svg") {
            continue;
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(dir.join(&path))
            .with_context(|| format!("cannot read web/icons/{}", path.display()))?;
        let symbol =
            symbol(&name, &text).with_context(|| format!("web/icons/{}", path.display()))?;
        write!(sprite, "{symbol}").expect("writing to a string cannot fail");
    }
    sprite.push_str("</svg>");
    Ok(sprite)
}

/// One drawing as a symbol that keeps how its strokes are drawn.
fn symbol(name: &str, svg: &str) -> Result<String> {
    ensure!(
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'),
        "the name may hold only letters, digits and hyphens"
    );
    let svg = without_comments(svg);
    ensure!(
        !svg.contains("<script"),
        "a drawing must not carry a script"
    );
    let start = svg.find("<svg").context("there is no <svg>")?;
    let open_end = start + svg[start..].find('>').context("<svg> is not closed")?;
    let close = svg.rfind("</svg>").context("there is no </svg>")?;
    ensure!(open_end < close, "<svg> has no content");
    let tag = &svg[start..open_end];
    let view_box = attribute(tag, "viewBox").unwrap_or("0 0 24 24");
    let mut symbol = format!("<symbol id=\"icon-{name}\" viewBox=\"{view_box}\"");
    for kept in [
        "fill",
        "stroke",
        "stroke-width",
        "stroke-linecap",
        "stroke-linejoin",
    ] {
        if let Some(value) = attribute(tag, kept) {
            write!(symbol, " {kept}=\"{value}\"").expect("writing to a string cannot fail");
        }
    }
    symbol.push('>');
    for line in svg[open_end + 1..close].lines() {
        symbol.push_str(line.trim());
    }
    symbol.push_str("</symbol>");
    Ok(symbol)
}

fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!--") {
        kept.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept
}

/// The value of an attribute in an opening tag. The space keeps `width` from being found in
/// `stroke-width`.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))
        .or_else(|| tag.split_once(&format!("\n{name}=\"")))
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_keeps_its_strokes_and_loses_its_comment() {
        let svg = "<!-- @license ISC -->\n<svg\n  class=\"lucide\"\n  width=\"24\"\n  viewBox=\"0 0 24 24\"\n  fill=\"none\"\n  stroke=\"currentColor\"\n  stroke-width=\"2\"\n>\n  <path d=\"M5 12h14\" />\n</svg>\n";
        assert_eq!(
            symbol("plus", svg).expect("a symbol"),
            "<symbol id=\"icon-plus\" viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" \
             stroke-width=\"2\"><path d=\"M5 12h14\" /></symbol>"
        );
    }

    #[test]
    fn a_name_or_drawing_that_could_break_the_page_is_refused() {
        assert!(symbol("a\"b", "<svg></svg>").is_err());
        assert!(symbol("a", "<svg><script>x</script></svg>").is_err());
        assert!(symbol("a", "no drawing").is_err());
    }
}
