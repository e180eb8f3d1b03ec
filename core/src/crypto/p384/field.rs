//! The field of integers modulo p = 2^384 - 2^128 - 2^96 + 2^32 - 1, in Montgomery form with R = 2^384.
//!
//! Every value is kept fully reduced, so equality is equality of limbs. No function here branches on a value or uses
//! one as an index; every mask goes through a barrier, without which the compiler makes branches of the corrections
//! (it did, in the multiplication itself).

use crate::crypto::inverse::invert;
use crate::crypto::limbs::{adc, mac, mask, sbb};
use crate::crypto::uint;

/// The number of 64-bit limbs of a field element or a scalar.
pub(crate) const LIMBS: usize = 6;

/// The prime p.
pub(crate) const P: [u64; LIMBS] = [
    0x0000_0000_ffff_ffff,
    0xffff_ffff_0000_0000,
    0xffff_ffff_ffff_fffe,
    0xffff_ffff_ffff_ffff,
    0xffff_ffff_ffff_ffff,
    0xffff_ffff_ffff_ffff,
];

/// 2^384 - p, which is R modulo p.
const MINUS_P: [u64; LIMBS] = [0xffff_ffff_0000_0001, 0x0000_0000_ffff_ffff, 1, 0, 0, 0];

/// R^2 modulo p: multiplying by it enters the Montgomery domain.
const R2: Fe = Fe([
    0xffff_fffe_0000_0001,
    0x0000_0002_0000_0000,
    0xffff_fffe_0000_0000,
    0x0000_0002_0000_0000,
    0x0000_0000_0000_0001,
    0x0000_0000_0000_0000,
]);

/// R^3 modulo p: multiplying by it makes a Montgomery form out of the plain inverse of one.
const R3: Fe = Fe([
    0xffff_fffc_0000_0002,
    0x0000_0003_0000_0002,
    0xffff_fffc_ffff_fffe,
    0x0000_0003_0000_0005,
    0xffff_fffd_ffff_fffd,
    0x0000_0003_0000_0002,
]);

/// An element of the field: the limbs of a·R modulo p, least significant first.
#[derive(Clone, Copy)]
pub(crate) struct Fe(pub(crate) [u64; LIMBS]);

impl Fe {
    pub(crate) const ZERO: Self = Self([0; LIMBS]);
    pub(crate) const ONE: Self = Self(MINUS_P);
    /// The coefficient b of the curve.
    pub(crate) const B: Self = Self([
        0x0811_8871_9d41_2dcc,
        0xf729_add8_7a4c_32ec,
        0x77f2_209b_1920_022e,
        0xe337_4bee_9493_8ae2,
        0xb62b_21f4_1f02_2094,
        0xcd08_114b_604f_bff9,
    ]);

    /// Reads 48 bytes, big-endian; `None` when they are p or more. The outcome is public, the value need not be.
    pub(crate) fn from_bytes(bytes: &[u8; 48]) -> Option<Self> {
        let limbs = uint::low_from_be(bytes);
        if uint::lt(&limbs, &P) == 1 { Some(Self(limbs).mul(&R2)) } else { None }
    }

    /// Writes 48 bytes, big-endian.
    pub(crate) fn to_bytes(self) -> [u8; 48] {
        uint::to_be(&self.canonical())
    }

    /// Reduces a 576-bit number, big-endian, as `hash_to_field` of RFC 9380 asks for (L = 72).
    pub(crate) fn reduce_wide(bytes: &[u8; 72]) -> Self {
        let (high, low) = bytes.split_at(24);
        // high * 2^384 + low: the Montgomery form of the first is high * R * R, one multiplication by R^2 more than
        // that of the second. `low` may be p or more; the multiplication accepts any 384-bit number.
        let high = Self(uint::low_from_be(high)).mul(&R2).mul(&R2);
        high.add(&Self(uint::low_from_be(low)).mul(&R2))
    }

    /// Leaves the Montgomery domain: the limbs of the number itself.
    pub(crate) fn canonical(self) -> [u64; LIMBS] {
        let mut wide = [0; 2 * LIMBS];
        wide[..LIMBS].copy_from_slice(&self.0);
        montgomery_reduce(&wide).0
    }

    #[inline(always)]
    pub(crate) fn add(&self, other: &Self) -> Self {
        let (sum, carry) = uint::add(&self.0, &other.0);
        subtract_p_once(&sum, carry)
    }

    #[inline(always)]
    pub(crate) fn sub(&self, other: &Self) -> Self {
        let (mut difference, borrow) = uint::sub(&self.0, &other.0);
        // Adding p is subtracting 2^384 - p, whose upper half is zero.
        let add_p = mask(borrow);
        let mut borrow = 0;
        for i in 0..LIMBS {
            (difference[i], borrow) = sbb(difference[i], MINUS_P[i] & add_p, borrow);
        }
        Self(difference)
    }

    #[inline(always)]
    pub(crate) fn double(&self) -> Self {
        self.add(self)
    }

    #[inline(always)]
    pub(crate) fn neg(&self) -> Self {
        Self::ZERO.sub(self)
    }

    #[inline(never)]
    pub(crate) fn mul(&self, other: &Self) -> Self {
        let (a, b) = (&self.0, &other.0);
        let mut t = [0; 2 * LIMBS];
        // Row by row, written out: the compiler unrolls one loop of the two, and a quarter of the time goes with the
        // other.
        add_row(&mut t, a, b[0], 0);
        add_row(&mut t, a, b[1], 1);
        add_row(&mut t, a, b[2], 2);
        add_row(&mut t, a, b[3], 3);
        add_row(&mut t, a, b[4], 4);
        add_row(&mut t, a, b[5], 5);
        montgomery_reduce(&t)
    }

    #[inline(never)]
    pub(crate) fn square(&self) -> Self {
        let a = &self.0;
        let mut t = [0; 2 * LIMBS];
        add_row_above(&mut t, a, 0);
        add_row_above(&mut t, a, 1);
        add_row_above(&mut t, a, 2);
        add_row_above(&mut t, a, 3);
        add_row_above(&mut t, a, 4);
        // Twice that, and the squares of the limbs.
        let mut top = 0;
        let mut carry = 0;
        for i in 0..LIMBS {
            let (low, high) = mac(0, a[i], a[i], 0);
            let (even, odd) = (t[2 * i], t[2 * i + 1]);
            (t[2 * i], carry) = adc(even << 1 | top, low, carry);
            (t[2 * i + 1], carry) = adc(odd << 1 | even >> 63, high, carry);
            top = odd >> 63;
        }
        montgomery_reduce(&t)
    }

    /// Squares `count` times; `count` is public.
    pub(crate) fn square_times(&self, count: usize) -> Self {
        let mut out = *self;
        for _ in 0..count {
            out = out.square();
        }
        out
    }

    /// The inverse, and 0 for 0.
    pub(crate) fn invert(&self) -> Self {
        Self(invert(&self.0, &P).0).mul(&R3)
    }

    /// `self` to the power (p - 3) / 4: a square root of the inverse of `self`, when there is one.
    ///
    /// The exponent in binary is 255 ones, a zero, 32 ones, 64 zeros and 30 ones.
    pub(crate) fn pow_p_minus_3_over_4(&self) -> Self {
        let ones_2 = self.square().mul(self);
        let ones_3 = ones_2.square().mul(self);
        let ones_6 = ones_3.square_times(3).mul(&ones_3);
        let ones_12 = ones_6.square_times(6).mul(&ones_6);
        let ones_15 = ones_12.square_times(3).mul(&ones_3);
        let ones_30 = ones_15.square_times(15).mul(&ones_15);
        let ones_32 = ones_30.square_times(2).mul(&ones_2);
        let ones_60 = ones_30.square_times(30).mul(&ones_30);
        let ones_120 = ones_60.square_times(60).mul(&ones_60);
        let ones_240 = ones_120.square_times(120).mul(&ones_120);
        let ones_255 = ones_240.square_times(15).mul(&ones_15);
        ones_255.square_times(33).mul(&ones_32).square_times(94).mul(&ones_30)
    }

    /// A square root, if there is one; whether there is one is public.
    pub(crate) fn sqrt(&self) -> Option<Self> {
        let root = self.pow_p_minus_3_over_4().mul(self);
        if root.square().equals(self) == 1 { Some(root) } else { None }
    }

    /// 1 when both are the same, else 0.
    #[inline]
    pub(crate) fn equals(&self, other: &Self) -> u64 {
        let mut difference = 0;
        for i in 0..LIMBS {
            difference |= self.0[i] ^ other.0[i];
        }
        1 ^ ((difference | difference.wrapping_neg()) >> 63)
    }

    /// 1 when the element is 0, else 0.
    #[inline]
    pub(crate) fn is_zero(&self) -> u64 {
        self.equals(&Self::ZERO)
    }

    /// The lowest bit of the number itself: `sgn0` of RFC 9380, and the sign of a compressed point.
    pub(crate) fn is_odd(&self) -> u64 {
        self.canonical()[0] & 1
    }

    /// `b` when `choice` is 1, `a` when it is 0, without a branch.
    #[inline(always)]
    pub(crate) fn select(a: &Self, b: &Self, choice: u64) -> Self {
        Self(uint::select(mask(choice), &b.0, &a.0))
    }
}

/// Adds `a * digit` at limb `i` of `t`, which is zero from limb `i + 6` on.
#[inline(always)]
fn add_row(t: &mut [u64; 2 * LIMBS], a: &[u64; LIMBS], digit: u64, i: usize) {
    let mut carry = 0;
    for j in 0..LIMBS {
        (t[i + j], carry) = mac(t[i + j], a[j], digit, carry);
    }
    t[i + LIMBS] = carry;
}

/// Adds the products of limb `i` with the limbs above it, for a square.
#[inline(always)]
fn add_row_above(t: &mut [u64; 2 * LIMBS], a: &[u64; LIMBS], i: usize) {
    let mut carry = 0;
    for j in i + 1..LIMBS {
        (t[i + j], carry) = mac(t[i + j], a[j], a[i], carry);
    }
    t[i + LIMBS] = carry;
}

/// `high * 2^384 + value`, which is below 2p, reduced below p.
#[inline(always)]
fn subtract_p_once(value: &[u64; LIMBS], high: u64) -> Fe {
    // value + (2^384 - p) reaches 2^384 just when value reaches p.
    let (reduced, carry) = uint::add(value, &MINUS_P);
    Fe(uint::select(mask(high | carry), &reduced, value))
}

/// `t` / R modulo p, for any t below p * 2^384.
#[inline(always)]
fn montgomery_reduce(t: &[u64; 2 * LIMBS]) -> Fe {
    let mut low = [t[0], t[1], t[2], t[3], t[4], t[5]];
    for _ in 0..LIMBS {
        low = montgomery_step(&low);
    }
    let high = [t[6], t[7], t[8], t[9], t[10], t[11]];
    let (sum, carry) = uint::add(&low, &high);
    subtract_p_once(&sum, carry)
}

/// One digit of the reduction: (`t` + w·p) / 2^64 with the w that makes the division exact.
///
/// -1/p is 1 + 2^32 modulo 2^64, so w = t0 + t0·2^32, and the product w·p is shifts: the words of w·2^32 cancel the
/// lowest word, w·(2^96 + 2^128) is subtracted one word up, and w·2^384 lands in the word that the shift frees.
#[inline(always)]
fn montgomery_step(t: &[u64; LIMBS]) -> [u64; LIMBS] {
    let low = t[0] << 32;
    let (w, carry) = adc(t[0], low, 0);
    let high = w >> 32;
    // What remains to subtract, from word 1 up: low - high - carry, then high + w.
    let (s0, borrow) = sbb(low, high, carry);
    let (s1, s2) = adc(high, w, 0);
    let (s1, under) = sbb(s1, 0, borrow);
    let s2 = s2.wrapping_sub(under);
    let (r0, borrow) = sbb(t[1], s0, 0);
    let (r1, borrow) = sbb(t[2], s1, borrow);
    let (r2, borrow) = sbb(t[3], s2, borrow);
    let (r3, borrow) = sbb(t[4], 0, borrow);
    let (r4, borrow) = sbb(t[5], 0, borrow);
    [r0, r1, r2, r3, r4, w.wrapping_sub(borrow)]
}
