//! What the tests of this crate share: the published vectors, and roles with keys.

pub mod roles;

use std::path::Path;

use serde_json::Value;

/// Reads `tests/vectors/<name>` as JSON.
///
/// # Panics
/// As [`json_file`].
#[must_use]
pub fn vectors(name: &str) -> Value {
    json_file(&format!("vectors/{name}"))
}

/// Reads a file below `tests/` as JSON.
///
/// # Panics
/// When the file is missing or is no JSON: a test without its data must fail.
#[must_use]
pub fn json_file(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Decodes the hex string at `value[field]`, with or without a leading `0x`.
///
/// # Panics
/// When the field is missing or is not hex.
#[must_use]
pub fn hex_field(value: &Value, field: &str) -> Vec<u8> {
    let text = value[field].as_str().unwrap_or_else(|| panic!("no string field {field}"));
    hex::decode(text.trim_start_matches("0x")).unwrap_or_else(|e| panic!("{field}: {e}"))
}

/// The code of the README, compiled and run as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
