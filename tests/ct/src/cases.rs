//! The operations, and what is secret in each.

use std::hint::black_box;

use privacypass_core::crypto::blind_rsa::{self, BlindingInverse, Variant};
use privacypass_core::crypto::rsa::{PrivateKey2048, PublicKey2048};

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
    public_value(&mut equal);
    assert!(black_box(equal));
}

/// Looks a secret up in a table.
fn leak_index() {
    let table: Vec<u8> = (0..=255).collect();
    let mut key = black_box([7_u8; 1]);
    secret(&mut key);
    let mut found = black_box(&table)[usize::from(key[0])];
    public_value(&mut found);
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
    let inverse =
        blind_rsa::blind(&rsa_public_key(), Variant::PssDeterministic, &message, &mut SecretRng(2), out);
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
    let outcome =
        blind_rsa::finalize(&rsa_public_key(), variant, MESSAGE, &response, inverse, &mut signature);
    assert!(outcome.is_ok());
    public(&mut signature);
    black_box(signature);
}
