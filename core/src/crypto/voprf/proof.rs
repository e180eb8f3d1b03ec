//! The proof that evaluated elements were made with the key: section 2.2, `GenerateProof` and `VerifyProof`.

use sha2::{Digest, Sha384};

use crate::crypto::p384::hash::hash_to_scalar;
use crate::crypto::p384::mul::{
    Comb, OddMultiples, WINDOW_ENTRIES, multiply_base, multiply_sum_vartime, odd_multiples,
};
use crate::crypto::p384::{Affine, Point, Scalar, normalize};
use crate::crypto::voprf::{
    CONTEXT, ELEMENT_BYTES, ELEMENT_LENGTH, MAX_BATCH, PROOF_BYTES, PublicKey, SCALAR_BYTES, decode,
};
use crate::error::{Error, ErrorKind, Result};

/// Items worked on together: they share inversions and the doublings of the composites. Tables for eight points take
/// 12 KiB of stack, twice that while they are made.
pub(super) const CHUNK: usize = 8;
/// A client has two points an item.
pub(super) const CLIENT_CHUNK: usize = CHUNK / 2;

/// A table not yet computed.
pub(super) const BLANK: OddMultiples = [Affine::BLANK; WINDOW_ENTRIES];

/// The scalars d_i of the composites (section 2.2.1, `ComputeComposites`).
pub(super) struct CompositeScalars {
    seed: [u8; 48],
    index: u16,
}

impl CompositeScalars {
    /// Starts with the first item.
    pub(super) fn new(key: &PublicKey) -> Self {
        let mut hash = Sha384::new();
        hash.update(ELEMENT_LENGTH);
        hash.update(key.bytes);
        hash.update([0, SEED_TAG_LENGTH]);
        hash.update(b"Seed-");
        hash.update(CONTEXT);
        Self { seed: hash.finalize().into(), index: 0 }
    }

    /// The scalar of the next item.
    pub(super) fn next(&mut self, blinded: &[u8; ELEMENT_BYTES], evaluated: &[u8; ELEMENT_BYTES]) -> Scalar {
        let index = self.index.to_be_bytes();
        self.index = self.index.wrapping_add(1);
        hash_to_scalar(
            &[&[0, 48], &self.seed, &index, &ELEMENT_LENGTH, blinded, &ELEMENT_LENGTH, evaluated, b"Composite"],
            &[b"HashToScalar-", CONTEXT],
        )
    }
}

/// The length of the tag that the seed is hashed with.
#[allow(clippy::cast_possible_truncation)] // 25
const SEED_TAG_LENGTH: u8 = (b"Seed-".len() + CONTEXT.len()) as u8;

/// The challenge c for the composites and the two commitments; `None` when one of the points is the identity.
pub(super) fn challenge(key: &PublicKey, points: &[Point; 4]) -> Option<Scalar> {
    let mut affine = [Affine::BLANK; 4];
    if !normalize(points, &mut affine) {
        return None;
    }
    let [m, z, t2, t3] = affine.map(Affine::to_bytes);
    let l = &ELEMENT_LENGTH[..];
    let message = [l, &key.bytes, l, &m, l, &z, l, &t2, l, &t3, b"Challenge"];
    Some(hash_to_scalar(&message, &[b"HashToScalar-", CONTEXT]))
}

/// Checks the number of items that one proof is to cover.
pub(super) fn check_count(count: usize) -> Result<()> {
    match count {
        0 => Err(ErrorKind::Misuse.into()),
        1..=MAX_BATCH => Ok(()),
        _ => Err(Error::new(ErrorKind::Limit).with_index(MAX_BATCH)),
    }
}

/// The two scalars of a proof.
pub(super) struct Proof {
    c: Scalar,
    s: Scalar,
}

impl Proof {
    /// Reads c and s; `None` when one of them is not below n.
    pub(super) fn from_bytes(bytes: &[u8; PROOF_BYTES]) -> Option<Self> {
        let (c, s) = bytes.split_first_chunk::<SCALAR_BYTES>()?;
        Some(Self { c: Scalar::from_bytes(c)?, s: Scalar::from_bytes(s.try_into().ok()?)? })
    }

    /// Whether the challenge comes out as c again, for the composites M, Z and the commitment t3 = s·M + c·Z.
    fn holds(&self, key: &PublicKey, m: &Point, z: &Point, t3: &Point) -> bool {
        let mut table = [BLANK];
        if !odd_multiples::<1>(&[Point::from(&key.point)], &mut table) {
            return false;
        }
        let t2 = multiply_base(&self.s).add(&multiply_sum_vartime::<1>(&table, &[self.c]));
        challenge(key, &[*m, *z, t2, *t3]).is_some_and(|c| c.equals(&self.c))
    }
}

/// Checks one proof for all the pairs of a slice: that the same key, that of `key`, took each blinded element to the
/// evaluated one at its place (section 2.2.2, `VerifyProof`).
///
/// For an issuer whose evaluation runs elsewhere; a client calls [`finalize`](super::finalize), which checks too. All
/// values are public.
///
/// # Errors
/// [`ErrorKind::InvalidProof`] when the proof does not hold or its scalars are out of range,
/// [`ErrorKind::Malformed`] with the index of an element that is no point, [`ErrorKind::Misuse`] for an empty batch or
/// slices of different lengths, [`ErrorKind::Limit`] for more than [`MAX_BATCH`] items.
pub fn verify_proof(
    key: &PublicKey,
    blinded: &[[u8; ELEMENT_BYTES]],
    evaluated: &[[u8; ELEMENT_BYTES]],
    proof: &[u8; PROOF_BYTES],
) -> Result<()> {
    match (blinded, evaluated) {
        ([blinded], [evaluated]) => verify_one(key, blinded, evaluated, proof).map(|_| ()),
        _ => verify_batch(key, blinded, evaluated, proof, |_, _| Ok(())),
    }
}

/// [`verify_proof`] for one item; gives the comb of the evaluated element, which unblinding uses again.
pub(super) fn verify_one(
    key: &PublicKey,
    blinded: &[u8; ELEMENT_BYTES],
    evaluated: &[u8; ELEMENT_BYTES],
    proof: &[u8; PROOF_BYTES],
) -> Result<Comb> {
    let at_0 = |error: Error| error.with_index(0);
    let proof = Proof::from_bytes(proof).ok_or(ErrorKind::InvalidProof)?;
    let b = Comb::new(&Point::from(&decode(blinded).map_err(at_0)?)).ok_or(ErrorKind::Malformed)?;
    let e = Comb::new(&Point::from(&decode(evaluated).map_err(at_0)?)).ok_or(ErrorKind::Malformed)?;
    let d = CompositeScalars::new(key).next(blinded, evaluated);
    let t3 = b.multiply(&d.mul(&proof.s)).add(&e.multiply(&d.mul(&proof.c)));
    if proof.holds(key, &b.multiply(&d), &e.multiply(&d), &t3) { Ok(e) } else { Err(ErrorKind::InvalidProof.into()) }
}

/// [`verify_proof`] for any number of items; hands on the tables of the evaluated elements, up to [`CLIENT_CHUNK`] at a
/// time with the index of the first, **before** the proof is known to hold.
pub(super) fn verify_batch(
    key: &PublicKey,
    blinded: &[[u8; ELEMENT_BYTES]],
    evaluated: &[[u8; ELEMENT_BYTES]],
    proof: &[u8; PROOF_BYTES],
    mut on_tables: impl FnMut(usize, &[OddMultiples]) -> Result<()>,
) -> Result<()> {
    if blinded.len() != evaluated.len() {
        return Err(ErrorKind::Misuse.into());
    }
    check_count(blinded.len())?;
    let proof = Proof::from_bytes(proof).ok_or(ErrorKind::InvalidProof)?;
    let mut scalars = CompositeScalars::new(key);
    let (mut m, mut z) = (Point::IDENTITY, Point::IDENTITY);
    let mut tables = [BLANK; 2 * CLIENT_CHUNK];
    for (chunk, (bs, es)) in blinded.chunks(CLIENT_CHUNK).zip(evaluated.chunks(CLIENT_CHUNK)).enumerate() {
        let (start, count) = (chunk * CLIENT_CHUNK, bs.len());
        let mut points = [Point::IDENTITY; 2 * CLIENT_CHUNK];
        let mut d = [Scalar::ZERO; CLIENT_CHUNK];
        for i in 0..count {
            let at_i = |error: Error| error.with_index(start + i);
            points[i] = Point::from(&decode(&bs[i]).map_err(at_i)?);
            points[count + i] = Point::from(&decode(&es[i]).map_err(at_i)?);
            d[i] = scalars.next(&bs[i], &es[i]);
        }
        if !odd_multiples::<{ 2 * CLIENT_CHUNK }>(&points[..2 * count], &mut tables) {
            return Err(ErrorKind::Malformed.into());
        }
        let (of_blinded, of_evaluated) = tables[..2 * count].split_at(count);
        m = m.add(&multiply_sum_vartime::<CLIENT_CHUNK>(of_blinded, &d));
        z = z.add(&multiply_sum_vartime::<CLIENT_CHUNK>(of_evaluated, &d));
        on_tables(start, of_evaluated)?;
    }
    let mut of_composites = [BLANK; 2];
    if !odd_multiples::<2>(&[m, z], &mut of_composites) {
        return Err(ErrorKind::InvalidProof.into());
    }
    let t3 = multiply_sum_vartime::<2>(&of_composites, &[proof.s, proof.c]);
    if proof.holds(key, &m, &z, &t3) { Ok(()) } else { Err(ErrorKind::InvalidProof.into()) }
}
