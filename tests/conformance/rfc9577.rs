//! RFC 9577 appendix A.1: challenges and the input of the authenticator.

use privacypass_core::TokenType;
use privacypass_core::wire::{TokenChallenge, TokenChallengeRef, TokenInput, TokenKeyId};
use privacypass_tests::{hex_field, vectors};

#[test]
fn challenges_encode_parse_and_hash_as_printed() {
    let file = vectors("rfc9577/challenge.json");
    let cases = file["vectors"].as_array().expect("list");
    assert_eq!(cases.len(), 6);
    let (greased, structured): (Vec<_>, Vec<_>) = cases.iter().partition(|case| case["issuer_name"].is_null());
    assert_eq!((greased.len(), structured.len()), (1, 5));
    for case in greased {
        // Arbitrary bytes: only the type counts.
        let bytes = hex_field(case, "token_authenticator_input");
        assert!(TokenChallengeRef::token_type_of(&bytes).is_ok_and(TokenType::is_grease));
    }
    for case in structured {
        let token_type = TokenType(u16::from_be_bytes(hex_field(case, "token_type").try_into().expect("2 bytes")));
        let expected_input = hex_field(case, "token_authenticator_input");
        let nonce = hex_field(case, "nonce").try_into().expect("32 bytes");
        let token_key_id = TokenKeyId(hex_field(case, "token_key_id").try_into().expect("32 bytes"));
        let challenge = hex_field(case, "_derived_token_challenge");

        let parsed = TokenChallengeRef::parse(&challenge).expect("parse");
        assert_eq!(TokenChallengeRef::token_type_of(&challenge), Ok(token_type));
        assert_eq!(parsed.issuer_name().as_bytes(), hex_field(case, "issuer_name"));
        assert_eq!(parsed.redemption_context(), hex_field(case, "redemption_context"));
        assert_eq!(parsed.origin_info().as_bytes(), hex_field(case, "origin_info"));

        let origins: Vec<&str> = parsed.origins().collect();
        let written = TokenChallenge {
            token_type,
            issuer_name: parsed.issuer_name(),
            redemption_context: parsed.redemption_context().try_into().ok(),
            origin_info: &origins,
        };
        assert_eq!(written.to_bytes().expect("write"), challenge);

        let input = TokenInput { token_type, nonce, challenge_digest: parsed.digest(), token_key_id };
        assert_eq!(hex::encode(input.to_bytes()), hex::encode(expected_input));
    }
}

#[test]
fn the_reserved_types_are_the_greased_ones() {
    let file = vectors("rfc9577/grease.json");
    let text = file.to_string();
    for grease in TokenType::GREASE {
        assert!(text.to_uppercase().contains(&format!("{:04X}", grease.0)), "{grease} is not in the registry");
        assert!(grease.is_grease() && !grease.is_supported());
    }
    assert!(!TokenType::VOPRF_P384.is_grease() && !TokenType::BLIND_RSA_2048.is_grease());
}
