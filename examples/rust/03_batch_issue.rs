//! An issuer that answers many requests at once: one bad request spoils nothing but itself.
#![allow(clippy::print_stdout)] // an example shows its steps

use privacypass_core::client::Client;
use privacypass_core::issuer::{Issuer, IssuerKey};
use privacypass_core::provider::SystemRng;
use privacypass_core::wire::{TokenChallenge, TokenChallengeRef};
use privacypass_core::{Error, ErrorKind, Result, TokenType};

fn main() -> Result<()> {
    let rng = &mut SystemRng;
    let issuer_keys = [IssuerKey::generate(TokenType::BLIND_RSA_2048, rng)?];
    let token_key = issuer_keys[0].public().clone();
    let client = Client::new(&token_key);
    let challenge = TokenChallenge {
        token_type: TokenType::BLIND_RSA_2048,
        issuer_name: "issuer.example",
        redemption_context: None,
        origin_info: &[],
    }
    .to_bytes()?;

    let mut begun: Vec<_> = (0..20).map(|_| None).collect();
    client.begin_many(&TokenChallengeRef::parse(&challenge)?, rng, &mut begun)?;
    let (requests, mut pending): (Vec<_>, Vec<_>) = begun.into_iter().flatten().map(|(r, p)| (r, Some(p))).unzip();
    println!("client: {} requests", requests.len());

    let mut bodies: Vec<&[u8]> = requests.iter().map(AsRef::as_ref).collect();
    bodies[7] = b"nonsense";
    let responses = Issuer::new(&issuer_keys).issue_all(&bodies, rng);
    for (index, response) in responses.iter().enumerate() {
        if let Err(error) = response {
            println!("issuer: request {index}: {error}");
        }
    }
    assert_eq!(responses.iter().filter(|response| response.is_ok()).count(), 19);

    // An empty response stands for the one that failed.
    let answers: Vec<&[u8]> = responses.iter().map(|response| response.as_deref().unwrap_or(&[])).collect();
    let mut tokens = vec![Err(Error::new(ErrorKind::Internal)); answers.len()];
    client.finish_many(&mut pending, &answers, &mut tokens)?;
    println!("client: {} tokens", tokens.iter().filter(|token| token.is_ok()).count());
    assert_eq!(tokens.iter().position(Result::is_err), Some(7));
    println!("ok");
    Ok(())
}
