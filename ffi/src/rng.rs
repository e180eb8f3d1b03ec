//! RANDOMNESS
//!
//! Functions that need randomness take a pp_rng. NULL stands for the operating system's source, which is what a program on
//! a desk or a server wants; a library built for programs without a heap has none, and answers PP_ERR_UNSUPPORTED.

use core::ffi::c_void;

use privacypass_core::provider::Rng;
use privacypass_core::{ErrorKind, Result};

use crate::args;
use crate::guard::{Fault, Outcome, guard};
use crate::status::{PP_OK, pp_detail, pp_status};

/// A source of randomness. Zero the struct, then set its size and the callback.
///
/// The source must be cryptographic: who can guess it can link tokens to requests, or knows the keys made with it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct pp_rng {
    /// sizeof(pp_rng).
    pub struct_size: usize,
    /// Given to the callback as it is.
    pub ctx: *mut c_void,
    /// Fill out[0..len) and return PP_OK, or return anything else: the call then fails with PP_ERR_RNG.
    pub fill: Option<unsafe extern "C" fn(ctx: *mut c_void, out: *mut u8, len: usize) -> pp_status>,
}

/// The caller's source, or the system's.
pub(crate) enum Source<'a> {
    Callback(&'a pp_rng, unsafe extern "C" fn(ctx: *mut c_void, out: *mut u8, len: usize) -> pp_status),
    #[cfg(feature = "std")]
    System,
}

/// Takes the argument of a C function.
pub(crate) unsafe fn source<'a>(argument: u32, rng: *const pp_rng) -> Outcome<Source<'a>> {
    if rng.is_null() {
        #[cfg(feature = "std")]
        return Ok(Source::System);
        #[cfg(not(feature = "std"))]
        return Err(ErrorKind::Unsupported.into());
    }
    // SAFETY: the caller's promise.
    let table = unsafe { args::table(argument, rng) }?;
    Ok(Source::Callback(table, table.fill.ok_or(Fault::argument(argument))?))
}

impl Rng for Source<'_> {
    fn fill(&mut self, out: &mut [u8]) -> Result<()> {
        match self {
            Self::Callback(table, fill) => {
                // SAFETY: the callback is the caller's, who promises that it keeps to its description.
                let status = unsafe { fill(table.ctx, out.as_mut_ptr(), out.len()) };
                if status == PP_OK { Ok(()) } else { Err(ErrorKind::Rng.into()) }
            }
            #[cfg(feature = "std")]
            Self::System => privacypass_core::provider::SystemRng.fill(out),
        }
    }
}

/// Fill memory with randomness: for a secret, a redemption context, the bytes that greasing takes.
///
/// Returns: PP_OK
///          PP_ERR_RNG
///          PP_ERR_UNSUPPORTED: rng is NULL, and this build has no source of its own
/// Out:     out  zeros unless PP_OK
/// In:      len  how many bytes
///          rng  a source of randomness; NULL is the system's
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_random_fill(
    out: *mut u8,
    len: usize,
    rng: *const pp_rng,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        // SAFETY: the caller's promise, here and below.
        let out = unsafe { args::array_mut(1, out, len) }?;
        out.fill(0);
        // SAFETY: as above.
        let mut source = unsafe { source(3, rng) }?;
        source.fill(out).inspect_err(|_| out.fill(0))?;
        Ok(())
    })
}
