//! The one way into the library: no panic crosses it, and every error becomes a status and a detail.

use privacypass_core::{Error, ErrorKind};

use crate::status::{PP_NONE, PP_OK, pp_detail, pp_status};

/// An error, and which argument of the C call it is about (counted from 1; 0 is none).
pub(crate) struct Fault {
    error: Error,
    argument: u32,
}

impl Fault {
    /// Says that an argument breaks a rule of the header.
    pub(crate) const fn argument(argument: u32) -> Self {
        Self { error: Error::new(ErrorKind::Misuse), argument }
    }

    pub(crate) const fn status(&self) -> pp_status {
        self.error.code()
    }

    /// Says which argument a misuse is about that was found by the core, which knows no arguments.
    pub(crate) const fn about(mut self, argument: u32) -> Self {
        if self.argument == 0 && matches!(self.error.kind(), ErrorKind::Misuse) {
            self.argument = argument;
        }
        self
    }

    /// Says which item of an array argument is meant.
    pub(crate) const fn with_index(mut self, index: usize) -> Self {
        self.error = self.error.with_index(index);
        self
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self { error, argument: 0 }
    }
}

impl From<ErrorKind> for Fault {
    fn from(kind: ErrorKind) -> Self {
        Error::new(kind).into()
    }
}

/// What the body of a C function gives.
pub(crate) type Outcome<T = ()> = Result<T, Fault>;

/// Runs the body of a C function.
pub(crate) fn guard(detail: *mut pp_detail, body: impl FnOnce() -> Outcome) -> pp_status {
    let outcome = without_unwinding(body);
    let report = match &outcome {
        Ok(()) => pp_detail { status: PP_OK, argument: 0, offset: PP_NONE, index: PP_NONE },
        Err(fault) => pp_detail {
            status: fault.status(),
            argument: fault.argument,
            offset: position(fault.error.offset()),
            index: position(fault.error.index()),
        },
    };
    // The pointer is the caller's: NULL, or a detail. Misaligned ones are written to all the same, since nothing is left
    // to report the misuse with.
    if !detail.is_null() {
        // SAFETY: not null, and by the header's rules it points to a detail of the caller.
        unsafe { detail.write_unaligned(report) };
    }
    report.status
}

/// How much of the stack the functions use that make a key of its numbers, or of randomness; at least, so much is overwritten.
pub(crate) const KEY: usize = 56 * 1024;
/// The same, of those that work with a key or a state, one or many.
pub(crate) const MESSAGE: usize = 40 * 1024;
/// The same, of those that hash a secret.
pub(crate) const HASH: usize = 8 * 1024;

/// As [`guard`], for a body that works with secrets. They are wiped where they stood last, but each move leaves the bytes
/// behind where they stood before, and so do registers that did not suffice: `STACK` bytes below are overwritten.
///
/// Not without `std`: there the program owns the stack, which may be no larger than what the body needed.
pub(crate) fn guard_secret<const STACK: usize>(detail: *mut pp_detail, body: impl FnOnce() -> Outcome) -> pp_status {
    let status = guard_apart(detail, body);
    #[cfg(feature = "std")]
    wipe_stack::<STACK>();
    status
}

/// All of the body's frames are below the caller's, where those of [`wipe_stack`] will be.
#[inline(never)]
fn guard_apart(detail: *mut pp_detail, body: impl FnOnce() -> Outcome) -> pp_status {
    guard(detail, body)
}

#[cfg(feature = "std")]
#[inline(never)]
fn wipe_stack<const BYTES: usize>() {
    // The compiler must not see that nobody reads them.
    core::hint::black_box(&mut [0_u8; BYTES]);
}

fn position(value: Option<usize>) -> u32 {
    value.and_then(|value| u32::try_from(value).ok()).unwrap_or(PP_NONE)
}

#[cfg(feature = "std")]
fn without_unwinding(body: impl FnOnce() -> Outcome) -> Outcome {
    // A body that is cut short leaves no state that is used again: values are taken before they are used, and handles
    // are filled in the last step.
    let body = std::panic::AssertUnwindSafe(|| {
        #[cfg(privacypass_inject_panic)]
        crate::inject_panic::now_if_asked();
        body()
    });
    std::panic::catch_unwind(body).unwrap_or(Err(ErrorKind::Internal.into()))
}

/// Without `std` there is no unwinding, and a test proves that there is no panic either.
#[cfg(not(feature = "std"))]
fn without_unwinding(body: impl FnOnce() -> Outcome) -> Outcome {
    body()
}
