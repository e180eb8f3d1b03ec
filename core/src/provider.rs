//! What the caller lends to the library: randomness, a spend store, a signer.

use crate::error::Result;

/// A source of cryptographic randomness.
///
/// It must be seeded and unpredictable: blinding, nonces and keys come from it. It is object safe; functions of this
/// crate take `&mut dyn Rng`.
pub trait Rng {
    /// Fills all of `out`.
    ///
    /// # Errors
    /// [`ErrorKind::Rng`](crate::ErrorKind::Rng) when randomness cannot be had; the contents of `out` are then not used.
    fn fill(&mut self, out: &mut [u8]) -> Result<()>;
}

impl<R: Rng + ?Sized> Rng for &mut R {
    fn fill(&mut self, out: &mut [u8]) -> Result<()> {
        (**self).fill(out)
    }
}

/// The operating system's randomness.
#[cfg(feature = "getrandom")]
#[derive(Clone, Copy, Default, Debug)]
pub struct SystemRng;

#[cfg(feature = "getrandom")]
impl Rng for SystemRng {
    fn fill(&mut self, out: &mut [u8]) -> Result<()> {
        getrandom::fill(out).map_err(|_| crate::ErrorKind::Rng.into())
    }
}
