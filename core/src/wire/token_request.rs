//! `TokenRequest` and `TokenResponse` (RFC 9578 sections 5.1, 5.2, 6.1 and 6.2).

use core::ops::Deref;

use super::{FixedBytes, Reader};
use crate::error::Result;
use crate::token_type::TokenType;

/// The largest request of a type this build implements, in bytes.
const REQUEST_MAX_BYTES: usize = 259;
/// The largest response of a type this build implements, in bytes.
const RESPONSE_MAX_BYTES: usize = 256;

/// A request to be sent to the issuer, by way of the attester.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenRequest(FixedBytes<REQUEST_MAX_BYTES>);

impl TokenRequest {
    pub(crate) fn new(token_type: TokenType, truncated_token_key_id: u8, blinded_msg: &[u8]) -> Result<Self> {
        let mut bytes = FixedBytes::new();
        bytes.push(&token_type.0.to_be_bytes())?;
        bytes.push(&[truncated_token_key_id])?;
        bytes.push(blinded_msg)?;
        Ok(Self(bytes))
    }

    /// The body of the HTTP request.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for TokenRequest {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Deref for TokenRequest {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}

/// A request as received.
///
/// ```text
/// struct {
///     uint16_t token_type;
///     uint8_t truncated_token_key_id;
///     uint8_t blinded_msg[Ne or Nk];
/// } TokenRequest;
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TokenRequestRef<'a> {
    token_type: TokenType,
    truncated_token_key_id: u8,
    blinded_msg: &'a [u8],
}

impl<'a> TokenRequestRef<'a> {
    /// Parses a request.
    ///
    /// The blinded message of a type this build does not implement is all that follows the first three bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) with the offset: truncated, or trailing bytes after a
    /// request of a known type.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes);
        let token_type = TokenType(reader.u16()?);
        let truncated_token_key_id = reader.u8()?;
        let blinded_msg = match token_type.sizes() {
            Some(sizes) => {
                let blinded_msg = reader.bytes(sizes.request.saturating_sub(reader.offset()))?;
                reader.finish()?;
                blinded_msg
            }
            None => reader.rest(),
        };
        Ok(Self { token_type, truncated_token_key_id, blinded_msg })
    }

    /// The type of token asked for.
    #[must_use]
    pub const fn token_type(&self) -> TokenType {
        self.token_type
    }

    /// The last byte of the key's identifier.
    #[must_use]
    pub const fn truncated_token_key_id(&self) -> u8 {
        self.truncated_token_key_id
    }

    /// The blinded message: a compressed point, or an RSA representative.
    #[must_use]
    pub const fn blinded_msg(&self) -> &'a [u8] {
        self.blinded_msg
    }
}

/// The issuer's answer.
///
/// Type 0x0001: the evaluated element (49 bytes), then the proof (96). Type 0x0002: the blind signature (256).
#[derive(Clone, PartialEq, Eq)]
pub struct TokenResponse(FixedBytes<RESPONSE_MAX_BYTES>);

impl TokenResponse {
    pub(crate) fn new(parts: &[&[u8]]) -> Result<Self> {
        let mut bytes = FixedBytes::new();
        parts.iter().try_for_each(|part| bytes.push(part))?;
        Ok(Self(bytes))
    }

    /// The body of the HTTP response.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for TokenResponse {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Deref for TokenResponse {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn round_trip() {
        let request = TokenRequest::new(TokenType::VOPRF_P384, 0xAB, &[5; 49]).unwrap_or_else(|e| panic!("{e}"));
        let parsed = TokenRequestRef::parse(&request).unwrap();
        assert_eq!(parsed.token_type(), TokenType::VOPRF_P384);
        assert_eq!(parsed.truncated_token_key_id(), 0xAB);
        assert_eq!(parsed.blinded_msg(), [5; 49]);
    }

    #[test]
    fn every_truncation_and_a_trailing_byte_fail() {
        for (token_type, size) in [(1u8, 52), (2, 259)] {
            let mut bytes = [3; 300];
            bytes[..2].copy_from_slice(&[0, token_type]);
            assert!(TokenRequestRef::parse(&bytes[..size]).is_ok());
            for cut in (0..size).chain([size + 1]) {
                let error = TokenRequestRef::parse(&bytes[..cut]).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Malformed, "{token_type} {cut}");
            }
        }
    }

    #[test]
    fn an_unknown_type_is_a_value() {
        let parsed = TokenRequestRef::parse(&[0xDA, 0x7A, 9, 1, 2, 3]).unwrap();
        assert_eq!((parsed.token_type(), parsed.blinded_msg()), (TokenType(0xDA7A), &[1, 2, 3][..]));
    }
}
