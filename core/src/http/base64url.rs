//! Base64 as Privacy Pass headers carry it: written one way, read in every way seen in the field.
//!
//! Written: base64url with padding (RFC 4648 section 5), as RFC 9577 section 2 asks. Read, with the reason of each
//! leniency:
//!
//! - padding complete or absent: several clients leave it out, because "=" is not legal in an unquoted parameter value;
//! - the standard alphabet ("+" and "/"), also mixed with the other: older deployments use it, and since no
//!   character means two things in the two alphabets, the bytes are never in doubt;
//! - literal quotes around the value: a published token key has them.
//!
//! Not read: part of the padding, characters of neither alphabet, a length no encoder makes, and unused bits that are
//! not zero. No peer sends these, and accepting them would give one value many spellings for no gain.
//!
//! This is not the `base64` crate because a value is read in place: it may hold the backslashes of a quoted-string
//! and both alphabets, and what is lenient here must stay known to the caller ([`Alphabet`], [`Padding`]).

use core::fmt;

use crate::error::{Error, ErrorKind, Result};

/// Tells which alphabet a value was written in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Alphabet {
    /// The value has no character on which the alphabets differ.
    Common,
    /// base64url, "-" and "_": what RFC 9577 asks for.
    Url,
    /// Standard base64, "+" and "/": not legal, sent by older deployments.
    Standard,
    /// Characters of both alphabets: not legal.
    Mixed,
}

/// Tells how a value was padded.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Padding {
    /// The length is a multiple of three bytes: padded and unpadded are the same.
    NotNeeded,
    /// The padding is there: what RFC 9577 asks for.
    Present,
    /// The padding was left out: not legal, and some clients refuse it.
    Missing,
}

/// A base64 value as received: checked, not yet decoded, with the facts of its spelling.
///
/// It borrows the header. Decoding can fail only for want of room.
#[derive(Clone, Copy)]
pub struct Base64Value<'a> {
    raw: &'a [u8],
    decoded_len: usize,
    alphabet: Alphabet,
    padding: Padding,
    quoted: bool,
    literal_quotes: bool,
}

impl<'a> Base64Value<'a> {
    /// Checks a bare value: one that stands in no header, such as a `token-key` of an issuer directory.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] with the offset of the first byte that does not fit.
    pub fn parse(value: &'a [u8]) -> Result<Self> {
        Self::check(value, false, false)
    }

    /// Checks the value of a parameter; `raw` is what stands between the quotes if it is `quoted`.
    pub(super) fn check(raw: &'a [u8], quoted: bool, literal_quotes: bool) -> Result<Self> {
        let (inner, stripped, skipped) = strip_literal_quotes(raw);
        let mut scan = Scan::default();
        for (offset, byte) in Unescaped::new(inner, quoted) {
            if scan.push(byte).is_none() {
                return Err(malformed(skipped, offset));
            }
        }
        let (decoded_len, padding) = scan.finish().ok_or(malformed(skipped, inner.len()))?;
        Ok(Self {
            raw: inner,
            decoded_len,
            alphabet: scan.alphabet(),
            padding,
            quoted,
            literal_quotes: literal_quotes || stripped,
        })
    }

    /// Returns the number of bytes the value decodes to.
    #[must_use]
    pub const fn decoded_len(&self) -> usize {
        self.decoded_len
    }

    /// Decodes into `out` and returns the part of `out` that was filled.
    ///
    /// # Errors
    /// [`ErrorKind::BufferTooSmall`] with the needed size when `out` is shorter than
    /// [`decoded_len`](Self::decoded_len); `out` is then unchanged.
    pub fn decode<'o>(&self, out: &'o mut [u8]) -> Result<&'o [u8]> {
        let out = out.get_mut(..self.decoded_len).ok_or(Error::new(ErrorKind::BufferTooSmall).at(self.decoded_len))?;
        self.fill(out);
        Ok(out)
    }

    /// Decodes into a new vector.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn decode_to_vec(&self) -> alloc::vec::Vec<u8> {
        let mut out = alloc::vec![0; self.decoded_len];
        self.fill(&mut out);
        out
    }

    /// Returns the first two decoded bytes, for values that have them.
    pub(super) fn first_two(&self) -> Option<[u8; 2]> {
        let mut out = [0; 2];
        if self.decoded_len < out.len() {
            return None;
        }
        self.fill(&mut out);
        Some(out)
    }

    /// Writes as many decoded bytes as `out` takes.
    fn fill(&self, out: &mut [u8]) {
        let mut room = out.iter_mut();
        let mut bits = 0_u32;
        let mut held = 0_u8;
        for (_, byte) in Unescaped::new(self.raw, self.quoted) {
            let Some(sextet) = sextet(byte) else { return };
            bits = (bits << 6) | u32::from(sextet);
            if held == 0 {
                held = 6;
                continue;
            }
            held = held.wrapping_sub(2); // 6, 4, 2 bits are held before, 4, 2, 0 after a byte is taken
            let Some(slot) = room.next() else { return };
            #[allow(clippy::cast_possible_truncation)] // the low eight bits are what is wanted
            {
                *slot = (bits >> held) as u8;
            }
        }
    }

    /// Returns the characters as received, without the quotes around them.
    ///
    /// A quoted value may hold the backslash of a quoted-pair.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Whether the value stood in a quoted-string.
    #[must_use]
    pub const fn is_quoted(&self) -> bool {
        self.quoted
    }

    /// Whether the value has all the padding it needs: false means that a client that asks for padding refuses it.
    #[must_use]
    pub const fn is_padded(&self) -> bool {
        !matches!(self.padding, Padding::Missing)
    }

    /// Returns how the value was padded.
    #[must_use]
    pub const fn padding(&self) -> Padding {
        self.padding
    }

    /// Returns the alphabet the value was written in.
    #[must_use]
    pub const fn alphabet(&self) -> Alphabet {
        self.alphabet
    }

    /// Whether quotes were part of the value itself, as in `token-key="\"MIIB…\""`: not legal, seen in the field.
    #[must_use]
    pub const fn has_literal_quotes(&self) -> bool {
        self.literal_quotes
    }
}

impl fmt::Debug for Base64Value<'_> {
    /// Shows the shape and not the content: a token is a credential and must not reach a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Base64Value")
            .field("decoded_len", &self.decoded_len)
            .field("alphabet", &self.alphabet)
            .field("padding", &self.padding)
            .field("quoted", &self.quoted)
            .field("literal_quotes", &self.literal_quotes)
            .finish()
    }
}

const fn malformed(skipped: usize, offset: usize) -> Error {
    Error::new(ErrorKind::Malformed).at(skipped.saturating_add(offset))
}

/// Takes one pair of quotes off a value that holds them, and tells how many bytes went from its front.
fn strip_literal_quotes(raw: &[u8]) -> (&[u8], bool, usize) {
    // Inside a quoted-string the quotes of the value are escaped; in a bare value they are not.
    if let Some(inner) = raw.strip_prefix(b"\\\"").and_then(|rest| rest.strip_suffix(b"\\\"")) {
        return (inner, true, 2);
    }
    match raw.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) {
        Some(inner) => (inner, true, 1),
        None => (raw, false, 0),
    }
}

/// The characters of a value with their offsets, the backslashes of a quoted-string taken out.
pub(super) struct Unescaped<'a> {
    raw: core::iter::Enumerate<core::slice::Iter<'a, u8>>,
    quoted: bool,
}

impl<'a> Unescaped<'a> {
    pub(super) fn new(raw: &'a [u8], quoted: bool) -> Self {
        Self { raw: raw.iter().enumerate(), quoted }
    }
}

impl Iterator for Unescaped<'_> {
    type Item = (usize, u8);

    fn next(&mut self) -> Option<Self::Item> {
        let (offset, &byte) = self.raw.next()?;
        if byte == b'\\' && self.quoted {
            return self.raw.next().map(|(offset, &byte)| (offset, byte));
        }
        Some((offset, byte))
    }
}

/// The characters of base64url, by their six bits.
const CHARACTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Stands in [`SEXTETS`] for a character of neither alphabet.
const NO_SEXTET: u8 = 0xFF;

/// The six bits of each character of either alphabet.
static SEXTETS: [u8; 256] = sextets();

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)] // runs in the compiler, where a panic is an error
const fn sextets() -> [u8; 256] {
    let mut table = [NO_SEXTET; 256];
    let mut sextet = 0;
    while sextet < 64 {
        table[CHARACTERS[sextet as usize] as usize] = sextet;
        sextet += 1;
    }
    table[b'+' as usize] = 62;
    table[b'/' as usize] = 63;
    table
}

fn sextet(byte: u8) -> Option<u8> {
    SEXTETS.get(usize::from(byte)).copied().filter(|sextet| *sextet != NO_SEXTET)
}

/// The base64url character of the low six bits.
fn character(sextet: u8) -> u8 {
    CHARACTERS.get(usize::from(sextet & 63)).copied().unwrap_or_default()
}

/// Reads a value once, to know that it decodes and how it was written.
#[derive(Default)]
struct Scan {
    characters: usize,
    padding: usize,
    last: u8,
    url: bool,
    standard: bool,
}

impl Scan {
    /// Takes a character; `None` when it cannot stand there.
    fn push(&mut self, byte: u8) -> Option<()> {
        if byte == b'=' {
            self.padding = self.padding.saturating_add(1);
            return (self.padding <= 2).then_some(());
        }
        if self.padding != 0 {
            return None;
        }
        self.last = sextet(byte)?;
        self.characters = self.characters.saturating_add(1);
        self.url |= matches!(byte, b'-' | b'_');
        self.standard |= matches!(byte, b'+' | b'/');
        Some(())
    }

    /// Gives the decoded length and the padding; `None` when no encoder makes such an end.
    fn finish(&self) -> Option<(usize, Padding)> {
        let whole = (self.characters / 4).saturating_mul(3);
        let (needed, extra, unused) = match self.characters % 4 {
            0 => (0, 0, 0),
            2 => (2, 1, 0b1111),
            3 => (1, 2, 0b11),
            _ => return None,
        };
        if self.last & unused != 0 {
            return None;
        }
        let padding = match self.padding {
            0 if needed == 0 => Padding::NotNeeded,
            0 => Padding::Missing,
            n if n == needed => Padding::Present,
            _ => return None,
        };
        Some((whole.saturating_add(extra), padding))
    }

    const fn alphabet(&self) -> Alphabet {
        match (self.url, self.standard) {
            (false, false) => Alphabet::Common,
            (true, false) => Alphabet::Url,
            (false, true) => Alphabet::Standard,
            (true, true) => Alphabet::Mixed,
        }
    }
}

/// Returns the length of the padded base64url of `len` bytes.
#[must_use]
pub const fn encoded_len(len: usize) -> usize {
    len.div_ceil(3).saturating_mul(4)
}

/// Writes the padded base64url of `bytes` to the start of `out` and gives its length.
///
/// # Errors
/// [`ErrorKind::BufferTooSmall`] with the needed size, [`encoded_len`]; `out` is then unchanged.
pub fn write_base64url(bytes: &[u8], out: &mut [u8]) -> Result<usize> {
    let needed = encoded_len(bytes.len());
    let out = out.get_mut(..needed).ok_or(Error::new(ErrorKind::BufferTooSmall).at(needed))?;
    encode(bytes, out);
    Ok(needed)
}

/// Returns the padded base64url of `bytes`.
#[cfg(feature = "alloc")]
#[must_use]
pub fn base64url(bytes: &[u8]) -> alloc::string::String {
    let mut out = alloc::vec![0; encoded_len(bytes.len())];
    encode(bytes, &mut out);
    // The alphabet is ASCII.
    alloc::string::String::from_utf8(out).unwrap_or_default()
}

/// Writes the padded base64url of `bytes` to the front of `out`, which is long enough.
pub(super) fn encode(bytes: &[u8], out: &mut [u8]) {
    for (group, slots) in bytes.chunks(3).zip(out.chunks_mut(4)) {
        let (a, b, c) = match *group {
            [a] => (a, None, None),
            [a, b] => (a, Some(b), None),
            [a, b, c] => (a, Some(b), Some(c)),
            _ => return,
        };
        let (second, third) = (b.unwrap_or(0), c.unwrap_or(0));
        let text = [
            character(a >> 2),
            character(a << 4 | second >> 4),
            if b.is_some() { character(second << 2 | third >> 6) } else { b'=' },
            if c.is_some() { character(third) } else { b'=' },
        ];
        for (slot, byte) in slots.iter_mut().zip(text) {
            *slot = byte;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648 section 10, and bytes on which the alphabets differ.
    const CASES: &[(&[u8], &str)] = &[
        (b"", ""),
        (b"f", "Zg=="),
        (b"fo", "Zm8="),
        (b"foo", "Zm9v"),
        (b"foob", "Zm9vYg=="),
        (b"fooba", "Zm9vYmE="),
        (b"foobar", "Zm9vYmFy"),
        (&[0xFB, 0xEF, 0xBE, 0xFF, 0xFF, 0xFF], "----____"),
    ];

    fn decode<'o>(text: &str, out: &'o mut [u8]) -> Result<&'o [u8]> {
        Base64Value::parse(text.as_bytes())?.decode(out)
    }

    #[test]
    fn published_vectors_both_ways() {
        for (bytes, text) in CASES {
            let mut out = [0; 16];
            assert_eq!(decode(text, &mut out).unwrap(), *bytes);
            assert_eq!(decode(text.trim_end_matches('='), &mut out).unwrap(), *bytes);
            let len = encoded_len(bytes.len());
            encode(bytes, &mut out[..len]);
            assert_eq!(&out[..len], text.as_bytes());
        }
    }

    #[test]
    fn the_spelling_is_kept() {
        let facts = |text: &'static str| {
            let value = Base64Value::parse(text.as_bytes()).unwrap();
            (value.padding(), value.is_padded(), value.alphabet())
        };
        assert_eq!(facts("Zm9v"), (Padding::NotNeeded, true, Alphabet::Common));
        assert_eq!(facts("Zg=="), (Padding::Present, true, Alphabet::Common));
        assert_eq!(facts("Zg"), (Padding::Missing, false, Alphabet::Common));
        assert_eq!(facts("-_A="), (Padding::Present, true, Alphabet::Url));
        assert_eq!(facts("+/A="), (Padding::Present, true, Alphabet::Standard));
        assert_eq!(facts("+_A"), (Padding::Missing, false, Alphabet::Mixed));
    }

    #[test]
    fn the_alphabets_mean_the_same() {
        let (mut a, mut b) = ([0; 6], [0; 6]);
        assert_eq!(decode("++-+/_//", &mut a).unwrap(), decode("----____", &mut b).unwrap());
    }

    #[test]
    fn what_no_encoder_writes_is_refused() {
        for (text, offset) in [
            ("A", 1),        // six bits are no byte
            ("AAAAA", 5),    // the same after a group
            ("Zh==", 4),     // unused bits set
            ("Zm9=", 4),     // the same
            ("Zh", 2),       // the same without padding
            ("Zg=", 3),      // half of the padding
            ("Zm9v=", 5),    // padding that is not needed
            ("Zm9v====", 6), // more than there can be
            ("=", 1),
            ("==", 2),
            ("Zg==Zg==", 4), // two values
            ("Zg=g", 3),
            ("Zm 9v", 2),
            ("Zm.v", 2),
            ("Zm\u{e9}v", 2),
        ] {
            let error = Base64Value::parse(text.as_bytes()).expect_err(text);
            assert_eq!((error.kind(), error.offset()), (ErrorKind::Malformed, Some(offset)), "{text}");
        }
    }

    #[test]
    fn literal_quotes_are_taken_off_once() {
        let mut out = [0; 8];
        let value = Base64Value::parse(b"\"Zm9v\"").unwrap();
        assert!(value.has_literal_quotes() && value.raw() == b"Zm9v");
        assert_eq!(value.decode(&mut out).unwrap(), b"foo");
        let value = Base64Value::check(b"\\\"Zm9v\\\"", true, false).unwrap();
        assert!(value.has_literal_quotes() && value.raw() == b"Zm9v");
        assert!(!Base64Value::parse(b"Zm9v").unwrap().has_literal_quotes());
        for text in ["\"Zm9v", "Zm9v\"", "\"\"Zm9v\"\"", "\""] {
            assert!(Base64Value::parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn backslashes_count_only_in_a_quoted_string() {
        let mut out = [0; 8];
        let value = Base64Value::check(b"Z\\m9\\v", true, false).unwrap();
        assert_eq!((value.decoded_len(), value.decode(&mut out).unwrap()), (3, &b"foo"[..]));
        assert!(Base64Value::check(b"Z\\m9v", false, false).is_err());
    }

    #[test]
    fn a_short_buffer_is_left_alone() {
        let value = Base64Value::parse(b"Zm9v").unwrap();
        let mut out = [7; 2];
        let error = value.decode(&mut out).unwrap_err();
        assert_eq!((error.kind(), error.offset(), out), (ErrorKind::BufferTooSmall, Some(3), [7; 2]));
        assert_eq!(value.decode(&mut [7; 9]).unwrap().len(), 3);
    }
}
