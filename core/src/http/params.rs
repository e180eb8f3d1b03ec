//! The challenge list and auth-param grammar of RFC 9110 sections 5.6 and 11, over borrowed bytes.
//!
//! Two steps, both linear in the length of the field: [`Segments`] cuts a field line where a scheme name begins, and
//! [`Parameters`] reads the parameters of one piece. A piece that breaks the grammar is found by the second step, so it
//! cannot take its neighbours with it.

use core::fmt;

use super::base64url::Unescaped;
use crate::error::{Error, ErrorKind, Result};

/// Where in a header something stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Position {
    /// Which item of the header, of whatever scheme, counted from 0 over all field lines.
    pub index: usize,
    /// Which field line, counted from 0.
    pub line: usize,
    /// The byte in that field line.
    pub offset: usize,
}

/// One parameter of a challenge or of credentials: `name=value`.
#[derive(Clone, Copy, Debug)]
pub struct Parameter<'a> {
    name: &'a [u8],
    value: ParameterValue<'a>,
    offset: usize,
}

impl<'a> Parameter<'a> {
    /// Returns the name as received: ASCII token characters.
    #[must_use]
    pub const fn name(&self) -> &'a [u8] {
        self.name
    }

    /// Returns the value.
    #[must_use]
    pub const fn value(&self) -> ParameterValue<'a> {
        self.value
    }

    /// Returns the offset of the name in its field line.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// Whether this is the parameter `name`; case does not count.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }
}

/// The value of a parameter as received.
#[derive(Clone, Copy)]
pub struct ParameterValue<'a> {
    raw: &'a [u8],
    quoted: bool,
    doubled: bool,
    offset: usize,
}

impl<'a> ParameterValue<'a> {
    /// Takes back what [`raw`](Self::raw) and [`is_quoted`](Self::is_quoted) gave, for who keeps a value as bytes.
    ///
    /// Every value that was read from a header is accepted, also one that this library reads beyond the grammar.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] with the offset of the first byte that cannot stand in such a value.
    pub fn from_raw(raw: &'a [u8], quoted: bool) -> Result<Self> {
        let stray = if quoted { stray_in_quotes(raw) } else { raw.iter().position(|byte| !is_unquoted(*byte)) };
        match stray {
            None => Ok(Self { raw, quoted, doubled: false, offset: 0 }),
            Some(offset) => Err(Error::new(ErrorKind::Malformed).at(offset)),
        }
    }

    /// Returns the bytes as received, without the quotes around them.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Whether the value stood in a quoted-string.
    #[must_use]
    pub const fn is_quoted(&self) -> bool {
        self.quoted
    }

    /// Returns the bytes of the value, with each quoted-pair resolved.
    pub fn bytes(&self) -> impl Iterator<Item = u8> + use<'a> {
        Unescaped::new(self.raw, self.quoted).map(|(_, byte)| byte)
    }

    /// Reads the value as base64.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] with the offset in the field line.
    pub fn base64(&self) -> Result<super::Base64Value<'a>> {
        super::Base64Value::check(self.raw, self.quoted, self.doubled)
            .map_err(|e| e.at(self.offset.saturating_add(e.offset().unwrap_or(0))))
    }

    /// Reads the value as a number of seconds.
    ///
    /// A number over `u64::MAX` reads as `u64::MAX`, as RFC 9111 section 1.2.2 asks for delta-seconds. `None` when the
    /// value is no number.
    #[must_use]
    pub fn seconds(&self) -> Option<u64> {
        let mut seconds = None;
        for byte in self.bytes() {
            if !byte.is_ascii_digit() {
                return None;
            }
            let digit = u64::from(byte.wrapping_sub(b'0'));
            seconds = Some(seconds.unwrap_or(0_u64).saturating_mul(10).saturating_add(digit));
        }
        seconds
    }
}

impl fmt::Debug for ParameterValue<'_> {
    /// Shows the shape and not the content: the value may be a credential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParameterValue").field("len", &self.raw.len()).field("quoted", &self.quoted).finish()
    }
}

/// A position in a field line.
#[derive(Clone, Copy)]
struct Cursor<'a> {
    line: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1).min(self.line.len());
    }

    fn since(&self, start: usize) -> &'a [u8] {
        self.line.get(start..self.at).unwrap_or_default()
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a [u8] {
        let start = self.at;
        while self.peek().is_some_and(&wanted) {
            self.step();
        }
        self.since(start)
    }

    /// Skips optional white space.
    fn skip_ows(&mut self) {
        self.skip_while(is_ows);
    }

    /// Skips white space and empty list elements.
    fn skip_to_element(&mut self) {
        self.skip_while(|byte| is_ows(byte) || byte == b',');
    }

    /// Whether nothing more of this list element follows, but perhaps white space.
    fn at_element_end(mut self) -> bool {
        self.skip_ows();
        matches!(self.peek(), None | Some(b','))
    }

    /// Reads a quoted-string up to its closing quote and returns what stands between; `None` when it never closes.
    /// The cursor stands on the opening quote.
    fn quoted(&mut self) -> Option<&'a [u8]> {
        self.step();
        let start = self.at;
        loop {
            match self.peek()? {
                b'"' => {
                    let inner = self.since(start);
                    self.step();
                    return Some(inner);
                }
                b'\\' => {
                    self.step();
                    self.peek()?;
                }
                _ => {}
            }
            self.step();
        }
    }

    /// Skips to the comma that ends this list element, or to the end of the line.
    ///
    /// Commas in quotes do not count. With `mend`, a quoted-string that never closes, or after which something else
    /// than a comma follows, is taken for a stray quote, so that the challenge behind it is still found.
    fn skip_element(&mut self, mend: bool) {
        while let Some(byte) = self.peek() {
            match byte {
                b',' => return,
                b'"' => {
                    let mut ahead = *self;
                    let closed = ahead.quoted().is_some();
                    if mend && !(closed && ahead.at_element_end()) {
                        self.step();
                    } else if closed {
                        *self = ahead;
                    } else {
                        self.at = self.line.len();
                    }
                }
                // A quote after a backslash never opens a string here, so no byte is read by more than one attempt at
                // a quoted-string: the work stays linear.
                b'\\' if mend => {
                    self.step();
                    if self.peek() == Some(b'"') {
                        self.step();
                    }
                }
                _ => self.step(),
            }
        }
    }

    /// Whether a scheme name begins here: a token that is not the name of a parameter.
    fn at_scheme(mut self) -> bool {
        let token = self.skip_while(is_tchar);
        let spaced = self.peek().is_some_and(is_ows);
        let ended = self.at_element_end();
        self.skip_ows();
        !token.is_empty() && (ended || spaced) && self.peek() != Some(b'=')
    }
}

/// A piece of a field line: a scheme name, and what belongs to it.
#[derive(Clone, Copy)]
pub(super) struct Segment<'a> {
    /// The scheme name as received; empty for text that follows no scheme name.
    pub(super) scheme: &'a [u8],
    /// The offset of the piece in the line.
    pub(super) offset: usize,
    /// The whole line up to the end of the piece, so that offsets stay those of the line.
    upto: &'a [u8],
    /// Where the parameters begin.
    body: usize,
}

impl<'a> Segment<'a> {
    pub(super) fn parameters(&self) -> Parameters<'a> {
        Parameters { cursor: Cursor { line: self.upto, at: self.body }, failed: false }
    }

    pub(super) fn is_private_token(&self) -> bool {
        self.scheme.eq_ignore_ascii_case(super::SCHEME.as_bytes())
    }
}

/// Cuts a field line into pieces, one for each scheme name.
#[derive(Clone, Copy)]
pub(super) struct Segments<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Segments<'a> {
    pub(super) const fn new(line: &'a [u8]) -> Self {
        Self { cursor: Cursor { line, at: 0 } }
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        let cursor = &mut self.cursor;
        cursor.skip_to_element();
        cursor.peek()?;
        let offset = cursor.at;
        let scheme = if cursor.at_scheme() { cursor.skip_while(is_tchar) } else { &[] };
        let mut segment = Segment { scheme, offset, upto: &[], body: cursor.at };
        // Strings of other schemes are left whole: what stands in them is not ours to read.
        let mend = scheme.is_empty() || segment.is_private_token();
        loop {
            cursor.skip_element(mend);
            segment.upto = cursor.line.get(..cursor.at).unwrap_or_default();
            cursor.skip_to_element();
            if cursor.peek().is_none() || cursor.at_scheme() {
                return Some(segment);
            }
        }
    }
}

/// The parameters of one challenge or of credentials, in order, read as they are asked for.
///
/// An item is an error where the grammar is broken, with the offset in the field line; nothing follows it.
#[derive(Clone, Copy)]
pub struct Parameters<'a> {
    cursor: Cursor<'a>,
    failed: bool,
}

impl<'a> Parameters<'a> {
    fn read(&mut self) -> Option<Parameter<'a>> {
        let cursor = &mut self.cursor;
        let offset = cursor.at;
        let name = cursor.skip_while(is_tchar);
        // RFC 9110 section 11.2 has recipients accept white space around "=".
        cursor.skip_ows();
        if name.is_empty() || cursor.peek() != Some(b'=') {
            return None;
        }
        cursor.step();
        cursor.skip_ows();
        let value = if cursor.peek() == Some(b'"') { Self::quoted(cursor)? } else { Self::unquoted(cursor) };
        cursor.skip_ows();
        cursor.at_element_end().then_some(Parameter { name, value, offset })
    }

    fn quoted(cursor: &mut Cursor<'a>) -> Option<ParameterValue<'a>> {
        let offset = cursor.at.saturating_add(1);
        let raw = cursor.quoted()?;
        if raw.is_empty() && !cursor.at_element_end() {
            return Self::doubled(cursor);
        }
        raw.iter().all(|byte| is_text(*byte)).then_some(ParameterValue { raw, quoted: true, doubled: false, offset })
    }

    /// Reads a value in doubled quotes, `""MIIB…""`: quotes that were part of the value, put between quotes without
    /// being escaped. It is no quoted-string, and there is only one way to read it.
    fn doubled(cursor: &mut Cursor<'a>) -> Option<ParameterValue<'a>> {
        let offset = cursor.at;
        let raw = cursor.skip_while(is_unquoted);
        for _ in 0..2 {
            if cursor.peek() != Some(b'"') {
                return None;
            }
            cursor.step();
        }
        Some(ParameterValue { raw, quoted: true, doubled: true, offset })
    }

    fn unquoted(cursor: &mut Cursor<'a>) -> ParameterValue<'a> {
        let offset = cursor.at;
        let raw = cursor.skip_while(is_unquoted);
        ParameterValue { raw, quoted: false, doubled: false, offset }
    }
}

impl<'a> Iterator for Parameters<'a> {
    type Item = Result<Parameter<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.cursor.skip_to_element();
        if self.failed || self.cursor.peek().is_none() {
            return None;
        }
        let parameter = self.read();
        self.failed = parameter.is_none();
        Some(parameter.ok_or(Error::new(ErrorKind::Malformed).at(self.cursor.at)))
    }
}

impl fmt::Debug for Parameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parameters").finish_non_exhaustive()
    }
}

const fn is_ows(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The characters of a token (RFC 9110 section 5.6.2): ASCII only, so a look-alike letter is never a name.
pub(super) const fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
        )
}

/// What may stand in a quoted-string: no control character but the tab (RFC 9110 section 5.6.4).
const fn is_text(byte: u8) -> bool {
    byte == b'\t' || !byte.is_ascii_control()
}

/// Where something stands that cannot stand between the quotes of a quoted-string: a control character, a quote that
/// would end it, or the end after a backslash.
fn stray_in_quotes(raw: &[u8]) -> Option<usize> {
    let mut escaped = false;
    for (offset, &byte) in raw.iter().enumerate() {
        if !is_text(byte) || byte == b'"' && !escaped {
            return Some(offset);
        }
        escaped = byte == b'\\' && !escaped;
    }
    escaped.then_some(raw.len())
}

/// What is read as an unquoted value.
///
/// The grammar allows token characters only. "=" and "/" are wanted as well, because Apple, privacypass-ts and older
/// deployments send padded and standard base64 without quotes; other visible ASCII is harmless in an unknown
/// parameter, and refused in a known one by what reads it. A quote, a comma or a backslash ends the value.
const fn is_unquoted(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b'\\')
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;
    use std::{format, string::String};

    use super::*;

    /// The pieces of a line as `scheme|parameters`, a broken grammar as `!`.
    fn pieces(line: &str) -> Vec<String> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Segments::new(line.as_bytes())
            .map(|segment| {
                let mut out = format!("{}|", text(segment.scheme));
                for parameter in segment.parameters() {
                    match parameter {
                        Ok(p) => out += &format!("{}={};", text(p.name), text(&p.value.bytes().collect::<Vec<_>>())),
                        Err(_) => out.push('!'),
                    }
                }
                out
            })
            .collect()
    }

    #[test]
    fn a_line_is_cut_at_scheme_names() {
        assert_eq!(pieces("A a=1, B b=2,C"), ["A|a=1;", "B|b=2;", "C|"]);
        assert_eq!(pieces("A a=1, b=2 ,\tc=3 , B"), ["A|a=1;b=2;c=3;", "B|"]);
        assert_eq!(pieces("A a=\"1, B b=2\", c=3"), ["A|a=1, B b=2;c=3;"]);
        assert_eq!(pieces(" ,, A , ,a=1,,"), ["A|a=1;"]);
        assert!(pieces("").is_empty());
        assert!(pieces(" , \t,").is_empty());
    }

    #[test]
    fn white_space_around_the_equals_sign_is_no_scheme() {
        assert_eq!(pieces("A a = 1, b\t=\t\"2\" , c =3"), ["A|a=1;b=2;c=3;"]);
        assert_eq!(pieces("A a=1, B =2"), ["A|a=1;B=2;"]);
    }

    #[test]
    fn token68_stays_with_its_scheme() {
        assert_eq!(pieces("Negotiate abc/+==, A a=1").last().map(String::as_str), Some("A|a=1;"));
        assert_eq!(pieces("A a=1, Negotiate abc==, B").len(), 3);
    }

    #[test]
    fn quoted_pairs_are_resolved() {
        assert_eq!(pieces(r#"A a="\"\\\x", b=1"#), [r#"A|a="\x;b=1;"#]);
        assert_eq!(pieces(r#"A a="\", B b="1""#), [r#"A|!"#]);
        assert_eq!(pieces("A a=\"\\"), ["A|!"]);
    }

    #[test]
    fn broken_pieces_leave_their_neighbours() {
        for broken in [
            "PrivateToken a=\"1",
            "PrivateToken a=1\"",
            "PrivateToken a=\"1\"2",
            "PrivateToken a=\"1\\",
            "PrivateToken a b",
            "PrivateToken a=1 b=2",
            "PrivateToken ;=1",
            "PrivateToken \u{e9}=1",
            "PrivateToken a=1, ;",
            "PrivateToken a=\"\u{7}\"",
        ] {
            let found = pieces(&format!("X, {broken}, PrivateToken c=\"3\", Y"));
            assert_eq!(found.first().map(String::as_str), Some("X|"), "{broken:?}: {found:?}");
            assert!(found.ends_with(&["PrivateToken|c=3;".into(), "Y|".into()]), "{broken:?}: {found:?}");
            assert_eq!(found.len(), 4, "{broken:?}: {found:?}");
            assert!(found[1].ends_with('!'), "{broken:?}: {found:?}");
        }
        for orphan in ["=1", "a=1", "a = 1", "\"", "\"a\"", "?, ?"] {
            let found = pieces(&format!("{orphan}, PrivateToken c=3"));
            assert!(found.len() == 2 && found[0].starts_with('|'), "{orphan:?}: {found:?}");
            assert_eq!(found[1], "PrivateToken|c=3;", "{orphan:?}: {found:?}");
        }
    }

    #[test]
    fn text_in_quotes_of_another_scheme_is_never_a_challenge() {
        assert_eq!(pieces("Basic realm=\"x, PrivateToken c=3").len(), 1);
        assert_eq!(pieces("Basic realm=\"x\\\", PrivateToken c=3\"").len(), 1);
    }

    #[test]
    fn doubled_quotes_are_read_as_one_value() {
        assert_eq!(pieces("A a=\"\"MIIB==\"\", b=1"), ["A|a=MIIB==;b=1;"]);
        assert_eq!(pieces("A a=\"\", b=1"), ["A|a=;b=1;"]);
        assert_eq!(pieces("A a=\"\"MIIB==\", b=1"), ["A|!"]);
    }

    #[test]
    fn offsets_are_those_of_the_line() {
        let line = b"X, A aa=1, b b";
        let segment = Segments::new(line).nth(1).unwrap();
        assert_eq!(segment.offset, 3);
        let mut parameters = segment.parameters();
        assert_eq!(parameters.next().unwrap().unwrap().offset(), 5);
        let error = Segments::new(b"X, A aa=1, b=2 3").nth(1).unwrap().parameters().nth(1).unwrap().unwrap_err();
        assert_eq!(error.offset(), Some(15));
    }

    #[test]
    fn a_value_can_be_taken_back() {
        for line in [
            r#"A a="", b=, c="x y", d=x/y==, e="\"q\\\"", f=""MIIB==""#,
            "A a=\"tab\there, \u{e9}\", b=~!@#$%^&*(){}[]<>?;:'`|+-_.",
        ] {
            let values: Vec<_> = Segments::new(line.as_bytes()).next().unwrap().parameters().flatten().collect();
            assert!(values.len() > 1, "{line}");
            for value in values.iter().map(Parameter::value) {
                let again = ParameterValue::from_raw(value.raw(), value.is_quoted()).expect(line);
                assert!(again.bytes().eq(value.bytes()), "{line}");
                assert_eq!((again.raw(), again.is_quoted()), (value.raw(), value.is_quoted()));
            }
        }
        for (raw, quoted, offset) in [
            (r#"a"b"#, true, 1),
            (r#"a\\"b"#, true, 3),
            ("ab\\", true, 3),
            ("a\u{7}b\u{7}", true, 1),
            ("a\r\nb", true, 1),
            ("a b", false, 1),
            ("ab,", false, 2),
            ("\"", false, 0),
            ("a\\b", false, 1),
            ("\u{e9}", false, 0),
        ] {
            let error = ParameterValue::from_raw(raw.as_bytes(), quoted).expect_err(raw);
            assert_eq!((error.kind(), error.offset()), (ErrorKind::Malformed, Some(offset)), "{raw:?}");
        }
        let error = ParameterValue::from_raw(b"AA*A", false).unwrap().base64().unwrap_err();
        assert_eq!(error.offset(), Some(2));
    }

    #[test]
    fn seconds_saturate_and_refuse() {
        let seconds = |text: &str| {
            let line = format!("A a={text}");
            Segments::new(line.as_bytes()).next().unwrap().parameters().next().unwrap().unwrap().value.seconds()
        };
        assert_eq!(seconds("10"), Some(10));
        assert_eq!(seconds("\"0010\""), Some(10));
        assert_eq!(seconds("18446744073709551615"), Some(u64::MAX));
        assert_eq!(seconds("18446744073709551616"), Some(u64::MAX));
        assert_eq!(seconds("99999999999999999999999999"), Some(u64::MAX));
        for text in ["-1", "1.5", "ten", "\"\"", "", "1_0"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
