//! An issuer whose key is elsewhere. Here "elsewhere" is another thread; a hardware module or a key service looks the same.
#![allow(clippy::print_stdout)] // an example shows its steps

use std::sync::mpsc::{Receiver, Sender, channel};

use privacypass_core::client::Client;
use privacypass_core::issuer::{Issuer, IssuerKey, issue_with_signer};
use privacypass_core::provider::{Signer, SystemRng};
use privacypass_core::wire::{TokenChallenge, TokenChallengeRef};
use privacypass_core::{ErrorKind, Result, TokenType};

/// Sends inputs to whoever holds the key, and waits for outputs.
struct Remote {
    inputs: Sender<Vec<u8>>,
    outputs: Receiver<Vec<u8>>,
}

impl Signer for Remote {
    fn sign(&mut self, _: TokenType, _: &[u8; 32], input: &[u8], output: &mut [u8]) -> Result<()> {
        self.inputs.send(input.to_vec()).map_err(|_| ErrorKind::Signer)?;
        let answer = self.outputs.recv().map_err(|_| ErrorKind::Signer)?;
        if answer.len() != output.len() {
            return Err(ErrorKind::Signer.into());
        }
        output.copy_from_slice(&answer);
        Ok(())
    }
}

fn main() -> Result<()> {
    let token_type = TokenType::VOPRF_P384;
    let key = IssuerKey::generate(token_type, &mut SystemRng)?;
    let public = [key.public().clone()];
    let (inputs, to_signer) = channel::<Vec<u8>>();
    let (from_signer, outputs) = channel();
    std::thread::spawn(move || {
        // The request of a type 0x0001 is a header of three bytes, then what the signer gets.
        for input in to_signer {
            let request = [&token_type.0.to_be_bytes()[..], &[key.id().truncated()], &input].concat();
            let answer = Issuer::new(std::slice::from_ref(&key)).issue(&request, &mut SystemRng);
            if from_signer.send(answer.map(|answer| answer.to_vec()).unwrap_or_default()).is_err() {
                return;
            }
        }
    });

    let challenge = TokenChallenge {
        token_type,
        issuer_name: "issuer.example",
        redemption_context: None,
        origin_info: &["origin.example"],
    }
    .to_bytes()?;
    let client = Client::new(&public[0]);
    let (request, pending) = client.begin(&TokenChallengeRef::parse(&challenge)?, &mut SystemRng)?;
    let mut signer = Remote { inputs, outputs };
    let response = issue_with_signer(&request, &public, &mut signer)?;
    println!("issuer: response of {} bytes, checked against the public key", response.len());
    let token = client.finish(pending, &response)?;
    println!("client: token of {} bytes", token.as_bytes().len());
    println!("ok");
    Ok(())
}
