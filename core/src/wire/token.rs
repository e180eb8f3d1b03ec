//! `Token` (RFC 9577 section 2.2).

use super::{ChallengeDigest, FixedBytes, Reader, TokenKeyId};
use crate::error::Result;
use crate::token_type::TokenType;

/// The size of a token's nonce in bytes.
pub const NONCE_BYTES: usize = 32;

/// The size in bytes of what an authenticator covers: type, nonce, challenge digest and key id.
pub const AUTHENTICATOR_INPUT_BYTES: usize = 2 + NONCE_BYTES + 32 + TokenKeyId::BYTES;

/// The largest token of a type this build implements, in bytes.
const TOKEN_MAX_BYTES: usize = AUTHENTICATOR_INPUT_BYTES + 256;

/// What the issuer signs, or evaluates, without seeing it: the token but for its authenticator.
#[derive(Clone, Copy)]
pub struct TokenInput {
    /// The token's type.
    pub token_type: TokenType,
    /// Makes the token unique.
    pub nonce: [u8; NONCE_BYTES],
    /// The digest of the challenge the token answers.
    pub challenge_digest: ChallengeDigest,
    /// The issuer key the token is made with.
    pub token_key_id: TokenKeyId,
}

impl TokenInput {
    /// The 98 bytes of `AuthenticatorInput`.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; AUTHENTICATOR_INPUT_BYTES] {
        let mut out = [0; AUTHENTICATOR_INPUT_BYTES];
        let mut writer = super::Writer::new(&mut out);
        writer.u16(self.token_type.0);
        writer.put(&self.nonce);
        writer.put(&self.challenge_digest);
        writer.put(&self.token_key_id.0);
        out
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Ok(Self {
            token_type: TokenType(reader.u16()?),
            nonce: *reader.array()?,
            challenge_digest: *reader.array()?,
            token_key_id: TokenKeyId(*reader.array()?),
        })
    }
}

impl zeroize::Zeroize for TokenInput {
    /// Overwrites what tells one token from another.
    fn zeroize(&mut self) {
        self.nonce.zeroize();
        self.challenge_digest.zeroize();
    }
}

/// A finished token, ready to present.
///
/// It is a bearer credential: it is wiped on drop and has no `Debug`.
#[derive(Clone)]
pub struct Token {
    bytes: FixedBytes<TOKEN_MAX_BYTES>,
}

impl Token {
    /// Joins an input and its authenticator.
    pub(crate) fn new(input: &[u8; AUTHENTICATOR_INPUT_BYTES], authenticator: &[u8]) -> Result<Self> {
        let mut bytes = FixedBytes::new();
        bytes.push(input)?;
        bytes.push(authenticator)?;
        Ok(Self { bytes })
    }

    /// The token's bytes, as the `Authorization` header carries them in base64url.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The token as an origin would parse it.
    ///
    /// # Errors
    /// None for a token this library made.
    pub fn as_token_ref(&self) -> Result<TokenRef<'_>> {
        TokenRef::parse(&self.bytes)
    }
}

impl AsRef<[u8]> for Token {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.bytes.wipe();
    }
}

impl zeroize::ZeroizeOnDrop for Token {}

/// A token as received: **unverified**. It has no `Debug`, so that it cannot reach a log.
///
/// ```text
/// struct {
///     uint16_t token_type;
///     uint8_t nonce[32];
///     uint8_t challenge_digest[32];
///     uint8_t token_key_id[Nid];
///     uint8_t authenticator[Nk];
/// } Token;
/// ```
#[derive(Clone, Copy)]
pub struct TokenRef<'a> {
    input: &'a [u8; AUTHENTICATOR_INPUT_BYTES],
    token_type: TokenType,
    nonce: &'a [u8; NONCE_BYTES],
    challenge_digest: &'a ChallengeDigest,
    token_key_id: TokenKeyId,
    authenticator: &'a [u8],
}

impl<'a> TokenRef<'a> {
    /// Parses a token.
    ///
    /// The authenticator of a type this build does not implement is all that follows the 98 bytes of the input.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) with the offset: truncated, or trailing bytes after a
    /// token of a known type.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let mut whole = Reader::new(bytes);
        let input = whole.array::<AUTHENTICATOR_INPUT_BYTES>()?;
        let mut fields = Reader::new(input);
        let token_type = TokenType(fields.u16()?);
        let authenticator = match token_type.sizes() {
            Some(sizes) => {
                let authenticator = whole.bytes(sizes.authenticator)?;
                whole.finish()?;
                authenticator
            }
            None => whole.rest(),
        };
        Ok(Self {
            input,
            token_type,
            nonce: fields.array()?,
            challenge_digest: fields.array()?,
            token_key_id: TokenKeyId(*fields.array()?),
            authenticator,
        })
    }

    /// The token's type.
    #[must_use]
    pub const fn token_type(&self) -> TokenType {
        self.token_type
    }

    /// The client's random nonce.
    #[must_use]
    pub const fn nonce(&self) -> &'a [u8; NONCE_BYTES] {
        self.nonce
    }

    /// The digest of the challenge the token claims to answer.
    #[must_use]
    pub const fn challenge_digest(&self) -> &'a ChallengeDigest {
        self.challenge_digest
    }

    /// The identifier of the issuer key the token claims to be made with.
    #[must_use]
    pub const fn token_key_id(&self) -> TokenKeyId {
        self.token_key_id
    }

    /// The authenticator, `Nk` bytes.
    #[must_use]
    pub const fn authenticator(&self) -> &'a [u8] {
        self.authenticator
    }

    /// `AuthenticatorInput`: the bytes that the authenticator covers.
    #[must_use]
    pub const fn authenticator_input(&self) -> &'a [u8; AUTHENTICATOR_INPUT_BYTES] {
        self.input
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn bytes(token_type: u16) -> [u8; 400] {
        let mut bytes = core::array::from_fn(|i| u8::try_from(i % 251).unwrap_or(0));
        bytes[..2].copy_from_slice(&token_type.to_be_bytes());
        bytes
    }

    #[test]
    fn fields_stand_where_the_rfc_has_them() {
        let bytes = bytes(2);
        let token = TokenRef::parse(&bytes[..354]).ok().unwrap();
        assert_eq!(token.nonce()[..], bytes[2..34]);
        assert_eq!(token.challenge_digest()[..], bytes[34..66]);
        assert_eq!(token.token_key_id().0[..], bytes[66..98]);
        assert_eq!(token.authenticator(), &bytes[98..354]);
        assert_eq!(token.authenticator_input()[..], bytes[..98]);
        let input = TokenInput::read(&mut Reader::new(&bytes)).ok().unwrap();
        assert_eq!(input.to_bytes()[..], bytes[..98]);
    }

    #[test]
    fn every_truncation_and_a_trailing_byte_fail() {
        for (token_type, size) in [(1, 146), (2, 354)] {
            let bytes = bytes(token_type);
            assert!(TokenRef::parse(&bytes[..size]).is_ok());
            for cut in (0..size).chain([size + 1]) {
                let error = TokenRef::parse(&bytes[..cut]).err().unwrap();
                assert_eq!(error.kind(), ErrorKind::Malformed, "{token_type} {cut}");
            }
        }
    }

    #[test]
    fn an_unknown_type_is_a_value() {
        let bytes = bytes(0xE5AC);
        let token = TokenRef::parse(&bytes).ok().unwrap();
        assert_eq!((token.token_type(), token.authenticator().len()), (TokenType(0xE5AC), 400 - 98));
    }
}
