//! BYTES
//!
//! A span lends bytes of the caller to the library, or, in a view, bytes of an input back to the
//! caller: it is good as long as those bytes are. A buffer is room for one output of a batch call.

use core::ffi::c_void;

use zeroize::Zeroize;

use crate::args;
use crate::guard::guard;

/// Bytes that somebody else holds.
///
/// PP_TEXT("issuer.example") initialises one. { NULL, 0 } is empty; where a span may be absent, that is what absent looks like. { NULL, n } is
/// misuse.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct pp_bytes {
    /// The first byte.
    pub data: *const u8,
    /// How many bytes.
    pub len: usize,
}

/// Room for one output.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct pp_buffer {
    /// Where to write; set by the caller.
    pub data: *mut u8,
    /// How many bytes fit; set by the caller.
    pub capacity: usize,
    /// How many bytes were written, or are needed; set by the library.
    pub len: usize,
}

impl pp_bytes {
    /// Lends `bytes` for as long as they live, which C cannot see.
    pub(crate) const fn lend(bytes: &[u8]) -> Self {
        Self { data: bytes.as_ptr(), len: bytes.len() }
    }
}

/// Overwrite memory with zeros, in a way that the compiler keeps: for secrets of the program.
///
/// Out:     data  NULL is left alone
/// In:      len   how many bytes
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_wipe(data: *mut c_void, len: usize) {
    guard(core::ptr::null_mut(), || {
        // SAFETY: the caller's promise.
        unsafe { args::array_mut(1, data.cast::<u8>(), len) }?.zeroize();
        Ok(())
    });
}
