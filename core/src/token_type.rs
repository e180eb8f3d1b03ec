//! Token types: an open 16-bit number (RFC 9577 section 2.2, RFC 9578 section 8.2).

use core::fmt;

/// A token type as it stands on the wire.
///
/// Any 16-bit number is a value: a type this library does not implement is data to skip, never a parse error.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenType(pub u16);

/// The fixed sizes, in bytes, of a token type's messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sizes {
    /// The issuer's public key as published in `token-key` (for RSA: the form RFC 9578 asks for).
    pub token_key: usize,
    /// The `TokenRequest`.
    pub request: usize,
    /// The `TokenResponse`.
    pub response: usize,
    /// The authenticator, `Nk`.
    pub authenticator: usize,
    /// The whole `Token`.
    pub token: usize,
}

impl TokenType {
    /// VOPRF(P-384, SHA-384): privately verifiable (RFC 9578 section 5).
    pub const VOPRF_P384: Self = Self(0x0001);
    /// Blind RSA with a 2048-bit key: publicly verifiable (RFC 9578 section 6).
    pub const BLIND_RSA_2048: Self = Self(0x0002);

    /// The types reserved for greasing (RFC 9577 section 6.2.1): nobody issues them, everybody must skip them.
    pub const GREASE: [Self; 17] = [
        Self(0x0000),
        Self(0x02AA),
        Self(0x1132),
        Self(0x2E96),
        Self(0x3CD3),
        Self(0x4473),
        Self(0x5A63),
        Self(0x6D32),
        Self(0x7F3F),
        Self(0x8D07),
        Self(0x916B),
        Self(0xA6A4),
        Self(0xBEAB),
        Self(0xC3F3),
        Self(0xDA42),
        Self(0xE944),
        Self(0xF057),
    ];

    /// Whether the type is reserved for greasing.
    #[must_use]
    pub fn is_grease(self) -> bool {
        Self::GREASE.contains(&self)
    }

    /// Whether this build issues and verifies the type.
    #[must_use]
    pub const fn is_supported(self) -> bool {
        self.sizes().is_some()
    }

    /// The sizes of the type's messages, for the types this build implements.
    #[must_use]
    pub const fn sizes(self) -> Option<Sizes> {
        match self {
            Self::VOPRF_P384 => {
                Some(Sizes { token_key: 49, request: 52, response: 145, authenticator: 48, token: 146 })
            }
            Self::BLIND_RSA_2048 => {
                Some(Sizes { token_key: 342, request: 259, response: 256, authenticator: 256, token: 354 })
            }
            _ => None,
        }
    }

    /// A name for people: the registry's, or a draft's, or `grease`, or `unknown`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            0x0001 => "VOPRF (P-384, SHA-384)",
            0x0002 => "Blind RSA (2048-bit)",
            0x0003 | 0x0004 => "rate-limited blind RSA (expired draft)",
            0x0005 => "VOPRF (ristretto255, SHA-512) (draft)",
            0xDA7A => "partially blind RSA (2048-bit) (draft)",
            0xDA7B => "POPRF (P-384, SHA-384) (draft)",
            0xE5AC => "ARC (P-256) (draft)",
            0xE5AD => "ACT (draft)",
            0xC07E => "ATHM (P-256) (draft)",
            0xF91A => "batched ristretto255 (obsolete draft)",
            _ if self.is_grease() => "grease",
            _ => "unknown",
        }
    }
}

impl From<u16> for TokenType {
    fn from(value: u16) -> Self {
        Self(value)
    }
}

impl From<TokenType> for u16 {
    fn from(value: TokenType) -> Self {
        value.0
    }
}

impl fmt::Debug for TokenType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenType(0x{:04X})", self.0)
    }
}

impl fmt::Display for TokenType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:04X}", self.0)
    }
}
