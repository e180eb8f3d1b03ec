//! The origin: challenges clients, verifies their tokens, and lets each be redeemed once.
//!
//! A token is refused unless it answers a challenge the origin expects: [`Expected`] says which. [`Origin::redeem`]
//! verifies first and spends last, in one atomic step of the store, so that a bad token never burns anything.

use core::borrow::Borrow;
use core::num::NonZeroU64;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::error::{ErrorKind, Result};
use crate::issuance::{CHUNK, IssuerKey, TokenKey, UNANSWERED, answer_in_chunks};
use crate::provider::{Spend, SpendKey, SpendStore};
use crate::token_type::TokenType;
use crate::wire::{
    CONTEXT_BYTES, ChallengeDigest, NONCE_BYTES, TokenChallenge, TokenInput, TokenKeyId, TokenRef, challenge_digest,
};

/// A key to verify tokens with.
// A key is made once and lives long; boxing it would need a heap.
#[allow(clippy::large_enum_variant)]
pub enum VerifierKey {
    /// Verifies publicly verifiable tokens: type 0x0002.
    Public(TokenKey),
    /// Verifies privately verifiable ones: type 0x0001, where origin and issuer share the private key.
    Private(IssuerKey),
}

impl VerifierKey {
    /// What verifies the tokens that `key` makes: its public key where that is enough, else a copy of the private key.
    ///
    /// It is for a program that is issuer and origin at once.
    ///
    /// # Errors
    /// None for a key this library made.
    pub fn of(key: &IssuerKey) -> Result<Self> {
        match key.copy_for_verification() {
            Some(copy) => copy.map(Self::Private),
            None => Ok(Self::Public(key.public().clone())),
        }
    }

    /// The public key, which names type and identifier.
    #[must_use]
    pub const fn token_key(&self) -> &TokenKey {
        match self {
            Self::Public(key) => key,
            Self::Private(key) => key.public(),
        }
    }

    /// Whether this is the half of the key that verifies tokens of its type. A key that is not is passed over.
    #[must_use]
    pub fn can_verify(&self) -> bool {
        matches!(self, Self::Private(_)) || self.token_key().is_publicly_verifiable()
    }

    /// Verifies up to [`CHUNK`] tokens of this key's type and identifier, with a result each.
    fn verify(&self, tokens: &[TokenRef<'_>], results: &mut [Result<()>]) {
        match self {
            Self::Public(key) => key.verify(tokens, results),
            Self::Private(key) => key.verify(tokens, results),
        }
    }
}

impl From<TokenKey> for VerifierKey {
    fn from(key: TokenKey) -> Self {
        Self::Public(key)
    }
}

impl From<IssuerKey> for VerifierKey {
    fn from(key: IssuerKey) -> Self {
        Self::Private(key)
    }
}

/// Which challenges a token may answer.
#[derive(Clone, Copy)]
pub enum Expected<'a> {
    /// This one; its bytes as they were sent.
    Challenge(&'a [u8]),
    /// Any with one of these digests: see [`StatelessChallenges::accepted`].
    AnyOf(&'a [ChallengeDigest]),
    /// Any whose digest the function accepts, for an origin that keeps its challenges elsewhere.
    ///
    /// # Security
    /// A function that accepts everything accepts tokens that were made for other origins.
    Policy(&'a dyn Fn(&ChallengeDigest) -> bool),
}

impl Expected<'_> {
    fn accepts(&self, digest: &ChallengeDigest) -> bool {
        match self {
            Self::Challenge(bytes) => challenge_digest(bytes) == *digest,
            Self::AnyOf(digests) => digests.contains(digest),
            Self::Policy(accepts) => accepts(digest),
        }
    }
}

/// A token that verified. Only this module makes one.
///
/// It has no `Debug`: its nonce must not reach a log.
#[derive(Clone)]
#[must_use = "a verified token is not redeemed until its spend key is spent"]
pub struct VerifiedToken {
    input: TokenInput,
}

impl VerifiedToken {
    fn new(token: &TokenRef<'_>) -> Self {
        Self {
            input: TokenInput {
                token_type: token.token_type(),
                nonce: *token.nonce(),
                challenge_digest: *token.challenge_digest(),
                token_key_id: token.token_key_id(),
            },
        }
    }

    /// The token's type.
    #[must_use]
    pub const fn token_type(&self) -> TokenType {
        self.input.token_type
    }

    /// The token's nonce.
    #[must_use]
    pub const fn nonce(&self) -> &[u8; NONCE_BYTES] {
        &self.input.nonce
    }

    /// The digest of the challenge the token answers.
    #[must_use]
    pub const fn challenge_digest(&self) -> &ChallengeDigest {
        &self.input.challenge_digest
    }

    /// The issuer key that made the token.
    #[must_use]
    pub const fn token_key_id(&self) -> TokenKeyId {
        self.input.token_key_id
    }

    /// What a spend store remembers: the hash of all that the authenticator covers.
    ///
    /// The authenticator itself is left out: whatever other encoding of it might verify, the token stays the same token.
    #[must_use]
    pub fn spend_key(&self) -> SpendKey {
        Sha256::new().chain_update(b"libprivacypass spend key v1").chain_update(self.input.to_bytes()).finalize().into()
    }
}

/// An origin with the keys of the issuers it trusts.
///
/// The keys may be held in any way that lends them: by value, by reference, in an `Arc`.
#[derive(Clone, Copy)]
pub struct Origin<'k, K = VerifierKey> {
    keys: &'k [K],
}

impl<'k, K: Borrow<VerifierKey>> Origin<'k, K> {
    /// Makes an origin that accepts tokens of these keys and no others.
    #[must_use]
    pub const fn new(keys: &'k [K]) -> Self {
        Self { keys }
    }

    /// Verifies a token, without redeeming it.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] for bytes that are no token, [`ErrorKind::Unsupported`] for a type no key is of,
    /// [`ErrorKind::UnknownKey`], [`ErrorKind::ChallengeMismatch`] and [`ErrorKind::InvalidToken`]. Give the client one
    /// answer for all of them: a 401 with a new challenge.
    pub fn verify(&self, token: &[u8], expected: Expected<'_>) -> Result<VerifiedToken> {
        let (token, position) = self.admit(token, expected)?;
        let mut verdict = [Err(UNANSWERED)];
        self.keys.get(position).ok_or(ErrorKind::Internal)?.borrow().verify(&[token], &mut verdict);
        let [verdict] = verdict;
        verdict.map(|()| VerifiedToken::new(&token))
    }

    /// Verifies each of `tokens` with a result each; errors carry the index.
    ///
    /// The same token twice verifies twice: only spending tells.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when the slices differ in length.
    pub fn verify_many(
        &self,
        tokens: &[&[u8]],
        expected: Expected<'_>,
        results: &mut [Result<VerifiedToken>],
    ) -> Result<()> {
        if tokens.len() != results.len() {
            return Err(ErrorKind::Misuse.into());
        }
        for (index, (token, result)) in tokens.iter().zip(results.iter_mut()).enumerate() {
            *result = Err(self.admit(token, expected).err().map_or(UNANSWERED, |error| error.with_index(index)));
        }
        for (number, key) in self.keys.iter().enumerate() {
            let pick = |index: usize| {
                let token = TokenRef::parse(tokens.get(index)?).ok()?;
                (self.find(&token) == Ok(number)).then_some(token)
            };
            answer_in_chunks(results, pick, |tokens, answers| {
                let mut verdicts = [Err(UNANSWERED); CHUNK];
                key.borrow().verify(tokens, verdicts.get_mut(..tokens.len()).unwrap_or_default());
                for ((answer, verdict), token) in answers.iter_mut().zip(verdicts).zip(tokens) {
                    *answer = verdict.map(|()| VerifiedToken::new(token));
                }
            });
        }
        Ok(())
    }

    /// Verifies a token, then spends it: the whole redemption.
    ///
    /// `expires_at` and `now` are unix seconds; the store may forget the token from `expires_at` on, so it must not be
    /// earlier than the time from which `expected` refuses it: see [`StatelessChallenges::accepted_until`].
    ///
    /// # Errors
    /// As [`verify`](Self::verify); [`ErrorKind::Replayed`] when the token was redeemed before; [`ErrorKind::Store`] or
    /// [`ErrorKind::Exhausted`] when the store could not answer: let nobody in.
    pub fn redeem(
        &self,
        token: &[u8],
        expected: Expected<'_>,
        store: &dyn SpendStore,
        expires_at: u64,
        now: u64,
    ) -> Result<VerifiedToken> {
        let verified = self.verify(token, expected)?;
        match store.spend(&verified.spend_key(), expires_at, now)? {
            Spend::Fresh => Ok(verified),
            Spend::Replayed => Err(ErrorKind::Replayed.into()),
        }
    }

    /// Parses a token and checks all that costs no arithmetic; gives the number of its key.
    fn admit<'t>(&self, token: &'t [u8], expected: Expected<'_>) -> Result<(TokenRef<'t>, usize)> {
        let token = TokenRef::parse(token)?;
        let position = self.find(&token)?;
        if expected.accepts(token.challenge_digest()) {
            Ok((token, position))
        } else {
            Err(ErrorKind::ChallengeMismatch.into())
        }
    }

    /// The number of the key a token names.
    fn find(&self, token: &TokenRef<'_>) -> Result<usize> {
        let mut error = ErrorKind::Unsupported;
        let keys = self.keys.iter().map(Borrow::<VerifierKey>::borrow);
        for (position, key) in keys.enumerate().filter(|(_, key)| key.can_verify()) {
            let key = key.token_key();
            if key.token_type() == token.token_type() {
                if key.id() == token.token_key_id() {
                    return Ok(position);
                }
                error = ErrorKind::UnknownKey;
            }
        }
        Err(error.into())
    }
}

/// Makes challenges that the origin need not store.
///
/// The redemption context is a MAC, under the origin's secret, over the challenge's other fields and the epoch (the time
/// divided by the epoch's length). To verify, the origin computes the challenges of this epoch and of the one before
/// again. All processes of an origin that share the secret accept each other's challenges.
///
/// A challenge is accepted for one to two epochs. All clients of one epoch get the same challenge, so it tells nothing
/// about any of them; each token is still unique by its nonce.
pub struct StatelessChallenges {
    secret: [u8; Self::SECRET_BYTES],
    epoch_seconds: NonZeroU64,
}

impl StatelessChallenges {
    /// The size of the secret in bytes.
    pub const SECRET_BYTES: usize = 32;

    /// Takes the origin's secret and the length of an epoch in seconds.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when `epoch_seconds` is 0.
    ///
    /// # Security
    /// The secret must be random. Who knows it can prepare tokens for coming epochs.
    pub fn new(secret: [u8; Self::SECRET_BYTES], epoch_seconds: u64) -> Result<Self> {
        let epoch_seconds = NonZeroU64::new(epoch_seconds).ok_or(ErrorKind::Misuse)?;
        Ok(Self { secret, epoch_seconds })
    }

    /// The challenge for `now` (unix seconds): `template` with the redemption context of this epoch.
    #[must_use]
    pub fn challenge<'a>(&self, template: &TokenChallenge<'a>, now: u64) -> TokenChallenge<'a> {
        self.for_epoch(template, now / self.epoch_seconds)
    }

    /// The digests to accept at `now`: of this epoch's challenge and of the one before.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when `template` is no challenge that can be written.
    pub fn accepted(&self, template: &TokenChallenge<'_>, now: u64) -> Result<[ChallengeDigest; 2]> {
        let epoch = now / self.epoch_seconds;
        Ok([self.for_epoch(template, epoch).digest()?, self.for_epoch(template, epoch.saturating_sub(1)).digest()?])
    }

    /// From when on no challenge that is accepted at `now` is accepted any more (unix seconds).
    ///
    /// This is the expiry for the spend store. Where several machines share a store, add by how much their clocks may
    /// differ.
    #[must_use]
    pub const fn accepted_until(&self, now: u64) -> u64 {
        let seconds = self.epoch_seconds.get();
        (now / seconds).saturating_add(2).saturating_mul(seconds)
    }

    /// For how many seconds a challenge made at `now` is accepted at the least: for the `max-age` parameter.
    #[must_use]
    pub const fn max_age(&self, now: u64) -> u64 {
        self.accepted_until(now).saturating_sub(now)
    }

    fn for_epoch<'a>(&self, template: &TokenChallenge<'a>, epoch: u64) -> TokenChallenge<'a> {
        // HMAC fills a key up to the block of its hash with zeros; done here, no length is left that could be wrong.
        let mut block = Zeroizing::new([0; 64]);
        block[..Self::SECRET_BYTES].copy_from_slice(&self.secret);
        let mut mac = <Hmac<Sha256> as KeyInit>::new((&*block).into());
        mac.update(b"libprivacypass redemption context v1");
        mac.update(&epoch.to_be_bytes());
        // The template's own encoding frames its fields. A context of its own, if any, is part of what is bound.
        template.emit(&mut |part| mac.update(part));
        let context: [u8; CONTEXT_BYTES] = mac.finalize().into_bytes().into();
        TokenChallenge { redemption_context: Some(context), ..*template }
    }
}

impl Drop for StatelessChallenges {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl ZeroizeOnDrop for StatelessChallenges {}
