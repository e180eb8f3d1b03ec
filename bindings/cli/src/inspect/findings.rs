//! What is wrong with a value, and which real client refuses it.
//!
//! Each function looks at one thing. What clients do was observed on running software.

use privacypass_core::TokenType;
use privacypass_core::crypto::rsa::{PublicKey2048, spki};
use privacypass_core::http::{self, Alphabet, Base64Value, Item, Padding, SkipReason};
use privacypass_core::issuer::TokenKey;
use privacypass_core::wire::{CONTEXT_BYTES, Reader, TokenChallengeRef, TokenRef, TokenRequestRef};
use serde::Serialize;

use crate::output::printable;

/// One thing to know about the value.
#[derive(Serialize)]
pub(crate) struct Finding {
    pub(crate) severity: Severity,
    /// Who is concerned: one of the constants of this module.
    pub(crate) client: &'static str,
    /// A name for machines; it never changes.
    pub(crate) code: &'static str,
    /// The field, as a path into the JSON; null for the whole value.
    pub(crate) at: Option<String>,
    pub(crate) text: String,
}

/// How bad it is for that client.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// The client refuses it.
    Error,
    /// The client may refuse it, or somebody may come to harm.
    Warning,
    /// Good to know.
    Info,
}

/// A strict reader of RFC 9110, 9577 and 9578.
pub(crate) const RFC: &str = "rfc";
/// Every version of Apple's Private Access Tokens.
pub(crate) const APPLE: &str = "apple";
/// iOS 16 and macOS 13, which cannot be told from later versions.
pub(crate) const APPLE_16: &str = "apple-ios16";
/// Apple's Live Caller ID Lookup.
pub(crate) const APPLE_CALLER_ID: &str = "apple-live-caller-id";
/// The Silk browser extension.
pub(crate) const SILK: &str = "silk";
/// cloudflare/privacypass-ts.
pub(crate) const PRIVACYPASS_TS: &str = "privacypass-ts";
/// The Rust crate `privacypass`.
pub(crate) const PRIVACYPASS_RS: &str = "privacypass-rs";
/// Peers that decode a key and encode it again before they hash it.
pub(crate) const RE_ENCODERS: &str = "re-encoding-peers";

/// The findings so far.
#[derive(Default)]
pub(crate) struct Findings {
    list: Vec<Finding>,
}

impl Findings {
    pub(crate) fn error(&mut self, client: &'static str, code: &'static str, at: &str, text: impl Into<String>) {
        self.push(Severity::Error, client, code, at, text.into());
    }

    pub(crate) fn warning(&mut self, client: &'static str, code: &'static str, at: &str, text: impl Into<String>) {
        self.push(Severity::Warning, client, code, at, text.into());
    }

    pub(crate) fn info(&mut self, client: &'static str, code: &'static str, at: &str, text: impl Into<String>) {
        self.push(Severity::Info, client, code, at, text.into());
    }

    fn push(&mut self, severity: Severity, client: &'static str, code: &'static str, at: &str, text: String) {
        let at = (!at.is_empty()).then(|| at.to_owned());
        self.list.push(Finding { severity, client, code, at, text });
    }

    /// The findings, the worst first, otherwise in the order they were made.
    pub(crate) fn into_sorted(mut self) -> Vec<Finding> {
        self.list.sort_by_key(|finding| finding.severity);
        self.list
    }
}

/// Looks at all of a `WWW-Authenticate` header: what stands in it, and in which order.
pub(crate) fn header(out: &mut Findings, items: &[Item<'_>], host: Option<&str>) {
    let challenges: Vec<http::Challenge<'_>> = items.iter().filter_map(|item| item.challenge()).collect();
    if challenges.is_empty() {
        out.warning(RFC, "no-challenge", "", "there is no PrivateToken challenge that a client could answer");
    }
    for skipped in items.iter().filter_map(|item| item.skipped()) {
        skip(out, skipped);
    }
    let mut number = 0_usize;
    for item in items {
        if let Item::Challenge(found) = item {
            challenge(out, found, &format!("challenges[{number}]"), host);
            number += 1;
        }
    }
    if !challenges.is_empty() && challenges.iter().all(|found| found.token_type() != TokenType::BLIND_RSA_2048) {
        out.error(APPLE, "no-type-2", "", "answers type 0x0002 only, and no challenge here is of that type");
    }
    silk_order(out, items);
}

/// Silk takes the last `PrivateToken` of the first field line, whatever it is.
fn silk_order(out: &mut Findings, items: &[Item<'_>]) {
    let place = |item: &Item<'_>| match item {
        Item::Challenge(found) => Some((found.position().line, Some(found.token_type()))),
        Item::Skipped(skipped) if skipped.reason != SkipReason::OtherScheme => {
            Some((skipped.position.line, skipped.token_type))
        }
        Item::Skipped(_) => None,
    };
    let ours: Vec<_> = items.iter().filter_map(place).collect();
    if ours.iter().any(|(line, _)| *line > 0) {
        out.warning(SILK, "several-lines", "", "reads only the first WWW-Authenticate field; the others are not seen");
    }
    let mut first_line = ours.iter().filter(|(line, _)| *line == 0);
    let Some((_, taken)) = first_line.next_back() else {
        if !ours.is_empty() {
            out.error(SILK, "first-line", "", "finds no challenge, because the first field has none");
        }
        return;
    };
    let before = first_line.count();
    match taken {
        Some(TokenType::BLIND_RSA_2048) if before == 0 => {}
        Some(TokenType::BLIND_RSA_2048) => {
            out.info(
                SILK,
                "last-challenge",
                "",
                "sees only the last challenge of the first field, which it can answer",
            );
        }
        Some(other) if before == 0 => {
            out.error(SILK, "type", "", format!("answers type 0x0002 only, and this is {other}"));
        }
        Some(other) => out.error(
            SILK,
            "last-challenge",
            "",
            format!("sees only the last challenge, which is {other}, and answers type 0x0002 only: put that last"),
        ),
        None => out.error(SILK, "last-challenge", "", "sees only the last challenge, which cannot be read"),
    }
}

/// What a skipped item means for whom.
fn skip(out: &mut Findings, skipped: http::Skipped) {
    let at = format!("line {}, byte {}", skipped.position.line, skipped.position.offset);
    let text = match skipped.reason {
        SkipReason::OtherScheme => {
            return out.error(
                PRIVACYPASS_RS,
                "other-scheme",
                "",
                format!("discards the whole header because of the challenge of another scheme ({at})"),
            );
        }
        SkipReason::GreasedType => {
            out.info(RFC, "greased", "", format!("a greased challenge to skip ({at})"));
            for client in [PRIVACYPASS_TS, PRIVACYPASS_RS] {
                out.error(client, "greased", "", format!("fails on greased challenges ({at})"));
            }
            return;
        }
        SkipReason::MissingChallenge => "it has no `challenge` parameter",
        SkipReason::BadChallenge => "its `challenge` is no base64url",
        SkipReason::TooShort => "its `challenge` is shorter than a token type",
        SkipReason::BadTokenKey => "its `token-key` is no base64url",
        SkipReason::DuplicateParameter => "it gives a parameter twice, so that two readers may see two challenges",
        SkipReason::MalformedSyntax => "it breaks the grammar of RFC 9110",
        _ => "it cannot be read",
    };
    out.error(RFC, "skipped", "", format!("a challenge is skipped: {text} ({at})"));
}

/// Looks at one challenge of a header.
fn challenge(out: &mut Findings, found: &http::Challenge<'_>, at: &str, host: Option<&str>) {
    scheme(out, found.scheme(), at);
    let at_challenge = format!("{at}.challenge");
    let at_key = format!("{at}.token_key");
    spelling(out, &found.value(), &at_challenge);

    let mut quoted: Vec<String> = Vec::new();
    let mut note = |name: &str, is_quoted: bool| {
        if is_quoted {
            quoted.push(printable(name));
        }
    };
    note("challenge", found.value().is_quoted());
    note("token-key", found.token_key().is_some_and(|key| key.is_quoted()));
    note("max-age", found.max_age_value().is_some_and(|value| value.is_quoted()));
    for parameter in found.unknown_parameters() {
        note(&String::from_utf8_lossy(parameter.name()), parameter.value().is_quoted());
    }
    if !quoted.is_empty() {
        let names = quoted.join(", ");
        out.error(APPLE_16, "quoted", at, format!("does not accept quoted parameters: {names}"));
        out.error(PRIVACYPASS_RS, "quoted", at, format!("discards the header because of quoted parameters: {names}"));
    }
    if let Some(parameter) = found.unknown_parameters().next() {
        let name = printable(&String::from_utf8_lossy(parameter.name()));
        let text = format!("discards the whole header because of the unknown parameter {name}");
        out.error(PRIVACYPASS_RS, "unknown-parameter", at, text);
    }
    if !found.token_type().is_supported() {
        let text = format!("discards the whole header because of the unknown type {}", found.token_type());
        out.error(PRIVACYPASS_RS, "unknown-type", at, text);
        let name = found.token_type().name();
        out.warning(RFC, "unknown-type", at, format!("clients of RFC 9578 skip this type ({name})"));
    }

    match found.token_key() {
        Some(key) => {
            spelling(out, &key, &at_key);
            if key.padding() == Padding::Missing || !is_rfc_alphabet(key.alphabet()) || key.has_literal_quotes() {
                let text = "compares the key as a string with the padded base64url of the attester's list: not equal";
                out.error(SILK, "token-key-string", &at_key, text);
            }
            token_key(out, found.token_type(), &key.decode_to_vec(), &at_key);
        }
        None => {
            let text = "the client takes the key from the issuer's directory, which costs it a request";
            out.info(RFC, "token-key-missing", at, text);
            out.error(
                PRIVACYPASS_RS,
                "token-key-missing",
                at,
                "discards the whole header because there is no token-key",
            );
            out.warning(SILK, "token-key-missing", at, "looks for an attester by the challenge's token-key");
        }
    }
    match (found.max_age_value(), found.max_age()) {
        (Some(_), None) => out.warning(RFC, "max-age", at, "max-age is no number of seconds, and counts as absent"),
        (_, Some(0)) => out.warning(RFC, "max-age", at, "max-age is 0: the challenge is over when it arrives"),
        _ => {}
    }
    challenge_body(out, &found.value().decode_to_vec(), at, host);
}

/// Looks at the scheme's name.
fn scheme(out: &mut Findings, scheme: &[u8], at: &str) {
    if scheme != http::SCHEME.as_bytes() {
        let shown = printable(&String::from_utf8_lossy(scheme));
        out.error(SILK, "scheme-case", at, format!("the scheme must be exactly PrivateToken, and is {shown}"));
        if scheme.iter().all(u8::is_ascii_lowercase) {
            out.error(PRIVACYPASS_TS, "scheme-case", at, "fails on a lower-case scheme");
        }
    }
}

const fn is_rfc_alphabet(alphabet: Alphabet) -> bool {
    matches!(alphabet, Alphabet::Common | Alphabet::Url)
}

/// Looks at how a base64 value of a header was written.
fn spelling(out: &mut Findings, value: &Base64Value<'_>, at: &str) {
    bare_spelling(out, value, at);
    if value.padding() == Padding::Missing {
        out.error(APPLE, "padding-missing", at, "requires the padding");
        out.error(SILK, "padding-missing", at, "requires the padding");
        out.error(PRIVACYPASS_TS, "padding-missing", at, "refuses a value without padding");
    }
    if value.padding() == Padding::Present && !value.is_quoted() {
        let text = "a value with \"=\" must be quoted (RFC 9110 section 11.2): strict readers refuse it";
        out.error(RFC, "unquoted-equals", at, text);
    }
}

/// Looks at how a base64 value was written, wherever it stands.
pub(crate) fn bare_spelling(out: &mut Findings, value: &Base64Value<'_>, at: &str) {
    if value.padding() == Padding::Missing {
        out.error(RFC, "padding-missing", at, "base64url comes with padding (RFC 9577 section 2), and it is missing");
    }
    if !is_rfc_alphabet(value.alphabet()) {
        let text = "has \"+\" or \"/\" of standard base64, where base64url has \"-\" and \"_\"";
        out.error(RFC, "standard-alphabet", at, text);
    }
    if value.has_literal_quotes() {
        out.error(RFC, "literal-quotes", at, "the value holds quotes of its own: it was quoted twice");
    }
}

/// Looks at the bytes of a challenge.
pub(crate) fn challenge_body(out: &mut Findings, bytes: &[u8], at: &str, host: Option<&str>) {
    let body = match TokenChallengeRef::parse(bytes) {
        Ok(body) => body,
        Err(error) => return malformed_challenge(out, bytes, at, error.offset().unwrap_or(0)),
    };
    for name in core::iter::once(body.issuer_name()).chain(body.origins()) {
        if name.contains(['/', '@', '?', '#']) {
            let text = format!("{name:?} is no host[:port] (RFC 9577 section 2.1.1)");
            out.error(RFC, "name", at, text);
        }
    }
    match (body.origin_info().is_empty(), body.redemption_context().is_empty()) {
        (true, true) => out.warning(
            RFC,
            "replayable",
            at,
            "no origin and no redemption context: a token can be replayed at every origin that asks this issuer",
        ),
        (true, false) => {
            out.info(RFC, "cross-origin", at, "no origin: the context alone says where the token is good");
        }
        (false, true) => {
            out.info(
                RFC,
                "no-context",
                at,
                "no redemption context: clients may keep tokens for as long as the key lives",
            );
        }
        (false, false) => {}
    }
    if let Some(host) = host
        && !body.names_origin(host)
    {
        let text = format!("origin_info does not name {}: clients must ignore the challenge", printable(host));
        out.error(RFC, "host-mismatch", at, text);
        out.error(APPLE, "host-mismatch", at, "origin_info must match the Host of the request");
    }
}

/// Says which field makes a challenge unreadable.
fn malformed_challenge(out: &mut Findings, bytes: &[u8], at: &str, offset: usize) {
    let mut reader = Reader::new(bytes);
    let context = reader.u16().and_then(|_| reader.opaque16()).and_then(|_| reader.opaque8());
    if let Ok(context) = context {
        if !matches!(context.len(), 0 | CONTEXT_BYTES) {
            let text = format!("the redemption context has {} bytes, and may have 0 or 32: ignored", context.len());
            return out.error(RFC, "context-length", at, text);
        }
        if reader.opaque16().is_ok() && reader.clone().finish().is_err() {
            let text =
                format!("{} bytes follow the challenge: some readers overlook them", bytes.len() - reader.offset());
            return out.error(RFC, "trailing-bytes", at, text);
        }
    }
    let text = format!("the challenge makes no sense at byte {offset} of {}: clients ignore it", bytes.len());
    out.error(RFC, "malformed-challenge", at, text);
}

/// Looks at an issuer's public key.
pub(crate) fn token_key(out: &mut Findings, token_type: TokenType, bytes: &[u8], at: &str) {
    match token_type {
        TokenType::VOPRF_P384 if bytes.len() != 49 => {
            let text = format!("a key of type 0x0001 is a compressed point of 49 bytes, and this has {}", bytes.len());
            out.error(RFC, "token-key-size", at, text);
        }
        TokenType::VOPRF_P384 if TokenKey::from_bytes(token_type, bytes).is_err() => {
            out.error(RFC, "token-key-invalid", at, "the 49 bytes are no compressed point of P-384");
        }
        // Every RSA type publishes the same structure.
        TokenType::BLIND_RSA_2048 | TokenType(0x0003 | 0x0004 | 0xDA7A) => rsa_key(out, bytes, at),
        _ => {}
    }
}

fn rsa_key(out: &mut Findings, bytes: &[u8], at: &str) {
    let parsed = match spki::parse(bytes) {
        Ok(parsed) => parsed,
        Err(error) => {
            let text = format!(
                "the key is no RSASSA-PSS SubjectPublicKeyInfo of RFC 9578 section 6.5 (byte {} of {})",
                error.offset().unwrap_or(0),
                bytes.len()
            );
            return out.error(RFC, "token-key-invalid", at, text);
        }
    };
    match parsed.form {
        spki::Form::NullParameters => {
            let text = "the hash identifiers carry NULL parameters (346 bytes in place of 342)";
            out.error(RFC, "spki-null-parameters", at, format!("{text}: not the bytes of RFC 9578 section 6.5"));
            out.error(APPLE_CALLER_ID, "spki-null-parameters", at, format!("compares the parameters strictly: {text}"));
            let text = "compute another key id, because they encode the key without the NULL parameters before hashing";
            out.error(RE_ENCODERS, "spki-null-parameters", at, text);
        }
        spki::Form::RsaEncryption => {
            let text = "the algorithm is rsaEncryption, as before RFC 9578, which asks for id-RSASSA-PSS";
            out.error(RFC, "spki-rsa-encryption", at, text);
        }
        _ => {}
    }
    let bits = parsed.modulus.len() * 8 - parsed.modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
    if bits != 2048 {
        out.error(RFC, "token-key-size", at, format!("the modulus has {bits} bits, and must have 2048"));
    } else if PublicKey2048::from_components(parsed.modulus, parsed.exponent).is_err() {
        out.error(RFC, "token-key-invalid", at, "modulus or exponent cannot be those of an RSA key");
    } else if parsed.exponent != [1, 0, 1] {
        out.warning(RFC, "exponent", at, "the exponent is not 65537, which some peers take for granted");
    }
}

/// Looks at a token.
pub(crate) fn token(out: &mut Findings, token: &TokenRef<'_>, at: &str) {
    if token.token_type().is_grease() {
        out.error(RFC, "greased", at, "the type is reserved for greasing: no issuer makes such tokens");
    } else if !token.token_type().is_supported() {
        let text = format!("{} is not of RFC 9578: its authenticator was not looked into", token.token_type().name());
        out.warning(RFC, "unknown-type", at, text);
    }
    if token.nonce() == &[0; 32] {
        out.warning(RFC, "nonce", at, "the nonce is all zero: it was not drawn at random");
    }
}

/// Looks at the credentials of `Authorization`.
pub(crate) fn credentials(out: &mut Findings, found: &http::Credentials<'_>) {
    scheme(out, found.scheme(), "");
    let value = found.token();
    bare_spelling(out, &value, "token");
    if value.padding() == Padding::Missing {
        out.error(PRIVACYPASS_TS, "padding-missing", "token", "refuses a value without padding");
        out.error(APPLE_CALLER_ID, "padding-missing", "token", "requires the padding");
    }
    if value.padding() == Padding::Present && !value.is_quoted() {
        let text = "a value with \"=\" must be quoted (RFC 9110 section 11.2): strict readers refuse it";
        out.error(RFC, "unquoted-equals", "token", text);
    }
    if value.is_quoted() {
        out.error(APPLE_CALLER_ID, "quoted", "token", "accepts only an unquoted token");
        out.error(PRIVACYPASS_RS, "quoted", "token", "does not accept quoted parameters");
    }
}

/// Looks at a token request.
pub(crate) fn request(out: &mut Findings, request: &TokenRequestRef<'_>, at: &str) {
    match request.token_type() {
        TokenType::VOPRF_P384 => {
            // A blinded element and a public key have the same encoding, and the same rules.
            if TokenKey::from_bytes(TokenType::VOPRF_P384, request.blinded_msg()).is_err() {
                out.error(
                    RFC,
                    "blinded-msg",
                    at,
                    "the blinded message is no compressed point of P-384: issuers answer 422",
                );
            }
        }
        TokenType::BLIND_RSA_2048 => {
            if request.blinded_msg().iter().all(|byte| *byte == 0) {
                out.error(RFC, "blinded-msg", at, "the blinded message is 0: issuers refuse it");
            }
        }
        other => out.warning(RFC, "unknown-type", at, format!("{} is not of RFC 9578", other.name())),
    }
}
