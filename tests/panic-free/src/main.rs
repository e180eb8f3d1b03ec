//! Calls every public function of `wire` and `http` with bytes that the compiler cannot know, and links only if no panic
//! is left.
//!
//! The panic handler calls a function that exists nowhere. If the optimiser could show that no call ends in a panic, the
//! handler is never reached, the linker drops it, and the program links. If one path remains, the link fails and names
//! `a_panic_path_remains`. tests/tools/panic_free.sh checks that every public function is called here.
#![no_std]
#![no_main]

mod http;
#[path = "../../no-alloc/src/rt.rs"]
mod rt;
mod wire;

use core::hint::black_box;
use core::panic::PanicInfo;

unsafe extern "C" {
    /// Defined nowhere, on purpose.
    fn a_panic_path_remains() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    // SAFETY: a program that holds this call does not link.
    unsafe { a_panic_path_remains() }
}

/// Bytes, a number and a text that the compiler knows nothing about.
struct Opaque<'a> {
    bytes: &'a [u8],
    text: &'a str,
    number: usize,
}

/// Keeps the work that made `value`.
fn used<T>(value: T) {
    black_box(&value);
}

fn main() -> u8 {
    let input = [0x5A_u8; 512];
    let opaque = Opaque {
        bytes: black_box(&input).get(..black_box(300)).unwrap_or_default(),
        text: black_box("PrivateToken challenge=AAAA, token-key=\"AAAA\""),
        number: black_box(7),
    };
    let mut out = black_box([0_u8; 512]);
    wire::all(&opaque, &mut out);
    http::all(&opaque, &mut out);
    #[cfg(feature = "canary")]
    used(opaque.bytes[opaque.number]);
    rt::say("panic-free: linked and run");
    0
}
