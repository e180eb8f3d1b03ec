//! RFC 9578 appendix B: whole issuances, through the roles, byte by byte.

use privacypass_core::client::{Client, PendingToken, hazmat};
use privacypass_core::issuer::{Issuer, IssuerKey, PendingIssuance, TokenKey};
use privacypass_core::origin::{Expected, Origin, VerifierKey};
use privacypass_core::provider::SystemRng;
use privacypass_core::wire::{TokenChallengeRef, TokenKeyId};
use privacypass_core::{ErrorKind, TokenType};
use privacypass_tests::{hex_field, vectors};
use serde_json::Value;

/// One case of an appendix, with its keys made ready.
struct Case {
    vector: Value,
    issuer_key: IssuerKey,
    key: TokenKey,
}

impl Case {
    fn bytes(&self, field: &str) -> Vec<u8> {
        hex_field(&self.vector, field)
    }

    fn array<const N: usize>(&self, field: &str) -> [u8; N] {
        self.bytes(field).try_into().unwrap_or_else(|bytes: Vec<u8>| panic!("{field} has {} bytes", bytes.len()))
    }

    fn begin(&self) -> (Vec<u8>, PendingToken) {
        let challenge = self.bytes("token_challenge");
        let challenge = TokenChallengeRef::parse(&challenge).expect("challenge");
        let (blind48, blind256, salt);
        let randomness = if self.key.token_type() == TokenType::VOPRF_P384 {
            blind48 = self.array("blind");
            hazmat::Randomness::VoprfP384 { blind: &blind48 }
        } else {
            (blind256, salt) = (self.array("blind"), self.array("salt"));
            hazmat::Randomness::BlindRsa2048 { salt: &salt, r: &blind256 }
        };
        let (request, pending) =
            hazmat::begin_with(&Client::new(&self.key), &challenge, self.array("nonce"), randomness).expect("begin");
        (request.to_vec(), pending)
    }
}

fn cases(token_type: TokenType, file: &str, issuer_key: impl Fn(&[u8]) -> IssuerKey) -> Vec<Case> {
    let cases: Vec<Case> = vectors(file)
        .as_array()
        .expect("list")
        .iter()
        .map(|vector| Case {
            key: TokenKey::from_bytes(token_type, &hex_field(vector, "pkS")).expect("pkS"),
            issuer_key: issuer_key(&hex_field(vector, "skS")),
            vector: vector.clone(),
        })
        .collect();
    assert_eq!(cases.len(), 5, "{file}");
    cases
}

fn type1() -> Vec<Case> {
    cases(TokenType::VOPRF_P384, "rfc9578/type1.json", |sk| IssuerKey::from_voprf_p384_scalar(sk).expect("skS"))
}

fn type2() -> Vec<Case> {
    cases(TokenType::BLIND_RSA_2048, "rfc9578/type2.json", |sk| {
        IssuerKey::from_pkcs8_pem(std::str::from_utf8(sk).expect("PEM")).expect("skS")
    })
}

fn all() -> impl Iterator<Item = Case> {
    type1().into_iter().chain(type2())
}

#[test]
fn the_private_key_publishes_the_public_key_byte_for_byte() {
    for case in all() {
        assert_eq!(case.issuer_key.token_key(), case.bytes("pkS"));
        assert_eq!(case.issuer_key.id(), TokenKeyId::of(&case.bytes("pkS")));
    }
}

#[test]
fn the_client_sends_the_request_and_finishes_the_token() {
    for case in all() {
        let (request, pending) = case.begin();
        assert_eq!(hex::encode(request), hex::encode(case.bytes("token_request")));
        let token = Client::new(&case.key).finish(pending, &case.bytes("token_response")).expect("finish");
        assert_eq!(hex::encode(token.as_bytes()), hex::encode(case.bytes("token")));
    }
}

#[test]
fn the_issuer_answers_the_request() {
    for case in all() {
        let issuer_keys = [case.issuer_key];
        let request = hex_field(&case.vector, "token_request");
        let response = Issuer::new(&issuer_keys).issue(&request, &mut SystemRng).expect("issue");
        let expected = hex_field(&case.vector, "token_response");
        // The proof of a type 1 response is random; the evaluated element before it is not.
        let fixed = if case.key.token_type() == TokenType::VOPRF_P384 { 49 } else { expected.len() };
        assert_eq!(response.len(), expected.len());
        assert_eq!(hex::encode(&response[..fixed]), hex::encode(&expected[..fixed]));
    }
}

#[test]
fn the_printed_response_passes_for_an_external_signers() {
    for case in all() {
        let keys = std::slice::from_ref(&case.key);
        let pending = PendingIssuance::begin(&case.bytes("token_request"), keys).expect("begin");
        let output = case.bytes("token_response");
        assert_eq!(pending.signer_output_len(), output.len());
        assert_eq!(pending.finish(&output, keys).expect("finish").as_bytes(), output);
        for position in [0, 1, output.len() / 2, output.len() - 1] {
            let mut wrong = output.clone();
            wrong[position] ^= 1;
            assert_eq!(pending.finish(&wrong, keys).err().map(|e| e.kind()), Some(ErrorKind::Signer), "{position}");
        }
        assert_eq!(pending.finish(&output[1..], keys).err().map(|e| e.kind()), Some(ErrorKind::Signer));
    }
}

#[test]
fn the_origin_accepts_the_token_and_nothing_near_it() {
    for case in all() {
        let (token, challenge) = (case.bytes("token"), case.bytes("token_challenge"));
        let keys: [VerifierKey; 1] = [case.issuer_key.into()];
        let origin = Origin::new(&keys);
        let verified = origin.verify(&token, Expected::Challenge(&challenge)).expect("verify");
        assert_eq!(verified.nonce()[..], hex_field(&case.vector, "nonce"));

        let kind = |token: &[u8], challenge: &[u8]| {
            origin.verify(token, Expected::Challenge(challenge)).err().map(|error| error.kind())
        };
        for (position, expected) in [
            (0, ErrorKind::Unsupported),
            (2, ErrorKind::InvalidToken),
            (34, ErrorKind::ChallengeMismatch),
            (66, ErrorKind::UnknownKey),
            (98, ErrorKind::InvalidToken),
            (token.len() - 1, ErrorKind::InvalidToken),
        ] {
            let mut wrong = token.clone();
            wrong[position] ^= 0x01;
            if position == 0 {
                wrong[..2].copy_from_slice(&[0xAB, 0xCD]);
            }
            assert_eq!(kind(&wrong, &challenge), Some(expected), "byte {position}");
        }
        let mut other = challenge.clone();
        *other.last_mut().expect("not empty") ^= 1;
        assert_eq!(kind(&token, &other), Some(ErrorKind::ChallengeMismatch));
        let mut longer = token.clone();
        longer.push(0);
        assert_eq!(kind(&longer, &challenge), Some(ErrorKind::Malformed));
    }
}

#[test]
fn a_key_survives_pkcs8() {
    for case in [type1().remove(0), type2().remove(0)] {
        let pem = case.issuer_key.to_pkcs8_pem().expect("write");
        let again = IssuerKey::from_pkcs8_pem(&pem).expect("read");
        assert_eq!(again.token_key(), case.issuer_key.token_key());
        assert_eq!(again.token_type(), case.issuer_key.token_type());
        for end in [0, 30, pem.len() / 2, pem.len() - 30] {
            assert!(IssuerKey::from_pkcs8_pem(&pem[..end]).is_err());
        }
    }
}
