//! What stands on the clipboard: a table for everybody, with our own data in an attribute
//! of it, so that it also survives between browsers and servers.

use super::table::Table;

/// The attribute with the clip as a file.
const DATA: &str = "data-waymark=\"";
/// The attribute with what was copied.
const KIND: &str = "data-waymark-kind=\"";
/// The attribute that marks a cut.
const CUT: &str = "data-waymark-cut=\"";

/// What was copied, as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Cards,
    Steps,
    Stage,
    Lane,
}

impl What {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Cards, "cards"),
        (Self::Steps, "steps"),
        (Self::Stage, "stage"),
        (Self::Lane, "lane"),
    ];

    fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(what, _)| *what == self)
            .map_or("", |(_, word)| word)
    }
}

/// Our part of a clipboard.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ours {
    pub(crate) what: What,
    /// The clip as a file: not checked yet.
    pub(crate) file: String,
    /// Says which cut it belongs to.
    pub(crate) cut: Option<String>,
}

/// Writes a table with our data.
pub(crate) fn html(table: &Table, ours: &Ours) -> String {
    let mut html = format!(
        "<meta charset=\"utf-8\"><table {DATA}{}\" {KIND}{}\"",
        escape(&ours.file),
        ours.what.word()
    );
    if let Some(cut) = &ours.cut {
        html += &format!(" {CUT}{}\"", escape(cut));
    }
    html += "><tbody>";
    for row in table {
        html += "<tr>";
        for cell in row {
            html += &format!("<td>{}</td>", escape(cell).replace('\n', "<br>"));
        }
        html += "</tr>";
    }
    html + "</tbody></table>"
}

/// Our data in a clipboard's HTML, if there is any.
pub(crate) fn ours(html: &str) -> Option<Ours> {
    let file = attribute(html, DATA)?;
    let kind = attribute(html, KIND)?;
    let (what, _) = What::ALL.into_iter().find(|(_, word)| *word == kind)?;
    Some(Ours {
        what,
        file,
        cut: attribute(html, CUT),
    })
}

fn attribute(html: &str, name: &str) -> Option<String> {
    let start = html.find(name)? + name.len();
    let end = start + html[start..].find('"')?;
    Some(unescape(&html[start..end]))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", "\u{a0}")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_data_survives_whatever_it_says() {
        let data = Ours {
            what: What::Lane,
            file: "{\"text\": \"<b>\\\"a & b\\\"</b> &quot;\"}".to_owned(),
            cut: Some("x1".to_owned()),
        };
        let html = html(&vec![vec!["<i>\none".to_owned()]], &data);
        assert_eq!(ours(&html), Some(data));
        assert!(html.contains("<td>&lt;i&gt;<br>one</td>"));
    }

    #[test]
    fn other_html_is_not_ours() {
        for html in [
            "",
            "<table><tr><td>a",
            "<table data-waymark=\"x",
            "data-waymark=\"{}\"",
        ] {
            assert_eq!(ours(html), None);
        }
    }
}
