//! The book: what the roles do, and what whoever runs one has to know.
//!
//! - [`roles`]: who knows what, and a token's life step by step
//! - [`token_types`]: which type to choose
//! - [`threat_model`]: what is defended against whom
//! - [`deploying`]: an origin, an issuer and an attester in production
//! - [`clients`]: what deployed clients accept, and what follows
//! - [`signers`]: keys in a hardware module or another process
//! - [`no_alloc`]: programs without a heap
//! - [`c_abi`]: what C programs and wrappers of them may rely on
//! - [`arithmetic`]: how the numbers are computed, and why in constant time
//! - [`design`]: the decisions, and where they changed
//! - [`limitations`]: what this library does not do

#[doc = include_str!("roles.md")]
pub mod roles {}
#[doc = include_str!("token_types.md")]
pub mod token_types {}
#[doc = include_str!("threat_model.md")]
pub mod threat_model {}
#[doc = include_str!("deploying.md")]
pub mod deploying {}
#[doc = include_str!("clients.md")]
pub mod clients {}
#[doc = include_str!("signers.md")]
pub mod signers {}
#[doc = include_str!("no_alloc.md")]
pub mod no_alloc {}
#[doc = include_str!("c_abi.md")]
pub mod c_abi {}
#[doc = include_str!("arithmetic.md")]
pub mod arithmetic {}
#[doc = include_str!("design.md")]
pub mod design {}
#[doc = include_str!("limitations.md")]
pub mod limitations {}
