//! The public key and the public operation.

use super::montgomery::Modulus;
use super::{MAX_MODULUS_BITS, MIN_MODULUS_BITS, spki};
use crate::crypto::limbs::{mask, sbb};
use crate::crypto::uint;
use crate::error::{Error, ErrorKind, Result};
use crate::provider::Rng;
use core::fmt;
use zeroize::Zeroizing;

/// Draws before a source of randomness is declared broken: each succeeds with probability one half or more.
const MAX_DRAWS: usize = 128;

/// An RSA public key of `N` limbs of 64 bits, with the constants of its modulus.
///
/// `N` is 32 or 64: [`PublicKey2048`](super::PublicKey2048), [`PublicKey4096`](super::PublicKey4096). The modulus has
/// at least [`MIN_MODULUS_BITS`] and at most 64 `N` bits, so that `N = 32` means exactly 2048.
#[derive(Clone)]
pub struct PublicKey<const N: usize> {
    n: Modulus<N>,
    e: [u64; N],
    e_bits: usize,
}

impl<const N: usize> PublicKey<N> {
    /// Makes a key from modulus and public exponent, both big-endian; leading zeros are ignored.
    ///
    /// The exponent may be as long as the modulus: derived keys of partially blind RSA have such exponents.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] when the modulus is shorter than 2048 bits or longer than the type holds;
    /// [`ErrorKind::Malformed`] when the modulus is even, or the exponent is even, below 3, or not below the modulus.
    ///
    /// # Security
    /// That the modulus is the product of two primes cannot be seen here. The key's owner vouches for it.
    pub fn from_components(modulus: &[u8], exponent: &[u8]) -> Result<Self> {
        const { assert!(64 * N >= MIN_MODULUS_BITS && 64 * N <= MAX_MODULUS_BITS) };
        let n: [u64; N] = uint::from_be(modulus).ok_or(ErrorKind::Unsupported)?;
        if uint::bits(&n) < MIN_MODULUS_BITS {
            return Err(ErrorKind::Unsupported.into());
        }
        let e: [u64; N] = uint::from_be(exponent).ok_or(ErrorKind::Malformed)?;
        let e_bits = uint::bits(&e);
        if e_bits < 2 || e[0] & 1 == 0 || uint::lt(&e, &n) == 0 {
            return Err(ErrorKind::Malformed.into());
        }
        let n = Modulus::new(&n).ok_or(ErrorKind::Malformed)?;
        Ok(Self { n, e, e_bits })
    }

    /// Reads a SubjectPublicKeyInfo of any [`Form`](spki::Form).
    ///
    /// # Errors
    /// As [`spki::parse`] and [`Self::from_components`].
    pub fn from_spki(der: &[u8]) -> Result<Self> {
        let parsed = spki::parse(der)?;
        Self::from_components(parsed.modulus, parsed.exponent)
    }

    /// Writes the SubjectPublicKeyInfo of RFC 9578 section 6.5 and returns its length in bytes, 342 for a 2048-bit
    /// modulus with exponent 65537.
    ///
    /// # Errors
    /// [`ErrorKind::BufferTooSmall`] with the needed size when `out` is too short.
    pub fn write_spki(&self, out: &mut [u8]) -> Result<usize> {
        let mut buffer = [[0u8; MAX_MODULUS_BITS / 8]; 2];
        let [modulus, exponent] = &mut buffer;
        self.write_modulus(modulus)?;
        self.write_exponent(exponent)?;
        spki::write(modulus, exponent, out)
    }

    /// The modulus's length in bits.
    #[must_use]
    pub fn modulus_bits(&self) -> usize {
        self.n.bits()
    }

    /// The modulus's length in bytes, which is that of messages and signatures too.
    #[must_use]
    pub fn modulus_len(&self) -> usize {
        self.n.bits().div_ceil(8)
    }

    /// The public exponent's length in bytes.
    #[must_use]
    pub fn exponent_len(&self) -> usize {
        self.e_bits.div_ceil(8)
    }

    /// Writes the modulus big-endian into all of `out`, with leading zeros.
    ///
    /// # Errors
    /// [`ErrorKind::BufferTooSmall`] when `out` is shorter than [`Self::modulus_len`].
    pub fn write_modulus(&self, out: &mut [u8]) -> Result<()> {
        write_checked(self.n.value(), self.modulus_len(), out)
    }

    /// Writes the public exponent big-endian into all of `out`, with leading zeros.
    ///
    /// # Errors
    /// [`ErrorKind::BufferTooSmall`] when `out` is shorter than [`Self::exponent_len`].
    pub fn write_exponent(&self, out: &mut [u8]) -> Result<()> {
        write_checked(&self.e, self.exponent_len(), out)
    }

    pub(crate) fn n(&self) -> &Modulus<N> {
        &self.n
    }

    pub(crate) fn e(&self) -> &[u64; N] {
        &self.e
    }

    /// Reads a number below the modulus from exactly [`Self::modulus_len`] bytes; the error kind is the caller's.
    pub(crate) fn read_canonical(&self, bytes: &[u8], not_below: ErrorKind) -> Result<[u64; N]> {
        if bytes.len() != self.modulus_len() {
            return Err(ErrorKind::Malformed.into());
        }
        let value = uint::from_be(bytes).ok_or(not_below)?;
        if uint::lt(&value, self.n.value()) == 0 {
            return Err(not_below.into());
        }
        Ok(value)
    }

    /// `x^e mod n` for `x` below n: RSAVP1 of RFC 8017.
    pub(crate) fn power(&self, x: &[u64; N]) -> [u64; N] {
        let partial = self.n.pow_public_but_one(&self.n.enter(x), &self.e, self.e_bits);
        self.n.mul(&partial, x)
    }

    /// `x^e` in Montgomery form, for `x` in Montgomery form.
    pub(crate) fn power_mont(&self, x: &[u64; N]) -> [u64; N] {
        let partial = self.n.pow_public_but_one(x, &self.e, self.e_bits);
        self.n.mul(&partial, x)
    }

    /// Draws a number uniformly from 1 to n - 1, by rejection.
    pub(crate) fn draw(&self, rng: &mut dyn Rng) -> Result<Zeroizing<[u64; N]>> {
        let mut bytes = Zeroizing::new([[0u8; 8]; N]);
        let mut out = Zeroizing::new([0u64; N]);
        let limbs = self.n.bits().div_ceil(64);
        let top_mask = u64::MAX >> (64 * limbs - self.n.bits());
        let bytes = bytes.get_mut(..limbs).ok_or(ErrorKind::Internal)?;
        for _ in 0..MAX_DRAWS {
            rng.fill(bytes.as_flattened_mut())?;
            for (limb, bytes) in out.iter_mut().zip(bytes.iter()) {
                *limb = u64::from_le_bytes(*bytes);
            }
            if let Some(top) = out.get_mut(limbs - 1) {
                *top &= top_mask;
            }
            // x - 1 < n - 1 without a borrow from x = 0. Which draws were refused says nothing about the one kept.
            let any = out.iter().fold(0, |acc, limb| acc | limb);
            let (_, zero) = sbb(any, 1, 0);
            if mask(uint::lt(&out, self.n.value()) & (1 ^ zero)) != 0 {
                return Ok(out);
            }
        }
        Err(Error::new(ErrorKind::Rng))
    }
}

fn write_checked<const N: usize>(value: &[u64; N], len: usize, out: &mut [u8]) -> Result<()> {
    if out.len() < len {
        return Err(Error::new(ErrorKind::BufferTooSmall).at(len));
    }
    uint::write_be(value, out);
    Ok(())
}

impl<const N: usize> PartialEq for PublicKey<N> {
    fn eq(&self, other: &Self) -> bool {
        self.n.value() == other.n.value() && self.e == other.e
    }
}

impl<const N: usize> Eq for PublicKey<N> {}

impl<const N: usize> fmt::Debug for PublicKey<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey").field("modulus_bits", &self.modulus_bits()).finish_non_exhaustive()
    }
}
