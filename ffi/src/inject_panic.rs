//! For the test that no panic crosses into C: `--cfg privacypass_inject_panic`, and in no other build.

use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// Makes the next guarded call panic. It is declared by the test and stands in no header.
#[unsafe(no_mangle)]
#[allow(unreachable_pub)] // it is reached by its C name
pub extern "C" fn pp_test_panic_next() {
    ASKED.store(true, Ordering::SeqCst);
}

pub(crate) fn now_if_asked() {
    assert!(!ASKED.swap(false, Ordering::SeqCst), "the panic that the test asked for");
}
