//! Reading `Authorization`: the token a client presents (RFC 9577 section 2.2).

use super::params::{Parameter, Parameters, Position, Segment, Segments};
use super::{Base64Value, EXTENSIONS, TOKEN};
use crate::error::{Error, ErrorKind, Result};
use crate::token_type::TokenType;

/// Reads the token of the field values of `Authorization`.
///
/// `values` holds one item for each field line. `None` says that there is no `PrivateToken` among the credentials: the
/// request is not ours to judge. A proxy may have joined credentials of other schemes to ours, or left several field
/// lines; they are passed over. The leniencies are those of [`challenges`](super::challenges).
///
/// # Errors
/// [`ErrorKind::Malformed`] when the credentials break the grammar, have no `token` or two, when the token is no
/// base64 or too short to hold a token type, and when a request has two `PrivateToken` credentials: RFC 9577
/// section 2.2 sends exactly one token. The offset is that in the field line, the index the number of the field line.
///
/// # Security
/// A token is a bearer credential: nothing here shows it in `Debug`, and a log must not hold the header.
pub fn authorization<'a, I, T>(values: I) -> Result<Option<Credentials<'a>>>
where
    I: IntoIterator<Item = &'a T>,
    T: AsRef<[u8]> + ?Sized + 'a,
{
    let mut found = None;
    let mut index = 0_usize;
    for (line, value) in values.into_iter().enumerate() {
        for segment in Segments::new(value.as_ref()) {
            if segment.is_private_token() {
                let position = Position { index, line, offset: segment.offset };
                if found.is_some() {
                    return Err(Error::new(ErrorKind::Malformed).at(segment.offset).with_index(line));
                }
                found = Some(read(segment, position).map_err(|e| e.with_index(line))?);
            }
            index = index.saturating_add(1);
        }
    }
    Ok(found)
}

/// The credentials of the `PrivateToken` scheme as received. They borrow the header.
#[derive(Clone, Copy, Debug)]
pub struct Credentials<'a> {
    position: Position,
    scheme: &'a [u8],
    token_type: TokenType,
    token: Base64Value<'a>,
    parameters: Parameters<'a>,
}

impl<'a> Credentials<'a> {
    /// Returns the first two bytes of the token: the only ones this module reads.
    #[must_use]
    pub const fn token_type(&self) -> TokenType {
        self.token_type
    }

    /// Returns the `Token`.
    #[must_use]
    pub const fn token(&self) -> Base64Value<'a> {
        self.token
    }

    /// Returns the `extensions` that go with a token of public metadata (draft-ietf-privacypass-auth-scheme-extensions).
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] when the parameter is no base64 or is there twice. It is an error only here, because
    /// for the token types of RFC 9578 this is an unknown parameter, and ignored.
    pub fn extensions(&self) -> Result<Option<Base64Value<'a>>> {
        let mut found = None;
        for parameter in self.unknown_parameters().filter(|parameter| parameter.is(EXTENSIONS)) {
            if found.is_some() {
                return Err(Error::new(ErrorKind::Malformed).at(parameter.offset()));
            }
            found = Some(parameter.value().base64()?);
        }
        Ok(found)
    }

    /// Returns the scheme name as received.
    #[must_use]
    pub const fn scheme(&self) -> &'a [u8] {
        self.scheme
    }

    /// Returns where in the header the credentials begin.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Returns the parameters other than `token`, in order. They are to be ignored; duplicates are kept.
    pub fn unknown_parameters(&self) -> impl Iterator<Item = Parameter<'a>> + use<'a> {
        self.parameters.flatten().filter(|parameter| !parameter.is(TOKEN))
    }
}

fn read<'a>(segment: Segment<'a>, position: Position) -> Result<Credentials<'a>> {
    let malformed = |offset| Error::new(ErrorKind::Malformed).at(offset);
    let mut token = None;
    for parameter in segment.parameters() {
        let parameter = parameter?;
        if parameter.is(TOKEN) && token.replace(parameter.value()).is_some() {
            return Err(malformed(parameter.offset()));
        }
    }
    let token = token.ok_or(malformed(position.offset))?.base64()?;
    let token_type = token.first_two().ok_or(malformed(position.offset))?;
    let token_type = TokenType(u16::from_be_bytes(token_type));
    Ok(Credentials { position, scheme: segment.scheme, token_type, token, parameters: segment.parameters() })
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::format;

    use super::*;

    #[test]
    fn all_spellings_read_alike() {
        let mut out = [0; 8];
        for line in [
            "PrivateToken token=\"AAL-_w==\"",
            "PrivateToken token=AAL-_w==",
            "PrivateToken token=AAL-_w",
            "PrivateToken token=\"AAL+/w==\"",
            "privatetoken Token = \"AAL-_w==\"",
            "PRIVATETOKEN x=1, token=AAL-_w==, y=\"a, b\"",
            " PrivateToken  token=AAL-_w==, ",
            "Basic dXNlcjpwYXNz, PrivateToken token=AAL-_w==",
            "PrivateToken token=AAL-_w==, Bearer abc",
            "Digest a=\"x, y\", b=z, PrivateToken token=AAL-_w==, Negotiate abc==",
        ] {
            let credentials = authorization([line]).expect(line).expect(line);
            assert_eq!(credentials.token_type(), TokenType::BLIND_RSA_2048, "{line}");
            assert_eq!(credentials.token().decode(&mut out).unwrap(), [0x00, 0x02, 0xFE, 0xFF], "{line}");
        }
    }

    #[test]
    fn other_schemes_are_not_ours() {
        for line in [
            "",
            "Basic dXNlcjpwYXNz",
            "Bearer PrivateToken",
            "Bearer a, b",
            "Digest x=\"PrivateToken token=AAI=\"",
            "PrivateTokens token=AAI=",
            "\u{1F511} token=AAI=",
            "token=AAI=",
        ] {
            assert!(authorization([line]).expect(line).is_none(), "{line}");
        }
        assert!(authorization::<[&str; 0], str>([]).unwrap().is_none());
    }

    #[test]
    fn malformed_credentials_are_an_error_with_a_place() {
        for (line, offset) in [
            ("PrivateToken", 0),
            ("PrivateToken AAI=", 0),
            ("Basic, PrivateToken x=1", 7),
            ("PrivateToken token=", 0),
            ("PrivateToken token=AA==", 0),
            ("PrivateToken token=AAI*", 22),
            ("PrivateToken token=\"AAI=", 24),
            ("PrivateToken token=AAI= x", 24),
            ("PrivateToken token=AAI=, token=AAI=", 25),
            ("PrivateToken token=AAI=, PrivateToken token=AAI=", 25),
        ] {
            let error = authorization([line]).expect_err(line);
            assert_eq!((error.kind(), error.offset()), (ErrorKind::Malformed, Some(offset)), "{line}");
            assert_eq!(error.index(), Some(0), "{line}");
        }
    }

    #[test]
    fn several_lines_hold_one_token() {
        let credentials = authorization(["Basic abc", "PrivateToken token=AAI="]).unwrap().unwrap();
        assert_eq!(credentials.position(), Position { index: 1, line: 1, offset: 0 });
        assert_eq!(credentials.scheme(), b"PrivateToken");
        let error = authorization(["PrivateToken token=AAI=", "x, PrivateToken token=AAI="]).unwrap_err();
        assert_eq!((error.offset(), error.index()), (Some(3), Some(1)));
    }

    #[test]
    fn extensions_are_read_only_when_asked_for() {
        let read = |line: &'static str| authorization([line]).unwrap().unwrap();
        assert!(read("PrivateToken token=AAI=").extensions().unwrap().is_none());
        let credentials = read("PrivateToken token=AAI=, extensions=\"AAE=\", x=1");
        assert_eq!(credentials.extensions().unwrap().unwrap().raw(), b"AAE=");
        assert_eq!(credentials.unknown_parameters().count(), 2);
        for line in ["PrivateToken token=AAI=, extensions=*", "PrivateToken token=AAI=, extensions=AA, Extensions=AA"] {
            let credentials = read(line);
            assert_eq!(credentials.extensions().unwrap_err().kind(), ErrorKind::Malformed, "{line}");
        }
    }

    #[test]
    fn debug_shows_no_token() {
        let credentials = authorization(["PrivateToken token=AAIs, x=AAIs"]).unwrap().unwrap();
        let shown = format!("{credentials:?}");
        assert!(!shown.contains("AAIs") && !shown.contains("65, 65, 73"), "{shown}");
    }
}
