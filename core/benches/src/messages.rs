//! What costs no public-key arithmetic: challenges, headers, the directory, the spend store.

use std::hint::black_box;

use http::HeaderValue;
use privacypass::Deserialize;
use privacypass::auth::authenticate::{TokenChallenge as PeerChallenge, parse_www_authenticate_header};
use privacypass::auth::authorize::parse_authorization_header;
use privacypass::public_tokens::PublicToken;
use privacypass_core::TokenType;
use privacypass_core::directory::{Directory, DirectoryKey};
use privacypass_core::http::{
    ChallengeParameters, CredentialsParameters, Item, Profile, authorization, challenges, challenges_to_string,
};
use privacypass_core::origin::StatelessChallenges;
use privacypass_core::provider::{MemorySpendStore, Spend, SpendStore};
use privacypass_core::wire::{TokenChallenge, TokenChallengeRef, TokenRef};

use crate::fixture::Vector;
use crate::measure::op;
use crate::row::{Row, keep};

const PP: &str = "privacypass";

/// Keys in the directory, half of each type.
const DIRECTORY_KEYS: usize = 4;
/// Keys in the spend store while it is measured: each spend then also removes about one that has expired.
const UNEXPIRED: u64 = 100_000;

/// All rows.
pub fn rows() -> Vec<Row> {
    let (type1, type2) = (Vector::type1(), Vector::type2());
    let mut rows = parsers(&type2);
    rows.push(stateless());
    rows.push(spend());
    rows.push(directory(&type1, &type2));
    rows
}

fn parsers(vector: &Vector) -> Vec<Row> {
    let challenge = keep(vector.bytes("token_challenge"));
    let key = keep(vector.bytes("pkS"));
    let token = keep(vector.bytes("token"));

    // Unquoted values: the peer reads no others.
    let parameters = ChallengeParameters::new(challenge).with_token_key(key).with_max_age(10);
    let header = keep(challenges_to_string([parameters], Profile::Unquoted).expect("header"));
    let peer_header = keep(HeaderValue::from_str(header).expect("header"));
    let credentials = keep(CredentialsParameters::new(token).to_string(Profile::Unquoted).expect("header"));
    let peer_credentials = keep(HeaderValue::from_str(credentials).expect("header"));

    // The peer decodes as it reads, so we decode here too: the challenge, parsed, and the key.
    let read_header = || {
        let (mut bytes, mut key) = ([0; 256], [0; 512]);
        let Some(Item::Challenge(found)) = challenges([black_box(&header[..])]).next() else { panic!("no challenge") };
        let length = found.token_key().expect("key").decode(&mut key).expect("key").len();
        let challenge = TokenChallengeRef::parse(found.value().decode(&mut bytes).expect("challenge"));
        (challenge.expect("challenge").token_type(), length, found.max_age())
    };
    let read_credentials = || {
        let mut bytes = [0; 512];
        let found = authorization([black_box(&credentials[..])]).expect("header").expect("token");
        TokenRef::parse(found.token().decode(&mut bytes).expect("token")).expect("token").token_key_id()
    };
    vec![
        Row::new("challenge: parse", op(|| TokenChallengeRef::parse(black_box(challenge)).expect("challenge")))
            .beside(PP, op(|| PeerChallenge::deserialize(black_box(challenge)).expect("challenge"))),
        Row::new("token: parse", op(|| TokenRef::parse(black_box(token)).expect("token")))
            .beside(PP, op(|| PublicToken::tls_deserialize(&mut black_box(&token[..])).expect("token"))),
        Row::new("WWW-Authenticate: read and decode", op(read_header))
            .beside(PP, op(|| parse_www_authenticate_header(black_box(peer_header)).expect("header"))),
        Row::new("Authorization: read and decode", op(read_credentials)).beside(
            PP,
            op(|| parse_authorization_header::<AuthenticatorSize>(black_box(peer_credentials)).expect("header")),
        ),
    ]
}

/// The size of a type 2 authenticator, as the peer's types have it.
type AuthenticatorSize = hybrid_array::sizes::U256;

fn stateless() -> Row {
    let maker = keep(StatelessChallenges::new([7; 32], 3600).expect("epoch"));
    let template = TokenChallenge {
        token_type: TokenType::BLIND_RSA_2048,
        issuer_name: "issuer.example",
        redemption_context: None,
        origin_info: &["origin.example"],
    };
    Row::new(
        "origin: the digests it accepts now, stateless",
        op(move || maker.accepted(black_box(&template), 1).expect("digests")),
    )
}

fn spend() -> Row {
    let store = MemorySpendStore::new(2 * UNEXPIRED as usize);
    let mut now = 0_u64;
    let spend = move || {
        now += 1;
        // Odd, so each number has another product; its bytes spread as those of a hash do.
        let spread = now.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut key = [0; 32];
        key[..8].copy_from_slice(&spread.to_be_bytes());
        assert_eq!(store.spend(&key, now + UNEXPIRED, now), Ok(Spend::Fresh));
    };
    let mut filled = op(spend);
    filled(2 * UNEXPIRED);
    Row::new("origin: spend in MemorySpendStore", filled)
}

fn directory(type1: &Vector, type2: &Vector) -> Row {
    let keys = [(TokenType::BLIND_RSA_2048, type2.bytes("pkS")), (TokenType::VOPRF_P384, type1.bytes("pkS"))];
    let keys = keys.into_iter().cycle().take(DIRECTORY_KEYS);
    let json = Directory {
        issuer_request_uri: "/token-request".into(),
        token_keys: keys
            .map(|(token_type, token_key)| DirectoryKey { token_type, token_key, not_before: Some(1_700_000_000) })
            .collect(),
    }
    .to_json();
    let parse = move || {
        let directory = Directory::parse(black_box(json.as_bytes())).expect("directory");
        assert_eq!(directory.token_keys.len(), DIRECTORY_KEYS);
        directory
    };
    Row::new("directory: parse, 4 keys", op(parse))
}
