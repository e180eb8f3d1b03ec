//! A function that panics for some arguments, which the freestanding program must not hold.
#![no_std]

/// The byte at this place of three.
#[unsafe(no_mangle)]
pub extern "C" fn third(place: usize) -> u8 {
    b"abc"[place]
}
