//! What each target promises.

use std::sync::LazyLock;

use privacypass_core::client::{Client, PendingToken};
use privacypass_core::crypto::rsa::{PublicKey4096, spki};
use privacypass_core::directory::Directory;
use privacypass_core::http::{
    self, Base64Value, ChallengeParameters, CredentialsParameters, Item, Parameter, ParameterValue, Profile,
};
use privacypass_core::issuer::TokenKey;
use privacypass_core::wire::{TokenChallenge, TokenChallengeRef, TokenRef, TokenRequestRef};
use privacypass_core::{Error, ErrorKind, Result, TokenType};
use sha2::{Digest, Sha256};

/// An error may point at the end of the input, never past it.
fn offset_lies_within(error: Error, input: &[u8]) {
    if let Some(offset) = error.offset() {
        assert!(offset <= input.len(), "{error}, of {} bytes", input.len());
    }
}

pub fn challenge(data: &[u8]) {
    let parsed = match TokenChallengeRef::parse(data) {
        Ok(parsed) => parsed,
        Err(error) => return offset_lies_within(error, data),
    };
    assert_eq!(parsed.as_bytes(), data);
    assert_eq!(TokenChallengeRef::token_type_of(data), Ok(parsed.token_type()));
    let origins: Vec<_> = parsed.origins().collect();
    assert!(origins.iter().all(|origin| parsed.names_origin(origin)));
    let built = TokenChallenge {
        token_type: parsed.token_type(),
        issuer_name: parsed.issuer_name(),
        redemption_context: parsed.redemption_context().try_into().ok(),
        origin_info: &origins,
    };
    assert_eq!(built.encoded_len(), data.len());
    // What is read can be written, but for names with parts of a URL that no host has.
    let is_host = |name: &&str| !name.contains(['/', '?', '#', '@', '\\', '"', '<', '>']);
    if is_host(&parsed.issuer_name()) && origins.iter().all(is_host) {
        assert_eq!(built.to_bytes().as_deref(), Ok(data));
        assert_eq!(built.digest(), Ok(parsed.digest()));
    } else {
        assert_eq!(built.to_bytes(), Err(ErrorKind::Misuse.into()));
        assert_eq!(built.digest(), Err(ErrorKind::Misuse.into()));
    }
}

pub fn token(data: &[u8]) {
    match TokenRef::parse(data) {
        Ok(token) => {
            assert_eq!([&token.authenticator_input()[..], token.authenticator()].concat(), data);
            assert_eq!(token.token_type().0.to_be_bytes(), data[..2]);
            assert_eq!(token.nonce(), &data[2..34]);
        }
        Err(error) => offset_lies_within(error, data),
    }
}

pub fn token_request(data: &[u8]) {
    match TokenRequestRef::parse(data) {
        Ok(request) => {
            let head = request.token_type().0.to_be_bytes();
            assert_eq!([&head[..], &[request.truncated_token_key_id()], request.blinded_msg()].concat(), data);
        }
        Err(error) => offset_lies_within(error, data),
    }
}

/// Field lines are separated by line feeds, which no field value can hold.
fn lines(data: &[u8]) -> Vec<&[u8]> {
    data.split(|byte| *byte == b'\n').collect()
}

fn parameter_value(value: ParameterValue<'_>) {
    assert!(value.bytes().count() <= value.raw().len());
    let _ = value.seconds();
    let again = ParameterValue::from_raw(value.raw(), value.is_quoted()).expect("a value that was read");
    assert!(again.bytes().eq(value.bytes()));
    if let Ok(decoded) = value.base64() {
        base64_value(decoded);
    }
}

fn parameter(found: Parameter<'_>) {
    assert!(!found.name().is_empty());
    parameter_value(found.value());
}

fn base64_value(value: Base64Value<'_>) {
    let decoded = value.decode_to_vec();
    assert_eq!(decoded.len(), value.decoded_len());
    let mut exact = vec![0; decoded.len()];
    assert_eq!(value.decode(&mut exact), Ok(&decoded[..]));
    if let Some(short) = exact.len().checked_sub(1) {
        assert!(value.decode(&mut exact[..short]).is_err());
    }
    let again = ParameterValue::from_raw(value.raw(), value.is_quoted()).expect("a value that was read");
    assert_eq!(again.base64().expect("base64 that was read").decode_to_vec(), decoded);
}

pub fn www_authenticate(data: &[u8]) {
    let lines = lines(data);
    for (number, item) in http::challenges(lines.iter().copied()).enumerate() {
        let position = match item {
            Item::Skipped(skipped) => skipped.position,
            Item::Challenge(found) => {
                base64_value(found.value());
                found.token_key().into_iter().for_each(base64_value);
                found.max_age_value().into_iter().chain(found.realm()).for_each(parameter_value);
                found.unknown_parameters().for_each(parameter);
                round_trip(&found.value().decode_to_vec());
                found.position()
            }
        };
        assert_eq!(position.index, number);
        assert!(position.offset <= lines[position.line].len());
    }
}

/// What we write for a challenge reads back as that challenge.
fn round_trip(challenge: &[u8]) {
    for profile in [Profile::Rfc, Profile::Unquoted, Profile::Auto] {
        let parameters = ChallengeParameters::new(challenge).with_token_key(challenge).with_max_age(10);
        let header = http::challenges_to_string([parameters], profile).expect("a challenge of two bytes or more");
        let mut found = http::challenges([header.as_bytes()]).filter_map(Item::challenge);
        let read = found.next().unwrap_or_else(|| panic!("{header} does not read back"));
        assert_eq!(read.value().decode_to_vec(), challenge);
        assert_eq!(read.token_key().map(|key| key.decode_to_vec()).as_deref(), Some(challenge));
        assert_eq!(read.max_age(), Some(10));
        assert!(found.next().is_none());
    }
}

pub fn authorization(data: &[u8]) {
    let lines = lines(data);
    let Ok(Some(found)) = http::authorization(lines.iter().copied()) else { return };
    base64_value(found.token());
    let _ = found.extensions();
    found.unknown_parameters().for_each(parameter);
    let token = found.token().decode_to_vec();
    for profile in [Profile::Rfc, Profile::Unquoted, Profile::Auto] {
        let header = CredentialsParameters::new(&token).to_string(profile).expect("a token of two bytes or more");
        let read = http::authorization([header.as_bytes()]).expect("our own header").expect("our own scheme");
        assert_eq!(read.token().decode_to_vec(), token);
    }
}

pub fn base64(data: &[u8]) {
    for quoted in [false, true] {
        match ParameterValue::from_raw(data, quoted) {
            Ok(value) => parameter_value(value),
            Err(error) => offset_lies_within(error, data),
        }
    }
    match Base64Value::parse(data) {
        Ok(value) => base64_value(value),
        Err(error) => offset_lies_within(error, data),
    }
}

pub fn spki(data: &[u8]) {
    let parsed = match spki::parse(data) {
        Ok(parsed) => parsed,
        Err(error) => return offset_lies_within(error, data),
    };
    let mut out = vec![0; data.len() + 64];
    let length = spki::write(parsed.modulus, parsed.exponent, &mut out).expect("what was read can be written");
    let again = spki::parse(&out[..length]).expect("what was written can be read");
    assert_eq!((again.modulus, again.exponent), (parsed.modulus, parsed.exponent));
    if let Ok(key) = PublicKey4096::from_spki(data) {
        let length = key.write_spki(&mut out).expect("room for the key");
        assert!(PublicKey4096::from_spki(&out[..length]).is_ok());
    }
}

pub fn directory(data: &[u8]) {
    let Ok(parsed) = Directory::parse(data) else { return };
    let written = parsed.to_json();
    assert_eq!(Directory::parse(written.as_bytes()), Ok(parsed));
}

/// The issuers' keys of the vectors, for the states that were begun with them.
static KEYS: LazyLock<Vec<TokenKey>> = LazyLock::new(|| {
    let files = [
        (TokenType::VOPRF_P384, include_str!("../../vectors/rfc9578/type1.json")),
        (TokenType::BLIND_RSA_2048, include_str!("../../vectors/rfc9578/type2.json")),
    ];
    let mut keys = Vec::new();
    for (token_type, text) in files {
        let cases: serde_json::Value = serde_json::from_str(text).expect("the vectors are JSON");
        for case in cases.as_array().expect("a list of cases") {
            let bytes = hex::decode(case["pkS"].as_str().expect("a key")).expect("in hex");
            keys.push(TokenKey::from_bytes(token_type, &bytes).expect("a key that can be read"));
        }
    }
    keys
});

/// Opens a sealed state with the key it names.
pub fn open(blob: &mut [u8]) -> Result<()> {
    let id = PendingToken::sealed_token_key_id(blob)?;
    let key = KEYS.iter().find(|key| key.id() == id).unwrap_or(&KEYS[0]);
    let before = blob.to_vec();
    let client = Client::new(key);
    let pending = client.open(blob)?;
    assert!(blob.iter().all(|byte| *byte == 0), "a blob opens once");
    let mut sealed = [0; PendingToken::SEALED_MAX_BYTES];
    let length = client.seal(pending, &mut sealed).map_err(|(_, error)| error).expect("room for the blob");
    assert_eq!(&sealed[..length], before);
    Ok(())
}

pub fn pending(data: &[u8]) {
    // As it is, and with its checksum put right: hardly any input would pass the first test otherwise.
    let mut repaired = data[..data.len().saturating_sub(32)].to_vec();
    repaired.extend_from_slice(&Sha256::digest(&repaired));
    for input in [data, &repaired] {
        let mut blob = input.to_vec();
        if let Err(error) = open(&mut blob) {
            assert_eq!(blob, input, "a refused blob is left as it was");
            offset_lies_within(error, input);
        }
    }
}

/// Panics on an input that an engine finds within seconds.
pub fn canary(data: &[u8]) {
    assert!(!data.starts_with(b"PP"), "the canary");
}
