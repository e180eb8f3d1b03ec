//! Finds out what a value is.

use privacypass_core::TokenType;
use privacypass_core::http::{self, Alphabet, Base64Value, Item, Padding};
use privacypass_core::wire::{TokenChallengeRef, TokenRef, TokenRequestRef};
use serde_json::Value;

use super::directory;
use super::findings::{self, Findings};
use super::report::{Body, Challenge, Encoding, Key, Kind, Report, Request, Response, Skipped, Token};
use crate::output::{Failure, Outcome};

/// What the user said beside the value.
pub(super) struct Context<'a> {
    pub(super) host: Option<&'a str>,
    /// Unix seconds.
    pub(super) now: u64,
}

/// Recognises a value and describes it.
pub(super) fn report(input: &[u8], context: &Context<'_>) -> Outcome<Report> {
    let text = match core::str::from_utf8(input) {
        // A challenge of ASCII names is UTF-8 too, but no text holds a NUL.
        Ok(text) if !text.contains('\0') => text,
        _ => return from_bytes(input, Encoding::Binary, context).ok_or_else(|| unrecognised(input)),
    };
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::new("there is nothing to inspect", "give a value, or `-` and something on stdin"));
    }
    if text.starts_with('{') {
        return json(text, context);
    }
    if let Some((header, values)) = header_lines(text) {
        return Ok(match header {
            Header::WwwAuthenticate => challenges(&values, context),
            Header::Authorization => authorization(&values),
        });
    }
    if has_scheme(text) {
        return Ok(bare_header(text, context));
    }
    if text.starts_with("-----BEGIN ") {
        return pem(text, context);
    }
    if let Some(failure) = something_else(text) {
        return Err(failure);
    }
    // Pasted values come with the line breaks of a terminal or a document.
    let joined: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    encoded(&joined, context)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Header {
    WwwAuthenticate,
    Authorization,
}

/// The field values of the header lines in `text`, which may be a whole response as curl prints it.
fn header_lines(text: &str) -> Option<(Header, Vec<String>)> {
    let mut found: Option<Header> = None;
    let mut values: Vec<String> = Vec::new();
    // Whether the line before was one of ours, which a line that begins with white space continues.
    let mut open = false;
    for line in text.lines() {
        if open && line.starts_with([' ', '\t']) {
            if let Some(last) = values.last_mut() {
                last.push(' ');
                last.push_str(line.trim());
            }
            continue;
        }
        open = false;
        let Some((name, value)) = line.split_once(':') else { continue };
        // `curl -v` marks the direction.
        let name = name.trim_start_matches(['<', '>', ' ']);
        let header = if name.eq_ignore_ascii_case("www-authenticate") {
            Header::WwwAuthenticate
        } else if name.eq_ignore_ascii_case("authorization") {
            Header::Authorization
        } else {
            continue;
        };
        if *found.get_or_insert(header) == header {
            values.push(value.trim().to_owned());
            open = true;
        }
    }
    found.map(|header| (header, values))
}

fn has_scheme(text: &str) -> bool {
    let scheme = http::SCHEME.as_bytes();
    text.as_bytes().windows(scheme.len()).any(|window| window.eq_ignore_ascii_case(scheme))
}

/// A field value without the header's name.
fn bare_header(text: &str, context: &Context<'_>) -> Report {
    let value = [text.split_whitespace().collect::<Vec<_>>().join(" ")];
    let is_challenge = http::challenges(&value).any(|item| match item {
        Item::Challenge(_) => true,
        Item::Skipped(skipped) => skipped.token_type.is_some(),
    });
    let has_credentials = !matches!(http::authorization(&value), Ok(None));
    let says_challenge = text.to_ascii_lowercase().contains("challenge");
    if !is_challenge && has_credentials && !says_challenge {
        authorization(&value)
    } else {
        challenges(&value, context)
    }
}

fn challenges(values: &[String], context: &Context<'_>) -> Report {
    let items: Vec<Item<'_>> = http::challenges(values).collect();
    let mut out = Findings::default();
    findings::header(&mut out, &items, context.host);
    let describe = |found: http::Challenge<'_>| {
        Challenge::read(found.token_type(), &found.value().decode_to_vec()).with_parameters(&found)
    };
    let body = Body::Header {
        challenges: items.iter().filter_map(|item| item.challenge()).map(describe).collect(),
        skipped: items.iter().filter_map(|item| item.skipped()).map(Skipped::from).collect(),
    };
    Report { kind: Kind::WwwAuthenticate, encoding: None, body, findings: out.into_sorted() }
}

fn authorization(values: &[String]) -> Report {
    let mut out = Findings::default();
    let mut token = None;
    match http::authorization(values) {
        Ok(Some(found)) => {
            findings::credentials(&mut out, &found);
            let bytes = found.token().decode_to_vec();
            match TokenRef::parse(&bytes) {
                Ok(parsed) => {
                    findings::token(&mut out, &parsed, "token");
                    token = Some(Token::from(&parsed));
                }
                Err(_) => out.error(findings::RFC, "malformed-token", "token", no_token(&bytes)),
            }
        }
        Ok(None) => out.warning(findings::RFC, "no-token", "", "there are no PrivateToken credentials"),
        Err(error) => {
            let text = format!(
                "the credentials make no sense at byte {}: one PrivateToken with one `token` in base64url is wanted",
                error.offset().unwrap_or(0)
            );
            out.error(findings::RFC, "malformed-credentials", "", text);
        }
    }
    let body = Body::Token { token };
    Report { kind: Kind::Authorization, encoding: None, body, findings: out.into_sorted() }
}

fn json(text: &str, context: &Context<'_>) -> Outcome<Report> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| Failure::new(format!("this is no JSON: {error}"), "check that the document is complete"))?;
    let mut out = Findings::default();
    let Some((kind, body)) = directory::read(&value, context.now, &mut out) else {
        return Err(Failure::new(
            "this JSON is neither an issuer directory nor an attester's list",
            "a directory has `issuer-request-uri` and `token-keys`; a list has issuer names, each with `token-keys`",
        ));
    };
    Ok(Report { kind, encoding: None, body, findings: out.into_sorted() })
}

fn pem(text: &str, context: &Context<'_>) -> Outcome<Report> {
    let label = text.trim_start_matches("-----BEGIN ").split("-----").next().unwrap_or_default();
    if label.contains("PRIVATE KEY") {
        let mut out = Findings::default();
        let text = "this is a private key: nothing of it is shown. Keep it from shells, logs and chats";
        out.warning(findings::RFC, "private-key", "", text);
        let (kind, encoding) = (Kind::PrivateKey, Some(Encoding::Pem));
        return Ok(Report { kind, encoding, body: Body::Nothing {}, findings: out.into_sorted() });
    }
    let inner: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
    let bytes = Base64Value::parse(inner.trim().as_bytes())
        .map_err(|_| Failure::new("the PEM block holds no base64", "paste the whole block"))?
        .decode_to_vec();
    from_bytes(&bytes, Encoding::Pem, context).ok_or_else(|| unrecognised(&bytes))
}

/// A value in hex or base64. Hex first: few random bytes have a hex form that is base64 of something of ours.
fn encoded(text: &str, context: &Context<'_>) -> Outcome<Report> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let from_hex = hex::decode(digits).ok().filter(|bytes| !bytes.is_empty());
    if let Some(report) = from_hex.as_deref().and_then(|bytes| from_bytes(bytes, Encoding::Hex, context)) {
        return Ok(report);
    }
    let unquoted = text.trim_matches(['"', '\'']);
    match Base64Value::parse(unquoted.as_bytes()) {
        Ok(value) => {
            let standard = matches!(value.alphabet(), Alphabet::Standard | Alphabet::Mixed);
            let encoding = if standard { Encoding::Base64 } else { Encoding::Base64url };
            let bytes = value.decode_to_vec();
            let mut report = from_bytes(&bytes, encoding, context)
                .ok_or_else(|| unrecognised(from_hex.as_deref().unwrap_or(&bytes)))?;
            let mut out = Findings::default();
            findings::bare_spelling(&mut out, &value, "");
            if value.padding() == Padding::Missing {
                let text = "refuses a value without padding";
                out.error(findings::PRIVACYPASS_TS, "padding-missing", "", text);
            }
            report.findings.splice(0..0, out.into_sorted());
            Ok(report)
        }
        Err(_) if from_hex.is_some() => Err(unrecognised(from_hex.as_deref().unwrap_or_default())),
        Err(error) => Err(Failure::new(
            format!("this is no header, no JSON, no hex and no base64 (at character {})", error.offset().unwrap_or(0)),
            "paste the whole value; `privacypass inspect --help` lists what can be read",
        )),
    }
}

/// Recognises a message by its first bytes and its length.
fn from_bytes(bytes: &[u8], encoding: Encoding, context: &Context<'_>) -> Option<Report> {
    let mut out = Findings::default();
    let (kind, body) = key(bytes, &mut out)
        .or_else(|| challenge(bytes, context, &mut out))
        .or_else(|| token(bytes, &mut out))
        .or_else(|| request(bytes, &mut out))
        .or_else(|| response(bytes))?;
    Some(Report { kind, encoding: Some(encoding), body, findings: out.into_sorted() })
}

fn key(bytes: &[u8], out: &mut Findings) -> Option<(Kind, Body)> {
    let token_type = match bytes {
        // A SEQUENCE with a two-byte length that is exactly what follows.
        [0x30, 0x82, high, low, rest @ ..] if usize::from(u16::from_be_bytes([*high, *low])) == rest.len() => {
            TokenType::BLIND_RSA_2048
        }
        [2 | 3, ..] if bytes.len() == 49 => TokenType::VOPRF_P384,
        _ => return None,
    };
    findings::token_key(out, token_type, bytes, "token_key");
    Some((Kind::TokenKey, Body::Key { token_key: Key::read(token_type, bytes, None) }))
}

fn challenge(bytes: &[u8], context: &Context<'_>, out: &mut Findings) -> Option<(Kind, Body)> {
    let parsed = TokenChallengeRef::parse(bytes).ok()?;
    if parsed.token_type().is_grease() {
        out.info(
            findings::RFC,
            "greased",
            "challenge",
            "the type is reserved for greasing: clients skip this challenge",
        );
    } else if !parsed.token_type().is_supported() {
        let text = format!("clients of RFC 9578 skip this type ({})", parsed.token_type().name());
        out.warning(findings::RFC, "unknown-type", "challenge", text);
    }
    findings::challenge_body(out, bytes, "challenge", context.host);
    Some((Kind::Challenge, Body::Challenge { challenge: Challenge::read(parsed.token_type(), bytes) }))
}

/// The sizes of tokens and requests of drafts, by type.
const DRAFT_SIZES: [(u16, usize, usize); 4] =
    [(0x0005, 162, 35), (0xDA7A, 354, 259), (0xDA7B, 146, 52), (0xC07E, 132, 36)];

fn draft_sizes(token_type: TokenType) -> Option<(usize, usize)> {
    DRAFT_SIZES.iter().find(|(number, ..)| *number == token_type.0).map(|(_, token, request)| (*token, *request))
}

fn token(bytes: &[u8], out: &mut Findings) -> Option<(Kind, Body)> {
    let parsed = TokenRef::parse(bytes).ok()?;
    let token_type = parsed.token_type();
    if !token_type.is_supported() && draft_sizes(token_type).map(|sizes| sizes.0) != Some(bytes.len()) {
        return None;
    }
    findings::token(out, &parsed, "token");
    Some((Kind::Token, Body::Token { token: Some(Token::from(&parsed)) }))
}

fn request(bytes: &[u8], out: &mut Findings) -> Option<(Kind, Body)> {
    let parsed = TokenRequestRef::parse(bytes).ok()?;
    let token_type = parsed.token_type();
    if !token_type.is_supported() && draft_sizes(token_type).map(|sizes| sizes.1) != Some(bytes.len()) {
        return None;
    }
    findings::request(out, &parsed, "token_request");
    Some((Kind::TokenRequest, Body::Request { token_request: Request::from(&parsed) }))
}

fn response(bytes: &[u8]) -> Option<(Kind, Body)> {
    Some((Kind::TokenResponse, Body::Response { token_response: Response::read(bytes)? }))
}

/// Names what is pasted instead of a value of Privacy Pass: a response without the header, or the header of another scheme.
fn something_else(text: &str) -> Option<Failure> {
    if text.starts_with("HTTP/") {
        return Some(Failure::new(
            "this response has no WWW-Authenticate header, so it asks for no token",
            "ask for a page that wants one, and let curl print the header: curl -si URL",
        ));
    }
    let scheme = text.split_ascii_whitespace().next()?;
    OTHER_SCHEMES.iter().find(|other| scheme.eq_ignore_ascii_case(other)).map(|other| {
        Failure::new(
            format!("this is a header of the scheme {other}, not of PrivateToken"),
            "give the value of a header with PrivateToken, or whole header lines",
        )
    })
}

/// The schemes that stand in the same headers most often.
const OTHER_SCHEMES: [&str; 4] = ["Basic", "Bearer", "Digest", "Negotiate"];

/// Says what the bytes could have been.
fn unrecognised(bytes: &[u8]) -> Failure {
    let what = if bytes.len() == 1 { "this 1 byte is".to_owned() } else { format!("these {} bytes are", bytes.len()) };
    Failure::new(
        format!("{what} no message of Privacy Pass: {}", wrong_size(bytes)),
        "check that the value is complete; `privacypass inspect --help` lists what can be read",
    )
}

/// Explains why the bytes of an `Authorization` header are no token.
fn no_token(bytes: &[u8]) -> String {
    let token_type = TokenChallengeRef::token_type_of(bytes).ok();
    match token_type.and_then(|token_type| token_type.sizes().map(|sizes| (token_type, sizes.token))) {
        Some((token_type, wanted)) => {
            format!("a token of type {token_type} has {wanted} bytes, and this has {}", bytes.len())
        }
        None => format!("these {} bytes are no token: {}", bytes.len(), wrong_size(bytes)),
    }
}

/// Explains why bytes that begin with a token type are no message of that type.
fn wrong_size(bytes: &[u8]) -> String {
    let Ok(token_type) = TokenChallengeRef::token_type_of(bytes) else {
        return "a token type alone has two".to_owned();
    };
    let Some(sizes) = token_type.sizes() else {
        return format!("they begin with type {token_type} ({})", token_type.name());
    };
    let stop = TokenChallengeRef::parse(bytes).err().and_then(|error| error.offset()).unwrap_or(0);
    format!(
        "they begin with type {token_type}, of which a token has {} bytes and a request {}; a challenge makes no sense \
         at byte {stop}",
        sizes.token, sizes.request
    )
}
