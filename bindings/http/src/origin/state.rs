//! What the requests of one origin share, and the two things done with it: challenging and redeeming.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use privacypass_core::http::{ChallengeParameters, GreasedChallenge, Profile, challenges_to_string, one_in};
use privacypass_core::origin::{Expected, Origin, StatelessChallenges, VerifierKey};
use privacypass_core::provider::{Rng, Spend, SystemRng};
use privacypass_core::wire::{TokenRef, same_name};
use privacypass_core::{ErrorKind, Result, TokenType};

use super::{Mode, OnRefused, RedeemedToken, TrustedIssuer, template};
use crate::pool::Pool;
use crate::spend::AsyncSpendStore;

/// How much longer than its challenge is accepted a token is remembered, in seconds: processes that share a store may
/// differ that much in time, and a request may take that long from reading the clock to the store.
const REMEMBERED_AFTER: u64 = 60;

pub(super) struct Shared {
    pub(super) names: Vec<String>,
    pub(super) issuers: RwLock<Arc<Issuers>>,
    pub(super) store: Box<dyn AsyncSpendStore>,
    pub(super) challenges: StatelessChallenges,
    pub(super) profile: Profile,
    pub(super) mode: Mode,
    pub(super) on_refused: OnRefused,
    pub(super) grease_one_in: u32,
    pub(super) store_timeout: Duration,
    pub(super) page: Option<Arc<str>>,
    pub(super) pool: Pool,
}

/// One key with the name of its issuer.
struct Key {
    issuer_name: Arc<str>,
    /// A slice of one, as the core takes it.
    verifier: Arc<[VerifierKey; 1]>,
    token_key: Vec<u8>,
    /// Whether challenges name it: the first of its issuer and type.
    is_current: bool,
}

impl Key {
    fn token_type(&self) -> TokenType {
        let [verifier] = &*self.verifier;
        verifier.token_key().token_type()
    }
}

/// The keys of all issuers, in the order challenges name them.
pub(super) struct Issuers {
    keys: Vec<Key>,
}

impl Issuers {
    /// Checks that every challenge for every name can be written.
    pub(super) fn new(issuers: Vec<TrustedIssuer>, names: &[String]) -> Result<Self> {
        let mut keys: Vec<Key> = Vec::new();
        for issuer in issuers {
            let issuer_name: Arc<str> = issuer.name.into();
            for trusted in issuer.keys {
                let token_type = trusted.verifier.token_key().token_type();
                let is_current =
                    !keys.iter().any(|key| key.issuer_name == issuer_name && key.token_type() == token_type);
                template(token_type, &issuer_name, &[]).digest()?;
                for name in names {
                    template(token_type, &issuer_name, &[name]).digest()?;
                }
                keys.push(Key {
                    issuer_name: Arc::clone(&issuer_name),
                    verifier: Arc::new([trusted.verifier]),
                    token_key: trusted.token_key,
                    is_current,
                });
            }
        }
        if keys.is_empty() {
            return Err(ErrorKind::Misuse.into());
        }
        // Silk reads only the last challenge, and answers only type 0x0002.
        keys.sort_by_key(|key| key.token_type() == TokenType::BLIND_RSA_2048);
        Ok(Self { keys })
    }
}

/// Why a token is not redeemed.
pub(super) enum Refusal {
    /// For a reason of the error table.
    Kind(ErrorKind),
    /// The spend store failed, or was full.
    Store(ErrorKind),
    /// There is too much to do.
    Busy,
}

impl Shared {
    /// The configured name that `host` means; `Some(None)` for an origin without names.
    pub(super) fn name_for(&self, host: Option<&str>) -> Option<Option<&str>> {
        if self.names.is_empty() {
            return Some(None);
        }
        self.names.iter().find(|name| host.is_some_and(|host| same_name(name, host))).map(|name| Some(name.as_str()))
    }

    fn issuers(&self) -> Arc<Issuers> {
        Arc::clone(&self.issuers.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The value of `WWW-Authenticate` at `now`: one field line with all challenges.
    pub(super) fn challenge(&self, name: Option<&str>, now: u64) -> Result<String> {
        let issuers = self.issuers();
        let max_age = self.challenges.max_age(now);
        let current: Vec<&Key> = issuers.keys.iter().filter(|key| key.is_current).collect();
        let bytes = current
            .iter()
            .map(|key| {
                let template = template(key.token_type(), &key.issuer_name, name.as_slice());
                self.challenges.challenge(&template, now).to_bytes()
            })
            .collect::<Result<Vec<_>>>()?;
        let real: Vec<ChallengeParameters<'_>> = bytes
            .iter()
            .zip(current)
            .map(|(bytes, key)| ChallengeParameters::new(bytes).with_token_key(&key.token_key).with_max_age(max_age))
            .collect();
        let mut random = [0; 4];
        SystemRng.fill(&mut random)?;
        if !one_in(self.grease_one_in, random) {
            return challenges_to_string(real.iter().copied(), self.profile);
        }
        let mut random = [0; GreasedChallenge::RANDOM_BYTES];
        SystemRng.fill(&mut random)?;
        challenges_to_string(GreasedChallenge::from_random(&random).among(&real), self.profile)
    }

    /// Verifies a token and spends it.
    pub(super) async fn redeem(&self, token: Vec<u8>, name: Option<&str>, now: u64) -> Result<RedeemedToken, Refusal> {
        let kind = |error: privacypass_core::Error| Refusal::Kind(error.kind());
        let issuers = self.issuers();
        let (key, digests) = {
            let parsed = TokenRef::parse(&token).map_err(kind)?;
            let key = find(&issuers, &parsed).map_err(kind)?;
            let template = template(key.token_type(), &key.issuer_name, name.as_slice());
            let digests = self.challenges.accepted(&template, now).map_err(kind)?;
            // Before the pool, so that tokens for other origins cost no arithmetic.
            if !digests.contains(parsed.challenge_digest()) {
                return Err(Refusal::Kind(ErrorKind::ChallengeMismatch));
            }
            (key, digests)
        };
        let verifier = Arc::clone(&key.verifier);
        let verify = move || Origin::new(&*verifier).verify(&token, Expected::AnyOf(&digests));
        let verified = self.pool.run(verify).await.map_err(|_| Refusal::Busy)?.map_err(kind)?;
        let spend_key = verified.spend_key();
        let expires_at = self.challenges.accepted_until(now).saturating_add(REMEMBERED_AFTER);
        let spend = self.store.spend(&spend_key, expires_at, now);
        match tokio::time::timeout(self.store_timeout, spend).await {
            Ok(Ok(Spend::Fresh)) => {}
            Ok(Ok(Spend::Replayed)) => return Err(Refusal::Kind(ErrorKind::Replayed)),
            Ok(Err(error)) => return Err(Refusal::Store(error.kind())),
            Err(_) => return Err(Refusal::Store(ErrorKind::Store)),
        }
        Ok(RedeemedToken {
            token_type: verified.token_type(),
            token_key_id: verified.token_key_id(),
            issuer_name: Arc::clone(&key.issuer_name),
        })
    }
}

/// The key a token names.
fn find<'i>(issuers: &'i Issuers, token: &TokenRef<'_>) -> Result<&'i Key> {
    let mut error = ErrorKind::Unsupported;
    for key in issuers.keys.iter().filter(|key| key.token_type() == token.token_type()) {
        let [verifier] = &*key.verifier;
        if verifier.token_key().id() == token.token_key_id() {
            return Ok(key);
        }
        error = ErrorKind::UnknownKey;
    }
    Err(error.into())
}
