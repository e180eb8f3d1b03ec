//! Privacy Pass for every role: client, attester, issuer, origin.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod crypto;
mod error;
pub mod http;
pub mod provider;
mod token_type;
pub mod wire;

pub use error::{Band, Error, ErrorKind, Result};
pub use token_type::{Sizes, TokenType};
