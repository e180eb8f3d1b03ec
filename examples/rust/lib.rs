//! The examples stand beside this file. Run one with `cargo run -p privacypass-examples --example 01_flow`.
