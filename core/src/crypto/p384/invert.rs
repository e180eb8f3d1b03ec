//! Modular inversion in constant time: the division steps of Bernstein and Yang ("Fast constant-time gcd computation and
//! modular inversion", 2019) in their half-delta form, 62 at a time.

use crate::crypto::limbs::mask;
use crate::crypto::p384::field::LIMBS;

/// Signed digits of 62 bits; seven hold 384 bits and the growth on the way.
const DIGITS: usize = 7;
const DIGIT_BITS: usize = 62;
const DIGIT_MASK: i64 = (1 << DIGIT_BITS) - 1;

/// Batches of 62 steps. Half-delta division steps end within (45907·384 + 26313) / 19929 < 886 for 384-bit inputs.
const BATCHES: usize = 15;

type Digits = [i64; DIGITS];

/// A 2 by 2 matrix times 2^62, the effect of one batch of division steps: f' = u·f + v·g and g' = q·f + r·g.
struct Transition {
    u: i64,
    v: i64,
    q: i64,
    r: i64,
}

/// The inverse of `x` modulo the odd prime `modulus`, and 0 for 0; `inverse_62` is 1/modulus modulo 2^62.
pub(crate) fn invert(x: &[u64; LIMBS], modulus: &[u64; LIMBS], inverse_62: u64) -> [u64; LIMBS] {
    let m = to_digits(modulus);
    let (mut f, mut g) = (m, to_digits(x));
    let (mut d, mut e): (Digits, Digits) = ([0; DIGITS], [1, 0, 0, 0, 0, 0, 0]);
    let mut zeta = -1;
    for _ in 0..BATCHES {
        let step;
        (zeta, step) = division_steps(zeta, low_word(&f), low_word(&g));
        update_inverses(&mut d, &mut e, &step, &m, inverse_62);
        update_remainders(&mut f, &mut g, &step);
    }
    // Now g = 0 and f = ±1 (or ±modulus for x = 0, where d = 0), and d·x = f modulo the modulus, -2m < d < m.
    add_when_negative(&mut d, &m);
    negate_when(&mut d, sign(&f));
    add_when_negative(&mut d, &m);
    from_digits(&d)
}

/// 62 division steps on the low words of f and g.
#[allow(clippy::cast_possible_wrap, clippy::cast_sign_loss)] // the words are read as two's complement on purpose
fn division_steps(mut zeta: i64, f: u64, g: u64) -> (i64, Transition) {
    let (mut u, mut v, mut q, mut r) = (1u64, 0u64, 0u64, 1u64);
    let (mut f, mut g) = (f, g);
    for _ in 0..DIGIT_BITS {
        // `negative`: zeta < 0; `odd`: g is odd. Both are masks, passed through a barrier.
        let negative = mask((zeta as u64) >> 63);
        let odd = mask(g & 1);
        // Add ±(f, u, v) to (g, q, r) when g is odd.
        g = g.wrapping_add((f ^ negative).wrapping_sub(negative) & odd);
        q = q.wrapping_add((u ^ negative).wrapping_sub(negative) & odd);
        r = r.wrapping_add((v ^ negative).wrapping_sub(negative) & odd);
        // Swap when zeta was negative too: f takes the old g, which is the new g plus the old f.
        let swap = negative & odd;
        zeta = (zeta ^ swap as i64).wrapping_sub(1);
        f = f.wrapping_add(g & swap);
        u = u.wrapping_add(q & swap);
        v = v.wrapping_add(r & swap);
        g >>= 1;
        u <<= 1;
        v <<= 1;
    }
    (zeta, Transition { u: u as i64, v: v as i64, q: q as i64, r: r as i64 })
}

/// (d, e) becomes the transition times (d, e), divided by 2^62 modulo m.
#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]
fn update_inverses(d: &mut Digits, e: &mut Digits, t: &Transition, m: &Digits, inverse_62: u64) {
    let (d_sign, e_sign) = (sign(d), sign(e));
    // Multiples of m to add: first what makes negative d and e positive, then what makes the low 62 bits vanish.
    let mut m_d = (t.u & d_sign).wrapping_add(t.v & e_sign);
    let mut m_e = (t.q & d_sign).wrapping_add(t.r & e_sign);
    let mut acc_d = product(t.u, d[0]) + product(t.v, e[0]);
    let mut acc_e = product(t.q, d[0]) + product(t.r, e[0]);
    let fix = |acc: i128, so_far: i64| {
        let low = inverse_62.wrapping_mul(acc as u64).wrapping_add(so_far as u64);
        so_far.wrapping_sub(low as i64 & DIGIT_MASK)
    };
    m_d = fix(acc_d, m_d);
    m_e = fix(acc_e, m_e);
    acc_d = (acc_d + product(m[0], m_d)) >> DIGIT_BITS;
    acc_e = (acc_e + product(m[0], m_e)) >> DIGIT_BITS;
    for i in 1..DIGITS {
        acc_d += product(t.u, d[i]) + product(t.v, e[i]) + product(m[i], m_d);
        acc_e += product(t.q, d[i]) + product(t.r, e[i]) + product(m[i], m_e);
        d[i - 1] = acc_d as i64 & DIGIT_MASK;
        e[i - 1] = acc_e as i64 & DIGIT_MASK;
        acc_d >>= DIGIT_BITS;
        acc_e >>= DIGIT_BITS;
    }
    d[DIGITS - 1] = acc_d as i64;
    e[DIGITS - 1] = acc_e as i64;
}

/// (f, g) becomes the transition times (f, g), divided by 2^62, which is exact.
#[allow(clippy::cast_possible_truncation)]
fn update_remainders(f: &mut Digits, g: &mut Digits, t: &Transition) {
    let mut acc_f = (product(t.u, f[0]) + product(t.v, g[0])) >> DIGIT_BITS;
    let mut acc_g = (product(t.q, f[0]) + product(t.r, g[0])) >> DIGIT_BITS;
    for i in 1..DIGITS {
        acc_f += product(t.u, f[i]) + product(t.v, g[i]);
        acc_g += product(t.q, f[i]) + product(t.r, g[i]);
        f[i - 1] = acc_f as i64 & DIGIT_MASK;
        g[i - 1] = acc_g as i64 & DIGIT_MASK;
        acc_f >>= DIGIT_BITS;
        acc_g >>= DIGIT_BITS;
    }
    f[DIGITS - 1] = acc_f as i64;
    g[DIGITS - 1] = acc_g as i64;
}

#[inline(always)]
fn product(a: i64, b: i64) -> i128 {
    i128::from(a) * i128::from(b)
}

#[inline(always)]
#[allow(clippy::cast_sign_loss)]
fn low_word(a: &Digits) -> u64 {
    a[0] as u64 | (a[1] as u64) << DIGIT_BITS
}

/// -1 for a negative number, else 0, through a barrier.
#[inline(always)]
#[allow(clippy::cast_possible_wrap, clippy::cast_sign_loss)]
fn sign(a: &Digits) -> i64 {
    mask(a[DIGITS - 1] as u64 >> 63) as i64
}

fn add_when_negative(d: &mut Digits, m: &Digits) {
    let negative = sign(d);
    for i in 0..DIGITS {
        d[i] += m[i] & negative;
    }
    carry(d);
}

/// Negates when `sign` is -1, keeps when it is 0.
fn negate_when(d: &mut Digits, sign: i64) {
    for digit in d.iter_mut() {
        *digit = (*digit ^ sign) - sign;
    }
    carry(d);
}

fn carry(d: &mut Digits) {
    for i in 0..DIGITS - 1 {
        d[i + 1] += d[i] >> DIGIT_BITS;
        d[i] &= DIGIT_MASK;
    }
}

#[allow(clippy::cast_possible_wrap)] // 62 bits fit
fn to_digits(limbs: &[u64; LIMBS]) -> Digits {
    let mut digits = [0; DIGITS];
    for (i, digit) in digits.iter_mut().enumerate() {
        let (limb, shift) = (i * DIGIT_BITS / 64, i * DIGIT_BITS % 64);
        let mut value = limbs[limb] >> shift;
        if shift > 2 && limb + 1 < LIMBS {
            value |= limbs[limb + 1] << (64 - shift);
        }
        *digit = value as i64 & DIGIT_MASK;
    }
    digits
}

/// Limbs of digits that are all in range and stand for a number below 2^384.
#[allow(clippy::cast_sign_loss)]
fn from_digits(digits: &Digits) -> [u64; LIMBS] {
    let mut limbs = [0; LIMBS];
    for (i, limb) in limbs.iter_mut().enumerate() {
        let (digit, shift) = (i * 64 / DIGIT_BITS, i * 64 % DIGIT_BITS);
        *limb = digits[digit] as u64 >> shift | (digits[digit + 1] as u64) << (DIGIT_BITS - shift);
    }
    limbs
}
