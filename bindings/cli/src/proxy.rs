//! Passing requests on to the service behind `serve origin --upstream`.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::output::{Failure, Outcome};

/// How long the upstream may take until its headers are there.
const TIME: Duration = Duration::from_secs(30);

/// Headers that belong to one connection (RFC 9110 section 7.6.1).
const HOP_BY_HOP: [HeaderName; 9] = [
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::CONNECTION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
];

/// A service that is asked over plain http.
#[derive(Clone)]
pub(crate) struct Upstream {
    authority: String,
}

impl Upstream {
    /// Reads `http://host[:port]`.
    pub(crate) fn parse(url: &str) -> Outcome<Self> {
        let uri: Option<Uri> = url.parse().ok();
        let authority =
            uri.filter(|uri| uri.scheme_str() == Some("http") && uri.path() == "/" && uri.query().is_none());
        let authority = authority.and_then(|uri| {
            let authority = uri.authority()?;
            Some(format!("{}:{}", authority.host(), authority.port_u16().unwrap_or(80)))
        });
        let hint = "write it as http://127.0.0.1:8000, without a path";
        Ok(Self { authority: authority.ok_or_else(|| Failure::new(format!("{url:?} is no upstream"), hint))? })
    }

    async fn send(&self, mut request: Request) -> Option<Response> {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
        *request.uri_mut() = path.parse().ok()?;
        strip(request.headers_mut());
        let stream = TcpStream::connect(&self.authority).await.ok()?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
        // It ends when the answer has been read, or nobody reads it any more.
        tokio::spawn(connection);
        let mut response = sender.send_request(request).await.ok()?.map(Body::new);
        strip(response.headers_mut());
        Some(response)
    }
}

/// Takes away what belongs to one connection, also what `Connection` names.
fn strip(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

/// Answers a request with what the upstream says.
pub(crate) async fn forward(State(upstream): State<Upstream>, request: Request) -> Response {
    match tokio::time::timeout(TIME, upstream.send(request)).await {
        Ok(Some(response)) => response,
        Ok(None) => (StatusCode::BAD_GATEWAY, "the service behind this origin does not answer\n").into_response(),
        Err(_) => (StatusCode::GATEWAY_TIMEOUT, "the service behind this origin is too slow\n").into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_is_a_host_and_a_port() {
        let authority = |url| Upstream::parse(url).ok().map(|upstream| upstream.authority);
        assert_eq!(authority("http://127.0.0.1:8000").as_deref(), Some("127.0.0.1:8000"));
        assert_eq!(authority("http://localhost/").as_deref(), Some("localhost:80"));
        for url in ["https://x", "127.0.0.1:80", "http://x/path", "http://x/?q", ""] {
            assert_eq!(authority(url), None, "{url}");
        }
    }

    #[test]
    fn headers_of_the_connection_stay_behind() {
        let mut headers = HeaderMap::new();
        for (name, value) in [("connection", "close, X-Hop"), ("x-hop", "1"), ("te", "trailers"), ("accept", "*/*")] {
            headers.insert(name, value.parse().unwrap());
        }
        strip(&mut headers);
        assert_eq!(headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["accept"]);
    }
}
