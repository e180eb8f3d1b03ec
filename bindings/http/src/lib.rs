//! Privacy Pass over HTTP (RFC 9576, 9577, 9578): the four roles of [`privacypass_core`] as services.
//!
//! | role | type | what it is |
//! |---|---|---|
//! | issuer | [`issuer::IssuerService`] | an axum router: the directory, and `POST /token-request` |
//! | attester | [`attester::AttesterService`] | an axum router: a page with two buttons, and the way to the issuer |
//! | origin | [`origin::OriginLayer`] | a tower layer around any service |
//! | client | [`client::PrivateTokenClient`] | answers a 401 with a token, through an attester |
//!
//! The core holds the protocol; this crate holds sockets, clocks, limits and status codes. [`server::serve`] runs a router
//! with the limits that a service on the open network needs.
//!
//! # Privacy
//! The attester never learns the origin: a request to it carries neither the challenge nor the origin's name, and it asks
//! browsers for no `Referer`. The issuer never sees the client: the attester forwards the token request and nothing else.
//! No log line of this crate holds a token, a nonce, a key, a header's value or a client's address.
//!
//! # Quick start
//! ```no_run
//! use privacypass_core::{TokenType, issuer::IssuerKey, provider::SystemRng};
//! use privacypass_http::{issuer::{IssuerService, KeySet}, server};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let key = IssuerKey::generate(TokenType::VOPRF_P384, &mut SystemRng)?;
//! let issuer = IssuerService::new(KeySet::single(key)?);
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
//! server::serve(listener, issuer.router(), server::Limits::default(), server::shutdown_signal()).await?;
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

pub mod attester;
pub mod cache;
pub mod client;
mod clock;
pub mod issuer;
pub mod origin;
mod pool;
mod problem;
pub mod server;
pub mod spend;
pub mod transport;

use std::future::Future;
use std::pin::Pin;

pub use problem::Problem;
pub use reqwest;

/// A future behind a pointer, so that a trait with it can be an object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
