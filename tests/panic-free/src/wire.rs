//! Every public function of `wire`.

use privacypass_core::TokenType;
use privacypass_core::wire::*;

use crate::{Opaque, used};

pub fn all(input: &Opaque<'_>, out: &mut [u8]) {
    reader(input);
    writer(input, out);
    fixed(input);
    challenge(input, out);
    token(input);
    messages(input);
    used(same_name(input.text, input.text.get(input.number..).unwrap_or_default()));
}

fn reader(input: &Opaque<'_>) {
    let mut reader = Reader::new(input.bytes);
    used(reader.u8());
    used(reader.u16());
    used(reader.opaque8());
    used(reader.opaque16());
    used(reader.bytes(input.number));
    used(reader.array::<48>());
    used(reader.offset());
    used(reader.malformed());
    used(reader.clone().rest());
    used(reader.finish());
}

fn writer(input: &Opaque<'_>, out: &mut [u8]) {
    let mut writer = Writer::new(out);
    writer.put(input.bytes);
    writer.u8(0);
    writer.u16(0);
    used(writer.opaque8(input.bytes));
    used(writer.opaque16(input.bytes));
    used(writer.finish());
}

fn fixed(input: &Opaque<'_>) {
    let mut bytes = FixedBytes::<64>::new();
    used(bytes.push(input.bytes));
    used(bytes.push(input.bytes));
    used(bytes.as_slice());
    used(bytes.len());
    bytes.wipe();
    used(FixedBytes::<64>::default());
}

fn challenge(input: &Opaque<'_>, out: &mut [u8]) {
    let origins = [input.text, input.text];
    let built = TokenChallenge {
        token_type: TokenType(input.number as u16),
        issuer_name: input.text,
        redemption_context: input.bytes.first_chunk::<CONTEXT_BYTES>().copied(),
        origin_info: origins.get(..input.number).unwrap_or(&origins),
    };
    used(built.encoded_len());
    used(built.write_to(out));
    used(TokenChallengeRef::token_type_of(input.bytes));
    if let Ok(challenge) = TokenChallengeRef::parse(input.bytes) {
        used(challenge.as_bytes());
        used(challenge.digest());
        used(challenge.token_type());
        used(challenge.issuer_name());
        used(challenge.redemption_context());
        used(challenge.origin_info());
        challenge.origins().for_each(used);
        used(challenge.names_origin(input.text));
    }
}

fn token(input: &Opaque<'_>) {
    let key_id = TokenKeyId::of(input.bytes);
    used(key_id.truncated());
    let parts = TokenInput {
        token_type: TokenType(input.number as u16),
        nonce: [input.number as u8; NONCE_BYTES],
        challenge_digest: [0; 32],
        token_key_id: key_id,
    };
    used(parts.to_bytes());
    if let Ok(token) = TokenRef::parse(input.bytes) {
        used(token.token_type());
        used(token.nonce());
        used(token.challenge_digest());
        used(token.token_key_id());
        used(token.authenticator());
        used(token.authenticator_input());
    }
}

fn messages(input: &Opaque<'_>) {
    if let Ok(request) = TokenRequestRef::parse(input.bytes) {
        used(request.token_type());
        used(request.truncated_token_key_id());
        used(request.blinded_msg());
    }
}
