//! Hashing to the field, to the curve and to scalars (RFC 9380), with SHA-384.
//!
//! Suite P384_XMD:SHA-384_SSWU_RO_ (section 8.3). Messages and tags are given in pieces, so that nothing is copied
//! together. All of it is constant time: the message may be secret, its length is not.

use sha2::digest::Digest;
use sha2::{Sha384, digest::Output};
use zeroize::{Zeroize, Zeroizing};

use crate::crypto::p384::field::Fe;
use crate::crypto::p384::point::Point;
use crate::crypto::p384::scalar::Scalar;

/// Bytes hashed for one element: 48 for the field, 24 more so that the remainder is uniform.
const ELEMENT_LENGTH: usize = 72;
/// The block of SHA-384, `s_in_bytes`.
const BLOCK: usize = 128;
/// The output of SHA-384, `b_in_bytes`.
const DIGEST: usize = 48;

/// `expand_message_xmd` (section 5.3.1) for up to 255 blocks of output; the tag's pieces hold at most 255 bytes.
#[allow(clippy::cast_possible_truncation)] // all three are bounded by the callers, which are in this crate
fn expand_message(message: &[&[u8]], tag: &[&[u8]], out: &mut [u8]) {
    let tag_length = tag.iter().map(|piece| piece.len()).sum::<usize>() as u8;
    let tagged = |mut hash: Sha384| -> Output<Sha384> {
        tag.iter().for_each(|piece| hash.update(piece));
        hash.update([tag_length]);
        hash.finalize()
    };
    let mut hash = Sha384::new();
    hash.update([0; BLOCK]);
    message.iter().for_each(|piece| hash.update(piece));
    hash.update((out.len() as u16).to_be_bytes());
    hash.update([0]);
    let first = tagged(hash);
    let mut block = Output::<Sha384>::default();
    for (counter, chunk) in (1u8..).zip(out.chunks_mut(DIGEST)) {
        for (byte, other) in block.iter_mut().zip(&first) {
            *byte ^= other;
        }
        let mut hash = Sha384::new();
        hash.update(block);
        hash.update([counter]);
        block = tagged(hash);
        chunk.copy_from_slice(&block[..chunk.len()]);
    }
    block.as_mut_slice().zeroize();
}

/// `hash_to_field` for the scalars, one element (section 5.2; RFC 9497 section 4.4 `HashToScalar`).
pub(crate) fn hash_to_scalar(message: &[&[u8]], tag: &[&[u8]]) -> Scalar {
    // Keys and nonces are made here: the scalar must not stay behind under another form.
    let mut uniform = Zeroizing::new([0; ELEMENT_LENGTH]);
    expand_message(message, tag, &mut uniform[..]);
    Scalar::reduce_wide(&uniform)
}

/// `hash_to_curve` (section 3). The identity comes out with a chance of 2^-384.
pub(crate) fn hash_to_curve(message: &[&[u8]], tag: &[&[u8]]) -> Point {
    let mut uniform = Zeroizing::new([[0; ELEMENT_LENGTH]; 2]);
    expand_message(message, tag, uniform.as_flattened_mut());
    let [u0, u1] = &*uniform;
    map_to_curve(&Fe::reduce_wide(u0)).add(&map_to_curve(&Fe::reduce_wide(u1)))
}

/// The simplified SWU map (section 6.6.2, straight-line form of appendix F.2), with Z = -12.
pub(crate) fn map_to_curve(u: &Fe) -> Point {
    let times_3 = |a: &Fe| a.double().add(a);
    let minus_z = times_3(&Fe::ONE.double().double());
    // zu = Z·u², t = zu² + zu; x1 = -b/a·(1 + 1/t) = b·(t + 1)/(3·t), or b/(Z·a) for t = 0.
    let zu = minus_z.mul(&u.square()).neg();
    let t = zu.square().add(&zu);
    let numerator = Fe::B.mul(&t.add(&Fe::ONE));
    let denominator = times_3(&Fe::select(&t, &minus_z, t.is_zero()));
    // g(x1) = (N³ - 3·N·D² + b·D³) / D³, for x1 = N/D.
    let d2 = denominator.square();
    let d3 = d2.mul(&denominator);
    let g = numerator.square().sub(&times_3(&d2)).mul(&numerator).add(&Fe::B.mul(&d3));
    let (is_square, root) = sqrt_ratio(&g, &d3);
    // The other candidate is x2 = zu·x1, and y2 = zu·u·sqrt(Z·g/d3).
    let n = Fe::select(&zu.mul(&numerator), &numerator, is_square);
    let y = Fe::select(&zu.mul(u).mul(&root), &root, is_square);
    let y = Fe::select(&y, &y.neg(), u.is_odd() ^ y.is_odd());
    // Jacobian coordinates with Z = D need no division.
    Point { x: n.mul(&denominator), y: y.mul(&d3), z: denominator }
}

/// (1, sqrt(u/v)) when u/v is a square, else (0, sqrt(Z·u/v)); v is not 0 (appendix F.2.1.2, for p = 3 modulo 4).
fn sqrt_ratio(u: &Fe, v: &Fe) -> (u64, Fe) {
    /// sqrt(-Z) = sqrt(12).
    const ROOT_12: Fe = Fe([
        0x1cdf_6f1c_c0a3_f1f8,
        0xfdf2_313b_4c08_f647,
        0x89cb_6776_d418_3d32,
        0xacb3_a761_476b_11b6,
        0xe428_a383_c093_fcea,
        0xd78f_a36b_3ae4_0b98,
    ]);
    let uv = u.mul(v);
    let root = uv.mul(&v.square()).pow_p_minus_3_over_4().mul(&uv);
    let is_square = root.square().mul(v).equals(u);
    (is_square, Fe::select(&root.mul(&ROOT_12), &root, is_square))
}
