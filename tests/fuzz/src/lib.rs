//! One target for each parser. A target panics when a promise is broken: a parser never panics, what it accepts reads
//! back as the same bytes, and its offsets lie in the input.

mod targets;

pub use targets::open as open_pending;

/// Checks one input.
pub type Target = fn(&[u8]);

/// Every target by name.
pub const TARGETS: &[(&str, Target)] = &[
    ("challenge", targets::challenge),
    ("token", targets::token),
    ("token_request", targets::token_request),
    ("www_authenticate", targets::www_authenticate),
    ("authorization", targets::authorization),
    ("base64", targets::base64),
    ("spki", targets::spki),
    ("directory", targets::directory),
    ("pending", targets::pending),
];

/// Breaks on purpose: what runs the targets must notice.
pub const CANARY: (&str, Target) = ("canary", targets::canary);

/// The target of this name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().chain([&CANARY]).find(|(known, _)| *known == name).map(|(_, target)| *target)
}
