//! A filter in the address, so that a link shows the same view.

use waymark_model::filter::Filter;
use waymark_model::vocabulary::LaneKind;

use crate::route;

const LANES: &str = "lanes";
const OWNER: &str = "owner";
const STATUS: &str = "status";
const MINE: &str = "mine";
const YES: &str = "yes";
const TEXT: &str = "text";
const REST: &str = "rest";
const HIDDEN: &str = "hidden";

/// The filter of the address, and whether the rest is hidden.
pub(super) fn read() -> (Filter, bool) {
    let Some(asked) = route::parameters() else {
        return Default::default();
    };
    let all = |name: &str| -> Vec<String> {
        let values = asked.get_all(name);
        values
            .iter()
            .filter_map(|value| value.as_string())
            .collect()
    };
    let kinds = all(LANES)
        .iter()
        .flat_map(|words| words.split(','))
        .filter_map(LaneKind::from_word)
        .collect();
    let filter = Filter {
        kinds,
        owners: all(OWNER),
        statuses: all(STATUS),
        // Whose that is depends on who opens the link.
        mine: asked.get(MINE).as_deref() == Some(YES),
        text: asked.get(TEXT).unwrap_or_default(),
    };
    (filter, asked.get(REST).as_deref() == Some(HIDDEN))
}

/// Puts a filter into the address; what else stands there stays.
pub(super) fn write(filter: &Filter, hides: bool) {
    route::rewrite(|asked| {
        for name in [LANES, OWNER, STATUS, MINE, TEXT, REST] {
            asked.delete(name);
        }
        if !filter.kinds.is_empty() {
            let words: Vec<&str> = filter.kinds.iter().map(|kind| kind.word()).collect();
            asked.append(LANES, &words.join(","));
        }
        for owner in &filter.owners {
            asked.append(OWNER, owner);
        }
        for status in &filter.statuses {
            asked.append(STATUS, status);
        }
        if filter.mine {
            asked.append(MINE, YES);
        }
        if !filter.text.trim().is_empty() {
            asked.append(TEXT, &filter.text);
        }
        if hides && !filter.is_empty() {
            asked.append(REST, HIDDEN);
        }
    });
}
