//! Two caches: issuer directories (for attesters and clients) and tokens (for clients).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use privacypass_core::directory::{Directory, MAX_BYTES, WELL_KNOWN_PATH};
use privacypass_core::http::MediaType;
use privacypass_core::issuer::TokenKey;
use privacypass_core::wire::{ChallengeDigest, Token, TokenChallengeRef, TokenKeyId};
use reqwest::Url;
use reqwest::header;
use sha2::{Digest, Sha256};

use crate::transport::{PlainHttp, TransportError, http_client, read_answer};

/// For how long a directory is kept when its issuer says nothing, in seconds.
const DEFAULT_MAX_AGE: u64 = 300;
/// For how long a directory is kept at most, in seconds: a day, as RFC 9578's example has it.
const LONGEST_MAX_AGE: u64 = 86_400;
/// The shortest time between two fetches that an unknown key asks for, so that made-up key ids cannot make us flood the
/// issuer.
const REFETCH_PAUSE: Duration = Duration::from_secs(10);

/// For how long a failure is remembered, so that requests that wait for a directory do not each wait for a fetch that fails.
const FAILURE_PAUSE: Duration = Duration::from_secs(2);

/// For how long a fetch may take when the caller does not say.
const FETCH_TIMEOUT: Duration = Duration::from_secs(10);

/// A directory as fetched, with its keys made ready for use.
pub struct FetchedDirectory {
    directory: Directory,
    keys: Vec<TokenKey>,
    token_request_url: Url,
    fetched: Instant,
    max_age: Duration,
    etag: Option<header::HeaderValue>,
}

impl FetchedDirectory {
    /// What the issuer publishes.
    #[must_use]
    pub const fn directory(&self) -> &Directory {
        &self.directory
    }

    /// The keys of the types this library knows, in the directory's order.
    #[must_use]
    pub fn keys(&self) -> &[TokenKey] {
        &self.keys
    }

    /// Where token requests go.
    #[must_use]
    pub const fn token_request_url(&self) -> &Url {
        &self.token_request_url
    }

    fn is_fresh(&self) -> bool {
        self.fetched.elapsed() < self.max_age
    }
}

/// One issuer's directory, fetched when needed and kept for as long as the issuer says.
pub struct DirectoryCache {
    http: reqwest::Client,
    plain_http: PlainHttp,
    url: Url,
    /// Held over a fetch, so that many requests make one fetch.
    current: tokio::sync::Mutex<Current>,
}

#[derive(Default)]
struct Current {
    directory: Option<Arc<FetchedDirectory>>,
    /// When and why the last fetch failed, if it did.
    failure: Option<(Instant, TransportError)>,
}

impl DirectoryCache {
    /// Caches the directory of the issuer called `name` (`host[:port]`); nothing is fetched yet.
    ///
    /// For an origin that takes its issuer's public keys from there, and for tools.
    ///
    /// # Errors
    /// [`TransportError::Address`] when the name cannot be used, [`TransportError::Tls`] without root certificates.
    pub fn of_issuer(name: &str, plain_http: PlainHttp) -> Result<Self, TransportError> {
        let base = plain_http.base_of(name).ok_or(TransportError::Address)?;
        Self::new(http_client(FETCH_TIMEOUT)?, plain_http, &base)
    }

    /// Caches the directory of the issuer at `base`; nothing is fetched yet.
    pub(crate) fn new(http: reqwest::Client, plain_http: PlainHttp, base: &Url) -> Result<Self, TransportError> {
        let url = base.join(WELL_KNOWN_PATH).map_err(|_| TransportError::Address)?;
        if !plain_http.allows(&url) {
            return Err(TransportError::Address);
        }
        Ok(Self { http, plain_http, url, current: tokio::sync::Mutex::default() })
    }

    /// The directory, fetched if there is none or its time is over.
    ///
    /// # Errors
    /// Why it could not be fetched.
    pub async fn get(&self) -> Result<Arc<FetchedDirectory>, TransportError> {
        let mut current = self.current.lock().await;
        match &current.directory {
            Some(kept) if kept.is_fresh() => Ok(Arc::clone(kept)),
            _ => self.fetch_into(&mut current).await,
        }
    }

    /// The directory, fetched anew for a key that `seen` did not hold, but not more often than every ten seconds.
    ///
    /// # Errors
    /// Why it could not be fetched.
    pub async fn get_newer(&self, seen: &FetchedDirectory) -> Result<Arc<FetchedDirectory>, TransportError> {
        let mut current = self.current.lock().await;
        match &current.directory {
            // Another request has fetched since, or the last fetch is too recent for a new one.
            Some(kept) if kept.fetched > seen.fetched || kept.fetched.elapsed() < REFETCH_PAUSE => Ok(Arc::clone(kept)),
            _ => self.fetch_into(&mut current).await,
        }
    }

    async fn fetch_into(&self, current: &mut Current) -> Result<Arc<FetchedDirectory>, TransportError> {
        if let Some((at, error)) = current.failure
            && at.elapsed() < FAILURE_PAUSE
        {
            return Err(error);
        }
        match self.fetch(current.directory.as_deref()).await {
            Ok(fetched) => {
                let fetched = Arc::new(fetched);
                *current = Current { directory: Some(Arc::clone(&fetched)), failure: None };
                tracing::debug!(keys = fetched.keys.len(), "issuer directory fetched");
                Ok(fetched)
            }
            Err(error) => {
                current.failure = Some((Instant::now(), error));
                Err(error)
            }
        }
    }

    async fn fetch(&self, old: Option<&FetchedDirectory>) -> Result<FetchedDirectory, TransportError> {
        let mut request = self.http.get(self.url.clone()).header(header::ACCEPT, MediaType::IssuerDirectory.as_str());
        if let Some(etag) = old.and_then(|old| old.etag.clone()) {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        let response = request.send().await.map_err(|error| TransportError::of(&error))?;
        let max_age = Duration::from_secs(max_age(response.headers()));
        if let (304, Some(old)) = (response.status().as_u16(), old) {
            return Ok(FetchedDirectory {
                directory: old.directory.clone(),
                keys: old.keys.clone(),
                token_request_url: old.token_request_url.clone(),
                fetched: Instant::now(),
                max_age,
                etag: old.etag.clone(),
            });
        }
        if response.status().as_u16() != 200 {
            return Err(TransportError::Status(response.status().as_u16()));
        }
        let etag = response.headers().get(header::ETAG).cloned();
        let body = read_answer(response, MAX_BYTES).await?;
        let directory = Directory::parse(&body).map_err(|_| TransportError::Unexpected)?;
        let token_request_url = token_request_url(&self.url, &directory.issuer_request_uri, self.plain_http)?;
        let keys = directory.token_keys.iter().filter_map(|key| key.to_token_key().ok()).collect();
        Ok(FetchedDirectory { directory, keys, token_request_url, fetched: Instant::now(), max_age, etag })
    }
}

/// Where a directory at `url` says that token requests go.
///
/// A directory that came over https cannot name plain http, not even on this machine: a distant issuer has nothing to say to
/// the services here.
fn token_request_url(url: &Url, uri: &str, plain_http: PlainHttp) -> Result<Url, TransportError> {
    let target = url.join(uri).map_err(|_| TransportError::Unexpected)?;
    let is_downgrade = url.scheme() == "https" && target.scheme() != "https";
    if is_downgrade || !plain_http.allows(&target) { Err(TransportError::Address) } else { Ok(target) }
}

/// For how many seconds an answer may be kept, by its `Cache-Control` and its `Age`.
fn max_age(headers: &header::HeaderMap) -> u64 {
    let mut age = DEFAULT_MAX_AGE;
    for value in headers.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok()) {
        for directive in value.split(',').map(str::trim) {
            if directive.eq_ignore_ascii_case("no-store") || directive.eq_ignore_ascii_case("no-cache") {
                return 0;
            }
            if let Some((name, seconds)) = directive.split_once('=')
                && name.trim().eq_ignore_ascii_case("max-age")
            {
                age = seconds.trim().trim_matches('"').parse().unwrap_or(0);
            }
        }
    }
    // What a cache on the way has had already.
    let spent = headers.get(header::AGE).and_then(|value| value.to_str().ok()?.trim().parse().ok()).unwrap_or(0);
    age.min(LONGEST_MAX_AGE).saturating_sub(spent)
}

/// What a token is kept under: type, issuer name, redemption context and origin info (RFC 9577 section 3.1).
///
/// A challenge consists of exactly these four, so its digest stands for all of them. A challenge with a redemption context
/// is also bound to the origin that sent it: otherwise two sites could agree on contexts, and one would know the other's
/// visitors by the tokens they have kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CacheKey(ChallengeDigest);

impl CacheKey {
    /// The key for tokens that answer `challenge`, as sent by `origin` (`scheme://host[:port]`, or any other name for it that
    /// the caller always writes alike).
    #[must_use]
    pub fn of(challenge: &TokenChallengeRef<'_>, origin: &str) -> Self {
        let digest = challenge.digest();
        if challenge.redemption_context().is_empty() {
            return Self(digest);
        }
        Self(Sha256::new().chain_update(digest).chain_update(origin).finalize().into())
    }
}

struct CachedToken {
    token: Token,
    token_key_id: TokenKeyId,
    expires_at: u64,
}

/// Unused tokens, each of which is taken out once.
///
/// Tokens are bearer credentials: they are kept in memory only and wiped when they are dropped.
pub struct TokenCache {
    tokens: Mutex<HashMap<CacheKey, Vec<CachedToken>>>,
    capacity: usize,
}

impl TokenCache {
    /// Makes a cache for `capacity` tokens. A token for which there is no room is dropped: it can be fetched again.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { tokens: Mutex::default(), capacity }
    }

    /// Keeps a token until `expires_at`; times are unix seconds.
    pub fn put(&self, key: CacheKey, token: Token, expires_at: u64, now: u64) {
        let Ok(token_key_id) = token.as_token_ref().map(|token| token.token_key_id()) else { return };
        let mut tokens = self.lock();
        sweep(&mut tokens, now);
        let held: usize = tokens.values().map(Vec::len).sum();
        if held < self.capacity && now < expires_at {
            tokens.entry(key).or_default().push(CachedToken { token, token_key_id, expires_at });
        }
    }

    /// Takes a token out, if there is one; with `token_key_id`, one made with that key.
    #[must_use]
    pub fn take(&self, key: CacheKey, token_key_id: Option<TokenKeyId>, now: u64) -> Option<Token> {
        let mut tokens = self.lock();
        sweep(&mut tokens, now);
        let list = tokens.get_mut(&key)?;
        let position = list.iter().position(|kept| token_key_id.is_none_or(|id| id == kept.token_key_id))?;
        let taken = list.remove(position).token;
        if list.is_empty() {
            tokens.remove(&key);
        }
        Some(taken)
    }

    /// Drops all tokens.
    ///
    /// To be done whenever other state of origins is dropped, such as cookies, and when the network changes: an origin may
    /// recognise a client by the tokens it kept (RFC 9577 section 3.1).
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// The number of tokens held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().values().map(Vec::len).sum()
    }

    /// Whether no token is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A panic elsewhere cannot leave the map half changed.
    fn lock(&self) -> MutexGuard<'_, HashMap<CacheKey, Vec<CachedToken>>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn sweep(tokens: &mut HashMap<CacheKey, Vec<CachedToken>>, now: u64) {
    tokens.retain(|_, list| {
        list.retain(|kept| now < kept.expires_at);
        !list.is_empty()
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use privacypass_core::TokenType;
    use privacypass_core::wire::TokenChallenge;

    #[test]
    fn cache_control_is_read_and_bounded() {
        let age = |values: &[&'static str]| {
            let mut headers = header::HeaderMap::new();
            for value in values {
                headers.append(header::CACHE_CONTROL, header::HeaderValue::from_static(value));
            }
            max_age(&headers)
        };
        assert_eq!(age(&[]), DEFAULT_MAX_AGE);
        assert_eq!(age(&["public, max-age=60"]), 60);
        assert_eq!(age(&["public", "Max-Age=\"61\""]), 61);
        assert_eq!(age(&["max-age=99999999"]), LONGEST_MAX_AGE);
        assert_eq!(age(&["max-age=60, no-store"]), 0);
        assert_eq!(age(&["max-age=x"]), 0);
        let with_age = |age: &'static str| {
            let mut headers = header::HeaderMap::new();
            headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("max-age=60"));
            headers.insert(header::AGE, header::HeaderValue::from_static(age));
            max_age(&headers)
        };
        assert_eq!((with_age("20"), with_age("61"), with_age("-1")), (40, 0, 60));
    }

    #[test]
    fn a_directory_over_https_cannot_send_requests_to_plain_http() {
        let at = |url: &str, uri: &str| token_request_url(&Url::parse(url).unwrap(), uri, PlainHttp::Loopback);
        assert!(at("https://issuer.example/", "/request").is_ok());
        assert!(at("https://issuer.example/", "https://other.example/request").is_ok());
        assert!(at("http://127.0.0.1:1/", "http://127.0.0.1:2/").is_ok());
        for uri in ["http://127.0.0.1:6379/", "http://localhost/", "http://other.example/", "file:///x", "data:,x"] {
            assert_eq!(at("https://issuer.example/", uri), Err(TransportError::Address), "{uri}");
        }
    }

    #[tokio::test]
    async fn an_issuer_that_does_not_answer_is_asked_once_by_many() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = Url::parse(&format!("http://{}/", silent.local_addr().unwrap())).unwrap();
        let http = http_client(Duration::from_millis(300)).unwrap();
        let cache = Arc::new(DirectoryCache::new(http, PlainHttp::Loopback, &base).unwrap());
        let begun = Instant::now();
        let asking: Vec<_> = (0..20)
            .map(|_| {
                let cache = Arc::clone(&cache);
                tokio::spawn(async move { cache.get().await.err() })
            })
            .collect();
        for asked in asking {
            assert_eq!(asked.await.unwrap(), Some(TransportError::Timeout));
        }
        assert!(begun.elapsed() < Duration::from_millis(1500), "each waited for a fetch of its own");
    }

    #[test]
    fn tokens_bound_to_a_context_stay_with_the_origin_that_asked() {
        let key = |context, origin| {
            let challenge = TokenChallenge {
                token_type: TokenType::BLIND_RSA_2048,
                issuer_name: "issuer.example",
                redemption_context: context,
                origin_info: &[],
            };
            let bytes = challenge.to_bytes().unwrap();
            CacheKey::of(&TokenChallengeRef::parse(&bytes).unwrap(), origin)
        };
        let (a, b) = ("https://a.example", "https://b.example");
        assert!(key(Some([1; 32]), a) == key(Some([1; 32]), a));
        assert!(key(Some([1; 32]), a) != key(Some([1; 32]), b));
        assert!(key(Some([1; 32]), a) != key(Some([2; 32]), a));
        assert!(key(None, a) == key(None, b), "a token that fits everywhere may be used everywhere");
    }
}
