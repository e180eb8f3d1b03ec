//! Reading WWW-Authenticate: the scenarios, the vectors, items, iteration, values.

use std::ptr::null_mut;

use privacypass::http::*;
use privacypass::status::*;
use privacypass::token_type::pp_token_type_is_grease;
use privacypass_core::http::SkipReason;
use privacypass_tests::{hex_field, json_file, vectors};
use serde_json::{Value, json};

use crate::surface::*;

// What every language does alike, and the vectors.

#[test]
fn scenarios() {
    let scenarios = json_file("scenarios/headers.json");
    let cases = scenarios["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let fields: Vec<&str> =
            case["fields"].as_array().unwrap().iter().map(|field| field.as_str().unwrap()).collect();
        let (mut found, mut skipped) = (Vec::new(), Vec::new());
        for item in items(&fields) {
            if item.kind == PP_ITEM_SKIPPED {
                skipped.push(json!(name_of(item.skip_reason)));
                continue;
            }
            assert_eq!((item.kind, item.has_token_type), (PP_ITEM_CHALLENGE, 1));
            found.push(json!({
                "token_type": item.token_type,
                "challenge": hex::encode(decoded(item.challenge)),
                "token_key": (!is_absent(item.token_key)).then(|| hex::encode(decoded(item.token_key))),
                "max_age": (item.has_max_age == 1).then_some(item.max_age),
            }));
        }
        assert_eq!(Value::from(found), case["challenges"], "{}", case["name"]);
        assert_eq!(Value::from(skipped), case["skipped"], "{}", case["name"]);
    }
}

#[test]
fn vectors_of_appendix_a2() {
    let vectors = vectors("rfc9577/headers.json");
    let vectors = vectors["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 3);
    let mut checked = 0;
    for vector in vectors {
        let published = vector["WWW-Authenticate"].as_str().unwrap();
        let mut found = items(&[published]).into_iter().filter(|item| item.kind == PP_ITEM_CHALLENGE);
        for number in 0..2 {
            if vector.get(format!("token-type-{number}")).is_none() {
                continue;
            }
            let token_type = hex_field(vector, &format!("token-type-{number}"));
            let token_type = u16::from_be_bytes(token_type.try_into().unwrap());
            if pp_token_type_is_grease(token_type) == 1 {
                continue;
            }
            let item = found.next().unwrap();
            assert_eq!((item.token_type, item.challenge.quoted, item.token_key.quoted), (token_type, 1, 1));
            assert_eq!(decoded(item.challenge), hex_field(vector, &format!("token-challenge-{number}")));
            assert_eq!(decoded(item.token_key), hex_field(vector, &format!("token-key-{number}")));
            assert_eq!(item.has_max_age == 1, vector[format!("max-age-{number}")].is_u64());
            assert_eq!(item.max_age, vector[format!("max-age-{number}")].as_u64().unwrap_or(0));
            checked += 1;
        }
        assert!(found.next().is_none());
    }
    assert_eq!(checked, 4);

    let third = items(&[vectors[2]["WWW-Authenticate"].as_str().unwrap()]);
    let reasons: Vec<_> = third.iter().map(|item| item.skip_reason).collect();
    assert_eq!(reasons, [PP_SKIP_OTHER_SCHEME, PP_SKIP_GREASED_TYPE, 0]);
    assert_eq!((third[1].has_token_type, third[1].token_type), (1, 0));
}

#[test]
fn the_rfc_profile_writes_what_a2_shows() {
    let vectors = vectors("rfc9577/headers.json");
    for vector in &vectors["vectors"].as_array().unwrap()[..2] {
        let (challenge, key) = (hex_field(vector, "token-challenge-0"), hex_field(vector, "token-key-0"));
        let one =
            pp_challenge_parameters { token_key: span(&key), has_max_age: 1, max_age: 10, ..parameters(&challenge) };
        let published = vector["WWW-Authenticate"].as_str().unwrap();
        let published = published.replace("\",unknownChallengeAttribute=\"ignore-me\"", "\"");
        assert!(published.starts_with(&header(&[one], PP_PROFILE_RFC).unwrap()), "{published}");
    }
}

#[test]
fn the_reserved_types_are_skipped() {
    let vectors = vectors("rfc9577/grease.json");
    let reserved = vectors["reserved_token_types"].as_array().unwrap();
    assert_eq!(reserved.len(), 17);
    for token_type in reserved {
        let token_type = u16::from_str_radix(token_type.as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
        let [a, b] = token_type.to_be_bytes();
        let item = only(header(&[parameters(&[a, b, 9])], PP_PROFILE_AUTO).unwrap());
        assert_eq!((item.kind, item.skip_reason), (PP_ITEM_SKIPPED, PP_SKIP_GREASED_TYPE));
        assert_eq!((item.has_token_type, item.token_type), (1, token_type));
    }
}

// Reading WWW-Authenticate.

#[test]
fn each_reason_has_its_number_and_name() {
    for (line, number, name, offset) in [
        ("  Basic realm=\"x\"", 1, "other_scheme", 2),
        ("PrivateToken challenge=8Ffw", 2, "greased_type", 0),
        ("PrivateToken token-key=AAAA", 3, "missing_challenge", 0),
        ("PrivateToken challenge=AA*I", 4, "bad_challenge", 25),
        ("PrivateToken challenge=\"AA==\"", 5, "too_short", 0),
        ("PrivateToken challenge=AAI=, token-key=\"A A\"", 6, "bad_token_key", 41),
        ("PrivateToken challenge=AAI=, realm=a, realm=b", 7, "duplicate_parameter", 38),
        ("PrivateToken challenge=AAI= token-key=AAAA", 8, "malformed_syntax", 28),
    ] {
        let item = only(line);
        assert_eq!((item.kind, item.skip_reason, item.offset), (PP_ITEM_SKIPPED, number, offset), "{line}");
        assert_eq!(name_of(number), name);
        assert_eq!((item.index, item.line), (0, 0));
        let typed = matches!(number, PP_SKIP_GREASED_TYPE | PP_SKIP_BAD_TOKEN_KEY);
        assert_eq!(item.has_token_type == 1, typed, "{line}");
    }
    let numbers = 1..=i32::try_from(SkipReason::ALL.len()).unwrap();
    assert!(numbers.clone().map(name_of).eq(SkipReason::ALL.iter().map(|reason| reason.name())));
    for other in [0, -1, *numbers.end() + 1, i32::MIN, i32::MAX] {
        assert_eq!(name_of(other), "unknown");
    }
}

#[test]
fn an_item_says_where_and_what() {
    let lines = [
        "Basic, PrivateToken challenge=AAL-_w, token-key=\"\\\"_-8=\\\"\", realm=\"a \\\"q\\\"\", max-age=\"010\"",
        "",
        "  privatetoken challenge=\"AAI=\", max-age=soon, token-key=\"\", Digest",
    ];
    let found = items(&lines);
    let places: Vec<_> = found.iter().map(|item| (item.kind, item.index, item.line, item.offset)).collect();
    assert_eq!(places, [(2, 0, 0, 0), (1, 1, 0, 7), (1, 2, 2, 2), (2, 3, 2, lines[2].len() - 6)]);

    let [full, bare] = [found[1], found[2]];
    assert_eq!((full.token_type, full.has_max_age, full.max_age), (2, 1, 10));
    assert_eq!(decoded(full.challenge), [0, 2, 0xFE, 0xFF]);
    assert_eq!(decoded(full.token_key), [0xFF, 0xEF]);
    assert_eq!(text(full.realm), b"a \"q\"");
    assert_eq!((full.challenge.quoted, full.token_key.quoted, full.realm.quoted), (0, 1, 1));
    // A view: the spans lie in the lines.
    for view in [full.challenge, full.token_key, full.realm] {
        let at = view.data.addr() - lines[0].as_ptr().addr();
        assert!(at + view.len <= lines[0].len());
    }

    assert_eq!((bare.has_max_age, bare.max_age), (0, 0));
    assert!(is_absent(bare.realm) && !is_absent(bare.token_key));
    assert_eq!((decoded(bare.token_key), bare.token_key.len), (vec![], 0));
    let longest = only("PrivateToken challenge=AAI=, max-age=99999999999999999999");
    assert_eq!((longest.has_max_age, longest.max_age), (1, u64::MAX));
}

#[test]
fn no_lines_and_empty_lines_have_no_items() {
    assert!(items::<&str>(&[]).is_empty());
    assert!(items(&["", " , "]).is_empty());
    let mut challenges = pp_challenges { opaque: [0; 16] };
    let lines = [ABSENT; 2];
    let mut item = an_item();
    unsafe {
        assert_eq!(pp_challenges_begin(&raw mut challenges, lines.as_ptr(), lines.len(), null_mut()), PP_OK);
        assert_eq!(pp_challenges_next(&raw mut challenges, &raw mut item, null_mut()), PP_OK);
    }
    assert_eq!(item.kind, PP_ITEM_END);
}

#[test]
fn an_iteration_that_was_not_begun_is_misuse() {
    let mut item = an_item();
    let mut other_magic = [0; 16];
    other_magic[0] = u64::from_be_bytes(*b"PPchallz");
    for opaque in [[0; 16], [u64::MAX; 16], other_magic] {
        let mut challenges = pp_challenges { opaque };
        assert_eq!(misused(|detail| unsafe { pp_challenges_next(&raw mut challenges, &raw mut item, detail) }), 1);
        assert_eq!(challenges.opaque, opaque);
        assert_eq!(item.kind, 77);
    }
    // A failed begin leaves nothing of the iteration before.
    let line = "PrivateToken challenge=AAI=";
    let lines = [span(line.as_bytes()), BROKEN];
    let mut challenges = pp_challenges { opaque: [0; 16] };
    assert_eq!(unsafe { pp_challenges_begin(&raw mut challenges, lines.as_ptr(), 1, null_mut()) }, PP_OK);
    let failed = call(|detail| unsafe { pp_challenges_begin(&raw mut challenges, lines.as_ptr(), 2, detail) });
    assert_eq!((failed.status, failed.argument, failed.index), (PP_ERR_MISUSE, 2, 1));
    assert_eq!(misused(|detail| unsafe { pp_challenges_next(&raw mut challenges, &raw mut item, detail) }), 1);
    // An item that cannot be written is not lost.
    assert_eq!(unsafe { pp_challenges_begin(&raw mut challenges, lines.as_ptr(), 1, null_mut()) }, PP_OK);
    assert_eq!(misused(|detail| unsafe { pp_challenges_next(&raw mut challenges, null_mut(), detail) }), 2);
    assert_eq!(unsafe { pp_challenges_next(&raw mut challenges, &raw mut item, null_mut()) }, PP_OK);
    assert_eq!((item.kind, item.token_type), (PP_ITEM_CHALLENGE, 2));
}

// Values.

#[test]
fn a_value_that_cannot_be_is_malformed() {
    for (text, quoted, offset) in [("AA*A", false, 2), ("AA\"A", true, 2), ("A", false, 1), ("A A", false, 1)] {
        let detail = written(|out, capacity, len, detail| unsafe {
            pp_parameter_value_decode(out, capacity, len, &value(text, quoted), detail)
        })
        .unwrap_err();
        assert_eq!((detail.status, detail.offset), (PP_ERR_MALFORMED, offset), "{text}");
    }
    for (text, quoted, offset) in [("a\"b", true, 1), ("ab\\", true, 3), ("a\r\nb", true, 1), ("a b", false, 1)] {
        let detail = written(|out, capacity, len, detail| unsafe {
            pp_parameter_value_text(out, capacity, len, &value(text, quoted), detail)
        })
        .unwrap_err();
        assert_eq!((detail.status, detail.offset), (PP_ERR_MALFORMED, offset), "{text}");
    }
    assert_eq!(text(value("", true)), b"");
    assert_eq!(text(value(r"a\\", true)), b"a\\");
    assert_eq!(text(value(r"a\\b\c", true)), b"a\\bc");
    assert_eq!(decoded(value(r"A\AL-_w\=\=", true)), [0, 2, 0xFE, 0xFF]);
}
