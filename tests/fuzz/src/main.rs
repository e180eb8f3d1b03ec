//! The targets under libFuzzer. FUZZ_TARGET names the one to run, so that one program serves for all.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static TARGET: LazyLock<privacypass_fuzz::Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    privacypass_fuzz::target(&name).unwrap_or_else(|| panic!("FUZZ_TARGET={name} names no target"))
});

fuzz_target!(|data: &[u8]| TARGET(data));
