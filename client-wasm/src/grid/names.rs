//! Stage names from one typed or pasted line.

/// The most stages one line makes: more is a paste by mistake.
pub(crate) const MOST_STAGES: usize = 40;

/// The names in a line. Rows and cells of a spreadsheet win over arrows, and arrows
/// over commas, so that "Search, compare → Buy" is two names.
pub(crate) fn stage_names(line: &str) -> Vec<String> {
    let separators: &[&str] = if line.trim().contains(['\n', '\r', '\t']) {
        &["\r\n", "\n", "\r", "\t"]
    } else if ["→", "➔", "⟶", ">", "|"]
        .iter()
        .any(|arrow| line.contains(arrow))
    {
        &["→", "➔", "⟶", "->", "=>", ">", "|"]
    } else {
        &[",", ";", "、"]
    };
    let mut parts = vec![line];
    for separator in separators {
        parts = parts
            .into_iter()
            .flat_map(|part| part.split(separator))
            .collect();
    }
    parts
        .into_iter()
        .map(bare)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .take(MOST_STAGES)
        .collect()
}

/// Without list marks ("- ", "2. ") and blanks.
fn bare(part: &str) -> &str {
    let part = part.trim().trim_start_matches(['•', '–', '*']).trim_start();
    let part = part.strip_prefix("- ").unwrap_or(part);
    let digits = part.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &part[digits..];
    let marked = digits > 0 && digits <= 2 && (rest.starts_with(". ") || rest.starts_with(") "));
    if marked {
        rest[2..].trim()
    } else {
        part.trim()
    }
}

#[cfg(test)]
mod tests {
    use super::stage_names;

    #[test]
    fn commas_arrows_tabs_and_lines_all_make_names() {
        let names = ["Discover", "Compare", "Buy"];
        for line in [
            "Discover, Compare, Buy",
            "Discover > Compare > Buy",
            "Discover → Compare→Buy",
            "Discover\tCompare\tBuy\n",
            "Discover\r\nCompare\r\n\r\nBuy",
            "1. Discover\n2. Compare\n3. Buy",
            "Discover -> Compare -> Buy",
            "- Discover\n- Compare\n- Buy",
        ] {
            assert_eq!(stage_names(line), names, "{line:?}");
        }
    }

    #[test]
    fn a_comma_inside_a_spreadsheet_cell_stays_in_the_name() {
        assert_eq!(
            stage_names("Search, compare\tBuy"),
            ["Search, compare", "Buy"]
        );
        assert_eq!(
            stage_names("Search, compare → Buy"),
            ["Search, compare", "Buy"]
        );
    }

    #[test]
    fn one_name_is_one_stage_and_blanks_are_none() {
        assert_eq!(stage_names("  Onboarding "), ["Onboarding"]);
        assert_eq!(stage_names(" , ,, "), Vec::<String>::new());
        assert_eq!(stage_names("24 hours later"), ["24 hours later"]);
    }
}
