//! The private key and the private operation: base blinding, CRT, and a check of the result before it leaves.

use super::PublicKey;
use super::montgomery::Modulus;
use crate::crypto::inverse::invert;
use crate::crypto::limbs::{mac, mask};
use crate::crypto::uint;
use crate::error::{ErrorKind, Result};
use crate::provider::Rng;
use zeroize::{Zeroize, Zeroizing};

/// Items that share one inversion of their blinding factors.
///
/// The inversion costs a twentieth of a private operation; shared by eight it no longer shows, and the factors of
/// eight items still fit a small stack (4 kB for 2048 bits).
const SHARED: usize = 8;

/// An RSA private key of `N` limbs whose primes have `H = N / 2` limbs.
///
/// Use [`PrivateKey2048`](super::PrivateKey2048) or [`PrivateKey4096`](super::PrivateKey4096). The secrets are wiped
/// on drop; there is no `Debug`, `Clone` or equality.
pub struct PrivateKey<const N: usize, const H: usize> {
    public: PublicKey<N>,
    /// Not used to sign; exported keys carry it.
    pub(super) d: [u64; N],
    pub(super) p: Half<H>,
    pub(super) q: Half<H>,
    /// q^-1 mod p, plain: times a Montgomery form it gives a plain number.
    pub(super) q_inverse: [u64; H],
}

/// One prime and the private exponent modulo one less.
pub(super) struct Half<const H: usize> {
    pub(super) prime: Modulus<H>,
    pub(super) exponent: [u64; H],
}

impl<const N: usize, const H: usize> PrivateKey<N, H> {
    /// Makes a key from its numbers, big-endian: modulus, public exponent, private exponent, and the two primes.
    ///
    /// The private exponent may be taken modulo (p - 1)(q - 1) or modulo their least common multiple. The CRT
    /// exponents and every constant of the three moduli are computed here, once. The key then signs a fixed number,
    /// and is refused if the signature does not verify.
    ///
    /// # Errors
    /// As [`PublicKey::from_components`] for modulus and exponent; [`ErrorKind::Unsupported`] when the primes do not
    /// each have half the modulus's bits; [`ErrorKind::Malformed`] when p q is not n, when d does not invert e, or
    /// when the trial signature is wrong.
    ///
    /// # Security
    /// Primality is not tested. Import keys from where they were generated, and nowhere else.
    pub fn from_components(n: &[u8], e: &[u8], d: &[u8], p: &[u8], q: &[u8]) -> Result<Self> {
        const { assert!(N == 2 * H && N.is_power_of_two()) };
        let public = PublicKey::<N>::from_components(n, e)?;
        let d = Zeroizing::new(uint::from_be::<N>(d).ok_or(ErrorKind::Malformed)?);
        let p = Zeroizing::new(uint::from_be::<H>(p).ok_or(ErrorKind::Unsupported)?);
        let q = Zeroizing::new(uint::from_be::<H>(q).ok_or(ErrorKind::Unsupported)?);
        if uint::lt(&d, public.n().value()) == 0 {
            return Err(ErrorKind::Malformed.into());
        }
        let half_bits = public.modulus_bits().div_ceil(2);
        if uint::bits(&p) != half_bits || uint::bits(&q) != half_bits {
            return Err(ErrorKind::Unsupported.into());
        }
        let (low, high) = uint::mul_wide(&p, &q);
        let product = Zeroizing::new([low, high]);
        if uint::eq(&join::<N, H>(&product), public.n().value()) == 0 {
            return Err(ErrorKind::Malformed.into());
        }
        let key = Self {
            p: Half::new(&p, &d[..], public.e())?,
            q: Half::new(&q, &d[..], public.e())?,
            public,
            d: *d,
            q_inverse: [0; H],
        };
        let key = key.with_q_inverse()?;
        let mut trial = [0u64; N];
        trial[0] = 2;
        let signature = key.crt(&trial);
        if uint::eq(&key.public.power(&signature), &trial) == 0 {
            return Err(ErrorKind::Malformed.into());
        }
        Ok(key)
    }

    fn with_q_inverse(mut self) -> Result<Self> {
        let p = &self.p.prime;
        // Both primes have their top bit at the same place, so one subtraction reduces q.
        let (less, borrow) = uint::sub(self.q.prime.value(), p.value());
        let q = Zeroizing::new(uint::select(mask(borrow), self.q.prime.value(), &less));
        let (inverse, exists) = invert(&q, p.value());
        if exists == 0 {
            return Err(ErrorKind::Malformed.into());
        }
        self.q_inverse = inverse;
        Ok(self)
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey<N> {
        &self.public
    }

    /// Raises `count` numbers below n to the private exponent and hands each result, or its error, to `finish`.
    ///
    /// Each item gets blinding of its own. An `input` that is an error is passed on; an item whose result fails the
    /// check gets [`ErrorKind::Signer`], and the others are not affected.
    pub(crate) fn private_batch(
        &self,
        rng: &mut dyn Rng,
        count: usize,
        input: impl Fn(usize) -> Result<[u64; N]>,
        mut finish: impl FnMut(usize, Result<[u64; N]>),
    ) {
        let mut blinds = Zeroizing::new([[0u64; N]; SHARED]);
        let mut unblinds = Zeroizing::new([[0u64; N]; SHARED]);
        for start in (0..count).step_by(SHARED) {
            let len = SHARED.min(count - start);
            let drawn = self.draw_blinding(rng, &mut blinds[..len], &mut unblinds[..len]);
            for (i, (blind, unblind)) in blinds[..len].iter().zip(unblinds.iter()).enumerate() {
                let outcome = drawn.and_then(|()| self.private_one(&input(start + i)?, blind, unblind));
                finish(start + i, outcome);
            }
        }
    }

    /// Draws r for each item and stores r^e and r^-1, both in Montgomery form.
    ///
    /// The factors are independent; only their inversion is shared: the product of all is inverted once, and walking
    /// back through the partial products gives each inverse (Montgomery's trick).
    fn draw_blinding(&self, rng: &mut dyn Rng, blinds: &mut [[u64; N]], unblinds: &mut [[u64; N]]) -> Result<()> {
        let n = self.public.n();
        let mut product: Option<Zeroizing<[u64; N]>> = None;
        for (r, partial) in blinds.iter_mut().zip(unblinds.iter_mut()) {
            // A uniform number is the Montgomery form of a uniform number: no conversion.
            *r = *self.public.draw(rng)?;
            let next = match &product {
                None => *r,
                Some(product) => n.mul(product, r),
            };
            *partial = next;
            product = Some(Zeroizing::new(next));
        }
        let Some(product) = product else { return Ok(()) };
        let (inverse, exists) = invert(&product, n.value());
        let mut inverse = Zeroizing::new(inverse);
        if exists == 0 {
            // A draw that shares a factor with n has factored it; no source of randomness does that by chance.
            return Err(ErrorKind::Rng.into());
        }
        // (aR)^-1 to a^-1 R: twice R^2.
        *inverse = n.enter(&n.enter(&inverse));
        let mut left = (blinds, unblinds);
        while let ([blinds @ .., blind], [unblinds @ .., unblind]) = left {
            let r = Zeroizing::new(*blind);
            match unblinds.last() {
                Some(partial) => {
                    *unblind = n.mul(&inverse, partial);
                    *inverse = n.mul(&inverse, &r);
                }
                None => *unblind = *inverse,
            }
            *blind = self.public.power_mont(&r);
            left = (blinds, unblinds);
        }
        Ok(())
    }

    /// `z^d`, by way of `(z r^e)^d r^-1`, checked against `z` before it is returned.
    fn private_one(&self, z: &[u64; N], blind: &[u64; N], unblind: &[u64; N]) -> Result<[u64; N]> {
        let n = self.public.n();
        let blinded = Zeroizing::new(n.mul(blind, z));
        let mut signature = n.mul(&self.crt(&blinded), unblind);
        if uint::eq(&self.public.power(&signature), z) == 0 {
            // A result that is right modulo one prime only gives the other away.
            signature.zeroize();
            return Err(ErrorKind::Signer.into());
        }
        Ok(signature)
    }

    /// `x^d` from its residues modulo p and q (Garner): `sq + q ((sp - sq) q^-1 mod p)`.
    fn crt(&self, x: &[u64; N]) -> [u64; N] {
        let sp = Zeroizing::new(self.p.power(x));
        let sq = Zeroizing::new(self.q.power(x));
        let p = &self.p.prime;
        let sq_plain = Zeroizing::new(self.q.prime.leave(&sq));
        let difference = Zeroizing::new(p.sub(&sp, &p.enter(&sq_plain)));
        let h = Zeroizing::new(p.mul(&difference, &self.q_inverse));
        let mut out = [0u64; N];
        out[..H].copy_from_slice(&sq_plain[..]);
        for i in 0..H {
            let mut carry = 0;
            for (slot, &limb) in out[i..i + H].iter_mut().zip(self.q.prime.value()) {
                (*slot, carry) = mac(*slot, h[i], limb, carry);
            }
            out[i + H] = carry;
        }
        out
    }
}

impl<const H: usize> Half<H> {
    /// Computes `d mod (prime - 1)` and checks that it inverts the public exponent.
    fn new(prime: &[u64; H], d: &[u64], e: &[u64]) -> Result<Self> {
        let modulus = Modulus::new(prime).ok_or(ErrorKind::Malformed)?;
        let mut less_one = Zeroizing::new(*prime);
        less_one[0] &= !1; // the prime is odd
        let half = Self { exponent: uint::reduce(d, &less_one), prime: modulus };
        let e = Zeroizing::new(uint::reduce(e, &less_one));
        let (low, high) = uint::mul_wide(&e, &half.exponent);
        let product = Zeroizing::new([low, high]);
        let one = Zeroizing::new(uint::reduce(product.as_flattened(), &less_one));
        if uint::eq(&one, &uint::one()) == 0 {
            return Err(ErrorKind::Malformed.into());
        }
        Ok(half)
    }

    /// `x^exponent` modulo the prime, in Montgomery form, for a plain `x` of twice the prime's limbs.
    fn power(&self, x: &[u64]) -> [u64; H] {
        let mut halves = Zeroizing::new([[0u64; H]; 2]);
        halves.as_flattened_mut().copy_from_slice(x);
        // low R + high R^2, each product reduced: the Montgomery form of low + high R.
        let low = Zeroizing::new(self.prime.enter(&halves[0]));
        let high = Zeroizing::new(self.prime.enter(&self.prime.enter(&halves[1])));
        let base = Zeroizing::new(self.prime.add(&low, &high));
        self.prime.pow(&base, &self.exponent)
    }
}

/// Two halves as one number.
fn join<const N: usize, const H: usize>(halves: &[[u64; H]; 2]) -> [u64; N] {
    let mut out = [0u64; N];
    out.copy_from_slice(halves.as_flattened());
    out
}

impl<const H: usize> Drop for Half<H> {
    fn drop(&mut self) {
        self.prime.zeroize();
        self.exponent.zeroize();
    }
}

impl<const N: usize, const H: usize> Drop for PrivateKey<N, H> {
    fn drop(&mut self) {
        self.d.zeroize();
        self.q_inverse.zeroize();
    }
}
