//! The client's side: prepare, blind, finalize (RFC 9474 sections 4.1, 4.2 and 4.4).

use super::{PREFIX_LEN, SALT_LEN, Variant, signature_opens};
use crate::crypto::inverse::invert;
use crate::crypto::pss;
use crate::crypto::rsa::{MAX_MODULUS_BITS, PublicKey};
use crate::crypto::uint;
use crate::error::{Error, ErrorKind, Result};
use crate::provider::Rng;
use zeroize::{Zeroize, Zeroizing};

/// What the client keeps between [`blind`] and [`finalize`]: the inverse of the blinding factor.
///
/// Whoever has it can link the blinded message to the signature. It is wiped on drop, cannot be copied, and
/// [`finalize`] takes it by value, for one use.
pub struct BlindingInverse<const N: usize> {
    inverse: [u64; N],
}

impl<const N: usize> BlindingInverse<N> {
    /// Writes the inverse big-endian into all of `out`, with leading zeros, so that it can be sealed in storage.
    ///
    /// # Errors
    /// [`ErrorKind::BufferTooSmall`] when `out` is shorter than the key's `modulus_len`.
    ///
    /// # Security
    /// The bytes are as secret as this value, and nothing wipes them or limits them to one use: encrypt them, wipe
    /// them, and reopen them once.
    pub fn to_bytes(&self, pk: &PublicKey<N>, out: &mut [u8]) -> Result<()> {
        if out.len() < pk.modulus_len() {
            return Err(Error::new(ErrorKind::BufferTooSmall).at(pk.modulus_len()));
        }
        uint::write_be(&self.inverse, out);
        Ok(())
    }

    /// Reads what [`Self::to_bytes`] wrote for the same key, exactly `modulus_len` bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] for another length or a number not below the modulus.
    ///
    /// # Security
    /// Only bytes of an authenticated seal belong here: a forged inverse makes [`finalize`] fail, at best.
    pub fn from_bytes(pk: &PublicKey<N>, bytes: &[u8]) -> Result<Self> {
        Ok(Self { inverse: pk.read_canonical(bytes, ErrorKind::Malformed)? })
    }
}

impl<const N: usize> Drop for BlindingInverse<N> {
    fn drop(&mut self) {
        self.inverse.zeroize();
    }
}

/// Prepares a message for signing: the randomized variants put 32 random bytes before it, the others change nothing.
///
/// Returns the length written to `out`: `msg.len()` plus [`Variant::prefix_len`]. What was written is the message of
/// every later step, and travels with the signature.
///
/// # Errors
/// [`ErrorKind::BufferTooSmall`] with the needed size; [`ErrorKind::Rng`] when there is no randomness.
pub fn prepare(variant: Variant, msg: &[u8], rng: &mut dyn Rng, out: &mut [u8]) -> Result<usize> {
    let mut prefix = [0u8; PREFIX_LEN];
    let prefix = &mut prefix[..variant.prefix_len()];
    let needed = prefix.len() + msg.len();
    let Some(out) = out.get_mut(..needed) else {
        return Err(Error::new(ErrorKind::BufferTooSmall).at(needed));
    };
    rng.fill(prefix)?;
    let (head, tail) = out.split_at_mut(prefix.len());
    head.copy_from_slice(prefix);
    tail.copy_from_slice(msg);
    Ok(needed)
}

/// Blinds a prepared message and writes the blinded message, `modulus_len` bytes, to the start of `out`.
///
/// The result is for the signer; what is returned stays here until [`finalize`].
///
/// # Errors
/// [`ErrorKind::BufferTooSmall`] with the needed size; [`ErrorKind::Rng`] when there is no randomness;
/// [`ErrorKind::Malformed`] when the encoded message shares a factor with the modulus, which does not happen with an
/// honest key.
///
/// # Security
/// Call it again for every signature: a factor used twice links both.
pub fn blind<const N: usize>(
    pk: &PublicKey<N>,
    variant: Variant,
    msg: &[u8],
    rng: &mut dyn Rng,
    out: &mut [u8],
) -> Result<BlindingInverse<N>> {
    let mut salt = Zeroizing::new([0u8; SALT_LEN]);
    let salt = &mut salt[..variant.salt_len()];
    rng.fill(salt)?;
    // A uniform number is the Montgomery form of a uniform number.
    let r = pk.draw(rng)?;
    blind_with(pk, msg, salt, &r, out)
}

/// Blinds with this salt and with r given in Montgomery form.
///
/// One inversion does two jobs. RFC 9474 asks that the encoded message m be coprime to n and needs r^-1. The product
/// rm is invertible exactly if r and m both are, and then r^-1 = (rm)^-1 m. A common factor of r and n, which would be
/// reported in the same way, comes by chance as often as a guess factors n.
///
/// The product must be inverted in constant time although it is uniform: who learned it, and later saw the token and
/// so m, would know r and link the two.
pub(super) fn blind_with<const N: usize>(
    pk: &PublicKey<N>,
    msg: &[u8],
    salt: &[u8],
    r: &[u64; N],
    out: &mut [u8],
) -> Result<BlindingInverse<N>> {
    let len = pk.modulus_len();
    let Some(out) = out.get_mut(..len) else {
        return Err(Error::new(ErrorKind::BufferTooSmall).at(len));
    };
    let em_bits = pk.modulus_bits() - 1;
    let mut em = Zeroizing::new([0u8; MAX_MODULUS_BITS / 8]);
    let em = em.get_mut(..pss::encoded_len(em_bits)).ok_or(ErrorKind::Internal)?;
    pss::encode(msg, salt, em_bits, em)?;
    let n = pk.n();
    let m = Zeroizing::new(uint::from_be::<N>(em).ok_or(ErrorKind::Misuse)?);
    // Montgomery form times plain number: plain.
    let product = Zeroizing::new(n.mul(r, &m));
    let (inverse, exists) = invert(&product, n.value());
    let inverse = Zeroizing::new(inverse);
    if exists == 0 {
        return Err(ErrorKind::Malformed.into());
    }
    let blinded = n.mul(&pk.power_mont(r), &m);
    uint::write_be(&blinded, out);
    Ok(BlindingInverse { inverse: n.mul(&n.enter(&inverse), &m) })
}

/// Unblinds the signer's answer, verifies it, and writes the signature, `modulus_len` bytes, to the start of `out`.
///
/// `msg` is the prepared message that was blinded. The inverse is used up, whatever comes of it.
///
/// # Errors
/// [`ErrorKind::Malformed`] when `blind_sig` has the wrong length; [`ErrorKind::InvalidProof`] when it is not a blind
/// signature of this message under this key; [`ErrorKind::BufferTooSmall`] with the needed size. After an error `out`
/// is as it was.
#[allow(clippy::needless_pass_by_value)] // one use
pub fn finalize<const N: usize>(
    pk: &PublicKey<N>,
    variant: Variant,
    msg: &[u8],
    blind_sig: &[u8],
    inverse: BlindingInverse<N>,
    out: &mut [u8],
) -> Result<()> {
    let len = pk.modulus_len();
    let Some(out) = out.get_mut(..len) else {
        return Err(Error::new(ErrorKind::BufferTooSmall).at(len));
    };
    let n = pk.n();
    let z = pk.read_canonical(blind_sig, ErrorKind::InvalidProof)?;
    let signature = n.mul(&n.enter(&inverse.inverse), &z);
    if !signature_opens(pk, variant, msg, &signature) {
        return Err(ErrorKind::InvalidProof.into());
    }
    uint::write_be(&signature, out);
    Ok(())
}
