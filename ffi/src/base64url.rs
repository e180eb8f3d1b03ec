//! BASE64URL
//!
//! For values that stand in no header, such as a token key in a directory; headers are read and written by the functions
//! above.

use privacypass_core::http::{self, Base64Value};

use crate::args::{self, Output};
use crate::guard::guard;
use crate::status::{pp_detail, pp_status};

/// Encode bytes as base64url with padding (RFC 4648 section 5), as a token key stands in a directory.
///
/// Returns: PP_OK
///          PP_ERR_BUFFER_TOO_SMALL
/// Out:     out        the characters, without a zero at their end; must not overlap data
///          out_len    how many: four for every three bytes, rounded up
/// In:      capacity   the size of out
///          data, len  the bytes
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_base64url_encode(
    out: *mut u8,
    capacity: usize,
    out_len: *mut usize,
    data: *const u8,
    len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Output::new(1, out, capacity, out_len)?;
        // SAFETY: the caller's promise.
        let data = unsafe { args::bytes(4, data, len) }?;
        out.fill(|buffer| http::write_base64url(data, buffer))
    })
}

/// Decode base64 that stands in no header, with or without padding, of either alphabet.
///
/// Returns: PP_OK
///          PP_ERR_MALFORMED: with the offset of the first byte that does not fit
///          PP_ERR_BUFFER_TOO_SMALL
/// Out:     out        the bytes; must not overlap data
///          out_len    how many
/// In:      capacity   the size of out
///          data, len  the characters
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_base64url_decode(
    out: *mut u8,
    capacity: usize,
    out_len: *mut usize,
    data: *const u8,
    len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Output::new(1, out, capacity, out_len)?;
        // SAFETY: the caller's promise.
        let value = Base64Value::parse(unsafe { args::bytes(4, data, len) }?)?;
        out.fill(|buffer| value.decode(buffer).map(<[u8]>::len))
    })
}
