//! The functions as the tests call them, and the rules that hold for each call.

use std::ffi::CStr;
use std::ptr::{null, null_mut};

use privacypass::bytes::pp_bytes;
use privacypass::http::*;
use privacypass::status::*;

pub(crate) const PROFILES: [i32; 3] = [PP_PROFILE_RFC, PP_PROFILE_UNQUOTED, PP_PROFILE_AUTO];
pub(crate) const ABSENT: pp_bytes = pp_bytes { data: null(), len: 0 };
pub(crate) const NO_VALUE: pp_parameter_value = pp_parameter_value { data: null(), len: 0, quoted: 0 };
/// Length without memory: misuse wherever it stands.
pub(crate) const BROKEN: pp_bytes = pp_bytes { data: null(), len: 1 };
pub(crate) const TOO_LONG: usize = isize::MAX as usize + 1;

pub(crate) fn span(bytes: &[u8]) -> pp_bytes {
    pp_bytes { data: bytes.as_ptr(), len: bytes.len() }
}

pub(crate) fn spans<T: AsRef<[u8]>>(lines: &[T]) -> Vec<pp_bytes> {
    lines.iter().map(|line| span(line.as_ref())).collect()
}

pub(crate) fn value(text: &str, quoted: bool) -> pp_parameter_value {
    pp_parameter_value { data: text.as_ptr(), len: text.len(), quoted: quoted.into() }
}

/// Calls with a detail that holds garbage, and checks that it says what was returned.
pub(crate) fn call(function: impl FnOnce(*mut pp_detail) -> pp_status) -> pp_detail {
    let mut detail = pp_detail { status: 77, argument: 77, offset: 77, index: 77 };
    let status = function(&raw mut detail);
    assert_eq!(detail.status, status);
    if status == PP_OK {
        assert_eq!((detail.argument, detail.offset, detail.index), (0, PP_NONE, PP_NONE));
    }
    detail
}

/// Calls as a table of misuse expects it: which argument is at fault.
pub(crate) fn misused(function: impl FnOnce(*mut pp_detail) -> pp_status) -> u32 {
    let detail = call(function);
    assert_eq!(detail.status, PP_ERR_MISUSE);
    detail.argument
}

/// What a function writes: asked for its size first, then given a byte too few, then what it needs, then one more.
pub(crate) fn written(
    function: impl Fn(*mut u8, usize, *mut usize, *mut pp_detail) -> pp_status,
) -> Result<Vec<u8>, pp_detail> {
    let mut needed = 77;
    let asked = call(|detail| function(null_mut(), 0, &raw mut needed, detail));
    if !matches!(asked.status, PP_OK | PP_ERR_BUFFER_TOO_SMALL) {
        assert_eq!(needed, 0);
        return Err(asked);
    }
    assert_eq!(asked.status == PP_OK, needed == 0);
    let mut out = vec![0xEE; needed + 1];
    for capacity in needed.saturating_sub(1)..=needed + 1 {
        let mut len = 77;
        let detail = call(|detail| function(out.as_mut_ptr(), capacity, &raw mut len, detail));
        assert_eq!(len, needed);
        if capacity < needed {
            assert_eq!(detail.status, PP_ERR_BUFFER_TOO_SMALL);
            assert_eq!(usize::try_from(detail.offset), Ok(needed));
            assert!(out.iter().all(|byte| *byte == 0xEE));
        } else {
            assert_eq!(detail.status, PP_OK);
            assert_eq!(out[needed], 0xEE);
        }
    }
    // Without a detail all is the same.
    let mut len = 77;
    assert_eq!(function(out.as_mut_ptr(), needed, &raw mut len, null_mut()), PP_OK);
    out.truncate(needed);
    Ok(out)
}

pub(crate) fn decoded(value: pp_parameter_value) -> Vec<u8> {
    written(|out, capacity, len, detail| unsafe {
        pp_parameter_value_decode(out, capacity, len, &raw const value, detail)
    })
    .unwrap()
}

pub(crate) fn text(value: pp_parameter_value) -> Vec<u8> {
    written(|out, capacity, len, detail| unsafe {
        pp_parameter_value_text(out, capacity, len, &raw const value, detail)
    })
    .unwrap()
}

pub(crate) fn is_absent(value: pp_parameter_value) -> bool {
    (value.data, value.len, value.quoted) == (null(), 0, 0)
}

pub(crate) fn an_item() -> pp_challenge_item {
    pp_challenge_item {
        kind: 77,
        skip_reason: 77,
        has_token_type: 77,
        token_type: 77,
        challenge: NO_VALUE,
        token_key: NO_VALUE,
        realm: NO_VALUE,
        has_max_age: 77,
        max_age: 77,
        index: 77,
        line: 77,
        offset: 77,
    }
}

/// All items of a header, and the end twice.
pub(crate) fn items<T: AsRef<[u8]>>(lines: &[T]) -> Vec<pp_challenge_item> {
    let lines = spans(lines);
    let mut challenges = pp_challenges { opaque: [u64::MAX; 16] };
    let begun = call(|detail| unsafe { pp_challenges_begin(&raw mut challenges, lines.as_ptr(), lines.len(), detail) });
    assert_eq!(begun.status, PP_OK);
    let mut found = Vec::new();
    let mut ended = 0;
    while ended < 2 {
        // A value may be moved.
        let mut moved = Box::new(challenges);
        let mut item = an_item();
        assert_eq!(call(|detail| unsafe { pp_challenges_next(&raw mut *moved, &raw mut item, detail) }).status, PP_OK);
        challenges = *moved;
        if item.kind == PP_ITEM_END {
            assert_eq!((item.skip_reason, item.has_token_type, item.token_type), (0, 0, 0));
            assert_eq!((item.index, item.line, item.offset, item.has_max_age, item.max_age), (0, 0, 0, 0, 0));
            ended += 1;
        } else {
            assert_eq!(ended, 0, "an item after the end");
            found.push(item);
        }
        if item.kind != PP_ITEM_CHALLENGE {
            assert!([item.challenge, item.token_key, item.realm].into_iter().all(is_absent));
        }
        assert_eq!(item.skip_reason != 0, item.kind == PP_ITEM_SKIPPED);
    }
    found
}

pub(crate) fn only<T: AsRef<[u8]>>(line: T) -> pp_challenge_item {
    let found = items(&[line]);
    assert_eq!(found.len(), 1);
    found[0]
}

pub(crate) fn name_of(skip_reason: i32) -> &'static str {
    unsafe { CStr::from_ptr(pp_skip_reason_name(skip_reason)) }.to_str().unwrap()
}

pub(crate) fn parameters(challenge: &[u8]) -> pp_challenge_parameters {
    pp_challenge_parameters { challenge: span(challenge), token_key: ABSENT, realm: ABSENT, has_max_age: 0, max_age: 0 }
}

pub(crate) fn header(parameters: &[pp_challenge_parameters], profile: i32) -> Result<String, pp_detail> {
    written(|out, capacity, len, detail| unsafe {
        pp_www_authenticate_write(out, capacity, len, parameters.as_ptr(), parameters.len(), profile, detail)
    })
    .map(|header| String::from_utf8(header).unwrap())
}

pub(crate) fn greased(
    parameters: &[pp_challenge_parameters],
    profile: i32,
    random: &[u8],
) -> Result<String, pp_detail> {
    assert_eq!(random.len(), PP_GREASE_RANDOM_BYTES);
    written(|out, capacity, len, detail| unsafe {
        let (first, count) = (parameters.as_ptr(), parameters.len());
        pp_www_authenticate_write_greased(out, capacity, len, first, count, profile, random.as_ptr(), detail)
    })
    .map(|header| String::from_utf8(header).unwrap())
}

pub(crate) fn some_credentials() -> pp_credentials {
    pp_credentials { present: 77, token_type: 77, token: NO_VALUE, extensions: NO_VALUE }
}

pub(crate) fn credentials<T: AsRef<[u8]>>(lines: &[T]) -> Result<pp_credentials, pp_detail> {
    let lines = spans(lines);
    let mut found = some_credentials();
    let detail = call(|detail| unsafe { pp_authorization_parse(&raw mut found, lines.as_ptr(), lines.len(), detail) });
    if detail.status == PP_OK {
        return Ok(found);
    }
    assert_eq!((found.present, found.token_type), (77, 77), "an output that an error has changed");
    Err(detail)
}

pub(crate) fn authorization(token: &[u8], profile: i32) -> Result<String, pp_detail> {
    written(|out, capacity, len, detail| unsafe {
        pp_authorization_write(out, capacity, len, token.as_ptr(), token.len(), profile, detail)
    })
    .map(|header| String::from_utf8(header).unwrap())
}
