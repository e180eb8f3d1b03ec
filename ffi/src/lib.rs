//! `libprivacypass`: Privacy Pass for C.
//!
//! This crate is the C boundary and nothing else: it checks arguments, turns C's memory into Rust's types and back, and
//! calls `privacypass-core`. Each public module is one section of `include/privacypass.h`, which `tests/header.rs`
//! makes from the documentation here: it is written for the reader of the header.
#![cfg_attr(not(feature = "std"), no_std)]
// The boundary is where `unsafe` belongs; every block has its reason.
#![allow(unsafe_code)]
#![allow(non_camel_case_types)]
// The contract of every function is the same and stands once, at the top of the header.
#![allow(clippy::missing_safety_doc)]
// `Ok(out.put(value))`: a function of C ends with its output.
#![allow(clippy::unit_arg)]
// The documentation is laid out for the header.
#![allow(clippy::doc_lazy_continuation, clippy::doc_overindented_list_items)]

mod args;
mod guard;
mod handle;
mod value;

pub mod attester;
pub mod base64url;
pub mod bytes;
pub mod client;
#[cfg(feature = "std")]
pub mod directory;
pub mod hazmat;
pub mod http;
pub mod issuer;
pub mod issuer_key;
#[cfg(feature = "std")]
pub mod issuer_list;
#[cfg(feature = "std")]
pub mod key_schedule;
pub mod media_type;
#[cfg(feature = "std")]
pub mod memory_spend_store;
pub mod origin;
pub mod rng;
pub mod spend_store;
pub mod stateless;
pub mod status;
pub mod token_key;
pub mod token_type;
pub mod version;
pub mod wire;

#[cfg(all(not(feature = "std"), not(test)))]
mod freestanding;
#[cfg(privacypass_inject_panic)]
mod inject_panic;
