//! Issuer directories and attesters' lists, entry by entry: what the library leaves out silently is named here.

use std::collections::BTreeMap;

use privacypass_core::TokenType;
use privacypass_core::http::Base64Value;
use serde_json::{Map, Value};

use super::findings::{self, Findings, RFC, SILK};
use super::report::{Body, Directory, Issuer, Key, Kind};
use crate::output::utc;

/// Which of the two documents an entry stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Document {
    Directory,
    IssuerList,
}

/// Reads a JSON document; none when it is neither of the two.
pub(super) fn read(json: &Value, now: u64, out: &mut Findings) -> Option<(Kind, Body)> {
    let object = json.as_object()?;
    if let Some(entries) = object.get("token-keys").and_then(Value::as_array) {
        let uri = object.get("issuer-request-uri").and_then(Value::as_str);
        check_uri(out, uri);
        let token_keys = keys(entries, "directory.token_keys", Document::Directory, now, out);
        let directory = Directory { issuer_request_uri: uri.map(str::to_owned), token_keys };
        return Some((Kind::Directory, Body::Directory { directory }));
    }
    let issuers = object.iter().enumerate().map(|(number, entry)| issuer(number, entry, now, out));
    let issuers: Vec<Issuer> = issuers.collect::<Option<_>>()?;
    (!issuers.is_empty()).then_some((Kind::IssuerList, Body::IssuerList { issuers }))
}

fn issuer(number: usize, (name, value): (&String, &Value), now: u64, out: &mut Findings) -> Option<Issuer> {
    let entries = value.get("token-keys")?.as_array()?;
    let at = format!("issuers[{number}].token_keys");
    Some(Issuer { issuer_name: name.clone(), token_keys: keys(entries, &at, Document::IssuerList, now, out) })
}

fn check_uri(out: &mut Findings, uri: Option<&str>) {
    match uri {
        None => out.error(RFC, "request-uri", "directory", "there is no issuer-request-uri: nobody can ask for tokens"),
        Some(uri) if uri.starts_with("http://") => {
            let text = "the issuer-request-uri is plain http: anybody on the way reads and changes requests";
            out.warning(RFC, "request-uri", "directory", text);
        }
        Some(_) => {}
    }
}

fn keys(entries: &[Value], at: &str, document: Document, now: u64, out: &mut Findings) -> Vec<Key> {
    let mut keys = Vec::new();
    for (number, entry) in entries.iter().enumerate() {
        match entry.as_object().and_then(|entry| key(entry, &format!("{at}[{}]", keys.len()), document, now, out)) {
            Some(key) => keys.push(key),
            None => {
                let text = format!("entry {number} has no token-type from 0 to 65535, or no token-key in base64url");
                out.error(RFC, "entry", at, text);
            }
        }
    }
    together(&keys, at, now, out);
    keys
}

/// Reads one entry.
fn key(entry: &Map<String, Value>, at: &str, document: Document, now: u64, out: &mut Findings) -> Option<Key> {
    let token_type = TokenType(u16::try_from(entry.get("token-type")?.as_u64()?).ok()?);
    let value = Base64Value::parse(entry.get("token-key")?.as_str()?.as_bytes()).ok()?;
    let not_before = entry.get("not-before");
    let start = not_before.and_then(Value::as_u64);
    let bytes = value.decode_to_vec();

    findings::bare_spelling(out, &value, at);
    findings::token_key(out, token_type, &bytes, at);
    if token_type.is_grease() {
        out.info(RFC, "greased", at, "a greased entry to skip");
    }
    if entry.contains_key("token-key-legacy") {
        out.info(RFC, "token-key-legacy", at, "token-key-legacy is of before RFC 9578: clients do not look at it");
    }
    match start {
        None if not_before.is_some_and(|value| !value.is_null()) => {
            out.error(RFC, "not-before", at, "not-before is no number of unix seconds");
        }
        Some(start) if start > now => {
            out.info(RFC, "not-before-future", at, format!("clients use this key only from {} on", utc(start)));
        }
        _ => {}
    }
    if document == Document::IssuerList {
        if start.is_none_or(|start| start == 0) {
            out.error(SILK, "not-before-missing", at, "not-before must be there and not be 0");
        }
        if !value.is_padded() {
            out.error(SILK, "token-key-string", at, "the token-key must be padded, to equal the one of the challenge");
        }
    }
    Some(Key::read(token_type, &bytes, start))
}

/// Looks at what the keys of one issuer are to each other.
fn together(keys: &[Key], at: &str, now: u64, out: &mut Findings) {
    let mut by_type: BTreeMap<u16, Vec<&Key>> = BTreeMap::new();
    for key in keys.iter().filter(|key| !TokenType(key.token_type).is_grease()) {
        by_type.entry(key.token_type).or_default().push(key);
    }
    if by_type.is_empty() {
        out.error(RFC, "no-usable-key", at, "there is no key");
    }
    for (token_type, keys) in by_type {
        let token_type = TokenType(token_type);
        let usable = |key: &&&Key| key.not_before.is_none_or(|start| start <= now);
        match keys.iter().find(usable) {
            None => {
                let text = format!("no key of type {token_type} may be used yet: clients have none");
                out.error(RFC, "no-usable-key", at, text);
            }
            Some(chosen) if keys.len() > 1 => {
                let text = format!("of type {token_type} clients use the key {}", hex::encode(&chosen.token_key_id.0));
                out.info(RFC, "chosen-key", at, text);
            }
            Some(_) => {}
        }
        let mut seen: BTreeMap<u8, &Key> = BTreeMap::new();
        for key in keys {
            let Some(other) = seen.insert(key.truncated_token_key_id, key) else { continue };
            let short = key.truncated_token_key_id;
            if other.token_key == key.token_key {
                let text = format!("the key with truncated id 0x{short:02x} of type {token_type} is listed twice");
                out.warning(RFC, "duplicate-key", at, text);
            } else {
                let text = format!(
                    "two keys of type {token_type} have the truncated id 0x{short:02x}: the issuer cannot tell their requests apart"
                );
                out.error(RFC, "truncated-id-collision", at, text);
            }
        }
    }
}
