//! Fixed-size unsigned integers: arrays of 64-bit limbs, least significant first.
//!
//! Unless a function says otherwise its running time depends on the sizes only, never on the values.

use crate::crypto::limbs::{adc, eq_mask, mac, mask, sbb};

/// The integer 1.
pub(crate) const fn one<const N: usize>() -> [u64; N] {
    let mut out = [0; N];
    out[0] = 1;
    out
}

/// Reads big-endian bytes of any length; `None` when the value needs more than `N` limbs.
pub(crate) fn from_be<const N: usize>(bytes: &[u8]) -> Option<[u64; N]> {
    let (high, low) = bytes.split_at(bytes.len().saturating_sub(8 * N));
    let excess = high.iter().fold(0, |all, byte| all | byte);
    (excess == 0).then(|| low_from_be(low))
}

/// Reads big-endian bytes modulo 2^(64 N).
pub(crate) fn low_from_be<const N: usize>(bytes: &[u8]) -> [u64; N] {
    let mut out = [0u64; N];
    for (limb, chunk) in out.iter_mut().zip(bytes.rchunks(8)) {
        for byte in chunk {
            *limb = *limb << 8 | u64::from(*byte);
        }
    }
    out
}

/// Writes the value big-endian into all of `out`, with leading zeros; higher bytes that do not fit are left out.
pub(crate) fn write_be<const N: usize>(a: &[u64; N], out: &mut [u8]) {
    for (i, byte) in out.iter_mut().rev().enumerate() {
        *byte = a.get(i / 8).map_or(0, |limb| limb.to_le_bytes()[i % 8]);
    }
}

/// The six limbs of a P-384 number as 48 big-endian bytes.
pub(crate) fn to_be(a: &[u64; 6]) -> [u8; 48] {
    let mut out = [0; 48];
    write_be(a, &mut out);
    out
}

/// The number of bits without leading zeros. Its running time depends on the result.
pub(crate) fn bits<const N: usize>(a: &[u64; N]) -> usize {
    let top = a.iter().rposition(|&limb| limb != 0);
    top.map_or(0, |i| 64 * (i + 1) - a[i].leading_zeros() as usize)
}

/// `a + b` as (sum, carry).
#[inline(always)]
pub(crate) fn add<const N: usize>(a: &[u64; N], b: &[u64; N]) -> ([u64; N], u64) {
    let mut out = [0; N];
    let mut carry = 0;
    for i in 0..N {
        (out[i], carry) = adc(a[i], b[i], carry);
    }
    (out, carry)
}

/// `a - b` as (difference, borrow).
#[inline(always)]
pub(crate) fn sub<const N: usize>(a: &[u64; N], b: &[u64; N]) -> ([u64; N], u64) {
    let mut out = [0; N];
    let mut borrow = 0;
    for i in 0..N {
        (out[i], borrow) = sbb(a[i], b[i], borrow);
    }
    (out, borrow)
}

/// `a` where the mask is all ones, `b` where it is zero.
#[inline(always)]
pub(crate) fn select<const N: usize>(mask: u64, a: &[u64; N], b: &[u64; N]) -> [u64; N] {
    core::array::from_fn(|i| (a[i] & mask) | (b[i] & !mask))
}

/// All ones when `a == b`, else zero.
pub(crate) fn eq<const N: usize>(a: &[u64; N], b: &[u64; N]) -> u64 {
    let different = a.iter().zip(b).fold(0, |acc, (x, y)| acc | (x ^ y));
    eq_mask(different, 0)
}

/// 1 when `a < b`, else 0.
pub(crate) fn lt<const N: usize>(a: &[u64; N], b: &[u64; N]) -> u64 {
    sub(a, b).1
}

/// `a * b` as (low half, high half).
pub(crate) fn mul_wide<const N: usize>(a: &[u64; N], b: &[u64; N]) -> ([u64; N], [u64; N]) {
    let mut wide = [[0u64; N]; 2];
    let t = wide.as_flattened_mut();
    for i in 0..N {
        let mut carry = 0;
        for (slot, &y) in t[i..i + N].iter_mut().zip(b) {
            (*slot, carry) = mac(*slot, a[i], y, carry);
        }
        t[i + N] = carry;
    }
    (wide[0], wide[1])
}

/// `(high, low) mod m` for any `m` above 0, odd or even: one shift and one masked subtraction for each bit.
///
/// Slow, and used only while a key is made.
pub(crate) fn reduce<const N: usize>(words: &[u64], m: &[u64; N]) -> [u64; N] {
    let mut rest = [0u64; N];
    for word in words.iter().rev() {
        for bit in (0..64).rev() {
            let mut carry = (word >> bit) & 1;
            for limb in &mut rest {
                let top = *limb >> 63;
                *limb = (*limb << 1) | carry;
                carry = top;
            }
            let (less, borrow) = sub(&rest, m);
            // Below m already: no carry out of the shift, and a borrow.
            rest = select(mask(borrow & (1 ^ carry)), &rest, &less);
        }
    }
    rest
}
