//! What the caller lends to the library: randomness, a spend store, a signer.

#[cfg(feature = "std")]
mod memory_store;

#[cfg(feature = "std")]
pub use memory_store::MemorySpendStore;

use crate::error::Result;
use crate::token_type::TokenType;

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

/// What identifies a redemption: 32 bytes that the library derives from a verified token.
///
/// Two tokens have the same key only if they are the same token. The key tells nothing of the token's bytes.
pub type SpendKey = [u8; 32];

/// The answer of a [`SpendStore`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Spend {
    /// The key was not there; it is now, until it expires.
    Fresh,
    /// The key was there.
    Replayed,
}

/// The set of keys already spent.
///
/// # Security
/// `spend` must be **one atomic step**: of any number of concurrent calls with one key, exactly one may answer
/// [`Spend::Fresh`]. A store that looks up first and inserts afterwards lets a token be redeemed twice. A store must
/// never forget a key before `expires_at`; when it has no room it must fail.
///
/// Calls come with times that are not in order: a caller may be slow, and the clocks of several machines differ. So a store
/// should keep a key for a while after `expires_at`, and must not take an old `now` for a reason to call a key fresh that it
/// may have forgotten.
pub trait SpendStore {
    /// Inserts `key`, unless it is there, until `expires_at`.
    ///
    /// `expires_at` and `now` are unix seconds. An entry is expired from `expires_at` on.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when the store failed, [`ErrorKind::Exhausted`](crate::ErrorKind::Exhausted)
    /// when it is full. Nobody is let in then; a store that failed after it had inserted has spent the key all the
    /// same, so it should fail before.
    fn spend(&self, key: &SpendKey, expires_at: u64, now: u64) -> Result<Spend>;
}

impl<S: SpendStore + ?Sized> SpendStore for &S {
    fn spend(&self, key: &SpendKey, expires_at: u64, now: u64) -> Result<Spend> {
        (**self).spend(key, expires_at, now)
    }
}

/// A private key that lives elsewhere: a hardware module, another process, a key service.
///
/// The library checks every answer before it leaves, so a faulty signer cannot leak its key through wrong answers.
pub trait Signer {
    /// Computes the issuer's side of a token.
    ///
    /// - Type 0x0002: the raw RSA private operation, `output = input^d mod n`; both 256 bytes, big-endian.
    /// - Type 0x0001: `BlindEvaluate` of RFC 9497; `input` is the blinded element (49 bytes), `output` the evaluated
    ///   element (49 bytes), then the proof (96 bytes).
    ///
    /// `token_key_id` is the SHA-256 of the public key as published.
    ///
    /// # Errors
    /// [`ErrorKind::Signer`](crate::ErrorKind::Signer) when the signer failed.
    fn sign(&mut self, token_type: TokenType, token_key_id: &[u8; 32], input: &[u8], output: &mut [u8]) -> Result<()>;
}
