//! RSA on arithmetic of our own: keys, their DER, and the raw operations that RFC 9474 builds on.
//!
//! Keys are made once and hold every constant of their modulus. Numbers cross the public boundary as big-endian bytes;
//! nothing outside `crypto` sees a limb. The private operation and the blinding arithmetic take the same time whatever the
//! secrets are; the public exponent is public.

mod montgomery;
#[cfg(feature = "pkcs8")]
mod pkcs8;
mod private;
mod public;
pub mod spki;

#[cfg(test)]
pub(crate) mod tests;

pub use private::PrivateKey;
pub use public::PublicKey;

/// The shortest modulus that any key of this library may have, in bits.
///
/// RFC 9578 asks for 2048 bits exactly; shorter keys are within reach of an attacker and no specification here uses them.
pub const MIN_MODULUS_BITS: usize = 2048;

/// The longest modulus that any key of this library may have, in bits.
pub const MAX_MODULUS_BITS: usize = 4096;

/// A public key with a modulus of exactly 2048 bits: token type 0x0002.
pub type PublicKey2048 = PublicKey<32>;

/// A public key with a modulus of 2048 to 4096 bits.
pub type PublicKey4096 = PublicKey<64>;

/// A private key with a modulus of exactly 2048 bits: token type 0x0002.
pub type PrivateKey2048 = PrivateKey<32, 16>;

/// A private key with a modulus of 2048 to 4096 bits, of an even number of bits.
pub type PrivateKey4096 = PrivateKey<64, 32>;
