//! `TokenChallenge` (RFC 9577 section 2.1).

use sha2::{Digest, Sha256};

use super::name::{is_host, is_name, same_name};
use super::{Reader, Writer};
use crate::error::{ErrorKind, Result};
use crate::token_type::TokenType;

/// The size of a redemption context that is not empty, in bytes.
pub const CONTEXT_BYTES: usize = 32;

/// The SHA-256 of a challenge, over its bytes as received; every token carries it.
pub type ChallengeDigest = [u8; 32];

/// Hashes a challenge as it was received or sent; its structure does not matter.
#[must_use]
pub fn challenge_digest(challenge: &[u8]) -> ChallengeDigest {
    Sha256::digest(challenge).into()
}

/// A challenge to be written.
///
/// ```text
/// struct {
///     uint16_t token_type;
///     opaque issuer_name<1..2^16-1>;
///     opaque redemption_context<0..32>;
///     opaque origin_info<0..2^16-1>;
/// } TokenChallenge;
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TokenChallenge<'a> {
    /// The type of token asked for.
    pub token_type: TokenType,
    /// The issuer's name, `host[:port]`.
    pub issuer_name: &'a str,
    /// Binds the token to a session, a time or a request; `None` writes an empty one.
    pub redemption_context: Option<[u8; CONTEXT_BYTES]>,
    /// The origins at which the token may be redeemed; none for a cross-origin token.
    ///
    /// With no origin and no context, a token can be replayed at every origin that asks the same issuer.
    pub origin_info: &'a [&'a str],
}

impl TokenChallenge<'_> {
    /// The encoded length in bytes.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        let mut length = 0usize;
        self.emit(&mut |part| length = length.saturating_add(part.len()));
        length
    }

    /// Writes the challenge and gives its length in bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when a name is empty, is no `host[:port]`, or is too long for its field;
    /// [`ErrorKind::BufferTooSmall`] with the needed size.
    pub fn write_to(&self, out: &mut [u8]) -> Result<usize> {
        self.check()?;
        let mut writer = Writer::new(out);
        self.emit(&mut |part| writer.put(part));
        writer.finish()
    }

    /// The digest a token for this challenge must carry.
    ///
    /// It is for the origin, which writes the challenge itself. A client hashes the bytes it received:
    /// [`TokenChallengeRef::digest`].
    ///
    /// # Errors
    /// As [`write_to`](Self::write_to), except for the buffer.
    pub fn digest(&self) -> Result<ChallengeDigest> {
        self.check()?;
        let mut hash = Sha256::new();
        self.emit(&mut |part| hash.update(part));
        Ok(hash.finalize().into())
    }

    fn check(&self) -> Result<()> {
        let names_hold = is_host(self.issuer_name.as_bytes())
            && u16::try_from(self.issuer_name.len()).is_ok()
            && u16::try_from(self.origin_info_len()).is_ok()
            && self.origin_info.iter().all(|name| is_host(name.as_bytes()));
        if names_hold { Ok(()) } else { Err(ErrorKind::Misuse.into()) }
    }

    fn origin_info_len(&self) -> usize {
        let commas = self.origin_info.len().saturating_sub(1);
        self.origin_info.iter().fold(commas, |sum, name| sum.saturating_add(name.len()))
    }

    /// Gives the encoding to `sink` piece by piece. [`check`](Self::check) has found the lengths in range.
    pub(crate) fn emit(&self, sink: &mut dyn FnMut(&[u8])) {
        let length16 = |length: usize| u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
        sink(&self.token_type.0.to_be_bytes());
        sink(&length16(self.issuer_name.len()));
        sink(self.issuer_name.as_bytes());
        match &self.redemption_context {
            Some(context) => {
                sink(&[32]);
                sink(context);
            }
            None => sink(&[0]),
        }
        sink(&length16(self.origin_info_len()));
        for (index, name) in self.origin_info.iter().enumerate() {
            if index > 0 {
                sink(b",");
            }
            sink(name.as_bytes());
        }
    }

    /// Returns the challenge as [`write_to`](Self::write_to) would write it.
    ///
    /// # Errors
    /// As [`write_to`](Self::write_to), except for the buffer.
    #[cfg(feature = "alloc")]
    pub fn to_bytes(&self) -> Result<alloc::vec::Vec<u8>> {
        let mut out = alloc::vec![0; self.encoded_len()];
        self.write_to(&mut out).map(|_| out)
    }
}

/// A challenge as received.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TokenChallengeRef<'a> {
    bytes: &'a [u8],
    token_type: TokenType,
    issuer_name: &'a str,
    redemption_context: &'a [u8],
    origin_info: &'a str,
}

impl<'a> TokenChallengeRef<'a> {
    /// The type a challenge asks for, from its first two bytes alone.
    ///
    /// Decide on it before parsing: the rest of a greased challenge is arbitrary bytes, and a later type may have a
    /// structure of its own.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] when there are fewer than two bytes.
    pub fn token_type_of(bytes: &[u8]) -> Result<TokenType> {
        Reader::new(bytes).u16().map(TokenType)
    }

    /// Parses a challenge of any type that uses the structure of RFC 9577.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] with the offset: a truncated field, trailing bytes, an empty or non-ASCII name, or a
    /// redemption context of neither 0 nor 32 bytes.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes);
        let token_type = TokenType(reader.u16()?);

        let at_issuer = reader.clone();
        let issuer_name = reader.opaque16()?;
        if !is_name(issuer_name) {
            return Err(at_issuer.malformed());
        }

        let at_context = reader.clone();
        let redemption_context = reader.opaque8()?;
        if !matches!(redemption_context.len(), 0 | CONTEXT_BYTES) {
            return Err(at_context.malformed());
        }

        let at_origins = reader.clone();
        let origin_info = reader.opaque16()?;
        if !origin_info.is_empty() && !origin_info.split(|byte| *byte == b',').all(is_name) {
            return Err(at_origins.malformed());
        }
        reader.finish()?;

        Ok(Self {
            bytes,
            token_type,
            issuer_name: core::str::from_utf8(issuer_name).map_err(|_| at_issuer.malformed())?,
            redemption_context,
            origin_info: core::str::from_utf8(origin_info).map_err(|_| at_origins.malformed())?,
        })
    }

    /// The bytes as received.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The digest a token for this challenge must carry.
    #[must_use]
    pub fn digest(&self) -> ChallengeDigest {
        challenge_digest(self.bytes)
    }

    /// The type of token asked for.
    #[must_use]
    pub const fn token_type(&self) -> TokenType {
        self.token_type
    }

    /// The issuer's name, `host[:port]`.
    #[must_use]
    pub const fn issuer_name(&self) -> &'a str {
        self.issuer_name
    }

    /// The redemption context: 0 or 32 bytes.
    #[must_use]
    pub const fn redemption_context(&self) -> &'a [u8] {
        self.redemption_context
    }

    /// The origin names as they stand on the wire: separated by commas, or empty.
    #[must_use]
    pub const fn origin_info(&self) -> &'a str {
        self.origin_info
    }

    /// The origin names one by one; none for a cross-origin token.
    pub fn origins(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.origin_info.split([',']).filter(|name| !name.is_empty())
    }

    /// Whether the challenge may come from the origin called `name`: it lists the name, or lists none.
    ///
    /// A client must ignore a challenge for which this is false (RFC 9577 section 2.1.1).
    #[must_use]
    pub fn names_origin(&self, name: &str) -> bool {
        self.origin_info.is_empty() || self.origins().any(|origin| same_name(origin, name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    const CHALLENGE: TokenChallenge<'_> = TokenChallenge {
        token_type: TokenType(0xABCD),
        issuer_name: "issuer.example",
        redemption_context: Some([7; 32]),
        origin_info: &["a.example", "b.example:8443"],
    };

    fn encoded() -> ([u8; 128], usize) {
        let mut out = [0; 128];
        let length = CHALLENGE.write_to(&mut out).unwrap_or(0);
        (out, length)
    }

    #[test]
    fn round_trip_of_an_unknown_type() {
        let (out, length) = encoded();
        assert_eq!(length, CHALLENGE.encoded_len());
        assert_eq!(CHALLENGE.digest(), TokenChallengeRef::parse(&out[..length]).map(|parsed| parsed.digest()));
        let parsed = TokenChallengeRef::parse(&out[..length]).unwrap();
        assert_eq!(parsed.token_type(), TokenType(0xABCD));
        assert_eq!(parsed.issuer_name(), "issuer.example");
        assert_eq!(parsed.redemption_context(), [7; 32]);
        assert!(parsed.origins().eq(["a.example", "b.example:8443"]));
        assert!(parsed.names_origin("A.example:443") && !parsed.names_origin("b.example"));
    }

    #[test]
    fn every_truncation_and_a_trailing_byte_fail() {
        let (out, length) = encoded();
        for cut in 0..length {
            let error = TokenChallengeRef::parse(&out[..cut]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Malformed, "{cut}");
            assert!(error.offset().unwrap() <= cut);
        }
        assert_eq!(TokenChallengeRef::parse(&out[..=length]), Err(Error::new(ErrorKind::Malformed).at(length)));
    }

    #[test]
    fn a_context_of_another_length_is_refused() {
        for length in [1u8, 31, 33, 255] {
            let mut bytes = [0u8; 300];
            bytes[..5].copy_from_slice(&[0, 2, 0, 1, b'i']);
            bytes[5] = length;
            let end = 6 + usize::from(length) + 2;
            let error = TokenChallengeRef::parse(&bytes[..end]).unwrap_err();
            assert_eq!((error.kind(), error.offset()), (ErrorKind::Malformed, Some(5)), "{length}");
        }
    }

    #[test]
    fn names_that_are_no_names_are_refused_on_both_sides() {
        for name in ["", "a b", "a,b", "\u{e9}", "a\n", "https://a", "user@a", "a?b"] {
            let mut out = [0; 64];
            let bad_issuer = TokenChallenge { issuer_name: name, ..CHALLENGE };
            assert_eq!(bad_issuer.write_to(&mut out), Err(ErrorKind::Misuse.into()), "{name:?}");
            let bad_origin = TokenChallenge { origin_info: &["x", name], ..CHALLENGE };
            assert_eq!(bad_origin.write_to(&mut out), Err(ErrorKind::Misuse.into()), "{name:?}");
        }
        for bytes in
            [&[0, 2, 0, 0, 0, 0, 0][..], &[0, 2, 0, 1, 0xE9, 0, 0, 0], &[0, 2, 0, 1, b'i', 0, 0, 2, b'a', b',']]
        {
            assert_eq!(TokenChallengeRef::parse(bytes).unwrap_err().kind(), ErrorKind::Malformed, "{bytes:?}");
        }
    }
}
