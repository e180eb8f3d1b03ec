//! The operations, and what is secret in each.

use std::hint::black_box;

use privacypass_core::crypto::blind_rsa::{self, BlindingInverse, Variant};
use privacypass_core::crypto::rsa::{PrivateKey2048, PublicKey2048};
use privacypass_core::crypto::voprf::{self, Blind, ELEMENT_BYTES, OUTPUT_BYTES, PROOF_BYTES};

use crate::rsa2048;
use crate::taint::{SecretRng, public, public_top_bit, public_value, secret};

/// Every case. Those whose name starts with `leak` must be reported: they show that the check can fail.
pub const ALL: &[(&str, fn())] = &[
    ("leak-branch", leak_branch),
    ("leak-index", leak_index),
    ("rsa-key", rsa_key),
    ("rsa-sign", rsa_sign),
    ("rsa-blind", rsa_blind),
    ("rsa-finalize", rsa_finalize),
    ("voprf-key", voprf_key),
    ("voprf-derive", voprf_derive),
    ("voprf-blind", voprf_blind),
    ("voprf-evaluate", voprf_evaluate),
    ("voprf-evaluate-batch", voprf_evaluate_batch),
    ("voprf-evaluate-each", voprf_evaluate_each),
    ("voprf-finalize", voprf_finalize),
    ("voprf-verify", voprf_verify),
];

const MESSAGE: &[u8] = b"a token input";

/// Compares a secret the way `==` does: byte by byte, up to the first difference.
fn leak_branch() {
    let mut key = black_box([7_u8; 32]);
    secret(&mut key);
    let mut equal = true;
    for byte in &key {
        // Without the black box the compiler compares all bytes at once, and there is no leak.
        if black_box(*byte) != 7 {
            equal = false;
            break;
        }
    }
    public_value(&equal);
    assert!(black_box(equal));
}

/// Looks a secret up in a table.
fn leak_index() {
    let table: Vec<u8> = (0..=255).collect();
    let mut key = black_box([7_u8; 1]);
    secret(&mut key);
    let found = black_box(&table)[usize::from(key[0])];
    public_value(&found);
    assert_eq!(black_box(found), 7);
}

/// The issuer's key, whose private exponent and primes are secret.
fn secret_rsa_key() -> PrivateKey2048 {
    let (mut d, mut p, mut q) =
        (black_box(rsa2048::PRIVATE_EXPONENT), black_box(rsa2048::PRIME_P), black_box(rsa2048::PRIME_Q));
    for number in [&mut d[..], &mut p, &mut q] {
        secret(number);
    }
    // The library takes only primes of half the modulus's length, so that their top bit is set is no secret. Without
    // this, every loop over the bits of a prime would be reported.
    public_top_bit(&mut p);
    public_top_bit(&mut q);
    match PrivateKey2048::from_components(&rsa2048::MODULUS, &rsa2048::EXPONENT, &d, &p, &q) {
        Ok(key) => key,
        Err(error) => panic!("the key of the vectors: {error}"),
    }
}

fn rsa_public_key() -> PublicKey2048 {
    PublicKey2048::from_components(&rsa2048::MODULUS, &rsa2048::EXPONENT).expect("the key of the vectors")
}

fn rsa_key() {
    black_box(secret_rsa_key());
}

/// The private operation: key, blinding and every intermediate value are secret, the result is public.
fn rsa_sign() {
    let key = secret_rsa_key();
    let mut out = [0; 256];
    let outcome = blind_rsa::blind_sign(&key, &mut SecretRng(1), &[0x42; 256], &mut out);
    assert!(outcome.is_ok());
    public(&mut out);
    black_box(out);
}

/// The client's blinding: salt, blinding factor and its inverse are secret, the blinded message is public.
fn blinded(out: &mut [u8; 256]) -> BlindingInverse<32> {
    let mut message = black_box(MESSAGE.to_vec());
    secret(&mut message);
    let inverse = blind_rsa::blind(&rsa_public_key(), Variant::PssDeterministic, &message, &mut SecretRng(2), out);
    public(out);
    inverse.unwrap_or_else(|error| panic!("blinding: {error}"))
}

fn rsa_blind() {
    black_box(blinded(&mut [0; 256]));
}

/// The client's last step: the inverse is secret, the signature is public.
fn rsa_finalize() {
    let key = PrivateKey2048::from_components(
        &rsa2048::MODULUS,
        &rsa2048::EXPONENT,
        &rsa2048::PRIVATE_EXPONENT,
        &rsa2048::PRIME_P,
        &rsa2048::PRIME_Q,
    )
    .expect("the key of the vectors");
    let mut request = [0; 256];
    let inverse = blinded(&mut request);
    let (mut response, mut signature) = ([0; 256], [0; 256]);
    blind_rsa::blind_sign(&key, &mut SecretRng(3), &request, &mut response).expect("a signature");
    public(&mut response);
    let variant = Variant::PssDeterministic;
    let outcome = blind_rsa::finalize(&rsa_public_key(), variant, MESSAGE, &response, inverse, &mut signature);
    assert!(outcome.is_ok());
    public(&mut signature);
    black_box(signature);
}

/// The issuer's key. Its public half is public, also where it lies inside the key.
fn secret_voprf_key() -> voprf::PrivateKey {
    let mut scalar = black_box([0x2A_u8; 48]);
    secret(&mut scalar);
    let key = voprf::PrivateKey::from_bytes(&scalar).unwrap_or_else(|error| panic!("a scalar below n: {error}"));
    public_value(key.public());
    key
}

fn voprf_key() {
    black_box(secret_voprf_key());
}

fn voprf_derive() {
    let mut seed = black_box([0x17_u8; 32]);
    secret(&mut seed);
    let key = voprf::PrivateKey::derive(&seed, b"PrivacyPass").unwrap_or_else(|error| panic!("a key: {error}"));
    public_value(key.public());
    black_box(key);
}

/// The client's blinding: input and blind are secret, the blinded element is public.
fn voprf_blinded(seed: u64) -> (Blind, [u8; ELEMENT_BYTES]) {
    let mut input = black_box(MESSAGE.to_vec());
    secret(&mut input);
    let mut element = [0; ELEMENT_BYTES];
    let blind = voprf::blind(&input, &mut SecretRng(seed), &mut element);
    public(&mut element);
    (blind.unwrap_or_else(|error| panic!("blinding: {error}")), element)
}

fn voprf_blind() {
    black_box(voprf_blinded(4));
}

/// Evaluation and proof: key and proof nonce are secret, evaluated elements and proof are public.
fn evaluate(blinded: &[[u8; ELEMENT_BYTES]]) -> (Vec<[u8; ELEMENT_BYTES]>, [u8; PROOF_BYTES]) {
    let mut evaluated = vec![[0; ELEMENT_BYTES]; blinded.len()];
    let proof = secret_voprf_key().blind_evaluate(&mut SecretRng(5), blinded, &mut evaluated);
    public(evaluated.as_flattened_mut());
    let mut proof = proof.unwrap_or_else(|error| panic!("evaluation: {error}"));
    public(&mut proof);
    (evaluated, proof)
}

fn voprf_evaluate() {
    black_box(evaluate(&[voprf_blinded(6).1]));
}

fn voprf_evaluate_batch() {
    black_box(evaluate(&[voprf_blinded(7).1, voprf_blinded(8).1, voprf_blinded(9).1]));
}

fn voprf_evaluate_each() {
    let blinded = [voprf_blinded(10).1, voprf_blinded(11).1];
    let mut evaluated = [[0; ELEMENT_BYTES]; 2];
    let mut proofs = [[0; PROOF_BYTES]; 2];
    let mut results = [Ok(()); 2];
    let key = secret_voprf_key();
    let outcome = key.blind_evaluate_each(&mut SecretRng(12), &blinded, &mut evaluated, &mut proofs, &mut results);
    public_value(&results);
    assert!(outcome.is_ok() && results.iter().all(Result::is_ok));
    public(evaluated.as_flattened_mut());
    public(proofs.as_flattened_mut());
    black_box((evaluated, proofs));
}

/// The client's last step: the blind, the input and the output are secret; what the issuer sent is public.
fn voprf_finalize() {
    let key = secret_voprf_key();
    let (blind, blinded) = voprf_blinded(13);
    let (evaluated, proof) = evaluate(&[blinded]);
    let mut input = black_box(MESSAGE.to_vec());
    secret(&mut input);
    let output = voprf::finalize_one(key.public(), &input, &blind, &blinded, &evaluated[0], &proof);
    let mut output = output.unwrap_or_else(|error| panic!("finalizing: {error}"));
    public(&mut output);
    black_box(output);
}

/// The origin's check of a privately verifiable token: the key is secret, and so is the right authenticator, which a
/// forger would like to learn byte by byte. The token presented and the verdict are public.
fn voprf_verify() {
    let mut results = [Ok(())];
    let outcome = secret_voprf_key().verify_slice(&[MESSAGE], &[[0x33; OUTPUT_BYTES]], &mut results);
    public_value(&results);
    assert!(outcome.is_ok() && results[0].is_err());
}
