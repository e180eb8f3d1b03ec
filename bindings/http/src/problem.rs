//! Problem details (RFC 9457): what a service says to a peer it refuses.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use privacypass_core::ErrorKind;

/// A refusal as problem details.
///
/// It holds a status, a name of the error table and one static sentence, so that nothing of a request can come back in
/// it. The body is `application/problem+json` with `title`, `status`, `detail` and, for errors of the table, `code`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Problem {
    status: StatusCode,
    code: Option<&'static str>,
    detail: &'static str,
    retry_after: Option<u32>,
}

/// How long a peer is asked to wait when the service is busy, in seconds.
const BUSY_SECONDS: u32 = 1;

impl Problem {
    /// Makes a problem with a sentence of its own. It must hold nothing of the request.
    #[must_use]
    pub const fn new(status: StatusCode, detail: &'static str) -> Self {
        Self { status, code: None, detail, retry_after: None }
    }

    /// Makes a problem of an error of the table, with the status its role gives it.
    #[must_use]
    pub fn of_kind(kind: ErrorKind, status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(BUSY_SECONDS);
        Self { status, code: Some(kind.name()), detail: kind.message(), retry_after }
    }

    /// Makes the refusal of a service that has too much to do.
    #[must_use]
    pub const fn busy() -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            code: None,
            detail: "too many requests are being answered: try again in a moment",
            retry_after: Some(BUSY_SECONDS),
        }
    }

    /// Asks the peer to wait this many seconds.
    #[must_use]
    pub const fn with_retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The status of the answer.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The name in the error table, for a log.
    #[must_use]
    pub const fn code(&self) -> Option<&'static str> {
        self.code
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = serde_json::json!({
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if let (Some(code), Some(members)) = (self.code, body.as_object_mut()) {
            members.insert("code".to_owned(), code.into());
        }
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
