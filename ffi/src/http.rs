//! HTTP HEADERS
//!
//! The PrivateToken scheme of RFC 9577: an origin writes WWW-Authenticate and reads Authorization, a
//! client reads WWW-Authenticate and writes Authorization. Nothing is allocated. Reading copies
//! nothing: its views point into the field lines given.
//!
//! A header is read from all of its field lines, one span each, without the name and the colon. What
//! peers in the field write beyond the grammar is read too: base64 of either alphabet, with and
//! without padding and quotes, any case of names, unknown parameters. Other schemes, greased
//! challenges and what is malformed are passed over, and take nothing of what stands beside them
//! along.
//!
//!     pp_challenges challenges;
//!     pp_challenge_item item;
//!     pp_challenges_begin(&challenges, lines, count, NULL);
//!     while (pp_challenges_next(&challenges, &item, NULL) == PP_OK && item.kind != PP_ITEM_END) {
//!         if (item.kind == PP_ITEM_CHALLENGE) {
//!             pp_parameter_value_decode(buffer, sizeof buffer, &len, &item.challenge, NULL);
//!         }
//!     }

use core::ffi::{CStr, c_char};

use privacypass_core::http::{
    self, Base64Value, ChallengeParameters, Challenges, CredentialsParameters, GreasedChallenge, Item, ParameterValue,
    Position, Profile, SkipReason,
};
use privacypass_core::{Error, ErrorKind};

use crate::args::{self, Output, Slot};
use crate::bytes::pp_bytes;
use crate::guard::{Fault, Outcome, guard};
use crate::status::{pp_detail, pp_status};
use crate::token_type::PP_TOKEN_MAX_BYTES;
use crate::value::{self, Place, Value};

/// Write a value without quotes where that is legal, and quoted where it holds "=" or is no
/// token. The one to use.
pub const PP_PROFILE_AUTO: i32 = 0;
/// Quote every value, as the examples of RFC 9577 do. Refused by iOS 16 and macOS 13.
pub const PP_PROFILE_RFC: i32 = 1;
/// Quote no value, also where "=" makes that illegal: for iOS 16 and macOS 13. Refused by strict
/// readers.
pub const PP_PROFILE_UNQUOTED: i32 = 2;

/// A pp_challenge_item after the last one.
pub const PP_ITEM_END: i32 = 0;
/// A pp_challenge_item that is a challenge of the PrivateToken scheme.
pub const PP_ITEM_CHALLENGE: i32 = 1;
/// A pp_challenge_item that is no challenge to answer: pp_challenge_item.skip_reason says why.
pub const PP_ITEM_SKIPPED: i32 = 2;

/// Skipped: a challenge of another authentication scheme.
pub const PP_SKIP_OTHER_SCHEME: i32 = 1;
/// Skipped: its token type is reserved for greasing (RFC 9577 section 6.2.1).
pub const PP_SKIP_GREASED_TYPE: i32 = 2;
/// Skipped: it has no `challenge`.
pub const PP_SKIP_MISSING_CHALLENGE: i32 = 3;
/// Skipped: its `challenge` is no base64.
pub const PP_SKIP_BAD_CHALLENGE: i32 = 4;
/// Skipped: its `challenge` is too short to hold a token type.
pub const PP_SKIP_TOO_SHORT: i32 = 5;
/// Skipped: its `token-key` is no base64.
pub const PP_SKIP_BAD_TOKEN_KEY: i32 = 6;
/// Skipped: it gives a parameter of the scheme twice, so that two readers may see two
/// challenges.
pub const PP_SKIP_DUPLICATE_PARAMETER: i32 = 7;
/// Skipped: it breaks the grammar of RFC 9110.
pub const PP_SKIP_MALFORMED_SYNTAX: i32 = 8;

/// How many random bytes pp_www_authenticate_write_greased takes.
pub const PP_GREASE_RANDOM_BYTES: usize = 231;

const _: () = assert!(PP_GREASE_RANDOM_BYTES == GreasedChallenge::RANDOM_BYTES);

/// The value of a parameter as it stands in a header, without the quotes around it; absent: { NULL,
/// 0, 0 }.
///
/// pp_parameter_value_decode gives what it stands for when it is base64, pp_parameter_value_text
/// when it is text.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct pp_parameter_value {
    /// The first character; NULL if there is no such parameter.
    pub data: *const u8,
    /// How many characters; 0 for a value that is there and empty, too.
    pub len: usize,
    /// 1 if it stood in a quoted-string, where a backslash escapes the next character; else 0.
    pub quoted: i32,
}

/// Where a client is in the challenges of a header. It holds no secret, so it need not be wiped.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pp_challenges {
    /// Not for the caller.
    pub opaque: [u64; 16],
}

/// What stands at one place of WWW-Authenticate.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct pp_challenge_item {
    /// PP_ITEM_CHALLENGE, PP_ITEM_SKIPPED or PP_ITEM_END.
    pub kind: i32,
    /// Why it is skipped: one of PP_SKIP_, to which later versions may add; 0 for other kinds.
    pub skip_reason: i32,
    /// 1 if the token type could be read, as it always is with PP_ITEM_CHALLENGE; else 0.
    pub has_token_type: i32,
    /// The first two bytes of the challenge; it may be any type. 0 when has_token_type is.
    pub token_type: u16,
    /// The serialised TokenChallenge in base64. Absent, as are the others, unless this is a
    /// PP_ITEM_CHALLENGE.
    pub challenge: pp_parameter_value,
    /// The issuer's public key in base64, as the origin gave it; absent if it gave none.
    pub token_key: pp_parameter_value,
    /// The realm, as text; absent if there is none.
    pub realm: pp_parameter_value,
    /// 1 if the origin says for how long it accepts a token for this challenge; 0 if not, and if
    /// what it says is no number.
    pub has_max_age: i32,
    /// For how many seconds.
    pub max_age: u64,
    /// Which item of the header this is, of whatever scheme, counted from 0 over all field
    /// lines. 0 with PP_ITEM_END.
    pub index: usize,
    /// In which of the field lines given, counted from 0.
    pub line: usize,
    /// At which byte of the line it begins; of a skipped one that is malformed, which byte of
    /// the line does not fit.
    pub offset: usize,
}

/// One challenge to write. Zero the struct, then set what is there.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct pp_challenge_parameters {
    /// The serialised TokenChallenge.
    pub challenge: pp_bytes,
    /// The issuer's public key as published, or absent.
    pub token_key: pp_bytes,
    /// The realm, printable ASCII, or absent.
    pub realm: pp_bytes,
    /// 1 if max_age is to be written, else 0.
    pub has_max_age: i32,
    /// For how many seconds a token for this challenge is accepted.
    pub max_age: u64,
}

/// The token of Authorization. It is a credential: do not log it, nor the header.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct pp_credentials {
    /// 1 if the header holds a token; 0 if it holds no credentials, or those of other schemes
    /// only.
    pub present: i32,
    /// The first two bytes of the token; it may be any type.
    pub token_type: u16,
    /// The serialised Token in base64; absent when present is 0.
    pub token: pp_parameter_value,
    /// The extensions of a token with public metadata
    /// (draft-ietf-privacypass-auth-scheme-extensions), in base64. Absent if there are none, or none
    /// that can be read. The types of RFC 9578 have none: ignore them there.
    pub extensions: pp_parameter_value,
}

impl pp_parameter_value {
    const ABSENT: Self = Self { data: core::ptr::null(), len: 0, quoted: 0 };

    const fn lend(raw: &[u8], quoted: bool) -> Self {
        Self { data: raw.as_ptr(), len: raw.len(), quoted: quoted as i32 }
    }

    fn of_base64(value: Option<Base64Value<'_>>) -> Self {
        value.map_or(Self::ABSENT, |value| Self::lend(value.raw(), value.is_quoted()))
    }
}

impl pp_challenge_item {
    const END: Self = Self {
        kind: PP_ITEM_END,
        skip_reason: 0,
        has_token_type: 0,
        token_type: 0,
        challenge: pp_parameter_value::ABSENT,
        token_key: pp_parameter_value::ABSENT,
        realm: pp_parameter_value::ABSENT,
        has_max_age: 0,
        max_age: 0,
        index: 0,
        line: 0,
        offset: 0,
    };

    const fn at(position: Position) -> Self {
        Self { index: position.index, line: position.line, offset: position.offset, ..Self::END }
    }

    fn of(item: Item<'_>) -> Self {
        match item {
            Item::Challenge(challenge) => {
                let max_age = challenge.max_age();
                Self {
                    kind: PP_ITEM_CHALLENGE,
                    has_token_type: 1,
                    token_type: challenge.token_type().0,
                    challenge: pp_parameter_value::of_base64(Some(challenge.value())),
                    token_key: pp_parameter_value::of_base64(challenge.token_key()),
                    realm: challenge.realm().map_or(pp_parameter_value::ABSENT, |realm| {
                        pp_parameter_value::lend(realm.raw(), realm.is_quoted())
                    }),
                    has_max_age: max_age.is_some().into(),
                    max_age: max_age.unwrap_or(0),
                    ..Self::at(challenge.position())
                }
            }
            Item::Skipped(skipped) => Self {
                kind: PP_ITEM_SKIPPED,
                skip_reason: number_of(skipped.reason),
                has_token_type: skipped.token_type.is_some().into(),
                token_type: skipped.token_type.map_or(0, |token_type| token_type.0),
                ..Self::at(skipped.position)
            },
        }
    }
}

const SKIP_REASONS: &[(SkipReason, i32, &CStr)] = &[
    (SkipReason::OtherScheme, PP_SKIP_OTHER_SCHEME, c"other_scheme"),
    (SkipReason::GreasedType, PP_SKIP_GREASED_TYPE, c"greased_type"),
    (SkipReason::MissingChallenge, PP_SKIP_MISSING_CHALLENGE, c"missing_challenge"),
    (SkipReason::BadChallenge, PP_SKIP_BAD_CHALLENGE, c"bad_challenge"),
    (SkipReason::TooShort, PP_SKIP_TOO_SHORT, c"too_short"),
    (SkipReason::BadTokenKey, PP_SKIP_BAD_TOKEN_KEY, c"bad_token_key"),
    (SkipReason::DuplicateParameter, PP_SKIP_DUPLICATE_PARAMETER, c"duplicate_parameter"),
    (SkipReason::MalformedSyntax, PP_SKIP_MALFORMED_SYNTAX, c"malformed_syntax"),
];

fn number_of(reason: SkipReason) -> i32 {
    SKIP_REASONS.iter().find(|(known, ..)| *known == reason).map_or(0, |(_, number, _)| *number)
}

/// The field lines of C, as the core reads them.
#[derive(Clone)]
pub(crate) struct Lines<'a>(core::slice::Iter<'a, pp_bytes>);

impl<'a> Lines<'a> {
    /// Checks all lines, so that none fails while they are read.
    unsafe fn new(argument: u32, lines: *const pp_bytes, count: usize) -> Outcome<Self> {
        // SAFETY: the caller's promise.
        let lines = unsafe { args::array(argument, lines, count) }?;
        for (index, line) in lines.iter().enumerate() {
            // SAFETY: as above.
            unsafe { args::span(argument, line) }.map_err(|fault| fault.with_index(index))?;
        }
        Ok(Self(lines.iter()))
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        // SAFETY: checked in `new`; the caller promises that neither the spans nor their bytes have changed since.
        Some(unsafe { args::span(0, self.0.next()?) }.unwrap_or_default())
    }
}

// SAFETY: a `repr(C)` struct of words alone. The magic word is "PPchalls".
unsafe impl Value for pp_challenges {
    /// It borrows the caller's lines, whose lifetime C cannot tell.
    type Object = Challenges<'static, Lines<'static>>;
    const MAGIC: u64 = u64::from_be_bytes(*b"PPchalls");
}

/// The value that `argument` points to. An absent one is misuse: it stands for nothing, not for a value of no bytes.
unsafe fn parameter_value<'a>(argument: u32, value: *const pp_parameter_value) -> Outcome<ParameterValue<'a>> {
    // SAFETY: the caller's promise.
    let given = unsafe { args::reference(argument, value) }?;
    let raw = pp_bytes { data: given.data, len: given.len };
    // SAFETY: as above, for the characters.
    let raw = unsafe { args::optional_span(argument, &raw) }?;
    Ok(ParameterValue::from_raw(raw.ok_or(Fault::argument(argument))?, given.quoted != 0)?)
}

fn profile_of(number: i32) -> Outcome<Profile> {
    match number {
        PP_PROFILE_AUTO => Ok(Profile::Auto),
        PP_PROFILE_RFC => Ok(Profile::Rfc),
        PP_PROFILE_UNQUOTED => Ok(Profile::Unquoted),
        _ => Err(ErrorKind::Unsupported.into()),
    }
}

/// What is to be written of one challenge.
unsafe fn challenge_parameters<'a>(argument: u32, given: &pp_challenge_parameters) -> Outcome<ChallengeParameters<'a>> {
    // SAFETY: the caller's promise for each span.
    let (challenge, token_key, realm) = unsafe {
        (
            args::span(argument, &given.challenge)?,
            args::optional_span(argument, &given.token_key)?,
            args::optional_span(argument, &given.realm)?,
        )
    };
    let mut parameters = ChallengeParameters::new(challenge);
    if let Some(token_key) = token_key {
        parameters = parameters.with_token_key(token_key);
    }
    if let Some(realm) = realm {
        parameters = parameters.with_realm(args::text(argument, realm)?);
    }
    Ok(if given.has_max_age == 0 { parameters } else { parameters.with_max_age(given.max_age) })
}

/// What is to be written of all challenges: checked once, so that no conversion fails while it is written.
unsafe fn all_parameters<'a>(
    argument: u32,
    parameters: *const pp_challenge_parameters,
    count: usize,
) -> Outcome<impl ExactSizeIterator<Item = ChallengeParameters<'a>> + Clone> {
    // SAFETY: the caller's promise.
    let parameters = unsafe { args::array(argument, parameters, count) }?;
    for (index, one) in parameters.iter().enumerate() {
        // SAFETY: as above.
        unsafe { challenge_parameters(argument, one) }.map_err(|fault| fault.with_index(index))?;
    }
    // SAFETY: as above. A challenge of no bytes, which the core refuses, stands in for what cannot be.
    Ok(parameters
        .iter()
        .map(move |one| unsafe { challenge_parameters(argument, one) }.unwrap_or(ChallengeParameters::new(&[]))))
}

/// Begin to read the challenges of WWW-Authenticate.
///
/// The spans of `lines` and their bytes must stay as they are until the last pp_challenges_next, and
/// the bytes for as long as an item is used.
///
/// Returns: PP_OK, whatever the lines hold
/// Out:     challenges    where to go on; what it held is overwritten
/// In:      lines, count  the field lines, one span each
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_challenges_begin(
    challenges: *mut pp_challenges,
    lines: *const pp_bytes,
    count: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let place = Place::new(1, challenges)?;
        // After an error there is nothing to go on with.
        Slot::new(1, challenges)?.put(pp_challenges { opaque: [0; 16] });
        // SAFETY: the caller's promise, also for as long as the value is used.
        place.put(http::challenges(unsafe { Lines::new(2, lines, count) }?));
        Ok(())
    })
}

/// Give the next challenge, or what is skipped in its place.
///
/// Nothing of a challenge was checked beyond its spelling: decode it, call
/// pp_token_challenge_check_origin, and only then ask for a token.
///
/// Returns: PP_OK: also after the last item; `item` is then a PP_ITEM_END, however often it is asked
///          for
///          PP_ERR_MISUSE: pp_challenges_begin was not called
/// Out:     challenges  where to go on: behind this item from then on
///          item        a view of the lines
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_challenges_next(
    challenges: *mut pp_challenges,
    item: *mut pp_challenge_item,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Slot::new(2, item)?;
        // SAFETY: the caller's promise, also for the lines.
        let challenges = unsafe { value::get_mut(1, challenges) }?.ok_or(Fault::argument(1))?;
        out.put(challenges.next().map_or(pp_challenge_item::END, pp_challenge_item::of));
        Ok(())
    })
}

/// Give the name of a PP_SKIP_ number for logs: "greased_type". Names never change.
///
/// Returns: a static string; for any other number "unknown"
/// In:      skip_reason  any number
#[unsafe(no_mangle)]
pub extern "C" fn pp_skip_reason_name(skip_reason: i32) -> *const c_char {
    let known = SKIP_REASONS.iter().find(|(_, number, _)| *number == skip_reason);
    known.map_or(c"unknown", |(.., name)| *name).as_ptr()
}

/// Decode a value that is base64: a challenge, a token key, a token.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the value is absent
///          PP_ERR_MALFORMED: with the offset in the value: no base64; never for what this library
///          says is base64
///          PP_ERR_BUFFER_TOO_SMALL
/// Out:     out       the bytes; must not overlap the value
///          out_len   how many
/// In:      capacity  the size of out
///          value     as pp_challenges_next or pp_authorization_parse gave it
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_parameter_value_decode(
    out: *mut u8,
    capacity: usize,
    out_len: *mut usize,
    value: *const pp_parameter_value,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Output::new(1, out, capacity, out_len)?;
        // SAFETY: the caller's promise.
        let value = unsafe { parameter_value(4, value) }?.base64()?;
        out.fill(|buffer| value.decode(buffer).map(<[u8]>::len))
    })
}

/// Copy a value that is text, with its escapes resolved: a realm.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the value is absent
///          PP_ERR_MALFORMED: with the offset in the value: it holds what no value can; never for
///          what this library gave
///          PP_ERR_BUFFER_TOO_SMALL
/// Out:     out       the text, without a zero at its end; must not overlap the value. It comes from
///                    the peer, and may hold any bytes but control characters, of which the tab
///                    alone may stand there
///          out_len   how many bytes
/// In:      capacity  the size of out
///          value     as pp_challenges_next gave it
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_parameter_value_text(
    out: *mut u8,
    capacity: usize,
    out_len: *mut usize,
    value: *const pp_parameter_value,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Output::new(1, out, capacity, out_len)?;
        // SAFETY: the caller's promise.
        let value = unsafe { parameter_value(4, value) }?;
        out.fill(|buffer| {
            let needed = value.bytes().count();
            let room = buffer.get_mut(..needed).ok_or(Error::new(ErrorKind::BufferTooSmall).at(needed))?;
            for (slot, byte) in room.iter_mut().zip(value.bytes()) {
                *slot = byte;
            }
            Ok(needed)
        })
    })
}

/// Write the value of one WWW-Authenticate field that holds challenges; it goes with status 401.
///
/// The order is kept: one client in the field (Silk) reads only the last challenge of the first
/// field line.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: count is 0; with the index of the challenge: it is shorter than two
///          bytes, its realm is not printable ASCII, or is no token and so cannot go unquoted
///          PP_ERR_UNSUPPORTED: the profile is not known
///          PP_ERR_BUFFER_TOO_SMALL
/// Out:     out                the field value, without a zero at its end; must not overlap the
///                             parameters
///          out_len            its length
/// In:      capacity           the size of out
///          parameters, count  the challenges
///          profile            PP_PROFILE_AUTO, or another one
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_www_authenticate_write(
    out: *mut u8,
    capacity: usize,
    out_len: *mut usize,
    parameters: *const pp_challenge_parameters,
    count: usize,
    profile: i32,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Output::new(1, out, capacity, out_len)?;
        // SAFETY: the caller's promise.
        let parameters = unsafe { all_parameters(4, parameters, count) }?;
        let profile = profile_of(profile)?;
        out.fill(|buffer| http::write_challenges(parameters, profile, buffer)).map_err(|fault| fault.about(4))
    })
}

/// Write challenges as pp_www_authenticate_write does, and before the last of them one that is
/// greased: of a reserved type and arbitrary bytes, so that clients stay able to skip what they do
/// not know (RFC 9577 section 6.2.1).
///
/// Do so now and then, not in every response. What is written depends on the arguments alone: the
/// same random bytes give the same size.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: as pp_www_authenticate_write; the index counts the challenges given
///          PP_ERR_UNSUPPORTED: the profile is not known
///          PP_ERR_BUFFER_TOO_SMALL
/// Out:     out                the field value, without a zero at its end; must not overlap the
///                             inputs
///          out_len            its length
/// In:      capacity           the size of out
///          parameters, count  the challenges
///          profile            PP_PROFILE_AUTO, or another one
///          random             PP_GREASE_RANDOM_BYTES bytes, drawn anew for each response
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_www_authenticate_write_greased(
    out: *mut u8,
    capacity: usize,
    out_len: *mut usize,
    parameters: *const pp_challenge_parameters,
    count: usize,
    profile: i32,
    random: *const u8,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Output::new(1, out, capacity, out_len)?;
        // SAFETY: the caller's promise.
        let (parameters, random) = unsafe { (all_parameters(4, parameters, count)?, args::fixed(7, random)?) };
        let profile = profile_of(profile)?;
        // A fault of theirs is found without the greased one, so that its index is theirs.
        http::challenges_len(parameters.clone(), profile).map_err(|error| Fault::from(error).about(4))?;
        let greased = GreasedChallenge::from_random(random);
        out.fill(|buffer| http::write_challenges(greased.among(parameters), profile, buffer))
    })
}

/// Read the token of Authorization. Nothing is verified: that is what pp_origin_verify is for.
///
/// Decode it into PP_TOKEN_MAX_BYTES bytes. If it does not fit there (PP_ERR_BUFFER_TOO_SMALL), no
/// key can verify it: that is a token to refuse with a 401, and not a failure of the origin, for
/// which pp_origin_http_status would take it.
///
/// Returns: PP_OK: also when there is no token; pp_credentials.present says so
///          PP_ERR_MALFORMED: with the offset, and the field line as index: PrivateToken credentials
///          break the grammar, have no token or two, or one that is no base64 or shorter than two
///          bytes; or there are two of them
/// Out:     credentials   a view of the lines
/// In:      lines, count  the field lines, one span each
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_authorization_parse(
    credentials: *mut pp_credentials,
    lines: *const pp_bytes,
    count: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Slot::new(1, credentials)?;
        // SAFETY: the caller's promise.
        let found = http::authorization(unsafe { Lines::new(2, lines, count) }?)?;
        out.put(pp_credentials {
            present: found.is_some().into(),
            token_type: found.map_or(0, |found| found.token_type().0),
            token: pp_parameter_value::of_base64(found.map(|found| found.token())),
            extensions: pp_parameter_value::of_base64(found.and_then(|found| found.extensions().ok().flatten())),
        });
        Ok(())
    })
}

/// Read the token of Authorization, decoded: what pp_authorization_parse and
/// pp_parameter_value_decode do together.
///
/// With a buffer of PP_TOKEN_MAX_BYTES, no header gives PP_ERR_BUFFER_TOO_SMALL: what is longer than
/// any token this version verifies gets the answer that pp_origin_verify has for it.
///
/// Returns: PP_OK: also when there is no token; token_len is then 0
///          PP_ERR_MALFORMED: as for pp_authorization_parse, with the offset, and the field line as
///          index; or it is longer than PP_TOKEN_MAX_BYTES and of a type this build implements
///          PP_ERR_UNSUPPORTED: it is longer than that, and of another type
///          PP_ERR_BUFFER_TOO_SMALL
/// Out:     token         the Token; must not overlap the lines
///          token_len     its length; 0 when there is none
/// In:      capacity      the size of token
///          lines, count  the field lines, one span each
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_authorization_token(
    token: *mut u8,
    capacity: usize,
    token_len: *mut usize,
    lines: *const pp_bytes,
    count: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Output::new(1, token, capacity, token_len)?;
        // SAFETY: the caller's promise.
        let Some(found) = http::authorization(unsafe { Lines::new(4, lines, count) }?)? else { return Ok(()) };
        if found.token().decoded_len() > PP_TOKEN_MAX_BYTES {
            let known = found.token_type().is_supported();
            return Err(if known { ErrorKind::Malformed } else { ErrorKind::Unsupported }.into());
        }
        out.fill(|buffer| found.token().decode(buffer).map(<[u8]>::len))
    })
}

/// Write the value of the Authorization field that presents a token.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the token is shorter than two bytes
///          PP_ERR_UNSUPPORTED: the profile is not known
///          PP_ERR_BUFFER_TOO_SMALL
/// Out:     out               the field value, without a zero at its end; must not overlap the token
///          out_len           its length
/// In:      capacity          the size of out
///          token, token_len  the serialised Token
///          profile           PP_PROFILE_AUTO, or another one
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_authorization_write(
    out: *mut u8,
    capacity: usize,
    out_len: *mut usize,
    token: *const u8,
    token_len: usize,
    profile: i32,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Output::new(1, out, capacity, out_len)?;
        // SAFETY: the caller's promise.
        let credentials = CredentialsParameters::new(unsafe { args::bytes(4, token, token_len) }?);
        let profile = profile_of(profile)?;
        out.fill(|buffer| credentials.write_to(profile, buffer)).map_err(|fault| fault.about(4))
    })
}
