//! A client that may be killed between request and response: it seals its state, and another run finishes the token.
#![allow(clippy::print_stdout)] // an example shows its steps

use privacypass_core::client::{Client, PendingToken};
use privacypass_core::issuer::{Issuer, IssuerKey};
use privacypass_core::provider::SystemRng;
use privacypass_core::wire::{TokenChallenge, TokenChallengeRef};
use privacypass_core::{ErrorKind, Result, TokenType};

fn main() -> Result<()> {
    let issuer_keys = [IssuerKey::generate(TokenType::BLIND_RSA_2048, &mut SystemRng)?];
    let token_key = issuer_keys[0].public().clone();
    let client = Client::new(&token_key);
    let challenge = TokenChallenge {
        token_type: TokenType::BLIND_RSA_2048,
        issuer_name: "issuer.example",
        redemption_context: None,
        origin_info: &["origin.example"],
    }
    .to_bytes()?;

    let (request, pending) = client.begin(&TokenChallengeRef::parse(&challenge)?, &mut SystemRng)?;
    let mut blob = vec![0; PendingToken::SEALED_MAX_BYTES];
    let length = client.seal(pending, &mut blob).map_err(|(_, error)| error)?;
    blob.truncate(length);
    println!("first run: sealed {length} bytes, to be kept where secrets are kept");

    let response = Issuer::new(&issuer_keys).issue(&request, &mut SystemRng)?;

    assert_eq!(PendingToken::sealed_token_key_id(&blob)?, token_key.id());
    let pending = client.open(&mut blob)?;
    println!("second run: opened, and the blob is wiped");
    let token = client.finish(pending, &response)?;
    println!("second run: token of {} bytes", token.as_bytes().len());

    let again = client.open(&mut blob);
    assert_eq!(again.err().map(|error| error.kind()), Some(ErrorKind::AlreadyUsed));
    println!("it opens once");
    println!("ok");
    Ok(())
}
