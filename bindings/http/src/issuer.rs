//! The issuer as a service: `GET /.well-known/private-token-issuer-directory` and `POST /token-request` (RFC 9578).

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use privacypass_core::directory::{KeySchedule, RotationPolicy, ScheduledKey, WELL_KNOWN_PATH};
use privacypass_core::http::{MediaType, issuer_status};
use privacypass_core::issuer::{Issuer, IssuerKey};
use privacypass_core::provider::{Rng, SystemRng};
use privacypass_core::wire::{TokenKeyId, TokenRequestRef, TokenResponse};
use privacypass_core::{Error, ErrorKind, Result, TokenType};
use sha2::{Digest, Sha256};

use crate::clock;
use crate::pool::Pool;
use crate::problem::Problem;
use crate::transport::read_body;

/// Where token requests go, relative to the directory.
pub const TOKEN_REQUEST_PATH: &str = "/token-request";

/// For how long a directory may be cached at most, in seconds.
pub const DIRECTORY_MAX_AGE: u64 = 86_400;

/// The keys of an issuer with their dates.
///
/// A set is not changed while it serves: clone it (the private keys are shared, not copied), change the clone, and give
/// it to [`IssuerService::replace`].
#[derive(Clone, Default)]
pub struct KeySet {
    schedule: KeySchedule,
    /// The private key of each entry of the schedule, at the same position.
    keys: Vec<Arc<IssuerKey>>,
}

impl KeySet {
    /// Starts without keys. A service without keys answers 503 for its directory and 422 for requests.
    #[must_use]
    pub const fn new() -> Self {
        Self { schedule: KeySchedule::new(), keys: Vec::new() }
    }

    /// Holds one key that is valid from now on and never expires.
    ///
    /// # Errors
    /// None for a key this library made.
    pub fn single(key: IssuerKey) -> Result<Self> {
        let now = clock::now();
        let mut set = Self::new();
        set.add(key, now, u64::MAX, now)?;
        Ok(set)
    }

    /// Adds a key that clients may use from `not_before` on and that is answered for until `not_after`.
    ///
    /// All times are unix seconds.
    ///
    /// # Errors
    /// As [`KeySchedule::add`]: [`ErrorKind::Misuse`] for dates in the wrong order, [`ErrorKind::Exhausted`] when a live
    /// key of the type has the same truncated identifier.
    pub fn add(&mut self, key: IssuerKey, not_before: u64, not_after: u64, now: u64) -> Result<()> {
        let entry =
            ScheduledKey { token_type: key.token_type(), token_key: key.token_key().to_vec(), not_before, not_after };
        self.schedule.add(entry, now)?;
        self.keys.push(Arc::new(key));
        Ok(())
    }

    /// Publishes a new key of `token_type` that takes over by `policy`, and drops the keys whose time is over.
    ///
    /// # Errors
    /// As [`KeySchedule::generate_free`] and [`IssuerKey::generate`]. On an error the set is as it was.
    pub fn rotate(
        &mut self,
        token_type: TokenType,
        policy: &RotationPolicy,
        now: u64,
        rng: &mut dyn Rng,
    ) -> Result<TokenKeyId> {
        let mut next = self.clone();
        next.prune(now);
        let (not_before, not_after) = next.schedule.dates(token_type, policy, now);
        let key = next.schedule.generate_free(token_type, now, &mut || IssuerKey::generate(token_type, rng))?;
        let id = key.id();
        next.add(key, not_before, not_after, now)?;
        *self = next;
        Ok(id)
    }

    /// Drops the keys whose time is over. The private keys are wiped when the last set that shares them is dropped.
    pub fn prune(&mut self, now: u64) {
        let live: Vec<bool> = self.schedule.keys().iter().map(|key| key.is_live(now)).collect();
        let mut is_live = live.into_iter();
        self.keys.retain(|_| is_live.next().unwrap_or(false));
        self.schedule.prune(now);
    }

    /// The public side of the keys.
    #[must_use]
    pub const fn schedule(&self) -> &KeySchedule {
        &self.schedule
    }

    /// When the directory next differs from what it is at `now`, in unix seconds; none when it never does.
    #[must_use]
    pub fn next_change(&self, now: u64) -> Option<u64> {
        self.schedule.keys().iter().flat_map(|key| [key.not_before, key.not_after]).filter(|time| *time > now).min()
    }

    /// The private key that a request names, among those live at `now`.
    fn find(&self, request: &TokenRequestRef<'_>, now: u64) -> Result<Arc<IssuerKey>> {
        let mut error = ErrorKind::Unsupported;
        for (entry, key) in self.schedule.keys().iter().zip(&self.keys) {
            if entry.is_live(now) && key.token_type() == request.token_type() {
                if key.id().truncated() == request.truncated_token_key_id() {
                    return Ok(Arc::clone(key));
                }
                error = ErrorKind::UnknownKey;
            }
        }
        Err(error.into())
    }
}

/// What one request to the issuer may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IssuerLimits {
    /// The size of a token request in bytes; those of RFC 9578 take 259 at most.
    pub body_bytes: usize,
    /// For how long the body may take to arrive.
    pub body_read: Duration,
    /// For how long a request may wait for its answer.
    pub answer: Duration,
}

impl Default for IssuerLimits {
    fn default() -> Self {
        Self { body_bytes: 4096, body_read: Duration::from_secs(5), answer: Duration::from_secs(10) }
    }
}

/// An issuer that answers over HTTP.
///
/// Clones share the keys. It keeps no state about requests, so any number of machines may run the same keys.
#[derive(Clone)]
pub struct IssuerService {
    shared: Arc<Shared>,
}

struct Shared {
    keys: RwLock<Arc<KeySet>>,
    limits: IssuerLimits,
    pool: Pool,
}

impl IssuerService {
    /// Makes an issuer with these keys and the default limits.
    #[must_use]
    pub fn new(keys: KeySet) -> Self {
        Self::with_limits(keys, IssuerLimits::default())
    }

    /// Makes an issuer with limits of the caller's.
    #[must_use]
    pub fn with_limits(keys: KeySet, limits: IssuerLimits) -> Self {
        Self { shared: Arc::new(Shared { keys: RwLock::new(Arc::new(keys)), limits, pool: Pool::new() }) }
    }

    /// The keys in use.
    #[must_use]
    pub fn keys(&self) -> Arc<KeySet> {
        Arc::clone(&self.shared.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the keys; requests that came before are still answered with the old ones.
    pub fn replace(&self, keys: KeySet) {
        *self.shared.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
        tracing::info!(role = "issuer", "keys replaced");
    }

    /// The routes: the directory at its well-known path, and [`TOKEN_REQUEST_PATH`].
    pub fn router(&self) -> Router {
        Router::new()
            .route(WELL_KNOWN_PATH, get(directory))
            .route(TOKEN_REQUEST_PATH, post(token_request))
            .with_state(self.clone())
    }

    /// Answers one token request, off the threads that serve sockets.
    ///
    /// # Errors
    /// The problem to answer with.
    async fn issue(&self, body: Vec<u8>) -> Result<TokenResponse, Problem> {
        let keys = self.keys();
        // Cheap checks first: a request that cannot be answered takes no place in the pool.
        let key = TokenRequestRef::parse(&body).and_then(|request| keys.find(&request, clock::now()));
        let key = key.map_err(refuse)?;
        let token_type = key.token_type();
        let work = move || Issuer::new(std::slice::from_ref(&*key)).issue(&body, &mut SystemRng);
        let response = self.shared.pool.run(work).await?.map_err(refuse)?;
        tracing::debug!(role = "issuer", %token_type, "issued");
        Ok(response)
    }
}

fn refuse(error: Error) -> Problem {
    tracing::debug!(role = "issuer", reason = error.kind().name(), "refused");
    Problem::of_kind(error.kind(), issuer_status(error.kind()))
}

async fn directory(State(service): State<IssuerService>, headers: HeaderMap) -> Response {
    let now = clock::now();
    let keys = service.keys();
    let directory = match keys.schedule.directory(TOKEN_REQUEST_PATH, now) {
        Ok(directory) => directory,
        Err(error) => {
            tracing::error!(role = "issuer", reason = error.kind().name(), "the directory has no usable key");
            let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "no key is usable now: try again later");
            return problem.with_retry_after(60).into_response();
        }
    };
    let until_change = keys.next_change(now).map_or(DIRECTORY_MAX_AGE, |change| change - now);
    let max_age = DIRECTORY_MAX_AGE.min(until_change);
    let body = directory.to_json();
    let etag = entity_tag(body.as_bytes());
    let matches = headers.get_all(header::IF_NONE_MATCH).iter().any(|value| lists_tag(value, &etag));
    let mut response =
        if matches { StatusCode::NOT_MODIFIED.into_response() } else { Body::from(body).into_response() };
    let out = response.headers_mut();
    if !matches {
        let media_type = HeaderValue::from_static(MediaType::IssuerDirectory.as_str());
        out.insert(header::CONTENT_TYPE, media_type);
    }
    for (name, value) in [(header::ETAG, etag), (header::CACHE_CONTROL, format!("public, max-age={max_age}"))] {
        if let Ok(value) = HeaderValue::try_from(value) {
            out.insert(name, value);
        }
    }
    response
}

/// A strong entity tag: equal tags are equal bytes.
fn entity_tag(body: &[u8]) -> String {
    let mut tag = String::from("\"");
    for byte in &Sha256::digest(body)[..16] {
        tag.push_str(&format!("{byte:02x}"));
    }
    tag.push('"');
    tag
}

/// Whether an `If-None-Match` lists `tag`, by the weak comparison it asks for (RFC 9110 section 13.1.2).
fn lists_tag(value: &HeaderValue, tag: &str) -> bool {
    value.to_str().is_ok_and(|value| {
        value
            .split(',')
            .map(str::trim)
            .any(|listed| listed == "*" || listed.strip_prefix("W/").unwrap_or(listed) == tag)
    })
}

async fn token_request(State(service): State<IssuerService>, request: Request) -> Response {
    match answer(&service, request).await {
        Ok(response) => {
            let mut response = Body::from(response.as_bytes().to_vec()).into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MediaType::TokenResponse.as_str()));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(problem) => problem.into_response(),
    }
}

async fn answer(service: &IssuerService, request: Request) -> Result<TokenResponse, Problem> {
    let content_type = request.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if !content_type.is_some_and(|value| MediaType::TokenRequest.matches(value)) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send the token request with content type application/private-token-request",
        ));
    }
    let limits = service.shared.limits;
    let body = read_body(request.into_body(), limits.body_bytes, limits.body_read).await?;
    tokio::time::timeout(limits.answer, service.issue(body)).await.unwrap_or(Err(Problem::busy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> IssuerKey {
        IssuerKey::derive_voprf_p384(&[seed; 32]).unwrap()
    }

    #[test]
    fn pruning_keeps_each_key_beside_its_dates() {
        let mut set = KeySet::new();
        for (seed, not_after) in [(1, 100), (2, 300), (3, 200)] {
            set.add(key(seed), 0, not_after, 0).unwrap();
        }
        assert_eq!(set.next_change(0), Some(100));
        set.prune(200);
        assert_eq!(set.keys.len(), 1);
        assert_eq!(set.schedule.keys()[0].id(), set.keys[0].id());
        assert_eq!(set.keys[0].id(), key(2).id());
        assert_eq!((set.next_change(200), set.next_change(300)), (Some(300), None));
    }

    #[test]
    fn a_rotation_that_fails_changes_nothing() {
        struct NoRng;
        impl Rng for NoRng {
            fn fill(&mut self, _: &mut [u8]) -> Result<()> {
                Err(ErrorKind::Rng.into())
            }
        }
        let mut set = KeySet::single(key(1)).unwrap();
        let failed = set.rotate(TokenType::VOPRF_P384, &RotationPolicy::DEFAULT, 10, &mut NoRng);
        assert_eq!((failed, set.keys.len()), (Err(ErrorKind::Rng.into()), 1));
        set.rotate(TokenType::VOPRF_P384, &RotationPolicy::DEFAULT, clock::now(), &mut SystemRng).unwrap();
        assert_eq!((set.keys.len(), set.schedule.keys().len()), (2, 2));
    }

    #[test]
    fn entity_tags_compare_as_a_list() {
        let matches = |value: &'static str| lists_tag(&HeaderValue::from_static(value), "\"a\"");
        assert!(matches("\"a\"") && matches("W/\"a\"") && matches("\"b\", \"a\"") && matches("*"));
        assert!(!matches("\"b\"") && !matches("a") && !matches(""));
    }
}
