//! The rules at the top of the header, for each argument.

use std::ptr::{null, null_mut};

use privacypass::base64url::*;
use privacypass::bytes::pp_bytes;
use privacypass::http::*;
use privacypass::status::*;

use crate::surface::*;

/// Every function with an output of variable size, called with everything else in order.
type Write<'a> = &'a dyn Fn(*mut u8, usize, *mut usize, *mut pp_detail) -> pp_status;

#[test]
fn outputs_of_variable_size_keep_their_rules() {
    let (bytes, random) = ([0, 2, 0], [7; PP_GREASE_RANDOM_BYTES]);
    let one = parameters(&bytes);
    let functions: [Write<'_>; 7] = [
        &|out, cap, len, detail| unsafe { pp_parameter_value_decode(out, cap, len, &value("AAIA", false), detail) },
        &|out, cap, len, detail| unsafe { pp_parameter_value_text(out, cap, len, &value("AAIA", false), detail) },
        &|out, cap, len, detail| unsafe {
            pp_www_authenticate_write(out, cap, len, &raw const one, 1, PP_PROFILE_AUTO, detail)
        },
        &|out, cap, len, detail| unsafe {
            let profile = PP_PROFILE_AUTO;
            pp_www_authenticate_write_greased(out, cap, len, &raw const one, 1, profile, random.as_ptr(), detail)
        },
        &|out, cap, len, detail| unsafe {
            pp_authorization_write(out, cap, len, bytes.as_ptr(), bytes.len(), PP_PROFILE_AUTO, detail)
        },
        &|out, cap, len, detail| unsafe { pp_base64url_encode(out, cap, len, bytes.as_ptr(), bytes.len(), detail) },
        &|out, cap, len, detail| unsafe { pp_base64url_decode(out, cap, len, b"AAIA".as_ptr(), 4, detail) },
    ];
    for (number, function) in functions.iter().enumerate() {
        let mut out = [0_u8; 1024];
        let mut len = [77_usize; 2];
        assert_eq!(misused(|detail| function(out.as_mut_ptr(), out.len(), null_mut(), detail)), 3, "{number}");
        let misaligned = len.as_mut_ptr().cast::<u8>().wrapping_add(1).cast();
        assert_eq!(misused(|detail| function(out.as_mut_ptr(), out.len(), misaligned, detail)), 3, "{number}");
        assert_eq!(len, [77; 2]);
        assert_eq!(misused(|detail| function(null_mut(), 1, len.as_mut_ptr(), detail)), 1, "{number}");
        assert_eq!(len[0], 0);
        assert_eq!(misused(|detail| function(out.as_mut_ptr(), TOO_LONG, len.as_mut_ptr(), detail)), 1, "{number}");
        assert_eq!(call(|detail| function(out.as_mut_ptr(), out.len(), len.as_mut_ptr(), detail)).status, PP_OK);
    }
}

#[test]
fn inputs_keep_their_rules() {
    let mut out = [0_u8; 64];
    let mut len = 0;
    let (out, len) = (out.as_mut_ptr(), &raw mut len);
    // Aligned for nothing but bytes.
    let words = [0_u64; 32];
    let odd = words.as_ptr().cast::<u8>().wrapping_add(1);
    let random = [7; PP_GREASE_RANDOM_BYTES];
    let one = parameters(&[0, 2, 0]);
    let auto = PP_PROFILE_AUTO;
    unsafe {
        let mut values = vec![null(), odd.cast()];
        let broken = pp_parameter_value { len: 1, ..NO_VALUE };
        let too_long = pp_parameter_value { data: odd, len: TOO_LONG, quoted: 0 };
        values.extend([&NO_VALUE, &broken, &too_long].map(std::ptr::from_ref));
        for value in values {
            assert_eq!(misused(|detail| pp_parameter_value_decode(out, 64, len, value, detail)), 4);
            assert_eq!(misused(|detail| pp_parameter_value_text(out, 64, len, value, detail)), 4);
        }

        let one = &raw const one;
        for (list, count) in [(null(), 1), (odd.cast(), 1), (one, TOO_LONG), (one, TOO_LONG / size_of_val(&*one))] {
            assert_eq!(misused(|detail| pp_www_authenticate_write(out, 64, len, list, count, auto, detail)), 4);
            let random = random.as_ptr();
            assert_eq!(
                misused(|detail| pp_www_authenticate_write_greased(out, 64, len, list, count, auto, random, detail)),
                4
            );
        }
        assert_eq!(misused(|detail| pp_www_authenticate_write_greased(out, 64, len, one, 1, auto, null(), detail)), 7);

        for (data, size) in [(null(), 1), (odd, TOO_LONG)] {
            assert_eq!(misused(|detail| pp_authorization_write(out, 64, len, data, size, auto, detail)), 4);
            assert_eq!(misused(|detail| pp_base64url_encode(out, 64, len, data, size, detail)), 4);
            assert_eq!(misused(|detail| pp_base64url_decode(out, 64, len, data, size, detail)), 4);
        }
        assert_eq!(call(|detail| pp_base64url_encode(out, 64, len, null(), 0, detail)).status, PP_OK);
        assert_eq!(call(|detail| pp_base64url_decode(out, 64, len, null(), 0, detail)).status, PP_OK);

        let line = span(b"PrivateToken challenge=AAI=");
        let line = &raw const line;
        let (mut challenges, mut item) = (pp_challenges { opaque: [0; 16] }, an_item());
        let (challenges, item) = (&raw mut challenges, &raw mut item);
        let mut found = some_credentials();
        let found = &raw mut found;
        for (lines, count) in [(null(), 1), (odd.cast(), 1), (line, TOO_LONG), (line, TOO_LONG / size_of_val(&*line))] {
            assert_eq!(misused(|detail| pp_challenges_begin(challenges, lines, count, detail)), 2);
            assert_eq!(misused(|detail| pp_authorization_parse(found, lines, count, detail)), 2);
        }
        let too_long = pp_bytes { data: odd, len: TOO_LONG };
        for bad in [BROKEN, too_long] {
            let lines = [*line, bad];
            let begin = call(|detail| pp_challenges_begin(challenges, lines.as_ptr(), 2, detail));
            let parse = call(|detail| pp_authorization_parse(found, lines.as_ptr(), 2, detail));
            for fault in [begin, parse] {
                assert_eq!((fault.status, fault.argument, fault.index), (PP_ERR_MISUSE, 2, 1));
            }
        }
        for wrong in [null_mut(), odd.cast_mut().cast()] {
            assert_eq!(misused(|detail| pp_challenges_begin(wrong, line, 1, detail)), 1);
            assert_eq!(misused(|detail| pp_challenges_next(wrong, item, detail)), 1);
        }
        assert_eq!(pp_challenges_begin(challenges, line, 1, null_mut()), PP_OK);
        for wrong in [null_mut(), odd.cast_mut().cast()] {
            assert_eq!(misused(|detail| pp_challenges_next(challenges, wrong, detail)), 2);
        }
        for wrong in [null_mut(), odd.cast_mut().cast()] {
            assert_eq!(misused(|detail| pp_authorization_parse(wrong, line, 1, detail)), 1);
        }
    }
}
