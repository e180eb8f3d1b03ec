//! The attester as a service: vouches for a client to an issuer.
//!
//! | route | what |
//! |---|---|
//! | `GET /challenge` | what a person sees, or with `Accept: application/json` what a program reads |
//! | `POST /challenge` | a token request with `Private-Token-Attester-Data`; the answer is the issuer's |
//! | `GET /v1/private-token-issuer-directory` | the issuers and their keys, for browser extensions |
//!
//! How a client proves itself is an [`Attestation`]; [`YesNo`] asks a person.
//!
//! # Privacy
//! A request shows neither the challenge nor the origin. The page forbids the `Referer`, and neither `Referer`, `Origin`
//! nor any other header of the client is read, logged or forwarded: the issuer receives the token request's bytes and
//! nothing else of the client's.

mod yes_no;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use privacypass_core::attester::{CheckedRequest, check_request};
use privacypass_core::directory::{ATTESTER_ISSUERS_PATH, IssuerList};
use privacypass_core::http::{MediaType, issuer_status};
use privacypass_core::{ErrorKind, Result};
use reqwest::Url;

pub use yes_no::YesNo;

use crate::BoxFuture;
use crate::cache::{DirectoryCache, FetchedDirectory};
use crate::clock;
use crate::problem::Problem;
use crate::transport::{PlainHttp, TransportError, http_client, read_answer, read_body};

/// The path of the page and of the token requests.
pub const CHALLENGE_PATH: &str = "/challenge";

/// The header that carries what the client proves itself with.
pub const ATTESTER_DATA: HeaderName = HeaderName::from_static("private-token-attester-data");

/// For how long clients may keep the list of issuers, in seconds.
const LIST_MAX_AGE: u64 = 300;
/// The longest `Private-Token-Attester-Data` that is looked at, in bytes.
const DATA_MAX_BYTES: usize = 4096;

/// How a client shows that it deserves a token.
pub trait Attestation: Send + Sync + 'static {
    /// What a person sees at `GET /challenge`.
    ///
    /// # Errors
    /// [`ErrorKind::Rng`] and the like: the service answers 503.
    fn page(&self, now: u64) -> Result<Page>;

    /// What a program gets at `GET /challenge` when it asks for JSON; `None` when there is nothing for programs.
    ///
    /// # Errors
    /// As [`page`](Self::page).
    fn json(&self, now: u64) -> Result<Option<String>>;

    /// Looks at `data` without using it up; the page's own request, which an extension catches, ends here.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    fn check<'a>(&'a self, data: &'a [u8], now: u64) -> BoxFuture<'a, Result<()>>;

    /// Accepts `data` for one token request, and never again.
    ///
    /// # Errors
    /// [`ErrorKind::Attestation`] refuses with 403. Other kinds are answered by their band.
    ///
    /// # Security
    /// The implementation must bind `data` to something of its own (a MAC, a session) and let it pass once.
    fn accept<'a>(&'a self, data: &'a [u8], now: u64) -> BoxFuture<'a, Result<()>>;
}

/// An HTML page with its Content-Security-Policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// The document.
    pub html: String,
    /// The policy to send with it.
    pub content_security_policy: String,
}

/// What one request to the attester may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AttesterLimits {
    /// The size of a token request in bytes.
    pub body_bytes: usize,
    /// For how long the body may take to arrive.
    pub body_read: Duration,
    /// For how long the issuer may take.
    pub issuer: Duration,
    /// How many requests may wait for issuers at once.
    pub in_flight: usize,
}

impl Default for AttesterLimits {
    fn default() -> Self {
        Self { body_bytes: 4096, body_read: Duration::from_secs(5), issuer: Duration::from_secs(10), in_flight: 1024 }
    }
}

/// Builds an [`AttesterService`].
pub struct AttesterBuilder {
    attestation: Arc<dyn Attestation>,
    issuers: Vec<(String, Option<String>)>,
    limits: AttesterLimits,
    plain_http: PlainHttp,
}

impl AttesterBuilder {
    /// Adds an issuer by its name (`host[:port]`), which also says where its directory is.
    ///
    /// A token request does not name its issuer, only a key by the last byte of its id. With several issuers, the first
    /// that has such a key is asked; so give them keys with different last bytes.
    #[must_use]
    pub fn issuer(mut self, name: impl Into<String>) -> Self {
        self.issuers.push((name.into(), None));
        self
    }

    /// Adds an issuer whose directory is fetched from another address: `url` is the base of the well-known path.
    #[must_use]
    pub fn issuer_at(mut self, name: impl Into<String>, url: impl Into<String>) -> Self {
        self.issuers.push((name.into(), Some(url.into())));
        self
    }

    /// Sets the limits.
    #[must_use]
    pub const fn limits(mut self, limits: AttesterLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets where plain http may be spoken.
    #[must_use]
    pub const fn plain_http(mut self, plain_http: PlainHttp) -> Self {
        self.plain_http = plain_http;
        self
    }

    /// Makes the service.
    ///
    /// # Errors
    /// [`TransportError::Address`] when an issuer's name or URL cannot be used, [`TransportError::Tls`] without roots.
    pub fn build(self) -> Result<AttesterService, TransportError> {
        let http = http_client(self.limits.issuer)?;
        let open = |(name, url): (String, Option<String>)| {
            let base = match url {
                Some(url) => Url::parse(&url).ok(),
                None => self.plain_http.base_of(&name),
            };
            let base = base.ok_or(TransportError::Address)?;
            let directory = DirectoryCache::new(http.clone(), self.plain_http, &base)?;
            Ok(TrustedIssuer { name, directory })
        };
        let issuers = self.issuers.into_iter().map(open).collect::<Result<Vec<_>, TransportError>>()?;
        let in_flight = tokio::sync::Semaphore::new(self.limits.in_flight.min(tokio::sync::Semaphore::MAX_PERMITS));
        let shared = Shared { attestation: self.attestation, issuers, http, limits: self.limits, in_flight };
        Ok(AttesterService { shared: Arc::new(shared) })
    }
}

/// An attester that answers over HTTP. Clones share everything.
#[derive(Clone)]
pub struct AttesterService {
    shared: Arc<Shared>,
}

struct Shared {
    attestation: Arc<dyn Attestation>,
    issuers: Vec<TrustedIssuer>,
    http: reqwest::Client,
    limits: AttesterLimits,
    in_flight: tokio::sync::Semaphore,
}

struct TrustedIssuer {
    name: String,
    directory: DirectoryCache,
}

impl AttesterService {
    /// Builds an attester with this way of attesting.
    #[must_use]
    pub fn builder(attestation: impl Attestation) -> AttesterBuilder {
        AttesterBuilder {
            attestation: Arc::new(attestation),
            issuers: Vec::new(),
            limits: AttesterLimits::default(),
            plain_http: PlainHttp::default(),
        }
    }

    /// The routes of the module's table.
    pub fn router(&self) -> Router {
        Router::new()
            .route(CHALLENGE_PATH, get(show).post(token_request))
            .route(ATTESTER_ISSUERS_PATH, get(issuer_list))
            .with_state(self.clone())
    }

    /// The issuer and key that a request is for.
    async fn find_issuer(&self, body: &[u8]) -> Result<(Arc<FetchedDirectory>, CheckedRequest), Problem> {
        let mut refusal = Problem::of_kind(ErrorKind::Unsupported, issuer_status(ErrorKind::Unsupported));
        let mut failed = None;
        for issuer in &self.shared.issuers {
            let mut directory = match issuer.directory.get().await {
                Ok(directory) => directory,
                Err(error) => {
                    failed = Some(issuer_failed(error));
                    continue;
                }
            };
            let mut checked = check_request(body, directory.keys());
            if checked.is_err_and(|error| error.kind() == ErrorKind::UnknownKey) {
                // The issuer may have published the key since.
                if let Ok(newer) = issuer.directory.get_newer(&directory).await {
                    checked = check_request(body, newer.keys());
                    directory = newer;
                }
            }
            match checked {
                Ok(checked) => return Ok((directory, checked)),
                Err(error) => refusal = Problem::of_kind(error.kind(), issuer_status(error.kind())),
            }
        }
        // An issuer that could not be asked may be the one with the key: then the request is not at fault.
        Err(failed.unwrap_or(refusal))
    }

    /// Asks the issuer. Nothing of the client's goes along but `body`.
    async fn forward(
        &self,
        directory: &FetchedDirectory,
        checked: CheckedRequest,
        body: Vec<u8>,
    ) -> Result<Vec<u8>, Problem> {
        let request = self
            .shared
            .http
            .post(directory.token_request_url().clone())
            .header(header::CONTENT_TYPE, MediaType::TokenRequest.as_str())
            .header(header::ACCEPT, MediaType::TokenResponse.as_str())
            .body(body);
        let response = request.send().await.map_err(|error| issuer_failed(TransportError::of(&error)))?;
        let status = response.status();
        if status.is_client_error() || status == StatusCode::SERVICE_UNAVAILABLE {
            // The status is the issuer's; its words are not passed on, because they may hold anything.
            tracing::debug!(role = "attester", status = status.as_u16(), "the issuer refused");
            let problem = Problem::new(status, "the issuer refused the token request");
            return Err(if status.is_server_error() { problem.with_retry_after(1) } else { problem });
        }
        if status != StatusCode::OK {
            return Err(issuer_failed(TransportError::Status(status.as_u16())));
        }
        let content_type = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
        if !content_type.is_some_and(|value| MediaType::TokenResponse.matches(value)) {
            return Err(issuer_failed(TransportError::Unexpected));
        }
        let answer = read_answer(response, self.shared.limits.body_bytes).await.map_err(issuer_failed)?;
        checked.check_response(&answer).map_err(|_| issuer_failed(TransportError::Unexpected))?;
        Ok(answer)
    }
}

/// The answer when an issuer is at fault: 502, or 504 when it was too slow.
fn issuer_failed(error: TransportError) -> Problem {
    tracing::warn!(role = "attester", reason = error.name(), "the issuer could not be asked");
    match error {
        TransportError::Timeout => {
            Problem::new(StatusCode::GATEWAY_TIMEOUT, "the issuer did not answer in time: try again later")
        }
        _ => Problem::new(StatusCode::BAD_GATEWAY, "the issuer could not be asked: try again later"),
    }
}

/// The answer to an attestation's error.
fn refuse(kind: ErrorKind) -> Problem {
    tracing::debug!(role = "attester", reason = kind.name(), "refused");
    Problem::of_kind(kind, issuer_status(kind))
}

/// Headers of every answer: nothing is kept, guessed, or told to other sites.
fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn typed(body: impl Into<Body>, content_type: &'static str) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// The client's attester data, if the header is there once and of a size to look at.
fn attester_data(headers: &HeaderMap) -> Result<Option<&[u8]>, Problem> {
    let mut values = headers.get_all(ATTESTER_DATA).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) if value.len() <= DATA_MAX_BYTES => Ok(Some(value.as_bytes())),
        _ => Err(refuse(ErrorKind::Attestation)),
    }
}

async fn show(State(service): State<AttesterService>, headers: HeaderMap) -> Response {
    guarded(challenge(&service, &headers).await.unwrap_or_else(IntoResponse::into_response))
}

async fn challenge(service: &AttesterService, headers: &HeaderMap) -> Result<Response, Problem> {
    let now = clock::now();
    let attestation = &service.shared.attestation;
    if let Some(data) = attester_data(headers)? {
        attestation.check(data, now).await.map_err(|error| refuse(error.kind()))?;
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    if accepts_json(headers) {
        return match attestation.json(now).map_err(|error| refuse(error.kind()))? {
            Some(json) => Ok(typed(json, "application/json")),
            None => Err(Problem::new(StatusCode::NOT_ACCEPTABLE, "this attester has a page for people only")),
        };
    }
    let page = attestation.page(now).map_err(|error| refuse(error.kind()))?;
    let mut response = typed(page.html, "text/html; charset=utf-8");
    if let Ok(policy) = HeaderValue::try_from(page.content_security_policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

/// Whether the client asks for JSON by name; browsers do not.
fn accepts_json(headers: &HeaderMap) -> bool {
    headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').any(|range| {
            let essence = range.split(';').next().unwrap_or_default().trim();
            essence.eq_ignore_ascii_case("application/json")
        })
    })
}

async fn token_request(State(service): State<AttesterService>, request: Request) -> Response {
    let answer = attest(&service, request).await;
    // Silk compares the content type as a string: no parameter may follow.
    guarded(answer.map_or_else(IntoResponse::into_response, |body| typed(body, MediaType::TokenResponse.as_str())))
}

async fn attest(service: &AttesterService, request: Request) -> Result<Vec<u8>, Problem> {
    let limits = service.shared.limits;
    let (parts, body) = request.into_parts();
    let Some(data) = attester_data(&parts.headers)? else {
        return Err(Problem::new(
            StatusCode::NOT_ACCEPTABLE,
            "send the header Private-Token-Attester-Data: its value comes from this address with GET",
        ));
    };
    // Browser extensions may leave the content type out; one that names another message is wrong.
    let content_type = parts.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if content_type.is_some_and(|value| !MediaType::TokenRequest.matches(value)) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send the token request with content type application/private-token-request",
        ));
    }
    let body = read_body(body, limits.body_bytes, limits.body_read).await?;
    let _place = service.shared.in_flight.try_acquire().map_err(|_| Problem::busy())?;
    // A client that was refused is told so before anything is asked of an issuer; but data is used up only for a
    // request that can be forwarded.
    service.shared.attestation.check(data, clock::now()).await.map_err(|error| refuse(error.kind()))?;
    let (directory, checked) = service.find_issuer(&body).await?;
    // The time anew: a directory may have been slow.
    service.shared.attestation.accept(data, clock::now()).await.map_err(|error| refuse(error.kind()))?;
    let token_type = checked.token_type();
    let answer = service.forward(&directory, checked, body).await?;
    tracing::debug!(role = "attester", %token_type, "attested");
    Ok(answer)
}

async fn issuer_list(State(service): State<AttesterService>) -> Response {
    let mut list = IssuerList::default();
    for issuer in &service.shared.issuers {
        match issuer.directory.get().await {
            Ok(fetched) => {
                list.issuers.insert(issuer.name.clone(), fetched.directory().token_keys.clone());
            }
            Err(error) => {
                tracing::warn!(role = "attester", reason = error.name(), "an issuer is missing from the list");
            }
        }
    }
    if list.issuers.is_empty() && !service.shared.issuers.is_empty() {
        return guarded(issuer_failed(TransportError::Connect).into_response());
    }
    let mut response = typed(list.to_json(), "application/json");
    if let Ok(value) = HeaderValue::try_from(format!("public, max-age={LIST_MAX_AGE}")) {
        response.headers_mut().insert(header::CACHE_CONTROL, value);
    }
    guarded(response)
}
