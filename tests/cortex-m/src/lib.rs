//! Lends the flow of tests/no-alloc to the C program of this folder.
#![no_std]

#[path = "../../no-alloc/src/flow.rs"]
mod flow;

use core::panic::PanicInfo;

unsafe extern "C" {
    /// Ends the program (start.c).
    safe fn board_exit(code: i32) -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    board_exit(101)
}

/// Runs the flow of token type 0x0001; 0, or the number of the step that failed.
#[unsafe(no_mangle)]
pub extern "C" fn flow_voprf_p384() -> i32 {
    flow::voprf_p384().map_or_else(i32::from, |()| 0)
}

/// Runs the flow of token type 0x0002; 0, or the number of the step that failed.
#[unsafe(no_mangle)]
pub extern "C" fn flow_blind_rsa_2048() -> i32 {
    flow::blind_rsa_2048().map_or_else(i32::from, |()| 0)
}
