//! ORIGIN
//!
//! An origin challenges clients, verifies their tokens, and lets each be redeemed once. A token is
//! refused unless it answers a challenge that the origin expects: pp_expected says which.
//! pp_origin_redeem verifies first and spends last, in one atomic step of the store, so that a bad
//! token never burns anything.
//!
//! Give the client one answer for every token that is refused, whatever the check that failed: a 401
//! with a new challenge. See pp_origin_http_status.

#![allow(clippy::undocumented_unsafe_blocks)] // every block passes on the caller's promise to keep the header's rules

use core::borrow::Borrow;
use core::ffi::c_void;

use privacypass_core::issuer::TokenKey;
use privacypass_core::origin::{Expected, Origin, VerifiedToken, VerifierKey};
use privacypass_core::wire::ChallengeDigest;
use privacypass_core::{Error, ErrorKind, Result, TokenType};

use crate::args::{self, Slot, Spans};
use crate::bytes::pp_bytes;
use crate::client::CHUNK;
use crate::guard::{Fault, MESSAGE, Outcome, guard, guard_secret};
use crate::handle::{self, Filled, Handle, Opaque};
use crate::issuer_key::pp_issuer_key;
use crate::spend_store::{self, pp_spend_store};
use crate::status::{PP_OK, pp_detail, pp_status};
use crate::value::{self, Place, Places, Value};

/// The size of the memory pp_verifier_key_place needs, in bytes.
pub const PP_VERIFIER_KEY_HANDLE_BYTES: usize = 8192;

/// A key to verify tokens with: a handle. For type 0x0002 it is an issuer's public key; for type
/// 0x0001 the private one, which origin and issuer share.
pub struct pp_verifier_key {
    _opaque: [u8; 0],
}

impl Opaque for pp_verifier_key {
    type Object = VerifierKey;
    const MAGIC: u64 = 0x1CB4_78F3_E65D_092A;
}

const _: () = assert!(size_of::<Handle<VerifierKey>>() <= PP_VERIFIER_KEY_HANDLE_BYTES);

impl Borrow<VerifierKey> for Filled<pp_verifier_key> {
    fn borrow(&self) -> &VerifierKey {
        self.object()
    }
}

/// Which challenges a token may answer. Zero the struct, set its size, and one of the three.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct pp_expected {
    /// sizeof(pp_expected).
    pub struct_size: usize,
    /// Given to accepts as it is.
    pub ctx: *mut c_void,
    /// This challenge, its bytes as they were sent; or absent.
    pub challenge: pp_bytes,
    /// Any of digest_count challenges with these digests, PP_CHALLENGE_DIGEST_BYTES bytes each,
    /// one after the other; or NULL.
    pub digests: *const u8,
    /// How many digests.
    pub digest_count: usize,
    /// Any challenge for whose digest this returns 1 and nothing else; or NULL. It is for an origin
    /// that keeps its challenges elsewhere. A function that accepts everything accepts tokens that
    /// were made for other origins.
    pub accepts: Option<unsafe extern "C" fn(ctx: *mut c_void, challenge_digest: *const u8) -> i32>,
}

/// A token that verified: a value. It is not redeemed until its spend key is spent.
#[repr(C)]
pub struct pp_verified_token {
    /// Not for the caller.
    pub opaque: [u64; 16],
}

// SAFETY: words alone, and the object owns nothing beside them.
unsafe impl Value for pp_verified_token {
    type Object = VerifiedToken;
    const MAGIC: u64 = 0x6FA2_D159_0C7B_E384;
}

/// What is known of a token that verified. Its nonce must not reach a log.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pp_verified_token_fields {
    /// The token's type.
    pub token_type: u16,
    /// The client's nonce.
    pub nonce: [u8; 32],
    /// The digest of the challenge the token answers.
    pub challenge_digest: [u8; 32],
    /// The issuer key that made the token.
    pub token_key_id: [u8; 32],
    /// What a spend store remembers: the hash of all that the authenticator covers.
    pub spend_key: [u8; 32],
}

/// Make an empty verifier key on the heap.
///
/// Returns: PP_OK
///          PP_ERR_NO_MEMORY
/// Out:     key  end it with pp_verifier_key_free
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_verifier_key_new(key: *mut *mut pp_verifier_key, detail: *mut pp_detail) -> pp_status {
    guard(detail, || unsafe { handle::new(key) })
}

/// Wipe and end a verifier key that pp_verifier_key_new made.
///
/// In:      key  NULL is left alone
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_verifier_key_free(key: *mut pp_verifier_key) {
    unsafe { handle::end(key) };
}

/// Give the size of the memory pp_verifier_key_place needs.
///
/// Returns: PP_VERIFIER_KEY_HANDLE_BYTES of the library
#[unsafe(no_mangle)]
pub extern "C" fn pp_verifier_key_size() -> usize {
    PP_VERIFIER_KEY_HANDLE_BYTES
}

/// Make an empty verifier key in memory of the caller, which must stay there until
/// pp_verifier_key_end.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the memory is not aligned to 8
///          PP_ERR_BUFFER_TOO_SMALL: fewer bytes than pp_verifier_key_size
/// Out:     key          the handle
/// In:      memory, len  the memory; what it holds does not matter
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_verifier_key_place(
    key: *mut *mut pp_verifier_key,
    memory: *mut c_void,
    len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || unsafe { handle::place(PP_VERIFIER_KEY_HANDLE_BYTES, key, memory, len) })
}

/// Wipe and end a verifier key that pp_verifier_key_place made. The memory is the caller's again.
///
/// In:      key  NULL is left alone
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_verifier_key_end(key: *mut pp_verifier_key) {
    unsafe { handle::end(key) };
}

/// Fill a verifier key with a public key, as an issuer's directory publishes it.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the handle is filled already
///          PP_ERR_UNSUPPORTED: this build does not implement the type, or its tokens cannot be
///          verified with the public key (0x0001): use pp_verifier_key_from_issuer_key
///          PP_ERR_MALFORMED: the bytes are no key of the type
/// Out:     key         the handle to fill
/// In:      token_type  the type of the tokens
///          data, len   the public key
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_verifier_key_import(
    key: *mut pp_verifier_key,
    token_type: u16,
    data: *const u8,
    len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || unsafe {
        handle::fill(1, key, || {
            let data = args::bytes(3, data, len)?;
            let verifier = VerifierKey::from(TokenKey::from_bytes(TokenType(token_type), data)?);
            if verifier.can_verify() { Ok(verifier) } else { Err(ErrorKind::Unsupported.into()) }
        })
    })
}

/// Fill a verifier key with what verifies the tokens that an issuer key makes: its public half where
/// that is enough, else a copy of the private key.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the handle is filled already, or the issuer key is empty
/// Out:     key         the handle to fill
/// In:      issuer_key  the private key
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_verifier_key_from_issuer_key(
    key: *mut pp_verifier_key,
    issuer_key: *const pp_issuer_key,
    detail: *mut pp_detail,
) -> pp_status {
    guard_secret::<MESSAGE>(detail, || unsafe {
        handle::fill(1, key, || Ok(VerifierKey::of(handle::get(2, issuer_key)?)?))
    })
}

/// Tell which type of tokens a key verifies.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the key is empty
/// Out:     token_type  one of PP_TOKEN_TYPE_
/// In:      key         the key
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_verifier_key_type(
    key: *const pp_verifier_key,
    token_type: *mut u16,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let key = unsafe { handle::get(1, key) }?;
        Slot::new(2, token_type)?.put(key.token_key().token_type().0);
        Ok(())
    })
}

/// Give the identifier of a key.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the key is empty
/// Out:     token_key_id  PP_TOKEN_KEY_ID_BYTES bytes
/// In:      key           the key
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_verifier_key_id(
    key: *const pp_verifier_key,
    token_key_id: *mut u8,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || args::put_array(2, token_key_id, &unsafe { handle::get(1, key) }?.token_key().id().0))
}

/// Calls `body` with what the caller expects.
unsafe fn with_expected<T>(
    argument: u32,
    expected: *const pp_expected,
    body: impl FnOnce(Expected<'_>) -> Outcome<T>,
) -> Outcome<T> {
    let table = unsafe { args::table(argument, expected) }?;
    let challenge = unsafe { args::span(argument, &table.challenge) }?;
    let digests = unsafe { args::array(argument, table.digests.cast::<ChallengeDigest>(), table.digest_count) }?;
    // Exactly one of the three: a struct that says nothing, or two things, lets nobody in. One that is there and empty was
    // meant to say something.
    match (table.challenge.data.is_null(), table.digests.is_null(), table.accepts) {
        (false, true, None) if !challenge.is_empty() => body(Expected::Challenge(challenge)),
        (true, false, None) if !digests.is_empty() => body(Expected::AnyOf(digests)),
        (true, true, Some(accepts)) => {
            body(Expected::Policy(&|digest| unsafe { accepts(table.ctx, digest.as_ptr()) } == 1))
        }
        _ => Err(Fault::argument(argument)),
    }
}

/// Verify a token, without redeeming it.
///
/// Returns: PP_OK
///          PP_ERR_MALFORMED: the bytes are no token
///          PP_ERR_UNSUPPORTED: no key is of the token's type
///          PP_ERR_UNKNOWN_KEY: the token names none of the keys
///          PP_ERR_CHALLENGE_MISMATCH: the token answers no challenge that is expected
///          PP_ERR_INVALID_TOKEN: the authenticator does not verify
///          PP_ERR_MISUSE: a key is empty: pp_detail.index says which; expected sets none of the
///          three, or more than one
/// Out:     verified          may be NULL; zeros unless PP_OK
/// In:      keys, key_count   the keys of the issuers the origin trusts
///          token, token_len  the Token as received
///          expected          which challenges it may answer
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_origin_verify(
    keys: *const *const pp_verifier_key,
    key_count: usize,
    verified: *mut pp_verified_token,
    token: *const u8,
    token_len: usize,
    expected: *const pp_expected,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Verified::new(3, verified)?;
        let keys = unsafe { handle::all(1, keys, key_count) }?;
        let token = unsafe { args::bytes(4, token, token_len) }?;
        unsafe { with_expected(6, expected, |expected| Ok(out.put(Origin::new(keys).verify(token, expected)?))) }
    })
}

/// An output that may be absent.
struct Verified(Option<Place<pp_verified_token>>);

impl Verified {
    /// Takes the argument, and overwrites what it points to: whatever fails, no token of before is left to be taken for this.
    fn new(argument: u32, verified: *mut pp_verified_token) -> Outcome<Self> {
        if verified.is_null() {
            return Ok(Self(None));
        }
        let place = Place::new(argument, verified)?;
        place.clear();
        Ok(Self(Some(place)))
    }

    fn put(&self, token: VerifiedToken) {
        if let Some(place) = &self.0 {
            place.put(token);
        }
    }
}

/// Verify several tokens. The same token twice verifies twice: only spending tells.
///
/// Returns: PP_OK: results holds a status for each, as pp_origin_verify has them
///          PP_ERR_MISUSE: an argument breaks a rule: pp_detail.index says which item; expected sets
///          none of the three, or more than one
/// Out:     verified         count structs, or NULL; zeros where the result is not PP_OK
///          results          count statuses
/// In:      keys, key_count  the keys of the issuers the origin trusts
///          tokens           count spans: the Tokens as received
///          count            how many tokens
///          expected         which challenges they may answer
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_origin_verify_many(
    keys: *const *const pp_verifier_key,
    key_count: usize,
    verified: *mut pp_verified_token,
    results: *mut pp_status,
    tokens: *const pp_bytes,
    count: usize,
    expected: *const pp_expected,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let places = unsafe { Places::new(3, verified, if verified.is_null() { 0 } else { count }) }?;
        places.iter().for_each(|place| place.clear());
        let origin = Origin::new(unsafe { handle::all(1, keys, key_count) }?);
        let results = unsafe { args::array_mut(4, results, count) }?;
        let tokens = unsafe { Spans::new(5, tokens, count) }?;
        unsafe {
            with_expected(7, expected, |expected| {
                let (mut places, mut tokens) = (places.iter(), tokens.iter());
                for results in results.chunks_mut(CHUNK) {
                    verify_chunk(&origin, expected, &mut places, &mut tokens, results)?;
                }
                Ok(())
            })
        }
    })
}

/// Verifies as many tokens as `results` has room for, [`CHUNK`] at most.
fn verify_chunk(
    origin: &Origin<'_, Filled<pp_verifier_key>>,
    expected: Expected<'_>,
    places: &mut dyn Iterator<Item = Place<pp_verified_token>>,
    tokens: &mut dyn Iterator<Item = &[u8]>,
    results: &mut [pp_status],
) -> Outcome {
    let mut inputs = [&[][..]; CHUNK];
    for (input, token) in inputs.iter_mut().take(results.len()).zip(tokens) {
        *input = token;
    }
    let mut verdicts = [const { Err(Error::new(ErrorKind::Internal)) }; CHUNK];
    origin.verify_many(
        inputs.get(..results.len()).unwrap_or_default(),
        expected,
        verdicts.get_mut(..results.len()).unwrap_or_default(),
    )?;
    for (result, verdict) in results.iter_mut().zip(verdicts) {
        *result = give_verdict(places.next(), verdict);
    }
    Ok(())
}

fn give_verdict(place: Option<Place<pp_verified_token>>, verdict: Result<VerifiedToken>) -> pp_status {
    match (verdict, place) {
        (Ok(token), Some(place)) => place.put(token),
        (Ok(_), None) => {}
        (Err(error), _) => return error.code(),
    }
    PP_OK
}

/// Verify a token, then spend it: the whole redemption.
///
/// Returns: PP_OK: let the client in
///          PP_ERR_MALFORMED: the bytes are no token. After this and the next five nothing was spent
///          PP_ERR_UNSUPPORTED: no key is of the token's type
///          PP_ERR_UNKNOWN_KEY: the token names none of the keys
///          PP_ERR_CHALLENGE_MISMATCH: the token answers no challenge that is expected
///          PP_ERR_INVALID_TOKEN: the authenticator does not verify
///          PP_ERR_MISUSE: a key is empty: pp_detail.index says which; expected sets none of the
///          three, or more than one
///          PP_ERR_REPLAYED: the token was redeemed before
///          PP_ERR_EXHAUSTED: the store is full: let nobody in
///          PP_ERR_STORE: the store failed: let nobody in. The token may have been spent
/// Out:     verified          may be NULL; zeros unless PP_OK
/// In:      keys, key_count   the keys of the issuers the origin trusts
///          token, token_len  the Token as received
///          expected          which challenges it may answer
///          store             where spent tokens are kept
///          expires_at        unix seconds: the store may forget the token from then on, so not
///                            before the time from which expected refuses it: see
///                            pp_stateless_challenges_expiry
///          now               unix seconds
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_origin_redeem(
    keys: *const *const pp_verifier_key,
    key_count: usize,
    verified: *mut pp_verified_token,
    token: *const u8,
    token_len: usize,
    expected: *const pp_expected,
    store: *const pp_spend_store,
    expires_at: u64,
    now: u64,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Verified::new(3, verified)?;
        let keys = unsafe { handle::all(1, keys, key_count) }?;
        let token = unsafe { args::bytes(4, token, token_len) }?;
        let store = unsafe { spend_store::store(7, store) }?;
        unsafe {
            with_expected(6, expected, |expected| {
                Ok(out.put(Origin::new(keys).redeem(token, expected, &store, expires_at, now)?))
            })
        }
    })
}

/// Tell what is known of a token that verified.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: verified holds nothing
/// Out:     fields    a copy of it
/// In:      verified  the token
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_verified_token_get(
    verified: *const pp_verified_token,
    fields: *mut pp_verified_token_fields,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let verified = unsafe { value::get(1, verified) }?.ok_or(Fault::argument(1))?;
        Slot::new(2, fields)?.put(pp_verified_token_fields {
            token_type: verified.token_type().0,
            nonce: *verified.nonce(),
            challenge_digest: *verified.challenge_digest(),
            token_key_id: verified.token_key_id().0,
            spend_key: verified.spend_key(),
        });
        Ok(())
    })
}

/// Overwrite a verified token with zeros.
///
/// In:      verified  NULL is left alone
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_verified_token_wipe(verified: *mut pp_verified_token) {
    unsafe { value::wipe(verified) };
}
