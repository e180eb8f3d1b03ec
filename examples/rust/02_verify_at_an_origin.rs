//! An origin: a `WWW-Authenticate` header out, an `Authorization` header in, and no challenge stored between them.
#![allow(clippy::print_stdout)] // an example shows its steps

use privacypass_core::client::Client;
use privacypass_core::http::{
    self, ChallengeParameters, CredentialsParameters, Item, Profile, challenges_to_string, origin_status,
};
use privacypass_core::issuer::{Issuer, IssuerKey, TokenKey};
use privacypass_core::origin::{Expected, Origin, StatelessChallenges, VerifierKey};
use privacypass_core::provider::{MemorySpendStore, Rng, SystemRng};
use privacypass_core::wire::{TokenChallenge, TokenChallengeRef};
use privacypass_core::{ErrorKind, Result, TokenType};

fn main() -> Result<()> {
    let now = 1_700_000_000;
    let issuer_keys = [IssuerKey::generate(TokenType::BLIND_RSA_2048, &mut SystemRng)?];
    let token_key = issuer_keys[0].token_key();

    // The origin knows the issuer's name and public key, and has a secret that all its processes share.
    let template = TokenChallenge {
        token_type: TokenType::BLIND_RSA_2048,
        issuer_name: "issuer.example",
        redemption_context: None,
        origin_info: &["origin.example"],
    };
    let mut secret = [0; StatelessChallenges::SECRET_BYTES];
    SystemRng.fill(&mut secret)?;
    let challenges = StatelessChallenges::new(secret, 60)?;
    let keys = [VerifierKey::Public(TokenKey::from_bytes(TokenType::BLIND_RSA_2048, token_key)?)];
    let (origin, store) = (Origin::new(&keys), MemorySpendStore::new(1_000_000));

    let challenge = challenges.challenge(&template, now).to_bytes()?;
    let parameters =
        ChallengeParameters::new(&challenge).with_token_key(token_key).with_max_age(challenges.max_age(now));
    let www_authenticate = challenges_to_string([parameters], Profile::Auto)?;
    println!("401, WWW-Authenticate: {}…", &www_authenticate[..60]);

    let authorization = a_client_answers(&www_authenticate, &issuer_keys)?;
    println!("Authorization: {}…", &authorization[..60]);

    for attempt in 1..=2 {
        let credentials = http::authorization([authorization.as_bytes()])?.ok_or(ErrorKind::Malformed)?;
        let token = credentials.token().decode_to_vec();
        let accepted = challenges.accepted(&template, now)?;
        let redeemed = origin.redeem(&token, Expected::AnyOf(&accepted), &store, challenges.accepted_until(now), now);
        let status = redeemed.as_ref().map_or_else(|error| origin_status(error.kind()), |_| 200);
        println!("attempt {attempt}: {status}");
        assert_eq!(status, if attempt == 1 { 200 } else { 401 });
    }
    println!("ok");
    Ok(())
}

/// The other side, in short: reads the header, gets a token, writes the answer.
fn a_client_answers(www_authenticate: &str, issuer_keys: &[IssuerKey]) -> Result<String> {
    let header =
        http::challenges([www_authenticate.as_bytes()]).find_map(Item::challenge).ok_or(ErrorKind::Malformed)?;
    let challenge = header.value().decode_to_vec();
    let token_key = header.token_key().ok_or(ErrorKind::Malformed)?.decode_to_vec();
    let key = TokenKey::from_bytes(header.token_type(), &token_key)?;
    let client = Client::new(&key);
    let (request, pending) = client.begin(&TokenChallengeRef::parse(&challenge)?, &mut SystemRng)?;
    let response = Issuer::new(issuer_keys).issue(&request, &mut SystemRng)?;
    let token = client.finish(pending, &response)?;
    CredentialsParameters::new(token.as_bytes()).to_string(Profile::Auto)
}
