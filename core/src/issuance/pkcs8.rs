//! Private keys in PKCS#8 (RFC 5958), as other tools read and write them.
//!
//! A key of type 0x0002 is an RSA key; one of type 0x0001 is an elliptic-curve key (RFC 5915) on secp384r1.

use alloc::string::String;

use rsa::pkcs8::der::asn1::{AnyRef, BitStringRef, OctetStringRef};
use rsa::pkcs8::der::pem::LineEnding;
use rsa::pkcs8::der::{Decode, Encode};
use rsa::pkcs8::{AlgorithmIdentifierRef, ObjectIdentifier, PrivateKeyInfo, SecretDocument};
use sec1::EcPrivateKey;
use zeroize::Zeroizing;

use super::IssuerKey;
use super::issuer_key::Kind;
use crate::crypto::{rsa::PrivateKey2048, voprf};
use crate::error::{ErrorKind, Result};

type Info<'a> = PrivateKeyInfo<AnyRef<'a>, &'a OctetStringRef, BitStringRef<'a>>;

const PEM_LABEL: &str = "PRIVATE KEY";
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const SECP384R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

impl IssuerKey {
    /// Reads an unencrypted PKCS#8 key in PEM, label `PRIVATE KEY`.
    ///
    /// An RSA key (rsaEncryption or id-RSASSA-PSS) is of type 0x0002, a key on secp384r1 of type 0x0001.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] when it is no such structure, or its numbers are no key; [`ErrorKind::Unsupported`] for
    /// another algorithm or curve.
    pub fn from_pkcs8_pem(pem: &str) -> Result<Self> {
        let (label, document) = SecretDocument::from_pem(pem).map_err(|_| ErrorKind::Malformed)?;
        if label != PEM_LABEL {
            return Err(ErrorKind::Malformed.into());
        }
        let info = Info::from_der(document.as_bytes()).map_err(|_| ErrorKind::Malformed)?;
        if info.algorithm.oid != EC_PUBLIC_KEY {
            return Self::from_rsa(PrivateKey2048::from_pkcs8_der(document.as_bytes())?);
        }
        if info.algorithm.parameters_oid() != Ok(SECP384R1) {
            return Err(ErrorKind::Unsupported.into());
        }
        let key = EcPrivateKey::from_der(info.private_key.as_bytes()).map_err(|_| ErrorKind::Malformed)?;
        Self::from_voprf(voprf::PrivateKey::from_bytes(key.private_key)?)
    }

    /// Writes the key as PKCS#8 in PEM, label `PRIVATE KEY`, lines ending in a line feed.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] when the encoder fails, which it does not for a key that could be made.
    ///
    /// # Security
    /// This is the private key, unencrypted. The string is wiped on drop; copies of it are not.
    pub fn to_pkcs8_pem(&self) -> Result<Zeroizing<String>> {
        match &self.kind {
            Kind::BlindRsa2048(key) => key.to_pkcs8_pem(),
            Kind::VoprfP384(key) => voprf_to_pem(key).map_err(|_| ErrorKind::Internal.into()),
        }
    }
}

fn voprf_to_pem(key: &voprf::PrivateKey) -> rsa::pkcs8::der::Result<Zeroizing<String>> {
    let scalar = key.to_bytes();
    // The public key is left out: readers compute it, and ours never trusts one that stands beside a private key.
    let key = EcPrivateKey { private_key: &scalar[..], parameters: None, public_key: None };
    let key = Zeroizing::new(key.to_der()?);
    let algorithm = AlgorithmIdentifierRef { oid: EC_PUBLIC_KEY, parameters: Some((&SECP384R1).into()) };
    SecretDocument::encode_msg(&Info::new(algorithm, OctetStringRef::new(&key)?))?.to_pem(PEM_LABEL, LineEnding::LF)
}
