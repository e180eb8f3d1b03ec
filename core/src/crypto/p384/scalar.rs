//! Integers modulo n, the order of the group, in Montgomery form with R = 2^384.
//!
//! Every value is kept fully reduced. No function here branches on a value or uses one as an index.

use zeroize::Zeroize;

use crate::crypto::inverse::invert;
use crate::crypto::limbs::{adc, mac, mask, sbb};
use crate::crypto::p384::field::LIMBS;
use crate::crypto::uint;

/// The order n of the group, a prime.
pub(crate) const N: [u64; LIMBS] = [
    0xecec_196a_ccc5_2973,
    0x581a_0db2_48b0_a77a,
    0xc763_4d81_f437_2ddf,
    0xffff_ffff_ffff_ffff,
    0xffff_ffff_ffff_ffff,
    0xffff_ffff_ffff_ffff,
];

/// -1/n modulo 2^64.
const N_NEGATED_INVERSE: u64 = 0x6ed4_6089_e88f_dc45;

/// R^2 modulo n.
const R2: Scalar = Scalar([
    0x2d31_9b24_19b4_09a9,
    0xff3d_81e5_df1a_a419,
    0xbc3e_483a_fcb8_2947,
    0xd40d_4917_4aab_1cc5,
    0x3fb0_5b7a_2826_6895,
    0x0c84_ee01_2b39_bf21,
]);

/// R^3 modulo n.
const R3: Scalar = Scalar([
    0x302a_6faf_377c_7677,
    0x2a70_cb61_d268_94bc,
    0x0c27_ddb8_ba8d_c4ba,
    0x5dbd_3f41_edb4_8eb6,
    0x16d0_8167_9522_617b,
    0xd558_bfbc_b33c_33c6,
]);

/// An integer modulo n: the limbs of a·R modulo n, least significant first.
#[derive(Clone, Copy)]
pub(crate) struct Scalar([u64; LIMBS]);

impl Zeroize for Scalar {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

impl Scalar {
    pub(crate) const ZERO: Self = Self([0; LIMBS]);

    /// Reads 48 bytes, big-endian; `None` when they are n or more. The outcome is public, the value need not be.
    pub(crate) fn from_bytes(bytes: &[u8; 48]) -> Option<Self> {
        let limbs = uint::low_from_be(bytes);
        if uint::lt(&limbs, &N) == 1 { Some(Self(limbs).mul(&R2)) } else { None }
    }

    /// Writes 48 bytes, big-endian.
    pub(crate) fn to_bytes(self) -> [u8; 48] {
        uint::to_be(&self.canonical())
    }

    /// Reduces a 576-bit number, big-endian, as `hash_to_field` of RFC 9380 asks for (L = 72).
    pub(crate) fn reduce_wide(bytes: &[u8; 72]) -> Self {
        let (high, low) = bytes.split_at(24);
        // See the field's function of the same name.
        let high = Self(uint::low_from_be(high)).mul(&R2).mul(&R2);
        high.add(&Self(uint::low_from_be(low)).mul(&R2))
    }

    /// Leaves the Montgomery domain: the limbs of the number itself.
    pub(crate) fn canonical(self) -> [u64; LIMBS] {
        self.mul(&Self([1, 0, 0, 0, 0, 0])).0
    }

    pub(crate) fn add(&self, other: &Self) -> Self {
        let (sum, carry) = uint::add(&self.0, &other.0);
        subtract_n_once(&sum, carry)
    }

    pub(crate) fn sub(&self, other: &Self) -> Self {
        let (difference, borrow) = uint::sub(&self.0, &other.0);
        let add_back = mask(borrow);
        Self(uint::add(&difference, &N.map(|limb| limb & add_back)).0)
    }

    /// The product; one factor may be any 384-bit number, the other is reduced.
    pub(crate) fn mul(&self, other: &Self) -> Self {
        let (a, b) = (&self.0, &other.0);
        let mut t = [0; LIMBS + 2];
        for digit in b {
            let mut carry = 0;
            for j in 0..LIMBS {
                (t[j], carry) = mac(t[j], a[j], *digit, carry);
            }
            (t[LIMBS], t[LIMBS + 1]) = adc(t[LIMBS], carry, 0);
            let w = t[0].wrapping_mul(N_NEGATED_INVERSE);
            let (_, mut carry) = mac(t[0], w, N[0], 0);
            for j in 1..LIMBS {
                (t[j - 1], carry) = mac(t[j], w, N[j], carry);
            }
            (t[LIMBS - 1], carry) = adc(t[LIMBS], carry, 0);
            t[LIMBS] = t[LIMBS + 1] + carry;
        }
        subtract_n_once(&[t[0], t[1], t[2], t[3], t[4], t[5]], t[LIMBS])
    }

    /// The inverse, and 0 for 0.
    pub(crate) fn invert(&self) -> Self {
        Self(invert(&self.0, &N).0).mul(&R3)
    }

    /// Whether the scalar is 0; the outcome is public.
    pub(crate) fn is_zero(&self) -> bool {
        self.0.iter().fold(0, |all, limb| all | limb) == 0
    }

    /// Whether both are the same, in constant time; the outcome is public.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        self.sub(other).is_zero()
    }
}

/// `high * 2^384 + value`, which is below 2n, reduced below n.
#[inline(always)]
fn subtract_n_once(value: &[u64; LIMBS], high: u64) -> Scalar {
    let (reduced, borrow) = uint::sub(value, &N);
    let (_, borrow) = sbb(high, 0, borrow);
    Scalar(uint::select(mask(borrow), value, &reduced))
}
