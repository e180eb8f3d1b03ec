//! Deterministic twins, for test vectors and for callers that keep their own randomness.

use super::{BlindingInverse, Variant, client};
use crate::crypto::rsa::PublicKey;
use crate::error::{ErrorKind, Result};
use zeroize::Zeroizing;

/// Blinds with the caller's salt and blinding factor: [`blind`](super::blind) without randomness.
///
/// `salt` has the variant's [`salt_len`](Variant::salt_len); `r` is big-endian, exactly `modulus_len` bytes, and from 1
/// to n - 1. (The test vectors of RFC 9474 print the inverse of r.)
///
/// # Errors
/// [`ErrorKind::Misuse`] when salt or r have the wrong length or r is not below the modulus;
/// [`ErrorKind::Malformed`] when r or the encoded message shares a factor with the modulus;
/// [`ErrorKind::BufferTooSmall`] with the needed size.
///
/// # Security
/// Unlinkability rests on r being uniform, secret, and used once. The salt must be uniform too.
pub fn blind_with_salt_and_r<const N: usize>(
    pk: &PublicKey<N>,
    variant: Variant,
    msg: &[u8],
    salt: &[u8],
    r: &[u8],
    out: &mut [u8],
) -> Result<BlindingInverse<N>> {
    if salt.len() != variant.salt_len() {
        return Err(ErrorKind::Misuse.into());
    }
    let r = pk.read_canonical(r, ErrorKind::Misuse).map_err(|_| ErrorKind::Misuse)?;
    let r = Zeroizing::new(pk.n().enter(&Zeroizing::new(r)));
    client::blind_with(pk, msg, salt, &r, out)
}
