//! `privacypass inspect`: what is recognised, and the JSON of each kind.

mod common;

use common::{json, run, run_with_stdin, stderr, stdout, vectors};
use privacypass_core::http::base64url;
use serde_json::{Value, json as value};

/// One object with exactly these members of each challenge, whatever else is added later.
fn only(object: &Value, names: &[&str]) -> Value {
    names.iter().map(|name| ((*name).to_owned(), object[*name].clone())).collect::<serde_json::Map<_, _>>().into()
}

const CHALLENGE: [&str; 7] =
    ["token_type", "issuer_name", "origin_info", "redemption_context", "challenge", "token_key", "max_age"];

fn expected_challenge(vector: &Value, number: usize) -> Value {
    let field = |name: &str| vector[format!("{name}-{number}")].clone();
    let token_type = field("token-type").as_str().unwrap().trim_start_matches("0x").to_owned();
    value!({
        "token_type": u16::from_str_radix(&token_type, 16).unwrap(),
        "issuer_name": "issuer.example",
        "origin_info": ["origin.example"],
        "redemption_context": "8a3e83a33d98005d2f30bef419fa6bf4cd5c6005e36b1285bbb4ccd40fa4b383",
        "challenge": field("token-challenge"),
        "token_key": field("token-key"),
        "max_age": field("max-age"),
    })
}

#[test]
fn the_headers_of_rfc_9577_are_read_exactly() {
    let vectors = vectors("rfc9577/headers.json");
    let cases = [(vec![0], vec![]), (vec![0, 1], vec![]), (vec![1], vec!["other_scheme", "greased_type"])];
    for (vector, (challenges, skipped)) in vectors["vectors"].as_array().unwrap().iter().zip(cases) {
        let header = vector["WWW-Authenticate"].as_str().unwrap();
        let expected: Vec<Value> = challenges.iter().map(|number| expected_challenge(vector, *number)).collect();
        for report in [
            json(&run(&["inspect", "--json", header])),
            json(&run(&["--json", "inspect", &format!("WWW-Authenticate: {header}")])),
            json(&run_with_stdin(&["inspect", "--json", "-"], format!("www-authenticate:{header}\r\n").as_bytes())),
        ] {
            assert_eq!(report["kind"], "www-authenticate");
            let got: Vec<Value> =
                report["challenges"].as_array().unwrap().iter().map(|found| only(found, &CHALLENGE)).collect();
            assert_eq!(got, expected);
            let reasons: Vec<&str> =
                report["skipped"].as_array().unwrap().iter().map(|item| item["reason"].as_str().unwrap()).collect();
            assert_eq!(reasons, skipped);
            for finding in report["findings"].as_array().unwrap() {
                assert!(["error", "warning", "info"].contains(&finding["severity"].as_str().unwrap()));
                assert!(finding["client"].is_string() && finding["text"].is_string());
            }
        }
    }
}

#[test]
fn random_bytes_in_place_of_a_key_are_only_a_finding() {
    let vectors = vectors("rfc9577/headers.json");
    let report = json(&run(&["inspect", "--json", vectors["vectors"][1]["WWW-Authenticate"].as_str().unwrap()]));
    assert_eq!(report["challenges"].as_array().unwrap().len(), 2);
    let sizes: Vec<&Value> =
        report["findings"].as_array().unwrap().iter().filter(|finding| finding["code"] == "token-key-size").collect();
    assert_eq!(sizes.len(), 1);
    assert_eq!(sizes[0]["at"], "challenges[1].token_key");
}

#[test]
fn a_body_that_does_not_parse_keeps_its_type() {
    let report = json(&run(&["inspect", "--json", "PrivateToken challenge=AAL_"]));
    let expected = value!({ "token_type": 2, "issuer_name": null, "origin_info": null, "redemption_context": null,
        "challenge": "0002ff", "token_key": null, "max_age": null });
    assert_eq!(only(&report["challenges"][0], &CHALLENGE), expected);
    assert!(report["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == "malformed-challenge"));
}

#[test]
fn whole_responses_and_several_lines_are_read() {
    let text = "HTTP/1.1 401 Unauthorized\r\nserver: x\r\nWWW-Authenticate: PrivateToken challenge=AAIAAWkAAAAA\r\n\
                < www-authenticate: PrivateToken\r\n  challenge=AAEAAWkAAAAA\r\n\r\nbody: x";
    let report = json(&run_with_stdin(&["inspect", "--json", "-"], text.as_bytes()));
    let types: Vec<&Value> =
        report["challenges"].as_array().unwrap().iter().map(|found| &found["token_type"]).collect();
    assert_eq!(types, [2, 1]);
}

/// Each binary message of the vectors, in each encoding, is recognised and decoded.
#[test]
fn messages_are_recognised_in_every_encoding() {
    for name in ["rfc9578/type1.json", "rfc9578/type2.json"] {
        for vector in vectors(name).as_array().unwrap() {
            for (field, kind) in [
                ("pkS", "token-key"),
                ("token_challenge", "challenge"),
                ("token_request", "token-request"),
                ("token_response", "token-response"),
                ("token", "token"),
            ] {
                let digits = vector[field].as_str().unwrap();
                let bytes = hex::decode(digits).unwrap();
                let url = base64url(&bytes);
                let standard = url.replace('-', "+").replace('_', "/");
                let folded: Vec<&str> = url.as_bytes().chunks(60).map(|c| core::str::from_utf8(c).unwrap()).collect();
                let mut reports = Vec::new();
                for input in [digits, &format!("0x{}", digits.to_uppercase()), &url, &standard, &folded.join("\n")] {
                    reports.push(json(&run(&["inspect", "--json", input])));
                }
                reports.push(json(&run_with_stdin(&["inspect", "--json", "-"], &bytes)));
                for report in &reports {
                    assert_eq!(report["kind"], kind, "{name} {field}");
                    let bodies = ["token_key", "challenge", "token_request", "token_response", "token"];
                    let body = bodies.map(|body| report[body].clone());
                    assert_eq!(body, bodies.map(|body| reports[0][body].clone()), "{name} {field}");
                }
                assert_eq!(reports[0]["encoding"], "hex");
                assert_eq!(reports[2]["encoding"], "base64url");
            }
        }
    }
}

#[test]
fn the_fields_of_messages_stand_where_the_rfc_has_them() {
    let vectors = vectors("rfc9578/type2.json");
    let vector = &vectors[0];
    let inspect = |field: &str| json(&run(&["inspect", "--json", vector[field].as_str().unwrap()]));
    let digits = |field: &str| vector[field].as_str().unwrap().to_owned();

    let token = &inspect("token")["token"];
    assert_eq!(token["token_type"], 2);
    assert_eq!(token["nonce"], digits("nonce"));
    assert_eq!(token["authenticator"], digits("token")[98 * 2..]);
    let challenge = &inspect("token_challenge")["challenge"];
    assert_eq!(challenge["challenge"], digits("token_challenge"));
    assert_eq!(challenge["challenge_digest"], token["challenge_digest"]);
    let key = &inspect("pkS")["token_key"];
    assert_eq!(key["token_key_id"], token["token_key_id"]);
    assert_eq!(key["form"], "rfc9578");
    let request = &inspect("token_request")["token_request"];
    assert_eq!(request["truncated_token_key_id"], key["truncated_token_key_id"]);
    assert_eq!(request["blinded_msg"], digits("token_request")[6..]);
    assert_eq!(inspect("token_response")["token_response"]["blind_sig"], digits("token_response"));
}

#[test]
fn authorization_is_read() {
    let vector = &vectors("rfc9578/type2.json")[0];
    let token = base64url(&hex::decode(vector["token"].as_str().unwrap()).unwrap());
    for input in [format!("PrivateToken token={token}"), format!("authorization: privatetoken TOKEN=\"{token}\"")] {
        let report = json(&run(&["inspect", "--json", &input]));
        assert_eq!(report["kind"], "authorization");
        assert_eq!(report["token"]["nonce"], vector["nonce"]);
    }
}

#[test]
fn a_private_key_is_recognised_and_not_shown() {
    let pem = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n";
    let output = run_with_stdin(&["inspect", "-"], pem.as_bytes());
    assert_eq!(output.status.code(), Some(0));
    assert!(!stdout(&output).contains("c2VjcmV0") && !stdout(&output).contains(&hex::encode("secret")));
}

#[test]
fn the_table_shows_every_field() {
    let vectors = vectors("rfc9577/headers.json");
    let vector = &vectors["vectors"][0];
    let table = stdout(&run(&["inspect", vector["WWW-Authenticate"].as_str().unwrap()]));
    let digits: String = table.chars().filter(char::is_ascii_hexdigit).collect();
    for wanted in ["issuer.example", "origin.example", "10 s", "apple-ios16", "67 bytes", "342 bytes"] {
        assert!(table.contains(wanted), "{wanted}");
    }
    assert!(table.contains("fa6bf4cd5c6005e36b1285bbb4ccd40fa4b383"));
    assert!(!table.contains('\u{1b}'), "no colour when stdout is no terminal");
    assert!(digits.len() > 800);
}

#[test]
fn names_of_a_directory_cannot_reach_the_terminal() {
    let list = "{\"evil\\u001b[2J\": {\"token-keys\": []}}";
    let output = run(&["inspect", list]);
    assert_eq!(output.status.code(), Some(0));
    assert!(!stdout(&output).contains('\u{1b}'));
}

/// Every truncation and some garbage: exit code 1, a reason, and no panic.
#[test]
fn what_is_not_recognised_fails_with_a_reason() {
    let vector = &vectors("rfc9578/type2.json")[0];
    let mut inputs: Vec<Vec<u8>> = Vec::new();
    for field in ["token", "token_request", "token_challenge", "pkS"] {
        let bytes = hex::decode(vector[field].as_str().unwrap()).unwrap();
        let cuts = [1, 2, 3, 16, 40, bytes.len() - 1];
        // 256 bytes would be a response: nothing in them says what they are.
        inputs
            .extend(cuts.iter().filter(|cut| **cut < bytes.len()).map(|cut| hex::encode(&bytes[..*cut]).into_bytes()));
    }
    inputs.extend(
        [
            "",
            " ",
            "-",
            "x",
            "{",
            "{}",
            "[]",
            "{\"a\":1}",
            "null",
            "0x",
            "====",
            "Basic realm=\"x\"",
            "-----BEGIN X-----",
        ]
        .map(|text| text.as_bytes().to_vec()),
    );
    inputs.extend([vec![0xFF; 10], vec![0; 1], vec![0x30, 0x82, 0xFF, 0xFF, 0xFF], vec![0xC3; 2000], b"\0".to_vec()]);
    for input in inputs {
        for extra in [&[][..], &["--json"]] {
            let output = run_with_stdin(&[&["inspect", "-"], extra].concat(), &input);
            let errors = stderr(&output);
            assert_eq!(output.status.code(), Some(1), "{:?}: {errors}", String::from_utf8_lossy(&input));
            assert!(errors.starts_with("error: ") && errors.contains("next: "), "{errors}");
            assert!(!errors.contains("panicked"), "{errors}");
        }
    }
}

#[test]
fn stdin_has_a_limit() {
    let output = run_with_stdin(&["inspect", "-"], &vec![b' '; (1 << 20) + 1]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("1048576"), "{}", stderr(&output));
}

#[test]
fn mistakes_in_the_arguments_have_code_2() {
    for args in [&["inspect"][..], &["inspect", "x", "--colour"], &["frobnicate"]] {
        assert_eq!(run(args).status.code(), Some(2));
    }
    for args in [&["--help"][..], &["inspect", "--help"], &["keygen", "--help"], &["--version"]] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains("privacypass"));
    }
}

#[test]
fn what_is_pasted_by_mistake_is_named() {
    let folder = std::env::temp_dir().join(format!("privacypass-inspect-{}", std::process::id()));
    std::fs::write(&folder, "no value").unwrap();
    for (value, said) in [
        ("Basic realm=\"x\"", "the scheme Basic, not of PrivateToken"),
        ("bearer abc", "the scheme Bearer"),
        ("HTTP/1.1 200 OK\r\nserver: x\r\n\r\nhello", "no WWW-Authenticate header"),
        ("00", "this 1 byte is no message of Privacy Pass: a token type alone has two"),
        (folder.to_str().unwrap(), "inspect - < "),
    ] {
        let output = run(&["inspect", value]);
        assert_eq!(output.status.code(), Some(1), "{value}");
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
    }
    std::fs::remove_file(&folder).unwrap();
}

#[test]
fn a_token_of_the_wrong_size_is_said_to_be_one() {
    let output = run(&["inspect", "PrivateToken token=AAIA"]);
    assert!(stdout(&output).contains("a token of type 0x0002 has 354 bytes, and this has 3"), "{}", stdout(&output));
    let output = run(&["inspect", "PrivateToken challenge=\"AAIA...\""]);
    assert!(stdout(&output).contains("a challenge is skipped: its `challenge` is no base64url"), "{}", stdout(&output));
}
