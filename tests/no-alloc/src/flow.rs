//! What the program runs.

use privacypass_core::TokenType;
use privacypass_core::wire::{TokenChallenge, TokenChallengeRef};

/// Runs the messages that need no key.
///
/// # Errors
/// The number of the step that failed.
pub fn flow() -> Result<(), u8> {
    for token_type in [TokenType::VOPRF_P384, TokenType::BLIND_RSA_2048] {
        let challenge = TokenChallenge {
            token_type,
            issuer_name: "issuer.example",
            redemption_context: Some([7; 32]),
            origin_info: &["origin.example"],
        };
        let mut buffer = [0; 128];
        let length = challenge.write_to(&mut buffer).map_err(|_| 1)?;
        let received = TokenChallengeRef::parse(buffer.get(..length).ok_or(2)?).map_err(|_| 3)?;
        if received.token_type() != token_type || !received.names_origin("origin.example") {
            return Err(4);
        }
    }
    Ok(())
}
