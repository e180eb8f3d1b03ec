//! Every public function of `http`.

use privacypass_core::http::*;
use privacypass_core::{ErrorKind, TokenType};

use crate::{Opaque, used};

pub fn all(input: &Opaque<'_>, out: &mut [u8]) {
    for profile in [Profile::Rfc, Profile::Unquoted, Profile::Auto] {
        build(input, profile, out);
    }
    read_challenges(input, out);
    read_authorization(input, out);
    if let Ok(value) = Base64Value::parse(input.bytes) {
        base64(value, out);
    }
    used(base64_len(input.number));
    used(write_base64url(input.bytes, out));
    for quoted in [false, true] {
        if let Ok(value) = ParameterValue::from_raw(input.bytes, quoted) {
            parameter_value(value);
        }
    }
    grease(input, out);
    media_types(input);
    status(input);
}

fn build(input: &Opaque<'_>, profile: Profile, out: &mut [u8]) {
    let parameters = ChallengeParameters::new(input.bytes)
        .with_token_key(input.text.as_bytes())
        .with_max_age(input.number as u64)
        .with_realm(input.text);
    let several = [parameters, ChallengeParameters::new(input.text.as_bytes())];
    used(write_challenges(several, profile, out));
    used(challenges_len(several, profile));
    let credentials = CredentialsParameters::new(input.bytes).with_extensions(input.text.as_bytes());
    used(credentials.encoded_len(profile));
    used(credentials.write_to(profile, out));
}

fn read_challenges(input: &Opaque<'_>, out: &mut [u8]) {
    for item in challenges([input.bytes, input.text.as_bytes()]) {
        if let Some(skipped) = item.skipped() {
            used(skipped);
            used(skipped.reason.name());
        }
        if let Some(challenge) = item.challenge() {
            used(challenge.token_type());
            base64(challenge.value(), out);
            if let Some(key) = challenge.token_key() {
                base64(key, out);
            }
            used(challenge.max_age());
            for value in challenge.max_age_value().into_iter().chain(challenge.realm()) {
                parameter_value(value);
            }
            used(challenge.scheme());
            used(challenge.position());
            challenge.unknown_parameters().for_each(parameter);
        }
    }
}

fn read_authorization(input: &Opaque<'_>, out: &mut [u8]) {
    if let Ok(Some(credentials)) = authorization([input.bytes, input.text.as_bytes()]) {
        used(credentials.token_type());
        base64(credentials.token(), out);
        used(credentials.extensions());
        used(credentials.scheme());
        used(credentials.position());
        credentials.unknown_parameters().for_each(parameter);
    }
}

fn parameter(parameter: Parameter<'_>) {
    used(parameter.name());
    used(parameter.offset());
    used(parameter.is("max-age"));
    parameter_value(parameter.value());
}

fn parameter_value(value: ParameterValue<'_>) {
    used(value.raw());
    used(value.is_quoted());
    value.bytes().for_each(used);
    used(value.base64());
    used(value.seconds());
}

fn base64(value: Base64Value<'_>, out: &mut [u8]) {
    used(value.decoded_len());
    used(value.decode(out));
    used(value.raw());
    used(value.is_quoted());
    used(value.is_padded());
    used(value.padding());
    used(value.alphabet());
    used(value.has_literal_quotes());
}

fn grease(input: &Opaque<'_>, out: &mut [u8]) {
    if let Some(random) = input.bytes.first_chunk() {
        used(grease_type(*random));
    }
    if let Some(random) = input.bytes.first_chunk() {
        used(one_in(input.number as u32, *random));
    }
    if let Some(random) = input.bytes.first_chunk() {
        let greased = GreasedChallenge::from_random(random);
        used(greased.token_type());
        used(greased.parameters());
        let real = [ChallengeParameters::new(input.bytes)];
        used(write_challenges(greased.among(real.get(..input.number).unwrap_or(&real)), Profile::Auto, out));
    }
}

fn media_types(input: &Opaque<'_>) {
    used(MediaType::parse(input.bytes));
    for media_type in MediaType::ALL {
        used(media_type.as_str());
        used(media_type.matches(input.bytes));
    }
    used(TokenType(input.number as u16));
}

fn status(input: &Opaque<'_>) {
    if let Some(kind) = ErrorKind::ALL.get(input.number) {
        used(issuer_status(*kind));
        used(origin_status(*kind));
    }
}
