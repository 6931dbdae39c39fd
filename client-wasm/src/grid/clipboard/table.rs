//! Tables as spreadsheets put them on a clipboard: tabs between cells, a line for each
//! row, quotation marks around a cell that has line breaks.

/// The most rows and columns that are read: more is a paste by mistake.
const MOST: usize = 500;

/// Rows of cells.
pub(crate) type Table = Vec<Vec<String>>;

/// Reads tab-separated text; a text without tabs is one column.
pub(crate) fn parse(text: &str) -> Table {
    let mut rows = vec![vec![String::new()]];
    let mut letters = text.chars().peekable();
    let mut quoted = false;
    let mut fresh = true;
    while let Some(letter) = letters.next() {
        let row = rows.last_mut().expect("there is always a row");
        let cell = row.last_mut().expect("a row has a cell");
        match letter {
            '"' if fresh => {
                quoted = true;
                fresh = false;
            }
            '"' if quoted => {
                if letters.peek() == Some(&'"') {
                    letters.next();
                    cell.push('"');
                } else {
                    quoted = false;
                }
            }
            '\r' => {}
            letter if quoted => cell.push(letter),
            '\t' => {
                row.push(String::new());
                fresh = true;
            }
            '\n' => {
                if rows.len() == MOST {
                    break;
                }
                rows.push(vec![String::new()]);
                fresh = true;
            }
            letter => {
                cell.push(letter);
                fresh = false;
            }
        }
    }
    // Spreadsheets end the last row too.
    while rows
        .last()
        .is_some_and(|row| row.iter().all(|cell| cell.trim().is_empty()))
    {
        rows.pop();
    }
    for row in &mut rows {
        row.truncate(MOST);
    }
    rows
}

/// How many columns the widest row has.
pub(crate) fn width(table: &Table) -> usize {
    table.iter().map(Vec::len).max().unwrap_or(0)
}

/// Writes tab-separated text.
pub(crate) fn print(table: &Table) -> String {
    let cell = |cell: &String| {
        if cell.contains(['\n', '\t', '"']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.clone()
        }
    };
    let rows: Vec<String> = table
        .iter()
        .map(|row| row.iter().map(cell).collect::<Vec<_>>().join("\t"))
        .collect();
    rows.join("\n")
}

/// The cards that a text makes: one for each line that says anything, without list marks.
pub(crate) fn lines(text: &str) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .map(|line| {
            line.strip_prefix("- ")
                .or_else(|| line.strip_prefix("• "))
                .or_else(|| line.strip_prefix("* "))
                .unwrap_or(line)
                .trim()
                .to_owned()
        })
        .filter(|line| !line.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_comes_back_as_it_was_written() {
        let table: Table = vec![
            vec!["a".into(), "two\nlines".into(), "\"said\"".into()],
            vec!["".into(), "tab\there".into(), "c".into()],
        ];
        assert_eq!(parse(&print(&table)), table);
    }

    #[test]
    fn what_spreadsheets_write_is_read() {
        assert_eq!(
            parse("Search\tCompare\r\n\"opens\nsix tabs\"\tfive\" tyres\r\n\r\n"),
            [
                vec!["Search".to_owned(), "Compare".to_owned()],
                vec!["opens\nsix tabs".to_owned(), "five\" tyres".to_owned()],
            ]
        );
        assert_eq!(width(&parse("a\nb\tc")), 2);
        assert!(parse("\n\t\n").is_empty());
    }

    #[test]
    fn each_line_is_a_card() {
        assert_eq!(
            lines("- one\n\n • two\r\n* three\n four "),
            ["one", "two", "three", "four"]
        );
    }
}
