//! Reading `WWW-Authenticate`: the challenges of an origin (RFC 9577 section 2.1).

use core::fmt;

use super::params::{Parameter, ParameterValue, Parameters, Position, Segment, Segments};
use super::{Base64Value, is_known};
use crate::token_type::TokenType;

/// Reads the `PrivateToken` challenges of the field values of `WWW-Authenticate`.
///
/// `values` holds one item for each field line, as bytes, `str` or anything that lends bytes; the challenges of all
/// lines come in order. Nothing is copied, and no input stops the reading of what stands beside it: each challenge that
/// is not given comes as [`Item::Skipped`] with its reason. The work is linear in the length of the header.
///
/// Read beyond the grammar:
///
/// - an unquoted value with "=" or "/", or of other visible characters: Apple, Cloudflare and privacypass-ts send
///   padding without quotes, older deployments standard base64, and an unknown parameter may hold anything;
/// - an unquoted value that is empty: it reads as a value of no bytes, as `""` does;
/// - a value without padding, in the standard alphabet, or with quotes of its own: see [`Base64Value`];
/// - white space of any length, tabs too, around "=", "," and after the scheme name: RFC 9110 has recipients accept it;
/// - a `max-age` that is no number: it counts as absent, because a hint must not cost the challenge;
/// - an unknown parameter given twice: nobody reads it. Known parameters must come once;
/// - a quote that never closes, or closes before something else than a comma: the challenge is skipped, and the next
///   one is looked for behind the next comma. In another scheme such a quote covers the rest of the line, so that
///   text of that scheme is never taken for a challenge.
///
/// A challenge does not continue on the next field line.
///
/// # Security
/// A challenge comes from the network and was not checked beyond its spelling: decode it, compare its `origin_info` to
/// the origin that sent it, and only then fetch or redeem a token.
pub fn challenges<'a, I, T>(values: I) -> Challenges<'a, I::IntoIter>
where
    I: IntoIterator<Item = &'a T>,
    T: AsRef<[u8]> + ?Sized + 'a,
{
    Challenges { lines: values.into_iter(), segments: Segments::new(&[]), next_line: 0, next_index: 0 }
}

/// The iterator made by [`challenges`].
#[derive(Clone)]
pub struct Challenges<'a, I> {
    lines: I,
    segments: Segments<'a>,
    /// The number of lines begun.
    next_line: usize,
    /// The number of items found.
    next_index: usize,
}

impl<'a, I, T> Iterator for Challenges<'a, I>
where
    I: Iterator<Item = &'a T>,
    T: AsRef<[u8]> + ?Sized + 'a,
{
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        loop {
            if let Some(segment) = self.segments.next() {
                let index = self.next_index;
                self.next_index = index.saturating_add(1);
                let line = self.next_line.saturating_sub(1);
                return Some(read(segment, Position { index, line, offset: segment.offset }));
            }
            self.segments = Segments::new(self.lines.next()?.as_ref());
            self.next_line = self.next_line.saturating_add(1);
        }
    }
}

impl<I> fmt::Debug for Challenges<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Challenges").field("next_index", &self.next_index).finish_non_exhaustive()
    }
}

/// What stands at one place of the header: a challenge, or something skipped.
#[derive(Clone, Copy, Debug)]
pub enum Item<'a> {
    /// A `PrivateToken` challenge, of a type this library knows or does not know.
    Challenge(Challenge<'a>),
    /// Something that is no challenge to answer.
    Skipped(Skipped),
}

impl<'a> Item<'a> {
    /// Returns the challenge, if it is one.
    #[must_use]
    pub const fn challenge(self) -> Option<Challenge<'a>> {
        match self {
            Self::Challenge(challenge) => Some(challenge),
            Self::Skipped(_) => None,
        }
    }

    /// Returns why and where something was skipped, if it was.
    #[must_use]
    pub const fn skipped(self) -> Option<Skipped> {
        match self {
            Self::Challenge(_) => None,
            Self::Skipped(skipped) => Some(skipped),
        }
    }
}

/// What was skipped, where, and why.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Skipped {
    /// Why it was skipped.
    pub reason: SkipReason,
    /// Where it begins; for [`MalformedSyntax`](SkipReason::MalformedSyntax), [`BadChallenge`](SkipReason::BadChallenge)
    /// and [`BadTokenKey`](SkipReason::BadTokenKey) the offset is that of the byte that does not fit.
    pub position: Position,
    /// The token type of a challenge whose first two bytes could be read.
    pub token_type: Option<TokenType>,
}

/// Why an item of the header is no challenge to answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum SkipReason {
    /// It is a challenge of another authentication scheme.
    OtherScheme,
    /// Its token type is reserved for greasing (RFC 9577 section 6.2.1).
    GreasedType,
    /// It has no `challenge` parameter.
    MissingChallenge,
    /// Its `challenge` is no base64.
    BadChallenge,
    /// Its `challenge` is too short to hold a token type.
    TooShort,
    /// Its `token-key` is no base64.
    BadTokenKey,
    /// It gives a parameter of the scheme twice, so that two readers may see two challenges.
    DuplicateParameter,
    /// It breaks the grammar of RFC 9110.
    MalformedSyntax,
}

impl SkipReason {
    /// Every reason, in the order of their checks' documentation.
    pub const ALL: &'static [Self] = &[
        Self::OtherScheme,
        Self::GreasedType,
        Self::MissingChallenge,
        Self::BadChallenge,
        Self::TooShort,
        Self::BadTokenKey,
        Self::DuplicateParameter,
        Self::MalformedSyntax,
    ];

    /// Returns the name for machines: it never changes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OtherScheme => "other_scheme",
            Self::GreasedType => "greased_type",
            Self::MissingChallenge => "missing_challenge",
            Self::BadChallenge => "bad_challenge",
            Self::TooShort => "too_short",
            Self::BadTokenKey => "bad_token_key",
            Self::DuplicateParameter => "duplicate_parameter",
            Self::MalformedSyntax => "malformed_syntax",
        }
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A `PrivateToken` challenge as received. It borrows the header.
#[derive(Clone, Copy, Debug)]
pub struct Challenge<'a> {
    position: Position,
    scheme: &'a [u8],
    token_type: TokenType,
    value: Base64Value<'a>,
    token_key: Option<Base64Value<'a>>,
    max_age: Option<ParameterValue<'a>>,
    realm: Option<ParameterValue<'a>>,
    parameters: Parameters<'a>,
}

impl<'a> Challenge<'a> {
    /// Returns the first two bytes of the challenge: the only ones this module reads.
    #[must_use]
    pub const fn token_type(&self) -> TokenType {
        self.token_type
    }

    /// Returns the `TokenChallenge`, whose decoded bytes are what a token's `challenge_digest` is made of.
    #[must_use]
    pub const fn value(&self) -> Base64Value<'a> {
        self.value
    }

    /// Returns the issuer's public key, if the origin sent it. Its bytes were not looked at.
    #[must_use]
    pub const fn token_key(&self) -> Option<Base64Value<'a>> {
        self.token_key
    }

    /// Returns for how many seconds the origin accepts a token for this challenge, if it says so.
    ///
    /// A number over `u64::MAX` reads as `u64::MAX`; a value that is no number as `None`.
    #[must_use]
    pub fn max_age(&self) -> Option<u64> {
        self.max_age.and_then(|value| value.seconds())
    }

    /// Returns the `max-age` parameter as received, also when it is no number.
    #[must_use]
    pub const fn max_age_value(&self) -> Option<ParameterValue<'a>> {
        self.max_age
    }

    /// Returns the `realm`, if there is one.
    #[must_use]
    pub const fn realm(&self) -> Option<ParameterValue<'a>> {
        self.realm
    }

    /// Returns the scheme name as received: some clients accept no other case than `PrivateToken`.
    #[must_use]
    pub const fn scheme(&self) -> &'a [u8] {
        self.scheme
    }

    /// Returns where in the header the challenge begins.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Returns the parameters that the scheme does not define, in order. They are to be ignored; duplicates are kept.
    pub fn unknown_parameters(&self) -> impl Iterator<Item = Parameter<'a>> + use<'a> {
        self.parameters.flatten().filter(|parameter| !is_known(parameter))
    }
}

/// Reads one piece of a field line.
fn read<'a>(segment: Segment<'a>, position: Position) -> Item<'a> {
    match read_challenge(segment, position) {
        Ok(challenge) => Item::Challenge(challenge),
        Err(skipped) => Item::Skipped(skipped),
    }
}

fn read_challenge<'a>(segment: Segment<'a>, position: Position) -> Result<Challenge<'a>, Skipped> {
    let skip = |reason, offset: Option<usize>, token_type| Skipped {
        reason,
        position: Position { offset: offset.unwrap_or(position.offset), ..position },
        token_type,
    };
    if segment.scheme.is_empty() {
        return Err(skip(SkipReason::MalformedSyntax, None, None));
    }
    if !segment.is_private_token() {
        return Err(skip(SkipReason::OtherScheme, None, None));
    }

    let (mut value, mut token_key, mut max_age, mut realm) = (None, None, None, None);
    for parameter in segment.parameters() {
        let parameter = parameter.map_err(|e| skip(SkipReason::MalformedSyntax, e.offset(), None))?;
        let slot = if parameter.is(super::CHALLENGE) {
            &mut value
        } else if parameter.is(super::TOKEN_KEY) {
            &mut token_key
        } else if parameter.is(super::MAX_AGE) {
            &mut max_age
        } else if parameter.is(super::REALM) {
            &mut realm
        } else {
            continue;
        };
        if slot.replace(parameter.value()).is_some() {
            return Err(skip(SkipReason::DuplicateParameter, Some(parameter.offset()), None));
        }
    }

    let value = value.ok_or(skip(SkipReason::MissingChallenge, None, None))?;
    let value = value.base64().map_err(|e| skip(SkipReason::BadChallenge, e.offset(), None))?;
    let token_type = value.first_two().ok_or(skip(SkipReason::TooShort, None, None))?;
    let token_type = TokenType(u16::from_be_bytes(token_type));
    // Before the key: the other parameters of a greased challenge may be anything.
    if token_type.is_grease() {
        return Err(skip(SkipReason::GreasedType, None, Some(token_type)));
    }
    let token_key = match token_key {
        None => None,
        Some(key) => Some(key.base64().map_err(|e| skip(SkipReason::BadTokenKey, e.offset(), Some(token_type)))?),
    };
    let parameters = segment.parameters();
    Ok(Challenge { position, scheme: segment.scheme, token_type, value, token_key, max_age, realm, parameters })
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::format;
    use std::vec::Vec;

    use super::*;

    fn one(line: &str) -> Item<'_> {
        let mut items = challenges([line]);
        let item = items.next().expect(line);
        assert!(items.next().is_none(), "{line}");
        item
    }

    fn found(line: &str) -> Challenge<'_> {
        one(line).challenge().unwrap_or_else(|| panic!("{line}: {:?}", one(line)))
    }

    /// Reason and offset of the only item of a line.
    fn skipped(line: &str) -> (SkipReason, usize) {
        let skipped = one(line).skipped().expect(line);
        (skipped.reason, skipped.position.offset)
    }

    #[test]
    fn each_reason_has_its_case() {
        use SkipReason::*;
        for (line, reason, offset) in [
            ("Basic realm=\"x\"", OtherScheme, 0),
            ("  Negotiate abc==", OtherScheme, 2),
            ("PrivateTokens challenge=AAI=", OtherScheme, 0),
            ("PrivateToken challenge=AAAx", GreasedType, 0),
            ("PrivateToken challenge=8Ffw", GreasedType, 0),
            ("PrivateToken challenge=AAAx, token-key=???", GreasedType, 0),
            ("PrivateToken", MissingChallenge, 0),
            ("PrivateToken token-key=AAAA", MissingChallenge, 0),
            ("PrivateToken abc==", MissingChallenge, 0),
            ("PrivateToken challenge=AA*I", BadChallenge, 25),
            ("PrivateToken challenge = \"AA*I\"", BadChallenge, 28),
            ("PrivateToken challenge=AAIAB", BadChallenge, 28),
            ("PrivateToken challenge=", TooShort, 0),
            ("PrivateToken challenge=\"AA==\"", TooShort, 0),
            ("PrivateToken challenge=AAI=, token-key=\"A A\"", BadTokenKey, 41),
            ("PrivateToken challenge=AAI=, Challenge=AAI=", DuplicateParameter, 29),
            ("PrivateToken challenge=AAI=, token-key=AAAA, TOKEN-KEY=AAAA", DuplicateParameter, 45),
            ("PrivateToken challenge=AAI=, max-age=1, max-age=1", DuplicateParameter, 40),
            ("PrivateToken challenge=AAI=, realm=a, realm=b", DuplicateParameter, 38),
            ("PrivateToken challenge=AAI= token-key=AAAA", MalformedSyntax, 28),
            ("PrivateToken challenge=AAI=, token-key=\"AAAA", MalformedSyntax, 44),
            ("challenge=AAI=", MalformedSyntax, 0),
        ] {
            assert_eq!(skipped(line), (reason, offset), "{line}");
        }
        let skipped = one("PrivateToken challenge=AAAx").skipped().unwrap();
        assert_eq!(skipped.token_type, Some(TokenType(0)));
    }

    #[test]
    fn names_are_stable_and_distinct() {
        let names: Vec<_> = SkipReason::ALL.iter().map(|reason| reason.name()).collect();
        assert_eq!(
            names,
            [
                "other_scheme",
                "greased_type",
                "missing_challenge",
                "bad_challenge",
                "too_short",
                "bad_token_key",
                "duplicate_parameter",
                "malformed_syntax"
            ]
        );
        assert_eq!(format!("{}", SkipReason::TooShort), "too_short");
    }

    #[test]
    fn all_spellings_read_alike() {
        let mut out = [0; 8];
        for line in [
            "PrivateToken challenge=\"AAL-_w==\", token-key=\"_-8=\", max-age=\"10\", realm=\"x\"",
            "PrivateToken challenge=AAL-_w==, token-key=_-8=, max-age=10, realm=x",
            "PrivateToken challenge=AAL-_w, token-key=_-8, max-age=10, realm=x",
            "PrivateToken challenge=AAL+/w==,token-key=/+8,max-age=10,realm=x",
            "privatetoken CHALLENGE=AAL-_w==, Token-Key=_-8=, MAX-AGE=10, Realm=x",
            "PrivateToken\t challenge =\tAAL-_w== , token-key= \"_-8=\",max-age = 10 , realm=x",
            ",, PrivateToken ,challenge=AAL-_w==,, token-key=_-8=,, max-age=010, realm=\"\\x\" ,",
            "PrivateToken max-age=10, realm=x, token-key=_-8=, challenge=\"A\\AL-_w\\=\\=\"",
            "PrivateToken a=b, challenge=AAL-_w==, a=\"c, d\", token-key=\"\\\"_-8=\\\"\", max-age=10, realm=x",
            "PrivateToken challenge=\"\"AAL-_w==\"\", token-key=\"\"_-8=\"\", max-age=10, realm=x",
        ] {
            let challenge = found(line);
            assert_eq!(challenge.token_type(), TokenType::BLIND_RSA_2048, "{line}");
            assert_eq!(challenge.value().decode(&mut out).unwrap(), [0x00, 0x02, 0xFE, 0xFF], "{line}");
            assert_eq!(challenge.token_key().unwrap().decode(&mut out).unwrap(), [0xFF, 0xEF], "{line}");
            assert_eq!(challenge.max_age(), Some(10), "{line}");
            assert!(challenge.realm().unwrap().bytes().eq(*b"x"), "{line}");
        }
    }

    #[test]
    fn only_the_challenge_is_required() {
        let challenge = found("PrivateToken challenge=AAI=");
        assert!(challenge.token_key().is_none() && challenge.max_age().is_none() && challenge.realm().is_none());
        assert_eq!(challenge.unknown_parameters().count(), 0);
        // An empty key is a key of no bytes, and not the codec's business.
        assert_eq!(found("PrivateToken challenge=AAI=, token-key=\"\"").token_key().unwrap().decoded_len(), 0);
    }

    #[test]
    fn a_strange_max_age_loses_nothing() {
        let challenge = found("PrivateToken challenge=AAI=, max-age=\"-1\"");
        assert_eq!((challenge.max_age(), challenge.max_age_value().unwrap().raw()), (None, &b"-1"[..]));
        assert_eq!(found("PrivateToken challenge=AAI=, max-age=99999999999999999999").max_age(), Some(u64::MAX));
    }

    #[test]
    fn unknown_types_and_parameters_are_values() {
        let challenge = found("PrivateToken challenge=\"_v4=\", x=1, Y=\"2\", x=3, url=https://a/?b=c;d");
        assert_eq!(challenge.token_type(), TokenType(0xFEFE));
        let names: Vec<_> = challenge.unknown_parameters().map(|parameter| parameter.name()).collect();
        assert_eq!(names, [&b"x"[..], b"Y", b"x", b"url"]);
        assert_eq!(challenge.unknown_parameters().nth(3).unwrap().value().raw(), b"https://a/?b=c;d");
    }

    #[test]
    fn positions_count_over_lines() {
        let lines = ["Basic, PrivateToken challenge=AAI=", "", " , ", "  privatetoken challenge=AAE=, Digest"];
        let at = |index, line, offset| Position { index, line, offset };
        let positions: Vec<_> = challenges(lines)
            .map(|item| match item {
                Item::Challenge(challenge) => challenge.position(),
                Item::Skipped(skipped) => skipped.position,
            })
            .collect();
        assert_eq!(positions, [at(0, 0, 0), at(1, 0, 7), at(2, 3, 2), at(3, 3, 31)]);
        assert_eq!(challenges(lines).nth(2).unwrap().challenge().unwrap().scheme(), b"privatetoken");
    }

    #[test]
    fn lines_may_be_any_bytes() {
        let owned = [b"PrivateToken challenge=AAI=".to_vec(), b"Basic \xFF\x00".to_vec()];
        assert_eq!(challenges(&owned).count(), 2);
        let slices: [&[u8]; 1] = [b"PrivateToken challenge=AAI="];
        assert_eq!(challenges(slices.iter()).filter_map(Item::challenge).count(), 1);
        assert_eq!(challenges::<[&str; 0], str>([]).count(), 0);
    }

    #[test]
    fn debug_shows_no_value() {
        let shown = format!("{:?}", found("PrivateToken challenge=AAIs, token-key=\"AAIs\", realm=AAIs, AAIs=AAIs"));
        assert!(!shown.contains("AAIs") && !shown.contains("65, 65, 73"), "{shown}");
    }
}
