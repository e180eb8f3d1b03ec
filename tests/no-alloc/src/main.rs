//! Runs both token types of RFC 9578 from challenge to redemption in a program that holds no allocator, no libc and no
//! std: if one function of the core needed memory from a heap, this would not link.
//!
//! It prints what it did and ends with 0. A failed step ends with the number of the step, a panic with 101.
#![no_std]
#![no_main]

mod flow;
mod rt;

use core::panic::PanicInfo;

#[cfg(feature = "leak")]
extern crate alloc;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    rt::say("no-alloc: FAILED by a panic");
    rt::exit(101)
}

fn main() -> u8 {
    #[cfg(feature = "leak")]
    core::hint::black_box(alloc::vec![0_u8; core::hint::black_box(64)]);

    match flow::flow() {
        Ok(()) => {
            rt::say("no-alloc: ok");
            0
        }
        Err(step) => {
            rt::say("no-alloc: FAILED; the exit code is the number of the step");
            step
        }
    }
}
