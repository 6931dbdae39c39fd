//! What contributors may write, told to the rooms, which know nothing of journeys.

use std::sync::LazyLock;

use waymark_model::schema::{CONTRIBUTIONS, Contribution};
use waymark_sync::{Open, Scope};

static OPEN: LazyLock<Vec<Open>> = LazyLock::new(|| {
    let open = |contribution: &Contribution| match *contribution {
        Contribution::Root(name) => Open::Root(name),
        Contribution::Roots(beginning) => Open::Roots(beginning),
        Contribution::Keys(root, beginning) => Open::Keys(root, beginning),
    };
    CONTRIBUTIONS.iter().map(open).collect()
});

/// The parts of a map that contributors may write.
pub fn contributions() -> Scope {
    Scope(&OPEN)
}
