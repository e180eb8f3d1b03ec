//! MEDIA TYPES
//!
//! What stands in Content-Type and Accept of issuance. Send the strings as they are: one client in the field (Silk)
//! compares them byte by byte.

use core::ffi::c_char;

use privacypass_core::http::MediaType;

use crate::args;
use crate::guard::guard;

/// The media type of a TokenRequest (RFC 9578 section 8.3.2).
pub const PP_MEDIA_TYPE_TOKEN_REQUEST: &str = "application/private-token-request";
/// The media type of a TokenResponse (RFC 9578 section 8.3.3).
pub const PP_MEDIA_TYPE_TOKEN_RESPONSE: &str = "application/private-token-response";
/// The media type of an issuer directory (RFC 9578 section 8.3.1).
pub const PP_MEDIA_TYPE_ISSUER_DIRECTORY: &str = "application/private-token-issuer-directory";
/// A TokenRequest as deployments older than RFC 9578 name it: accept it, never send it.
pub const PP_MEDIA_TYPE_LEGACY_TOKEN_REQUEST: &str = "message/token-request";
/// A TokenResponse as deployments older than RFC 9578 name it: accept it, and send it only to who asked so.
pub const PP_MEDIA_TYPE_LEGACY_TOKEN_RESPONSE: &str = "message/token-response";

/// Tell whether a Content-Type is a media type of Privacy Pass. Case and parameters do not count.
///
/// Returns: 1 if it is; 0 if not, and if an argument breaks a rule
/// In:      content_type, len  the value of the field
///          media_type         one of the PP_MEDIA_TYPE_ strings; no other string is any
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_media_type_is(content_type: *const u8, len: usize, media_type: *const c_char) -> i32 {
    let mut is = false;
    guard(core::ptr::null_mut(), || {
        // SAFETY: the caller's promise.
        let content_type = unsafe { args::bytes(1, content_type, len) }?;
        // SAFETY: as above; a string has at least its zero.
        let _: &c_char = unsafe { args::reference(3, media_type) }?;
        // SAFETY: not null, and a string of the caller.
        let known = MediaType::ALL.iter().find(|known| unsafe { is_string(media_type, known.as_str()) });
        is = known.is_some_and(|known| known.matches(content_type));
        Ok(())
    });
    is.into()
}

/// Whether a string of C is `text`. It is read no further than it is the same.
unsafe fn is_string(string: *const c_char, text: &str) -> bool {
    let zero_ended = text.bytes().chain(core::iter::once(0));
    // SAFETY: the caller's string goes on up to its zero, and every byte before this one was another.
    zero_ended.enumerate().all(|(at, byte)| unsafe { string.cast::<u8>().add(at).read() } == byte)
}
