//! HAZMAT
//!
//! Deterministic twins, for test vectors. Never use them for a token that matters: randomness used
//! twice links the two tokens, and who knows it links the token to its request.

#![allow(clippy::undocumented_unsafe_blocks)] // every block passes on the caller's promise to keep the header's rules

use privacypass_core::client::Client;
use privacypass_core::client::hazmat::{Randomness, begin_with};
use privacypass_core::wire::TokenChallengeRef;
use privacypass_core::{ErrorKind, TokenType};

use crate::args::{self, Output};
use crate::client::{give_begun, pp_pending_token, sizes};
use crate::guard::{Fault, MESSAGE, guard_secret};
use crate::handle;
use crate::status::{pp_detail, pp_status};
use crate::token_key::pp_token_key;
use crate::value::Place;

/// The size of the randomness for type 0x0001, in bytes: the blind, a scalar.
pub const PP_HAZMAT_VOPRF_P384_BYTES: usize = 48;
/// The size of the randomness for type 0x0002, in bytes: the PSS salt (48), then the blinding
/// factor r (256).
pub const PP_HAZMAT_BLIND_RSA_2048_BYTES: usize = 304;

/// Begin a token with a given nonce and given randomness.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the challenge asks for another type than the key's; the key is empty; the
///          randomness has not the size of the key's type, or is out of range
///          PP_ERR_MALFORMED: with the offset: the bytes are no TokenChallenge
///          PP_ERR_BUFFER_TOO_SMALL
/// Out:     pending                     the state to keep; what it held is lost
///          request, request_len        the TokenRequest to send, PP_TOKEN_REQUEST_MAX_BYTES at most
/// In:      key                         the issuer's public key
///          capacity                    the size of request
///          challenge, challenge_len    the TokenChallenge as received
///          nonce                       PP_NONCE_BYTES bytes
///          randomness, randomness_len  PP_HAZMAT_..._BYTES bytes, numbers big-endian
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_hazmat_client_begin(
    key: *const pp_token_key,
    pending: *mut pp_pending_token,
    request: *mut u8,
    capacity: usize,
    request_len: *mut usize,
    challenge: *const u8,
    challenge_len: usize,
    nonce: *const u8,
    randomness: *const u8,
    randomness_len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard_secret::<MESSAGE>(detail, || {
        let out = Output::new(3, request, capacity, request_len)?;
        let key = unsafe { handle::get(1, key) }?;
        let place = Place::new(2, pending)?;
        let challenge = TokenChallengeRef::parse(unsafe { args::bytes(6, challenge, challenge_len) }?)?;
        let nonce = unsafe { args::fixed(8, nonce) }?;
        let bytes = unsafe { args::bytes(9, randomness, randomness_len) }?;
        if challenge.token_type() != key.token_type() {
            return Err(ErrorKind::Misuse.into());
        }
        let wrong = || Fault::argument(9);
        let randomness = match key.token_type() {
            TokenType::VOPRF_P384 => Randomness::VoprfP384 { blind: bytes.try_into().map_err(|_| wrong())? },
            TokenType::BLIND_RSA_2048 => {
                let (salt, r) = bytes.split_first_chunk().ok_or_else(wrong)?;
                Randomness::BlindRsa2048 { salt, r: r.try_into().map_err(|_| wrong())? }
            }
            _ => return Err(wrong()),
        };
        out.need(sizes(key)?.request)?;
        // All else has been checked: what is refused now is randomness out of range, as the two types call it each their way.
        give_begun(&place, &out, begin_with(&Client::new(key), &challenge, *nonce, randomness)).map_err(|_| wrong())
    })
}
