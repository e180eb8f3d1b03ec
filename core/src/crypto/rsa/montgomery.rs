//! Montgomery arithmetic modulo an odd number of `N` limbs, in portable Rust.
//!
//! With R = 2^(64 N), the Montgomery form of x is xR mod m, and the product of this module is abR^-1 mod m. Two uses
//! of that save work everywhere: multiplying a Montgomery form by a plain number gives a plain number, and a random
//! number is as uniform in one form as in the other.
//!
//! Rows of multiply-and-add, one limb of the multiplier at a time, keep two carries in registers; column-wise
//! products with 192-bit sums run at half the speed with the compilers of today.

use crate::crypto::limbs::{adc, eq_mask, mac, mask, sbb};
use crate::crypto::uint;
use zeroize::{Zeroize, Zeroizing};

/// The bits of one window of [`Modulus::pow`].
const WINDOW: usize = 5;

/// An odd modulus with its Montgomery constants, computed once.
#[derive(Clone)]
pub(crate) struct Modulus<const N: usize> {
    m: [u64; N],
    /// -m^-1 mod 2^64.
    k0: u64,
    /// R mod m: the number 1 in Montgomery form.
    one: [u64; N],
    /// R^2 mod m: brings a plain number into Montgomery form.
    r2: [u64; N],
    bits: usize,
}

impl<const N: usize> Modulus<N> {
    /// Computes the constants of `m`, which must be odd and above 1; `None` otherwise.
    ///
    /// The bit length of `m` is treated as public, its value as secret.
    pub(crate) fn new(m: &[u64; N]) -> Option<Self> {
        let bits = uint::bits(m);
        if m[0] & 1 == 0 || bits < 2 {
            return None;
        }
        // Newton's iteration doubles the correct bits: 1 to 64 in six steps.
        let mut inverse = 1u64;
        for _ in 0..6 {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(m[0].wrapping_mul(inverse)));
        }
        let mut out = Self { m: *m, k0: inverse.wrapping_neg(), one: [0; N], r2: [0; N], bits };
        // The largest power of two below m, doubled up to R: a single step when m fills its limbs.
        let mut power = [0u64; N];
        power[(bits - 1) / 64] = 1 << ((bits - 1) % 64);
        for _ in bits - 1..64 * N {
            power = out.double(&power);
        }
        out.one = power;
        // 2^(64 N) in Montgomery form, by squaring and doubling along the bits of the exponent.
        let exponent = 64 * N;
        let mut power = out.double(&out.one);
        for bit in (0..exponent.ilog2()).rev() {
            power = out.sqr(&power);
            if (exponent >> bit) & 1 == 1 {
                power = out.double(&power);
            }
        }
        out.r2 = power;
        Some(out)
    }

    /// The modulus itself.
    pub(crate) fn value(&self) -> &[u64; N] {
        &self.m
    }

    /// The modulus's length in bits.
    pub(crate) fn bits(&self) -> usize {
        self.bits
    }

    /// `a` in Montgomery form; `a` may be any number of `N` limbs.
    pub(crate) fn enter(&self, a: &[u64; N]) -> [u64; N] {
        self.mul(a, &self.r2)
    }

    /// `a` out of Montgomery form.
    pub(crate) fn leave(&self, a: &[u64; N]) -> [u64; N] {
        self.mul(a, &uint::one())
    }

    /// `a + b`, both below the modulus.
    pub(crate) fn add(&self, a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        let (sum, carry) = uint::add(a, b);
        self.subtract_once(&sum, carry)
    }

    /// `a - b`, both below the modulus.
    pub(crate) fn sub(&self, a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        let (difference, borrow) = uint::sub(a, b);
        let back = uint::select(mask(borrow), &self.m, &[0; N]);
        uint::add(&difference, &back).0
    }

    fn double(&self, a: &[u64; N]) -> [u64; N] {
        self.add(a, a)
    }

    /// Subtracts the modulus once if the value with this carry is not below it.
    #[inline(always)]
    fn subtract_once(&self, t: &[u64; N], carry: u64) -> [u64; N] {
        let (less, borrow) = uint::sub(t, &self.m);
        let (_, borrow) = sbb(carry, 0, borrow);
        uint::select(mask(borrow), t, &less)
    }

    /// `a b R^-1`, below the modulus; one factor must be below the modulus, the other may be any number of `N` limbs.
    #[inline(never)]
    pub(crate) fn mul(&self, a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        let mut t = [0u64; N];
        let mut high = 0;
        for &bi in b {
            let (low, mut c1) = mac(t[0], a[0], bi, 0);
            let q = low.wrapping_mul(self.k0);
            let (_, mut c2) = mac(low, self.m[0], q, 0);
            for j in 1..N {
                let x;
                (x, c1) = mac(t[j], a[j], bi, c1);
                (t[j - 1], c2) = mac(x, self.m[j], q, c2);
            }
            let (sum, carry) = adc(high, c1, c2);
            t[N - 1] = sum;
            high = carry;
        }
        self.subtract_once(&t, high)
    }

    /// `a^2 R^-1` for `a` below the modulus: half the products of [`Self::mul`], then one reduction.
    #[inline(never)]
    pub(crate) fn sqr(&self, a: &[u64; N]) -> [u64; N] {
        let mut wide = [[0u64; N]; 2];
        let t = wide.as_flattened_mut();
        for i in 0..N - 1 {
            let mut carry = 0;
            for (slot, &x) in t[2 * i + 1..i + N].iter_mut().zip(&a[i + 1..]) {
                (*slot, carry) = mac(*slot, a[i], x, carry);
            }
            t[i + N] = carry;
        }
        let mut shifted = 0;
        let mut carry = 0;
        for i in 0..N {
            let (low, high) = mac(0, a[i], a[i], 0);
            let d0 = (t[2 * i] << 1) | shifted;
            let d1 = (t[2 * i + 1] << 1) | (t[2 * i] >> 63);
            shifted = t[2 * i + 1] >> 63;
            (t[2 * i], carry) = adc(d0, low, carry);
            (t[2 * i + 1], carry) = adc(d1, high, carry);
        }
        let mut high = 0;
        for i in 0..N {
            let q = t[i].wrapping_mul(self.k0);
            let mut carry = 0;
            for (slot, &x) in t[i..i + N].iter_mut().zip(&self.m) {
                (*slot, carry) = mac(*slot, q, x, carry);
            }
            (t[i + N], high) = adc(t[i + N], carry, high);
        }
        self.subtract_once(&wide[1], high)
    }

    /// `base^exponent`, base and result in Montgomery form, the exponent below 2^bits.
    ///
    /// Fixed windows; every step reads the whole table, so neither time nor addresses depend on base or exponent.
    pub(crate) fn pow(&self, base: &[u64; N], exponent: &[u64; N]) -> [u64; N] {
        let mut table = Zeroizing::new([[0u64; N]; 1 << WINDOW]);
        table[0] = self.one;
        table[1] = *base;
        for i in 1..1 << (WINDOW - 1) {
            table[2 * i] = self.sqr(&table[i]);
            table[2 * i + 1] = self.mul(&table[2 * i], base);
        }
        let windows = self.bits.div_ceil(WINDOW);
        let mut acc = select_entry(&table, window(exponent, windows - 1));
        for w in (0..windows - 1).rev() {
            for _ in 0..WINDOW {
                acc = self.sqr(&acc);
            }
            let mut entry = select_entry(&table, window(exponent, w));
            acc = self.mul(&acc, &entry);
            entry.zeroize();
        }
        acc
    }

    /// `base^exponent` with the last factor left to the caller: `base^(exponent - 1)` for an odd exponent above 1.
    ///
    /// In Montgomery form. Multiplying the result by the plain base gives the plain power without a conversion.
    /// The running time depends on the exponent, not on the base.
    pub(crate) fn pow_public_but_one(&self, base: &[u64; N], exponent: &[u64; N], exponent_bits: usize) -> [u64; N] {
        let mut acc = *base;
        for bit in (0..exponent_bits - 1).rev() {
            acc = self.sqr(&acc);
            let set = exponent.get(bit / 64).is_some_and(|limb| (limb >> (bit % 64)) & 1 == 1);
            if bit != 0 && set {
                acc = self.mul(&acc, base);
            }
        }
        acc
    }
}

impl<const N: usize> Zeroize for Modulus<N> {
    fn zeroize(&mut self) {
        self.m.zeroize();
        self.k0.zeroize();
        self.one.zeroize();
        self.r2.zeroize();
    }
}

/// The `w`-th window of the exponent, counted from the low end; bits past the top are zero.
fn window<const N: usize>(exponent: &[u64; N], w: usize) -> u64 {
    let (limb, shift) = (w * WINDOW / 64, w * WINDOW % 64);
    let low = exponent.get(limb).map_or(0, |limb| limb >> shift);
    let high = match exponent.get(limb + 1) {
        Some(next) if shift > 64 - WINDOW => next << (64 - shift),
        _ => 0,
    };
    (low | high) & ((1 << WINDOW) - 1)
}

/// Reads every entry and keeps the one at `index`.
#[inline(never)]
fn select_entry<const N: usize>(table: &[[u64; N]; 1 << WINDOW], index: u64) -> [u64; N] {
    let mut out = [0u64; N];
    for (position, entry) in (0u64..).zip(table) {
        let keep = eq_mask(position, index);
        for (limb, value) in out.iter_mut().zip(entry) {
            *limb |= value & keep;
        }
    }
    out
}
