//! A message of at most `N` bytes, held without a heap.

use core::ops::Deref;

use crate::error::{Error, ErrorKind, Result};

/// Up to `N` bytes by value. It reads as a slice of the bytes in use.
#[derive(Clone, PartialEq, Eq)]
pub struct FixedBytes<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> FixedBytes<N> {
    /// Holds no bytes.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: [0; N], length: 0 }
    }

    /// Appends `bytes`.
    ///
    /// # Errors
    /// [`ErrorKind::BufferTooSmall`] when they do not fit; nothing is appended.
    pub fn push(&mut self, bytes: &[u8]) -> Result<()> {
        let end = self.length.saturating_add(bytes.len());
        let rest = self.bytes.get_mut(self.length..).unwrap_or_default();
        let slot = rest.get_mut(..bytes.len()).ok_or_else(|| Error::new(ErrorKind::BufferTooSmall).at(end))?;
        slot.copy_from_slice(bytes);
        self.length = end;
        Ok(())
    }

    /// The bytes in use.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Overwrites all bytes with zeros, in a way the compiler keeps.
    pub fn wipe(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.bytes);
        self.length = 0;
    }
}

impl<const N: usize> Default for FixedBytes<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Deref for FixedBytes<N> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_slice()
    }
}
