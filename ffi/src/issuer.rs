//! ISSUER
//!
//! An issuer answers requests without seeing tokens. Its keys are an array of handles, of any types;
//! a request names its key by the last byte of the key's identifier.
//!
//!     const pp_issuer_key *keys[] = { new_key, old_key };
//!     pp_issuer_issue(keys, 2, response, sizeof response, &response_len, ...);
//!
//! An issuer whose key lives elsewhere (in a hardware module, say) has the public keys only, and
//! works in two phases: pp_issuer_begin gives the input for the signer, pp_issuer_finish checks its
//! output and makes the response. What the signer computes is, for type 0x0002, the raw RSA private
//! operation: output = input^d mod n, both 256 bytes, big-endian; for type 0x0001 BlindEvaluate of
//! RFC 9497: the input is the blinded element (49 bytes), the output the evaluated element (49),
//! then the proof (96). A wrong output is never sent, so a faulty signer cannot leak its key.

#![allow(clippy::undocumented_unsafe_blocks)] // every block passes on the caller's promise to keep the header's rules

use core::ffi::c_void;

use privacypass_core::issuer::{Issuer, PendingIssuance, issue_with_signer};
use privacypass_core::provider::Signer;
use privacypass_core::wire::TokenResponse;
use privacypass_core::{Error, ErrorKind, Result, TokenType};

use crate::args::{self, Buffers, Output, Slot, Spans};
use crate::bytes::{pp_buffer, pp_bytes};
use crate::client::CHUNK;
use crate::guard::{Fault, MESSAGE, guard, guard_secret};
use crate::handle;
use crate::issuer_key::pp_issuer_key;
use crate::rng::{self, pp_rng};
use crate::status::{PP_OK, pp_detail, pp_status};
use crate::token_key::pp_token_key;
use crate::value::{self, Place, Value};

/// The largest input of a signer, in bytes.
pub const PP_SIGNER_INPUT_MAX_BYTES: usize = 256;
/// The largest output of a signer, in bytes.
pub const PP_SIGNER_OUTPUT_MAX_BYTES: usize = 256;

/// A request whose answer is being made by a signer elsewhere: a value. It holds no secret.
#[repr(C)]
pub struct pp_pending_issuance {
    /// Not for the caller.
    pub opaque: [u64; 64],
}

// SAFETY: words alone, and the object owns nothing beside them.
unsafe impl Value for pp_pending_issuance {
    type Object = PendingIssuance;
    const MAGIC: u64 = 0x59C6_E01D_B7A3_482F;
}

/// What a signer needs to know: a view of a pp_pending_issuance.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct pp_signer_request {
    /// The type of token, which says what to compute.
    pub token_type: u16,
    /// Which key to compute it with: its identifier.
    pub token_key_id: [u8; 32],
    /// The input.
    pub input: pp_bytes,
    /// How many bytes the output has.
    pub output_len: usize,
}

/// A private key that lives elsewhere. Zero the struct, then set its size and the callback.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct pp_signer {
    /// sizeof(pp_signer).
    pub struct_size: usize,
    /// Given to the callback as it is.
    pub ctx: *mut c_void,
    /// Compute the output, of request->output_len bytes, and return PP_OK; or return anything else:
    /// the call then fails with PP_ERR_SIGNER.
    pub sign:
        Option<unsafe extern "C" fn(ctx: *mut c_void, output: *mut u8, request: *const pp_signer_request) -> pp_status>,
}

/// The caller's signer.
struct Callback<'a> {
    table: &'a pp_signer,
    sign: unsafe extern "C" fn(ctx: *mut c_void, output: *mut u8, request: *const pp_signer_request) -> pp_status,
}

impl Signer for Callback<'_> {
    fn sign(&mut self, token_type: TokenType, token_key_id: &[u8; 32], input: &[u8], output: &mut [u8]) -> Result<()> {
        let request = pp_signer_request {
            token_type: token_type.0,
            token_key_id: *token_key_id,
            input: pp_bytes::lend(input),
            output_len: output.len(),
        };
        // SAFETY: the callback is the caller's, who promises that it keeps to its description.
        let status = unsafe { (self.sign)(self.table.ctx, output.as_mut_ptr(), &raw const request) };
        if status == PP_OK { Ok(()) } else { Err(ErrorKind::Signer.into()) }
    }
}

/// Says how long the response to a request will be, if it is for a type of this build.
fn need_response(out: &Output, request: &[u8]) -> crate::guard::Outcome {
    let token_type = privacypass_core::wire::TokenRequestRef::parse(request)?.token_type();
    out.need(token_type.sizes().ok_or(ErrorKind::Unsupported)?.response)
}

/// Answer one request.
///
/// Returns: PP_OK
///          PP_ERR_MALFORMED: the bytes are no TokenRequest. For this and the next two answer the
///          client with the HTTP status 422: see pp_issuer_http_status
///          PP_ERR_UNSUPPORTED: no key is of the type; or rng is NULL, and this build has no source
///          of its own
///          PP_ERR_UNKNOWN_KEY: none of the keys is the one that is asked for
///          PP_ERR_RNG
///          PP_ERR_SIGNER: the result did not check: a fault of the machine
///          PP_ERR_MISUSE: a key is empty: pp_detail.index says which
///          PP_ERR_BUFFER_TOO_SMALL
/// Out:     response, response_len  the TokenResponse, PP_TOKEN_RESPONSE_MAX_BYTES at most
/// In:      keys, key_count         the issuer's keys
///          capacity                the size of response
///          request, request_len    the TokenRequest as received
///          rng                     a source of randomness; NULL is the system's
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_issue(
    keys: *const *const pp_issuer_key,
    key_count: usize,
    response: *mut u8,
    capacity: usize,
    response_len: *mut usize,
    request: *const u8,
    request_len: usize,
    rng: *const pp_rng,
    detail: *mut pp_detail,
) -> pp_status {
    guard_secret::<MESSAGE>(detail, || {
        let out = Output::new(3, response, capacity, response_len)?;
        let keys = unsafe { handle::all(1, keys, key_count) }?;
        let request = unsafe { args::bytes(6, request, request_len) }?;
        let mut rng = unsafe { rng::source(8, rng) }?;
        need_response(&out, request)?;
        let response = Issuer::new(keys).issue(request, &mut rng).inspect_err(|_| out.clear())?;
        out.put(&response)
    })
}

/// Answer several requests, which may be for different keys and types: one bad request does not
/// spoil the others.
///
/// Returns: PP_OK: results holds a status for each, as pp_issuer_issue has them
///          PP_ERR_MISUSE: an argument breaks a rule: pp_detail.index says which item
///          PP_ERR_UNSUPPORTED: rng is NULL, and this build has no source of its own
/// Out:     responses        count buffers for the TokenResponses
///          results          count statuses
/// In:      keys, key_count  the issuer's keys
///          requests         count spans: the TokenRequests as received
///          count            how many requests
///          rng              a source of randomness; NULL is the system's
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_issue_many(
    keys: *const *const pp_issuer_key,
    key_count: usize,
    responses: *mut pp_buffer,
    results: *mut pp_status,
    requests: *const pp_bytes,
    count: usize,
    rng: *const pp_rng,
    detail: *mut pp_detail,
) -> pp_status {
    guard_secret::<MESSAGE>(detail, || {
        let mut outputs = unsafe { Buffers::new(3, responses, count) }?;
        let issuer = Issuer::new(unsafe { handle::all(1, keys, key_count) }?);
        let results = unsafe { args::array_mut(4, results, count) }?;
        let requests = unsafe { Spans::new(5, requests, count) }?;
        let mut rng = unsafe { rng::source(7, rng) }?;
        let (mut outputs, mut requests) = (outputs.iter(), requests.iter());
        for results in results.chunks_mut(CHUNK) {
            let mut inputs = [&[][..]; CHUNK];
            let mut outs = [const { None }; CHUNK];
            for ((input, out), (request, output)) in
                inputs.iter_mut().zip(&mut outs).take(results.len()).zip(requests.by_ref().zip(outputs.by_ref()))
            {
                *input = request;
                *out = Some(output);
            }
            let mut issued = [const { Err(Error::new(ErrorKind::Internal)) }; CHUNK];
            issuer.issue_many(
                inputs.get(..results.len()).unwrap_or_default(),
                &mut rng,
                issued.get_mut(..results.len()).unwrap_or_default(),
            )?;
            for ((result, out), response) in results.iter_mut().zip(outs.iter().flatten()).zip(&issued) {
                *result = give_response(out, response);
            }
        }
        Ok(())
    })
}

fn give_response(out: &Output, response: &Result<TokenResponse>) -> pp_status {
    match response {
        Ok(response) => out.put(response).map_or_else(|fault| fault.status(), |()| PP_OK),
        Err(error) => error.code(),
    }
}

/// Answer one request with a key that lives elsewhere.
///
/// Returns: PP_OK
///          PP_ERR_MALFORMED: the bytes are no TokenRequest, or ask for what a signer would have to
///          refuse: see pp_issuer_begin
///          PP_ERR_UNSUPPORTED: no key is of the type
///          PP_ERR_UNKNOWN_KEY: none of the keys is the one that is asked for
///          PP_ERR_SIGNER: the signer failed, or answered wrongly
///          PP_ERR_MISUSE: a key is empty: pp_detail.index says which
///          PP_ERR_BUFFER_TOO_SMALL
/// Out:     response, response_len  the TokenResponse, PP_TOKEN_RESPONSE_MAX_BYTES at most
/// In:      keys, key_count         the issuer's public keys
///          capacity                the size of response
///          request, request_len    the TokenRequest as received
///          signer                  what holds the private keys
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_issue_with_signer(
    keys: *const *const pp_token_key,
    key_count: usize,
    response: *mut u8,
    capacity: usize,
    response_len: *mut usize,
    request: *const u8,
    request_len: usize,
    signer: *const pp_signer,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Output::new(3, response, capacity, response_len)?;
        let keys = unsafe { handle::all(1, keys, key_count) }?;
        let request = unsafe { args::bytes(6, request, request_len) }?;
        let table = unsafe { args::table(8, signer) }?;
        let mut signer = Callback { table, sign: table.sign.ok_or(Fault::argument(8))? };
        need_response(&out, request)?;
        let response = issue_with_signer(request, keys, &mut signer).inspect_err(|_| out.clear())?;
        out.put(&response)
    })
}

/// Begin to answer a request with a key that lives elsewhere.
///
/// What a signer would have to refuse is refused here: for type 0x0002 a number not below the
/// modulus, for type 0x0001 bytes that are no point.
///
/// Returns: PP_OK
///          PP_ERR_MALFORMED: the bytes are no TokenRequest, or ask for what a signer would have to
///          refuse
///          PP_ERR_UNSUPPORTED: no key is of the type
///          PP_ERR_UNKNOWN_KEY: none of the keys is the one that is asked for
///          PP_ERR_MISUSE: a key is empty: pp_detail.index says which
/// Out:     pending               what pp_issuer_finish needs
/// In:      keys, key_count       the issuer's public keys
///          request, request_len  the TokenRequest as received
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_begin(
    keys: *const *const pp_token_key,
    key_count: usize,
    pending: *mut pp_pending_issuance,
    request: *const u8,
    request_len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let keys = unsafe { handle::all(1, keys, key_count) }?;
        let place = Place::new(3, pending)?;
        place.put(PendingIssuance::begin(unsafe { args::bytes(4, request, request_len) }?, keys)?);
        Ok(())
    })
}

/// Tell what the signer has to compute.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: pending holds nothing
/// Out:     request  a view: its input is good until pending is moved, used or overwritten
/// In:      pending  the state of pp_issuer_begin
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_pending_issuance_request(
    pending: *const pp_pending_issuance,
    request: *mut pp_signer_request,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let pending = unsafe { value::get(1, pending) }?.ok_or(Fault::argument(1))?;
        Slot::new(2, request)?.put(pp_signer_request {
            token_type: pending.token_type().0,
            token_key_id: pending.token_key_id().0,
            input: pp_bytes::lend(pending.signer_input()),
            output_len: pending.signer_output_len(),
        });
        Ok(())
    })
}

/// Check the signer's output and make the response. The state stays as it is, so another output can
/// be tried.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: pending holds nothing; a key is empty
///          PP_ERR_SIGNER: the output is not the right answer; it must not be sent
///          PP_ERR_UNKNOWN_KEY: the key is no longer among keys
///          PP_ERR_BUFFER_TOO_SMALL
/// Out:     response, response_len  the TokenResponse, PP_TOKEN_RESPONSE_MAX_BYTES at most
/// In:      keys, key_count         the issuer's public keys
///          pending                 the state of pp_issuer_begin
///          capacity                the size of response
///          output, output_len      what the signer computed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_finish(
    keys: *const *const pp_token_key,
    key_count: usize,
    response: *mut u8,
    capacity: usize,
    response_len: *mut usize,
    pending: *const pp_pending_issuance,
    output: *const u8,
    output_len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Output::new(3, response, capacity, response_len)?;
        let keys = unsafe { handle::all(1, keys, key_count) }?;
        let pending = unsafe { value::get(6, pending) }?.ok_or(Fault::argument(6))?;
        let output = unsafe { args::bytes(7, output, output_len) }?;
        out.put(&pending.finish(output, keys)?)
    })
}

/// Overwrite a state with zeros.
///
/// In:      pending  NULL is left alone
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_pending_issuance_wipe(pending: *mut pp_pending_issuance) {
    unsafe { value::wipe(pending) };
}
