//! The client's side: section 3.3.2, `Blind` and `Finalize`.

use core::borrow::Borrow;

use zeroize::{Zeroize, Zeroizing};

use crate::crypto::p384::mul::multiply;
use crate::crypto::p384::{Affine, Point, Scalar, normalize};
use crate::crypto::voprf::proof::{CLIENT_CHUNK, verify_batch, verify_one};
use crate::crypto::voprf::{
    ELEMENT_BYTES, OUTPUT_BYTES, PROOF_BYTES, PublicKey, SCALAR_BYTES, decode_secret, finish_hash, length_bytes,
    multiply_input, random_scalar,
};
use crate::error::{ErrorKind, Result};
use crate::provider::Rng;

/// The client's secret for one input: what it was multiplied with.
///
/// It is wiped when dropped, and has no `Debug`, `Clone` or equality.
pub struct Blind(Scalar);

impl Drop for Blind {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Blind {
    /// Reads a scalar, [`SCALAR_BYTES`] long and big-endian, as [`to_bytes`](Self::to_bytes) wrote it.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] for another length, 0, and a number not below the order of the group.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        decode_secret(bytes).map(Self)
    }

    /// Writes the scalar, [`SCALAR_BYTES`] long and big-endian.
    ///
    /// # Security
    /// It links the request to the token: seal it wherever it is stored.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; SCALAR_BYTES]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// Blinds an input with this scalar.
    pub(super) fn apply(&self, input: &[u8]) -> Result<[u8; ELEMENT_BYTES]> {
        Ok(multiply_input(input, &self.0)?.to_bytes())
    }
}

/// Blinds an input, at most [`MAX_INPUT_BYTES`](super::MAX_INPUT_BYTES) long, into the element to send.
///
/// # Errors
/// [`ErrorKind::Limit`] when the input is too long, [`ErrorKind::Rng`] when randomness cannot be had; `out` is then
/// untouched.
pub fn blind(input: &[u8], rng: &mut dyn Rng, out: &mut [u8; ELEMENT_BYTES]) -> Result<Blind> {
    let blind = Blind(random_scalar(rng)?);
    *out = blind.apply(input)?;
    Ok(blind)
}

/// Checks the issuer's proof for a whole batch and unblinds each evaluated element into its output.
///
/// All slices have the same length, at most [`MAX_BATCH`](super::MAX_BATCH); `blinded` are the elements that were sent.
///
/// # Errors
/// [`ErrorKind::InvalidProof`] when the proof does not hold or its scalars are out of range,
/// [`ErrorKind::Malformed`] with the index of an element that is no point, [`ErrorKind::Limit`] for an input or a batch
/// that is too long, [`ErrorKind::Misuse`] for an empty batch or slices of different lengths. `outputs` is then all
/// zero.
pub fn finalize<I: AsRef<[u8]>, B: Borrow<Blind>>(
    key: &PublicKey,
    inputs: &[I],
    blinds: &[B],
    blinded: &[[u8; ELEMENT_BYTES]],
    evaluated: &[[u8; ELEMENT_BYTES]],
    proof: &[u8; PROOF_BYTES],
    outputs: &mut [[u8; OUTPUT_BYTES]],
) -> Result<()> {
    let result = finalize_all(key, inputs, blinds, blinded, evaluated, proof, outputs);
    if result.is_err() {
        outputs.as_flattened_mut().fill(0);
    }
    result
}

/// Checks the issuer's proof for one item and unblinds the evaluated element into the output.
///
/// # Errors
/// As [`finalize`] for a batch of one.
pub fn finalize_one(
    key: &PublicKey,
    input: &[u8],
    blind: &Blind,
    blinded: &[u8; ELEMENT_BYTES],
    evaluated: &[u8; ELEMENT_BYTES],
    proof: &[u8; PROOF_BYTES],
) -> Result<[u8; OUTPUT_BYTES]> {
    length_bytes(input)?;
    let comb = verify_one(key, blinded, evaluated, proof)?;
    let inverse = Zeroizing::new(blind.0.invert());
    let element = comb.multiply(&inverse).to_affine().ok_or(ErrorKind::Internal)?;
    finish_hash(input, &element)
}

/// [`finalize`], leaving in `outputs` what has no proof when it fails.
fn finalize_all<I: AsRef<[u8]>, B: Borrow<Blind>>(
    key: &PublicKey,
    inputs: &[I],
    blinds: &[B],
    blinded: &[[u8; ELEMENT_BYTES]],
    evaluated: &[[u8; ELEMENT_BYTES]],
    proof: &[u8; PROOF_BYTES],
    outputs: &mut [[u8; OUTPUT_BYTES]],
) -> Result<()> {
    let count = inputs.len();
    if [blinds.len(), blinded.len(), evaluated.len(), outputs.len()] != [count; 4] {
        return Err(ErrorKind::Misuse.into());
    }
    if let ([input], [blind], [blinded], [evaluated], [output]) = (inputs, blinds, blinded, evaluated, &mut *outputs) {
        *output = finalize_one(key, input.as_ref(), blind.borrow(), blinded, evaluated, proof)?;
        return Ok(());
    }
    verify_batch(key, blinded, evaluated, proof, |start, tables| {
        let mut points = [Point::IDENTITY; CLIENT_CHUNK];
        for ((point, table), blind) in points.iter_mut().zip(tables).zip(&blinds[start..]) {
            let inverse = Zeroizing::new(blind.borrow().0.invert());
            *point = multiply(table, &inverse);
        }
        let mut elements = [Affine::BLANK; CLIENT_CHUNK];
        if !normalize(&points[..tables.len()], &mut elements) {
            return Err(ErrorKind::Internal.into());
        }
        let places = inputs[start..].iter().zip(&mut outputs[start..]);
        for ((input, output), element) in places.zip(&elements[..tables.len()]) {
            *output = finish_hash(input.as_ref(), element)?;
        }
        Ok(())
    })
}
