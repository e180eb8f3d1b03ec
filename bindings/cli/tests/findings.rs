//! `privacypass inspect`: every finding, each made by a value that has the fault.

mod common;

use std::collections::BTreeSet;

use common::{json, run, run_with_stdin, vectors};
use privacypass_core::TokenType;
use privacypass_core::http::base64url;
use privacypass_core::wire::{TokenKeyId, Writer};
use serde_json::{Value, json as value};

/// Severity, client, code.
type Triple = (&'static str, &'static str, &'static str);

fn type_2_key() -> Vec<u8> {
    hex::decode(vectors("rfc9578/type2.json")[0]["pkS"].as_str().unwrap()).unwrap()
}

fn type_1_key() -> Vec<u8> {
    hex::decode(vectors("rfc9578/type1.json")[0]["pkS"].as_str().unwrap()).unwrap()
}

/// Written by hand: the library refuses to write some of these names.
fn challenge_bytes(token_type: u16, context: bool, origins: &[&str]) -> Vec<u8> {
    let mut out = vec![0; 1024];
    let mut writer = Writer::new(&mut out);
    writer.u16(token_type);
    writer.opaque16(b"issuer.example").unwrap();
    writer.opaque8(if context { &[7; 32] } else { &[] }).unwrap();
    writer.opaque16(origins.join(",").as_bytes()).unwrap();
    let length = writer.finish().unwrap();
    out.truncate(length);
    out
}

/// 67 bytes, of which the base64 needs padding.
fn padded() -> String {
    base64url(&challenge_bytes(2, true, &["origin.example"]))
}

/// 66 bytes, which need none.
fn unpadded() -> String {
    base64url(&challenge_bytes(2, true, &["origin.exampl"]))
}

fn header(challenge: &str) -> String {
    format!("PrivateToken challenge={challenge}, token-key={}", base64url(&type_2_key()))
}

/// A header with this token key.
fn with_key(token_type: u16, key: &[u8]) -> String {
    let challenge = base64url(&challenge_bytes(token_type, true, &["origin.exampl"]));
    format!("PrivateToken challenge=\"{challenge}\", token-key=\"{}\"", base64url(key))
}

/// A header with this challenge, whatever its bytes.
fn with_body(bytes: &[u8]) -> String {
    format!("PrivateToken challenge=\"{}\"", base64url(bytes))
}

/// The algorithm of the key replaced.
fn respelled(algorithm: &[u8]) -> Vec<u8> {
    let key = type_2_key();
    let bits = &key[4 + 63..];
    let mut out = vec![0x30, 0x82];
    out.extend(u16::try_from(algorithm.len() + bits.len()).unwrap().to_be_bytes());
    out.extend([algorithm, bits].concat());
    out
}

fn null_parameters() -> Vec<u8> {
    respelled(
        &hex::decode(
            "304106092a864886f70d01010a3034a00f300d06096086480165030402020500a11c301a06092a864886f70d010108\
             300d06096086480165030402020500a203020130",
        )
        .unwrap(),
    )
}

fn rsa_encryption() -> Vec<u8> {
    respelled(&hex::decode("300d06092a864886f70d0101010500").unwrap())
}

/// A key with another modulus or exponent: the DER of both replaced.
fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 1024];
    let length = privacypass_core::crypto::rsa::spki::write(modulus, exponent, &mut out).unwrap();
    out.truncate(length);
    out
}

fn token(token_type: u16, nonce: u8) -> Vec<u8> {
    let size = if token_type == 1 { 146 } else { 354 };
    let mut bytes = vec![nonce; size];
    bytes[..2].copy_from_slice(&token_type.to_be_bytes());
    bytes
}

fn entry(key: &[u8], not_before: Option<u64>) -> Value {
    let token_type = if key.len() == 49 { 1 } else { 2 };
    let mut entry = value!({ "token-type": token_type, "token-key": base64url(key) });
    if let Some(not_before) = not_before {
        entry["not-before"] = not_before.into();
    }
    entry
}

fn directory(entries: &[Value]) -> String {
    value!({ "issuer-request-uri": "/token-request", "token-keys": entries }).to_string()
}

fn list(entries: &[Value]) -> String {
    value!({ "issuer.example": { "token-keys": entries } }).to_string()
}

/// Two keys of type 1 with one truncated identifier.
fn colliding() -> [Vec<u8>; 2] {
    let first = privacypass_core::issuer::IssuerKey::derive_voprf_p384(&[0; 32]).unwrap();
    let found = (1u32..).find_map(|seed| {
        let mut bytes = [1; 32];
        bytes[..4].copy_from_slice(&seed.to_be_bytes());
        let key = privacypass_core::issuer::IssuerKey::derive_voprf_p384(&bytes).unwrap();
        (key.id().truncated() == first.id().truncated()).then(|| key.token_key().to_vec())
    });
    [first.token_key().to_vec(), found.unwrap()]
}

/// Every value with what must be found in it.
fn cases() -> Vec<(Vec<String>, Vec<Triple>)> {
    let plain = |value: String, triples: &[Triple]| (vec![value], triples.to_vec());
    let grease = "PrivateToken challenge=AABhYmNk";
    let over_length = [&[0, 2, 0, 1, b'i', 3, 1, 2, 3][..], &[0, 0]].concat();
    let trailing = [challenge_bytes(2, true, &["o"]), vec![1, 2]].concat();
    let mut off_curve = type_1_key();
    while TokenType::VOPRF_P384.sizes().is_some()
        && privacypass_core::issuer::TokenKey::from_bytes(TokenType::VOPRF_P384, &off_curve).is_ok()
    {
        off_curve[48] = off_curve[48].wrapping_add(1);
    }
    let type_2 = token(2, 9);
    let missing = padded().trim_end_matches('=').to_owned();
    let far = 4_000_000_000;
    let [one, other] = colliding();
    let mut out = vec![
        plain(
            header(&missing),
            &[
                ("error", "rfc", "padding-missing"),
                ("error", "apple", "padding-missing"),
                ("error", "silk", "padding-missing"),
                ("error", "privacypass-ts", "padding-missing"),
            ],
        ),
        plain(
            header(&format!("\"{}\"", padded())),
            &[("error", "apple-ios16", "quoted"), ("error", "privacypass-rs", "quoted")],
        ),
        plain(header(&padded()), &[("error", "rfc", "unquoted-equals")]),
        plain(
            format!("PrivateToken challenge=\"{}\"", padded().replace('B', "+")),
            &[("error", "rfc", "standard-alphabet")],
        ),
        plain(
            format!("PrivateToken challenge={}, token-key=\"\\\"{}\\\"\"", unpadded(), base64url(&type_2_key())),
            &[("error", "rfc", "literal-quotes"), ("error", "silk", "token-key-string")],
        ),
        plain(
            header(&unpadded()).replace("PrivateToken", "privatetoken"),
            &[("error", "silk", "scheme-case"), ("error", "privacypass-ts", "scheme-case")],
        ),
        plain(header(&unpadded()) + ", x=1", &[("error", "privacypass-rs", "unknown-parameter")]),
        plain(
            format!("PrivateToken challenge={}", unpadded()),
            &[
                ("info", "rfc", "token-key-missing"),
                ("error", "privacypass-rs", "token-key-missing"),
                ("warning", "silk", "token-key-missing"),
            ],
        ),
        plain(format!("Basic realm=\"x\", {}", header(&unpadded())), &[("error", "privacypass-rs", "other-scheme")]),
        plain(
            format!("{grease}, {}", header(&unpadded())),
            &[
                ("info", "rfc", "greased"),
                ("error", "privacypass-ts", "greased"),
                ("error", "privacypass-rs", "greased"),
                ("info", "silk", "last-challenge"),
            ],
        ),
        plain(format!("{}, {grease}", header(&unpadded())), &[("error", "silk", "last-challenge")]),
        plain(
            format!("{}, PrivateToken challenge=?", header(&unpadded())),
            &[("error", "silk", "last-challenge"), ("error", "rfc", "skipped")],
        ),
        plain(with_key(1, &type_1_key()), &[("error", "silk", "type"), ("error", "apple", "no-type-2")]),
        plain(
            with_key(0xDA7A, &type_2_key()),
            &[("error", "privacypass-rs", "unknown-type"), ("warning", "rfc", "unknown-type")],
        ),
        plain(
            format!("WWW-Authenticate: Basic realm=\"x\"\nWWW-Authenticate: {}", header(&unpadded())),
            &[("warning", "silk", "several-lines"), ("error", "silk", "first-line")],
        ),
        plain("WWW-Authenticate: Basic realm=\"x\"".to_owned(), &[("warning", "rfc", "no-challenge")]),
        plain(header(&unpadded()) + ", max-age=soon", &[("warning", "rfc", "max-age")]),
        plain(header(&unpadded()) + ", max-age=0", &[("warning", "rfc", "max-age")]),
        plain(with_body(&challenge_bytes(2, false, &[])), &[("warning", "rfc", "replayable")]),
        plain(with_body(&challenge_bytes(2, true, &[])), &[("info", "rfc", "cross-origin")]),
        plain(with_body(&challenge_bytes(2, false, &["o"])), &[("info", "rfc", "no-context")]),
        plain(with_body(&challenge_bytes(2, true, &["https://o"])), &[("error", "rfc", "name")]),
        (
            vec![header(&unpadded()), "--host".into(), "other.example".into()],
            vec![("error", "rfc", "host-mismatch"), ("error", "apple", "host-mismatch")],
        ),
        plain(with_body(&over_length), &[("error", "rfc", "context-length")]),
        plain(with_body(&trailing), &[("error", "rfc", "trailing-bytes")]),
        plain(with_body(&[0, 2, 0, 0]), &[("error", "rfc", "malformed-challenge")]),
        plain(with_key(1, &[2; 48]), &[("error", "rfc", "token-key-size")]),
        plain(with_key(1, &off_curve), &[("error", "rfc", "token-key-invalid")]),
        plain(with_key(2, &[1, 2, 3]), &[("error", "rfc", "token-key-invalid")]),
        plain(with_key(2, &rsa_key(&[0xFE; 256], &[1, 0, 1])), &[("error", "rfc", "token-key-invalid")]),
        plain(
            with_key(2, &null_parameters()),
            &[
                ("error", "rfc", "spki-null-parameters"),
                ("error", "apple-live-caller-id", "spki-null-parameters"),
                ("error", "re-encoding-peers", "spki-null-parameters"),
            ],
        ),
        plain(hex::encode(null_parameters()), &[("error", "rfc", "spki-null-parameters")]),
        plain(with_key(2, &rsa_encryption()), &[("error", "rfc", "spki-rsa-encryption")]),
        plain(with_key(2, &rsa_key(&[0xFF; 128], &[1, 0, 1])), &[("error", "rfc", "token-key-size")]),
        plain(with_key(2, &rsa_key(&[0xFF; 256], &[3])), &[("warning", "rfc", "exponent")]),
        plain(
            format!("Authorization: PrivateToken token=\"{}\"", base64url(&type_2)),
            &[("error", "apple-live-caller-id", "quoted"), ("error", "privacypass-rs", "quoted")],
        ),
        plain(
            format!("PrivateToken token={}", base64url(&token(1, 9)).trim_end_matches('=')),
            &[
                ("error", "rfc", "padding-missing"),
                ("error", "privacypass-ts", "padding-missing"),
                ("error", "apple-live-caller-id", "padding-missing"),
            ],
        ),
        plain(format!("PrivateToken token={}", base64url(&token(1, 9))), &[("error", "rfc", "unquoted-equals")]),
        plain(format!("PrivateToken token={}", base64url(&type_2[..100])), &[("error", "rfc", "malformed-token")]),
        plain("PrivateToken token=?".to_owned(), &[("error", "rfc", "malformed-credentials")]),
        plain("Authorization: Basic eDp5".to_owned(), &[("warning", "rfc", "no-token")]),
        plain(base64url(&token(2, 0)), &[("warning", "rfc", "nonce")]),
        plain(format!("PrivateToken token={}", base64url(&token(0, 9))), &[("error", "rfc", "greased")]),
        plain(base64url(&token(0xDA7A, 9)), &[("warning", "rfc", "unknown-type")]),
        plain(hex::encode([&[0, 1, 7][..], &off_curve].concat()), &[("error", "rfc", "blinded-msg")]),
        plain(hex::encode([&[0, 2, 7][..], &[0; 256]].concat()), &[("error", "rfc", "blinded-msg")]),
        plain(hex::encode([&[0, 5, 7][..], &[9; 32]].concat()), &[("warning", "rfc", "unknown-type")]),
        plain(
            base64url(&token(1, 9)).trim_end_matches('=').to_owned(),
            &[("error", "rfc", "padding-missing"), ("error", "privacypass-ts", "padding-missing")],
        ),
        plain(hex::encode(challenge_bytes(0, true, &[])), &[("info", "rfc", "greased")]),
        plain(
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----".to_owned(),
            &[("warning", "rfc", "private-key")],
        ),
    ];
    out.extend([
        plain(directory(&[]), &[("error", "rfc", "no-usable-key")]),
        plain(
            directory(&[entry(&type_2_key(), Some(far))]),
            &[("error", "rfc", "no-usable-key"), ("info", "rfc", "not-before-future")],
        ),
        plain(
            directory(&[entry(&one, None), entry(&other, None)]),
            &[("error", "rfc", "truncated-id-collision"), ("info", "rfc", "chosen-key")],
        ),
        plain(directory(&[entry(&one, None), entry(&one, Some(1))]), &[("warning", "rfc", "duplicate-key")]),
        plain(directory(&[value!({ "token-type": 70000, "token-key": "AAAA" })]), &[("error", "rfc", "entry")]),
        plain(directory(&[value!({ "token-type": 0x02AA, "token-key": "AAAA" })]), &[("info", "rfc", "greased")]),
        plain(
            directory(&[value!({ "token-type": 2, "token-key": base64url(&type_2_key()), "not-before": "x",
                    "token-key-legacy": "AAAA" })]),
            &[("error", "rfc", "not-before"), ("info", "rfc", "token-key-legacy")],
        ),
        plain(directory(&[entry(&null_parameters(), None)]), &[("error", "re-encoding-peers", "spki-null-parameters")]),
        plain(value!({ "token-keys": [entry(&one, None)] }).to_string(), &[("error", "rfc", "request-uri")]),
        plain(
            value!({ "token-keys": [entry(&one, None)], "issuer-request-uri": "http://i.example/" }).to_string(),
            &[("warning", "rfc", "request-uri")],
        ),
        plain(list(&[entry(&one, None)]), &[("error", "silk", "not-before-missing")]),
        plain(list(&[entry(&one, Some(0))]), &[("error", "silk", "not-before-missing")]),
        plain(
            list(&[value!({ "token-type": 1, "token-key": base64url(&one).trim_end_matches('='), "not-before": 1 })]),
            &[("error", "silk", "token-key-string"), ("error", "rfc", "padding-missing")],
        ),
    ]);
    out
}

fn found(report: &Value) -> BTreeSet<(String, String, String)> {
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    let triple = |finding| (text(finding, "severity"), text(finding, "client"), text(finding, "code"));
    report["findings"].as_array().unwrap().iter().map(triple).collect()
}

#[test]
fn every_fault_is_found() {
    let mut seen = BTreeSet::new();
    for (args, triples) in cases() {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let got = found(&json(&run(&[&["inspect", "--json"], &args[..]].concat())));
        for (severity, client, code) in triples {
            let triple = (severity.to_owned(), client.to_owned(), code.to_owned());
            assert!(got.contains(&triple), "{args:?}: {triple:?} not in {got:?}");
            seen.insert((triple.0, triple.2));
        }
    }
    let missing: Vec<_> = stated().difference(&seen).cloned().collect();
    assert!(missing.is_empty(), "findings without a test: {missing:?}");
}

/// The severities and codes that stand in the source: `out.error(CLIENT, "code", …`.
fn stated() -> BTreeSet<(String, String)> {
    let mut stated = BTreeSet::new();
    for source in [
        include_str!("../src/inspect/findings.rs"),
        include_str!("../src/inspect/directory.rs"),
        include_str!("../src/inspect/detect.rs"),
    ] {
        for severity in ["error", "warning", "info"] {
            for call in source.split(&format!("out.{severity}(")).skip(1) {
                let code = call.split(',').nth(1).unwrap().trim().trim_matches('"');
                stated.insert((severity.to_owned(), code.to_owned()));
            }
        }
    }
    assert!(stated.len() > 40, "{stated:?}");
    stated
}

#[test]
fn what_is_right_has_no_findings() {
    let good = entry(&type_2_key(), Some(1_700_000_000));
    for input in [
        header(&unpadded()),
        format!("{}, max-age=10", header(&unpadded())),
        base64url(&token(2, 9)),
        format!("Authorization: PrivateToken token={}", base64url(&token(2, 9))),
        directory(&[good.clone(), entry(&type_1_key(), None)]),
        list(&[good]),
        hex::encode(type_2_key()),
        base64url(&type_1_key()),
    ] {
        assert_eq!(found(&json(&run(&["inspect", "--json", &input]))), BTreeSet::new(), "{input}");
    }
    let host = ["inspect", "--json", &header(&unpadded()), "--host", "Origin.exampl:443"];
    assert_eq!(found(&json(&run(&host))), BTreeSet::new());
}

#[test]
fn a_key_id_is_that_of_the_bytes_as_published() {
    for key in [type_2_key(), null_parameters(), rsa_encryption()] {
        let report = json(&run_with_stdin(&["inspect", "--json", "-"], &key));
        assert_eq!(report["token_key"]["token_key_id"], TokenKeyId::of(&key).to_string());
    }
    let forms: Vec<Value> = [type_2_key(), null_parameters(), rsa_encryption()]
        .map(|key| json(&run(&["inspect", "--json", &hex::encode(key)]))["token_key"]["form"].clone())
        .into();
    assert_eq!(forms, ["rfc9578", "null-parameters", "rsa-encryption"]);
}
