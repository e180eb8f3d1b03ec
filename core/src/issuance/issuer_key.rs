//! An issuer's private key, and what an issuer and an origin do with it.

use super::{TokenKey, blind_rsa_2048, voprf_p384};
use crate::crypto::{rsa, voprf};
use crate::error::{ErrorKind, Result};
use crate::provider::Rng;
use crate::token_type::TokenType;
use crate::wire::{FixedBytes, TokenKeyId, TokenRef, TokenResponse};

/// The largest published key of a type this build implements, in bytes.
const TOKEN_KEY_MAX_BYTES: usize = 342;

/// An issuer's private key for one token type, with its public key.
///
/// It is wiped on drop, and has no `Debug`, `Clone` or comparison. Making one does all the work that depends on the key
/// alone.
pub struct IssuerKey {
    public: TokenKey,
    published: FixedBytes<TOKEN_KEY_MAX_BYTES>,
    pub(super) kind: Kind,
}

// A key is made once and lives long; boxing it would need a heap.
#[allow(clippy::large_enum_variant)]
pub(super) enum Kind {
    VoprfP384(voprf::PrivateKey),
    BlindRsa2048(rsa::PrivateKey2048),
}

impl IssuerKey {
    /// Generates a key.
    ///
    /// RSA keys need feature `pkcs8` and take some tenths of a second.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for a type this build cannot make keys for; [`ErrorKind::Rng`].
    pub fn generate(token_type: TokenType, rng: &mut dyn Rng) -> Result<Self> {
        match token_type {
            TokenType::VOPRF_P384 => Self::from_voprf(voprf::PrivateKey::generate(rng)?),
            #[cfg(feature = "pkcs8")]
            TokenType::BLIND_RSA_2048 => Self::from_rsa(rsa::PrivateKey2048::generate(rng)?),
            _ => Err(ErrorKind::Unsupported.into()),
        }
    }

    /// Derives a key of type 0x0001 from a seed (RFC 9578 section 5.5): the same seed gives the same key.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when the seed is shorter than 32 bytes. RFC 9497 has 32, RFC 9578 has 48; both are accepted.
    pub fn derive_voprf_p384(seed: &[u8]) -> Result<Self> {
        Self::from_voprf(voprf::PrivateKey::derive(seed, b"PrivacyPass")?)
    }

    /// Takes the private scalar of a key of type 0x0001: 48 bytes, big-endian.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] when it is not 48 bytes, is zero, or is not below the group's order.
    pub fn from_voprf_p384_scalar(scalar: &[u8]) -> Result<Self> {
        Self::from_voprf(voprf::PrivateKey::from_bytes(scalar)?)
    }

    /// Takes the numbers of a key of type 0x0002, each big-endian.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] when they are not those of one RSA key; [`ErrorKind::Unsupported`] when it has not 2048
    /// bits, or a public exponent of more than three bytes.
    pub fn from_blind_rsa_2048_components(n: &[u8], e: &[u8], d: &[u8], p: &[u8], q: &[u8]) -> Result<Self> {
        Self::from_rsa(rsa::PrivateKey2048::from_components(n, e, d, p, q)?)
    }

    pub(super) fn from_voprf(key: voprf::PrivateKey) -> Result<Self> {
        let mut published = FixedBytes::new();
        published.push(&key.public().to_bytes())?;
        let public = TokenKey::from_bytes(TokenType::VOPRF_P384, &published)?;
        Ok(Self { public, published, kind: Kind::VoprfP384(key) })
    }

    pub(super) fn from_rsa(key: rsa::PrivateKey2048) -> Result<Self> {
        let mut published = FixedBytes::new();
        let mut spki = [0; TOKEN_KEY_MAX_BYTES];
        // Only a public exponent of more than three bytes makes it longer, and no token type here carries one.
        let length = key.public().write_spki(&mut spki).map_err(|_| ErrorKind::Unsupported)?;
        published.push(spki.get(..length).unwrap_or_default())?;
        let public = TokenKey::from_bytes(TokenType::BLIND_RSA_2048, &published)?;
        Ok(Self { public, published, kind: Kind::BlindRsa2048(key) })
    }

    /// The public key, ready for use.
    #[must_use]
    pub const fn public(&self) -> &TokenKey {
        &self.public
    }

    /// The public key as a directory publishes it: `token-key`, before base64url.
    #[must_use]
    pub fn token_key(&self) -> &[u8] {
        &self.published
    }

    /// The type of the tokens this key makes.
    #[must_use]
    pub const fn token_type(&self) -> TokenType {
        self.public.token_type()
    }

    /// The key's identifier.
    #[must_use]
    pub const fn id(&self) -> TokenKeyId {
        self.public.id()
    }

    /// A second copy, for types that only the private key verifies; `None` where the public key does.
    pub(crate) fn copy_for_verification(&self) -> Option<Result<Self>> {
        match &self.kind {
            Kind::VoprfP384(key) => Some(Self::from_voprf_p384_scalar(&key.to_bytes()[..])),
            Kind::BlindRsa2048(_) => None,
        }
    }

    /// Answers the blinded messages of up to [`CHUNK`](super::CHUNK) requests for this key, with a result each.
    pub(crate) fn issue(&self, rng: &mut dyn Rng, blinded: &[&[u8]], results: &mut [Result<TokenResponse>]) {
        match &self.kind {
            Kind::VoprfP384(key) => voprf_p384::issue(key, rng, blinded, results),
            Kind::BlindRsa2048(key) => blind_rsa_2048::issue(key, rng, blinded, results),
        }
    }

    /// Verifies up to [`CHUNK`](super::CHUNK) tokens made with this key, with a result each.
    ///
    /// The caller has matched type and key identifier.
    pub(crate) fn verify(&self, tokens: &[TokenRef<'_>], results: &mut [Result<()>]) {
        match &self.kind {
            Kind::VoprfP384(key) => voprf_p384::verify(key, tokens, results),
            Kind::BlindRsa2048(_) => self.public.verify(tokens, results),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::rsa::tests::{components, oracle_key};

    #[test]
    fn an_exponent_that_no_token_key_can_carry_is_unsupported() {
        // The exponents have changed places: a sound key, but its public half takes more than 342 bytes.
        let [n, e, d, p, q] = components(&oracle_key(16, 2048));
        assert!(IssuerKey::from_blind_rsa_2048_components(&n, &e, &d, &p, &q).is_ok());
        let long = IssuerKey::from_blind_rsa_2048_components(&n, &d, &e, &p, &q);
        assert_eq!(long.err().map(|error| error.kind()), Some(ErrorKind::Unsupported));
    }
}
