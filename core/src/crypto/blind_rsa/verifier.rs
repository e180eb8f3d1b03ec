//! Verification (RFC 9474 section 4.5, RSASSA-PSS-VERIFY of RFC 8017).

use super::{Variant, signature_opens};
use crate::crypto::rsa::PublicKey;
use crate::error::{ErrorKind, Result};

/// Verifies a signature of a prepared message.
///
/// # Errors
/// [`ErrorKind::Malformed`] when the signature is not `modulus_len` bytes long; [`ErrorKind::InvalidToken`] when it
/// does not verify, which includes a number not below the modulus.
pub fn verify<const N: usize>(pk: &PublicKey<N>, variant: Variant, msg: &[u8], sig: &[u8]) -> Result<()> {
    let s = pk.read_canonical(sig, ErrorKind::InvalidToken)?;
    if signature_opens(pk, variant, msg, &s) { Ok(()) } else { Err(ErrorKind::InvalidToken.into()) }
}

/// Verifies many signatures under one key: `sigs[i]` of `msgs[i]`, with the outcome of [`verify`] in `results[i]`.
///
/// # Errors
/// [`ErrorKind::Misuse`] when the three slices differ in length; then nothing was done.
pub fn verify_slice<const N: usize>(
    pk: &PublicKey<N>,
    variant: Variant,
    msgs: &[&[u8]],
    sigs: &[&[u8]],
    results: &mut [Result<()>],
) -> Result<()> {
    if msgs.len() != sigs.len() || results.len() != sigs.len() {
        return Err(ErrorKind::Misuse.into());
    }
    for ((msg, sig), result) in msgs.iter().zip(sigs).zip(results) {
        *result = verify(pk, variant, msg, sig);
    }
    Ok(())
}
