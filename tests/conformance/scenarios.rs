//! The scenarios that every language runs: `tests/scenarios`.

use privacypass_core::TokenType;
use privacypass_core::http::{Item, challenges};
use privacypass_core::issuer::{IssuerKey, TokenKey};
use privacypass_core::origin::{Expected, Origin, VerifierKey};
use privacypass_tests::{hex_field, json_file};
use serde_json::{Value, json};

fn cases(scenarios: &Value) -> &Vec<Value> {
    let cases = scenarios["cases"].as_array().expect("cases");
    assert!(!cases.is_empty());
    cases
}

#[test]
fn headers() {
    for case in cases(&json_file("scenarios/headers.json")) {
        let fields: Vec<&str> = case["fields"].as_array().expect("fields").iter().filter_map(Value::as_str).collect();
        let (mut found, mut skipped) = (Vec::new(), Vec::new());
        for item in challenges(&fields) {
            match item {
                Item::Challenge(challenge) => found.push(json!({
                    "token_type": challenge.token_type().0,
                    "challenge": hex::encode(challenge.value().decode_to_vec()),
                    "token_key": challenge.token_key().map(|key| hex::encode(key.decode_to_vec())),
                    "max_age": challenge.max_age(),
                })),
                Item::Skipped(skip) => skipped.push(json!(skip.reason.name())),
            }
        }
        assert_eq!(Value::from(found), case["challenges"], "{}", case["name"]);
        assert_eq!(Value::from(skipped), case["skipped"], "{}", case["name"]);
    }
}

#[test]
fn tokens() {
    let scenarios = json_file("scenarios/tokens.json");
    let (voprf, rsa) = (&scenarios["keys"]["voprf"], &scenarios["keys"]["blind_rsa"]);
    let private = IssuerKey::from_voprf_p384_scalar(&hex_field(voprf, "private_scalar")).expect("scalar");
    let public = TokenKey::from_bytes(TokenType::BLIND_RSA_2048, &hex_field(rsa, "token_key")).expect("key");
    assert_eq!(private.token_key(), hex_field(voprf, "token_key"));
    let keys = [VerifierKey::from(private), VerifierKey::from(public)];
    for case in cases(&scenarios) {
        let challenge = hex_field(case, "challenge");
        let verdict = Origin::new(&keys).verify(&hex_field(case, "token"), Expected::Challenge(&challenge));
        let verdict = verdict.map_or_else(|error| error.kind().name(), |_| "ok");
        assert_eq!(verdict, case["expect"], "{}", case["name"]);
    }
}
