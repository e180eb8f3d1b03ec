//! Marks bytes as secret (undefined for valgrind) or public (defined).

use privacypass_core::Result;
use privacypass_core::provider::Rng;

unsafe extern "C" {
    fn ct_secret(p: *const u8, len: usize);
    fn ct_public(p: *const u8, len: usize);
    fn ct_public_top_bit(p: *const u8);
    fn ct_is_watched() -> i32;
}

/// Marks the bytes as secret: from here on valgrind reports each branch and each address that depends on them.
pub fn secret(bytes: &mut [u8]) {
    // SAFETY: the range is that of a live slice; the request reads and writes none of it.
    unsafe { ct_secret(bytes.as_ptr(), bytes.len()) }
}

/// Declares the bytes public: what the protocol sends to a peer, or tells the caller.
pub fn public(bytes: &mut [u8]) {
    // SAFETY: as above.
    unsafe { ct_public(bytes.as_ptr(), bytes.len()) }
}

/// Declares a whole value public: a verdict that a function returns, or the public half of a key inside the key.
pub fn public_value<T>(value: &T) {
    // SAFETY: the range is that of a live value; the request reads and writes none of it.
    unsafe { ct_public(core::ptr::from_ref(value).cast(), size_of::<T>()) }
}

/// Declares the top bit of the first byte public, and nothing else.
pub fn public_top_bit(bytes: &mut [u8]) {
    let Some(first) = bytes.first_mut() else { return };
    // SAFETY: the byte is live; the request changes what valgrind knows of it, not the byte.
    unsafe { ct_public_top_bit(core::ptr::from_mut(first)) }
}

/// Whether valgrind watches this process.
pub fn is_watched() -> bool {
    // SAFETY: no arguments, no effect.
    unsafe { ct_is_watched() != 0 }
}

/// A deterministic generator whose every byte is secret.
pub struct SecretRng(pub u64);

impl Rng for SecretRng {
    fn fill(&mut self, out: &mut [u8]) -> Result<()> {
        for byte in out.iter_mut() {
            // xorshift64: a proof needs bytes that differ, not bytes that nobody can guess.
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            *byte = (self.0 >> 32) as u8;
        }
        secret(out);
        Ok(())
    }
}
