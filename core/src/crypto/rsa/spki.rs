//! SubjectPublicKeyInfo of an RSA key: the exact RSASSA-PSS form of RFC 9578, and the two others met in the field.
//!
//! A token key id is the hash of these bytes as published, so the reader is strict and says which form it saw, and a
//! reader that re-encodes would compute another id.

use crate::error::{Error, ErrorKind, Result};

/// AlgorithmIdentifier of RFC 9578 section 6.5: id-RSASSA-PSS, SHA-384, MGF1 with SHA-384, salt length 48. The inner
/// hash identifiers carry no parameters and the trailer field is left out.
pub(super) const RFC9578: &[u8] = &[
    0x30, 0x3d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, 0x30, 0x30, 0xa0, 0x0d, 0x30, 0x0b,
    0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0xa1, 0x1a, 0x30, 0x18, 0x06, 0x09, 0x2a, 0x86,
    0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
    0x02, 0xa2, 0x03, 0x02, 0x01, 0x30,
];

/// The same with a NULL in both hash identifiers.
pub(super) const NULL_PARAMETERS: &[u8] = &[
    0x30, 0x41, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, 0x30, 0x34, 0xa0, 0x0f, 0x30, 0x0d,
    0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0xa1, 0x1c, 0x30, 0x1a, 0x06, 0x09,
    0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03,
    0x04, 0x02, 0x02, 0x05, 0x00, 0xa2, 0x03, 0x02, 0x01, 0x30,
];

/// rsaEncryption with NULL (RFC 3279 section 2.3.1).
pub(super) const RSA_ENCRYPTION: &[u8] =
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

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use std::vec::Vec;

    fn modulus(bits: usize) -> Vec<u8> {
        let mut out = std::vec![0x5a; bits.div_ceil(8)];
        out[0] = 1 << ((bits - 1) % 8);
        out
    }

    /// The same key under another AlgorithmIdentifier.
    fn with_algorithm(der: &[u8], algorithm: &[u8]) -> Vec<u8> {
        let body = [algorithm, &der[4 + RFC9578.len()..]].concat();
        let len = u16::try_from(body.len()).unwrap().to_be_bytes();
        [&[0x30, 0x82, len[0], len[1]], &body[..]].concat()
    }

    fn published(form: Form) -> Vec<u8> {
        let mut out = [0; 342];
        assert_eq!(write(&modulus(2048), &[1, 0, 1], &mut out).unwrap(), 342);
        match form {
            Form::Rfc9578 => out.to_vec(),
            Form::NullParameters => with_algorithm(&out, NULL_PARAMETERS),
            Form::RsaEncryption => with_algorithm(&out, RSA_ENCRYPTION),
        }
    }

    const FORMS: [(Form, usize); 3] = [(Form::Rfc9578, 342), (Form::NullParameters, 346), (Form::RsaEncryption, 294)];

    #[test]
    fn every_form_is_recognised_and_read() {
        for (form, len) in FORMS {
            let der = published(form);
            assert_eq!(der.len(), len);
            let expected = Parsed { modulus: &modulus(2048), exponent: &[1, 0, 1], form };
            assert_eq!(parse(&der), Ok(expected));
        }
    }

    #[test]
    fn the_written_form_begins_as_the_rfc_prints_it() {
        let prefix = "30820152303d06092a864886f70d01010a3030a00d300b0609608648016503040202a11a301806092a864886f70d010108\
                      300b0609608648016503040202a2030201300382010f00";
        let hex: std::string::String = published(Form::Rfc9578).iter().map(|byte| std::format!("{byte:02x}")).collect();
        assert!(hex.starts_with(prefix));
    }

    #[test]
    fn every_length_of_number_survives_a_round_trip() {
        for bits in [2048, 2049, 2055, 2056, 3072, 4096] {
            for exponent in [&[3][..], &[0x7f], &[0x80, 1], &[0xff; 127], &[0xff; 128], &[0x7f; 255], &[0xff; 300]] {
                let mut out = [0; 1100];
                let needed = write(&modulus(bits), exponent, &mut []).unwrap_err();
                let len = write(&modulus(bits), exponent, &mut out).unwrap();
                assert_eq!((needed.kind(), needed.offset()), (ErrorKind::BufferTooSmall, Some(len)));
                assert_eq!(write(&modulus(bits), exponent, &mut out[..len - 1]), Err(needed));
                let parsed = parse(&out[..len]).unwrap();
                assert_eq!((parsed.modulus, parsed.exponent), (&modulus(bits)[..], exponent));
            }
        }
        assert_eq!(write(&[0, 0], &[3], &mut [0; 342]).map_err(|e| e.kind()), Err(ErrorKind::Misuse));
        assert_eq!(write(&[1; 513], &[3], &mut [0; 1100]).map_err(|e| e.kind()), Err(ErrorKind::Misuse));
    }

    #[test]
    fn leading_zeros_are_not_written() {
        let (mut plain, mut padded) = ([0; 342], [0; 342]);
        write(&modulus(2048), &[1, 0, 1], &mut plain).unwrap();
        write(&[&[0; 9][..], &modulus(2048)].concat(), &[0, 0, 1, 0, 1], &mut padded).unwrap();
        assert_eq!(plain, padded);
    }

    #[test]
    fn every_truncation_and_a_trailing_byte_fail() {
        for (form, _) in FORMS {
            let der = published(form);
            for len in 0..der.len() {
                assert_eq!(parse(&der[..len]).map_err(|e| e.kind()), Err(ErrorKind::Malformed), "{form:?}, {len}");
            }
            let longer = [&der[..], &[0]].concat();
            assert_eq!(parse(&longer), Err(Error::new(ErrorKind::Malformed).at(der.len())));
        }
    }

    #[test]
    fn a_trailing_byte_inside_any_element_fails() {
        fn element(tag: u8, content: &[&[u8]]) -> Vec<u8> {
            let content = content.concat();
            let mut out = std::vec![0; element_len(content.len())];
            let mut writer = Writer { rest: &mut out };
            writer.header(tag, content.len()).unwrap();
            writer.bytes(&content).unwrap();
            out
        }
        let build = |[in_numbers, in_bits, in_info]: [&[u8]; 3]| {
            let integers = [element(TAG_INTEGER, &[&modulus(2050)]), element(TAG_INTEGER, &[&[3]])].concat();
            let numbers = element(TAG_SEQUENCE, &[&integers, in_numbers]);
            let bits = element(TAG_BIT_STRING, &[&[0], &numbers, in_bits]);
            let der = element(TAG_SEQUENCE, &[RFC9578, &bits, in_info]);
            parse(&der).map(|_| ()).map_err(|e| e.kind())
        };
        assert_eq!(build([&[], &[], &[]]), Ok(()));
        for at in 0..3 {
            let mut extra: [&[u8]; 3] = [&[]; 3];
            extra[at] = &[0];
            assert_eq!(build(extra), Err(ErrorKind::Malformed), "level {at}");
        }
    }

    #[test]
    fn what_is_not_strict_der_is_refused() {
        let der = published(Form::Rfc9578);
        let numbers = 4 + RFC9578.len() + 4;
        let change = |at: usize, byte: u8| {
            let mut other = der.clone();
            assert_ne!(other[at], byte);
            other[at] = byte;
            parse(&other).map(|_| ()).map_err(|e| e.kind())
        };
        assert_eq!(change(0, 0x31), Err(ErrorKind::Malformed), "a SET");
        assert_eq!(change(1, 0x83), Err(ErrorKind::Malformed), "a length of three bytes");
        assert_eq!(change(1, 0x80), Err(ErrorKind::Malformed), "an indefinite length");
        assert_eq!(change(6 + 10, 0x0b), Err(ErrorKind::Unsupported), "another algorithm");
        assert_eq!(change(numbers, 1), Err(ErrorKind::Malformed), "unused bits");
        assert_eq!(change(numbers + 9, 0x80), Err(ErrorKind::Malformed), "a negative modulus");
        assert_eq!(change(numbers + 10, 0x7f), Err(ErrorKind::Malformed), "a modulus with a needless zero");
        assert_eq!(change(der.len() - 3, 0x80), Err(ErrorKind::Malformed), "a negative exponent");
        assert_eq!(change(der.len() - 3, 0), Err(ErrorKind::Malformed), "an exponent with a needless zero");

        // A short body whose lengths are written longer than needed.
        let short =
            |header: &[u8]| parse(&[header, &[0x30, 0x00]].concat()).map(|_| ()).map_err(|e| (e.kind(), e.offset()));
        assert_eq!(short(&[0x30, 0x02]), Err((ErrorKind::Unsupported, Some(4))));
        assert_eq!(short(&[0x30, 0x81, 0x02]), Err((ErrorKind::Malformed, Some(0))));
        assert_eq!(short(&[0x30, 0x82, 0x00, 0x02]), Err((ErrorKind::Malformed, Some(0))));
    }
}
