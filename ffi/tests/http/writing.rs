//! Writing by profile, grease, and both ways of Authorization.

use privacypass::http::*;
use privacypass::status::*;

use crate::surface::*;

// Writing WWW-Authenticate.

#[test]
fn each_profile_has_its_form() {
    let (challenge, key) = ([0, 2, 0xFE, 0xFF], [0xFF, 0xEF, 0xFF]);
    let full = pp_challenge_parameters {
        token_key: span(&key),
        realm: span(b"a"),
        has_max_age: 1,
        max_age: u64::MAX,
        ..parameters(&challenge)
    };
    let bare = parameters(&challenge[..3]);
    for (profile, expected) in [
        (
            PP_PROFILE_RFC,
            r#"PrivateToken challenge="AAL-_w==", token-key="_-__", max-age="18446744073709551615", realm="a", PrivateToken challenge="AAL-""#,
        ),
        (
            PP_PROFILE_UNQUOTED,
            "PrivateToken challenge=AAL-_w==, token-key=_-__, max-age=18446744073709551615, realm=a, PrivateToken challenge=AAL-",
        ),
        (
            PP_PROFILE_AUTO,
            r#"PrivateToken challenge="AAL-_w==", token-key=_-__, max-age=18446744073709551615, realm=a, PrivateToken challenge=AAL-"#,
        ),
    ] {
        assert_eq!(header(&[full, bare], profile).unwrap(), expected);
    }
    // A max_age that is not said to be there is not written, and an empty span that is not NULL is there.
    let silent = pp_challenge_parameters { max_age: 9, token_key: span(b""), ..bare };
    assert_eq!(header(&[silent], PP_PROFILE_AUTO).unwrap(), r#"PrivateToken challenge=AAL-, token-key="""#);
}

#[test]
fn what_is_written_is_read_back() {
    for len in 2..40 {
        let challenge: Vec<u8> = [0, 1].into_iter().chain((2..len).map(|n: u8| n.wrapping_mul(37))).collect();
        for profile in PROFILES {
            let one = pp_challenge_parameters { token_key: span(&challenge), ..parameters(&challenge) };
            let item = only(header(&[one], profile).unwrap());
            assert_eq!((decoded(item.challenge), decoded(item.token_key)), (challenge.clone(), challenge.clone()));
            let found = credentials(&[authorization(&challenge, profile).unwrap()]).unwrap();
            assert_eq!((found.present, found.token_type, decoded(found.token)), (1, 1, challenge.clone()));
        }
    }
}

#[test]
fn parameters_that_cannot_be_written_are_misuse() {
    let good = parameters(&[0, 2, 0]);
    let random = [7; PP_GREASE_RANDOM_BYTES];
    for (bad, profile) in [
        (parameters(&[0]), PP_PROFILE_AUTO),
        (parameters(&[]), PP_PROFILE_AUTO),
        (pp_challenge_parameters { challenge: BROKEN, ..good }, PP_PROFILE_AUTO),
        (pp_challenge_parameters { token_key: BROKEN, ..good }, PP_PROFILE_AUTO),
        (pp_challenge_parameters { realm: BROKEN, ..good }, PP_PROFILE_AUTO),
        (pp_challenge_parameters { realm: span(b"\xFF"), ..good }, PP_PROFILE_RFC),
        (pp_challenge_parameters { realm: span("\u{e9}".as_bytes()), ..good }, PP_PROFILE_RFC),
        (pp_challenge_parameters { realm: span(b"a\r\nSet-Cookie: x"), ..good }, PP_PROFILE_RFC),
        (pp_challenge_parameters { realm: span(b"a b"), ..good }, PP_PROFILE_UNQUOTED),
    ] {
        let faults = [header(&[good, good, bad], profile), greased(&[good, good, bad], profile, &random)];
        for fault in faults.map(Result::unwrap_err) {
            assert_eq!((fault.status, fault.argument, fault.index), (PP_ERR_MISUSE, 4, 2));
        }
    }
    for fault in [header(&[], PP_PROFILE_AUTO), greased(&[], PP_PROFILE_AUTO, &random)].map(Result::unwrap_err) {
        assert_eq!((fault.status, fault.argument, fault.index), (PP_ERR_MISUSE, 4, PP_NONE));
    }
    for profile in [-1, 3, i32::MAX] {
        let faults = [
            header(&[good], profile).unwrap_err(),
            greased(&[good], profile, &random).unwrap_err(),
            authorization(&[0, 2], profile).unwrap_err(),
        ];
        assert!(faults.iter().all(|fault| fault.status == PP_ERR_UNSUPPORTED));
    }
}

#[test]
fn grease_is_decided_by_the_random_bytes_and_never_last() {
    let real = [parameters(&[0, 2, 1]), parameters(&[0, 1, 2])];
    let mut places = [0; 3];
    let mut seen = std::collections::HashSet::new();
    for seed in 0..=255_u8 {
        let random: Vec<u8> =
            (0..PP_GREASE_RANDOM_BYTES).map(|at| seed.wrapping_mul(167) ^ u8::try_from(at).unwrap()).collect();
        // `written` calls it five times.
        let header = greased(&real, PROFILES[usize::from(seed) % 3], &random).unwrap();
        let found = items(&[&header]);
        assert_eq!(found.len(), 3);
        assert_eq!((found[2].kind, found[2].token_type), (PP_ITEM_CHALLENGE, 1));
        let skipped: Vec<_> = found.iter().filter(|item| item.kind == PP_ITEM_SKIPPED).collect();
        assert_eq!((skipped.len(), skipped[0].skip_reason), (1, PP_SKIP_GREASED_TYPE));
        places[skipped[0].index] += 1;
        seen.insert(header);
    }
    assert!(places[0] > 50 && places[1] > 50 && places[2] == 0, "{places:?}");
    assert!(seen.len() > 200, "{}", seen.len());
}

// Authorization.

#[test]
fn a_token_is_read_and_written() {
    for line in ["PrivateToken token=\"AAL-_w==\"", "Basic abc, privatetoken x=1, Token = AAL+/w"] {
        let found = credentials(&["Bearer x", line]).unwrap();
        assert_eq!((found.present, found.token_type), (1, 2));
        assert_eq!(decoded(found.token), [0, 2, 0xFE, 0xFF]);
        assert!(is_absent(found.extensions));
    }
    let token = [0, 2, 0xFE, 0xFF];
    assert_eq!(authorization(&token, PP_PROFILE_RFC).unwrap(), "PrivateToken token=\"AAL-_w==\"");
    assert_eq!(authorization(&token, PP_PROFILE_AUTO).unwrap(), "PrivateToken token=\"AAL-_w==\"");
    assert_eq!(authorization(&token, PP_PROFILE_UNQUOTED).unwrap(), "PrivateToken token=AAL-_w==");
    assert_eq!(authorization(&token[..3], PP_PROFILE_AUTO).unwrap(), "PrivateToken token=AAL-");
    for short in [&token[..0], &token[..1]] {
        let fault = authorization(short, PP_PROFILE_AUTO).unwrap_err();
        assert_eq!((fault.status, fault.argument), (PP_ERR_MISUSE, 4));
    }
}

#[test]
fn extensions_are_there_when_they_can_be_read() {
    let found = credentials(&["PrivateToken token=AAI=, extensions=\"AAE=\""]).unwrap();
    assert_eq!((decoded(found.extensions), found.extensions.quoted), (vec![0, 1], 1));
    for line in ["PrivateToken token=AAI=, extensions=*", "PrivateToken token=AAI=, extensions=AA, extensions=AA"] {
        let found = credentials(&[line]).unwrap();
        assert!(found.present == 1 && is_absent(found.extensions), "{line}");
    }
}

#[test]
fn other_schemes_are_no_token_and_malformed_ones_an_error() {
    for lines in [&[][..], &[""], &["Basic abc", "Bearer PrivateToken"]] {
        let found = credentials(lines).unwrap();
        assert_eq!((found.present, found.token_type), (0, 0));
        assert!(is_absent(found.token) && is_absent(found.extensions));
    }
    for (line, offset) in [
        ("PrivateToken", 0),
        ("PrivateToken token=AA==", 0),
        ("PrivateToken token=AAI*", 22),
        ("PrivateToken token=AAI= x", 24),
        ("PrivateToken token=AAI=, token=AAI=", 25),
        ("PrivateToken token=AAI=, PrivateToken token=AAI=", 25),
    ] {
        let detail = credentials(&["Basic abc", line]).unwrap_err();
        assert_eq!((detail.status, detail.offset, detail.index), (PP_ERR_MALFORMED, offset, 1), "{line}");
    }
}
