//! Another Rust library of the same program: it allocates, panics and catches, as any may.

use std::collections::HashMap;
use std::panic::catch_unwind;

/// Counts the different bytes, by way of the heap and of the system's randomness.
#[unsafe(no_mangle)]
pub extern "C" fn other_count(seed: u32) -> u32 {
    let counts: HashMap<u32, u32> = (0..100).map(|i| (seed.wrapping_mul(i) % 7, i)).collect();
    u32::try_from(counts.len()).unwrap_or(0)
}

/// Panics inside, and says whether the panic was caught.
#[unsafe(no_mangle)]
pub extern "C" fn other_catches(index: usize) -> i32 {
    i32::from(catch_unwind(|| [1, 2, 3][std::hint::black_box(index)]).is_err())
}
