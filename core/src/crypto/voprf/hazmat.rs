//! Deterministic twins, for test vectors: the caller chooses what must be random.
//!
//! # Security
//! A blind used twice links two requests; a nonce used for two different proofs gives the private key away.

use crate::crypto::voprf::issuer::NonceSource;
use crate::crypto::voprf::{Blind, ELEMENT_BYTES, PROOF_BYTES, PrivateKey, SCALAR_BYTES, decode_secret};
use crate::error::Result;

/// Blinds an input with the given scalar, [`SCALAR_BYTES`] long and big-endian.
///
/// # Errors
/// [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) for a scalar that is 0 or out of range, and those of
/// [`blind`](super::blind).
pub fn blind_with_scalar(input: &[u8], scalar: &[u8; SCALAR_BYTES], out: &mut [u8; ELEMENT_BYTES]) -> Result<Blind> {
    let blind = Blind::from_bytes(scalar)?;
    *out = blind.apply(input)?;
    Ok(blind)
}

/// Evaluates as [`PrivateKey::blind_evaluate`] does, with the given nonce r for the proof.
///
/// # Errors
/// [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) for an r that is 0 or out of range, and those of
/// [`PrivateKey::blind_evaluate`].
///
/// # Security
/// Two different proofs with the same r, or one proof with an r somebody knows, give the private key away.
pub fn blind_evaluate_with_r(
    key: &PrivateKey,
    blinded: &[[u8; ELEMENT_BYTES]],
    evaluated: &mut [[u8; ELEMENT_BYTES]],
    r: &[u8; SCALAR_BYTES],
) -> Result<[u8; PROOF_BYTES]> {
    key.blind_evaluate_with(NonceSource::Given(decode_secret(r)?), blinded, evaluated)
}
