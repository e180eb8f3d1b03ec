//! The wall clock, which the core leaves to its caller.

use std::time::{SystemTime, UNIX_EPOCH};

/// The time in unix seconds; 0 on a machine whose clock stands before 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}
