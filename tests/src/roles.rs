//! Keys, challenges and whole flows for tests that are not about them.

use std::cell::Cell;
use std::sync::OnceLock;

use privacypass_core::client::Client;
use privacypass_core::issuer::{Issuer, IssuerKey};
use privacypass_core::provider::{Rng, SystemRng};
use privacypass_core::wire::{Token, TokenChallenge, TokenChallengeRef};
use privacypass_core::{ErrorKind, Result, TokenType};

use crate::{hex_field, vectors};

/// Both types of RFC 9578.
pub const TYPES: [TokenType; 2] = [TokenType::VOPRF_P384, TokenType::BLIND_RSA_2048];

/// One of several private keys of a type: those of the RFC's test vectors, and for RSA, where they are all the same key,
/// one more that is generated once.
///
/// # Panics
/// When there is no such key.
#[must_use]
pub fn issuer_key(token_type: TokenType, number: usize) -> IssuerKey {
    static GENERATED: OnceLock<String> = OnceLock::new();
    let key = match (token_type, number) {
        (TokenType::VOPRF_P384, _) => {
            IssuerKey::from_voprf_p384_scalar(&hex_field(&vectors("rfc9578/type1.json")[number], "skS"))
        }
        (TokenType::BLIND_RSA_2048, 0) => {
            let pem = hex_field(&vectors("rfc9578/type2.json")[0], "skS");
            IssuerKey::from_pkcs8_pem(&String::from_utf8_lossy(&pem))
        }
        (TokenType::BLIND_RSA_2048, 1) => IssuerKey::from_pkcs8_pem(GENERATED.get_or_init(|| {
            let key = IssuerKey::generate(TokenType::BLIND_RSA_2048, &mut SystemRng).expect("generate");
            key.to_pkcs8_pem().expect("write").to_string()
        })),
        _ => Err(ErrorKind::Unsupported.into()),
    };
    key.unwrap_or_else(|error| panic!("{token_type} {number}: {error}"))
}

/// The bytes of a challenge of `issuer.example` for `origin`.
///
/// # Panics
/// When the name is none.
#[must_use]
pub fn challenge(token_type: TokenType, origin: &str) -> Vec<u8> {
    TokenChallenge {
        token_type,
        issuer_name: "issuer.example",
        redemption_context: Some([9; 32]),
        origin_info: &[origin],
    }
    .to_bytes()
    .unwrap_or_else(|error| panic!("{origin}: {error}"))
}

/// A token for the challenge, by way of a request and a response.
///
/// # Panics
/// When any step fails.
#[must_use]
pub fn token(key: &IssuerKey, challenge: &[u8]) -> Token {
    let flow = || {
        let client = Client::new(key.public());
        let (request, pending) = client.begin(&TokenChallengeRef::parse(challenge)?, &mut SystemRng)?;
        let response = Issuer::new(std::slice::from_ref(key)).issue(&request, &mut SystemRng)?;
        client.finish(pending, &response)
    };
    flow().unwrap_or_else(|error| panic!("{error}"))
}

/// Randomness that fails at the call with this number, counted from 0, and at every later one.
pub struct FailingRng {
    /// How many calls succeed.
    pub calls: Cell<usize>,
}

impl Rng for FailingRng {
    fn fill(&mut self, out: &mut [u8]) -> Result<()> {
        if self.calls.get() == 0 {
            return Err(ErrorKind::Rng.into());
        }
        self.calls.set(self.calls.get() - 1);
        SystemRng.fill(out)
    }
}
