//! libFuzzer's way into the targets. `FUZZ_TARGET` names the one to run.

#![no_main]

use std::sync::OnceLock;

use waymark_fuzz::Target;

static TARGET: OnceLock<Target> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let target = TARGET.get_or_init(|| {
        let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
        Target::from_name(&name).expect("FUZZ_TARGET names a target")
    });
    target.run(bytes);
});
