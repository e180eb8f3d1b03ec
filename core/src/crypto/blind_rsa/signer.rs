//! The signer's side: BlindSign (RFC 9474 section 4.3), and the check of a signer that holds the key elsewhere.

use crate::crypto::rsa::{PrivateKey, PublicKey};
use crate::crypto::uint;
use crate::error::{Error, ErrorKind, Result};
use crate::provider::Rng;

/// Signs one blinded message and writes the blind signature, `modulus_len` bytes, to the start of `out`.
///
/// # Errors
/// [`ErrorKind::Malformed`] when the blinded message has the wrong length or is not below the modulus;
/// [`ErrorKind::Rng`] when there is no randomness for blinding; [`ErrorKind::Signer`] when the result failed its check
/// against the input, so that a fault of the machine never leaves it; [`ErrorKind::BufferTooSmall`] with the needed
/// size. After an error nothing of a signature is in `out`.
pub fn blind_sign<const N: usize, const H: usize>(
    sk: &PrivateKey<N, H>,
    rng: &mut dyn Rng,
    blinded: &[u8],
    out: &mut [u8],
) -> Result<()> {
    let len = sk.public().modulus_len();
    let Some(out) = out.get_mut(..len) else {
        return Err(Error::new(ErrorKind::BufferTooSmall).at(len));
    };
    let mut result = [Ok(())];
    blind_sign_slice(sk, rng, &[blinded], out, &mut result)?;
    let [result] = result;
    result
}

/// Signs many blinded messages: item `i` of `inputs` to the `i`-th `modulus_len` bytes of `outputs`, its outcome to
/// `results[i]`.
///
/// Items do not affect each other: what fails has its error (those of [`blind_sign`], without index) and zeros for a
/// signature. Each item gets blinding of its own, whose inversions are shared.
///
/// # Errors
/// [`ErrorKind::Misuse`] when `results` has another length than `inputs`, or `outputs` is not `modulus_len` bytes for
/// each; then nothing was done.
pub fn blind_sign_slice<const N: usize, const H: usize>(
    sk: &PrivateKey<N, H>,
    rng: &mut dyn Rng,
    inputs: &[&[u8]],
    outputs: &mut [u8],
    results: &mut [Result<()>],
) -> Result<()> {
    let pk = sk.public();
    let len = pk.modulus_len();
    if results.len() != inputs.len() || inputs.len().checked_mul(len) != Some(outputs.len()) {
        return Err(ErrorKind::Misuse.into());
    }
    // No modulus has length 0; a chunk must not have it either.
    let mut slots = outputs.chunks_exact_mut(len.max(1)).zip(results);
    sk.private_batch(
        rng,
        inputs.len(),
        |i| pk.read_canonical(inputs.get(i).ok_or(ErrorKind::Internal)?, ErrorKind::Malformed),
        |_, outcome| {
            // Results come in the order of the inputs, one for each.
            let Some((out, result)) = slots.next() else { return };
            match outcome {
                Ok(signature) => {
                    uint::write_be(&signature, out);
                    *result = Ok(());
                }
                Err(error) => {
                    out.fill(0);
                    *result = Err(error);
                }
            }
        },
    );
    Ok(())
}

/// Checks that a blinded message is one that can be signed: `modulus_len` bytes, a number below the modulus.
///
/// # Errors
/// [`ErrorKind::Malformed`] when it is not.
pub(crate) fn check_blinded<const N: usize>(pk: &PublicKey<N>, blinded: &[u8]) -> Result<()> {
    pk.read_canonical(blinded, ErrorKind::Malformed).map(|_| ())
}

/// Checks that a raw private operation done elsewhere, by an HSM or another process, is right: `s^e = z mod n`.
///
/// `blinded` is what was sent to the signer, `blind_sig` what came back, both `modulus_len` bytes. Without this check
/// a fault in the device gives away its key (RFC 9474 section 4.3, step 4).
///
/// # Errors
/// [`ErrorKind::Malformed`] when `blinded` has the wrong length or is not below the modulus; [`ErrorKind::Signer`]
/// when the answer has the wrong length or is wrong.
pub fn check_raw<const N: usize>(pk: &PublicKey<N>, blinded: &[u8], blind_sig: &[u8]) -> Result<()> {
    let z = pk.read_canonical(blinded, ErrorKind::Malformed)?;
    let s = pk.read_canonical(blind_sig, ErrorKind::Signer).map_err(|_| ErrorKind::Signer)?;
    if uint::eq(&pk.power(&s), &z) == 0 {
        return Err(ErrorKind::Signer.into());
    }
    Ok(())
}
