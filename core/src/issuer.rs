//! The issuer: answers token requests without seeing tokens.
//!
//! [`Issuer`] holds keys in memory. An issuer whose key is elsewhere works in two phases: [`PendingIssuance::begin`]
//! gives the input for the signer, [`PendingIssuance::finish`] checks the signer's output and makes the response;
//! [`issue_with_signer`] does both around a [`Signer`].

use core::borrow::Borrow;

use crate::error::{ErrorKind, Result};
use crate::issuance::{UNANSWERED, answer_in_chunks, find_key};
use crate::provider::{Rng, Signer};
use crate::token_type::TokenType;
use crate::wire::{FixedBytes, TokenKeyId, TokenRequestRef, TokenResponse};

pub use crate::issuance::{IssuerKey, TokenKey};

/// An issuer with its keys in memory.
///
/// Several keys may be live at once, of the same or of different types; a request names its key by the last byte of the
/// key's identifier. The keys may be held in any way that lends them: by value, by reference, in an `Arc`.
#[derive(Clone, Copy)]
pub struct Issuer<'k, K = IssuerKey> {
    keys: &'k [K],
}

impl<'k, K: Borrow<IssuerKey>> Issuer<'k, K> {
    /// Makes an issuer of these keys.
    #[must_use]
    pub const fn new(keys: &'k [K]) -> Self {
        Self { keys }
    }

    /// Answers one request.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`], [`ErrorKind::Unsupported`] (no key of the type) and [`ErrorKind::UnknownKey`] are the
    /// client's, and answered with status 422 (RFC 9578 sections 5.2 and 6.2); [`ErrorKind::Rng`] and
    /// [`ErrorKind::Signer`] are the operator's.
    pub fn issue(&self, request: &[u8], rng: &mut dyn Rng) -> Result<TokenResponse> {
        let parsed = TokenRequestRef::parse(request)?;
        let key: &IssuerKey = self.keys.get(self.find(&parsed)?).ok_or(ErrorKind::Internal)?.borrow();
        let mut result = [Err(UNANSWERED)];
        key.issue(rng, &[parsed.blinded_msg()], &mut result);
        let [result] = result;
        result
    }

    /// Answers each of `requests` with a result each: one bad request does not spoil the others.
    ///
    /// The requests may name different keys and types. Errors carry the index.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when the slices differ in length.
    pub fn issue_many(
        &self,
        requests: &[&[u8]],
        rng: &mut dyn Rng,
        results: &mut [Result<TokenResponse>],
    ) -> Result<()> {
        if requests.len() != results.len() {
            return Err(ErrorKind::Misuse.into());
        }
        for (index, (request, result)) in requests.iter().zip(results.iter_mut()).enumerate() {
            let found = TokenRequestRef::parse(request).and_then(|parsed| self.find(&parsed));
            *result = Err(found.err().map_or(UNANSWERED, |error| error.with_index(index)));
        }
        for (number, key) in self.keys.iter().enumerate() {
            let pick = |index: usize| {
                let parsed = TokenRequestRef::parse(requests.get(index)?).ok()?;
                (self.find(&parsed) == Ok(number)).then_some(parsed.blinded_msg())
            };
            answer_in_chunks(results, pick, |blinded, answers| key.borrow().issue(rng, blinded, answers));
        }
        Ok(())
    }

    /// Returns what [`issue_many`](Self::issue_many) fills in.
    #[cfg(feature = "alloc")]
    pub fn issue_all(&self, requests: &[&[u8]], rng: &mut dyn Rng) -> alloc::vec::Vec<Result<TokenResponse>> {
        let mut results = alloc::vec![Err(ErrorKind::Internal.into()); requests.len()];
        // The lengths are equal by construction.
        self.issue_many(requests, rng, &mut results).map_or_else(|_| alloc::vec::Vec::new(), |()| results)
    }

    /// The number of the key a request names.
    fn find(&self, request: &TokenRequestRef<'_>) -> Result<usize> {
        find_key(request, self.keys.iter().map(|key| key.borrow().public()))
    }
}

/// The largest input of a signer, in bytes.
const SIGNER_INPUT_MAX_BYTES: usize = 256;

/// A request whose answer is being made by a signer elsewhere.
pub struct PendingIssuance {
    token_type: TokenType,
    token_key_id: TokenKeyId,
    input: FixedBytes<SIGNER_INPUT_MAX_BYTES>,
}

impl PendingIssuance {
    /// Parses a request, finds its key among `keys`, and prepares the signer's input.
    ///
    /// What a signer would have to refuse is refused here, so that the signer's errors are its own: for type 0x0002 a
    /// number not below the modulus, for type 0x0001 bytes that are no point.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`], [`ErrorKind::Unsupported`], [`ErrorKind::UnknownKey`], as [`Issuer::issue`].
    pub fn begin(request: &[u8], keys: &[impl Borrow<TokenKey>]) -> Result<Self> {
        let request = TokenRequestRef::parse(request)?;
        let position = find_key(&request, keys.iter().map(Borrow::borrow))?;
        let key: &TokenKey = keys.get(position).ok_or(ErrorKind::Internal)?.borrow();
        key.check_blinded(request.blinded_msg())?;
        let mut input = FixedBytes::new();
        input.push(request.blinded_msg())?;
        Ok(Self { token_type: key.token_type(), token_key_id: key.id(), input })
    }

    /// The type of token asked for, which says what the signer has to compute: see [`Signer::sign`].
    #[must_use]
    pub const fn token_type(&self) -> TokenType {
        self.token_type
    }

    /// The key to sign with.
    #[must_use]
    pub const fn token_key_id(&self) -> TokenKeyId {
        self.token_key_id
    }

    /// The signer's input: 256 bytes for type 0x0002, 49 for type 0x0001.
    #[must_use]
    pub fn signer_input(&self) -> &[u8] {
        &self.input
    }

    /// The size of the signer's output in bytes: 256 for type 0x0002, 145 for type 0x0001.
    #[must_use]
    pub fn signer_output_len(&self) -> usize {
        self.token_type.sizes().map_or(0, |sizes| sizes.response)
    }

    /// Checks the signer's output and makes the response.
    ///
    /// # Errors
    /// [`ErrorKind::Signer`] when the output is not the right answer; it must not be sent. [`ErrorKind::UnknownKey`] when
    /// the key is no longer among `keys`.
    pub fn finish(&self, signer_output: &[u8], keys: &[impl Borrow<TokenKey>]) -> Result<TokenResponse> {
        let key = keys
            .iter()
            .map(Borrow::<TokenKey>::borrow)
            .find(|key| key.token_type() == self.token_type && key.id() == self.token_key_id)
            .ok_or(ErrorKind::UnknownKey)?;
        key.check_signed(&self.input, signer_output)?;
        TokenResponse::new(&[signer_output])
    }
}

/// Answers one request with a key that lives elsewhere.
///
/// # Errors
/// As [`Issuer::issue`], and [`ErrorKind::Signer`] when the signer fails or answers wrongly.
pub fn issue_with_signer(
    request: &[u8],
    keys: &[impl Borrow<TokenKey>],
    signer: &mut dyn Signer,
) -> Result<TokenResponse> {
    let pending = PendingIssuance::begin(request, keys)?;
    let mut output = [0; SIGNER_INPUT_MAX_BYTES];
    let output = output.get_mut(..pending.signer_output_len()).ok_or(ErrorKind::Internal)?;
    signer.sign(pending.token_type, &pending.token_key_id.0, &pending.input, output)?;
    pending.finish(output, keys)
}
