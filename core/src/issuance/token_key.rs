//! An issuer's public key, and what a client and an origin do with it.

use super::{CHUNK, blind_rsa_2048, voprf_p384};
use crate::crypto::{blind_rsa, rsa, voprf};
use crate::error::{ErrorKind, Result};
use crate::provider::Rng;
use crate::token_type::TokenType;
use crate::wire::{AUTHENTICATOR_INPUT_BYTES, Reader, TokenKeyId, TokenRef, TokenRequest, Writer};

/// An issuer's public key for one token type, ready for use.
///
/// Making one does all the work that depends on the key alone, so make it once and keep it.
#[derive(Clone)]
pub struct TokenKey {
    id: TokenKeyId,
    kind: Kind,
}

// A key is made once and lives long; boxing it would need a heap.
#[allow(clippy::large_enum_variant)]
#[derive(Clone)]
enum Kind {
    VoprfP384(voprf::PublicKey),
    BlindRsa2048(rsa::PublicKey2048),
}

/// What a client must remember between request and response, by token type.
#[allow(clippy::large_enum_variant)]
pub(crate) enum Blinding {
    VoprfP384(voprf_p384::Blinding),
    BlindRsa2048(blind_rsa_2048::Blinding),
}

/// All the random choices of a client, by token type.
#[derive(Clone, Copy)]
pub enum Randomness<'a> {
    /// Type 0x0001.
    VoprfP384 {
        /// The blind: a scalar, 48 bytes, big-endian.
        blind: &'a [u8; 48],
    },
    /// Type 0x0002.
    BlindRsa2048 {
        /// The PSS salt.
        salt: &'a [u8; 48],
        /// The blinding factor `r`, 256 bytes, big-endian.
        r: &'a [u8; 256],
    },
}

impl TokenKey {
    /// Reads a key as an issuer's directory or a `token-key` parameter publishes it (RFC 9578 sections 5.4 and 6.4).
    ///
    /// The identifier is the hash of `token_key` as given. For type 0x0002 the `SubjectPublicKeyInfo` may have the form of
    /// RFC 9578, or one of the two that some issuers publish in its place: hash algorithms with NULL parameters, and
    /// plain `rsaEncryption`.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for another token type, [`ErrorKind::Malformed`] when the bytes are no key of the type.
    pub fn from_bytes(token_type: TokenType, token_key: &[u8]) -> Result<Self> {
        let kind = match token_type {
            TokenType::VOPRF_P384 => Kind::VoprfP384(voprf::PublicKey::from_bytes(token_key)?),
            TokenType::BLIND_RSA_2048 => Kind::BlindRsa2048(blind_rsa_2048::parse_token_key(token_key)?),
            _ => return Err(ErrorKind::Unsupported.into()),
        };
        Ok(Self { id: TokenKeyId::of(token_key), kind })
    }

    /// The type of the tokens this key is for.
    #[must_use]
    pub const fn token_type(&self) -> TokenType {
        match self.kind {
            Kind::VoprfP384(_) => TokenType::VOPRF_P384,
            Kind::BlindRsa2048(_) => TokenType::BLIND_RSA_2048,
        }
    }

    /// The key's identifier, which every token made with it carries.
    #[must_use]
    pub const fn id(&self) -> TokenKeyId {
        self.id
    }

    /// Whether the public key is enough to verify tokens.
    pub(crate) const fn is_publicly_verifiable(&self) -> bool {
        match self.kind {
            Kind::VoprfP384(_) => false,
            Kind::BlindRsa2048(_) => true,
        }
    }

    /// Blinds an authenticator input: the request to send, and what to remember.
    pub(crate) fn blind(
        &self,
        input: &[u8; AUTHENTICATOR_INPUT_BYTES],
        rng: &mut dyn Rng,
    ) -> Result<(TokenRequest, Blinding)> {
        match &self.kind {
            Kind::VoprfP384(_) => self.begun_voprf(voprf_p384::Blinding::new(input, rng)?),
            Kind::BlindRsa2048(key) => self.begun_rsa(blind_rsa_2048::Blinding::new(key, input, rng)?),
        }
    }

    /// [`blind`](Self::blind) with given randomness.
    pub(crate) fn blind_with(
        &self,
        input: &[u8; AUTHENTICATOR_INPUT_BYTES],
        randomness: Randomness<'_>,
    ) -> Result<(TokenRequest, Blinding)> {
        match (&self.kind, randomness) {
            (Kind::VoprfP384(_), Randomness::VoprfP384 { blind }) => {
                self.begun_voprf(voprf_p384::Blinding::with_scalar(input, blind)?)
            }
            (Kind::BlindRsa2048(key), Randomness::BlindRsa2048 { salt, r }) => {
                self.begun_rsa(blind_rsa_2048::Blinding::with_salt_and_r(key, input, salt, r)?)
            }
            _ => Err(ErrorKind::Misuse.into()),
        }
    }

    fn begun_voprf(&self, blinding: voprf_p384::Blinding) -> Result<(TokenRequest, Blinding)> {
        let request = TokenRequest::new(self.token_type(), self.id.truncated(), blinding.blinded())?;
        Ok((request, Blinding::VoprfP384(blinding)))
    }

    fn begun_rsa(
        &self,
        (blinded, blinding): ([u8; blind_rsa_2048::MODULUS_BYTES], blind_rsa_2048::Blinding),
    ) -> Result<(TokenRequest, Blinding)> {
        let request = TokenRequest::new(self.token_type(), self.id.truncated(), &blinded)?;
        Ok((request, Blinding::BlindRsa2048(blinding)))
    }

    /// Turns the issuer's response into the authenticator, which is given to `use_authenticator`.
    pub(crate) fn unblind<T>(
        &self,
        input: &[u8; AUTHENTICATOR_INPUT_BYTES],
        blinding: Blinding,
        response: &[u8],
        use_authenticator: impl FnOnce(&[u8]) -> Result<T>,
    ) -> Result<T> {
        match (&self.kind, blinding) {
            (Kind::VoprfP384(key), Blinding::VoprfP384(blinding)) => {
                use_authenticator(&blinding.finish(key, input, response)?)
            }
            (Kind::BlindRsa2048(key), Blinding::BlindRsa2048(blinding)) => {
                use_authenticator(&blinding.finish(key, input, response)?)
            }
            _ => Err(ErrorKind::Misuse.into()),
        }
    }

    /// Verifies publicly verifiable tokens made with this key, [`CHUNK`] at most, with a result each.
    ///
    /// The caller has matched type and key identifier.
    pub(crate) fn verify(&self, tokens: &[TokenRef<'_>], results: &mut [Result<()>]) {
        debug_assert!(tokens.len() == results.len() && tokens.len() <= CHUNK);
        match &self.kind {
            // Only the issuer's private key can verify these.
            Kind::VoprfP384(_) => results.fill(Err(ErrorKind::Unsupported.into())),
            Kind::BlindRsa2048(key) => blind_rsa_2048::verify(key, tokens, results),
        }
    }

    /// Checks that a blinded message is one an external signer can answer.
    pub(crate) fn check_blinded(&self, blinded: &[u8]) -> Result<()> {
        match &self.kind {
            Kind::VoprfP384(_) => voprf::check_element(blinded),
            Kind::BlindRsa2048(key) => blind_rsa::check_blinded(key, blinded),
        }
    }

    /// Checks what an external signer made of `input`.
    pub(crate) fn check_signed(&self, input: &[u8], output: &[u8]) -> Result<()> {
        match &self.kind {
            Kind::VoprfP384(key) => voprf_p384::check_evaluated(key, input, output),
            Kind::BlindRsa2048(key) => blind_rsa_2048::check_signed(key, input, output),
        }
    }

    /// Writes what a client remembers, so that it can be sealed.
    pub(crate) fn write_blinding(&self, blinding: &Blinding, writer: &mut Writer<'_>) -> Result<()> {
        match (&self.kind, blinding) {
            (Kind::VoprfP384(_), Blinding::VoprfP384(blinding)) => blinding.write(writer),
            (Kind::BlindRsa2048(key), Blinding::BlindRsa2048(blinding)) => blinding.write(key, writer)?,
            _ => return Err(ErrorKind::Misuse.into()),
        }
        Ok(())
    }

    /// Reads what [`write_blinding`](Self::write_blinding) wrote with this key.
    pub(crate) fn read_blinding(&self, reader: &mut Reader<'_>) -> Result<Blinding> {
        match &self.kind {
            Kind::VoprfP384(_) => voprf_p384::Blinding::read(reader).map(Blinding::VoprfP384),
            Kind::BlindRsa2048(key) => blind_rsa_2048::Blinding::read(key, reader).map(Blinding::BlindRsa2048),
        }
    }
}
