//! Scalar multiplication.
//!
//! Every constant-time method here writes the scalar k with digits ±1 only. k is made odd by negating it when it is
//! even (and the result, at the end); an odd k with 0 < k <= n is then a sum of ±2^i for i below any L >= 384, and the
//! signs are the bits of (k + 2^L - 1) / 2: `k >> 1` with bit L - 1 set. Windows of five and columns of six such bits
//! are never zero, so no step depends on a digit being zero.
//!
//! Why plain additions are enough until the last row: before an addition the accumulator is A·P and the entry E·P, for
//! integers A and E. A - E is a sum of ±2^i with different i, so it is not 0; neither is A, nor A + E. Before the last
//! row all of them are below 2^383 in size, less than n, so none is a multiple of n, and the accumulator is neither the
//! identity nor plus or minus the entry. In the last row A ± E can reach n, so the additions there are complete.

use zeroize::Zeroize;

use crate::crypto::limbs::{eq_mask, mask, sbb};
use crate::crypto::p384::base_table::BASE;
use crate::crypto::p384::field::LIMBS;
use crate::crypto::p384::point::{Affine, Point, normalize};
use crate::crypto::p384::scalar::{N, Scalar};

/// Windows of this many digits cover a scalar.
const WINDOW_BITS: usize = 5;
/// Entries of a window table: P, 3P, ... 31P.
pub(crate) const WINDOW_ENTRIES: usize = 1 << (WINDOW_BITS - 1);
/// 77 windows, 385 digits.
const WINDOWS: usize = 384 / WINDOW_BITS + 1;
/// Entries of a comb table: 2^320·P plus or minus each of 2^256·P, ... 2^64·P, P.
pub(crate) const COMB_ENTRIES: usize = 1 << (LIMBS - 1);
/// Columns of a comb: one for each bit of a limb.
const COMB_COLUMNS: usize = 64;
/// Copies of the generator's comb, each for a quarter of the columns.
pub(crate) const BASE_COMBS: usize = 4;
/// Columns of one copy.
pub(crate) const BASE_COLUMNS: usize = COMB_COLUMNS / BASE_COMBS;

/// The odd multiples P, 3P, ... 31P of a point.
pub(crate) type OddMultiples = [Affine; WINDOW_ENTRIES];

/// A scalar as signs; see the module's page.
struct Signs {
    bits: [u64; LIMBS + 1],
    /// 1 when the scalar was even and was replaced by its negative.
    negated: u64,
}

impl Drop for Signs {
    fn drop(&mut self) {
        self.bits.zeroize();
        self.negated.zeroize();
    }
}

impl Signs {
    /// The signs for `digits` digits, 384 or 385.
    fn new(scalar: &Scalar, digits: usize) -> Self {
        let mut k = scalar.canonical();
        let negated = 1 ^ (k[0] & 1);
        let mut negative = [0; LIMBS];
        let mut borrow = 0;
        for i in 0..LIMBS {
            (negative[i], borrow) = sbb(N[i], k[i], borrow);
        }
        let take = mask(negated);
        for i in 0..LIMBS {
            k[i] ^= take & (k[i] ^ negative[i]);
        }
        let mut bits = [0; LIMBS + 1];
        for i in 0..LIMBS {
            bits[i] = k[i] >> 1 | k.get(i + 1).copied().unwrap_or(0) << 63;
        }
        bits[(digits - 1) / 64] |= 1 << ((digits - 1) % 64);
        k.zeroize();
        negative.zeroize();
        Self { bits, negated }
    }

    /// The digits of a window as bits, the lowest being that of 2^0.
    fn window(&self, index: usize) -> u64 {
        let (limb, shift) = (index * WINDOW_BITS / 64, index * WINDOW_BITS % 64);
        let mut value = self.bits[limb] >> shift;
        if shift > 64 - WINDOW_BITS {
            value |= self.bits[limb + 1] << (64 - shift);
        }
        value & ((1 << WINDOW_BITS) - 1)
    }

    /// The digits 2^j, 2^(j + 64), ... 2^(j + 320) as bits.
    fn column(&self, j: usize) -> u64 {
        let mut value = 0;
        for i in 0..LIMBS {
            value |= ((self.bits[i] >> j) & 1) << i;
        }
        value
    }
}

/// Reads the entry for `width` digits: its highest is the sign of the whole, the others the index, all flipped when
/// the sign is minus. The whole table is read, whatever the digits.
#[inline(always)]
fn lookup<const ENTRIES: usize>(table: &[Affine; ENTRIES], digits: u64, width: usize) -> Affine {
    let minus = 1 ^ (digits >> (width - 1) & 1);
    let index = (digits ^ mask(minus)) & (ENTRIES as u64 - 1);
    let mut out = Affine::BLANK;
    for (i, entry) in (0u64..).zip(table) {
        let take = eq_mask(i, index);
        for limb in 0..LIMBS {
            out.x.0[limb] |= entry.x.0[limb] & take;
            out.y.0[limb] |= entry.y.0[limb] & take;
        }
    }
    out.negate_when(minus)
}

/// Negates when `choice` is 1, without a branch.
fn negate_when(point: &Point, choice: u64) -> Point {
    Point::select(point, &point.neg(), choice)
}

/// Computes the odd multiples of each of `points`, at most `COUNT`, with one inversion; false, with `tables`
/// meaningless, when one of the points is the identity.
pub(crate) fn odd_multiples<const COUNT: usize>(points: &[Point], tables: &mut [OddMultiples]) -> bool {
    let mut multiples = [[Point::IDENTITY; WINDOW_ENTRIES]; COUNT];
    for (row, point) in multiples.iter_mut().zip(points) {
        let twice = point.double();
        let mut next = *point;
        for (i, slot) in row.iter_mut().enumerate() {
            if i > 0 {
                // (2i - 1)·P and 2·P differ unless P is the identity, which normalizing reports.
                next = next.add_distinct(&twice);
            }
            *slot = next;
        }
    }
    let used = COUNT.min(points.len());
    normalize(multiples[..used].as_flattened(), tables.as_flattened_mut())
}

/// `scalar` times the point whose odd multiples are given, in constant time.
pub(crate) fn multiply(table: &OddMultiples, scalar: &Scalar) -> Point {
    let signs = Signs::new(scalar, WINDOWS * WINDOW_BITS);
    let mut acc = Point::from(&lookup(table, signs.window(WINDOWS - 1), WINDOW_BITS));
    for i in (1..WINDOWS - 1).rev() {
        acc = acc.double_times(WINDOW_BITS).add_affine_distinct(&lookup(table, signs.window(i), WINDOW_BITS));
    }
    acc = acc.double_times(WINDOW_BITS).add_affine(&lookup(table, signs.window(0), WINDOW_BITS));
    negate_when(&acc, signs.negated)
}

/// `scalar` times the generator, in constant time.
pub(crate) fn multiply_base(scalar: &Scalar) -> Point {
    let signs = Signs::new(scalar, LIMBS * 64);
    let mut acc = Point::IDENTITY;
    for j in (0..BASE_COLUMNS).rev() {
        acc = acc.double();
        for (i, table) in BASE.iter().enumerate() {
            let entry = lookup(table, signs.column(i * BASE_COLUMNS + j), LIMBS);
            acc = if j == BASE_COLUMNS - 1 && i == 0 {
                Point::from(&entry)
            } else if j == 0 {
                acc.add_affine(&entry)
            } else {
                acc.add_affine_distinct(&entry)
            };
        }
    }
    negate_when(&acc, signs.negated)
}

/// A table that makes several multiples of one point cheap: 320 doublings once, then 64 for each scalar.
///
/// It pays from two scalars on.
pub(crate) struct Comb([Affine; COMB_ENTRIES]);

impl Comb {
    /// The comb of `point`; `None` for the identity.
    pub(crate) fn new(point: &Point) -> Option<Self> {
        let mut table = [Affine::BLANK; COMB_ENTRIES];
        if normalize(&comb_points(point), &mut table) { Some(Self(table)) } else { None }
    }

    /// `scalar` times the point, in constant time.
    pub(crate) fn multiply(&self, scalar: &Scalar) -> Point {
        let signs = Signs::new(scalar, LIMBS * 64);
        let mut acc = Point::from(&lookup(&self.0, signs.column(COMB_COLUMNS - 1), LIMBS));
        for j in (1..COMB_COLUMNS - 1).rev() {
            acc = acc.double().add_affine_distinct(&lookup(&self.0, signs.column(j), LIMBS));
        }
        acc = acc.double().add_affine(&lookup(&self.0, signs.column(0), LIMBS));
        negate_when(&acc, signs.negated)
    }
}

/// The entries of a comb: entry `e` is 2^320·P plus 2^(64·i)·P for each bit i set in `e`, minus it for each bit clear.
pub(crate) fn comb_points(point: &Point) -> [Point; COMB_ENTRIES] {
    let mut twice = [Point::IDENTITY; LIMBS];
    let mut tooth = *point;
    let mut sum = *point;
    for (i, slot) in twice.iter_mut().enumerate() {
        *slot = tooth.double();
        if i + 1 < LIMBS {
            tooth = slot.double_times(63);
            // Sums of different powers of two below 2^321: never equal, never a multiple of n.
            sum = sum.add_distinct(&tooth);
        }
    }
    // All signs are plus; a Gray code then changes one sign at a time, adding or subtracting an even multiple of P to
    // an odd one.
    let mut entries = [sum; COMB_ENTRIES];
    for step in 1..COMB_ENTRIES {
        let index = (COMB_ENTRIES - 1) ^ step ^ (step >> 1);
        let changed = step.trailing_zeros() as usize;
        let plus = index >> changed & 1 == 1;
        sum = sum.add_distinct(&if plus { twice[changed] } else { twice[changed].neg() });
        entries[index] = sum;
    }
    entries
}

/// The longest non-adjacent form of a scalar.
const NAF_DIGITS: usize = 385;

/// The sum of each scalar times its point, in a time that depends on the scalars: for public values only.
///
/// The points are given by their odd multiples; there are at most `COUNT` of them.
pub(crate) fn multiply_sum_vartime<const COUNT: usize>(tables: &[OddMultiples], scalars: &[Scalar]) -> Point {
    let mut nafs = [[0i8; NAF_DIGITS]; COUNT];
    for (naf, scalar) in nafs.iter_mut().zip(scalars) {
        *naf = naf_vartime(scalar);
    }
    let mut acc = Point::IDENTITY;
    for bit in (0..NAF_DIGITS).rev() {
        acc = acc.double();
        for (naf, table) in nafs.iter().zip(tables) {
            let digit = naf[bit];
            if digit != 0 {
                // A digit is at most 31 in size; the remainder says so to the compiler.
                let entry = table[usize::from(digit.unsigned_abs() / 2) % WINDOW_ENTRIES];
                acc = acc.add_affine_vartime(&entry.negate_when(u64::from(digit < 0)));
            }
        }
    }
    acc
}

/// The scalar with odd digits of at most 31 in size, each followed by at least five zeros.
#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)] // six bits
fn naf_vartime(scalar: &Scalar) -> [i8; NAF_DIGITS] {
    let k = scalar.canonical();
    let bit = |i: usize| k.get(i / 64).map_or(0, |limb| limb >> (i % 64) & 1);
    let mut naf = [0; NAF_DIGITS];
    let mut carry = 0;
    let mut i = 0;
    while i < NAF_DIGITS {
        if bit(i) == carry {
            i += 1;
            continue;
        }
        let window = (0..=WINDOW_BITS).rev().fold(0, |value, j| value << 1 | bit(i + j)) + carry;
        carry = window >> WINDOW_BITS & 1;
        naf[i] = window as i8 - (carry << (WINDOW_BITS + 1)) as i8;
        i += WINDOW_BITS + 1;
    }
    naf
}
