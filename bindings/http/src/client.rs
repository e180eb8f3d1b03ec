//! The client: answers a 401 with a token, through an attester, and asks again once.
//!
//! ```no_run
//! use privacypass_http::client::PrivateTokenClient;
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = PrivateTokenClient::builder().attester("https://attester.example/")?.build()?;
//! let answer = client.get("https://origin.example/").await?;
//! println!("{}", answer.response.status());
//! # Ok(())
//! # }
//! ```
//!
//! # Which challenges are answered
//! Those of a known token type, that name the origin they came from or none, that are not over, whose issuer an attester
//! lists, and whose key that list holds. The last is what keeps an origin from giving each visitor a key of its own, and
//! so knowing the visitor again by the token: see [`KeyPolicy`].

mod attester;
mod error;
mod offer;

use std::sync::Arc;
use std::time::Duration;

use privacypass_core::TokenType;
use privacypass_core::client::Client;
use privacypass_core::http::{CredentialsParameters, Profile};
use privacypass_core::issuer::TokenKey;
use privacypass_core::provider::SystemRng;
use privacypass_core::wire::{Token, TokenChallengeRef, TokenKeyId};
use reqwest::header::{self, HeaderValue};
use reqwest::{Method, Request, Response, Url};

pub use attester::{AnswerYes, AttesterData};
pub use error::{ClientError, DeclineReason, Declined};

use crate::cache::{CacheKey, TokenCache};
use crate::clock;
use crate::transport::{PlainHttp, TransportError, http_client};
use attester::Attester;
use offer::{Offer, read_offers};

/// Which issuer keys a client takes tokens of.
///
/// # Security
/// An origin that may choose the key can use one key for each visitor, and so link a token to the visit in which it was
/// asked for. So a key must be one that everybody sees.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum KeyPolicy {
    /// The key must stand in the attester's list of issuers. The attester is trusted not to make lists by client.
    #[default]
    AttesterList,
    /// It must also stand in the issuer's own directory, fetched by the client itself. The issuer then sees the client's
    /// address, though no more than that somebody reads its directory.
    IssuerDirectory,
    /// The key of the challenge is used as it is. For tests, and for origins that are the client's own.
    DangerTrustChallenge,
}

/// What came of a request.
pub struct Answer {
    /// The origin's last response.
    pub response: Response,
    /// Whether a token was asked for, and what became of it.
    pub redemption: Redemption,
    /// The challenges that were passed over, with the reason of each.
    pub declined: Vec<Declined>,
}

/// What became of the token in an exchange.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Redemption {
    /// The origin asked for none.
    NotAsked,
    /// The origin answered the token with something else than 400, 401 or 403. Behind a status from 500 on, nobody can tell
    /// whether the token was spent.
    Accepted(Presented),
    /// The origin did not take the token and answered 400, 401 or 403. It was not tried again: the token may be spent, and an
    /// origin that refuses one refuses the next.
    Refused(Presented),
    /// The answer does not tell: a server failed, was busy, or did not take the request (5xx, 408, 421, 425, 429, 431). The
    /// token may or may not be spent.
    ///
    /// It is not kept: who sees one token twice knows that one client sent both, so a server could answer 503 to recognise
    /// its visitors. Asking again later takes a fresh token.
    Unclear(Presented),
}

/// The token that was presented, as far as it may be told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Presented {
    /// Its type.
    pub token_type: TokenType,
    /// Its issuer, as the challenge names it.
    pub issuer_name: String,
    /// Whether it was kept from before.
    pub from_cache: bool,
}

/// Builds a [`PrivateTokenClient`].
pub struct ClientBuilder {
    attesters: Vec<(Url, Arc<dyn AttesterData>)>,
    key_policy: KeyPolicy,
    plain_http: PlainHttp,
    profile: Profile,
    timeout: Duration,
    prefetch: usize,
    cache_capacity: usize,
    token_type: Option<TokenType>,
}

impl ClientBuilder {
    /// Adds an attester at `url`, whose question is answered with yes.
    ///
    /// # Errors
    /// [`ClientError::Url`].
    pub fn attester(self, url: &str) -> Result<Self, ClientError> {
        self.attester_with(url, AnswerYes)
    }

    /// Adds an attester at `url` to which `data` proves the client.
    ///
    /// # Errors
    /// [`ClientError::Url`].
    pub fn attester_with(mut self, url: &str, data: impl AttesterData) -> Result<Self, ClientError> {
        let url = Url::parse(url).map_err(|_| ClientError::Url)?;
        self.attesters.push((url, Arc::new(data)));
        Ok(self)
    }

    /// Sets which issuer keys are taken; the default is [`KeyPolicy::AttesterList`].
    #[must_use]
    pub const fn key_policy(mut self, policy: KeyPolicy) -> Self {
        self.key_policy = policy;
        self
    }

    /// Sets where plain http may be spoken; the default is this machine.
    #[must_use]
    pub const fn plain_http(mut self, plain_http: PlainHttp) -> Self {
        self.plain_http = plain_http;
        self
    }

    /// Sets how the `Authorization` header is written; the default is [`Profile::Auto`].
    #[must_use]
    pub const fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Sets how long one exchange with one server may take; the default is 30 seconds.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how many tokens are fetched beyond the one needed, for later requests that meet the same challenge; the
    /// default is 0. Each asks the attester once more. A failure in a further one is passed over.
    #[must_use]
    pub const fn prefetch(mut self, tokens: usize) -> Self {
        self.prefetch = tokens;
        self
    }

    /// Sets how many unused tokens are kept; the default is 1000.
    #[must_use]
    pub const fn cache_capacity(mut self, tokens: usize) -> Self {
        self.cache_capacity = tokens;
        self
    }

    /// Answers challenges of this token type only; the default is every type this library knows.
    #[must_use]
    pub const fn token_type(mut self, token_type: TokenType) -> Self {
        self.token_type = Some(token_type);
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    /// [`ClientError::Attester`] with [`TransportError::Address`] when an attester's URL may not be used;
    /// [`ClientError::Tls`].
    pub fn build(self) -> Result<PrivateTokenClient, ClientError> {
        let http = http_client(self.timeout).map_err(|_| ClientError::Tls)?;
        let attesters = self
            .attesters
            .into_iter()
            .map(|(url, data)| Attester::new(http.clone(), self.plain_http, &url, data))
            .collect::<Result<_, TransportError>>()
            .map_err(ClientError::Attester)?;
        Ok(PrivateTokenClient {
            inner: Arc::new(Inner {
                http,
                attesters,
                key_policy: self.key_policy,
                plain_http: self.plain_http,
                profile: self.profile,
                prefetch: self.prefetch,
                token_type: self.token_type,
                cache: TokenCache::new(self.cache_capacity),
            }),
        })
    }
}

/// An HTTP client that speaks `PrivateToken`. Clones share connections and tokens.
///
/// It follows no redirects: a token is for the origin that asked, and must not go elsewhere.
#[derive(Clone)]
pub struct PrivateTokenClient {
    inner: Arc<Inner>,
}

struct Inner {
    http: reqwest::Client,
    attesters: Vec<Attester>,
    key_policy: KeyPolicy,
    plain_http: PlainHttp,
    profile: Profile,
    prefetch: usize,
    token_type: Option<TokenType>,
    cache: TokenCache,
}

/// For how long a token is kept whose challenge does not say, in seconds.
const DEFAULT_MAX_AGE: u64 = 3600;
/// For how long a token is kept at most, in seconds: no origin takes a place in the cache for ever.
const LONGEST_MAX_AGE: u64 = 86_400;
/// How many of an answer's challenges may fail at an attester before the rest is left alone: an origin that sends many must
/// not make this client ask and ask.
const FAILURES_MAX: usize = 3;

impl PrivateTokenClient {
    /// Builds a client.
    #[must_use]
    pub fn builder() -> ClientBuilder {
        ClientBuilder {
            attesters: Vec::new(),
            key_policy: KeyPolicy::default(),
            plain_http: PlainHttp::default(),
            profile: Profile::default(),
            timeout: Duration::from_secs(30),
            prefetch: 0,
            cache_capacity: 1000,
            token_type: None,
        }
    }

    /// The tokens that are not used yet.
    #[must_use]
    pub fn cache(&self) -> &TokenCache {
        &self.inner.cache
    }

    /// Requests `url` with GET.
    ///
    /// # Errors
    /// As [`execute`](Self::execute), and [`ClientError::Url`].
    pub async fn get(&self, url: &str) -> Result<Answer, ClientError> {
        let url = Url::parse(url).map_err(|_| ClientError::Url)?;
        self.execute(Request::new(Method::GET, url)).await
    }

    /// Sends a request; when the answer is a 401 that can be answered with a token, gets one and sends it once more.
    ///
    /// The second request carries the token in `Authorization`, in place of what the caller may have put there.
    ///
    /// A 401 without any `PrivateToken` challenge is given back as it is. So is every answer to the second request: this
    /// never asks a third time.
    ///
    /// # Errors
    /// See [`ClientError`]; each says what to do.
    pub async fn execute(&self, request: Request) -> Result<Answer, ClientError> {
        let inner = &*self.inner;
        if !inner.plain_http.allows(request.url()) {
            return Err(ClientError::PlainHttp);
        }
        let again = request.try_clone();
        let response = inner.http.execute(request).await.map_err(|error| origin_failed(&error))?;
        if response.status().as_u16() != 401 {
            return Ok(Answer { response, redemption: Redemption::NotAsked, declined: Vec::new() });
        }
        let lines: Vec<HeaderValue> = response.headers().get_all(header::WWW_AUTHENTICATE).iter().cloned().collect();
        let (mut offers, mut declined) = read_offers(&lines, response.url());
        offers.retain(|offer| {
            let wanted = inner.token_type.is_none_or(|wanted| wanted == offer.token_type);
            if !wanted {
                let (token_type, reason) = (Some(offer.token_type), DeclineReason::OtherType);
                declined.push(Declined { index: offer.index, token_type, reason });
            }
            wanted
        });
        if offers.is_empty() && declined.is_empty() {
            return Ok(Answer { response, redemption: Redemption::NotAsked, declined });
        }
        let mut again = again.ok_or(ClientError::BodyNotRepeatable)?;
        // Its body is not wanted. The connection closes if some of it is still to come.
        drop(response);

        let (token, offer, from_cache) = inner.token(&offers, &mut declined).await?;
        let mut value = CredentialsParameters::new(token.as_bytes())
            .to_string(inner.profile)
            .ok()
            .and_then(|value| HeaderValue::try_from(value).ok())
            .ok_or(ClientError::Core(privacypass_core::ErrorKind::Internal.into()))?;
        value.set_sensitive(true);
        again.headers_mut().insert(header::AUTHORIZATION, value);
        let response = match inner.http.execute(again).await {
            Ok(response) => response,
            Err(error) => {
                if error.is_connect() {
                    // Nothing was sent, so the token is as good as new.
                    inner.keep(offer, token);
                }
                return Err(origin_failed(&error));
            }
        };
        let presented = Presented { token_type: offer.token_type, issuer_name: offer.issuer_name.clone(), from_cache };
        let redemption = match response.status().as_u16() {
            400 | 401 | 403 => Redemption::Refused(presented),
            408 | 421 | 425 | 429 | 431 | 500.. => Redemption::Unclear(presented),
            _ => Redemption::Accepted(presented),
        };
        tracing::debug!(
            role = "client",
            token_type = %offer.token_type,
            from_cache,
            accepted = matches!(redemption, Redemption::Accepted(_)),
            "token presented"
        );
        Ok(Answer { response, redemption, declined })
    }
}

fn origin_failed(error: &reqwest::Error) -> ClientError {
    ClientError::Origin(TransportError::of(error))
}

impl Inner {
    /// A token for one of the offers: one that is kept, or else a new one for the first offer that can be had.
    async fn token<'o>(
        &self,
        offers: &'o [Offer],
        declined: &mut Vec<Declined>,
    ) -> Result<(Token, &'o Offer, bool), ClientError> {
        for offer in offers {
            let Ok(challenge) = offer.challenge() else { continue };
            let id = offer.token_key.as_deref().map(TokenKeyId::of);
            if let Some(token) = self.cache.take(CacheKey::of(&challenge, &offer.origin), id, clock::now()) {
                return Ok((token, offer, true));
            }
        }
        let mut failure = None;
        let mut failures = 0;
        for offer in offers {
            if failures == FAILURES_MAX {
                break;
            }
            match self.fetch(offer).await {
                Ok(token) => return Ok((token, offer, false)),
                Err(ClientError::Declined(reason)) => {
                    declined.push(Declined { index: offer.index, token_type: Some(offer.token_type), reason });
                }
                Err(error) => {
                    failure = Some(error);
                    failures += 1;
                }
            }
        }
        Err(failure.unwrap_or_else(|| ClientError::NoUsableChallenge(std::mem::take(declined))))
    }

    /// Gets a token for an offer through the first attester that lists its issuer and key.
    async fn fetch(&self, offer: &Offer) -> Result<Token, ClientError> {
        let mut reason = DeclineReason::UnknownIssuer;
        let mut failure = None;
        for attester in &self.attesters {
            let key = match attester.key_for(offer, self.key_policy).await {
                Ok(Ok(key)) => key,
                Ok(Err(declined)) => {
                    reason = declined;
                    continue;
                }
                Err(error) => {
                    failure = Some(ClientError::Attester(error));
                    continue;
                }
            };
            match self.fetch_with(attester, offer, &key).await {
                Ok(token) => return Ok(token),
                Err(error) => failure = Some(error),
            }
        }
        Err(failure.unwrap_or(ClientError::Declined(reason)))
    }

    async fn fetch_with(&self, attester: &Attester, offer: &Offer, key: &TokenKey) -> Result<Token, ClientError> {
        let token = self.fetch_one(attester, offer, key).await?;
        for _ in 0..self.prefetch {
            match self.fetch_one(attester, offer, key).await {
                Ok(further) => self.keep(offer, further),
                Err(_) => break,
            }
        }
        Ok(token)
    }

    async fn fetch_one(&self, attester: &Attester, offer: &Offer, key: &TokenKey) -> Result<Token, ClientError> {
        // Blinding takes a fraction of a millisecond: not worth a thread of its own in a client.
        let begin = || {
            let challenge = offer.challenge()?;
            Client::new(key).begin(&challenge, &mut SystemRng)
        };
        let (request, pending) = begin().map_err(ClientError::Core)?;
        let response = attester.issue(request.as_bytes(), offer.token_type).await?;
        Client::new(key).finish(pending, &response).map_err(ClientError::Core)
    }

    fn keep(&self, offer: &Offer, token: Token) {
        if let Ok(challenge) = TokenChallengeRef::parse(&offer.bytes) {
            let now = clock::now();
            let max_age = offer.max_age.unwrap_or(DEFAULT_MAX_AGE).min(LONGEST_MAX_AGE);
            let expires_at = offer.received.saturating_add(max_age);
            self.cache.put(CacheKey::of(&challenge, &offer.origin), token, expires_at, now);
        }
    }
}
