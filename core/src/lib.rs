//! Privacy Pass for every role: client, attester, issuer and origin (RFC 9576, 9577 and 9578).
//!
//! A client proves to an origin that somebody vouches for it, and neither the origin, the issuer nor anybody between
//! them can tell which client it was. The whole protocol in one program:
//!
#![cfg_attr(all(feature = "std", feature = "getrandom", feature = "pkcs8"), doc = "```")]
#![cfg_attr(not(all(feature = "std", feature = "getrandom", feature = "pkcs8")), doc = "```ignore")]
//! use privacypass_core::client::Client;
//! use privacypass_core::issuer::{Issuer, IssuerKey};
//! use privacypass_core::origin::{Expected, Origin, VerifierKey};
//! use privacypass_core::provider::{MemorySpendStore, SystemRng};
//! use privacypass_core::wire::{TokenChallenge, TokenChallengeRef};
//! use privacypass_core::TokenType;
//!
//! # fn main() -> privacypass_core::Result<()> {
//! # let (now, expires_at) = (1_700_000_000, 1_700_000_600);
//! let rng = &mut SystemRng;
//! let issuer_keys = [IssuerKey::generate(TokenType::BLIND_RSA_2048, rng)?];
//!
//! // The origin challenges the client.
//! let challenge = TokenChallenge {
//!     token_type: TokenType::BLIND_RSA_2048,
//!     issuer_name: "issuer.example",
//!     redemption_context: None,
//!     origin_info: &["origin.example"],
//! }.to_bytes()?;
//!
//! // The client asks for a token; the issuer answers without seeing it; the client finishes it.
//! let token_key = issuer_keys[0].public().clone();
//! let client = Client::new(&token_key);
//! let (request, pending) = client.begin(&TokenChallengeRef::parse(&challenge)?, rng)?;
//! let response = Issuer::new(&issuer_keys).issue(&request, rng)?;
//! let token = client.finish(pending, &response)?;
//!
//! // The origin redeems it: once.
//! let keys = [VerifierKey::of(&issuer_keys[0])?];
//! let (origin, store) = (Origin::new(&keys), MemorySpendStore::new(1_000_000));
//! let expected = Expected::Challenge(&challenge);
//! assert!(origin.redeem(token.as_bytes(), expected, &store, expires_at, now).is_ok());
//! assert!(origin.redeem(token.as_bytes(), expected, &store, expires_at, now).is_err());
//! # Ok(())
//! # }
//! ```
//!
//! # What is where
//!
//! | module | what it holds |
//! |---|---|
//! | [`client`], [`attester`], [`issuer`], [`origin`] | the four roles |
//! | [`http`] | the `PrivateToken` headers of RFC 9577, media types, status codes |
//! | [`wire`] | the messages: challenge, token, request, response, key identifier |
//! | [`directory`] | issuer directories, attesters' lists, key rotation (feature `alloc`) |
//! | [`provider`] | what the caller lends: randomness, a spend store, a signer |
//! | [`crypto`] | RFC 9474 and RFC 9497, without protocol |
//! | [`manual`] | the book |
//!
//! # No I/O, no allocation
//!
//! There is no socket, file, clock or thread in this crate: the caller passes the time, randomness and stores, and moves
//! the bytes. Without features it does not allocate; sizes are fixed by the token types, and variable output goes to
//! `&mut [u8]`.
//!
//! # Features
//!
//! None is on by default, and none changes what another does.
//!
//! - `alloc`: functions that return `Vec` and `String`; [`directory`].
//! - `std`: the in-memory spend store.
//! - `getrandom`: the operating system's randomness as [`provider`]`::SystemRng`.
//! - `pkcs8`: RSA key generation; private keys in PKCS#8.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(feature = "alloc"), allow(rustdoc::broken_intra_doc_links))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod attester;
pub mod client;
pub mod crypto;
#[cfg(feature = "alloc")]
pub mod directory;
mod error;
pub mod http;
mod issuance;
pub mod issuer;
pub mod manual;
pub mod origin;
pub mod provider;
mod token_type;
pub mod wire;

pub use error::{Band, Error, ErrorKind, Result};
pub use token_type::{Sizes, TokenType};
