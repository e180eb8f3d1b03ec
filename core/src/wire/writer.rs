//! Writing the TLS presentation language.

use crate::error::{Error, ErrorKind, Result};

/// A cursor over the caller's buffer.
///
/// It goes on counting when the buffer is full, so that the error of [`finish`](Self::finish) tells the size that would
/// have been enough.
#[derive(Debug)]
pub struct Writer<'a> {
    buffer: &'a mut [u8],
    written: usize,
}

impl<'a> Writer<'a> {
    /// Starts at the first byte of `buffer`.
    #[must_use]
    pub const fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, written: 0 }
    }

    /// Appends `bytes`.
    pub fn put(&mut self, bytes: &[u8]) {
        let rest = self.buffer.get_mut(self.written..);
        if let Some(slot) = rest.and_then(|rest| rest.get_mut(..bytes.len())) {
            slot.copy_from_slice(bytes);
        }
        self.written = self.written.saturating_add(bytes.len());
    }

    /// Appends a `uint8`.
    pub fn u8(&mut self, value: u8) {
        self.put(&[value]);
    }

    /// Appends a `uint16`, big-endian.
    pub fn u16(&mut self, value: u16) {
        self.put(&value.to_be_bytes());
    }

    /// Appends a vector with a one-byte length.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when `bytes` is longer than 255.
    pub fn opaque8(&mut self, bytes: &[u8]) -> Result<()> {
        self.u8(u8::try_from(bytes.len()).map_err(|_| ErrorKind::Misuse)?);
        self.put(bytes);
        Ok(())
    }

    /// Appends a vector with a two-byte length.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when `bytes` is longer than 65535.
    pub fn opaque16(&mut self, bytes: &[u8]) -> Result<()> {
        self.u16(u16::try_from(bytes.len()).map_err(|_| ErrorKind::Misuse)?);
        self.put(bytes);
        Ok(())
    }

    /// Ends the message and gives its length in bytes.
    ///
    /// # Errors
    /// [`ErrorKind::BufferTooSmall`], with the needed size as offset. The buffer then holds no message.
    pub fn finish(self) -> Result<usize> {
        if self.written <= self.buffer.len() {
            Ok(self.written)
        } else {
            Err(Error::new(ErrorKind::BufferTooSmall).at(self.written))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_buffer_reports_the_size_that_would_do() {
        for size in 0..6 {
            let mut buffer = [0; 6];
            let mut writer = Writer::new(buffer.get_mut(..size).unwrap_or_default());
            writer.u16(0x0102);
            writer.opaque8(&[3, 4, 5]).ok();
            assert_eq!(writer.finish(), Err(Error::new(ErrorKind::BufferTooSmall).at(6)));
        }
        let mut buffer = [0; 6];
        let mut writer = Writer::new(&mut buffer);
        writer.u16(0x0102);
        writer.opaque8(&[3, 4, 5]).ok();
        assert_eq!(writer.finish(), Ok(6));
        assert_eq!(buffer, [1, 2, 3, 3, 4, 5]);
    }

    #[test]
    fn a_vector_over_its_length_field_is_misuse() {
        let mut buffer = [0; 4];
        assert_eq!(Writer::new(&mut buffer).opaque8(&[0; 256]), Err(ErrorKind::Misuse.into()));
        assert_eq!(Writer::new(&mut buffer).opaque16(&[0; 65536]), Err(ErrorKind::Misuse.into()));
    }
}
