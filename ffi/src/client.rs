//! CLIENT
//!
//! A client turns a challenge into a request (pp_client_begin), and the issuer's response into a
//! token (pp_client_finish). Between the two it keeps a pp_pending_token: a secret, since who knows
//! it can link the token to the request. It makes one token; it can be sealed, so that another run
//! of the program finishes it.

#![allow(clippy::undocumented_unsafe_blocks)] // every block passes on the caller's promise to keep the header's rules

use privacypass_core::client::{Client, PendingToken};
use privacypass_core::issuer::TokenKey;
use privacypass_core::wire::{Token, TokenChallengeRef, TokenRequest};
use privacypass_core::{Error, ErrorKind, Result, Sizes};

use crate::args::{self, Buffers, Output, Spans};
use crate::bytes::{pp_buffer, pp_bytes};
use crate::guard::{Fault, MESSAGE, Outcome, guard, guard_secret};
use crate::handle;
use crate::rng::{self, Source, pp_rng};
use crate::status::{PP_OK, pp_detail, pp_status};
use crate::token_key::pp_token_key;
use crate::value::{self, Place, Places, Value};

/// The size of a buffer that holds any sealed state, in bytes.
pub const PP_SEALED_MAX_BYTES: usize = 391;

/// What a client keeps between request and response: a value, secret, for one token.
///
/// It holds nothing after pp_client_finish, pp_pending_token_seal and pp_pending_token_wipe.
#[repr(C)]
pub struct pp_pending_token {
    /// Not for the caller.
    pub opaque: [u64; 64],
}

// SAFETY: words alone, and the object owns nothing beside them.
unsafe impl Value for pp_pending_token {
    type Object = PendingToken;
    const MAGIC: u64 = 0xB3F5_06E8_41AC_97D2;
}

const _: () = assert!(PP_SEALED_MAX_BYTES == PendingToken::SEALED_MAX_BYTES);

/// How many items of a batch are handed to the core at once: their results stand on the stack.
pub(crate) const CHUNK: usize = 16;

/// The sizes of a key's messages. A key is of a type that this build implements.
pub(crate) fn sizes(key: &TokenKey) -> Result<Sizes> {
    key.token_type().sizes().ok_or(Error::new(ErrorKind::Internal))
}

/// Begin a token for a challenge.
///
/// Before this, check that the challenge may come from the origin it came from:
/// pp_token_challenge_check_origin. Nothing of the client's choice (nonce, challenge, blinding) can
/// be seen in the request.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the challenge asks for another type than the key's; the key is empty
///          PP_ERR_MALFORMED: with the offset: the bytes are no TokenChallenge
///          PP_ERR_BUFFER_TOO_SMALL
///          PP_ERR_RNG
///          PP_ERR_UNSUPPORTED: rng is NULL, and this build has no source of its own
/// Out:     pending                   the state to keep; what it held is lost
///          request, request_len      the TokenRequest to send, PP_TOKEN_REQUEST_MAX_BYTES at most
/// In:      key                       the issuer's public key
///          capacity                  the size of request
///          challenge, challenge_len  the TokenChallenge as received
///          rng                       a source of randomness; NULL is the system's
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_client_begin(
    key: *const pp_token_key,
    pending: *mut pp_pending_token,
    request: *mut u8,
    capacity: usize,
    request_len: *mut usize,
    challenge: *const u8,
    challenge_len: usize,
    rng: *const pp_rng,
    detail: *mut pp_detail,
) -> pp_status {
    guard_secret::<MESSAGE>(detail, || {
        let out = Output::new(3, request, capacity, request_len)?;
        let key = unsafe { handle::get(1, key) }?;
        let place = Place::new(2, pending)?;
        let challenge = TokenChallengeRef::parse(unsafe { args::bytes(6, challenge, challenge_len) }?)?;
        let mut rng = unsafe { rng::source(8, rng) }?;
        out.need(sizes(key)?.request)?;
        let begun = Client::new(key).begin(&challenge, &mut rng);
        give_begun(&place, &out, begun)
    })
}

/// Hands a begun token to the caller: the state last, so that there is none without its request.
pub(crate) fn give_begun(
    place: &Place<pp_pending_token>,
    out: &Output,
    begun: Result<(TokenRequest, PendingToken)>,
) -> Outcome {
    let (request, pending) = begun.inspect_err(|_| out.clear())?;
    out.put(&request)?;
    place.put(pending);
    Ok(())
}

/// Begin several tokens for one challenge.
///
/// Either all are begun or none is: after an error each state holds what it held, or nothing.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the challenge asks for another type than the key's; the key is empty
///          PP_ERR_MALFORMED: with the offset: the bytes are no TokenChallenge
///          PP_ERR_BUFFER_TOO_SMALL: pp_detail.index says which is the first; every buffer's len is
///          the needed size
///          PP_ERR_RNG
///          PP_ERR_UNSUPPORTED: rng is NULL, and this build has no source of its own
/// Out:     pending                   count states to keep; what they held is lost
///          requests                  count buffers for the TokenRequests,
///                                    PP_TOKEN_REQUEST_MAX_BYTES at most each
/// In:      key                       the issuer's public key
///          count                     how many tokens to begin
///          challenge, challenge_len  the TokenChallenge as received
///          rng                       a source of randomness; NULL is the system's
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_client_begin_many(
    key: *const pp_token_key,
    pending: *mut pp_pending_token,
    requests: *mut pp_buffer,
    count: usize,
    challenge: *const u8,
    challenge_len: usize,
    rng: *const pp_rng,
    detail: *mut pp_detail,
) -> pp_status {
    guard_secret::<MESSAGE>(detail, || {
        args::count::<pp_pending_token>(2, count)?;
        let mut outputs = unsafe { Buffers::new(3, requests, count) }?;
        let key = unsafe { handle::get(1, key) }?;
        let states = unsafe { Places::new(2, pending, count) }?;
        let challenge = TokenChallengeRef::parse(unsafe { args::bytes(5, challenge, challenge_len) }?)?;
        let mut rng = unsafe { rng::source(7, rng) }?;
        let size = sizes(key)?.request;
        // Every buffer gets the size; the first one that is too small is named.
        let mut room = Ok(());
        for (index, out) in outputs.iter().enumerate() {
            room = room.and(out.need(size).map_err(|fault| fault.with_index(index)));
        }
        room?;
        let outcome = begin_many(&Client::new(key), &challenge, &mut rng, &states, &mut outputs);
        if outcome.is_err() {
            for (place, out) in states.iter().zip(outputs.iter()) {
                place.clear();
                out.take_back();
            }
        }
        outcome
    })
}

fn begin_many(
    client: &Client<'_>,
    challenge: &TokenChallengeRef<'_>,
    rng: &mut Source<'_>,
    states: &Places<pp_pending_token>,
    outputs: &mut Buffers<'_>,
) -> Outcome {
    let mut done = 0;
    let mut left = states.iter().zip(outputs.iter()).peekable();
    while left.peek().is_some() {
        let places = left.by_ref().take(CHUNK);
        let mut begun = [const { None }; CHUNK];
        let count = states.len().saturating_sub(done).min(CHUNK);
        client.begin_many(challenge, rng, begun.get_mut(..count).unwrap_or_default()).map_err(|error| {
            let index = error.index().unwrap_or(0);
            error.with_index(index.saturating_add(done))
        })?;
        for ((place, out), begun) in places.zip(&mut begun) {
            give_begun(&place, &out, begun.take().ok_or(Error::new(ErrorKind::Internal)))?;
        }
        done = done.saturating_add(count);
    }
    Ok(())
}

/// Finish a token with the issuer's response.
///
/// The state is consumed, whatever the answer, unless that is one of those marked with a star: then
/// it is as it was.
///
/// Returns: PP_OK
///        * PP_ERR_MISUSE: the state was begun with another key; the key is empty
///        * PP_ERR_BUFFER_TOO_SMALL
///        * PP_ERR_ALREADY_USED: the state holds nothing
///          PP_ERR_MALFORMED: the bytes are no response of the type
///          PP_ERR_INVALID_PROOF: the issuer's proof or signature does not verify
/// Out:     pending                 the state; it holds nothing from then on
///          token, token_len        the Token, PP_TOKEN_MAX_BYTES at most
/// In:      key                     the key the token was begun with
///          capacity                the size of token
///          response, response_len  the TokenResponse
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_client_finish(
    key: *const pp_token_key,
    pending: *mut pp_pending_token,
    token: *mut u8,
    capacity: usize,
    token_len: *mut usize,
    response: *const u8,
    response_len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard_secret::<MESSAGE>(detail, || {
        let out = Output::new(3, token, capacity, token_len)?;
        let key = unsafe { handle::get(1, key) }?;
        // The argument is checked before anything is written.
        unsafe { value::get(2, pending) }?;
        let response = unsafe { args::bytes(6, response, response_len) }?;
        let pending = unsafe { take_pending(pending, key, &out) }?;
        out.clear();
        out.put(Client::new(key).finish(pending, response)?.as_bytes())
    })
}

/// Takes a state when nothing stands in the way of finishing it: it is there, it is for this key, the token has room.
unsafe fn take_pending(pending: *mut pp_pending_token, key: &TokenKey, out: &Output) -> Outcome<PendingToken> {
    let used = || Fault::from(ErrorKind::AlreadyUsed);
    if unsafe { value::get(2, pending) }?.ok_or_else(used)?.token_key_id() != key.id() {
        return Err(Fault::argument(1));
    }
    out.need(sizes(key)?.token)?;
    unsafe { value::take(2, pending) }?.ok_or_else(used)
}

/// Finish several tokens of one key, each with the response at the same place.
///
/// Returns: PP_OK: results holds a status for each, as pp_client_finish has them
///          PP_ERR_MISUSE: an argument breaks a rule, or a struct of pending holds something else:
///          pp_detail.index says which. Nothing is consumed then
/// Out:     pending    count states
///          tokens     count buffers for the Tokens
///          results    count statuses
/// In:      key        the key the tokens were begun with
///          responses  count spans: the TokenResponses
///          count      how many tokens to finish
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_client_finish_many(
    key: *const pp_token_key,
    pending: *mut pp_pending_token,
    tokens: *mut pp_buffer,
    results: *mut pp_status,
    responses: *const pp_bytes,
    count: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard_secret::<MESSAGE>(detail, || {
        args::count::<pp_pending_token>(2, count)?;
        let mut outputs = unsafe { Buffers::new(3, tokens, count) }?;
        let key = unsafe { handle::get(1, key) }?;
        let states = unsafe { Places::new(2, pending, count) }?;
        let results = unsafe { args::array_mut(4, results, count) }?;
        let responses = unsafe { Spans::new(5, responses, count) }?;
        for (index, place) in states.iter().enumerate() {
            unsafe { value::get(2, place.pointer()) }.map_err(|fault| fault.with_index(index))?;
        }
        let client = Client::new(key);
        let (mut states, mut outputs, mut responses) = (states.iter(), outputs.iter(), responses.iter());
        for results in results.chunks_mut(CHUNK) {
            finish_chunk(&client, key, states.by_ref(), outputs.by_ref(), responses.by_ref(), results)?;
        }
        Ok(())
    })
}

/// Finishes as many tokens as `results` has room for, [`CHUNK`] at most.
fn finish_chunk(
    client: &Client<'_>,
    key: &TokenKey,
    states: &mut dyn Iterator<Item = Place<pp_pending_token>>,
    outputs: &mut dyn Iterator<Item = Output>,
    responses: &mut dyn Iterator<Item = &[u8]>,
    results: &mut [pp_status],
) -> Outcome {
    let mut pending = [const { None }; CHUNK];
    let mut inputs = [&[][..]; CHUNK];
    let mut outs = [const { None }; CHUNK];
    for ((((result, slot), input), out), (place, (output, response))) in
        results.iter_mut().zip(&mut pending).zip(&mut inputs).zip(&mut outs).zip(states.zip(outputs.zip(responses)))
    {
        *input = response;
        match unsafe { take_pending(place.pointer(), key, &output) } {
            Ok(taken) => {
                *slot = Some(taken);
                *out = Some(output);
            }
            Err(fault) => *result = fault.status(),
        }
    }
    let mut finished = [const { Err(Error::new(ErrorKind::Internal)) }; CHUNK];
    client.finish_many(&mut pending, &inputs, &mut finished)?;
    for ((result, out), token) in results.iter_mut().zip(&outs).zip(&finished) {
        // Without an output nothing was taken, and the result stands.
        if let Some(out) = out {
            *result = give_token(out, token);
        }
    }
    Ok(())
}

fn give_token(out: &Output, token: &Result<Token>) -> pp_status {
    out.clear();
    match token {
        Ok(token) => out.put(token.as_bytes()).map_or_else(|fault| fault.status(), |()| PP_OK),
        Err(error) => error.code(),
    }
}

/// Wipe a state, so that no token can be made with it.
///
/// In:      pending  NULL is left alone
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_pending_token_wipe(pending: *mut pp_pending_token) {
    unsafe { value::wipe(pending) };
}

/// Give the identifier of the key a state was begun with.
///
/// Returns: PP_OK
///          PP_ERR_ALREADY_USED: the state holds nothing
/// Out:     token_key_id  PP_TOKEN_KEY_ID_BYTES bytes
/// In:      pending       the state
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_pending_token_key_id(
    pending: *const pp_pending_token,
    token_key_id: *mut u8,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let pending = unsafe { value::get(1, pending) }?.ok_or(ErrorKind::AlreadyUsed)?;
        args::put_array(2, token_key_id, &pending.token_key_id().0)
    })
}

/// Give the digest of the challenge a state was begun for.
///
/// Returns: PP_OK
///          PP_ERR_ALREADY_USED: the state holds nothing
/// Out:     challenge_digest  PP_CHALLENGE_DIGEST_BYTES bytes
/// In:      pending           the state
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_pending_token_digest(
    pending: *const pp_pending_token,
    challenge_digest: *mut u8,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let pending = unsafe { value::get(1, pending) }?.ok_or(ErrorKind::AlreadyUsed)?;
        args::put_array(2, challenge_digest, pending.challenge_digest())
    })
}

/// Turn a state into bytes, so that another run of the program can finish it. The state holds
/// nothing from then on; after an error it is as it was.
///
/// The bytes are not encrypted: who has them can link the token to its request. Keep them where
/// secrets are kept, and wipe what is left in memory.
///
/// Returns: PP_OK
///          PP_ERR_ALREADY_USED: the state holds nothing
///          PP_ERR_MISUSE: the state was begun with another key; the key is empty
///          PP_ERR_BUFFER_TOO_SMALL
/// Out:     pending         the state to seal
///          blob, blob_len  the sealed state, PP_SEALED_MAX_BYTES at most
/// In:      capacity        the size of blob
///          key             the key the token was begun with
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_pending_token_seal(
    pending: *mut pp_pending_token,
    blob: *mut u8,
    capacity: usize,
    blob_len: *mut usize,
    key: *const pp_token_key,
    detail: *mut pp_detail,
) -> pp_status {
    guard_secret::<MESSAGE>(detail, || {
        let out = Output::new(2, blob, capacity, blob_len)?;
        let place = Place::new(1, pending)?;
        let held = unsafe { value::get(1, pending) }?.map(PendingToken::token_key_id);
        let key = unsafe { handle::get(5, key) }?;
        if held.is_some_and(|held| held != key.id()) {
            return Err(Fault::argument(5));
        }
        let pending = unsafe { value::take(1, pending) }?.ok_or(ErrorKind::AlreadyUsed)?;
        out.fill(|buffer| {
            Client::new(key).seal(pending, buffer).map_err(|(pending, error)| {
                place.put(pending);
                error
            })
        })
    })
}

/// Turn sealed bytes back into a state, and wipe them: a state makes one token.
///
/// Write the wiped bytes back, or delete the stored copy, before anything is sent that depends on
/// the state.
///
/// Returns: PP_OK
///          PP_ERR_ALREADY_USED: the bytes are all zeros: they were opened before
///          PP_ERR_UNSUPPORTED: a later version of the library sealed them
///          PP_ERR_UNKNOWN_KEY: they belong to another key: see pp_sealed_token_key_id
///          PP_ERR_MALFORMED: they are damaged
/// Out:     pending         the state; what it held is lost
///          blob, blob_len  the sealed state; zeros after PP_OK, else as it was
/// In:      key             the key the token was begun with
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_pending_token_open(
    pending: *mut pp_pending_token,
    blob: *mut u8,
    blob_len: usize,
    key: *const pp_token_key,
    detail: *mut pp_detail,
) -> pp_status {
    guard_secret::<MESSAGE>(detail, || {
        let place = Place::new(1, pending)?;
        let blob = unsafe { args::array_mut(2, blob, blob_len) }?;
        let client = Client::new(unsafe { handle::get(4, key) }?);
        place.put(client.open(blob)?);
        Ok(())
    })
}

/// Tell which key a sealed state is for.
///
/// Returns: PP_OK
///          PP_ERR_ALREADY_USED: the bytes are all zeros: they were opened before
///          PP_ERR_UNSUPPORTED: a later version of the library sealed them
///          PP_ERR_MALFORMED: they are damaged
/// Out:     token_key_id    PP_TOKEN_KEY_ID_BYTES bytes
/// In:      blob, blob_len  the sealed state
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_sealed_token_key_id(
    token_key_id: *mut u8,
    blob: *const u8,
    blob_len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let blob = unsafe { args::bytes(2, blob, blob_len) }?;
        args::put_array(1, token_key_id, &PendingToken::sealed_token_key_id(blob)?.0)
    })
}
