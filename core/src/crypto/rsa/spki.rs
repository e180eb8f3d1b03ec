//! SubjectPublicKeyInfo of an RSA key: the exact RSASSA-PSS form of RFC 9578, and the two others met in the field.
//!
//! A token key id is the hash of these bytes as published, so the reader is strict and says which form it saw, and a
//! reader that re-encodes would compute another id.

use crate::error::{Error, ErrorKind, Result};

/// AlgorithmIdentifier of RFC 9578 section 6.5: id-RSASSA-PSS, SHA-384, MGF1 with SHA-384, salt length 48. The inner
/// hash identifiers carry no parameters and the trailer field is left out.
const RFC9578: &[u8] = &[
    0x30, 0x3d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, 0x30, 0x30, 0xa0, 0x0d, 0x30, 0x0b,
    0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0xa1, 0x1a, 0x30, 0x18, 0x06, 0x09, 0x2a, 0x86,
    0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
    0x02, 0xa2, 0x03, 0x02, 0x01, 0x30,
];

/// The same with a NULL in both hash identifiers.
const NULL_PARAMETERS: &[u8] = &[
    0x30, 0x41, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, 0x30, 0x34, 0xa0, 0x0f, 0x30, 0x0d,
    0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0xa1, 0x1c, 0x30, 0x1a, 0x06, 0x09,
    0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03,
    0x04, 0x02, 0x02, 0x05, 0x00, 0xa2, 0x03, 0x02, 0x01, 0x30,
];

/// rsaEncryption with NULL (RFC 3279 section 2.3.1).
const RSA_ENCRYPTION: &[u8] =
    &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

const TAG_INTEGER: u8 = 0x02;
const TAG_BIT_STRING: u8 = 0x03;
const TAG_SEQUENCE: u8 = 0x30;

/// Which AlgorithmIdentifier a key was published with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Form {
    /// The exact bytes of RFC 9578: 342 in all for a 2048-bit modulus with exponent 65537.
    Rfc9578,
    /// With NULL parameters in the hash identifiers, as some libraries write: 346 bytes. Peers that re-encode the key
    /// compute another token key id.
    NullParameters,
    /// rsaEncryption, as in deployments older than RFC 9578.
    RsaEncryption,
}

/// A key as parsed, borrowing from the DER.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parsed<'a> {
    /// The modulus, big-endian without leading zeros.
    pub modulus: &'a [u8],
    /// The public exponent, big-endian without leading zeros.
    pub exponent: &'a [u8],
    /// The form it was published in.
    pub form: Form,
}

/// Parses a SubjectPublicKeyInfo: strict DER, one of the three [`Form`]s, nothing after it.
///
/// What the numbers are worth is decided by [`PublicKey::from_components`](super::PublicKey::from_components).
///
/// # Errors
/// [`ErrorKind::Malformed`] with the offset of the element that is not as it should be; [`ErrorKind::Unsupported`]
/// with its offset for another algorithm or other parameters.
pub fn parse(der: &[u8]) -> Result<Parsed<'_>> {
    let mut outer = Reader { bytes: der, base: 0 };
    let mut info = outer.element(TAG_SEQUENCE)?;
    outer.finish()?;

    let algorithm_at = info.base;
    let whole = info.bytes;
    let algorithm = info.element(TAG_SEQUENCE)?;
    let taken = info.base - algorithm_at;
    let form = match whole.get(..taken) {
        Some(RFC9578) => Form::Rfc9578,
        Some(NULL_PARAMETERS) => Form::NullParameters,
        Some(RSA_ENCRYPTION) => Form::RsaEncryption,
        _ => return Err(Error::new(ErrorKind::Unsupported).at(algorithm.base)),
    };

    let mut bits = info.element(TAG_BIT_STRING)?;
    info.finish()?;
    if bits.byte()? != 0 {
        return Err(bits.malformed());
    }
    let mut key = bits.element(TAG_SEQUENCE)?;
    bits.finish()?;
    let modulus = key.positive_integer()?;
    let exponent = key.positive_integer()?;
    key.finish()?;
    Ok(Parsed { modulus, exponent, form })
}

/// Writes the form of RFC 9578 for a modulus and exponent, big-endian, leading zeros ignored; returns the length.
///
/// A 2048-bit modulus with exponent 65537 takes 342 bytes.
///
/// # Errors
/// [`ErrorKind::BufferTooSmall`] with the needed size when `out` is too short; [`ErrorKind::Misuse`] when a number is
/// 0 or longer than 4096 bits.
pub fn write(modulus: &[u8], exponent: &[u8], out: &mut [u8]) -> Result<usize> {
    let (modulus, exponent) = (significant(modulus)?, significant(exponent)?);
    let numbers = element_len(integer_len(modulus)) + element_len(integer_len(exponent));
    let bits = 1 + element_len(numbers);
    let info = RFC9578.len() + element_len(bits);
    let total = element_len(info);
    let Some(out) = out.get_mut(..total) else {
        return Err(Error::new(ErrorKind::BufferTooSmall).at(total));
    };
    let mut writer = Writer { rest: out };
    writer.header(TAG_SEQUENCE, info)?;
    writer.bytes(RFC9578)?;
    writer.header(TAG_BIT_STRING, bits)?;
    writer.bytes(&[0])?;
    writer.header(TAG_SEQUENCE, numbers)?;
    for number in [modulus, exponent] {
        writer.header(TAG_INTEGER, integer_len(number))?;
        if integer_len(number) > number.len() {
            writer.bytes(&[0])?;
        }
        writer.bytes(number)?;
    }
    Ok(total)
}

/// The number without leading zeros.
fn significant(number: &[u8]) -> Result<&[u8]> {
    let start = number.iter().position(|&byte| byte != 0).ok_or(ErrorKind::Misuse)?;
    let number = number.get(start..).ok_or(ErrorKind::Misuse)?;
    if number.len() > super::MAX_MODULUS_BITS / 8 {
        return Err(ErrorKind::Misuse.into());
    }
    Ok(number)
}

/// The content length of a positive INTEGER: one zero byte more when its top bit is set.
fn integer_len(number: &[u8]) -> usize {
    number.len() + usize::from(number.first().is_some_and(|byte| byte & 0x80 != 0))
}

/// The length of an element with this much content, below 2^16.
fn element_len(content: usize) -> usize {
    content
        + match content {
            0..=0x7f => 2,
            0x80..=0xff => 3,
            _ => 4,
        }
}

struct Writer<'a> {
    rest: &'a mut [u8],
}

impl Writer<'_> {
    fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        let rest = core::mem::take(&mut self.rest);
        let (head, tail) = rest.split_at_mut_checked(bytes.len()).ok_or(ErrorKind::Internal)?;
        head.copy_from_slice(bytes);
        self.rest = tail;
        Ok(())
    }

    fn header(&mut self, tag: u8, content: usize) -> Result<()> {
        let [high, low] = u16::try_from(content).map_err(|_| ErrorKind::Internal)?.to_be_bytes();
        match content {
            0..=0x7f => self.bytes(&[tag, low]),
            0x80..=0xff => self.bytes(&[tag, 0x81, low]),
            _ => self.bytes(&[tag, 0x82, high, low]),
        }
    }
}

/// What is left of an element's content, and where it stands in the whole.
struct Reader<'a> {
    bytes: &'a [u8],
    base: usize,
}

impl<'a> Reader<'a> {
    fn malformed(&self) -> Error {
        Error::new(ErrorKind::Malformed).at(self.base)
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let (head, tail) = self.bytes.split_at_checked(len).ok_or(self.malformed())?;
        self.bytes = tail;
        self.base += len;
        Ok(head)
    }

    fn byte(&mut self) -> Result<u8> {
        let (&byte, tail) = self.bytes.split_first().ok_or(self.malformed())?;
        self.bytes = tail;
        self.base += 1;
        Ok(byte)
    }

    /// The content of the next element, which must have this tag and a length in its shortest form, below 2^16.
    fn element(&mut self, tag: u8) -> Result<Self> {
        let start = self.malformed();
        if self.byte()? != tag {
            return Err(start);
        }
        let len = match self.byte()? {
            short @ 0..=0x7f => usize::from(short),
            0x81 => match self.byte()? {
                0..=0x7f => return Err(start),
                len => usize::from(len),
            },
            0x82 => match u16::from_be_bytes([self.byte()?, self.byte()?]) {
                0..=0xff => return Err(start),
                len => usize::from(len),
            },
            _ => return Err(start),
        };
        let base = self.base;
        Ok(Self { bytes: self.take(len)?, base })
    }

    /// An INTEGER above 0 in its shortest form, without the leading zero.
    fn positive_integer(&mut self) -> Result<&'a [u8]> {
        let start = self.malformed();
        let content = self.element(TAG_INTEGER)?.bytes;
        match content {
            [0, rest @ ..] if rest.first().is_some_and(|&byte| byte >= 0x80) => Ok(rest),
            [0x01..=0x7f, ..] => Ok(content),
            _ => Err(start),
        }
    }

    fn finish(&self) -> Result<()> {
        if self.bytes.is_empty() { Ok(()) } else { Err(self.malformed()) }
    }
}
