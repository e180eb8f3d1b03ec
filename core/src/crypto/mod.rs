//! Cryptography without protocol: RFC 9474 (blind RSA) and RFC 9497 (VOPRF), on arithmetic of our own.
//!
//! The arithmetic stands behind a narrow seam: a key object made once, and slices in, slices out. Nothing above this
//! module sees a limb.

mod inverse;
pub(crate) mod limbs;

pub mod blind_rsa;
pub(crate) mod p384;
pub(crate) mod pss;
pub mod rsa;
pub(crate) mod uint;
pub mod voprf;
