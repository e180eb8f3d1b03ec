//! Token type 0x0002, blind RSA with a 2048-bit key: RFC 9578 section 6.
//!
//! The variant is RSABSSA-SHA384-PSS-Deterministic. The RFC names PSSZERO too, but its verification fixes the salt at 48
//! bytes, so only this one interoperates.

use zeroize::Zeroizing;

use crate::crypto::blind_rsa::{self, BlindingInverse, Variant};
use crate::crypto::rsa::{self, spki};
use crate::error::Result;
use crate::provider::Rng;
use crate::wire::{AUTHENTICATOR_INPUT_BYTES, Reader, TokenRef, TokenResponse, Writer};

use super::{CHUNK, UNANSWERED};

/// The size of a modulus, a blinded message and a signature, in bytes.
pub(super) const MODULUS_BYTES: usize = 256;
const VARIANT: Variant = Variant::PssDeterministic;

/// What the client remembers: the inverse of its blinding factor.
pub(crate) struct Blinding {
    inverse: BlindingInverse<{ MODULUS_BYTES / 8 }>,
}

impl Blinding {
    pub(super) fn new(
        key: &rsa::PublicKey2048,
        input: &[u8; AUTHENTICATOR_INPUT_BYTES],
        rng: &mut dyn Rng,
    ) -> Result<([u8; MODULUS_BYTES], Self)> {
        let mut blinded = [0; MODULUS_BYTES];
        let inverse = blind_rsa::blind(key, VARIANT, input, rng, &mut blinded)?;
        Ok((blinded, Self { inverse }))
    }

    pub(super) fn with_salt_and_r(
        key: &rsa::PublicKey2048,
        input: &[u8; AUTHENTICATOR_INPUT_BYTES],
        salt: &[u8],
        r: &[u8],
    ) -> Result<([u8; MODULUS_BYTES], Self)> {
        let mut blinded = [0; MODULUS_BYTES];
        let inverse = blind_rsa::hazmat::blind_with_salt_and_r(key, VARIANT, input, salt, r, &mut blinded)?;
        Ok((blinded, Self { inverse }))
    }

    /// Finalizes the token (RFC 9578 section 6.3).
    pub(super) fn finish(
        self,
        key: &rsa::PublicKey2048,
        input: &[u8; AUTHENTICATOR_INPUT_BYTES],
        response: &[u8],
    ) -> Result<[u8; MODULUS_BYTES]> {
        let mut reader = Reader::new(response);
        let blind_signature = reader.array::<MODULUS_BYTES>()?;
        reader.finish()?;
        let mut signature = [0; MODULUS_BYTES];
        blind_rsa::finalize(key, VARIANT, input, blind_signature, self.inverse, &mut signature)?;
        Ok(signature)
    }

    pub(super) fn write(&self, key: &rsa::PublicKey2048, writer: &mut Writer<'_>) -> Result<()> {
        let mut bytes = Zeroizing::new([0; MODULUS_BYTES]);
        self.inverse.to_bytes(key, &mut bytes[..])?;
        writer.put(&bytes[..]);
        Ok(())
    }

    pub(super) fn read(key: &rsa::PublicKey2048, reader: &mut Reader<'_>) -> Result<Self> {
        Ok(Self { inverse: BlindingInverse::from_bytes(key, reader.array::<MODULUS_BYTES>()?)? })
    }
}

/// Reads a published key: 2048 bits, in any of the three encodings in use.
pub(super) fn parse_token_key(der: &[u8]) -> Result<rsa::PublicKey2048> {
    let key = spki::parse(der)?;
    rsa::PublicKey2048::from_components(key.modulus, key.exponent)
}

/// Answers up to [`CHUNK`] blinded messages with a result each.
pub(super) fn issue(
    key: &rsa::PrivateKey2048,
    rng: &mut dyn Rng,
    blinded: &[&[u8]],
    results: &mut [Result<TokenResponse>],
) {
    let mut signatures = [0; MODULUS_BYTES * CHUNK];
    let mut verdicts = [Err(UNANSWERED); CHUNK];
    // More than a chunk would leave none of either, which the check of their lengths refuses.
    let signatures = signatures.get_mut(..MODULUS_BYTES * blinded.len()).unwrap_or_default();
    let verdicts = verdicts.get_mut(..blinded.len()).unwrap_or_default();
    if let Err(error) = blind_rsa::blind_sign_slice(key, rng, blinded, signatures, verdicts) {
        return results.fill(Err(error));
    }
    for ((result, verdict), signature) in results.iter_mut().zip(&*verdicts).zip(signatures.chunks(MODULUS_BYTES)) {
        *result = verdict.and_then(|()| TokenResponse::new(&[signature]));
    }
}

/// Verifies up to [`CHUNK`] tokens (RFC 9578 section 6.4).
pub(super) fn verify(key: &rsa::PublicKey2048, tokens: &[TokenRef<'_>], results: &mut [Result<()>]) {
    let mut messages = [&[][..]; CHUNK];
    let mut signatures = [&[][..]; CHUNK];
    for ((message, signature), token) in messages.iter_mut().zip(&mut signatures).zip(tokens) {
        *message = token.authenticator_input();
        *signature = token.authenticator();
    }
    // More than a chunk would leave none of either, which the check of their lengths refuses.
    let messages = messages.get(..tokens.len()).unwrap_or_default();
    let signatures = signatures.get(..tokens.len()).unwrap_or_default();
    if let Err(error) = blind_rsa::verify_slice(key, VARIANT, messages, signatures, results) {
        results.fill(Err(error));
    }
}

/// Checks the answer of an external signer: its public power must be the blinded message that was sent.
pub(super) fn check_signed(key: &rsa::PublicKey2048, blinded: &[u8], response: &[u8]) -> Result<()> {
    blind_rsa::check_raw(key, blinded, response)
}
