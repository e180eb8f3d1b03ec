//! The issuer directory (RFC 9578 section 4), the attester's list of issuers, and the rotation of keys.
//!
//! A directory is read leniently, because deployed ones differ, and written exactly. An entry that cannot be read is
//! left out; the others are kept.

mod schedule;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{ErrorKind, Result};
use crate::http::base64url;
use crate::issuance::TokenKey;
use crate::token_type::TokenType;
use crate::wire::TokenKeyId;

pub use schedule::{KeySchedule, RotationPolicy, ScheduledKey};

/// Where a directory is found at an issuer (RFC 9578 section 4).
pub const WELL_KNOWN_PATH: &str = "/.well-known/private-token-issuer-directory";
/// Where issuers of before the RFC have it.
pub const LEGACY_WELL_KNOWN_PATH: &str = "/.well-known/token-issuer-directory";
/// Where an attester lists its issuers, with their keys, for browser extensions.
pub const ATTESTER_ISSUERS_PATH: &str = "/v1/private-token-issuer-directory";

/// The largest directory that is read, in bytes: some thousand keys. A larger one is an attack or a mistake.
pub const MAX_BYTES: usize = 1 << 20;

/// What an issuer publishes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Directory {
    /// Where token requests go: an absolute URL, or one relative to the directory's.
    pub issuer_request_uri: String,
    /// The keys, in the order of the issuer's preference.
    pub token_keys: Vec<DirectoryKey>,
}

/// One key of a directory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DirectoryKey {
    /// The type of the tokens the key makes; it may be one this library does not know.
    pub token_type: TokenType,
    /// The public key, as published.
    pub token_key: Vec<u8>,
    /// From when on clients may use the key, in unix seconds; `None` is from always.
    pub not_before: Option<u64>,
}

impl DirectoryKey {
    /// The key's identifier.
    #[must_use]
    pub fn id(&self) -> TokenKeyId {
        TokenKeyId::of(&self.token_key)
    }

    /// Whether clients may use the key at `now` (unix seconds).
    #[must_use]
    pub fn is_usable(&self, now: u64) -> bool {
        self.not_before.is_none_or(|not_before| not_before <= now)
    }

    /// Makes the key ready for use.
    ///
    /// # Errors
    /// As [`TokenKey::from_bytes`].
    pub fn to_token_key(&self) -> Result<TokenKey> {
        TokenKey::from_bytes(self.token_type, &self.token_key)
    }

    fn read(value: Value) -> Option<Self> {
        let entry: Entry = serde_json::from_value(value).ok()?;
        Some(Self {
            token_type: TokenType(entry.token_type),
            token_key: base64url::decode_to_vec(entry.token_key.as_bytes()).ok()?,
            not_before: entry.not_before,
        })
    }

    fn entry(&self) -> Entry {
        Entry {
            token_type: self.token_type.0,
            token_key: base64url::encode_to_string(&self.token_key),
            not_before: self.not_before,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Entry {
    token_type: u16,
    token_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct DirectoryJson<K> {
    issuer_request_uri: String,
    token_keys: Vec<K>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct KeysJson<K> {
    token_keys: Vec<K>,
}

impl Directory {
    /// Reads a directory.
    ///
    /// Unknown members are ignored, base64 may be of either alphabet and without padding, and an entry of `token-keys`
    /// that cannot be read is left out.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] over [`MAX_BYTES`]; [`ErrorKind::Malformed`] when it is no directory.
    pub fn parse(json: &[u8]) -> Result<Self> {
        let read: DirectoryJson<Value> = from_json(json)?;
        Ok(Self {
            issuer_request_uri: read.issuer_request_uri,
            token_keys: read.token_keys.into_iter().filter_map(DirectoryKey::read).collect(),
        })
    }

    /// Writes the directory as RFC 9578 has it.
    #[must_use]
    pub fn to_json(&self) -> String {
        to_json(&DirectoryJson {
            issuer_request_uri: self.issuer_request_uri.clone(),
            token_keys: self.token_keys.iter().map(DirectoryKey::entry).collect(),
        })
    }

    /// The key a client uses at `now` (unix seconds) for tokens of `token_type`: the first whose `not-before` has come.
    #[must_use]
    pub fn key_for(&self, token_type: TokenType, now: u64) -> Option<&DirectoryKey> {
        self.token_keys.iter().find(|key| key.token_type == token_type && key.is_usable(now))
    }

    /// The key with this identifier.
    #[must_use]
    pub fn find(&self, id: TokenKeyId) -> Option<&DirectoryKey> {
        self.token_keys.iter().find(|key| key.id() == id)
    }
}

/// What an attester publishes: its issuers by host name, each with its keys.
///
/// Browser extensions choose an attester by it: they look for the challenge's issuer and key.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct IssuerList {
    /// The keys of each issuer, by the issuer's name.
    pub issuers: BTreeMap<String, Vec<DirectoryKey>>,
}

impl IssuerList {
    /// Reads a list, as leniently as [`Directory::parse`].
    ///
    /// # Errors
    /// As [`Directory::parse`].
    pub fn parse(json: &[u8]) -> Result<Self> {
        let read: BTreeMap<String, KeysJson<Value>> = from_json(json)?;
        let keys = |list: KeysJson<Value>| list.token_keys.into_iter().filter_map(DirectoryKey::read).collect();
        Ok(Self { issuers: read.into_iter().map(|(name, list)| (name, keys(list))).collect() })
    }

    /// Writes the list.
    ///
    /// A key without `not-before` gets 1: extensions in use refuse a list where it is missing or 0.
    #[must_use]
    pub fn to_json(&self) -> String {
        let entry = |key: &DirectoryKey| Entry { not_before: Some(key.not_before.unwrap_or(0).max(1)), ..key.entry() };
        let keys = |list: &[DirectoryKey]| KeysJson { token_keys: list.iter().map(entry).collect() };
        let list: BTreeMap<&str, KeysJson<Entry>> =
            self.issuers.iter().map(|(name, list)| (name.as_str(), keys(list))).collect();
        to_json(&list)
    }
}

fn from_json<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T> {
    if json.len() > MAX_BYTES {
        return Err(ErrorKind::Limit.into());
    }
    serde_json::from_slice(json).map_err(|_| ErrorKind::Malformed.into())
}

fn to_json<T: Serialize>(value: &T) -> String {
    // Strings, integers and maps with string keys always have a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec;

    fn key(token_type: u16, not_before: Option<u64>) -> DirectoryKey {
        DirectoryKey { token_type: TokenType(token_type), token_key: vec![token_type.to_be_bytes()[1]; 4], not_before }
    }

    #[test]
    fn writes_the_exact_form_and_reads_it_back() {
        let directory = Directory {
            issuer_request_uri: "/token-request".to_string(),
            token_keys: vec![key(2, Some(1_700_000_000)), key(1, None)],
        };
        let json = directory.to_json();
        assert_eq!(
            json,
            r#"{"issuer-request-uri":"/token-request","token-keys":[{"token-type":2,"token-key":"AgICAg==","not-before":1700000000},{"token-type":1,"token-key":"AQEBAQ=="}]}"#
        );
        assert_eq!(Directory::parse(json.as_bytes()), Ok(directory));
    }

    #[test]
    fn reads_what_deployed_issuers_write() {
        let json = br#"{ "issuer-request-uri": "https://issuer.example/token-request", "issuer-policy-window": 86400,
            "token-keys": [
                { "token-type": 2, "token-key": "-_-_", "token-key-legacy": "AAAA", "version": 3 },
                { "token-type": 2, "token-key": "+/+/" },
                { "token-type": 1, "token-key": "AQEBAQ" },
                { "token-type": "two", "token-key": "AAAA" },
                { "token-type": 2 },
                { "token-type": 70000, "token-key": "AAAA" },
                "nonsense"
            ] }"#;
        let directory = Directory::parse(json).unwrap();
        let keys: Vec<_> = directory.token_keys.iter().map(|key| key.token_key.as_slice()).collect();
        assert_eq!(keys, [&[0xFB, 0xFF, 0xBF][..], &[0xFB, 0xFF, 0xBF], &[1, 1, 1, 1]]);
    }

    #[test]
    fn refuses_what_is_no_directory() {
        for json in ["", "{", "[]", "{}", r#"{"issuer-request-uri":"/"}"#, r#"{"token-keys":[]}"#] {
            assert_eq!(Directory::parse(json.as_bytes()), Err(ErrorKind::Malformed.into()), "{json}");
        }
        assert_eq!(Directory::parse(&vec![b' '; MAX_BYTES + 1]), Err(ErrorKind::Limit.into()));
        assert_eq!(Directory::parse(&vec![b' '; MAX_BYTES]), Err(ErrorKind::Malformed.into()));
    }

    #[test]
    fn a_client_takes_the_first_key_whose_time_has_come() {
        let directory = Directory {
            issuer_request_uri: String::new(),
            token_keys: vec![key(2, Some(200)), key(1, None), key(2, Some(100)), key(2, None)],
        };
        let not_before = |now| directory.key_for(TokenType(2), now).and_then(|key| key.not_before);
        assert_eq!(not_before(200), Some(200));
        assert_eq!(not_before(199), Some(100));
        assert_eq!(directory.key_for(TokenType(2), 99).map(|key| key.not_before), Some(None));
        assert_eq!(directory.key_for(TokenType(5), 99), None);
    }

    #[test]
    fn an_attesters_list_always_has_a_not_before() {
        let mut list = IssuerList::default();
        list.issuers.insert("issuer.example".to_string(), vec![key(2, None), key(2, Some(0)), key(2, Some(7))]);
        let json = list.to_json();
        let read = IssuerList::parse(json.as_bytes()).unwrap();
        let times: Vec<_> = read.issuers["issuer.example"].iter().map(|key| key.not_before).collect();
        assert_eq!(times, [Some(1), Some(1), Some(7)]);
        assert!(json.starts_with(r#"{"issuer.example":{"token-keys":[{"token-type":2,"token-key":"AgICAg==""#), "{json}");
    }
}
