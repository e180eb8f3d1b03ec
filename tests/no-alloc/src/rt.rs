//! What a program needs when there is no libc: a first instruction, two system calls and the memory functions.
//!
//! `unsafe` is needed here and nowhere else in these programs: the linker looks the names up, and nobody else talks to
//! the kernel. Linux on x86-64 and AArch64.

use core::arch::{asm, global_asm};

#[cfg(target_arch = "x86_64")]
global_asm!(
    ".globl _start",
    "_start:",
    "xor ebp, ebp",  // the outermost frame
    "and rsp, -16",  // the alignment that the ABI promises to a function
    "call {start}",
    "ud2",
    start = sym start,
);

#[cfg(target_arch = "aarch64")]
global_asm!(".globl _start", "_start:", "mov x29, #0", "bl {start}", "brk #1", start = sym start);

extern "C" fn start() -> ! {
    exit(crate::main())
}

/// The system call `number` with three arguments.
#[cfg(target_arch = "x86_64")]
fn system_call(number: usize, a: usize, b: usize, c: usize) -> usize {
    let result;
    // SAFETY: only `write` and `exit` are called, with a live buffer or none; the kernel changes rax, rcx and r11.
    unsafe {
        asm!("syscall", inlateout("rax") number => result, in("rdi") a, in("rsi") b, in("rdx") c,
            out("rcx") _, out("r11") _, options(nostack));
    }
    result
}

/// The system call `number` with three arguments.
#[cfg(target_arch = "aarch64")]
fn system_call(number: usize, a: usize, b: usize, c: usize) -> usize {
    let result;
    // SAFETY: only `write` and `exit` are called, with a live buffer or none; the kernel changes x0.
    unsafe { asm!("svc #0", in("x8") number, inlateout("x0") a => result, in("x1") b, in("x2") c, options(nostack)) }
    result
}

#[cfg(target_arch = "x86_64")]
const WRITE: usize = 1;
#[cfg(target_arch = "x86_64")]
const EXIT: usize = 60;
#[cfg(target_arch = "aarch64")]
const WRITE: usize = 64;
#[cfg(target_arch = "aarch64")]
const EXIT: usize = 93;

/// Ends the program.
pub fn exit(code: u8) -> ! {
    loop {
        system_call(EXIT, usize::from(code), 0, 0);
    }
}

/// Prints a line.
pub fn say(line: &str) {
    for part in [line, "\n"] {
        system_call(WRITE, 1, part.as_ptr() as usize, part.len());
    }
}

// The compiler calls these by name. They go byte by byte through volatile accesses: an ordinary loop would be recognised
// as a copy, and turned into a call of the very function it stands in.

/// # Safety
/// As in C: `count` bytes are readable at `from` and writable at `to`, without overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    for i in 0..count {
        // SAFETY: i < count, and the caller promises that many bytes.
        unsafe { to.add(i).write_volatile(from.add(i).read_volatile()) }
    }
    to
}

/// # Safety
/// As in C: `count` bytes are readable at `from` and writable at `to`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    if (to as usize) <= from as usize {
        // SAFETY: going up never overwrites a byte that is still to be read.
        return unsafe { memcpy(to, from, count) };
    }
    for i in (0..count).rev() {
        // SAFETY: i < count, and the caller promises that many bytes.
        unsafe { to.add(i).write_volatile(from.add(i).read_volatile()) }
    }
    to
}

/// # Safety
/// As in C: `count` bytes are writable at `to`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memset(to: *mut u8, value: i32, count: usize) -> *mut u8 {
    for i in 0..count {
        // SAFETY: i < count, and the caller promises that many bytes. C takes the low byte of `value`.
        unsafe { to.add(i).write_volatile(value as u8) }
    }
    to
}

/// # Safety
/// As in C: `count` bytes are readable at `a` and at `b`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, count: usize) -> i32 {
    for i in 0..count {
        // SAFETY: i < count, and the caller promises that many bytes.
        let (x, y) = unsafe { (a.add(i).read_volatile(), b.add(i).read_volatile()) };
        if x != y {
            return i32::from(x) - i32::from(y);
        }
    }
    0
}

/// # Safety
/// As [`memcmp`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, count: usize) -> i32 {
    // SAFETY: the caller promises the same.
    unsafe { memcmp(a, b, count) }
}
