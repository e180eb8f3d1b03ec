//! The services on real sockets, each test with servers of its own.
#![allow(clippy::unwrap_used)]

mod attester;
mod common;
mod flow;
mod issuer;
mod server;
