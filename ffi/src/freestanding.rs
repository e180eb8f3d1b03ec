//! What a build without `std` must bring itself.

use core::panic::PanicInfo;

/// Where a panic would go, if there were one: a test proves that the linker drops this function.
///
/// Standing still is all that can be done without an operating system, and it lets nobody in.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
