//! ATTESTER
//!
//! An attester vouches for a client to an issuer, without learning which origin asked. What makes a
//! client trustworthy is the program's business; these functions check what passes through.

#![allow(clippy::undocumented_unsafe_blocks)] // every block passes on the caller's promise to keep the header's rules

use privacypass_core::{Error, ErrorKind, TokenType, attester};

use crate::args::{self, Slot};
use crate::guard::guard;
use crate::handle;
use crate::status::{pp_detail, pp_status};
use crate::token_key::pp_token_key;

/// Check that a request is for one of the issuer's keys and has the size of its type.
///
/// Returns: PP_OK
///          PP_ERR_MALFORMED: the bytes are no TokenRequest. This and the next two the issuer would
///          refuse with the HTTP status 422, so it need not be asked
///          PP_ERR_UNSUPPORTED: no key is of the type
///          PP_ERR_UNKNOWN_KEY: none of the keys is the one that is asked for
///          PP_ERR_MISUSE: a key is empty: pp_detail.index says which
/// Out:     key_index             which of the keys the request names, counted from 0
/// In:      keys, key_count       the issuer's public keys
///          request, request_len  the TokenRequest as received
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_attester_check_request(
    keys: *const *const pp_token_key,
    key_count: usize,
    key_index: *mut usize,
    request: *const u8,
    request_len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let keys = unsafe { handle::all(1, keys, key_count) }?;
        let out = Slot::new(3, key_index)?;
        out.put(attester::check_request(unsafe { args::bytes(4, request, request_len) }?, keys)?.key_position());
        Ok(())
    })
}

/// Check that an issuer's response has the size of its type. Only the client can check more.
///
/// Returns: PP_OK
///          PP_ERR_MALFORMED: with the expected size as offset
///          PP_ERR_UNSUPPORTED: this build does not implement the type
/// In:      token_type              the type the request was for
///          response, response_len  the TokenResponse as received
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_attester_check_response(
    token_type: u16,
    response: *const u8,
    response_len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let response = unsafe { args::bytes(2, response, response_len) }?;
        let expected = TokenType(token_type).sizes().ok_or(ErrorKind::Unsupported)?.response;
        if response.len() == expected { Ok(()) } else { Err(Error::new(ErrorKind::Malformed).at(expected).into()) }
    })
}
