//! The scheme against `rsa` as an independent signer and verifier, and everything that must be refused.

extern crate std;

use super::hazmat::blind_with_salt_and_r;
use super::*;
use crate::crypto::rsa::tests::{TestRng, components, oracle_key, oracle_pow, private_key};
use crate::crypto::rsa::{PrivateKey2048, PrivateKey4096, PublicKey2048, PublicKey4096};
use crate::error::{ErrorKind, Result};
use crate::provider::Rng;
use ::rsa::pss::{Signature, SigningKey, VerifyingKey};
use ::rsa::signature::{RandomizedSigner, SignatureEncoding, Verifier};
use crypto_bigint::Uint;
use sha2::Sha384;

/// Bytes of everything under a 2048-bit key.
const LEN: usize = 256;

/// Fails after this many calls.
struct Dies(u32);

impl Rng for Dies {
    fn fill(&mut self, out: &mut [u8]) -> Result<()> {
        self.0 = self.0.checked_sub(1).ok_or(ErrorKind::Rng)?;
        TestRng(u64::from(self.0)).fill(out)
    }
}

fn kind<T>(result: Result<T>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

/// A signature made in all three steps.
fn issue(sk: &PrivateKey2048, variant: Variant, msg: &[u8], seed: u64) -> [u8; LEN] {
    let mut rng = TestRng(seed);
    let (mut blinded, mut blind_sig, mut sig) = ([0; LEN], [0; LEN], [0; LEN]);
    let inverse = blind(sk.public(), variant, msg, &mut rng, &mut blinded).unwrap();
    blind_sign(sk, &mut rng, &blinded, &mut blind_sig).unwrap();
    finalize(sk.public(), variant, msg, &blind_sig, inverse, &mut sig).unwrap();
    sig
}

#[test]
fn the_oracle_accepts_ours_and_we_accept_the_oracles() {
    let (sk, oracle) = (private_key(20), oracle_key(20, 2048));
    for variant in [Variant::PssDeterministic, Variant::PssZeroDeterministic] {
        let verifying: VerifyingKey<Sha384> =
            VerifyingKey::new_with_salt_len(oracle.to_public_key(), variant.salt_len());
        let signing: SigningKey<Sha384> = SigningKey::new_with_salt_len(oracle.clone(), variant.salt_len());
        for i in 0..4 {
            let msg = [i; 98];
            let ours = issue(&sk, variant, &msg, i.into());
            verifying.verify(&msg, &Signature::try_from(&ours[..]).unwrap()).unwrap();
            let theirs = signing.sign_with_rng(&mut TestRng(i.into()), &msg).to_bytes();
            verify(sk.public(), variant, &msg, &theirs).unwrap();
        }
    }
}

#[test]
fn moduli_that_do_not_fill_their_limbs_work() {
    let variant = Variant::PssDeterministic;
    for bits in [2048, 2050, 2056] {
        let oracle = oracle_key(26, bits);
        let [n, e, d, p, q] = components(&oracle);
        let sk = PrivateKey4096::from_components(&n, &e, &d, &p, &q).unwrap();
        let pk = sk.public();
        assert_eq!((pk.modulus_bits(), pk.modulus_len()), (bits, bits.div_ceil(8)));
        let mut rng = TestRng(4);
        let len = pk.modulus_len();
        let (mut blinded, mut blind_sig, mut sig) = ([0; 257], [0; 257], [0; 257]);
        let inverse = blind(pk, variant, b"message", &mut rng, &mut blinded).unwrap();
        blind_sign(&sk, &mut rng, &blinded[..len], &mut blind_sig).unwrap();
        finalize(pk, variant, b"message", &blind_sig[..len], inverse, &mut sig).unwrap();
        let verifying: VerifyingKey<Sha384> = VerifyingKey::new_with_salt_len(oracle.to_public_key(), SALT_LEN);
        verifying.verify(b"message", &Signature::try_from(&sig[..len]).unwrap()).unwrap();
    }
}

#[test]
fn an_encoding_a_byte_shorter_than_the_modulus_verifies() {
    let oracle = oracle_key(27, 2049);
    let [n, e, d, ..] = components(&oracle);
    let pk = PublicKey4096::from_components(&n, &e).unwrap();
    assert_eq!((pk.modulus_bits(), pk.modulus_len()), (2049, 257));
    let signing: SigningKey<Sha384> = SigningKey::new_with_salt_len(oracle, SALT_LEN);
    let mut sig = signing.sign_with_rng(&mut TestRng(5), b"message").to_bytes();
    verify(&pk, Variant::PssDeterministic, b"message", &sig).unwrap();
    // A number whose lower 256 bytes are the encoding and whose top byte is 1, signed with the plain power.
    let number = |bytes: &[u8]| uint::from_be::<64>(bytes).unwrap();
    let mut em = [0; 257];
    let found = (0..64).find(|&i| {
        pss::encode(b"message", &[i; SALT_LEN], 2048, &mut em[1..]).unwrap();
        em[0] = 1;
        uint::lt(&number(&em), &number(&n)) == 1
    });
    assert!(found.is_some());
    for (top, expected) in [(0, None), (1, Some(ErrorKind::InvalidToken))] {
        em[0] = top;
        uint::write_be(&oracle_pow(&number(&em), &number(&d), &number(&n)), &mut sig);
        assert_eq!(kind(verify(&pk, Variant::PssDeterministic, b"message", &sig)), expected, "top byte {top}");
    }
}

#[test]
fn every_flipped_bit_of_a_signature_is_refused() {
    let sk = private_key(21);
    let sig = issue(&sk, Variant::PssDeterministic, b"message", 1);
    for bit in (0..8 * LEN).step_by(7) {
        let mut other = sig;
        other[bit / 8] ^= 1 << (bit % 8);
        let outcome = verify(sk.public(), Variant::PssDeterministic, b"message", &other);
        assert_eq!(kind(outcome), Some(ErrorKind::InvalidToken), "bit {bit}");
    }
}

#[test]
fn a_signature_that_is_not_below_the_modulus_is_refused() {
    let sk = private_key(22);
    let pk = sk.public();
    let mut n = [0; LEN];
    pk.write_modulus(&mut n).unwrap();
    let n = Uint::<32>::from_be_slice(&n);
    let mut tried = 0;
    for seed in 0..64 {
        let sig = issue(&sk, Variant::PssDeterministic, b"message", seed);
        // s + n opens to the same number; it is written in 256 bytes when s is small enough.
        let s = Uint::from_be_slice(&sig);
        if s > Uint::MAX.wrapping_sub(&n) {
            continue;
        }
        let mut twin = [0; LEN];
        uint::write_be(&s.wrapping_add(&n).to_words(), &mut twin);
        let outcome = verify(pk, Variant::PssDeterministic, b"message", &twin);
        assert_eq!(kind(outcome), Some(ErrorKind::InvalidToken));
        tried += 1;
    }
    assert!(tried > 0, "no signature had a twin");
}

#[test]
fn wrong_lengths_and_numbers_out_of_range_are_refused() {
    let sk = private_key(23);
    let pk = sk.public();
    let variant = Variant::PssDeterministic;
    let mut rng = TestRng(1);
    let mut out = [7; LEN];
    let mut n = [0; LEN];
    pk.write_modulus(&mut n).unwrap();
    let mut last = n;
    last[LEN - 1] -= 1;
    let reopened = |number: &[u8]| BlindingInverse::from_bytes(pk, number).unwrap();

    for bytes in [&[][..], &[0; LEN - 1], &[0; LEN + 1]] {
        assert_eq!(kind(verify(pk, variant, b"m", bytes)), Some(ErrorKind::Malformed));
        assert_eq!(kind(blind_sign(&sk, &mut rng, bytes, &mut out)), Some(ErrorKind::Malformed));
        assert_eq!(kind(finalize(pk, variant, b"m", bytes, reopened(&last), &mut out)), Some(ErrorKind::Malformed));
        assert_eq!(kind(BlindingInverse::from_bytes(pk, bytes)), Some(ErrorKind::Malformed));
        assert_eq!(kind(check_raw(pk, bytes, &last)), Some(ErrorKind::Malformed));
        assert_eq!(kind(check_raw(pk, &last, bytes)), Some(ErrorKind::Signer));
        let outcome = blind_with_salt_and_r(pk, variant, b"m", &[0; SALT_LEN], bytes, &mut out);
        assert_eq!(kind(outcome), Some(ErrorKind::Misuse));
    }
    let outcome = blind_with_salt_and_r(pk, variant, b"m", &[0; SALT_LEN - 1], &last, &mut out);
    assert_eq!(kind(outcome), Some(ErrorKind::Misuse));

    assert_eq!(kind(verify(pk, variant, b"m", &n)), Some(ErrorKind::InvalidToken));
    assert_eq!(kind(blind_sign(&sk, &mut rng, &n, &mut out)), Some(ErrorKind::Malformed));
    assert_eq!(kind(finalize(pk, variant, b"m", &n, reopened(&last), &mut out)), Some(ErrorKind::InvalidProof));
    assert_eq!(kind(BlindingInverse::from_bytes(pk, &n)), Some(ErrorKind::Malformed));
    assert_eq!(kind(check_raw(pk, &n, &last)), Some(ErrorKind::Malformed));
    assert_eq!(kind(check_raw(pk, &last, &n)), Some(ErrorKind::Signer));

    // n - 1 is -1: an odd power of it is itself.
    blind_sign(&sk, &mut rng, &last, &mut out).unwrap();
    assert_eq!(out, last);
    check_raw(pk, &last, &last).unwrap();
    assert_eq!(kind(check_raw(pk, &last, &[0; LEN])), Some(ErrorKind::Signer));
}

#[test]
fn short_buffers_are_told_the_size_they_need() {
    let sk = private_key(23);
    let pk = sk.public();
    let variant = Variant::PssDeterministic;
    let mut rng = TestRng(1);
    let needs = |result: Result<()>| result.map_err(|error| (error.kind(), error.offset()));
    let expected = Err((ErrorKind::BufferTooSmall, Some(LEN)));
    let short = &mut [0; LEN - 1];
    assert_eq!(needs(blind(pk, variant, b"m", &mut rng, short).map(|_| ())), expected);
    assert_eq!(needs(blind_sign(&sk, &mut rng, &[1; LEN], short)), expected);
    let inverse = BlindingInverse::from_bytes(pk, &[1; LEN]).unwrap();
    assert_eq!(needs(inverse.to_bytes(pk, short)), expected);
    assert_eq!(needs(finalize(pk, variant, b"m", &[1; LEN], inverse, short)), expected);
    assert_eq!(needs(pk.write_modulus(short)), expected);
}

#[test]
fn finalize_refuses_what_the_signer_did_not_sign() {
    let sk = private_key(24);
    let pk = sk.public();
    let mut rng = TestRng(2);
    for variant in Variant::ALL {
        let (mut blinded, mut blind_sig) = ([0; LEN], [0; LEN]);
        let mut fresh = || blind(pk, variant, b"message", &mut rng, &mut blinded).unwrap();
        let (first, second, third) = (fresh(), fresh(), fresh());
        blind_sign(&sk, &mut rng, &blinded, &mut blind_sig).unwrap();
        let mut out = [7; LEN];
        let wrong_inverse = finalize(pk, variant, b"message", &blind_sig, first, &mut out);
        assert_eq!(kind(wrong_inverse), Some(ErrorKind::InvalidProof));
        let wrong_answer = finalize(pk, variant, b"message", &blinded, second, &mut out);
        assert_eq!(kind(wrong_answer), Some(ErrorKind::InvalidProof));
        assert_eq!(out, [7; LEN], "nothing was written");
        let wrong_message = finalize(pk, variant, b"massage", &blind_sig, third, &mut out);
        assert_eq!(kind(wrong_message), Some(ErrorKind::InvalidProof));
    }
}

#[test]
fn a_message_that_shares_a_factor_with_the_modulus_is_refused() {
    // 2^2048 - 1 is divisible by 3, 5, 17 and more: no honest key, and half of all messages meet a factor.
    let pk = PublicKey2048::from_components(&[0xff; LEN], &[1, 0, 1]).unwrap();
    let n = Uint::<32>::MAX;
    let mut one = [0; LEN];
    one[LEN - 1] = 1;
    let (mut coprime, mut sharing) = (0, 0);
    for i in 0..32 {
        let salt = [i; SALT_LEN];
        let mut em = [0; LEN];
        pss::encode(b"message", &salt, 2047, &mut em).unwrap();
        let is_coprime = Uint::from_be_slice(&em).gcd(&n) == Uint::ONE;
        let outcome = blind_with_salt_and_r(&pk, Variant::PssDeterministic, b"message", &salt, &one, &mut [0; LEN]);
        if is_coprime {
            assert_eq!(kind(outcome), None);
            coprime += 1;
        } else {
            assert_eq!(kind(outcome), Some(ErrorKind::Malformed));
            sharing += 1;
        }
    }
    assert!(coprime > 4 && sharing > 4, "{coprime} coprime, {sharing} sharing");
}

/// Gives the same number, little-endian, at every call.
struct Fixed([u8; LEN]);

impl Rng for Fixed {
    fn fill(&mut self, out: &mut [u8]) -> Result<()> {
        out.copy_from_slice(&self.0[..out.len()]);
        Ok(())
    }
}

#[test]
fn a_blinding_factor_that_is_not_invertible_is_refused() {
    let [n, e, d, p, q] = components(&oracle_key(28, 2048));
    let sk = PrivateKey2048::from_components(&n, &e, &d, &p, &q).unwrap();
    let mut factor = [0; LEN];
    factor.iter_mut().zip(p.iter().rev()).for_each(|(to, from)| *to = *from);
    let mut out = [7; LEN];
    let outcome = blind_sign(&sk, &mut Fixed(factor), &[1; LEN], &mut out);
    assert_eq!((kind(outcome), out), (Some(ErrorKind::Rng), [0; LEN]));
    let outcome = blind(sk.public(), Variant::PssZeroDeterministic, b"message", &mut Fixed(factor), &mut out);
    assert_eq!((kind(outcome), out), (Some(ErrorKind::Malformed), [0; LEN]));
}

#[test]
fn items_of_a_batch_do_not_affect_each_other() {
    let sk = private_key(25);
    let mut n = [0; LEN];
    sk.public().write_modulus(&mut n).unwrap();
    let good: std::vec::Vec<[u8; LEN]> =
        (0..19u8).map(|i| core::array::from_fn(|at| if at == 0 { 0 } else { i })).collect();
    let mut inputs: std::vec::Vec<&[u8]> = good.iter().map(|item| &item[..]).collect();
    inputs[3] = &n;
    inputs[8] = &[];
    inputs[18] = &n[1..];
    let mut outputs = std::vec![7; 19 * LEN];
    let mut results = [Err(ErrorKind::Internal.into()); 19];
    blind_sign_slice(&sk, &mut TestRng(3), &inputs, &mut outputs, &mut results).unwrap();
    for (i, (output, result)) in outputs.chunks(LEN).zip(results).enumerate() {
        if [3, 8, 18].contains(&i) {
            assert_eq!(kind(result), Some(ErrorKind::Malformed), "item {i}");
            assert_eq!(output, [0; LEN], "item {i}");
        } else {
            assert_eq!(result, Ok(()), "item {i}");
            check_raw(sk.public(), &good[i], output).unwrap();
        }
    }
}

#[test]
fn randomness_that_fails_leaves_no_signature() {
    let sk = private_key(25);
    let inputs = [&[1; LEN][..]; 10];
    let mut outputs = [7; 10 * LEN];
    let mut results = [Ok(()); 10];
    // Eight draws serve the first group; the second has one and then none.
    blind_sign_slice(&sk, &mut Dies(9), &inputs, &mut outputs, &mut results).unwrap();
    assert_eq!(results.map(kind)[..8], [None; 8]);
    assert_eq!(results.map(kind)[8..], [Some(ErrorKind::Rng); 2]);
    assert_eq!(outputs[8 * LEN..], [0; 2 * LEN]);

    for variant in [Variant::PssDeterministic, Variant::PssRandomized] {
        for calls in [0, 1] {
            let outcome = blind(sk.public(), variant, b"m", &mut Dies(calls), &mut [0; LEN]);
            assert_eq!(kind(outcome), Some(ErrorKind::Rng), "{calls} calls");
        }
    }
    assert_eq!(kind(prepare(Variant::PssRandomized, b"m", &mut Dies(0), &mut [0; 33])), Some(ErrorKind::Rng));
}

#[test]
fn slices_of_different_lengths_are_misuse() {
    let sk = private_key(25);
    let pk = sk.public();
    let variant = Variant::PssDeterministic;
    let sign = |inputs: &[&[u8]], outputs: usize, results: usize| {
        let (mut outputs, mut results) = (std::vec![7; outputs], std::vec![Ok(()); results]);
        let outcome = blind_sign_slice(&sk, &mut Dies(0), inputs, &mut outputs, &mut results);
        assert!(outputs.iter().all(|&byte| byte == 7));
        kind(outcome)
    };
    assert_eq!(sign(&[], 0, 0), None);
    assert_eq!(sign(&[&[1; LEN]], LEN, 0), Some(ErrorKind::Misuse));
    assert_eq!(sign(&[&[1; LEN]], LEN - 1, 1), Some(ErrorKind::Misuse));
    assert_eq!(sign(&[&[1; LEN]], 2 * LEN, 1), Some(ErrorKind::Misuse));
    let sig = issue(&sk, variant, b"m", 9);
    assert_eq!(kind(verify_slice(pk, variant, &[b"m"], &[&sig], &mut [])), Some(ErrorKind::Misuse));
    assert_eq!(kind(verify_slice(pk, variant, &[], &[&sig], &mut [Ok(())])), Some(ErrorKind::Misuse));

    let mut results = [Err(ErrorKind::Internal.into()); 3];
    verify_slice(pk, variant, &[b"m", b"x", b"m"], &[&sig, &sig, &sig[1..]], &mut results).unwrap();
    assert_eq!(results.map(kind), [None, Some(ErrorKind::InvalidToken), Some(ErrorKind::Malformed)]);
}
