//! Modular inversion in constant time, by Bernstein and Yang's division steps.
//!
//! The variant whose step counter starts at one half ("half-delta divsteps"), 62 steps at a time on the low words,
//! each batch then applied to the whole numbers as a 2 x 2 matrix. Numbers are signed, 62 bits a limb.
//!
//! How many steps are enough is the published bound for this variant, proven by hulls of the reachable states
//! (P. Wuille, G. Maxwell, "Bounds on divsteps iterations in safegcd"): for inputs below 2^b,
//! floor((45907 b + 30179) / 19929), which is 591 for 256 bits (the hull of that one size gives 590) and 4719 for
//! 2048 bits. The original variant's proof (Bernstein and Yang 2019, theorem 11.2) asks for 5906 there. Steps after
//! g has reached 0 change nothing, so rounding up to whole batches is harmless.

use crate::crypto::limbs::{eq_mask, mask};
use zeroize::Zeroizing;

/// The low 62 bits.
const M62: i64 = i64::MAX >> 1;

/// Steps of one batch, and bits of one limb.
const BATCH: usize = 62;

/// Signed limbs for values between -2^(64 N + 1) and 2^(64 N + 1).
const fn signed_limbs(n: usize) -> usize {
    (64 * n + 2).div_ceil(BATCH)
}

/// Batches that prove enough for inputs of `n` limbs of 64 bits.
const fn batches(n: usize) -> usize {
    ((45907 * 64 * n + 30179) / 19929).div_ceil(BATCH)
}

/// Room for [`signed_limbs`]: a const parameter cannot be computed from another one, so the array has twice `N`.
type Signed<const N: usize> = [[i64; N]; 2];

/// `x^-1 mod m` and a mask that is all ones when the inverse exists. When it does not, the value is meaningless, but 0 for
/// 0.
///
/// `m` is odd and above 1, `x` is below `m`. Time depends on `N` only.
pub(crate) fn invert<const N: usize>(x: &[u64; N], m: &[u64; N]) -> ([u64; N], u64) {
    const { assert!(N >= 2 && signed_limbs(N) <= 2 * N) };
    let modulus = Zeroizing::new(to_signed(m));
    let (mut f, mut g) = (Zeroizing::new(to_signed(m)), Zeroizing::new(to_signed(x)));
    let (mut d, mut e) = (Zeroizing::new([[0i64; N]; 2]), Zeroizing::new([[0i64; N]; 2]));
    e[0][0] = 1;
    // m^-1 mod 2^62, by Newton's iteration.
    let mut inverse = 1i64;
    for _ in 0..6 {
        inverse = inverse.wrapping_mul(2i64.wrapping_sub(modulus[0][0].wrapping_mul(inverse)));
    }

    // zeta = -(delta + 1/2), with delta = 1/2 at the start.
    let mut zeta = -1;
    for _ in 0..batches(N) {
        let matrix;
        (zeta, matrix) = steps(zeta, f[0][0] | (f[0][1] << BATCH), g[0][0] | (g[0][1] << BATCH));
        update_fg(&mut f, &mut g, &matrix);
        update_de(&mut d, &mut e, &matrix, &modulus, inverse);
    }

    // g is 0 and f is the gcd up to its sign; d x = f modulo m, and d lies between -2m and m.
    let (f, d, modulus) = (used_mut(&mut f), used_mut(&mut d), used(&modulus));
    let f_sign = sign(f);
    add_if_negative(d, modulus);
    negate(d, f_sign);
    add_if_negative(d, modulus);
    negate(f, f_sign);
    let off = f.iter().enumerate().fold(0, |acc, (i, limb)| acc | (limb ^ i64::from(i == 0)));
    (from_signed(d), eq_mask(off.cast_unsigned(), 0))
}

/// 62 division steps on the low words; the transition matrix is scaled by 2^62.
#[inline(always)]
fn steps(mut zeta: i64, f: i64, g: i64) -> (i64, [i64; 4]) {
    let (mut f, mut g) = (f.cast_unsigned(), g.cast_unsigned());
    let (mut u, mut v, mut q, mut r) = (1u64, 0u64, 0u64, 1u64);
    for _ in 0..BATCH {
        // Where zeta is negative and g odd the two numbers change places; where g is odd one is added to the other.
        let negative = mask(zeta.cast_unsigned() >> 63);
        let odd = mask(g & 1);
        let signed = |x: u64| (x ^ negative).wrapping_sub(negative);
        g = g.wrapping_add(signed(f) & odd);
        q = q.wrapping_add(signed(u) & odd);
        r = r.wrapping_add(signed(v) & odd);
        let swap = negative & odd;
        zeta = (zeta ^ swap.cast_signed()).wrapping_sub(1);
        f = f.wrapping_add(g & swap);
        u = u.wrapping_add(q & swap);
        v = v.wrapping_add(r & swap);
        g >>= 1;
        u <<= 1;
        v <<= 1;
    }
    (zeta, [u.cast_signed(), v.cast_signed(), q.cast_signed(), r.cast_signed()])
}

/// The limbs in use. Their number is a constant, so the compiler sees which indices are in range.
#[inline(always)]
fn used<const N: usize>(a: &Signed<N>) -> &[i64] {
    &a.as_flattened()[..signed_limbs(N)]
}

/// [`used`], to write.
#[inline(always)]
fn used_mut<const N: usize>(a: &mut Signed<N>) -> &mut [i64] {
    &mut a.as_flattened_mut()[..signed_limbs(N)]
}

/// (f, g) = matrix (f, g) / 2^62, exactly.
fn update_fg<const N: usize>(f: &mut Signed<N>, g: &mut Signed<N>, &[u, v, q, r]: &[i64; 4]) {
    let dot = |a: i64, b: i64, x: i64, y: i64| i128::from(a) * i128::from(x) + i128::from(b) * i128::from(y);
    let (f, g, len) = (used_mut(f), used_mut(g), signed_limbs(N));
    let mut cf = dot(u, v, f[0], g[0]) >> BATCH;
    let mut cg = dot(q, r, f[0], g[0]) >> BATCH;
    for i in 1..len {
        cf += dot(u, v, f[i], g[i]);
        cg += dot(q, r, f[i], g[i]);
        f[i - 1] = low(cf) & M62;
        g[i - 1] = low(cg) & M62;
        cf >>= BATCH;
        cg >>= BATCH;
    }
    f[len - 1] = low(cf);
    g[len - 1] = low(cg);
}

/// (d, e) = matrix (d, e) / 2^62 modulo m, both kept between -2m and m.
fn update_de<const N: usize>(
    d: &mut Signed<N>,
    e: &mut Signed<N>,
    &[u, v, q, r]: &[i64; 4],
    m: &Signed<N>,
    inverse: i64,
) {
    let dot = |a: i64, b: i64, x: i64, y: i64| i128::from(a) * i128::from(x) + i128::from(b) * i128::from(y);
    let (d, e, m, len) = (used_mut(d), used_mut(e), used(m), signed_limbs(N));
    let (sign_d, sign_e) = (sign(d), sign(e));
    // First as many m as negative inputs ask for, then as many as make the low 62 bits zero.
    let mut md = (u & sign_d) + (v & sign_e);
    let mut me = (q & sign_d) + (r & sign_e);
    let mut cd = dot(u, v, d[0], e[0]);
    let mut ce = dot(q, r, d[0], e[0]);
    md -= inverse.wrapping_mul(low(cd)).wrapping_add(md) & M62;
    me -= inverse.wrapping_mul(low(ce)).wrapping_add(me) & M62;
    cd = (cd + i128::from(m[0]) * i128::from(md)) >> BATCH;
    ce = (ce + i128::from(m[0]) * i128::from(me)) >> BATCH;
    for i in 1..len {
        cd += dot(u, v, d[i], e[i]) + i128::from(m[i]) * i128::from(md);
        ce += dot(q, r, d[i], e[i]) + i128::from(m[i]) * i128::from(me);
        d[i - 1] = low(cd) & M62;
        e[i - 1] = low(ce) & M62;
        cd >>= BATCH;
        ce >>= BATCH;
    }
    d[len - 1] = low(cd);
    e[len - 1] = low(ce);
}

/// -1 for a negative number, else 0, through a barrier.
fn sign(limbs: &[i64]) -> i64 {
    mask(limbs.last().map_or(0, |top| top.cast_unsigned() >> 63)).cast_signed()
}

/// Adds `m` to a negative number.
fn add_if_negative(limbs: &mut [i64], m: &[i64]) {
    let negative = sign(limbs);
    for (limb, m) in limbs.iter_mut().zip(m) {
        *limb += m & negative;
    }
    carry(limbs);
}

/// Negates where `minus` is -1; it is 0 otherwise.
fn negate(limbs: &mut [i64], minus: i64) {
    for limb in limbs.iter_mut() {
        *limb = (*limb ^ minus) - minus;
    }
    carry(limbs);
}

/// Moves what exceeds 62 bits of a limb upwards.
fn carry(limbs: &mut [i64]) {
    let Some((top, lower)) = limbs.split_last_mut() else { return };
    let mut over = 0;
    for limb in lower {
        let value = *limb + over;
        *limb = value & M62;
        over = value >> BATCH;
    }
    *top += over;
}

#[allow(clippy::cast_possible_truncation)] // the callers mask, or know that it fits
fn low(x: i128) -> i64 {
    x as i64
}

fn to_signed<const N: usize>(a: &[u64; N]) -> Signed<N> {
    let mut out = [[0i64; N]; 2];
    for (i, limb) in out.as_flattened_mut().iter_mut().enumerate().take(signed_limbs(N)) {
        *limb = extract(a, i * BATCH).cast_signed() & M62;
    }
    out
}

/// 64 bits of `a` from this bit on, zeros past its end.
fn extract<const N: usize>(a: &[u64; N], bit: usize) -> u64 {
    let at = |i: usize| a.get(i).copied().unwrap_or(0);
    let (limb, shift) = (bit / 64, bit % 64);
    if shift == 0 { at(limb) } else { (at(limb) >> shift) | (at(limb + 1) << (64 - shift)) }
}

/// Packs a number that is not negative and fits `N` limbs.
fn from_signed<const N: usize>(limbs: &[i64]) -> [u64; N] {
    let mut out = [0u64; N];
    for (i, limb) in limbs.iter().enumerate() {
        let (word, shift) = (i * BATCH / 64, i * BATCH % 64);
        let value = limb.cast_unsigned();
        if let Some(slot) = out.get_mut(word) {
            *slot |= value << shift;
        }
        if shift > 64 - BATCH
            && let Some(slot) = out.get_mut(word + 1)
        {
            *slot |= value >> (64 - shift);
        }
    }
    out
}
