//! `privacypass keygen`: keys that can be read again, in files that are never overwritten.

mod common;

use common::{json, run, scratch, stderr, stdout};
use privacypass_core::TokenType;
use privacypass_core::http::base64url;
use privacypass_core::issuer::IssuerKey;

#[test]
fn writes_a_key_that_reads_back_and_prints_its_public_part() {
    let folder = scratch("keygen");
    for (number, token_type) in [("1", TokenType::VOPRF_P384), ("2", TokenType::BLIND_RSA_2048)] {
        let file = folder.join(format!("{number}.pem"));
        let report = json(&run(&["keygen", "--json", "--type", number, "--out", file.to_str().unwrap()]));
        let pem = std::fs::read_to_string(&file).unwrap();
        assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        let key = IssuerKey::from_pkcs8_pem(&pem).unwrap();
        assert_eq!(key.token_type(), token_type);
        assert_eq!(report["token_type"], token_type.0);
        assert_eq!(report["token_key"], base64url(key.token_key()));
        assert_eq!(report["token_key_id"], key.id().to_string());
        assert_eq!(report["truncated_token_key_id"], key.id().truncated());
        assert_eq!(report["file"], file.to_str().unwrap());
        assert!(!stdout(&run(&["inspect", "--json", &pem])).contains("token_key"), "inspect shows nothing of it");
    }
}

#[cfg(unix)]
#[test]
fn the_file_is_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let file = scratch("keygen-mode").join("key.pem");
    json(&run(&["keygen", "--json", "--type", "1", "--out", file.to_str().unwrap()]));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn an_existing_file_is_never_overwritten() {
    let file = scratch("keygen-exists").join("key.pem");
    std::fs::write(&file, "precious").unwrap();
    for extra in [&[][..], &["--force", "never"]] {
        let args = [&["keygen", "--type", "1", "--out", file.to_str().unwrap()][..], extra].concat();
        let output = run(&args);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("never overwritten"), "{}", stderr(&output));
        assert!(output.stdout.is_empty());
    }
    assert_eq!(run(&["keygen", "--type", "1", "--out", "x", "--force", "yes"]).status.code(), Some(2));
    assert_eq!(std::fs::read(&file).unwrap(), b"precious");
}

#[cfg(unix)]
#[test]
fn a_dangling_link_is_not_followed() {
    let folder = scratch("keygen-link");
    let link = folder.join("link.pem");
    let _ = std::os::unix::fs::symlink(folder.join("target.pem"), &link);
    assert_eq!(run(&["keygen", "--type", "1", "--out", link.to_str().unwrap()]).status.code(), Some(1));
    assert!(!folder.join("target.pem").exists());
}

#[test]
fn public_prints_an_entry_for_a_directory() {
    let file = scratch("keygen-public").join("key.pem");
    let entry = json(&run(&["keygen", "--public", "--type", "1", "--out", file.to_str().unwrap()]));
    let directory = format!(r#"{{"issuer-request-uri":"/","token-keys":[{entry}]}}"#);
    let report = json(&run(&["inspect", "--json", &directory]));
    assert_eq!(report["findings"], serde_json::json!([]));
    assert_eq!(report["directory"]["token_keys"][0]["form"], "p384-point");
}

#[test]
fn a_missing_folder_is_said_so() {
    let output = run(&["keygen", "--type", "1", "--out", "/nonexistent/key.pem", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["error"]["message"].as_str().unwrap().contains("/nonexistent/key.pem"));
    assert!(!report["error"]["hint"].as_str().unwrap().is_empty());
}
