//! TOKEN TYPES
//!
//! A token type is any 16-bit number (RFC 9577 section 2.2). One that this library does not
//! implement is data to skip, not an error.

use privacypass_core::{ErrorKind, TokenType};

use crate::args::Slot;
use crate::guard::guard;
use crate::status::{pp_detail, pp_status};

/// VOPRF(P-384, SHA-384): privately verifiable (RFC 9578 section 5).
pub const PP_TOKEN_TYPE_VOPRF_P384: u16 = 0x0001;
/// Blind RSA with a 2048-bit key: publicly verifiable (RFC 9578 section 6).
pub const PP_TOKEN_TYPE_BLIND_RSA_2048: u16 = 0x0002;

/// The largest issuer's public key of any type of this version, as published, in bytes.
pub const PP_TOKEN_KEY_MAX_BYTES: usize = 342;
/// The largest TokenRequest of any type of this version, in bytes.
pub const PP_TOKEN_REQUEST_MAX_BYTES: usize = 259;
/// The largest TokenResponse of any type of this version, in bytes.
pub const PP_TOKEN_RESPONSE_MAX_BYTES: usize = 256;
/// The largest Token of any type of this version, in bytes.
pub const PP_TOKEN_MAX_BYTES: usize = 354;

/// The sizes, in bytes, of a token type's messages.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct pp_token_type_sizes {
    /// The issuer's public key as published.
    pub token_key: usize,
    /// The TokenRequest.
    pub token_request: usize,
    /// The TokenResponse.
    pub token_response: usize,
    /// The authenticator, Nk.
    pub authenticator: usize,
    /// The whole Token.
    pub token: usize,
}

/// Tell the sizes of a token type's messages.
///
/// Returns: PP_OK
///          PP_ERR_UNSUPPORTED: this build does not implement the type
/// Out:     sizes       in bytes
/// In:      token_type  any number
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_token_type_get_sizes(
    sizes: *mut pp_token_type_sizes,
    token_type: u16,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Slot::new(1, sizes)?;
        let sizes = TokenType(token_type).sizes().ok_or(ErrorKind::Unsupported)?;
        out.put(pp_token_type_sizes {
            token_key: sizes.token_key,
            token_request: sizes.request,
            token_response: sizes.response,
            authenticator: sizes.authenticator,
            token: sizes.token,
        });
        Ok(())
    })
}

/// Tell whether a type is reserved for greasing (RFC 9577 section 6.2.1): nobody issues it,
/// everybody must skip it.
///
/// Returns: 1 if it is, else 0
/// In:      token_type  any number
#[unsafe(no_mangle)]
pub extern "C" fn pp_token_type_is_grease(token_type: u16) -> i32 {
    TokenType(token_type).is_grease().into()
}
