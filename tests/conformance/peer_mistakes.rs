//! What other implementations got wrong (the list at the end of the protocol notes): one test for each mistake.
//!
//! Mistakes in reading headers are tested in `rfc9577_headers.rs`; a challenge sent with status 200, in the services.

use std::sync::atomic::{AtomicUsize, Ordering};

use privacypass_core::client::Client;
use privacypass_core::directory::{Directory, KeySchedule, ScheduledKey};
use privacypass_core::issuer::{Issuer, IssuerKey, TokenKey};
use privacypass_core::origin::{Expected, Origin, VerifierKey};
use privacypass_core::provider::{MemorySpendStore, SystemRng};
use privacypass_core::wire::{TokenChallengeRef, TokenKeyId, TokenRef, TokenRequestRef};
use privacypass_core::{ErrorKind, TokenType};
use privacypass_tests::roles::{TYPES, challenge, issuer_key, token};
use privacypass_tests::{hex_field, vectors};

/// `privacypass` (Rust): a token for one origin is accepted at another.
#[test]
fn the_challenge_digest_is_compared() {
    for token_type in TYPES {
        let key = issuer_key(token_type, 0);
        let token = token(&key, &challenge(token_type, "a.example"));
        let keys = [VerifierKey::from(key)];
        let error =
            Origin::new(&keys).verify(token.as_bytes(), Expected::Challenge(&challenge(token_type, "b.example")));
        assert_eq!(error.err().map(|e| e.kind()), Some(ErrorKind::ChallengeMismatch));
    }
}

/// `privacypass` (Rust) and privacypass-ts: a challenge is written again before it is hashed.
///
/// A later version of the structure, or a name in another case, must be hashed as it came.
#[test]
fn challenges_are_hashed_as_received() {
    let mut bytes = challenge(TokenType::BLIND_RSA_2048, "Origin.Example:443");
    let parsed = TokenChallengeRef::parse(&bytes).expect("parse");
    assert!(parsed.names_origin("origin.example"));
    assert_eq!(parsed.digest(), TokenKeyId::of(&bytes).0, "the digest is the SHA-256 of the bytes");
    bytes.make_ascii_lowercase();
    assert_ne!(
        TokenChallengeRef::parse(&bytes).expect("parse").digest(),
        TokenKeyId::of(&bytes.to_ascii_uppercase()).0
    );
}

/// Some issuers publish hash algorithms with NULL parameters: who encodes the key again computes another identifier.
#[test]
fn keys_are_hashed_as_published_and_still_work() {
    let issuer_key = issuer_key(TokenType::BLIND_RSA_2048, 0);
    let published = with_null_parameters(issuer_key.token_key());
    assert_eq!(published.len(), 346);
    let key = TokenKey::from_bytes(TokenType::BLIND_RSA_2048, &published).expect("NULL parameters");
    assert_eq!(key.id(), TokenKeyId::of(&published));
    assert_ne!(key.id(), issuer_key.id());

    let challenge = challenge(TokenType::BLIND_RSA_2048, "origin.example");
    let client = Client::new(&key);
    let parsed = TokenChallengeRef::parse(&challenge).expect("parse");
    let (request, pending) = client.begin(&parsed, &mut SystemRng).expect("begin");
    assert_eq!(TokenRequestRef::parse(&request).expect("parse").truncated_token_key_id(), key.id().truncated());
    // The issuer of that key, which knows it by its own identifier, would find it; ours is asked by its own.
    let mut as_ours = request.to_vec();
    as_ours[2] = issuer_key.id().truncated();
    let response = Issuer::new(&[issuer_key]).issue(&as_ours, &mut SystemRng).expect("issue");
    let token = client.finish(pending, &response).expect("finish");
    let keys = [VerifierKey::from(key)];
    assert!(Origin::new(&keys).verify(token.as_bytes(), Expected::Challenge(&challenge)).is_ok());
}

/// Puts a NULL behind both hash identifiers of a `SubjectPublicKeyInfo` as RFC 9578 has it.
fn with_null_parameters(spki: &[u8]) -> Vec<u8> {
    let prefix = "30820156304106092a864886f70d01010a3034a00f300d06096086480165030402020500a11c301a06092a864886f70d010108\
                  300d06096086480165030402020500a203020130";
    let tail = spki.windows(4).position(|window| window == [0x03, 0x82, 0x01, 0x0f]).expect("bit string");
    [&hex::decode(prefix).expect("hex")[..], &spki[tail..]].concat()
}

/// Several: trailing bytes after a token or a challenge are ignored.
#[test]
fn trailing_bytes_are_refused() {
    for token_type in TYPES {
        let mut challenge = challenge(token_type, "origin.example");
        let token = token(&issuer_key(token_type, 0), &challenge);
        let longer = [token.as_bytes(), &[0]].concat();
        assert!(TokenRef::parse(&longer).is_err());
        challenge.push(0);
        assert!(TokenChallengeRef::parse(&challenge).is_err());
    }
}

/// pat-go: slices are cut with lengths that the peer chose.
#[test]
fn lengths_of_the_peer_never_reach_past_the_end() {
    for length in [0u16, 1, 32, 255, 256, 0x7FFF, 0xFFFF] {
        for position in 2..8 {
            let mut bytes = challenge(TokenType::BLIND_RSA_2048, "o");
            bytes[position..position + 2].copy_from_slice(&length.to_be_bytes());
            let _ = TokenChallengeRef::parse(&bytes);
        }
    }
    for length in 0..400 {
        let bytes = vec![0; length];
        assert_eq!(TokenRef::parse(&bytes).is_ok(), length >= 98, "{length}");
        let _ = TokenRequestRef::parse(&bytes);
    }
}

/// Several: the nonce is looked up and then inserted, so two requests at once both win.
#[test]
fn spending_is_one_step() {
    let key = issuer_key(TokenType::VOPRF_P384, 0);
    let challenge = challenge(TokenType::VOPRF_P384, "origin.example");
    let tokens: Vec<_> = (0..20).map(|_| token(&key, &challenge)).collect();
    let keys = [VerifierKey::from(key)];
    let store = MemorySpendStore::new(100);
    for token in &tokens {
        let wins = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let expected = Expected::Challenge(&challenge);
                    if Origin::new(&keys).redeem(token.as_bytes(), expected, &store, 100, 0).is_ok() {
                        wins.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(wins.into_inner(), 1);
    }
}

/// Some burn the nonce before they verify: anyone could then spend the tokens of others by their nonces.
#[test]
fn a_forgery_spends_nothing() {
    let key = issuer_key(TokenType::VOPRF_P384, 0);
    let challenge = challenge(TokenType::VOPRF_P384, "origin.example");
    let token = token(&key, &challenge);
    let mut forged = token.as_bytes().to_vec();
    forged[145] ^= 1;
    let keys = [VerifierKey::from(key)];
    let store = MemorySpendStore::new(100);
    let redeem = |token: &[u8]| Origin::new(&keys).redeem(token, Expected::Challenge(&challenge), &store, 100, 0);
    assert_eq!(redeem(&forged).err().map(|e| e.kind()), Some(ErrorKind::InvalidToken));
    assert!(store.is_empty());
    assert!(redeem(token.as_bytes()).is_ok());
}

/// An issuer: with nearly 256 keys the search for a free truncated identifier never ends.
#[test]
fn the_search_for_a_free_truncated_id_ends() {
    let mut schedule = KeySchedule::new();
    let key = |token_key| ScheduledKey { token_type: TokenType::VOPRF_P384, token_key, not_before: 0, not_after: 100 };
    let mut seed = 0u32;
    while schedule.keys().len() < 256 {
        seed += 1;
        let _ = schedule.add(key(seed.to_be_bytes().to_vec()), 0);
    }
    let mut generate = || IssuerKey::generate(TokenType::VOPRF_P384, &mut SystemRng);
    let found = schedule.generate_free(TokenType::VOPRF_P384, 0, &mut generate);
    assert_eq!(found.err().map(|e| e.kind()), Some(ErrorKind::Exhausted));
}

/// An issuer: its directory lists only a key whose time has not come.
#[test]
fn a_directory_always_has_a_usable_key() {
    let mut schedule = KeySchedule::new();
    let key = ScheduledKey { token_type: TokenType::VOPRF_P384, token_key: vec![1], not_before: 100, not_after: 200 };
    schedule.add(key, 0).expect("add");
    assert_eq!(schedule.directory("/token-request", 99).err().map(|e| e.kind()), Some(ErrorKind::Expired));
    // And a client that reads such a directory finds no key, rather than an unusable one.
    let json = br#"{"issuer-request-uri":"/","token-keys":[{"token-type":1,"token-key":"AQ==","not-before":100}]}"#;
    let directory = Directory::parse(json).expect("parse");
    assert!(directory.key_for(TokenType::VOPRF_P384, 99).is_none());
}

/// A client whose check of the VOPRF proof always succeeded accepted a key of the issuer's choice for each client.
#[test]
fn a_response_made_with_another_key_is_refused() {
    let (key, other) = (issuer_key(TokenType::VOPRF_P384, 0), issuer_key(TokenType::VOPRF_P384, 1));
    let challenge = challenge(TokenType::VOPRF_P384, "origin.example");
    let client = Client::new(key.public());
    let parsed = TokenChallengeRef::parse(&challenge).expect("parse");
    let (request, pending) = client.begin(&parsed, &mut SystemRng).expect("begin");
    let mut tagged = request.to_vec();
    tagged[2] = other.id().truncated();
    let response = Issuer::new(&[other]).issue(&tagged, &mut SystemRng).expect("issue");
    assert_eq!(client.finish(pending, &response).err().map(|e| e.kind()), Some(ErrorKind::InvalidProof));
}

/// Some verifiers take a signature modulo n, so that one token has two encodings.
#[test]
fn a_non_canonical_signature_is_refused() {
    let mut tested = 0;
    for vector in vectors("rfc9578/type2.json").as_array().expect("list") {
        let (token, challenge) = (hex_field(vector, "token"), hex_field(vector, "token_challenge"));
        let spki = hex_field(vector, "pkS");
        let modulus = &spki[spki.len() - 5 - 256..spki.len() - 5];
        let keys = [VerifierKey::from(TokenKey::from_bytes(TokenType::BLIND_RSA_2048, &spki).expect("pkS"))];
        let verify =
            |token: &[u8]| Origin::new(&keys).verify(token, Expected::Challenge(&challenge)).err().map(|e| e.kind());
        assert_eq!(verify(&token), None);
        let mut larger = token.clone();
        let mut carry = 0u16;
        for (byte, add) in larger[98..].iter_mut().zip(modulus).rev() {
            let sum = u16::from(*byte) + u16::from(*add) + carry;
            (*byte, carry) = (u8::try_from(sum & 0xFF).expect("masked"), sum >> 8);
        }
        if carry == 0 {
            assert_eq!(verify(&larger), Some(ErrorKind::InvalidToken), "s + n");
            tested += 1;
        }
        larger[98..].copy_from_slice(modulus);
        assert_eq!(verify(&larger), Some(ErrorKind::InvalidToken), "n");
    }
    assert!(tested > 0, "no signature of the vectors is small enough for s + n to fit");
}

/// Some provers and verifiers reduce the proof's scalars, so that a proof has several encodings.
#[test]
fn a_proof_scalar_out_of_range_is_refused() {
    let vector = &vectors("rfc9578/type1.json")[0];
    let order =
        hex::decode("ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973")
            .expect("hex");
    let key = TokenKey::from_bytes(TokenType::VOPRF_P384, &hex_field(vector, "pkS")).expect("pkS");
    let challenge = hex_field(vector, "token_challenge");
    for scalar in [49..97, 97..145] {
        let client = Client::new(&key);
        let parsed = TokenChallengeRef::parse(&challenge).expect("parse");
        let (_, pending) = client.begin(&parsed, &mut SystemRng).expect("begin");
        let mut response = hex_field(vector, "token_response");
        response[scalar].copy_from_slice(&order);
        assert_eq!(client.finish(pending, &response).err().map(|e| e.kind()), Some(ErrorKind::InvalidProof));
    }
}

/// An issuer answered an empty batch with 200.
#[test]
fn an_empty_batch_gives_no_responses() {
    assert!(Issuer::new(&[issuer_key(TokenType::VOPRF_P384, 0)]).issue_all(&[], &mut SystemRng).is_empty());
}
