//! Points: affine, and Jacobian (x = X/Z², y = Y/Z³, the identity having Z = 0).
//!
//! Doubling is right for every point: the order of the group is odd, so no point but the identity doubles to it. The
//! plain additions are right unless both operands are the same point or one is the identity; their results for
//! opposite points are the identity, as they should be. The complete ones are right for all points. The scalar
//! multiplications of [`mul`](super::mul) say at each addition why the plain one is enough there.

use crate::crypto::p384::field::Fe;

/// The size of a compressed point in bytes.
pub(crate) const ELEMENT_BYTES: usize = 49;

/// A point other than the identity.
#[derive(Clone, Copy)]
pub(crate) struct Affine {
    pub(crate) x: Fe,
    pub(crate) y: Fe,
}

/// A point in Jacobian coordinates.
#[derive(Clone, Copy)]
pub(crate) struct Point {
    pub(crate) x: Fe,
    pub(crate) y: Fe,
    pub(crate) z: Fe,
}

impl Affine {
    /// The value tables are filled with before they are computed; no point.
    pub(crate) const BLANK: Self = Self { x: Fe::ZERO, y: Fe::ZERO };

    /// The generator of SEC 2, for checking its table.
    #[cfg(test)]
    pub(crate) const GENERATOR: Self = Self {
        x: Fe([
            0x3dd0_7566_49c0_b528,
            0x20e3_78e2_a0d6_ce38,
            0x879c_3afc_541b_4d6e,
            0x6454_8684_59a3_0eff,
            0x812f_f723_614e_de2b,
            0x4d3a_adc2_299e_1513,
        ]),
        y: Fe([
            0x2304_3dad_4b03_a4fe,
            0xa1bf_a8bf_7bb4_a9ac,
            0x8bad_e756_2e83_b050,
            0xc6c3_5219_68f4_ffd9,
            0xdd80_0226_3969_a840,
            0x2b78_abc2_5a15_c5e9,
        ]),
    };

    /// Reads a compressed point (SEC 1 section 2.3.4): a tag 2 or 3, then x in 48 bytes, big-endian.
    ///
    /// `None` for the identity, another tag, an x of p or more, and an x of no point. The bytes are public.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (tag, x) = bytes.split_first()?;
        if tag & !1 != 2 {
            return None;
        }
        let x = Fe::from_bytes(x.try_into().ok()?)?;
        let three = Fe::ONE.double().add(&Fe::ONE);
        let y = x.square().sub(&three).mul(&x).add(&Fe::B).sqrt()?;
        // No point has y = 0, so the negative is another element with the other parity.
        let flip = y.is_odd() ^ u64::from(tag & 1);
        Some(Self { x, y: Fe::select(&y, &y.neg(), flip) })
    }

    /// Writes the compressed point.
    #[allow(clippy::cast_possible_truncation)] // one bit
    pub(crate) fn to_bytes(self) -> [u8; ELEMENT_BYTES] {
        let mut bytes = [0; ELEMENT_BYTES];
        bytes[0] = 2 | self.y.is_odd() as u8;
        bytes[1..].copy_from_slice(&self.x.to_bytes());
        bytes
    }

    /// The negative when `choice` is 1, the point itself when it is 0, without a branch.
    #[inline(always)]
    pub(crate) fn negate_when(&self, choice: u64) -> Self {
        Self { x: self.x, y: Fe::select(&self.y, &self.y.neg(), choice) }
    }
}

impl From<&Affine> for Point {
    fn from(point: &Affine) -> Self {
        Self { x: point.x, y: point.y, z: Fe::ONE }
    }
}

impl Point {
    pub(crate) const IDENTITY: Self = Self { x: Fe::ONE, y: Fe::ONE, z: Fe::ZERO };

    /// Twice the point, for every point.
    pub(crate) fn double(&self) -> Self {
        let delta = self.z.square();
        let gamma = self.y.square();
        let beta = self.x.mul(&gamma);
        let t = self.x.sub(&delta).mul(&self.x.add(&delta));
        let alpha = t.double().add(&t);
        let beta_4 = beta.double().double();
        let x = alpha.square().sub(&beta_4.double());
        let z = self.y.add(&self.z).square().sub(&gamma).sub(&delta);
        let gamma_squared_8 = gamma.double().square().double();
        let y = alpha.mul(&beta_4.sub(&x)).sub(&gamma_squared_8);
        Self { x, y, z }
    }

    /// The point doubled `count` times; `count` is public.
    pub(crate) fn double_times(&self, count: usize) -> Self {
        let mut out = *self;
        for _ in 0..count {
            out = out.double();
        }
        out
    }

    /// The sum of two different points, neither the identity.
    pub(crate) fn add_distinct(&self, other: &Self) -> Self {
        self.add_and_compare(other).0
    }

    /// The sum with an affine point, when this is another point and not the identity.
    pub(crate) fn add_affine_distinct(&self, other: &Affine) -> Self {
        self.add_affine_and_compare(other).0
    }

    /// The sum, for every pair of points.
    pub(crate) fn add(&self, other: &Self) -> Self {
        let (sum, same) = self.add_and_compare(other);
        let sum = Self::select(&sum, &self.double(), same);
        let sum = Self::select(&sum, self, other.z.is_zero());
        Self::select(&sum, other, self.z.is_zero())
    }

    /// The sum with an affine point, for every pair of points.
    pub(crate) fn add_affine(&self, other: &Affine) -> Self {
        let (sum, same) = self.add_affine_and_compare(other);
        let sum = Self::select(&sum, &self.double(), same);
        Self::select(&sum, &other.into(), self.z.is_zero())
    }

    /// The sum with an affine point, for every pair of points, in a time that tells which case it was.
    pub(crate) fn add_affine_vartime(&self, other: &Affine) -> Self {
        if self.z.is_zero() == 1 {
            return other.into();
        }
        match self.add_affine_and_compare(other) {
            (_, 1) => self.double(),
            (sum, _) => sum,
        }
    }

    pub(crate) fn neg(&self) -> Self {
        Self { x: self.x, y: self.y.neg(), z: self.z }
    }

    /// The affine form; `None` for the identity, which is then public.
    pub(crate) fn to_affine(self) -> Option<Affine> {
        let mut out = [Affine::BLANK];
        if normalize(&[self], &mut out) { Some(out[0]) } else { None }
    }

    /// `b` when `choice` is 1, `a` when it is 0, without a branch.
    pub(crate) fn select(a: &Self, b: &Self, choice: u64) -> Self {
        Self { x: Fe::select(&a.x, &b.x, choice), y: Fe::select(&a.y, &b.y, choice), z: Fe::select(&a.z, &b.z, choice) }
    }

    /// The sum of distinct points, and 1 if the points are the same (or one is the identity), else 0.
    fn add_and_compare(&self, other: &Self) -> (Self, u64) {
        let z1z1 = self.z.square();
        let z2z2 = other.z.square();
        let u1 = self.x.mul(&z2z2);
        let u2 = other.x.mul(&z1z1);
        let s1 = self.y.mul(&other.z).mul(&z2z2);
        let s2 = other.y.mul(&self.z).mul(&z1z1);
        let h = u2.sub(&u1);
        let r = s2.sub(&s1).double();
        let i = h.double().square();
        let j = h.mul(&i);
        let v = u1.mul(&i);
        let x = r.square().sub(&j).sub(&v.double());
        let y = r.mul(&v.sub(&x)).sub(&s1.mul(&j).double());
        let z = self.z.add(&other.z).square().sub(&z1z1).sub(&z2z2).mul(&h);
        (Self { x, y, z }, h.is_zero() & r.is_zero())
    }

    /// [`add_and_compare`](Self::add_and_compare) for an affine operand.
    fn add_affine_and_compare(&self, other: &Affine) -> (Self, u64) {
        let z1z1 = self.z.square();
        let u2 = other.x.mul(&z1z1);
        let s2 = other.y.mul(&self.z).mul(&z1z1);
        let h = u2.sub(&self.x);
        let r = s2.sub(&self.y).double();
        let hh = h.square();
        let i = hh.double().double();
        let j = h.mul(&i);
        let v = self.x.mul(&i);
        let x = r.square().sub(&j).sub(&v.double());
        let y = r.mul(&v.sub(&x)).sub(&self.y.mul(&j).double());
        let z = self.z.add(&h).square().sub(&z1z1).sub(&hh);
        (Self { x, y, z }, h.is_zero() & r.is_zero())
    }
}

/// Brings points to affine form with one inversion; false, with `out` meaningless, when one of them is the identity.
///
/// Where one slice is longer than the other, the rest of it is left alone.
pub(crate) fn normalize(points: &[Point], out: &mut [Affine]) -> bool {
    let mut product = Fe::ONE;
    for (point, slot) in points.iter().zip(out.iter_mut()) {
        slot.x = product;
        product = product.mul(&point.z);
    }
    let mut inverse = product.invert();
    for (point, slot) in points.iter().zip(out.iter_mut()).rev() {
        let z_inverse = inverse.mul(&slot.x);
        inverse = inverse.mul(&point.z);
        let squared = z_inverse.square();
        slot.x = point.x.mul(&squared);
        slot.y = point.y.mul(&squared).mul(&z_inverse);
    }
    product.is_zero() == 0
}
