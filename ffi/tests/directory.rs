//! Directories and lists of issuers, called as C calls them.
#![allow(unsafe_code)]
#![cfg(feature = "std")]

use std::ptr::{null, null_mut};

use privacypass::bytes::pp_bytes;
use privacypass::directory::*;
use privacypass::issuer_list::*;
use privacypass::status::*;
use privacypass::wire::pp_token_key_id_of;
use privacypass_core::directory as core;

/// Calls a function with a detail; gives the status, and the argument and the item it is about.
macro_rules! call {
    ($function:ident($($argument:expr),* $(,)?)) => {{
        let mut detail = pp_detail { status: 77, argument: 77, offset: 77, index: 77 };
        // SAFETY: every pointer is good, NULL, or wrong in a way that the function must notice.
        let status = unsafe { $function($($argument,)* &raw mut detail) };
        assert_eq!(detail.status, status);
        (status, detail.argument, detail.index)
    }};
}

const OK: (pp_status, u32, u32) = (PP_OK, 0, PP_NONE);

const fn misuse(argument: u32) -> (pp_status, u32, u32) {
    (PP_ERR_MISUSE, argument, PP_NONE)
}

const fn failed(status: pp_status) -> (pp_status, u32, u32) {
    (status, 0, PP_NONE)
}

/// Two spans that break the rules of any argument.
const BAD_SPANS: [pp_bytes; 2] =
    [pp_bytes { data: null(), len: 1 }, pp_bytes { data: [0].as_ptr(), len: isize::MAX as usize + 1 }];

const EMPTY: pp_bytes = pp_bytes { data: null(), len: 0 };

const fn span(bytes: &[u8]) -> pp_bytes {
    pp_bytes { data: bytes.as_ptr(), len: bytes.len() }
}

fn text(span: &pp_bytes) -> &[u8] {
    // SAFETY: a span that the library gave, or `span` made.
    unsafe { std::slice::from_raw_parts(span.data, span.len) }
}

fn key(token_type: u16, token_key: &'static [u8], not_before: Option<u64>) -> pp_directory_key {
    pp_directory_key {
        token_type,
        token_key: span(token_key),
        has_not_before: not_before.is_some().into(),
        not_before: not_before.unwrap_or(0),
    }
}

/// A key that a function is to fill.
fn blank() -> pp_directory_key {
    key(0x7777, b"unchanged", Some(77))
}

fn fields(key: &pp_directory_key) -> (u16, &[u8], i32, u64) {
    (key.token_type, text(&key.token_key), key.has_not_before, key.not_before)
}

fn directory(json: &[u8]) -> *mut pp_directory {
    let mut directory = null_mut();
    assert_eq!(call!(pp_directory_parse(&raw mut directory, json.as_ptr(), json.len())), OK);
    directory
}

/// What deployed issuers write, and entries that nobody should.
const DEPLOYED: &[u8] =
    br#"{ "issuer-request-uri": "https://issuer.example/token-request", "issuer-policy-window": 86400,
    "token-keys": [
        { "token-type": 2, "token-key": "-_-_", "not-before": 200, "version": 3 },
        { "token-type": 1, "token-key": "AQEBAQ" },
        { "token-type": "two", "token-key": "AAAA" }, { "token-type": 2 }, "nonsense",
        { "token-type": 2, "token-key": "+/+/", "not-before": 0 },
        { "token-type": 55930, "token-key": "" }
    ] }"#;

#[test]
fn the_constants_are_those_of_the_core() {
    assert_eq!(PP_WELL_KNOWN_PATH, core::WELL_KNOWN_PATH);
    assert_eq!(PP_LEGACY_WELL_KNOWN_PATH, core::LEGACY_WELL_KNOWN_PATH);
    assert_eq!(PP_ATTESTER_ISSUERS_PATH, core::ATTESTER_ISSUERS_PATH);
}

#[test]
fn a_directory_is_read() {
    let json = DEPLOYED.to_vec();
    let directory = directory(&json);
    drop(json);
    let (mut uri, mut view) = (EMPTY, blank());
    assert_eq!(call!(pp_directory_request_uri(directory, &raw mut uri)), OK);
    assert_eq!(text(&uri), b"https://issuer.example/token-request");

    let keys = [
        (2, &[0xFB, 0xFF, 0xBF][..], 1, 200),
        (1, &[1, 1, 1, 1], 0, 0),
        (2, &[0xFB, 0xFF, 0xBF], 1, 0),
        (0xDA7A, &[], 0, 0),
    ];
    // SAFETY: a live handle.
    assert_eq!(unsafe { pp_directory_key_count(directory) }, keys.len());
    for (index, expected) in keys.iter().enumerate() {
        assert_eq!(call!(pp_directory_key_at(directory, &raw mut view, index)), OK);
        assert_eq!(fields(&view), *expected);
    }

    let mut id = [0; 32];
    for (token_type, now, expected) in [(2, 200, 0), (2, 199, 2), (2, 0, 2), (1, 0, 1), (0xDA7A, u64::MAX, 3)] {
        assert_eq!(call!(pp_directory_key_for(directory, &raw mut view, token_type, now)), OK);
        assert_eq!(fields(&view), keys[expected]);
    }
    for (token_key, expected) in [(&[0xFB, 0xFF, 0xBF][..], 0), (&[1, 1, 1, 1], 1), (&[], 3)] {
        assert_eq!(call!(pp_token_key_id_of(id.as_mut_ptr(), token_key.as_ptr(), token_key.len())), OK);
        assert_eq!(call!(pp_directory_find(directory, &raw mut view, id.as_ptr())), OK);
        assert_eq!(fields(&view), keys[expected]);
    }

    view = blank();
    assert_eq!(call!(pp_directory_key_for(directory, &raw mut view, 5, 200)), failed(PP_ERR_UNKNOWN_KEY));
    id[31] ^= 1;
    assert_eq!(call!(pp_directory_find(directory, &raw mut view, id.as_ptr())), failed(PP_ERR_UNKNOWN_KEY));
    assert_eq!(call!(pp_directory_key_at(directory, &raw mut view, keys.len())), misuse(3));
    assert_eq!(call!(pp_directory_key_at(directory, &raw mut view, usize::MAX)), misuse(3));
    assert_eq!(fields(&view), fields(&blank()), "untouched by errors");
    // SAFETY: a live handle, which nothing uses afterwards.
    unsafe { pp_directory_free(directory) };
}

#[test]
fn a_key_that_is_not_yet_valid_is_not_chosen() {
    let directory =
        directory(br#"{"issuer-request-uri":"/","token-keys":[{"token-type":2,"token-key":"AAAA","not-before":100}]}"#);
    let mut view = blank();
    assert_eq!(call!(pp_directory_key_for(directory, &raw mut view, 2, 99)), failed(PP_ERR_UNKNOWN_KEY));
    assert_eq!(call!(pp_directory_key_for(directory, &raw mut view, 2, 100)), OK);
    // SAFETY: a live handle, which nothing uses afterwards.
    unsafe { pp_directory_free(directory) };
}

#[test]
fn what_is_no_directory_is_refused() {
    let mut out = 8usize as *mut pp_directory;
    for json in ["", "{", "[]", "{}", r#"{"issuer-request-uri":"/"}"#, r#"{"token-keys":[]}"#, "\0", "\u{FEFF}{}"] {
        let refusal = call!(pp_directory_parse(&raw mut out, json.as_ptr(), json.len()));
        assert_eq!(refusal, failed(PP_ERR_MALFORMED), "{json}");
        assert!(out.is_null());
    }
    let spaces = vec![b' '; PP_DIRECTORY_MAX_BYTES + 1];
    for (len, status) in [(spaces.len(), PP_ERR_LIMIT), (spaces.len() - 1, PP_ERR_MALFORMED)] {
        assert_eq!(call!(pp_directory_parse(&raw mut out, spaces.as_ptr(), len)), failed(status));
    }
    // The largest that is read.
    let mut json = br#"{"issuer-request-uri":"/","token-keys":[]}"#.to_vec();
    json.resize(PP_DIRECTORY_MAX_BYTES, b' ');
    let directory = directory(&json);
    // SAFETY: a live handle, which nothing uses afterwards.
    unsafe {
        assert_eq!(pp_directory_key_count(directory), 0);
        pp_directory_free(directory);
    }
}

#[test]
fn the_arguments_of_reading_are_checked() {
    let (mut uri, mut view, mut out) = (EMPTY, blank(), 8usize as *mut pp_directory);
    let id = [0; 32];
    assert_eq!(call!(pp_directory_parse(null_mut(), DEPLOYED.as_ptr(), DEPLOYED.len())), misuse(1));
    assert_eq!(call!(pp_directory_parse(&raw mut out, null(), 0)), failed(PP_ERR_MALFORMED));
    for bad in BAD_SPANS {
        assert_eq!(call!(pp_directory_parse(&raw mut out, bad.data, bad.len)), misuse(2));
        assert!(out.is_null());
    }

    let good = directory(DEPLOYED);
    let zeros = [0u64; 16];
    let mut list = null_mut();
    assert_eq!(call!(pp_issuer_list_parse(&raw mut list, b"{}".as_ptr(), 2)), OK);
    let misaligned = good.cast::<u8>().wrapping_add(1).cast();
    for bad in [null(), zeros.as_ptr().cast(), list.cast_const().cast(), misaligned] {
        assert_eq!(call!(pp_directory_request_uri(bad, &raw mut uri)), misuse(1));
        assert_eq!(call!(pp_directory_key_at(bad, &raw mut view, 0)), misuse(1));
        assert_eq!(call!(pp_directory_key_for(bad, &raw mut view, 2, 0)), misuse(1));
        assert_eq!(call!(pp_directory_find(bad, &raw mut view, id.as_ptr())), misuse(1));
        // SAFETY: no handle of this type, which must be noticed.
        unsafe {
            assert_eq!(pp_directory_key_count(bad), 0);
            pp_directory_free(bad.cast_mut());
        }
    }
    let misaligned = (&raw mut view).cast::<u8>().wrapping_add(1);
    assert_eq!(call!(pp_directory_request_uri(good, null_mut())), misuse(2));
    assert_eq!(call!(pp_directory_request_uri(good, misaligned.cast())), misuse(2));
    for bad in [null_mut(), misaligned.cast()] {
        assert_eq!(call!(pp_directory_key_at(good, bad, 0)), misuse(2));
        assert_eq!(call!(pp_directory_key_for(good, bad, 2, 0)), misuse(2));
        assert_eq!(call!(pp_directory_find(good, bad, id.as_ptr())), misuse(2));
    }
    assert_eq!(call!(pp_directory_find(good, &raw mut view, null())), misuse(3));
    // SAFETY: live handles, which nothing uses afterwards. The last argument of any function may be NULL.
    unsafe {
        assert_eq!(pp_directory_key_at(good, &raw mut view, 0, null_mut()), PP_OK);
        assert_eq!(pp_directory_key_at(good, &raw mut view, 9, null_mut()), PP_ERR_MISUSE);
        pp_directory_free(good);
        pp_issuer_list_free(list);
    }
}

const URI: &[u8] = b"/token-request";
const EXACT: &str = r#"{"issuer-request-uri":"/token-request","token-keys":[{"token-type":2,"token-key":"-_-_","not-before":1700000000},{"token-type":1,"token-key":"AQEBAQ=="}]}"#;

#[test]
fn a_directory_is_written_exactly() {
    let mut keys = [key(2, &[0xFB, 0xFF, 0xBF], Some(1_700_000_000)), key(1, &[1; 4], None)];
    // Whatever is not 0 is a yes, and without it the time is not looked at.
    keys[0].has_not_before = -7;
    keys[1].not_before = 77;
    let write = |out: &mut [u8], len: &mut usize| {
        let (data, capacity, len) = (out.as_mut_ptr(), out.len(), &raw mut *len);
        call!(pp_directory_write(data, capacity, len, URI.as_ptr(), URI.len(), keys.as_ptr(), keys.len()))
    };
    let mut len = 77;
    for capacity in [0, 1, EXACT.len() - 1] {
        let mut out = vec![0xA5; capacity];
        assert_eq!(write(&mut out, &mut len), failed(PP_ERR_BUFFER_TOO_SMALL));
        assert_eq!(len, EXACT.len());
        assert!(out.iter().all(|byte| *byte == 0xA5), "nothing is written");
    }
    let asked =
        call!(pp_directory_write(null_mut(), 0, &raw mut len, URI.as_ptr(), URI.len(), keys.as_ptr(), keys.len()));
    assert_eq!((asked, len), (failed(PP_ERR_BUFFER_TOO_SMALL), EXACT.len()));
    let mut out = vec![0xA5; EXACT.len() + 1];
    assert_eq!(write(&mut out, &mut len), OK);
    assert_eq!((std::str::from_utf8(&out[..len]), out[len]), (Ok(EXACT), 0xA5));

    // Without keys, and without a URI, it is JSON all the same.
    assert_eq!(call!(pp_directory_write(out.as_mut_ptr(), out.len(), &raw mut len, null(), 0, null(), 0)), OK);
    assert_eq!(&out[..len], br#"{"issuer-request-uri":"","token-keys":[]}"#);
}

#[test]
fn the_arguments_of_writing_are_checked() {
    let (mut out, mut len) = ([0u8; 500], 77);
    let good = [key(1, &[1], None), key(2, &[2], None)];
    let write = |out: *mut u8, capacity, len: *mut usize, uri: pp_bytes, keys: *const pp_directory_key, count| {
        call!(pp_directory_write(out, capacity, len, uri.data, uri.len, keys, count))
    };
    let uri = span(URI);
    assert_eq!(write(null_mut(), 1, &raw mut len, uri, good.as_ptr(), 2), misuse(1));
    assert_eq!(len, 0);
    assert_eq!(write(out.as_mut_ptr(), usize::MAX, &raw mut len, uri, good.as_ptr(), 2), misuse(1));
    assert_eq!(write(out.as_mut_ptr(), 500, null_mut(), uri, good.as_ptr(), 2), misuse(3));
    for bad in BAD_SPANS.into_iter().chain([span(b"\xFF")]) {
        len = 77;
        assert_eq!(write(out.as_mut_ptr(), 500, &raw mut len, bad, good.as_ptr(), 2), misuse(4));
        assert_eq!(len, 0);
    }
    let misaligned = good.as_ptr().cast::<u8>().wrapping_add(1).cast();
    for (keys, count) in [(null(), 1), (misaligned, 1), (good.as_ptr(), usize::MAX / 8)] {
        assert_eq!(write(out.as_mut_ptr(), 500, &raw mut len, uri, keys, count), misuse(6));
    }
    for bad in BAD_SPANS {
        let keys = [good[0], pp_directory_key { token_key: bad, ..good[1] }];
        assert_eq!(write(out.as_mut_ptr(), 500, &raw mut len, uri, keys.as_ptr(), 2), (PP_ERR_MISUSE, 6, 1));
    }
    assert_eq!(out, [0; 500]);
}

#[test]
fn a_list_of_issuers_is_written_and_read() {
    let keys = [key(2, &[2; 4], None), key(2, &[2; 4], Some(0)), key(1, &[7], Some(7))];
    let issuers = [
        pp_listed_issuer { name: span(b"two.example:443"), keys: keys.as_ptr(), key_count: 3 },
        pp_listed_issuer { name: span(b"one.example"), keys: null(), key_count: 0 },
    ];
    let (mut out, mut len) = ([0u8; 500], 77);
    let expected = r#"{"one.example":{"token-keys":[]},"two.example:443":{"token-keys":[{"token-type":2,"token-key":"AgICAg==","not-before":1},{"token-type":2,"token-key":"AgICAg==","not-before":1},{"token-type":1,"token-key":"Bw==","not-before":7}]}}"#;
    let short = call!(pp_issuer_list_write(out.as_mut_ptr(), expected.len() - 1, &raw mut len, issuers.as_ptr(), 2));
    assert_eq!((short, len, out), (failed(PP_ERR_BUFFER_TOO_SMALL), expected.len(), [0; 500]));
    assert_eq!(call!(pp_issuer_list_write(out.as_mut_ptr(), 500, &raw mut len, issuers.as_ptr(), 2)), OK);
    assert_eq!(std::str::from_utf8(&out[..len]), Ok(expected));

    let mut list = null_mut();
    assert_eq!(call!(pp_issuer_list_parse(&raw mut list, out.as_ptr(), len)), OK);
    out.fill(0);
    // SAFETY: a live handle.
    assert_eq!(unsafe { pp_issuer_list_count(list) }, 2);
    let (mut name, mut count, mut view, mut issuer) = (EMPTY, 77, blank(), 77);
    for (number, expected) in [(0, (&b"one.example"[..], 0)), (1, (b"two.example:443", 3))] {
        assert_eq!(call!(pp_issuer_list_issuer_at(list, &raw mut name, &raw mut count, number)), OK);
        assert_eq!((text(&name), count), expected);
    }
    assert_eq!(call!(pp_issuer_list_key_at(list, &raw mut view, 1, 2)), OK);
    assert_eq!(fields(&view), (1, &[7][..], 1, 7));
    assert_eq!(call!(pp_issuer_list_key_at(list, &raw mut view, 1, 3)), misuse(4));
    assert_eq!(call!(pp_issuer_list_key_at(list, &raw mut view, 0, 0)), misuse(4));
    assert_eq!(call!(pp_issuer_list_key_at(list, &raw mut view, 2, 0)), misuse(3));
    assert_eq!(call!(pp_issuer_list_issuer_at(list, &raw mut name, &raw mut count, 2)), misuse(4));

    for (wanted, expected) in [(&b"ONE.example"[..], 0), (b"one.example:443", 0), (b"two.example", 1)] {
        assert_eq!(call!(pp_issuer_list_find(list, &raw mut issuer, wanted.as_ptr(), wanted.len())), OK);
        assert_eq!(issuer, expected);
    }
    let unknown = call!(pp_issuer_list_find(list, &raw mut issuer, b"example".as_ptr(), 7));
    assert_eq!((unknown, issuer), (failed(PP_ERR_UNKNOWN_KEY), 1));
    // SAFETY: a live handle, which nothing uses afterwards.
    unsafe { pp_issuer_list_free(list) };
}

#[test]
fn the_arguments_of_lists_are_checked() {
    let mut list = 8usize as *mut pp_issuer_list;
    assert_eq!(call!(pp_issuer_list_parse(null_mut(), b"{}".as_ptr(), 2)), misuse(1));
    for bad in BAD_SPANS {
        assert_eq!(call!(pp_issuer_list_parse(&raw mut list, bad.data, bad.len)), misuse(2));
        assert!(list.is_null());
    }
    for json in ["", "[]", r#"{"one.example":[]}"#, r#"{"one.example":{}}"#] {
        let refusal = call!(pp_issuer_list_parse(&raw mut list, json.as_ptr(), json.len()));
        assert_eq!(refusal, failed(PP_ERR_MALFORMED), "{json}");
    }
    let spaces = vec![b' '; PP_DIRECTORY_MAX_BYTES + 1];
    assert_eq!(call!(pp_issuer_list_parse(&raw mut list, spaces.as_ptr(), spaces.len())), failed(PP_ERR_LIMIT));

    assert_eq!(call!(pp_issuer_list_parse(&raw mut list, b"{}".as_ptr(), 2)), OK);
    let (mut name, mut count, mut view, mut issuer) = (EMPTY, 77, blank(), 77);
    let zeros = [0u64; 16];
    let directory = directory(DEPLOYED);
    for bad in [null(), zeros.as_ptr().cast(), directory.cast_const().cast()] {
        assert_eq!(call!(pp_issuer_list_issuer_at(bad, &raw mut name, &raw mut count, 0)), misuse(1));
        assert_eq!(call!(pp_issuer_list_key_at(bad, &raw mut view, 0, 0)), misuse(1));
        assert_eq!(call!(pp_issuer_list_find(bad, &raw mut issuer, null(), 0)), misuse(1));
        // SAFETY: no handle of this type, which must be noticed.
        unsafe {
            assert_eq!(pp_issuer_list_count(bad), 0);
            pp_issuer_list_free(bad.cast_mut());
        }
    }
    assert_eq!(call!(pp_issuer_list_issuer_at(list, null_mut(), &raw mut count, 0)), misuse(2));
    assert_eq!(call!(pp_issuer_list_issuer_at(list, &raw mut name, null_mut(), 0)), misuse(3));
    assert_eq!(call!(pp_issuer_list_key_at(list, null_mut(), 0, 0)), misuse(2));
    assert_eq!(call!(pp_issuer_list_find(list, null_mut(), null(), 0)), misuse(2));
    for bad in BAD_SPANS.into_iter().chain([span(b"\xFF")]) {
        assert_eq!(call!(pp_issuer_list_find(list, &raw mut issuer, bad.data, bad.len)), misuse(3));
    }

    let (mut out, mut len) = ([0u8; 500], 77);
    let good = pp_listed_issuer { name: span(b"one.example"), keys: null(), key_count: 0 };
    let bad_key = [key(2, &[2], None), pp_directory_key { token_key: BAD_SPANS[0], ..key(2, &[2], None) }];
    assert_eq!(call!(pp_issuer_list_write(null_mut(), 1, &raw mut len, &raw const good, 1)), misuse(1));
    assert_eq!(call!(pp_issuer_list_write(out.as_mut_ptr(), 500, null_mut(), &raw const good, 1)), misuse(3));
    for (issuers, count) in [(null(), 1), (&raw const good, usize::MAX / 8)] {
        assert_eq!(call!(pp_issuer_list_write(out.as_mut_ptr(), 500, &raw mut len, issuers, count)), misuse(4));
    }
    let second = [
        good,
        pp_listed_issuer { name: BAD_SPANS[0], ..good },
        pp_listed_issuer { name: span(b"\xFF"), ..good },
        pp_listed_issuer { name: span(b"two.example"), key_count: 1, ..good },
        pp_listed_issuer { name: span(b"two.example"), keys: bad_key.as_ptr(), key_count: 2 },
    ];
    for second in second {
        let refusal = call!(pp_issuer_list_write(out.as_mut_ptr(), 500, &raw mut len, [good, second].as_ptr(), 2));
        assert_eq!((refusal, len), ((PP_ERR_MISUSE, 4, 1), 0));
    }
    // SAFETY: live handles, which nothing uses afterwards.
    unsafe {
        pp_issuer_list_free(list);
        pp_directory_free(directory);
    }
}
