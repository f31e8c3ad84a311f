//! libFuzzer around one target, named by `FUZZ_TARGET`. Built by `torture/rigs/fuzz.py` with coverage counters.
#![no_main]

use std::sync::LazyLock;

use callboard_rig_fuzz::{Target, by_name};

static TARGET: LazyLock<&'static Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    by_name(&name).unwrap_or_else(|| panic!("FUZZ_TARGET={name:?} is none of the targets"))
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| (TARGET.run)(data));
