//! Privacy Pass for every role: client, attester, issuer, origin.
#![no_std]
#![forbid(unsafe_code)]

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
pub mod origin;
pub mod provider;
mod token_type;
pub mod wire;

pub use error::{Band, Error, ErrorKind, Result};
pub use token_type::{Sizes, TokenType};
