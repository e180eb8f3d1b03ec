//! Carry chains and masks on 64-bit limbs: the few words that both engines are written in.
//!
//! Limb arrays are little-endian (`a[0]` is the least significant). Nothing here branches on its arguments.

/// `acc + a * b + carry` as (low, high); it cannot overflow 128 bits.
#[inline(always)]
#[allow(clippy::cast_possible_truncation)] // taking the low half is the point
pub(crate) const fn mac(acc: u64, a: u64, b: u64, carry: u64) -> (u64, u64) {
    let t = (acc as u128) + (a as u128) * (b as u128) + (carry as u128);
    (t as u64, (t >> 64) as u64)
}

/// `a + b + carry` as (sum, carry out).
#[inline(always)]
#[allow(clippy::cast_possible_truncation)]
pub(crate) const fn adc(a: u64, b: u64, carry: u64) -> (u64, u64) {
    let t = (a as u128) + (b as u128) + (carry as u128);
    (t as u64, (t >> 64) as u64)
}

/// `a - b - borrow` as (difference, borrow out), the borrow being 0 or 1.
#[inline(always)]
pub(crate) const fn sbb(a: u64, b: u64, borrow: u64) -> (u64, u64) {
    // Not in 128 bits: the compiler finds the chain of borrows only in this form.
    let (t, first) = a.overflowing_sub(b);
    let (t, second) = t.overflowing_sub(borrow);
    (t, (first | second) as u64)
}

/// All ones when `bit` is 1, zero when it is 0.
///
/// The value passes through a barrier: without one the compiler may turn a masked selection back into a branch.
#[inline(always)]
pub(crate) fn mask(bit: u64) -> u64 {
    core::hint::black_box(0u64.wrapping_sub(bit))
}

/// All ones when `a == b`, without a branch.
#[inline(always)]
pub(crate) fn eq_mask(a: u64, b: u64) -> u64 {
    let d = a ^ b;
    mask(1 ^ ((d | d.wrapping_neg()) >> 63))
}
