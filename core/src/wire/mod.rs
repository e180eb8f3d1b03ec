//! The messages of RFC 9577 and RFC 9578, in the TLS presentation language (RFC 8446 section 3).
//!
//! Every message has two types: one that is built from fields (`TokenChallenge`) and one that borrows received bytes
//! (`TokenChallengeRef`). The second keeps the bytes as received, because they are what is hashed and signed: nothing
//! here ever serialises a message again to hash it.
//!
//! Parsers refuse trailing bytes, never panic, and report the byte offset of what they refuse. An unknown token type is
//! a value.
//!
//! ```
//! use privacypass_core::{TokenType, wire::{TokenChallenge, TokenChallengeRef}};
//!
//! let challenge = TokenChallenge {
//!     token_type: TokenType::BLIND_RSA_2048,
//!     issuer_name: "issuer.example",
//!     redemption_context: None,
//!     origin_info: &["origin.example"],
//! };
//! let mut buffer = [0; 64];
//! let length = challenge.write_to(&mut buffer)?;
//! let received = TokenChallengeRef::parse(&buffer[..length])?;
//! assert_eq!(received.issuer_name(), "issuer.example");
//! assert!(received.names_origin("Origin.example:443"));
//! # Ok::<(), privacypass_core::Error>(())
//! ```
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::arithmetic_side_effects
    )
)]

mod challenge;
mod fixed;
mod key_id;
mod name;
mod reader;
mod token;
mod token_request;
mod writer;

pub use challenge::{CONTEXT_BYTES, ChallengeDigest, TokenChallenge, TokenChallengeRef, challenge_digest};
pub use fixed::FixedBytes;
pub use key_id::TokenKeyId;
pub use name::same_name;
pub use reader::Reader;
pub use token::{AUTHENTICATOR_INPUT_BYTES, NONCE_BYTES, Token, TokenInput, TokenRef};
pub use token_request::{TokenRequest, TokenRequestRef, TokenResponse};
pub use writer::Writer;
