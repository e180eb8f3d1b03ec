//! VOPRF(P-384, SHA-384), verifiable mode: RFC 9497 sections 3.3.2 and 4.4.
//!
//! The client blinds an input ([`blind`]), the issuer evaluates it with its key and proves that it used that key
//! ([`PrivateKey::blind_evaluate`]), the client checks the proof and unblinds ([`finalize`]). Whoever holds the key
//! computes the same output from the input alone ([`PrivateKey::evaluate`]).
//!
//! Slices in, slices out: one proof may cover a whole slice (section 2.2.1), and a single item is a slice of one.
//! Elements are compressed points, scalars are big-endian.

use core::fmt;

use sha2::{Digest, Sha384};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::crypto::p384::hash::{hash_to_curve, hash_to_scalar};
use crate::crypto::p384::mul::{OddMultiples, WINDOW_ENTRIES, multiply, multiply_base, odd_multiples};
use crate::crypto::p384::{Affine, Point, Scalar};
use crate::error::{Error, ErrorKind, Result};
use crate::provider::Rng;

mod client;
pub mod hazmat;
mod issuer;
mod proof;

#[cfg(test)]
mod tests;

pub use client::{Blind, blind, finalize, finalize_one};
pub use proof::verify_proof;

/// The size of an element, a compressed point, in bytes (`Noe`).
pub const ELEMENT_BYTES: usize = 49;
/// The size of a scalar in bytes (`Nok`, `Ns`).
pub const SCALAR_BYTES: usize = 48;
/// The size of a proof in bytes: the scalars c and s.
pub const PROOF_BYTES: usize = 2 * SCALAR_BYTES;
/// The size of an output in bytes (`Nh`).
pub const OUTPUT_BYTES: usize = 48;
/// The least size of a seed for [`PrivateKey::derive`], in bytes, and the size to generate.
pub const SEED_BYTES: usize = 32;

/// The longest input, in bytes: its length is hashed as 16 bits.
pub const MAX_INPUT_BYTES: usize = 65535;
/// The most items one proof covers: their index is hashed as 16 bits.
pub const MAX_BATCH: usize = 65535;

/// `contextString`: mode 1 (VOPRF), suite P384-SHA384.
const CONTEXT: &[u8] = b"OPRFV1-\x01-P384-SHA384";

/// How many draws of a random scalar fail before the source is given up: one draw of a good one fails with a chance
/// of 2^-194.
const DRAWS: usize = 4;

/// The issuer's public key: a point other than the identity.
#[derive(Clone)]
pub struct PublicKey {
    bytes: [u8; ELEMENT_BYTES],
    point: Affine,
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for PublicKey {}

impl PublicKey {
    /// Reads a compressed point, [`ELEMENT_BYTES`] long.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] for another length, the identity, a coordinate out of range, and bytes of no point.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let bytes: [u8; ELEMENT_BYTES] = bytes.try_into().map_err(|_| ErrorKind::Malformed)?;
        Ok(Self { bytes, point: decode(&bytes)? })
    }

    /// Writes the compressed point.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; ELEMENT_BYTES] {
        self.bytes
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKey(")?;
        self.bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// The issuer's key pair: a scalar other than 0 and its public key.
///
/// It is wiped when dropped, and has no `Debug`, `Clone` or equality.
pub struct PrivateKey {
    scalar: Scalar,
    public: PublicKey,
}

impl Drop for PrivateKey {
    fn drop(&mut self) {
        self.scalar.zeroize();
    }
}

impl PrivateKey {
    /// Makes a random key pair.
    ///
    /// # Errors
    /// [`ErrorKind::Rng`] when randomness cannot be had.
    pub fn generate(rng: &mut dyn Rng) -> Result<Self> {
        Self::from_scalar(random_scalar(rng)?)
    }

    /// Derives a key pair from a secret seed and public information, deterministically (section 3.2.1,
    /// `DeriveKeyPair`).
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] for a seed shorter than [`SEED_BYTES`], [`ErrorKind::Limit`] for an `info` longer than
    /// [`MAX_INPUT_BYTES`].
    ///
    /// # Security
    /// Whoever knows the seed has the key. RFC 9578 uses the info `PrivacyPass`, and seeds of 48 bytes.
    pub fn derive(seed: &[u8], info: &[u8]) -> Result<Self> {
        if seed.len() < SEED_BYTES {
            return Err(Error::new(ErrorKind::Misuse).at(seed.len()));
        }
        let info_length = length_bytes(info)?;
        for counter in 0..=u8::MAX {
            let message = [seed, &info_length[..], info, &[counter]];
            let scalar = hash_to_scalar(&message, &[b"DeriveKeyPair", CONTEXT]);
            if !scalar.is_zero() {
                return Self::from_scalar(scalar);
            }
        }
        Err(ErrorKind::Internal.into())
    }

    /// Reads a scalar, [`SCALAR_BYTES`] long and big-endian.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] for another length, 0, and a number not below the order of the group.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::from_scalar(decode_secret(bytes)?)
    }

    /// Writes the scalar, [`SCALAR_BYTES`] long and big-endian.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; SCALAR_BYTES]> {
        Zeroizing::new(self.scalar.to_bytes())
    }

    /// The public key of this key.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Computes the output of an input, at most [`MAX_INPUT_BYTES`] long (section 3.3.1, `Evaluate`).
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] when the input is too long.
    pub fn evaluate(&self, input: &[u8]) -> Result<[u8; OUTPUT_BYTES]> {
        let issued = multiply_input(input, &self.scalar)?;
        finish_hash(input, &issued)
    }

    /// Checks outputs against their inputs; `results[i]` tells whether `outputs[i]` is the output of `inputs[i]`.
    ///
    /// The comparison takes the same time wherever they differ. A result is [`ErrorKind::InvalidToken`] when the output
    /// is another one, or the error of [`evaluate`](Self::evaluate).
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when the slices differ in length; `results` is then untouched.
    pub fn verify_slice<I: AsRef<[u8]>>(
        &self,
        inputs: &[I],
        outputs: &[[u8; OUTPUT_BYTES]],
        results: &mut [Result<()>],
    ) -> Result<()> {
        if inputs.len() != outputs.len() || inputs.len() != results.len() {
            return Err(ErrorKind::Misuse.into());
        }
        for ((input, output), result) in inputs.iter().zip(outputs).zip(results) {
            *result = self.evaluate(input.as_ref()).and_then(|expected| {
                if bool::from(expected.ct_eq(output)) { Ok(()) } else { Err(ErrorKind::InvalidToken.into()) }
            });
        }
        Ok(())
    }

    fn from_scalar(scalar: Scalar) -> Result<Self> {
        let point = multiply_base(&scalar).to_affine().ok_or(ErrorKind::Malformed)?;
        Ok(Self { scalar, public: PublicKey { bytes: point.to_bytes(), point } })
    }
}

/// Checks that bytes are an element: a point, and not the identity.
///
/// # Errors
/// [`ErrorKind::Malformed`] when they are not.
pub(crate) fn check_element(bytes: &[u8]) -> Result<()> {
    decode(bytes.try_into().map_err(|_| ErrorKind::Malformed)?).map(|_| ())
}

/// Reads an element off the wire.
fn decode(bytes: &[u8; ELEMENT_BYTES]) -> Result<Affine> {
    Affine::from_bytes(bytes).ok_or_else(|| ErrorKind::Malformed.into())
}

/// Reads a scalar that must not be 0.
#[inline(never)] // a name for the constant-time run, which lets only this verdict be seen
fn decode_secret(bytes: &[u8]) -> Result<Scalar> {
    let bytes: &[u8; SCALAR_BYTES] = bytes.try_into().map_err(|_| ErrorKind::Malformed)?;
    match Scalar::from_bytes(bytes) {
        Some(scalar) if !scalar.is_zero() => Ok(scalar),
        _ => Err(ErrorKind::Malformed.into()),
    }
}

/// A uniform scalar other than 0, by rejection (section 4.7.1).
fn random_scalar(rng: &mut dyn Rng) -> Result<Scalar> {
    let mut bytes = Zeroizing::new([0; SCALAR_BYTES]);
    for _ in 0..DRAWS {
        rng.fill(&mut bytes[..])?;
        if let Ok(scalar) = decode_secret(&bytes[..]) {
            return Ok(scalar);
        }
    }
    Err(ErrorKind::Rng.into())
}

/// The length of a hashed piece as two bytes.
fn length_bytes(piece: &[u8]) -> Result<[u8; 2]> {
    u16::try_from(piece.len()).map(u16::to_be_bytes).map_err(|_| Error::new(ErrorKind::Limit).at(MAX_INPUT_BYTES))
}

/// The scalar times the input hashed to the group.
fn multiply_input(input: &[u8], scalar: &Scalar) -> Result<Affine> {
    length_bytes(input)?;
    let point = hash_to_curve(&[input], &[b"HashToGroup-", CONTEXT]);
    multiply_point(&point, scalar)
}

/// The scalar times a point, in affine form.
///
/// An error means that one of the two was 0 or the identity, which no input found so far brings about.
fn multiply_point(point: &Point, scalar: &Scalar) -> Result<Affine> {
    let mut table: [OddMultiples; 1] = [[Affine::BLANK; WINDOW_ENTRIES]];
    if !odd_multiples::<1>(&[*point], &mut table) {
        return Err(ErrorKind::Malformed.into());
    }
    multiply(&table[0], scalar).to_affine().ok_or_else(|| ErrorKind::Malformed.into())
}

/// The hash that ends `Finalize` and `Evaluate`.
fn finish_hash(input: &[u8], element: &Affine) -> Result<[u8; OUTPUT_BYTES]> {
    let mut hash = Sha384::new();
    hash.update(length_bytes(input)?);
    hash.update(input);
    update_element(&mut hash, &element.to_bytes());
    hash.update(b"Finalize");
    Ok(hash.finalize().into())
}

/// Hashes an element with its length before it.
fn update_element(hash: &mut Sha384, element: &[u8; ELEMENT_BYTES]) {
    hash.update(ELEMENT_LENGTH);
    hash.update(element);
}

/// [`ELEMENT_BYTES`] as two bytes.
const ELEMENT_LENGTH: [u8; 2] = [0, 49];
