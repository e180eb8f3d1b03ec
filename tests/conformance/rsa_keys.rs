//! RSA keys in the encodings of RFC 9578 appendix B.2, and the raw operations with its 2048-bit key.

use privacypass_core::crypto::blind_rsa::{Variant, blind_sign, hazmat};
use privacypass_core::crypto::rsa::{PrivateKey2048, PublicKey2048, spki};
use privacypass_core::provider::{Rng, SystemRng};
use privacypass_core::{ErrorKind, Result};
use privacypass_tests::{hex_field, vectors};
use serde_json::Value;

fn cases() -> Vec<Value> {
    let cases = vectors("rfc9578/type2.json").as_array().unwrap().clone();
    assert_eq!(cases.len(), 5);
    cases
}

fn private_key(case: &Value) -> PrivateKey2048 {
    PrivateKey2048::from_pkcs8_pem(&String::from_utf8(hex_field(case, "skS")).unwrap()).unwrap()
}

#[test]
fn the_published_key_pair_agrees_with_itself() {
    for case in cases() {
        let key = private_key(&case);
        let published = hex_field(&case, "pkS");
        let mut spki_bytes = [0; 342];
        assert_eq!(key.public().write_spki(&mut spki_bytes).unwrap(), 342);
        assert_eq!(spki_bytes[..], published);
        assert_eq!(*key.public(), PublicKey2048::from_spki(&published).unwrap());
        assert_eq!(spki::parse(&published).unwrap().form, spki::Form::Rfc9578);
    }
}

#[test]
fn requests_and_responses_are_byte_exact() {
    for case in cases() {
        let key = private_key(&case);
        let token = hex_field(&case, "token");
        let mut request = [0; 256];
        hazmat::blind_with_salt_and_r(
            key.public(),
            Variant::PssDeterministic,
            &token[..98],
            &hex_field(&case, "salt"),
            &hex_field(&case, "blind"),
            &mut request,
        )
        .unwrap();
        assert_eq!(request[..], hex_field(&case, "token_request")[3..]);
        let mut response = [0; 256];
        blind_sign(&key, &mut SystemRng, &request, &mut response).unwrap();
        assert_eq!(response[..], hex_field(&case, "token_response"));
    }
}

#[test]
fn pkcs8_survives_a_round_trip_in_der_and_pem() {
    let case = &cases()[0];
    let key = private_key(case);
    let pem = key.to_pkcs8_pem().unwrap();
    assert_eq!(pem.as_bytes(), hex_field(case, "skS"), "the published PEM is what we write, too");
    let der = key.to_pkcs8_der().unwrap();
    let again = PrivateKey2048::from_pkcs8_der(&der).unwrap();
    assert_eq!(again.to_pkcs8_der().unwrap()[..], der[..]);

    for len in 0..der.len() {
        let error = PrivateKey2048::from_pkcs8_der(&der[..len]).err().map(|e| e.kind());
        assert_eq!(error, Some(ErrorKind::Malformed), "{len} bytes");
    }
    let longer = [&der[..], &[0]].concat();
    assert_eq!(PrivateKey2048::from_pkcs8_der(&longer).err().map(|e| e.kind()), Some(ErrorKind::Malformed));
    let other_label = pem.replace("PRIVATE KEY", "RSA PRIVATE KEY");
    assert_eq!(PrivateKey2048::from_pkcs8_pem(&other_label).err().map(|e| e.kind()), Some(ErrorKind::Malformed));
}

#[test]
fn pkcs8_under_the_pss_identifier_is_the_same_key() {
    let key = private_key(&cases()[0]);
    let der = key.to_pkcs8_der().unwrap();
    let rsa_encryption = [0x30, 0x0d, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
    let at = der.windows(15).position(|window| window == rsa_encryption).unwrap();
    let rebuild = |algorithm: &[u8]| {
        let body = [&der[4..at], algorithm, &der[at + 15..]].concat();
        let len = u16::try_from(body.len()).unwrap().to_be_bytes();
        [&[0x30, 0x82, len[0], len[1]], &body[..]].concat()
    };
    let no_parameters = [0x30, 0x0b, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0a];
    let rfc9578 = &hex_field(&cases()[0], "pkS")[4..67];
    for algorithm in [&no_parameters[..], rfc9578] {
        let same = PrivateKey2048::from_pkcs8_der(&rebuild(algorithm)).unwrap();
        assert_eq!(same.to_pkcs8_der().unwrap()[..], der[..]);
    }
    let mut pss_with_sha256 = rfc9578.to_vec();
    pss_with_sha256[31] = 1; // id-sha256 for id-sha384
    for other in [&pss_with_sha256[..], &[0x30, 5, 6, 3, 0x2b, 0x65, 0x70]] {
        let error = PrivateKey2048::from_pkcs8_der(&rebuild(other)).err().map(|e| e.kind());
        assert_eq!(error, Some(ErrorKind::Unsupported));
    }
}

#[test]
fn a_generated_key_is_whole() {
    let key = PrivateKey2048::generate(&mut SystemRng).unwrap();
    assert_eq!(key.public().modulus_bits(), 2048);
    let mut exponent = [0; 3];
    key.public().write_exponent(&mut exponent).unwrap();
    assert_eq!(exponent, [1, 0, 1]);
    let der = key.to_pkcs8_der().unwrap();
    assert!(PrivateKey2048::from_pkcs8_der(&der).unwrap().public() == key.public());
}

/// Works for a while, then fails for ever.
struct Dies(u32);

impl Rng for Dies {
    fn fill(&mut self, out: &mut [u8]) -> Result<()> {
        self.0 = self.0.checked_sub(1).ok_or(ErrorKind::Rng)?;
        SystemRng.fill(out)
    }
}

#[test]
fn generation_ends_with_the_error_of_its_randomness() {
    // A prime takes a draw at least: a key needs two.
    for calls in [0, 1] {
        let error = PrivateKey2048::generate(&mut Dies(calls)).err().map(|e| e.kind());
        assert_eq!(error, Some(ErrorKind::Rng), "after {calls} calls");
    }
}
