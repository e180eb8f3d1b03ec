//! RSA blind signatures, RSABSSA (RFC 9474): all four variants with SHA-384.
//!
//! The client [`prepare`]s and [`blind`]s a message, the signer [`blind_sign`]s it without seeing it, the client
//! [`finalize`]s, and anyone [`verify`]s with the public key. Messages are what `prepare` returned.

mod client;
pub mod hazmat;
mod signer;
#[cfg(test)]
mod tests;
mod verifier;

use crate::crypto::pss;
use crate::crypto::rsa::{MAX_MODULUS_BITS, PublicKey};
use crate::crypto::uint;

pub use client::{BlindingInverse, blind, finalize, prepare};
pub use signer::{blind_sign, blind_sign_slice, check_raw};
pub use verifier::{verify, verify_slice};

pub(crate) use signer::check_blinded;

/// Bytes of the random prefix of the randomized variants (RFC 9474 section 4.1).
pub const PREFIX_LEN: usize = 32;

/// Bytes of the salt of the PSS variants: the length of a SHA-384 digest.
pub const SALT_LEN: usize = 48;

/// A named variant of RFC 9474 section 5.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Variant {
    /// RSABSSA-SHA384-PSS-Randomized.
    PssRandomized,
    /// RSABSSA-SHA384-PSSZERO-Randomized.
    PssZeroRandomized,
    /// RSABSSA-SHA384-PSS-Deterministic: token type 0x0002.
    PssDeterministic,
    /// RSABSSA-SHA384-PSSZERO-Deterministic.
    PssZeroDeterministic,
}

impl Variant {
    /// Every variant, in the order of the RFC.
    pub const ALL: [Self; 4] =
        [Self::PssRandomized, Self::PssZeroRandomized, Self::PssDeterministic, Self::PssZeroDeterministic];

    /// The RFC's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PssRandomized => "RSABSSA-SHA384-PSS-Randomized",
            Self::PssZeroRandomized => "RSABSSA-SHA384-PSSZERO-Randomized",
            Self::PssDeterministic => "RSABSSA-SHA384-PSS-Deterministic",
            Self::PssZeroDeterministic => "RSABSSA-SHA384-PSSZERO-Deterministic",
        }
    }

    /// Bytes of the salt: [`SALT_LEN`] or 0.
    #[must_use]
    pub const fn salt_len(self) -> usize {
        match self {
            Self::PssRandomized | Self::PssDeterministic => SALT_LEN,
            Self::PssZeroRandomized | Self::PssZeroDeterministic => 0,
        }
    }

    /// Bytes that [`prepare`] puts before the message: [`PREFIX_LEN`] or 0.
    #[must_use]
    pub const fn prefix_len(self) -> usize {
        match self {
            Self::PssRandomized | Self::PssZeroRandomized => PREFIX_LEN,
            Self::PssDeterministic | Self::PssZeroDeterministic => 0,
        }
    }
}

/// Whether `s` is a signature of the message: `s^e`, then EMSA-PSS-VERIFY.
fn signature_opens<const N: usize>(pk: &PublicKey<N>, variant: Variant, msg: &[u8], s: &[u64; N]) -> bool {
    let em_bits = pk.modulus_bits() - 1;
    let mut buffer = [0u8; MAX_MODULUS_BITS / 8];
    let Some(opened) = buffer.get_mut(..pk.modulus_len()) else { return false };
    uint::write_be(&pk.power(s), opened);
    // With one bit more than whole bytes the encoding is a byte shorter than the modulus: that byte must be 0.
    let above = pk.modulus_len() - pss::encoded_len(em_bits);
    let Some((above, em)) = opened.split_at_mut_checked(above) else { return false };
    if above.iter().any(|&byte| byte != 0) {
        return false;
    }
    pss::verify(msg, variant.salt_len(), em_bits, em)
}
