//! Key generation, and PKCS#8 (RFC 5958) in DER and PEM (RFC 7468).
//!
//! The `rsa` crate searches the primes and its DER types hold the fields; none of its arithmetic touches a key made
//! here.

use super::{PrivateKey, spki};
use crate::crypto::uint;
use crate::error::{Error, ErrorKind, Result};
use crate::provider::Rng;
use alloc::string::String;
use alloc::vec::Vec;
use core::convert::Infallible;
use rsa::pkcs1::RsaPrivateKeyRef;
use rsa::pkcs8::der::asn1::{AnyRef, BitStringRef, OctetStringRef, UintRef};
use rsa::pkcs8::der::pem::LineEnding;
use rsa::pkcs8::der::{Decode, Encode};
use rsa::pkcs8::{AlgorithmIdentifierRef, ObjectIdentifier, PrivateKeyInfo, SecretDocument};
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use sha2::{Digest, Sha384};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

type Info<'a> = PrivateKeyInfo<AnyRef<'a>, &'a OctetStringRef, BitStringRef<'a>>;

/// The PEM label of an unencrypted PKCS#8 key.
const LABEL: &str = "PRIVATE KEY";

/// AlgorithmIdentifier of an RSASSA-PSS key that names no parameters: it may be used with any (RFC 4055 section 3.1).
const PSS_UNRESTRICTED: &[u8] = &[0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];

const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

impl PrivateKey<32, 16> {
    /// Generates a 2048-bit key with public exponent 65537.
    ///
    /// # Errors
    /// [`ErrorKind::Rng`], or the source's own error, when randomness fails; [`ErrorKind::Rng`] too when it gives the
    /// same bytes twice in a row.
    pub fn generate(rng: &mut dyn Rng) -> Result<Self> {
        let mut source = Adapter { rng, failed: None, counter: 0, last: Zeroizing::new([0; BLOCK]) };
        let key = rsa::RsaPrivateKey::new(&mut source, 64 * 32);
        if let Some(error) = source.failed {
            return Err(error);
        }
        let key = key.map_err(|_| ErrorKind::Internal)?;
        let [p, q] = key.primes() else { return Err(ErrorKind::Internal.into()) };
        Self::from_components(
            &key.n().to_be_bytes(),
            &key.e().to_be_bytes(),
            &Zeroizing::new(key.d().to_be_bytes()),
            &Zeroizing::new(p.to_be_bytes()),
            &Zeroizing::new(q.to_be_bytes()),
        )
    }
}

impl<const N: usize, const H: usize> PrivateKey<N, H> {
    /// Reads an unencrypted PKCS#8 key in DER: rsaEncryption, or id-RSASSA-PSS without parameters or with those of
    /// RFC 9578.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] when the bytes are no such structure; [`ErrorKind::Unsupported`] for another algorithm
    /// or more than two primes; then as [`Self::from_components`].
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self> {
        let info = Info::from_der(der).map_err(|_| ErrorKind::Malformed)?;
        let algorithm = info.algorithm.to_der().map_err(|_| ErrorKind::Malformed)?;
        let known = [spki::RSA_ENCRYPTION, PSS_UNRESTRICTED, spki::RFC9578, spki::NULL_PARAMETERS];
        if !known.contains(&algorithm.as_slice()) {
            return Err(ErrorKind::Unsupported.into());
        }
        let key = RsaPrivateKeyRef::from_der(info.private_key.as_bytes()).map_err(|_| ErrorKind::Malformed)?;
        if key.other_prime_infos.is_some() {
            return Err(ErrorKind::Unsupported.into());
        }
        let [n, e, d, p, q] =
            [key.modulus, key.public_exponent, key.private_exponent, key.prime1, key.prime2].map(|x| x.as_bytes());
        Self::from_components(n, e, d, p, q)
    }

    /// Reads an unencrypted PKCS#8 key in PEM, label `PRIVATE KEY`.
    ///
    /// # Errors
    /// As [`Self::from_pkcs8_der`].
    pub fn from_pkcs8_pem(pem: &str) -> Result<Self> {
        let (label, document) = SecretDocument::from_pem(pem).map_err(|_| ErrorKind::Malformed)?;
        if label != LABEL {
            return Err(ErrorKind::Malformed.into());
        }
        Self::from_pkcs8_der(document.as_bytes())
    }

    /// Writes the key as PKCS#8 DER under rsaEncryption, which every tool reads.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] when the encoder fails, which it does not for a key that could be made.
    ///
    /// # Security
    /// This is the private key, unencrypted. The buffer is wiped on drop; copies of it are not.
    pub fn to_pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>> {
        Ok(self.document()?.to_bytes())
    }

    /// Writes the key as PKCS#8 PEM, label `PRIVATE KEY`, lines ending in a line feed.
    ///
    /// # Errors
    /// As [`Self::to_pkcs8_der`].
    ///
    /// # Security
    /// As [`Self::to_pkcs8_der`].
    pub fn to_pkcs8_pem(&self) -> Result<Zeroizing<String>> {
        self.document()?.to_pem(LABEL, LineEnding::LF).map_err(|_| ErrorKind::Internal.into())
    }

    fn document(&self) -> Result<SecretDocument> {
        let internal = |_| Error::new(ErrorKind::Internal);
        let pk = self.public();
        let [n, e, d] = [pk.n().value(), pk.e(), &self.d].map(bytes);
        let [p, q, dp, dq, qi] =
            [self.p.prime.value(), self.q.prime.value(), &self.p.exponent, &self.q.exponent, &self.q_inverse]
                .map(bytes);
        let uint = |bytes| UintRef::new(bytes).map_err(internal);
        let key = RsaPrivateKeyRef {
            modulus: uint(&n)?,
            public_exponent: uint(&e)?,
            private_exponent: uint(&d)?,
            prime1: uint(&p)?,
            prime2: uint(&q)?,
            exponent1: uint(&dp)?,
            exponent2: uint(&dq)?,
            coefficient: uint(&qi)?,
            other_prime_infos: None,
        };
        let key = SecretDocument::encode_msg(&key).map_err(internal)?;
        let algorithm = AlgorithmIdentifierRef { oid: RSA_ENCRYPTION, parameters: Some(AnyRef::NULL) };
        let info = Info::new(algorithm, OctetStringRef::new(key.as_bytes()).map_err(internal)?);
        SecretDocument::encode_msg(&info).map_err(internal)
    }
}

fn bytes<const L: usize>(x: &[u64; L]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(alloc::vec![0; 8 * L]);
    uint::write_be(x, &mut out);
    out
}

/// Bytes drawn at once, and hashed to as many: the output of SHA-384.
const BLOCK: usize = 48;

/// Lends our fallible source to a prime search that wants one which cannot fail.
///
/// The search gets hashes of a counter and fresh bytes. A source that repeats itself would make it find the same prime
/// twice and begin again for ever; the counter makes it end. After a failure it gets hashes of the counter alone, what
/// it finds is thrown away, and the failure is what the caller sees.
struct Adapter<'a> {
    rng: &'a mut dyn Rng,
    failed: Option<Error>,
    counter: u64,
    /// The bytes drawn last. Good randomness gives the same 48 twice in a row with a chance of 2^-384.
    last: Zeroizing<[u8; BLOCK]>,
}

impl Adapter<'_> {
    fn draw(&mut self) -> Result<Zeroizing<[u8; BLOCK]>> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let mut fresh = Zeroizing::new([0; BLOCK]);
        self.rng.fill(&mut fresh[..])?;
        if self.counter > 0 && bool::from(fresh.ct_eq(&self.last[..])) {
            return Err(ErrorKind::Rng.into());
        }
        *self.last = *fresh;
        Ok(fresh)
    }
}

impl TryRng for Adapter<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = Zeroizing::new([0; 4]);
        self.try_fill_bytes(&mut bytes[..])?;
        Ok(u32::from_le_bytes(*bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = Zeroizing::new([0; 8]);
        self.try_fill_bytes(&mut bytes[..])?;
        Ok(u64::from_le_bytes(*bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for block in out.chunks_mut(BLOCK) {
            let fresh = self.draw().unwrap_or_else(|error| {
                self.failed = Some(error);
                Zeroizing::new([0; BLOCK])
            });
            self.counter = self.counter.wrapping_add(1);
            let mut hash = Sha384::new().chain_update(self.counter.to_le_bytes()).chain_update(&fresh[..]).finalize();
            block.copy_from_slice(&hash[..block.len()]);
            hash.as_mut_slice().zeroize();
        }
        Ok(())
    }
}

impl TryCryptoRng for Adapter<'_> {}
