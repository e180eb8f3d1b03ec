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
/// Read beyond the grammar, because real origins send it: unquoted values with "=" or "/", values without padding or in
/// the standard alphabet, quotes that are part of a value, a tab after the scheme name, duplicates of parameters that
/// nobody reads, and a `max-age` that is no number, which counts as absent. A challenge does not continue on the next
/// field line.
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
