//! Reading the TLS presentation language.

use crate::error::{Error, ErrorKind, Result};

/// A cursor over received bytes. Every method checks before it reads; none panics.
///
/// Integers are big-endian. An error carries the offset at which the input stopped making sense. Call
/// [`finish`](Self::finish) last: it refuses trailing bytes.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, offset: 0 }
    }

    /// The number of bytes read so far.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// Reads exactly `count` bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] when fewer are left.
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8]> {
        let (head, tail) = self.rest.split_at_checked(count).ok_or_else(|| self.malformed())?;
        self.rest = tail;
        self.offset = self.offset.saturating_add(count);
        Ok(head)
    }

    /// Reads `N` bytes as an array.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] when fewer are left.
    pub fn array<const N: usize>(&mut self) -> Result<&'a [u8; N]> {
        let (head, tail) = self.rest.split_first_chunk::<N>().ok_or_else(|| self.malformed())?;
        self.rest = tail;
        self.offset = self.offset.saturating_add(N);
        Ok(head)
    }

    /// Reads a `uint8`.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] when nothing is left.
    pub fn u8(&mut self) -> Result<u8> {
        self.array::<1>().map(|[byte]| *byte)
    }

    /// Reads a `uint16`.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] when fewer than two bytes are left.
    pub fn u16(&mut self) -> Result<u16> {
        self.array().map(|bytes| u16::from_be_bytes(*bytes))
    }

    /// Reads a vector with a one-byte length, `opaque x<0..2^8-1>`.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] when the length or the bytes are missing.
    pub fn opaque8(&mut self) -> Result<&'a [u8]> {
        let length = self.u8()?;
        self.bytes(usize::from(length))
    }

    /// Reads a vector with a two-byte length, `opaque x<0..2^16-1>`.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] when the length or the bytes are missing.
    pub fn opaque16(&mut self) -> Result<&'a [u8]> {
        let length = self.u16()?;
        self.bytes(usize::from(length))
    }

    /// Takes all that is left.
    #[must_use]
    pub fn rest(mut self) -> &'a [u8] {
        core::mem::take(&mut self.rest)
    }

    /// Ends the message.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] when bytes are left over.
    pub fn finish(self) -> Result<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.malformed()) }
    }

    /// The error for what stands at the present offset.
    #[must_use]
    pub const fn malformed(&self) -> Error {
        Error::new(ErrorKind::Malformed).at(self.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_in_order_and_refuses_what_is_left_over() {
        let mut reader = Reader::new(&[1, 2, 3, 1, 9, 0, 1, 8, 7]);
        assert_eq!(reader.u8(), Ok(1));
        assert_eq!(reader.u16(), Ok(0x0203));
        assert_eq!(reader.opaque8(), Ok(&[9][..]));
        assert_eq!(reader.opaque16(), Ok(&[8][..]));
        assert_eq!(reader.clone().finish(), Err(Error::new(ErrorKind::Malformed).at(8)));
        assert_eq!(reader.u8(), Ok(7));
        assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn a_length_beyond_the_end_is_refused_where_the_bytes_should_stand() {
        let mut reader = Reader::new(&[0xFF, 0xFF, 0]);
        assert_eq!(reader.opaque16(), Err(Error::new(ErrorKind::Malformed).at(2)));
    }
}
