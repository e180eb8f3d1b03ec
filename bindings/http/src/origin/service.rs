//! The service the layer makes.

use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use privacypass_core::ErrorKind;
use privacypass_core::http::{authorization, origin_status};
use privacypass_core::wire::same_name;
use tower_service::Service;

use super::state::{Refusal, Shared};
use super::{Mode, OnRefused, RedeemedToken};
use crate::BoxFuture;
use crate::clock;
use crate::problem::Problem;

/// The largest token that is decoded, in bytes; those of RFC 9578 take 354 at most.
const TOKEN_MAX_BYTES: usize = 4096;

/// What [`OriginLayer`](super::OriginLayer) makes of a service.
#[derive(Clone)]
pub struct OriginService<S> {
    shared: Arc<Shared>,
    inner: S,
}

impl<S> OriginService<S> {
    pub(super) const fn new(shared: Arc<Shared>, inner: S) -> Self {
        Self { shared, inner }
    }
}

impl<S, In, Out> Service<Request<In>> for OriginService<S>
where
    S: Service<Request<In>, Response = axum::http::Response<Out>> + Clone + Send + 'static,
    S::Future: Send,
    In: Send + 'static,
    Out: HttpBody<Data = Bytes> + Send + 'static,
    Out::Error: Into<axum::BoxError>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<In>) -> Self::Future {
        // The clone goes back; the one that was polled ready is used.
        let spare = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, spare);
        let shared = Arc::clone(&self.shared);
        Box::pin(async move {
            let now = clock::now();
            request.extensions_mut().remove::<RedeemedToken>();
            let gate = shared.admit(&mut request, now).await;
            let (redeemed, name) = match gate {
                Ok(admitted) => admitted,
                Err(response) => return Ok(*response),
            };
            let is_anonymous = redeemed.is_none();
            if let Some(redeemed) = redeemed {
                request.extensions_mut().insert(redeemed);
            }
            let wants_page = accepts_html(request.headers());
            let mut response = inner.call(request).await?.map(Body::new);
            if is_anonymous
                && response.status() == StatusCode::UNAUTHORIZED
                && !response.headers().contains_key(header::WWW_AUTHENTICATE)
            {
                // The service may have taken its time.
                let now = clock::now();
                match shared.challenge_header(name.as_deref(), now) {
                    Ok(value) => drop(response.headers_mut().insert(header::WWW_AUTHENTICATE, value)),
                    Err(_) => response = shared.unauthorized(name.as_deref(), now, wants_page, MISSING),
                }
            }
            Ok(response)
        })
    }
}

const MISSING: &str = "this resource asks for a Privacy Pass token: answer the challenge";
const REFUSED: &str = "the token was not accepted: answer the new challenge with a fresh token";
const REFUSED_FOR_GOOD: &str = "the token was not accepted: request the resource again without a token for a challenge";

/// A redeemed token, if there was one, and the origin's name that the request is for.
type Admitted = (Option<RedeemedToken>, Option<String>);

impl Shared {
    /// Redeems the request's token; or gives the answer to send in place of the service's.
    async fn admit<B>(&self, request: &mut Request<B>, now: u64) -> Result<Admitted, Box<Response>> {
        let Some(name) = self.name_of(request).map(|name| name.map(str::to_owned)) else {
            tracing::debug!(role = "origin", reason = "host", "refused");
            let problem = Problem::new(StatusCode::MISDIRECTED_REQUEST, "this origin has another name: check the URL");
            return Err(Box::new(problem.into_response()));
        };
        let wants_page = accepts_html(request.headers());
        let token = match presented(request.headers()) {
            Ok(token) => token,
            Err(kind) => return Err(Box::new(self.refuse(&Refusal::Kind(kind), name.as_deref(), now, wants_page))),
        };
        match (token, self.mode) {
            (None, Mode::Optional) => Ok((None, name)),
            (None, Mode::Required) => {
                tracing::debug!(role = "origin", "challenged");
                Err(Box::new(self.unauthorized(name.as_deref(), now, wants_page, MISSING)))
            }
            (Some(token), _) => {
                // The service must not see the token: it might log it.
                request.headers_mut().remove(header::AUTHORIZATION);
                match self.redeem(token, name.as_deref(), now).await {
                    Ok(redeemed) => {
                        tracing::debug!(role = "origin", token_type = %redeemed.token_type, "redeemed");
                        Ok((Some(redeemed), name))
                    }
                    Err(refusal) => Err(Box::new(self.refuse(&refusal, name.as_deref(), now, wants_page))),
                }
            }
        }
    }

    /// The configured name that a request is for, which it may give in its target and in one `Host`.
    ///
    /// A request that gives two names is for neither: a token for one must not open what the service finds under the other.
    fn name_of<B>(&self, request: &Request<B>) -> Option<Option<&str>> {
        let mut hosts = request.headers().get_all(header::HOST).iter();
        let host = hosts.next().map(|host| host.to_str().unwrap_or_default());
        let target = request.uri().authority().map(axum::http::uri::Authority::as_str);
        let name = self.name_for(target.or(host))?;
        let is_other = |host| name.is_some_and(|name| !same_name(name, host));
        (hosts.next().is_none() && !host.is_some_and(is_other)).then_some(name)
    }

    /// The answer to a token that was not redeemed. The reason goes to the log alone.
    fn refuse(&self, refusal: &Refusal, name: Option<&str>, now: u64, wants_page: bool) -> Response {
        let kind = match refusal {
            Refusal::Busy => return Problem::busy().into_response(),
            Refusal::Store(kind) => {
                tracing::error!(role = "origin", reason = kind.name(), "the spend store failed");
                let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "tokens cannot be redeemed now: try again");
                return problem.with_retry_after(1).into_response();
            }
            Refusal::Kind(kind) => *kind,
        };
        tracing::info!(role = "origin", reason = kind.name(), "token refused");
        let status = StatusCode::from_u16(origin_status(kind)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match (status, self.on_refused) {
            (StatusCode::UNAUTHORIZED, OnRefused::Challenge) => self.unauthorized(name, now, wants_page, REFUSED),
            (StatusCode::UNAUTHORIZED, OnRefused::Plain403) => {
                Problem::new(StatusCode::FORBIDDEN, REFUSED_FOR_GOOD).into_response()
            }
            (StatusCode::BAD_REQUEST, _) => {
                Problem::new(status, "the PrivateToken credentials cannot be read").into_response()
            }
            _ => Problem::new(status, "the token could not be checked: try again").into_response(),
        }
    }

    fn challenge_header(&self, name: Option<&str>, now: u64) -> Result<HeaderValue, ErrorKind> {
        let value = self.challenge(name, now).map_err(|error| error.kind())?;
        HeaderValue::try_from(value).map_err(|_| ErrorKind::Internal)
    }

    /// A 401 with a challenge.
    fn unauthorized(&self, name: Option<&str>, now: u64, wants_page: bool, detail: &'static str) -> Response {
        let value = match self.challenge_header(name, now) {
            Ok(value) => value,
            Err(kind) => {
                tracing::error!(role = "origin", reason = kind.name(), "no challenge can be made");
                return Problem::of_kind(kind, origin_status(kind)).into_response();
            }
        };
        let mut response = match &self.page {
            Some(page) if wants_page => {
                let mut response = Response::new(Body::from(page.to_string()));
                *response.status_mut() = StatusCode::UNAUTHORIZED;
                let headers = response.headers_mut();
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
                headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
                response
            }
            _ => Problem::new(StatusCode::UNAUTHORIZED, detail).into_response(),
        };
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        response
    }
}

/// The token of a request, decoded.
fn presented(headers: &HeaderMap) -> Result<Option<Vec<u8>>, ErrorKind> {
    let lines = headers.get_all(header::AUTHORIZATION);
    let Some(credentials) = authorization(lines.iter().map(HeaderValue::as_bytes)).map_err(|error| error.kind())?
    else {
        return Ok(None);
    };
    if credentials.token().decoded_len() > TOKEN_MAX_BYTES {
        return Err(ErrorKind::Limit);
    }
    Ok(Some(credentials.token().decode_to_vec()))
}

fn accepts_html(headers: &HeaderMap) -> bool {
    let accepts = |value: &HeaderValue| value.to_str().is_ok_and(|value| value.contains("text/html"));
    headers.get_all(header::ACCEPT).iter().any(accepts)
}
