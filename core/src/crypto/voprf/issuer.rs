//! The issuer's side: section 3.3.2, `BlindEvaluate`.

use core::slice::{from_mut, from_ref};

use sha2::{Digest, Sha384};
use zeroize::{Zeroize, Zeroizing};

use crate::crypto::p384::hash::hash_to_scalar;
use crate::crypto::p384::mul::{Comb, multiply, multiply_base, multiply_sum_vartime, odd_multiples};
use crate::crypto::p384::{Affine, Point, Scalar, normalize};
use crate::crypto::voprf::proof::{BLANK, CHUNK, CompositeScalars, challenge, check_count};
use crate::crypto::voprf::{ELEMENT_BYTES, PROOF_BYTES, PrivateKey, SCALAR_BYTES, decode};
use crate::error::{Error, ErrorKind, Result};
use crate::provider::Rng;

impl PrivateKey {
    /// Evaluates blinded elements into `evaluated`, place by place, and returns one proof for all of them.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] with the index of an element that is no point, [`ErrorKind::Misuse`] for an empty batch
    /// or slices of different lengths, [`ErrorKind::Limit`] for more than [`MAX_BATCH`](super::MAX_BATCH) items,
    /// [`ErrorKind::Rng`] when randomness cannot be had. `evaluated` is then all zero.
    ///
    /// # Security
    /// The nonce of the proof is hashed from the key, the randomness and the whole batch: a generator that repeats
    /// itself does not give the key away. A proof tells that these elements were asked for together: one proof for
    /// several clients would tell them of each other; use [`blind_evaluate_each`](Self::blind_evaluate_each) there.
    pub fn blind_evaluate(
        &self,
        rng: &mut dyn Rng,
        blinded: &[[u8; ELEMENT_BYTES]],
        evaluated: &mut [[u8; ELEMENT_BYTES]],
    ) -> Result<[u8; PROOF_BYTES]> {
        self.blind_evaluate_with(NonceSource::Random(rng), blinded, evaluated)
    }

    /// Evaluates blinded elements that have nothing to do with each other: one proof and one result for each.
    ///
    /// An item that fails leaves zeros in its places of `evaluated` and `proofs`, and the others as they are; its
    /// result is an error of [`blind_evaluate`](Self::blind_evaluate) for a batch of one.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when the slices differ in length; they are then untouched.
    pub fn blind_evaluate_each(
        &self,
        rng: &mut dyn Rng,
        blinded: &[[u8; ELEMENT_BYTES]],
        evaluated: &mut [[u8; ELEMENT_BYTES]],
        proofs: &mut [[u8; PROOF_BYTES]],
        results: &mut [Result<()>],
    ) -> Result<()> {
        let count = blinded.len();
        if count != evaluated.len() || count != proofs.len() || count != results.len() {
            return Err(ErrorKind::Misuse.into());
        }
        let outputs = evaluated.iter_mut().zip(proofs).zip(results);
        for (i, (blinded, ((evaluated, proof), result))) in blinded.iter().zip(outputs).enumerate() {
            let one = self.blind_evaluate(rng, from_ref(blinded), from_mut(evaluated));
            *proof = *one.as_ref().unwrap_or(&[0; PROOF_BYTES]);
            *result = one.map(|_| ()).map_err(|error| error.with_index(i));
        }
        Ok(())
    }

    pub(super) fn blind_evaluate_with(
        &self,
        nonce: NonceSource<'_>,
        blinded: &[[u8; ELEMENT_BYTES]],
        evaluated: &mut [[u8; ELEMENT_BYTES]],
    ) -> Result<[u8; PROOF_BYTES]> {
        if blinded.len() != evaluated.len() {
            return Err(ErrorKind::Misuse.into());
        }
        check_count(blinded.len())?;
        let proof = match (blinded, &mut *evaluated) {
            ([blinded], [evaluated]) => self.evaluate_one(nonce, blinded, evaluated),
            _ => self.evaluate_batch(nonce, blinded, evaluated),
        };
        if proof.is_err() {
            evaluated.as_flattened_mut().fill(0);
        }
        proof
    }

    /// One element: all four points are multiples of it, and share a comb.
    fn evaluate_one(
        &self,
        nonce: NonceSource<'_>,
        blinded: &[u8; ELEMENT_BYTES],
        evaluated: &mut [u8; ELEMENT_BYTES],
    ) -> Result<[u8; PROOF_BYTES]> {
        let point = decode(blinded).map_err(|error| error.with_index(0))?;
        let comb = Comb::new(&Point::from(&point)).ok_or(ErrorKind::Malformed)?;
        *evaluated = comb.multiply(&self.scalar).to_affine().ok_or(ErrorKind::Internal)?.to_bytes();
        let d = CompositeScalars::new(&self.public).next(blinded, evaluated);
        let mut transcript = Sha384::new();
        transcript.update(d.to_bytes());
        let r = nonce.scalar(&self.scalar, transcript)?;
        let dk = Zeroizing::new(d.mul(&self.scalar));
        let dr = Zeroizing::new(d.mul(&r));
        self.respond(&r, [comb.multiply(&d), comb.multiply(&dk), multiply_base(&r), comb.multiply(&dr)])
    }

    /// Several elements: each is multiplied by the key, and their composite by the key and the nonce.
    fn evaluate_batch(
        &self,
        nonce: NonceSource<'_>,
        blinded: &[[u8; ELEMENT_BYTES]],
        evaluated: &mut [[u8; ELEMENT_BYTES]],
    ) -> Result<[u8; PROOF_BYTES]> {
        let mut scalars = CompositeScalars::new(&self.public);
        let mut transcript = Sha384::new();
        let mut m = Point::IDENTITY;
        let mut tables = [BLANK; CHUNK];
        for (chunk, (blinded, evaluated)) in blinded.chunks(CHUNK).zip(evaluated.chunks_mut(CHUNK)).enumerate() {
            let count = blinded.len();
            let mut points = [Point::IDENTITY; CHUNK];
            for (i, (point, bytes)) in points.iter_mut().zip(blinded).enumerate() {
                *point = Point::from(&decode(bytes).map_err(|error: Error| error.with_index(chunk * CHUNK + i))?);
            }
            if !odd_multiples::<CHUNK>(&points[..count], &mut tables) {
                return Err(ErrorKind::Malformed.into());
            }
            for (point, table) in points.iter_mut().zip(&tables[..count]) {
                *point = multiply(table, &self.scalar);
            }
            let mut affine = [Affine::BLANK; CHUNK];
            if !normalize(&points[..count], &mut affine) {
                return Err(ErrorKind::Internal.into());
            }
            let mut d = [Scalar::ZERO; CHUNK];
            for ((evaluated, affine), (blinded, d)) in evaluated.iter_mut().zip(affine).zip(blinded.iter().zip(&mut d))
            {
                *evaluated = affine.to_bytes();
                *d = scalars.next(blinded, evaluated);
                transcript.update(d.to_bytes());
            }
            m = m.add(&multiply_sum_vartime::<CHUNK>(&tables[..count], &d));
        }
        let r = nonce.scalar(&self.scalar, transcript)?;
        // No batch is known that adds up to the identity; the hash that makes the scalars stands in between.
        let comb = Comb::new(&m).ok_or(ErrorKind::Malformed)?;
        self.respond(&r, [m, comb.multiply(&self.scalar), multiply_base(&r), comb.multiply(&r)])
    }

    /// The proof for M, Z = k·M and the commitments t2 = r·G, t3 = r·M.
    fn respond(&self, r: &Scalar, points: [Point; 4]) -> Result<[u8; PROOF_BYTES]> {
        let c = challenge(&self.public, &points).ok_or(ErrorKind::Internal)?;
        // c is public: whoever found this product in old memory would have the key.
        let s = r.sub(&Zeroizing::new(c.mul(&self.scalar)));
        let mut proof = [0; PROOF_BYTES];
        let (c_bytes, s_bytes) = proof.split_at_mut(SCALAR_BYTES);
        c_bytes.copy_from_slice(&c.to_bytes());
        s_bytes.copy_from_slice(&s.to_bytes());
        Ok(proof)
    }
}

/// Where the nonce r of a proof comes from.
pub(super) enum NonceSource<'a> {
    /// Fresh randomness, hashed with the key and the transcript.
    Random(&'a mut dyn Rng),
    /// The caller's scalar, for test vectors.
    Given(Scalar),
}

impl NonceSource<'_> {
    /// The nonce for a transcript that fixes the batch and its evaluation.
    ///
    /// With good randomness the hash is uniform whatever else goes in, as RFC 9497 asks. With bad randomness it still
    /// differs between transcripts and cannot be predicted without the key; the same transcript gets the same proof.
    fn scalar(self, key: &Scalar, transcript: Sha384) -> Result<Zeroizing<Scalar>> {
        let rng = match self {
            Self::Random(rng) => rng,
            Self::Given(scalar) => return Ok(Zeroizing::new(scalar)),
        };
        let mut random = Zeroizing::new([0; SCALAR_BYTES]);
        rng.fill(&mut random[..])?;
        let key = Zeroizing::new(key.to_bytes());
        let message = [&key[..], &random[..], &transcript.finalize()];
        let mut r = hash_to_scalar(&message, &[b"privacypass-core VOPRF proof nonce"]);
        let out = Zeroizing::new(r);
        r.zeroize();
        if out.is_zero() { Err(ErrorKind::Rng.into()) } else { Ok(out) }
    }
}
