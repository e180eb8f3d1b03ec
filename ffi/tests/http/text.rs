//! Media types and base64url.

use std::ffi::CStr;
use std::ptr::null;

use privacypass::base64url::*;
use privacypass::media_type::*;
use privacypass::status::*;
use privacypass_core::http::MediaType;

use crate::surface::*;

#[test]
fn media_types_are_those_of_the_core() {
    let content_type = |text: &str, name: &CStr| unsafe { pp_media_type_is(text.as_ptr(), text.len(), name.as_ptr()) };
    let own = [
        (PP_MEDIA_TYPE_TOKEN_REQUEST, MediaType::TokenRequest),
        (PP_MEDIA_TYPE_TOKEN_RESPONSE, MediaType::TokenResponse),
        (PP_MEDIA_TYPE_ISSUER_DIRECTORY, MediaType::IssuerDirectory),
        (PP_MEDIA_TYPE_LEGACY_TOKEN_REQUEST, MediaType::LegacyTokenRequest),
        (PP_MEDIA_TYPE_LEGACY_TOKEN_RESPONSE, MediaType::LegacyTokenResponse),
    ];
    for (text, known) in own {
        assert_eq!(text, known.as_str());
        let name = std::ffi::CString::new(text).unwrap();
        assert_eq!(content_type(text, &name), 1);
        assert_eq!(content_type(&format!(" {} ; charset=utf-8", text.to_uppercase()), &name), 1);
        for (other, _) in own.iter().filter(|(other, _)| *other != text) {
            assert_eq!(content_type(other, &name), 0);
        }
        assert_eq!(content_type("", &name), 0);
        assert_eq!(content_type(&text[1..], &name), 0);
        // Not a string of the header: its beginning, and one that goes on.
        let cut = std::ffi::CString::new(&text[..text.len() - 1]).unwrap();
        assert_eq!((content_type(text, &cut), content_type(&text[..text.len() - 1], &cut)), (0, 0));
        let longer = std::ffi::CString::new(format!("{text}s")).unwrap();
        assert_eq!((content_type(text, &longer), content_type(&format!("{text}s"), &longer)), (0, 0));
    }
    assert_eq!(content_type("text/html", c"text/html"), 0);
    assert_eq!(content_type("", c""), 0);
    let name = c"message/token-request".as_ptr();
    unsafe {
        assert_eq!(pp_media_type_is(null(), 0, name), 0);
        assert_eq!(pp_media_type_is(null(), 1, name), 0);
        assert_eq!(pp_media_type_is(name.cast(), TOO_LONG, name), 0);
        assert_eq!(pp_media_type_is(name.cast(), 21, null()), 0);
        assert_eq!(pp_media_type_is(name.cast(), 21, name), 1);
    }
}

#[test]
fn base64url_both_ways() {
    let encoded = |bytes: &[u8]| {
        written(|out, capacity, len, detail| unsafe {
            pp_base64url_encode(out, capacity, len, bytes.as_ptr(), bytes.len(), detail)
        })
    };
    let decoded = |text: &str| {
        written(|out, capacity, len, detail| unsafe {
            pp_base64url_decode(out, capacity, len, text.as_ptr(), text.len(), detail)
        })
    };
    for (bytes, text) in
        [(&b""[..], ""), (b"f", "Zg=="), (b"fo", "Zm8="), (b"foo", "Zm9v"), (b"\xFB\xEF\xBE\xFF\xFF\xFF", "----____")]
    {
        assert_eq!(encoded(bytes).unwrap(), text.as_bytes());
        for spelling in [text.into(), text.replace('=', ""), text.replace('-', "+").replace('_', "/")] {
            assert_eq!(decoded(&spelling).unwrap(), bytes, "{spelling}");
        }
    }
    for (text, offset) in [("Z", 1), ("Zg=", 3), ("Zh==", 4), ("Zg==Zg==", 4), ("Z g=", 1), ("Zm9v\n", 4)] {
        let detail = decoded(text).unwrap_err();
        assert_eq!((detail.status, detail.offset), (PP_ERR_MALFORMED, offset), "{text:?}");
    }
}
