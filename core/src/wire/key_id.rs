//! `token_key_id` (RFC 9578 sections 5.5 and 6.5).

use core::fmt;

use sha2::{Digest, Sha256};

/// The SHA-256 of an issuer's public key, over the bytes **as published**.
///
/// A key must never be decoded and encoded again before hashing: some issuers publish an encoding of their own, and the
/// identifier is that of their bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenKeyId(pub [u8; Self::BYTES]);

impl TokenKeyId {
    /// The size of an identifier in bytes, `Nid`.
    pub const BYTES: usize = 32;

    /// Hashes a public key as it was published.
    #[must_use]
    pub fn of(token_key: &[u8]) -> Self {
        Self(Sha256::digest(token_key).into())
    }

    /// The last byte, which a `TokenRequest` carries.
    #[must_use]
    pub const fn truncated(&self) -> u8 {
        let [.., last] = self.0;
        last
    }
}

impl fmt::Debug for TokenKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for TokenKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
