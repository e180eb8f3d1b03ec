//! The error table of the core and the PP_ERR_ numbers of the header are one table.

use std::collections::BTreeMap;
use std::ffi::CStr;

use privacypass::status::{pp_status_message, pp_status_name};
use privacypass_core::ErrorKind;

const HEADER: &str = include_str!("../../include/privacypass.h");

/// Every `#define PP_ERR_NAME (number)` of the header.
fn defines() -> BTreeMap<i32, String> {
    let mut found = BTreeMap::new();
    for line in HEADER.lines() {
        let Some((name, value)) = line.strip_prefix("#define PP_ERR_").and_then(|rest| rest.split_once(' ')) else {
            continue;
        };
        let code = value.trim_matches(['(', ')']).parse().unwrap_or_else(|_| panic!("PP_ERR_{name} is {value}"));
        let twice = found.insert(code, format!("PP_ERR_{name}"));
        assert_eq!(twice, None, "{code} has two names");
    }
    found
}

/// `ChallengeMismatch` is `PP_ERR_CHALLENGE_MISMATCH`.
fn name_in_c(kind: ErrorKind) -> String {
    let mut name = String::from("PP_ERR");
    for letter in format!("{kind:?}").chars() {
        if letter.is_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

fn name_of(status: i32) -> &'static str {
    // SAFETY: the header promises a static string.
    #[allow(unsafe_code)]
    let name = unsafe { CStr::from_ptr(pp_status_name(status)) };
    name.to_str().unwrap()
}

#[test]
fn the_header_has_every_kind_and_no_other() {
    let kinds: BTreeMap<_, _> = ErrorKind::ALL.iter().map(|kind| (kind.code(), name_in_c(*kind))).collect();
    assert_eq!(kinds.len(), ErrorKind::ALL.len(), "two kinds share a code");
    assert_eq!(kinds, defines());
    assert!(HEADER.contains("#define PP_OK 0\n"));
}

#[test]
fn the_names_are_those_of_the_header() {
    for (code, name) in defines() {
        assert_eq!(name_of(code), name);
    }
    assert_eq!(name_of(0), "PP_OK");
    for code in [1, -4, -15, -126, -128, i32::MIN, i32::MAX] {
        assert_eq!(name_of(code), "PP_ERR_UNKNOWN");
    }
}

#[test]
fn the_messages_are_those_of_the_table() {
    for kind in ErrorKind::ALL {
        // SAFETY: the header promises a static string.
        #[allow(unsafe_code)]
        let message = unsafe { CStr::from_ptr(pp_status_message(kind.code())) };
        assert_eq!(message.to_str(), Ok(kind.message()));
    }
}
