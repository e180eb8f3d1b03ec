//! Writing `WWW-Authenticate` and `Authorization`, by profile.

use super::base64url;
use super::params::is_tchar;
use super::{CHALLENGE, EXTENSIONS, MAX_AGE, REALM, SCHEME, TOKEN, TOKEN_KEY};
use crate::error::{Error, ErrorKind, Result};

/// How values are written: no one form is accepted by every peer.
///
/// base64url is padded in every profile. A length that is a multiple of three bytes needs no padding and is then
/// written unquoted and legally by [`Auto`](Self::Auto), which every known peer accepts; an origin may choose its
/// name or its redemption context so. Tokens of type 0x0002 have such a length.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[non_exhaustive]
pub enum Profile {
    /// Every value is a quoted-string, as in the examples of RFC 9577. Refused by iOS 16 and macOS 13.
    Rfc,
    /// No value is quoted, also where "=" makes that illegal. For iOS 16, macOS 13, and peers that grew beside them;
    /// refused by strict readers.
    Unquoted,
    /// A value is unquoted where that is legal, and quoted where it holds "=" or is no token.
    #[default]
    Auto,
}

/// One challenge to write.
///
/// It holds bytes as they are: the structure of a challenge and of a key belongs to other modules.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChallengeParameters<'a> {
    challenge: &'a [u8],
    token_key: Option<&'a [u8]>,
    max_age: Option<u64>,
    realm: Option<&'a str>,
}

impl<'a> ChallengeParameters<'a> {
    /// Takes the serialised `TokenChallenge`.
    #[must_use]
    pub const fn new(challenge: &'a [u8]) -> Self {
        Self { challenge, token_key: None, max_age: None, realm: None }
    }

    /// Adds the issuer's public key as published.
    #[must_use]
    pub const fn with_token_key(mut self, token_key: &'a [u8]) -> Self {
        self.token_key = Some(token_key);
        self
    }

    /// Adds for how many seconds a token for this challenge is accepted.
    #[must_use]
    pub const fn with_max_age(mut self, seconds: u64) -> Self {
        self.max_age = Some(seconds);
        self
    }

    /// Adds the realm: printable ASCII.
    #[must_use]
    pub const fn with_realm(mut self, realm: &'a str) -> Self {
        self.realm = Some(realm);
        self
    }

    fn write(&self, profile: Profile, out: &mut Writer<'_>) -> Result<()> {
        // Shorter than a token type: every reader would skip it.
        if self.challenge.len() < 2 {
            return Err(ErrorKind::Misuse.into());
        }
        out.text(SCHEME);
        out.text(" ");
        out.base64(CHALLENGE, self.challenge, profile);
        if let Some(key) = self.token_key {
            out.text(", ");
            out.base64(TOKEN_KEY, key, profile);
        }
        if let Some(seconds) = self.max_age {
            out.text(", ");
            out.number(MAX_AGE, seconds, profile);
        }
        if let Some(realm) = self.realm {
            out.text(", ");
            out.string(REALM, realm, profile)?;
        }
        Ok(())
    }
}

/// Writes one field value of `WWW-Authenticate` that holds `challenges`, and returns its length.
///
/// The order is kept. One client (Silk) reads only the last challenge of the first field line.
///
/// # Errors
/// [`ErrorKind::BufferTooSmall`] with the needed size; `out` is then unchanged. [`ErrorKind::Misuse`], with the number
/// of the challenge, when there is none, when it is shorter than two bytes, when a realm is not printable ASCII, and
/// when [`Profile::Unquoted`] is asked for a realm that is no token.
pub fn write_challenges<'a, I>(challenges: I, profile: Profile, out: &mut [u8]) -> Result<usize>
where
    I: IntoIterator<Item = ChallengeParameters<'a>>,
    I::IntoIter: Clone,
{
    let challenges = challenges.into_iter();
    write_twice(out, |writer| emit(challenges.clone(), profile, writer))
}

/// Returns the length [`write_challenges`] needs.
///
/// # Errors
/// As [`write_challenges`], but for the size.
pub fn challenges_len<'a, I>(challenges: I, profile: Profile) -> Result<usize>
where
    I: IntoIterator<Item = ChallengeParameters<'a>>,
    I::IntoIter: Clone,
{
    let challenges = challenges.into_iter();
    measure(|writer| emit(challenges.clone(), profile, writer))
}

/// Returns one field value of `WWW-Authenticate` that holds `challenges`.
///
/// # Errors
/// As [`write_challenges`], but for the size.
#[cfg(feature = "alloc")]
pub fn challenges_to_string<'a, I>(challenges: I, profile: Profile) -> Result<alloc::string::String>
where
    I: IntoIterator<Item = ChallengeParameters<'a>>,
    I::IntoIter: Clone,
{
    let challenges = challenges.into_iter();
    collect(challenges_len(challenges.clone(), profile)?, |out| write_challenges(challenges, profile, out))
}

fn emit<'a>(
    challenges: impl Iterator<Item = ChallengeParameters<'a>>,
    profile: Profile,
    out: &mut Writer<'_>,
) -> Result<()> {
    let mut first = true;
    for (index, challenge) in challenges.enumerate() {
        if !first {
            out.text(", ");
        }
        first = false;
        challenge.write(profile, out).map_err(|e| e.with_index(index))?;
    }
    if first { Err(ErrorKind::Misuse.into()) } else { Ok(()) }
}

/// The credentials to write: one token.
#[derive(Clone, Copy)]
pub struct CredentialsParameters<'a> {
    token: &'a [u8],
    extensions: Option<&'a [u8]>,
}

impl<'a> CredentialsParameters<'a> {
    /// Takes the serialised `Token`.
    #[must_use]
    pub const fn new(token: &'a [u8]) -> Self {
        Self { token, extensions: None }
    }

    /// Adds the extensions that go with a token of public metadata (draft-ietf-privacypass-auth-scheme-extensions).
    #[must_use]
    pub const fn with_extensions(mut self, extensions: &'a [u8]) -> Self {
        self.extensions = Some(extensions);
        self
    }

    /// Writes the field value of `Authorization` and returns its length.
    ///
    /// # Errors
    /// [`ErrorKind::BufferTooSmall`] with the needed size; `out` is then unchanged. [`ErrorKind::Misuse`] when the
    /// token is shorter than two bytes.
    pub fn write_to(&self, profile: Profile, out: &mut [u8]) -> Result<usize> {
        write_twice(out, |writer| self.emit(profile, writer))
    }

    /// Returns the length [`write_to`](Self::write_to) needs.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when the token is shorter than two bytes.
    pub fn encoded_len(&self, profile: Profile) -> Result<usize> {
        measure(|writer| self.emit(profile, writer))
    }

    /// Returns the field value of `Authorization`.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when the token is shorter than two bytes.
    #[cfg(feature = "alloc")]
    pub fn to_string(&self, profile: Profile) -> Result<alloc::string::String> {
        collect(self.encoded_len(profile)?, |out| self.write_to(profile, out))
    }

    fn emit(&self, profile: Profile, out: &mut Writer<'_>) -> Result<()> {
        if self.token.len() < 2 {
            return Err(ErrorKind::Misuse.into());
        }
        out.text(SCHEME);
        out.text(" ");
        out.base64(TOKEN, self.token, profile);
        if let Some(extensions) = self.extensions {
            out.text(", ");
            out.base64(EXTENSIONS, extensions, profile);
        }
        Ok(())
    }
}

/// Counts what `write` writes.
fn measure(write: impl Fn(&mut Writer<'_>) -> Result<()>) -> Result<usize> {
    let mut counter = Writer { out: None, written: 0 };
    write(&mut counter)?;
    Ok(counter.written)
}

/// Counts, then writes, so that a short buffer is left as it was.
fn write_twice(out: &mut [u8], write: impl Fn(&mut Writer<'_>) -> Result<()>) -> Result<usize> {
    let needed = measure(&write)?;
    let out = out.get_mut(..needed).ok_or(Error::new(ErrorKind::BufferTooSmall).at(needed))?;
    write(&mut Writer { out: Some(out), written: 0 })?;
    Ok(needed)
}

#[cfg(feature = "alloc")]
fn collect(len: usize, write: impl FnOnce(&mut [u8]) -> Result<usize>) -> Result<alloc::string::String> {
    let mut out = alloc::vec![0; len];
    write(&mut out)?;
    alloc::string::String::from_utf8(out).map_err(|_| ErrorKind::Internal.into())
}

/// Counts what is written, and writes it if it has a buffer, which is then long enough.
struct Writer<'a> {
    out: Option<&'a mut [u8]>,
    written: usize,
}

impl Writer<'_> {
    /// Returns the next `len` bytes to fill; none when only counting.
    fn take(&mut self, len: usize) -> &mut [u8] {
        let start = self.written;
        self.written = start.saturating_add(len);
        self.out.as_deref_mut().and_then(|out| out.get_mut(start..self.written)).unwrap_or_default()
    }

    fn text(&mut self, text: &str) {
        for (slot, byte) in self.take(text.len()).iter_mut().zip(text.bytes()) {
            *slot = byte;
        }
    }

    fn quote(&mut self, quoted: bool) {
        if quoted {
            self.text("\"");
        }
    }

    fn base64(&mut self, name: &str, bytes: &[u8], profile: Profile) {
        let quoted = match profile {
            Profile::Rfc => true,
            Profile::Unquoted => false,
            Profile::Auto => bytes.is_empty() || !bytes.len().is_multiple_of(3),
        };
        self.text(name);
        self.text("=");
        self.quote(quoted);
        base64url::encode(bytes, self.take(base64url::encoded_len(bytes.len())));
        self.quote(quoted);
    }

    fn number(&mut self, name: &str, value: u64, profile: Profile) {
        let mut digits = [b'0'; 20]; // u64::MAX has 20 digits
        let mut count = 0_usize;
        let mut rest = value;
        for slot in digits.iter_mut().rev() {
            #[allow(clippy::cast_possible_truncation)] // a digit
            {
                *slot = b'0'.wrapping_add((rest % 10) as u8);
            }
            rest /= 10;
            count = count.saturating_add(1);
            if rest == 0 {
                break;
            }
        }
        let quoted = profile == Profile::Rfc;
        self.text(name);
        self.text("=");
        self.quote(quoted);
        let skipped = digits.len().saturating_sub(count);
        for (slot, byte) in self.take(count).iter_mut().zip(digits.iter().skip(skipped)) {
            *slot = *byte;
        }
        self.quote(quoted);
    }

    fn string(&mut self, name: &str, value: &str, profile: Profile) -> Result<()> {
        let token = !value.is_empty() && value.bytes().all(is_tchar);
        let quoted = match profile {
            Profile::Rfc => true,
            Profile::Unquoted if token => false,
            Profile::Unquoted => return Err(ErrorKind::Misuse.into()),
            Profile::Auto => !token,
        };
        self.text(name);
        self.text("=");
        self.quote(quoted);
        for byte in value.bytes() {
            if !(byte.is_ascii_graphic() || byte == b' ') {
                return Err(ErrorKind::Misuse.into());
            }
            if matches!(byte, b'"' | b'\\') {
                self.text("\\");
            }
            if let [slot] = self.take(1) {
                *slot = byte;
            }
        }
        self.quote(quoted);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec;
    use std::vec::Vec;

    use super::*;

    fn written(challenges: &[ChallengeParameters<'_>], profile: Profile) -> Vec<u8> {
        let mut out = vec![0; challenges_len(challenges.iter().copied(), profile).unwrap()];
        let len = write_challenges(challenges.iter().copied(), profile, &mut out).unwrap();
        assert_eq!(len, out.len());
        out
    }

    #[test]
    fn each_profile_has_its_form() {
        let full = ChallengeParameters::new(&[0, 2, 0xFE, 0xFF])
            .with_token_key(&[0xFF, 0xEF, 0xFF])
            .with_max_age(10)
            .with_realm("a b");
        for (profile, expected) in [
            (Profile::Rfc, r#"PrivateToken challenge="AAL-_w==", token-key="_-__", max-age="10", realm="a b""#),
            (Profile::Auto, r#"PrivateToken challenge="AAL-_w==", token-key=_-__, max-age=10, realm="a b""#),
        ] {
            assert_eq!(written(&[full], profile), expected.as_bytes());
        }
        let plain = full.with_realm("ab");
        assert_eq!(
            written(&[plain], Profile::Unquoted),
            b"PrivateToken challenge=AAL-_w==, token-key=_-__, max-age=10, realm=ab"
        );
        assert_eq!(
            written(&[ChallengeParameters::new(&[0, 2, 0]), plain.with_max_age(u64::MAX)], Profile::Auto),
            b"PrivateToken challenge=AAIA, PrivateToken challenge=\"AAL-_w==\", token-key=_-__, \
              max-age=18446744073709551615, realm=ab"
        );
        assert_eq!(Profile::default(), Profile::Auto);
    }

    #[test]
    fn numbers_are_decimal() {
        for (seconds, text) in
            [(0, "0"), (9, "9"), (10, "10"), (86400, "86400"), (u64::MAX - 5, "18446744073709551610")]
        {
            let header = written(&[ChallengeParameters::new(&[0, 2, 0]).with_max_age(seconds)], Profile::Unquoted);
            assert!(header.ends_with(text.as_bytes()) && header.len() == 37 + text.len(), "{text}");
        }
    }

    #[test]
    fn a_realm_is_escaped_or_refused() {
        let with = |realm| ChallengeParameters::new(&[0, 2, 0]).with_realm(realm);
        for (realm, profile, expected) in [
            ("a", Profile::Rfc, &br#"realm="a""#[..]),
            ("a", Profile::Auto, b"realm=a"),
            ("a/b", Profile::Auto, br#"realm="a/b""#),
            ("", Profile::Auto, br#"realm="""#),
            (r#"q"\"#, Profile::Auto, br#"realm="q\"\\""#),
        ] {
            assert!(written(&[with(realm)], profile).ends_with(expected), "{realm}");
        }
        for (realm, profile) in [
            ("a b", Profile::Unquoted),
            ("", Profile::Unquoted),
            ("a\r\nSet-Cookie: x", Profile::Rfc),
            ("\u{e9}", Profile::Auto),
            ("\0", Profile::Auto),
        ] {
            let error = challenges_len([ChallengeParameters::new(&[0, 2]), with(realm)], profile).expect_err(realm);
            assert_eq!((error.kind(), error.index()), (ErrorKind::Misuse, Some(1)), "{realm:?}");
        }
    }

    #[test]
    fn what_every_reader_would_skip_is_misuse() {
        assert_eq!(challenges_len([], Profile::Rfc).unwrap_err().kind(), ErrorKind::Misuse);
        for short in [&[][..], &[0]] {
            assert_eq!(
                challenges_len([ChallengeParameters::new(short)], Profile::Rfc).unwrap_err().kind(),
                ErrorKind::Misuse
            );
            assert_eq!(
                CredentialsParameters::new(short).encoded_len(Profile::Rfc).unwrap_err().kind(),
                ErrorKind::Misuse
            );
        }
    }

    #[test]
    fn credentials_by_profile() {
        let mut out = [0; 80];
        for (profile, expected) in [
            (Profile::Rfc, r#"PrivateToken token="AAL-_w==", extensions="_-__""#),
            (Profile::Unquoted, "PrivateToken token=AAL-_w==, extensions=_-__"),
            (Profile::Auto, r#"PrivateToken token="AAL-_w==", extensions=_-__"#),
        ] {
            let credentials = CredentialsParameters::new(&[0, 2, 0xFE, 0xFF]).with_extensions(&[0xFF, 0xEF, 0xFF]);
            let len = credentials.write_to(profile, &mut out).unwrap();
            assert_eq!(&out[..len], expected.as_bytes());
            assert_eq!(credentials.encoded_len(profile).unwrap(), len);
            #[cfg(feature = "alloc")]
            assert_eq!(credentials.to_string(profile).unwrap(), expected);
        }
    }

    #[test]
    fn a_short_buffer_is_left_alone_and_the_size_is_told() {
        let challenge = ChallengeParameters::new(&[0, 2, 0]).with_realm("a");
        let needed = written(&[challenge], Profile::Rfc).len();
        for len in 0..needed {
            let mut out = vec![7; len];
            let error = write_challenges([challenge], Profile::Rfc, &mut out).unwrap_err();
            assert_eq!((error.kind(), error.offset()), (ErrorKind::BufferTooSmall, Some(needed)));
            assert!(out.iter().all(|byte| *byte == 7));
        }
        let mut out = vec![7; needed + 1];
        assert_eq!(write_challenges([challenge], Profile::Rfc, &mut out).unwrap(), needed);
        assert_eq!(out[needed], 7);
        let error = CredentialsParameters::new(&[0, 2]).write_to(Profile::Rfc, &mut [0; 24]).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (ErrorKind::BufferTooSmall, Some(25)));
    }
}
