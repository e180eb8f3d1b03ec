//! The whole protocol in one program: challenge, request, response, token, redemption.
#![allow(clippy::print_stdout)] // an example shows its steps

use privacypass_core::client::Client;
use privacypass_core::issuer::{Issuer, IssuerKey};
use privacypass_core::origin::{Expected, Origin, VerifierKey};
use privacypass_core::provider::{MemorySpendStore, SystemRng};
use privacypass_core::wire::{TokenChallenge, TokenChallengeRef};
use privacypass_core::{ErrorKind, Result, TokenType};

fn main() -> Result<()> {
    let (now, expires_at) = (1_700_000_000, 1_700_000_600);
    let rng = &mut SystemRng;
    for token_type in [TokenType::VOPRF_P384, TokenType::BLIND_RSA_2048] {
        println!("type {token_type}, {}", token_type.name());
        let issuer_keys = [IssuerKey::generate(token_type, rng)?];

        let challenge = TokenChallenge {
            token_type,
            issuer_name: "issuer.example",
            redemption_context: None,
            origin_info: &["origin.example"],
        }
        .to_bytes()?;
        println!("  origin: challenge, {} bytes", challenge.len());

        // A client that reads the challenge from a header first checks that it may come from this origin.
        let received = TokenChallengeRef::parse(&challenge)?;
        assert!(received.names_origin("origin.example"));

        let token_key = issuer_keys[0].public().clone();
        let client = Client::new(&token_key);
        let (request, pending) = client.begin(&received, rng)?;
        println!("  client: request, {} bytes", request.len());
        let response = Issuer::new(&issuer_keys).issue(&request, rng)?;
        println!("  issuer: response, {} bytes", response.len());
        let token = client.finish(pending, &response)?;
        println!("  client: token, {} bytes", token.as_bytes().len());

        // Type 0x0001 is verified with the private key: here, issuer and origin are one party.
        let keys = issuer_keys.map(VerifierKey::from);
        let (origin, store) = (Origin::new(&keys), MemorySpendStore::new(1_000_000));
        let expected = Expected::Challenge(&challenge);
        let _ = origin.redeem(token.as_bytes(), expected, &store, expires_at, now)?;
        println!("  origin: redeemed");
        let again = origin.redeem(token.as_bytes(), expected, &store, expires_at, now);
        assert_eq!(again.err().map(|error| error.kind()), Some(ErrorKind::Replayed));
        println!("  origin: the same token again: refused");
    }
    println!("ok");
    Ok(())
}
