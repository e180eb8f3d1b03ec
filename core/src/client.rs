//! The client: turns a challenge into a request, and the issuer's response into a token.
//!
//! [`Client::begin`] gives the request to send and a [`PendingToken`]; [`Client::finish`] consumes it. Nothing of the
//! client's choice (nonce, challenge, blinding) can be seen in the request.

use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::error::{Error, ErrorKind, Result};
use crate::issuance::{Blinding, TokenKey};
use crate::provider::Rng;
use crate::wire::{
    AUTHENTICATOR_INPUT_BYTES, ChallengeDigest, NONCE_BYTES, Reader, Token, TokenChallengeRef, TokenInput, TokenKeyId,
    TokenRequest, Writer,
};

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
    input: Zeroizing<TokenInput>,
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
    pub fn begin(&self, challenge: &TokenChallengeRef<'_>, rng: &mut dyn Rng) -> Result<(TokenRequest, PendingToken)> {
        let mut nonce = [0; NONCE_BYTES];
        rng.fill(&mut nonce)?;
        self.begin_with(challenge, nonce, |input| self.key.blind(input, rng))
    }

    fn begin_with(
        &self,
        challenge: &TokenChallengeRef<'_>,
        nonce: [u8; NONCE_BYTES],
        blind: impl FnOnce(&[u8; AUTHENTICATOR_INPUT_BYTES]) -> Result<(TokenRequest, Blinding)>,
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
        let (request, blinding) = blind(&input.to_bytes())?;
        Ok((request, PendingToken { input: Zeroizing::new(input), blinding }))
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
const SEAL_MAGIC: [u8; 4] = *b"PPPT";
const SEAL_VERSION: u8 = 1;
/// Guards a sealed state against damage (not against an attacker, who must not reach it at all).
const SEAL_CHECKSUM_BYTES: usize = 32;

impl PendingToken {
    /// A buffer of this size holds the sealed state of any token type, in bytes.
    pub const SEALED_MAX_BYTES: usize = SEAL_MAGIC.len() + 1 + AUTHENTICATOR_INPUT_BYTES + 256 + SEAL_CHECKSUM_BYTES;

    /// The challenge this token is for, as its digest.
    #[must_use]
    pub fn challenge_digest(&self) -> &ChallengeDigest {
        &self.input.challenge_digest
    }

    /// The key this token is for.
    #[must_use]
    pub fn token_key_id(&self) -> TokenKeyId {
        self.input.token_key_id
    }

    /// The key a sealed state is for, so that the right [`Client`] can open it.
    ///
    /// # Errors
    /// As [`Client::open`], but for those of the key.
    pub fn sealed_token_key_id(blob: &[u8]) -> Result<TokenKeyId> {
        open_envelope(blob).map(|(input, _)| input.token_key_id)
    }
}

impl Client<'_> {
    /// Writes a state to `out`, so that another run of the program can finish it, and gives its length in bytes.
    ///
    /// # Errors
    /// The state comes back with the error: [`ErrorKind::BufferTooSmall`] with the needed size ([`PendingToken::SEALED_MAX_BYTES`]
    /// is always enough), [`ErrorKind::Misuse`] when it was begun with another key. `out` is then wiped.
    ///
    /// # Security
    /// The blob is **not encrypted**: it holds the blinding, which links the token to its request. Keep it where secrets
    /// are kept: a key store, or a file that only this user can read.
    // The state has to come back by value; boxing it would need a heap.
    #[allow(clippy::result_large_err)]
    pub fn seal(&self, pending: PendingToken, out: &mut [u8]) -> Result<usize, (PendingToken, Error)> {
        self.write_sealed(&pending, out).map_err(|error| {
            out.zeroize();
            (pending, error)
        })
    }

    fn write_sealed(&self, pending: &PendingToken, out: &mut [u8]) -> Result<usize> {
        if pending.input.token_key_id != self.key.id() {
            return Err(ErrorKind::Misuse.into());
        }
        let mut writer = Writer::new(out);
        writer.put(&SEAL_MAGIC);
        writer.u8(SEAL_VERSION);
        writer.put(&pending.input.to_bytes());
        self.key.write_blinding(&pending.blinding, &mut writer)?;
        writer.put(&[0; SEAL_CHECKSUM_BYTES]);
        let length = writer.finish()?;
        if let Some((body, checksum)) = out[..length].split_last_chunk_mut::<SEAL_CHECKSUM_BYTES>() {
            *checksum = Sha256::digest(body).into();
        }
        Ok(length)
    }

    /// Opens a sealed state, **and wipes `blob`**: a state makes one token.
    ///
    /// Write the wiped bytes back, or delete the stored copy, before anything is sent that depends on the state.
    ///
    /// # Errors
    /// `blob` is wiped only on success. [`ErrorKind::AlreadyUsed`] when it was opened before; [`ErrorKind::Unsupported`]
    /// when a later version of this library sealed it; [`ErrorKind::UnknownKey`] when it belongs to another key (see
    /// [`PendingToken::sealed_token_key_id`]); [`ErrorKind::Malformed`] when it is damaged.
    pub fn open(&self, blob: &mut [u8]) -> Result<PendingToken> {
        let (input, mut rest) = open_envelope(blob)?;
        if input.token_key_id != self.key.id() {
            return Err(ErrorKind::UnknownKey.into());
        }
        // The key's identifier covers its bytes, not the type they are read as.
        if input.token_type != self.key.token_type() {
            return Err(Error::new(ErrorKind::Malformed).at(SEAL_MAGIC.len() + 1));
        }
        let blinding = self.key.read_blinding(&mut rest)?;
        rest.finish()?;
        blob.zeroize();
        Ok(PendingToken { input: Zeroizing::new(input), blinding })
    }
}

/// Checks all of a sealed state that no key is needed for.
fn open_envelope(blob: &[u8]) -> Result<(TokenInput, Reader<'_>)> {
    if !blob.is_empty() && blob.iter().all(|byte| *byte == 0) {
        return Err(ErrorKind::AlreadyUsed.into());
    }
    let malformed = |offset| Error::new(ErrorKind::Malformed).at(offset);
    let mut header = Reader::new(blob);
    if *header.array()? != SEAL_MAGIC {
        return Err(malformed(0));
    }
    if header.u8()? != SEAL_VERSION {
        return Err(ErrorKind::Unsupported.into());
    }
    let (body, checksum) = blob.split_last_chunk::<SEAL_CHECKSUM_BYTES>().ok_or(malformed(blob.len()))?;
    if Sha256::digest(body)[..] != checksum[..] {
        return Err(malformed(body.len()));
    }
    let mut reader = Reader::new(body);
    reader.bytes(header.offset())?;
    Ok((TokenInput::read(&mut reader)?, reader))
}

/// Deterministic twins, for test vectors. Never use them for a token that matters.
pub mod hazmat {
    use super::{Client, NONCE_BYTES, PendingToken, Result, TokenChallengeRef, TokenRequest};

    pub use crate::issuance::Randomness;

    /// Begins a token with a given nonce and given randomness.
    ///
    /// # Errors
    /// As [`Client::begin`]; [`ErrorKind::Misuse`](crate::ErrorKind::Misuse) when the randomness is for another type.
    ///
    /// # Security
    /// Randomness used twice links the two tokens, and who knows it links the token to its request.
    pub fn begin_with(
        client: &Client<'_>,
        challenge: &TokenChallengeRef<'_>,
        nonce: [u8; NONCE_BYTES],
        randomness: Randomness<'_>,
    ) -> Result<(TokenRequest, PendingToken)> {
        client.begin_with(challenge, nonce, |input| client.key.blind_with(input, randomness))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issuance::IssuerKey;
    use crate::token_type::TokenType;

    /// A source that counts.
    struct Counter(u8);

    impl Rng for Counter {
        fn fill(&mut self, out: &mut [u8]) -> Result<()> {
            for byte in out {
                self.0 = self.0.wrapping_add(1);
                *byte = self.0;
            }
            Ok(())
        }
    }

    #[test]
    fn a_sealed_state_of_another_type_than_its_keys_is_refused() {
        let key = IssuerKey::derive_voprf_p384(&[7; 32]).unwrap();
        let client = Client::new(key.public());
        let challenge = [&[0, 1, 0, 1][..], b"i", &[0, 0, 0]].concat();
        let challenge = TokenChallengeRef::parse(&challenge).unwrap();
        let (_, pending) = client.begin(&challenge, &mut Counter(0)).unwrap();
        let mut blob = [0; PendingToken::SEALED_MAX_BYTES];
        let length = client.seal(pending, &mut blob).map_err(|(_, error)| error).unwrap();
        let blob = &mut blob[..length];
        let token_type = SEAL_MAGIC.len() + 1;
        assert_eq!(blob[token_type..token_type + 2], TokenType::VOPRF_P384.0.to_be_bytes());
        blob[token_type + 1] = 2;
        let (body, checksum) = blob.split_last_chunk_mut::<SEAL_CHECKSUM_BYTES>().unwrap();
        *checksum = Sha256::digest(body).into();
        assert_eq!(client.open(blob).err().map(|error| error.kind()), Some(ErrorKind::Malformed));
        assert_eq!(blob[..4], SEAL_MAGIC, "wiped on success only");

        blob[token_type + 1] = 1;
        let (body, checksum) = blob.split_last_chunk_mut::<SEAL_CHECKSUM_BYTES>().unwrap();
        *checksum = Sha256::digest(body).into();
        assert!(client.open(blob).is_ok());
    }
}
