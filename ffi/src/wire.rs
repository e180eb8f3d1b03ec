//! MESSAGES
//!
//! The messages of RFC 9577 and RFC 9578. Parsing copies nothing: it fills a view whose spans point
//! into the bytes given. A parser refuses trailing bytes, and takes an unknown token type for a
//! value.
//!
//! What is hashed and signed are the bytes as they were received: keep them, and never write a
//! message again to hash it.

#![allow(clippy::undocumented_unsafe_blocks)] // every block passes on the caller's promise to keep the header's rules

use privacypass_core::wire::{
    TokenChallenge, TokenChallengeRef, TokenKeyId, TokenRef, TokenRequestRef, challenge_digest, same_name,
};
use privacypass_core::{ErrorKind, TokenType};

use crate::args::{self, Output, Slot};
use crate::bytes::pp_bytes;
use crate::guard::{Fault, Outcome, guard};
use crate::status::{pp_detail, pp_status};

/// The size of a nonce in bytes.
pub const PP_NONCE_BYTES: usize = 32;
/// The size of a challenge digest in bytes: SHA-256 of the TokenChallenge as received.
pub const PP_CHALLENGE_DIGEST_BYTES: usize = 32;
/// The size of a token key identifier in bytes, Nid: SHA-256 of the issuer's public key as
/// published.
pub const PP_TOKEN_KEY_ID_BYTES: usize = 32;
/// The size of a redemption context that is not empty, in bytes.
pub const PP_REDEMPTION_CONTEXT_BYTES: usize = 32;
/// How many origin names pp_token_challenge_write accepts.
pub const PP_ORIGINS_MAX: usize = 64;

/// The fields of a TokenChallenge (RFC 9577 section 2.1): input for writing, view for parsing.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct pp_token_challenge {
    /// The type of token asked for.
    pub token_type: u16,
    /// The issuer's name, host[:port].
    pub issuer_name: pp_bytes,
    /// Binds the token to a session, a time or a request: 32 bytes, or none.
    pub redemption_context: pp_bytes,
    /// The origins at which the token may be redeemed, host[:port] each, separated by commas; none
    /// for a token that any origin may redeem.
    ///
    /// With no origin and no context, a token can be replayed at every origin that asks the same
    /// issuer.
    pub origin_info: pp_bytes,
}

/// A Token (RFC 9577 section 2.2), none of it verified.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct pp_token {
    /// The token's type.
    pub token_type: u16,
    /// The client's nonce: 32 bytes.
    pub nonce: pp_bytes,
    /// The digest of the challenge the token claims to answer: 32 bytes.
    pub challenge_digest: pp_bytes,
    /// The issuer key the token claims to be made with: 32 bytes.
    pub token_key_id: pp_bytes,
    /// The authenticator, Nk bytes.
    pub authenticator: pp_bytes,
}

/// A TokenRequest (RFC 9578 sections 5.1 and 6.1).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct pp_token_request {
    /// The type of token asked for.
    pub token_type: u16,
    /// The last byte of the identifier of the issuer key asked for.
    pub truncated_token_key_id: u8,
    /// The blinded message: a compressed point, or an RSA representative.
    pub blinded_msg: pp_bytes,
}

/// Splits `origin_info` into its names, and gives the challenge to `body`.
///
/// `argument` is the number of the C argument.
pub(crate) unsafe fn with_challenge<T>(
    argument: u32,
    challenge: *const pp_token_challenge,
    body: impl FnOnce(&TokenChallenge<'_>) -> Outcome<T>,
) -> Outcome<T> {
    let fields = unsafe { args::reference(argument, challenge) }?;
    let (issuer_name, context, origin_info) = unsafe {
        (
            args::span(argument, &fields.issuer_name)?,
            args::span(argument, &fields.redemption_context)?,
            args::span(argument, &fields.origin_info)?,
        )
    };
    let redemption_context = match context {
        [] => None,
        context => {
            Some(*<&[u8; PP_REDEMPTION_CONTEXT_BYTES]>::try_from(context).map_err(|_| Fault::argument(argument))?)
        }
    };
    let mut names = [""; PP_ORIGINS_MAX];
    let mut count = 0;
    if !origin_info.is_empty() {
        for name in args::text(argument, origin_info)?.split([',']) {
            *names.get_mut(count).ok_or(ErrorKind::Limit)? = name;
            count += 1;
        }
    }
    // A name that is none is found by the core, which does not know where the challenge stands.
    body(&TokenChallenge {
        token_type: TokenType(fields.token_type),
        issuer_name: args::text(argument, issuer_name)?,
        redemption_context,
        origin_info: names.get(..count).unwrap_or_default(),
    })
    .map_err(|fault| fault.about(argument))
}

/// Write a TokenChallenge.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: a name is empty, is no host[:port], or is too long for its field; a
///          redemption context that is neither empty nor 32 bytes
///          PP_ERR_LIMIT: more than PP_ORIGINS_MAX names
///          PP_ERR_BUFFER_TOO_SMALL
/// Out:     out        the TokenChallenge
///          out_len    its length: 7 and those of its parts
/// In:      capacity   the size of out
///          challenge  the fields
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_token_challenge_write(
    out: *mut u8,
    capacity: usize,
    out_len: *mut usize,
    challenge: *const pp_token_challenge,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Output::new(1, out, capacity, out_len)?;
        unsafe { with_challenge(4, challenge, |challenge| out.fill(|buffer| challenge.write_to(buffer))) }
    })
}

/// Parse a TokenChallenge of any type that has the structure of RFC 9577.
///
/// Look at the token type before you parse: it is the first two bytes, and the rest of a greased
/// challenge is arbitrary.
///
/// Returns: PP_OK
///          PP_ERR_MALFORMED: with the offset: a truncated field, trailing bytes, a name that is
///          empty or not ASCII, a redemption context of neither 0 nor 32 bytes
/// Out:     challenge  the fields, as spans of data
/// In:      data, len  the TokenChallenge as received
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_token_challenge_parse(
    challenge: *mut pp_token_challenge,
    data: *const u8,
    len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Slot::new(1, challenge)?;
        let parsed = TokenChallengeRef::parse(unsafe { args::bytes(2, data, len) }?)?;
        out.put(pp_token_challenge {
            token_type: parsed.token_type().0,
            issuer_name: pp_bytes::lend(parsed.issuer_name().as_bytes()),
            redemption_context: pp_bytes::lend(parsed.redemption_context()),
            origin_info: pp_bytes::lend(parsed.origin_info().as_bytes()),
        });
        Ok(())
    })
}

/// Hash a TokenChallenge: a token carries this digest of the challenge it answers.
///
/// Returns: PP_OK
/// Out:     digest     PP_CHALLENGE_DIGEST_BYTES bytes
/// In:      data, len  the TokenChallenge as it was received or sent; it is not parsed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_token_challenge_digest(
    digest: *mut u8,
    data: *const u8,
    len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let data = unsafe { args::bytes(2, data, len) }?;
        args::put_array(1, digest, &challenge_digest(data))
    })
}

/// Check that a challenge may come from the origin it came from: a client does so before it asks for
/// a token, or every origin could collect tokens for any other.
///
/// Returns: PP_OK: origin_info is empty, or names the origin; letters compare without case, and port
///          443 is implied
///          PP_ERR_CHALLENGE_MISMATCH: it names others
///          PP_ERR_MALFORMED: the bytes are no challenge
/// In:      data, len           the TokenChallenge as received
///          origin, origin_len  the origin the client spoke to, host[:port], as in the URL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_token_challenge_check_origin(
    data: *const u8,
    len: usize,
    origin: *const u8,
    origin_len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let (data, origin) = unsafe { (args::bytes(1, data, len)?, args::bytes(3, origin, origin_len)?) };
        let origin = args::text(3, origin)?;
        let named = TokenChallengeRef::parse(data)?.names_origin(origin);
        if named { Ok(()) } else { Err(ErrorKind::ChallengeMismatch.into()) }
    })
}

/// Tell whether two names, host[:port], mean the same server: letters compare without case, and port
/// 443 is implied.
///
/// Returns: 1 if they do; 0 if not, and if an argument breaks a rule
/// In:      a, a_len, b, b_len  the names
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_same_name(a: *const u8, a_len: usize, b: *const u8, b_len: usize) -> i32 {
    let mut same = false;
    guard(core::ptr::null_mut(), || {
        let (a, b) = unsafe { (args::bytes(1, a, a_len)?, args::bytes(3, b, b_len)?) };
        same = same_name(args::text(1, a)?, args::text(3, b)?);
        Ok(())
    });
    same.into()
}

/// Parse a Token. Nothing is verified: that is what pp_origin_verify is for.
///
/// Returns: PP_OK
///          PP_ERR_MALFORMED: with the offset: truncated, or trailing bytes
/// Out:     token      the fields, as spans of data
/// In:      data, len  the token as received; the authenticator of an unknown type is all that
///                     follows the 98 bytes
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_token_parse(
    token: *mut pp_token,
    data: *const u8,
    len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Slot::new(1, token)?;
        let parsed = TokenRef::parse(unsafe { args::bytes(2, data, len) }?)?;
        // The last field of what the authenticator covers.
        let (_, token_key_id) = parsed.authenticator_input().split_at(2 + PP_NONCE_BYTES + PP_CHALLENGE_DIGEST_BYTES);
        out.put(pp_token {
            token_type: parsed.token_type().0,
            nonce: pp_bytes::lend(parsed.nonce()),
            challenge_digest: pp_bytes::lend(parsed.challenge_digest()),
            token_key_id: pp_bytes::lend(token_key_id),
            authenticator: pp_bytes::lend(parsed.authenticator()),
        });
        Ok(())
    })
}

/// Parse a TokenRequest.
///
/// Returns: PP_OK
///          PP_ERR_MALFORMED: with the offset: truncated, or trailing bytes
/// Out:     request    the fields, as spans of data
/// In:      data, len  the request as received
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_token_request_parse(
    request: *mut pp_token_request,
    data: *const u8,
    len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Slot::new(1, request)?;
        let parsed = TokenRequestRef::parse(unsafe { args::bytes(2, data, len) }?)?;
        out.put(pp_token_request {
            token_type: parsed.token_type().0,
            truncated_token_key_id: parsed.truncated_token_key_id(),
            blinded_msg: pp_bytes::lend(parsed.blinded_msg()),
        });
        Ok(())
    })
}

/// Hash an issuer's public key as published: its identifier.
///
/// Returns: PP_OK
/// Out:     token_key_id  PP_TOKEN_KEY_ID_BYTES bytes
/// In:      data, len     the key as published; never decode it and encode it again
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_token_key_id_of(
    token_key_id: *mut u8,
    data: *const u8,
    len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let data = unsafe { args::bytes(2, data, len) }?;
        args::put_array(1, token_key_id, &TokenKeyId::of(data).0)
    })
}
