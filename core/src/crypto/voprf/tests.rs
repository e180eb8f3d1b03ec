//! What must be refused, what must come out the same by every way, and what a failure leaves behind. The published
//! vectors are in `tests/conformance/rfc9497.rs`.

use sha2::{Digest, Sha384};

use super::proof::{CHUNK, Proof};
use super::*;
use crate::crypto::p384::scalar::N;
use crate::crypto::uint;

/// Hashes of a counter: repeatable randomness.
struct Counter(u64);

impl Rng for Counter {
    fn fill(&mut self, out: &mut [u8]) -> Result<()> {
        for chunk in out.chunks_mut(48) {
            self.0 += 1;
            chunk.copy_from_slice(&Sha384::digest(self.0.to_be_bytes())[..chunk.len()]);
        }
        Ok(())
    }
}

/// A generator that returns the same byte for ever.
struct Stuck(u8);

impl Rng for Stuck {
    fn fill(&mut self, out: &mut [u8]) -> Result<()> {
        out.fill(self.0);
        Ok(())
    }
}

/// A generator that fails.
struct Broken;

impl Rng for Broken {
    fn fill(&mut self, _: &mut [u8]) -> Result<()> {
        Err(ErrorKind::Rng.into())
    }
}

fn key() -> PrivateKey {
    PrivateKey::derive(&[7; SEED_BYTES], b"PrivacyPass").unwrap()
}

fn kind<T>(result: Result<T>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

/// A batch of `COUNT` inputs: [i], ..., blinded and evaluated with one proof.
struct Batch<const COUNT: usize> {
    inputs: [[u8; 1]; COUNT],
    blinds: [Blind; COUNT],
    blinded: [[u8; ELEMENT_BYTES]; COUNT],
    evaluated: [[u8; ELEMENT_BYTES]; COUNT],
    proof: [u8; PROOF_BYTES],
}

impl<const COUNT: usize> Batch<COUNT> {
    fn new(key: &PrivateKey) -> Self {
        let mut rng = Counter(0);
        let inputs = core::array::from_fn(|i| [u8::try_from(i).unwrap()]);
        let mut blinded = [[0; ELEMENT_BYTES]; COUNT];
        let blinds = core::array::from_fn(|i| blind(&inputs[i], &mut rng, &mut blinded[i]).unwrap());
        let mut evaluated = [[0; ELEMENT_BYTES]; COUNT];
        let proof = key.blind_evaluate(&mut rng, &blinded, &mut evaluated).unwrap();
        Self { inputs, blinds, blinded, evaluated, proof }
    }

    fn finalize(&self, key: &PublicKey) -> Result<[[u8; OUTPUT_BYTES]; COUNT]> {
        let mut outputs = [[1; OUTPUT_BYTES]; COUNT];
        let result =
            finalize(key, &self.inputs, &self.blinds, &self.blinded, &self.evaluated, &self.proof, &mut outputs);
        if result.is_err() {
            assert_eq!(outputs, [[0; OUTPUT_BYTES]; COUNT], "no output without a proof");
        }
        let verified = verify_proof(key, &self.blinded, &self.evaluated, &self.proof);
        assert_eq!(verified, result, "the check alone says the same");
        result.map(|()| outputs)
    }
}

fn round_trip<const COUNT: usize>() {
    let key = key();
    let batch = Batch::<COUNT>::new(&key);
    let outputs = batch.finalize(key.public()).unwrap();
    let mut results = [Err(ErrorKind::Internal.into()); COUNT];
    key.verify_slice(&batch.inputs, &outputs, &mut results).unwrap();
    assert_eq!(results, [Ok(()); COUNT]);
    for (input, output) in batch.inputs.iter().zip(&outputs) {
        assert_eq!(key.evaluate(input).unwrap(), *output);
    }
    let other = PrivateKey::generate(&mut Counter(99)).unwrap();
    assert_eq!(kind(batch.finalize(other.public())), Some(ErrorKind::InvalidProof));
    key.verify_slice(&batch.inputs, &[[0; OUTPUT_BYTES]; COUNT], &mut results).unwrap();
    assert_eq!(results, [Err(ErrorKind::InvalidToken.into()); COUNT]);
}

#[test]
fn batches_of_every_shape_come_back() {
    const { assert!(CHUNK == 8, "the sizes below stand around it and its half") };
    round_trip::<1>();
    round_trip::<2>();
    round_trip::<3>();
    round_trip::<4>();
    round_trip::<5>();
    round_trip::<7>();
    round_trip::<8>();
    round_trip::<9>();
    round_trip::<17>();
}

#[test]
fn a_proof_changed_anywhere_is_refused() {
    let key = key();
    let (mut one, mut two) = (Batch::<1>::new(&key), Batch::<2>::new(&key));
    for i in 0..PROOF_BYTES {
        one.proof[i] ^= 1;
        two.proof[i] ^= 0x80;
        assert_eq!(kind(one.finalize(key.public())), Some(ErrorKind::InvalidProof), "byte {i}");
        assert_eq!(kind(two.finalize(key.public())), Some(ErrorKind::InvalidProof), "byte {i}");
        one.proof[i] ^= 1;
        two.proof[i] ^= 0x80;
    }
    for proof in [[0; PROOF_BYTES], [0xff; PROOF_BYTES]] {
        (one.proof, two.proof) = (proof, proof);
        assert_eq!(kind(one.finalize(key.public())), Some(ErrorKind::InvalidProof));
        assert_eq!(kind(two.finalize(key.public())), Some(ErrorKind::InvalidProof));
    }
}

#[test]
fn a_proof_scalar_has_one_encoding() {
    let order = uint::to_be(&N);
    let mut below = order;
    below[47] -= 1;
    for half in [0, SCALAR_BYTES] {
        let mut bytes = [0; PROOF_BYTES];
        for (scalar, accepted) in [(below, true), (order, false), ([0xff; SCALAR_BYTES], false)] {
            bytes[half..half + SCALAR_BYTES].copy_from_slice(&scalar);
            assert_eq!(Proof::from_bytes(&bytes).is_some(), accepted);
        }
    }
}

#[test]
fn elements_that_were_not_sent_or_made_are_refused() {
    let key = key();
    let good = Batch::<2>::new(&key);
    let stranger = PublicKey::from_bytes(&key.public().to_bytes()).unwrap().to_bytes();
    for i in 0..2 {
        let mut bad = Batch::<2>::new(&key);
        bad.blinded[i] = stranger;
        assert_eq!(kind(bad.finalize(key.public())), Some(ErrorKind::InvalidProof));
        bad.blinded = good.blinded;
        bad.evaluated[i] = stranger;
        assert_eq!(kind(bad.finalize(key.public())), Some(ErrorKind::InvalidProof));
        bad.evaluated = good.evaluated;
        bad.evaluated[i][0] ^= 1;
        assert_eq!(kind(bad.finalize(key.public())), Some(ErrorKind::InvalidProof), "the negative point");
    }
    let mut swapped = Batch::<2>::new(&key);
    swapped.evaluated.swap(0, 1);
    assert_eq!(kind(swapped.finalize(key.public())), Some(ErrorKind::InvalidProof));
    swapped.blinded.swap(0, 1);
    assert_eq!(kind(swapped.finalize(key.public())), Some(ErrorKind::InvalidProof), "the order is in the proof");

    let mut single = Batch::<1>::new(&key);
    single.evaluated[0] = stranger;
    assert_eq!(kind(single.finalize(key.public())), Some(ErrorKind::InvalidProof));
}

/// Encodings that are no element: the identity, wrong tags, x of p or more, x of no point.
fn no_elements() -> [[u8; ELEMENT_BYTES]; 5] {
    let mut uncompressed = [4; ELEMENT_BYTES];
    uncompressed[1..].fill(1);
    let mut over = [0xff; ELEMENT_BYTES];
    over[0] = 2;
    let mut no_point = [0; ELEMENT_BYTES];
    no_point[0] = 3;
    no_point[48] = 1;
    let mut zero_tag = no_point;
    zero_tag[0] = 0;
    [[0; ELEMENT_BYTES], uncompressed, over, no_point, zero_tag]
}

#[test]
fn bytes_that_are_no_element_are_refused_everywhere() {
    let key = key();
    for bad in no_elements() {
        assert_eq!(kind(PublicKey::from_bytes(&bad)), Some(ErrorKind::Malformed));
        let mut batch = Batch::<9>::new(&key);
        let mut evaluated = [[1; ELEMENT_BYTES]; 9];
        batch.blinded[8] = bad;
        let refused = key.blind_evaluate(&mut Counter(5), &batch.blinded, &mut evaluated).unwrap_err();
        assert_eq!((refused.kind(), refused.index()), (ErrorKind::Malformed, Some(8)));
        assert_eq!(evaluated, [[0; ELEMENT_BYTES]; 9]);
        let refused = batch.finalize(key.public()).unwrap_err();
        assert_eq!((refused.kind(), refused.index()), (ErrorKind::Malformed, Some(8)));

        let mut batch = Batch::<2>::new(&key);
        batch.evaluated[1] = bad;
        let refused = batch.finalize(key.public()).unwrap_err();
        assert_eq!((refused.kind(), refused.index()), (ErrorKind::Malformed, Some(1)));

        let mut one = Batch::<1>::new(&key);
        one.evaluated[0] = bad;
        assert_eq!(one.finalize(key.public()).unwrap_err().index(), Some(0));
        one.blinded[0] = bad;
        assert_eq!(kind(one.finalize(key.public())), Some(ErrorKind::Malformed));
    }
    let good = key.public().to_bytes();
    for length in 0..ELEMENT_BYTES {
        assert_eq!(kind(PublicKey::from_bytes(&good[..length])), Some(ErrorKind::Malformed));
    }
    assert_eq!(kind(PublicKey::from_bytes(&[2; ELEMENT_BYTES + 1])), Some(ErrorKind::Malformed));
}

#[test]
fn a_bad_item_leaves_its_neighbours_alone() {
    let key = key();
    let mut batch = Batch::<3>::new(&key);
    batch.blinded[1] = no_elements()[3];
    let mut evaluated = [[1; ELEMENT_BYTES]; 3];
    let mut proofs = [[1; PROOF_BYTES]; 3];
    let mut results = [Err(ErrorKind::Internal.into()); 3];
    key.blind_evaluate_each(&mut Counter(5), &batch.blinded, &mut evaluated, &mut proofs, &mut results).unwrap();
    assert_eq!(results, [Ok(()), Err(Error::new(ErrorKind::Malformed).with_index(1)), Ok(())]);
    assert_eq!((evaluated[1], proofs[1]), ([0; ELEMENT_BYTES], [0; PROOF_BYTES]));
    for i in [0, 2] {
        assert_eq!(evaluated[i], batch.evaluated[i]);
        let (input, blind) = (&batch.inputs[i], &batch.blinds[i]);
        let output = finalize_one(key.public(), input, blind, &batch.blinded[i], &evaluated[i], &proofs[i]).unwrap();
        assert_eq!(output, key.evaluate(input).unwrap());
    }
}

#[test]
fn slices_of_different_lengths_are_misuse() {
    let key = key();
    let good = Batch::<2>::new(&key);
    let mut two = [[1; ELEMENT_BYTES]; 2];
    let misuse = Some(ErrorKind::Misuse);
    assert_eq!(kind(key.blind_evaluate(&mut Counter(0), &good.blinded[..1], &mut two)), misuse);
    assert_eq!(two, [[1; ELEMENT_BYTES]; 2]);
    assert_eq!(kind(key.blind_evaluate(&mut Counter(0), &[], &mut [])), misuse);
    let mut proofs = [[1; PROOF_BYTES]; 2];
    let each = key.blind_evaluate_each(&mut Counter(0), &good.blinded, &mut two, &mut proofs, &mut [Ok(())]);
    assert_eq!(kind(each), misuse);
    assert_eq!((two, proofs), ([[1; ELEMENT_BYTES]; 2], [[1; PROOF_BYTES]; 2]));
    assert_eq!(kind(verify_proof(key.public(), &good.blinded[..1], &good.evaluated, &good.proof)), misuse);
    assert_eq!(kind(verify_proof(key.public(), &[], &[], &good.proof)), misuse);
    let mut outputs = [[1; OUTPUT_BYTES]; 2];
    for (i, b) in [(1, 2), (2, 1)] {
        let (inputs, blinds) = (&good.inputs[..i], &good.blinds[..b]);
        let result = finalize(key.public(), inputs, blinds, &good.blinded, &good.evaluated, &good.proof, &mut outputs);
        assert_eq!(kind(result), misuse);
    }
    let empty: [[u8; 1]; 0] = [];
    assert_eq!(kind(finalize::<_, Blind>(key.public(), &empty, &[], &[], &[], &good.proof, &mut [])), misuse);
    assert_eq!(kind(key.verify_slice(&good.inputs, &outputs[..1], &mut [Ok(()), Ok(())])), misuse);
    assert_eq!(kind(key.verify_slice(&good.inputs, &outputs, &mut [Ok(())])), misuse);
}

#[test]
fn secrets_are_read_strictly() {
    let order = uint::to_be(&N);
    let mut below = order;
    below[47] -= 1;
    assert_eq!(PrivateKey::from_bytes(&below).unwrap().to_bytes()[..], below);
    assert_eq!(Blind::from_bytes(&below).unwrap().to_bytes()[..], below);
    for bad in [&order[..], &[0; 48], &[0xff; 48], &below[1..], &[1; 49], &[]] {
        assert_eq!(kind(PrivateKey::from_bytes(bad)), Some(ErrorKind::Malformed));
        assert_eq!(kind(Blind::from_bytes(bad)), Some(ErrorKind::Malformed));
    }
    assert_eq!(kind(PrivateKey::derive(&[7; SEED_BYTES - 1], b"")), Some(ErrorKind::Misuse));
    let keys = [32, 33, 48].map(|length| PrivateKey::derive(&[7; 48][..length], b"").unwrap());
    assert!(keys[0].public() != keys[1].public() && keys[1].public() != keys[2].public());
    assert!(keys[0].public() != PrivateKey::derive(&[7; 32], b"x").unwrap().public());
}

#[test]
fn limits_hold_to_the_byte() {
    static LONG: [u8; MAX_INPUT_BYTES + 1] = [0x5a; MAX_INPUT_BYTES + 1];
    let key = key();
    let mut out = [0; ELEMENT_BYTES];
    let longest = &LONG[..MAX_INPUT_BYTES];
    let blinding = blind(longest, &mut Counter(0), &mut out).unwrap();
    let mut evaluated = [[0; ELEMENT_BYTES]];
    let proof = key.blind_evaluate(&mut Counter(1), &[out], &mut evaluated).unwrap();
    let output = finalize_one(key.public(), longest, &blinding, &out, &evaluated[0], &proof).unwrap();
    assert_eq!(key.evaluate(longest).unwrap(), output);

    let limit = Some(ErrorKind::Limit);
    assert_eq!(kind(blind(&LONG, &mut Counter(0), &mut out)), limit);
    assert_eq!(kind(key.evaluate(&LONG)), limit);
    assert_eq!(kind(finalize_one(key.public(), &LONG, &blinding, &out, &evaluated[0], &proof)), limit);
    assert_eq!(kind(PrivateKey::derive(&[7; 32], &LONG)), limit);
    assert!(PrivateKey::derive(&[7; 32], longest).is_ok());
    assert_eq!(proof::check_count(MAX_BATCH), Ok(()));
    assert_eq!(kind(proof::check_count(MAX_BATCH + 1)), limit);
}

#[test]
fn a_bad_generator_is_reported_or_harmless() {
    let key = key();
    let batch = Batch::<2>::new(&key);
    let mut out = [1; ELEMENT_BYTES];
    let mut evaluated = [[1; ELEMENT_BYTES]; 2];
    assert_eq!(kind(PrivateKey::generate(&mut Broken)), Some(ErrorKind::Rng));
    assert_eq!(kind(blind(b"x", &mut Broken, &mut out)), Some(ErrorKind::Rng));
    assert_eq!(kind(key.blind_evaluate(&mut Broken, &batch.blinded, &mut evaluated)), Some(ErrorKind::Rng));
    assert_eq!(evaluated, [[0; ELEMENT_BYTES]; 2]);
    // Nothing but numbers out of range: an error, not an endless loop.
    for byte in [0, 0xff] {
        assert_eq!(kind(PrivateKey::generate(&mut Stuck(byte))), Some(ErrorKind::Rng));
        assert_eq!(kind(blind(b"x", &mut Stuck(byte), &mut out)), Some(ErrorKind::Rng));
    }
    assert_eq!(out, [1; ELEMENT_BYTES]);

    // A generator that repeats itself must not repeat a nonce: t2 = s·G + c·W shows r·G to everybody.
    let nonce_point = |blinded: &[[u8; ELEMENT_BYTES]]| {
        let mut evaluated = [[0; ELEMENT_BYTES]; 2];
        let proof = key.blind_evaluate(&mut Stuck(5), blinded, &mut evaluated[..blinded.len()]).unwrap();
        let [c, s] = [0, 48].map(|at| Scalar::from_bytes(proof[at..at + 48].try_into().unwrap()).unwrap());
        multiply_base(&s.add(&c.mul(&key.scalar))).to_affine().unwrap().to_bytes()
    };
    let points = [&batch.blinded[..], &batch.blinded[..1], &batch.blinded[1..]].map(nonce_point);
    assert!(points[0] != points[1] && points[0] != points[2] && points[1] != points[2]);
    assert_eq!(points[0], nonce_point(&batch.blinded));
}

#[test]
fn keys_at_the_ends_of_the_range_work() {
    let mut one = [0; SCALAR_BYTES];
    one[47] = 1;
    let mut last = uint::to_be(&N);
    last[47] -= 1;
    for (scalar, same) in [(one, true), (last, false)] {
        let key = PrivateKey::from_bytes(&scalar).unwrap();
        let (single, mut batch) = (Batch::<1>::new(&key), Batch::<3>::new(&key));
        assert_eq!(single.evaluated == single.blinded, same, "only 1 leaves an element as it is");
        assert_eq!(single.evaluated[0][1..], single.blinded[0][1..]);
        assert_eq!(single.finalize(key.public()).unwrap()[0], key.evaluate(&[0]).unwrap());
        assert_eq!(batch.finalize(key.public()).unwrap()[2], key.evaluate(&[2]).unwrap());

        // The public key itself, as an element: the generator or its negative.
        batch.blinded[1] = key.public().to_bytes();
        let mut evaluated = [[0; ELEMENT_BYTES]; 3];
        let proof = key.blind_evaluate(&mut Counter(1), &batch.blinded, &mut evaluated).unwrap();
        verify_proof(key.public(), &batch.blinded, &evaluated, &proof).unwrap();
        let mut only = [[0; ELEMENT_BYTES]];
        let proof = key.blind_evaluate(&mut Counter(1), &batch.blinded[1..2], &mut only).unwrap();
        verify_proof(key.public(), &batch.blinded[1..2], &only, &proof).unwrap();
        assert_eq!(only[0], evaluated[1]);
    }
}

#[test]
fn the_same_element_many_times_is_a_batch() {
    let key = key();
    let blinded = [Batch::<1>::new(&key).blinded[0]; 9];
    let mut evaluated = [[0; ELEMENT_BYTES]; 9];
    let proof = key.blind_evaluate(&mut Counter(1), &blinded, &mut evaluated).unwrap();
    assert!(evaluated.iter().all(|element| *element == evaluated[0]));
    verify_proof(key.public(), &blinded, &evaluated, &proof).unwrap();
}

#[test]
fn a_public_key_shows_its_bytes() {
    extern crate std;
    let shown = std::format!("{:?}", key().public());
    assert!(shown.starts_with("PublicKey(0") && shown.len() == "PublicKey()".len() + 2 * ELEMENT_BYTES, "{shown}");
}
