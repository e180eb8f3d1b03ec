//! The client: turns a challenge into a request, and the issuer's response into a token.
//!
//! [`Client::begin`] gives the request to send and a [`PendingToken`]; [`Client::finish`] consumes it. Nothing of the
//! client's choice (nonce, challenge, blinding) can be seen in the request.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use crate::error::{Error, ErrorKind, Result};
use crate::issuance::{Blinding, TokenKey};
use crate::provider::Rng;
use crate::wire::{NONCE_BYTES, Reader, Token, TokenChallengeRef, TokenInput, TokenRequest, Writer};

/// A client of one issuer key.
#[derive(Clone, Copy)]
pub struct Client<'k> {
    key: &'k TokenKey,
}

/// What the client keeps between request and response.
///
/// It can make one token: [`Client::finish`] consumes it. It is secret (who knows it can link the token to the request),
/// is wiped on drop, and has no `Debug`, `Clone` or comparison.
pub struct PendingToken {
    input: TokenInput,
    blinding: Blinding,
}

impl<'k> Client<'k> {
    /// Makes a client that asks for tokens of the given key.
    #[must_use]
    pub const fn new(key: &'k TokenKey) -> Self {
        Self { key }
    }

    /// Begins a token for `challenge`: the request for the issuer, and the state to keep.
    ///
    /// Before this, check that the challenge may come from the origin it came from:
    /// [`TokenChallengeRef::names_origin`].
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when the challenge asks for another type than the key's; [`ErrorKind::Rng`].
    pub fn begin(
        &self,
        challenge: &TokenChallengeRef<'_>,
        rng: &mut dyn Rng,
    ) -> Result<(TokenRequest, PendingToken)> {
        let mut nonce = [0; NONCE_BYTES];
        rng.fill(&mut nonce)?;
        self.begin_with_nonce(challenge, nonce, rng)
    }

    fn begin_with_nonce(
        &self,
        challenge: &TokenChallengeRef<'_>,
        nonce: [u8; NONCE_BYTES],
        rng: &mut dyn Rng,
    ) -> Result<(TokenRequest, PendingToken)> {
        if challenge.token_type() != self.key.token_type() {
            return Err(ErrorKind::Misuse.into());
        }
        let input = TokenInput {
            token_type: self.key.token_type(),
            nonce,
            challenge_digest: challenge.digest(),
            token_key_id: self.key.id(),
        };
        let (request, blinding) = self.key.blind(&input.to_bytes(), rng)?;
        Ok((request, PendingToken { input, blinding }))
    }

    /// Finishes a token with the issuer's response.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when the state was begun with another key; [`ErrorKind::Malformed`] when the bytes are no
    /// response of the type; [`ErrorKind::InvalidProof`] when the issuer's proof or signature does not verify. The state
    /// is spent in every case: begin a new one.
    #[allow(clippy::needless_pass_by_value)] // one state, one token
    pub fn finish(&self, pending: PendingToken, response: &[u8]) -> Result<Token> {
        let PendingToken { input, blinding } = pending;
        if input.token_key_id != self.key.id() {
            return Err(ErrorKind::Misuse.into());
        }
        let input = input.to_bytes();
        self.key.unblind(&input, blinding, response, |authenticator| Token::new(&input, authenticator))
    }

    /// Begins one token for each slot of `out`, all for `challenge`.
    ///
    /// # Errors
    /// As [`begin`](Self::begin). On an error every slot is empty.
    pub fn begin_many(
        &self,
        challenge: &TokenChallengeRef<'_>,
        rng: &mut dyn Rng,
        out: &mut [Option<(TokenRequest, PendingToken)>],
    ) -> Result<()> {
        for index in 0..out.len() {
            match self.begin(challenge, rng) {
                Ok(begun) => out[index] = Some(begun),
                Err(error) => {
                    out.iter_mut().for_each(|slot| *slot = None);
                    return Err(error.with_index(index));
                }
            }
        }
        Ok(())
    }

    /// Finishes each of `pending` with the response at the same index, with a result each.
    ///
    /// Every state is taken out of its slot. An empty slot gives [`ErrorKind::AlreadyUsed`].
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when the three slices differ in length; nothing is taken then.
    pub fn finish_many(
        &self,
        pending: &mut [Option<PendingToken>],
        responses: &[&[u8]],
        results: &mut [Result<Token>],
    ) -> Result<()> {
        if pending.len() != responses.len() || pending.len() != results.len() {
            return Err(ErrorKind::Misuse.into());
        }
        for (index, ((slot, response), result)) in pending.iter_mut().zip(responses).zip(results).enumerate() {
            *result = slot
                .take()
                .ok_or(Error::new(ErrorKind::AlreadyUsed))
                .and_then(|pending| self.finish(pending, response))
                .map_err(|error| error.with_index(index));
        }
        Ok(())
    }
}

/// The first bytes of a sealed state: what it is, and the version of what follows.
const SEAL_MAGIC: [u8; 5] = *b"PPPT\x01";
/// Guards a sealed state against damage (not against an attacker, who must not reach it at all).
const SEAL_CHECKSUM_BYTES: usize = 32;

impl PendingToken {
    /// A buffer of this size holds the sealed state of any token type, in bytes.
    pub const SEALED_MAX_BYTES: usize = SEAL_MAGIC.len() + 98 + 256 + SEAL_CHECKSUM_BYTES;

    /// The challenge this token is for, as its digest.
    #[must_use]
    pub const fn challenge_digest(&self) -> &crate::wire::ChallengeDigest {
        &self.input.challenge_digest
    }

    /// The key this token is for.
    #[must_use]
    pub const fn token_key_id(&self) -> crate::wire::TokenKeyId {
        self.input.token_key_id
    }

    /// Writes the state to `out`, so that another run of the program can finish it, and gives its length in bytes.
    ///
    /// # Errors
    /// [`ErrorKind::BufferTooSmall`] with the needed size; the state is returned with it.
    ///
    /// # Security
    /// The blob is not encrypted: it holds the blinding in the clear. Keep it where secrets are kept (a key store, a
    /// file only this user can read).
    pub fn seal(self, out: &mut [u8]) -> core::result::Result<usize, (Self, Error)> {
        let mut writer = Writer::new(out);
        writer.put(&SEAL_MAGIC);
        writer.put(&self.input.to_bytes());
        self.blinding.write(&mut writer);
        writer.put(&[0; SEAL_CHECKSUM_BYTES]);
        let length = match writer.finish() {
            Ok(length) => length,
            Err(error) => {
                out.zeroize();
                return Err((self, error));
            }
        };
        if let Some((body, checksum)) = out[..length].split_last_chunk_mut::<SEAL_CHECKSUM_BYTES>() {
            *checksum = Sha256::digest(body).into();
        }
        Ok(length)
    }

    /// Opens a sealed state, **and wipes `blob`**: a state makes one token.
    ///
    /// The caller deletes its stored copy before it sends anything that depends on the opened state.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyUsed`] when the blob was opened before; [`ErrorKind::Unsupported`] when a later version of
    /// this library sealed it; [`ErrorKind::Malformed`] when it is damaged.
    pub fn open(blob: &mut [u8]) -> Result<Self> {
        let opened = Self::read(blob);
        if opened.is_ok() {
            blob.zeroize();
        }
        opened
    }

    fn read(blob: &[u8]) -> Result<Self> {
        if !blob.is_empty() && blob.iter().all(|byte| *byte == 0) {
            return Err(ErrorKind::AlreadyUsed.into());
        }
        let malformed = |offset| Error::new(ErrorKind::Malformed).at(offset);
        let (body, checksum) = blob.split_last_chunk::<SEAL_CHECKSUM_BYTES>().ok_or(malformed(0))?;
        let mut reader = Reader::new(body);
        let magic = reader.array::<5>()?;
        if magic[..4] != SEAL_MAGIC[..4] {
            return Err(malformed(0));
        }
        if magic[4] != SEAL_MAGIC[4] {
            return Err(ErrorKind::Unsupported.into());
        }
        if !bool::from(Sha256::digest(body)[..].ct_eq(checksum)) {
            return Err(malformed(body.len()));
        }
        let input = TokenInput::read(&mut reader)?;
        let blinding = Blinding::read(input.token_type, &mut reader)?;
        reader.finish()?;
        Ok(Self { input, blinding })
    }
}

/// Deterministic twins, for test vectors. Never use them for a token that matters.
pub mod hazmat {
    use super::{Client, NONCE_BYTES, PendingToken, Result, Rng, TokenChallengeRef, TokenRequest};

    /// Begins a token with a given nonce; `rng` is asked only for the blinding.
    ///
    /// # Errors
    /// As [`Client::begin`].
    ///
    /// # Security
    /// A nonce used twice makes the second token look like a replay, and links the two.
    pub fn begin_with_nonce(
        client: &Client<'_>,
        challenge: &TokenChallengeRef<'_>,
        nonce: [u8; NONCE_BYTES],
        rng: &mut dyn Rng,
    ) -> Result<(TokenRequest, PendingToken)> {
        client.begin_with_nonce(challenge, nonce, rng)
    }
}
