//! RFC 9474 appendix A: every variant, byte for byte, with the 4096-bit key printed there.

use privacypass_core::crypto::blind_rsa::{
    self, BlindingInverse, Variant, blind_sign, check_raw, finalize, hazmat, prepare, verify,
};
use privacypass_core::crypto::rsa::{PrivateKey4096, PublicKey4096};
use privacypass_core::provider::{Rng, SystemRng};
use privacypass_core::{ErrorKind, Result};
use privacypass_tests::{hex_field, vectors};
use serde_json::Value;

/// Bytes of the vectors' modulus.
const LEN: usize = 512;

/// Hands out prepared bytes, and is empty after them.
struct Script(Vec<u8>);

impl Rng for Script {
    fn fill(&mut self, out: &mut [u8]) -> Result<()> {
        if out.len() > self.0.len() {
            return Err(ErrorKind::Rng.into());
        }
        let rest = self.0.split_off(out.len());
        out.copy_from_slice(&self.0);
        self.0 = rest;
        Ok(())
    }
}

/// Runs the body for each of the four cases, with its variant and keys.
fn for_each_case(body: impl Fn(&Value, Variant, &PrivateKey4096)) {
    let cases = vectors("rfc9474/rsabssa.json");
    let cases = cases.as_array().unwrap();
    assert_eq!(cases.len(), Variant::ALL.len());
    for (case, variant) in cases.iter().zip(Variant::ALL) {
        assert_eq!(case["name"], variant.name());
        let [n, e, d, p, q] = ["n", "e", "d", "p", "q"].map(|field| hex_field(case, field));
        body(case, variant, &PrivateKey4096::from_components(&n, &e, &d, &p, &q).unwrap());
    }
}

/// The vectors print r^-1. Blinding *with* it leaves its inverse, which is r.
fn blinding_factor(case: &Value, variant: Variant, pk: &PublicKey4096) -> [u8; LEN] {
    let (salt, inv) = (hex_field(case, "salt"), hex_field(case, "inv"));
    let swapped = hazmat::blind_with_salt_and_r(pk, variant, b"", &salt, &inv, &mut [0; LEN]).unwrap();
    let mut r = [0; LEN];
    swapped.to_bytes(pk, &mut r).unwrap();
    r
}

#[test]
fn prepare_puts_the_prefix_before_the_message() {
    for_each_case(|case, variant, _| {
        let mut out = vec![0; 200];
        let mut rng = Script(hex_field(case, "msg_prefix"));
        let len = prepare(variant, &hex_field(case, "msg"), &mut rng, &mut out).unwrap();
        assert_eq!(out[..len], hex_field(case, "input_msg"), "{}", variant.name());

        let error = prepare(variant, b"message", &mut SystemRng, &mut out[..6]).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (ErrorKind::BufferTooSmall, Some(7 + variant.prefix_len())));
    });
}

#[test]
fn every_step_is_byte_exact() {
    for_each_case(|case, variant, sk| {
        let pk = sk.public();
        let msg = hex_field(case, "input_msg");
        let r = blinding_factor(case, variant, pk);
        let mut blinded = [0; LEN];
        let inverse =
            hazmat::blind_with_salt_and_r(pk, variant, &msg, &hex_field(case, "salt"), &r, &mut blinded).unwrap();
        assert_eq!(blinded[..], hex_field(case, "blinded_msg"), "{}", variant.name());

        let mut inv = [0; LEN];
        inverse.to_bytes(pk, &mut inv).unwrap();
        assert_eq!(inv[..], hex_field(case, "inv"), "{}", variant.name());

        let mut blind_sig = [0; LEN];
        blind_sign(sk, &mut SystemRng, &blinded, &mut blind_sig).unwrap();
        assert_eq!(blind_sig[..], hex_field(case, "blind_sig"), "{}", variant.name());
        check_raw(pk, &blinded, &blind_sig).unwrap();

        let mut sig = [0; LEN];
        finalize(pk, variant, &msg, &blind_sig, inverse, &mut sig).unwrap();
        assert_eq!(sig[..], hex_field(case, "sig"), "{}", variant.name());
        verify(pk, variant, &msg, &sig).unwrap();
    });
}

#[test]
fn a_signature_is_of_its_variant_and_message_only() {
    for_each_case(|case, variant, sk| {
        let (msg, sig) = (hex_field(case, "input_msg"), hex_field(case, "sig"));
        for other in Variant::ALL {
            let outcome = verify(sk.public(), other, &msg, &sig).map_err(|e| e.kind());
            let expected = if other.salt_len() == variant.salt_len() { Ok(()) } else { Err(ErrorKind::InvalidToken) };
            assert_eq!(outcome, expected, "{} as {}", variant.name(), other.name());
        }
        let error = verify(sk.public(), variant, &msg[1..], &sig).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidToken);
    });
}

#[test]
fn a_sealed_inverse_finalizes_after_it_is_reopened() {
    for_each_case(|case, variant, sk| {
        let pk = sk.public();
        let inverse = BlindingInverse::from_bytes(pk, &hex_field(case, "inv")).unwrap();
        let (msg, blind_sig) = (hex_field(case, "input_msg"), hex_field(case, "blind_sig"));
        let mut sig = [0; LEN];
        finalize(pk, variant, &msg, &blind_sig, inverse, &mut sig).unwrap();
        assert_eq!(sig[..], hex_field(case, "sig"));
    });
}

#[test]
fn random_blinding_ends_in_a_valid_signature() {
    for_each_case(|_, variant, sk| {
        let pk = sk.public();
        let mut msg = vec![0; 7 + variant.prefix_len()];
        prepare(variant, b"message", &mut SystemRng, &mut msg).unwrap();
        let (mut blinded, mut again) = ([0; LEN], [0; LEN]);
        let inverse = blind_rsa::blind(pk, variant, &msg, &mut SystemRng, &mut blinded).unwrap();
        blind_rsa::blind(pk, variant, &msg, &mut SystemRng, &mut again).unwrap();
        assert_ne!(blinded, again);
        let (mut blind_sig, mut sig) = ([0; LEN], [0; LEN]);
        blind_sign(sk, &mut SystemRng, &blinded, &mut blind_sig).unwrap();
        finalize(pk, variant, &msg, &blind_sig, inverse, &mut sig).unwrap();
        verify(pk, variant, &msg, &sig).unwrap();
    });
}
