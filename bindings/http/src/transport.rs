//! What this crate sends and reads as an HTTP client: TLS, plain http, and bounded bodies.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use reqwest::Url;
use rustls_platform_verifier::BuilderVerifierExt;

use crate::problem::Problem;

/// Where http without TLS may be spoken.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum PlainHttp {
    /// To this machine: `localhost`, 127.0.0.0/8 and `[::1]`, for development and for a proxy beside the service. Issuer
    /// names there mean http.
    #[default]
    Loopback,
    /// Nowhere.
    Never,
    /// Everywhere.
    ///
    /// # Security
    /// Whoever is on the path reads and changes all: it can take tokens, and give each client a key of its own, by which it
    /// knows the client again. For closed test networks.
    Anywhere,
}

impl PlainHttp {
    /// Whether `url` may be asked: https, or http where that is allowed.
    #[must_use]
    pub fn allows(self, url: &Url) -> bool {
        match url.scheme() {
            "https" => true,
            "http" => match self {
                Self::Never => false,
                Self::Loopback => url.host_str().is_some_and(is_loopback),
                Self::Anywhere => true,
            },
            _ => false,
        }
    }

    /// The URL of the server called `name` (`host[:port]`): https, but http for this machine when that is allowed.
    pub(crate) fn base_of(self, name: &str) -> Option<Url> {
        let https = Url::parse(&format!("https://{name}/")).ok()?;
        // A name must be a host and a port and nothing else.
        if https.path() != "/" || https.query().is_some() || https.fragment().is_some() || !https.username().is_empty()
        {
            return None;
        }
        let plain = self != Self::Never && https.host_str().is_some_and(is_loopback);
        if plain { Url::parse(&format!("http://{name}/")).ok() } else { Some(https) }
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Makes the HTTP client every role uses: rustls with ring, which needs no more than a C compiler to build; the system's
/// roots; no redirects, no cookies, no `Referer`, no compression, and a time limit on everything.
///
/// Of the environment's proxies only that for https is used, and not for this machine: over it, TLS goes through. A proxy
/// for plain http would see tokens that [`PlainHttp`] says stay here.
pub(crate) fn http_client(timeout: Duration) -> Result<reqwest::Client, TransportError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|_| TransportError::Tls)?
        .with_no_client_auth();
    let builder = reqwest::Client::builder().no_proxy();
    let builder = match https_proxy() {
        Some(proxy) => builder.proxy(proxy),
        None => builder,
    };
    builder
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(timeout.min(Duration::from_secs(5)))
        .timeout(timeout)
        .pool_idle_timeout(Duration::from_secs(30))
        .build()
        .map_err(|_| TransportError::Tls)
}

/// The environment's proxy for https beyond this machine.
fn https_proxy() -> Option<reqwest::Proxy> {
    let first =
        |names: [&str; 2]| names.into_iter().filter_map(|name| std::env::var(name).ok()).find(|v| !v.is_empty());
    let address = first(["HTTPS_PROXY", "https_proxy"]).or_else(|| first(["ALL_PROXY", "all_proxy"]))?;
    let direct = first(["NO_PROXY", "no_proxy"]).unwrap_or_default();
    let direct = reqwest::NoProxy::from_string(&format!("localhost,127.0.0.0/8,::1,{direct}"));
    // One that is no URL is passed over, as everywhere.
    Some(reqwest::Proxy::https(address).ok()?.no_proxy(direct))
}

/// Why an exchange with another server failed. It holds no URL and nothing the server sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum TransportError {
    /// TLS could not be set up on this machine: no root certificates were found.
    Tls,
    /// The name or URL of the server cannot be used: it is no `host[:port]`, or plain http is not allowed there.
    Address,
    /// The server could not be reached.
    Connect,
    /// The server did not answer in time.
    Timeout,
    /// The connection broke, or what came is not HTTP.
    Broken,
    /// The answer is larger than it may be.
    TooLarge,
    /// The server answered with this status.
    Status(u16),
    /// The server's answer is of another media type, or does not parse.
    Unexpected,
}

impl TransportError {
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::Timeout
        } else if error.is_connect() {
            Self::Connect
        } else {
            Self::Broken
        }
    }

    /// The name for a log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::Address => "address",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Broken => "broken",
            Self::TooLarge => "too_large",
            Self::Status(_) => "status",
            Self::Unexpected => "unexpected",
        }
    }
}

impl std::fmt::Display for TransportError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tls => f.write_str("TLS cannot be set up: install the system's root certificates"),
            Self::Address => f.write_str("the address cannot be used: give host[:port], and https beyond this machine"),
            Self::Connect => f.write_str("the server cannot be reached: check that it runs, and its name and port"),
            Self::Timeout => f.write_str("the server did not answer in time: try again"),
            Self::Broken => f.write_str("the connection broke: try again"),
            Self::TooLarge => f.write_str("the answer is too large: report it to the server's operator"),
            Self::Status(status) => write!(f, "the server answered with status {status}"),
            Self::Unexpected => f.write_str("the answer is not what was asked for: check that the address is right"),
        }
    }
}

impl std::error::Error for TransportError {}

/// Reads the body of an answer of at most `limit` bytes.
pub(crate) async fn read_answer(mut response: reqwest::Response, limit: usize) -> Result<Vec<u8>, TransportError> {
    if response.content_length().is_some_and(|length| length > limit as u64) {
        return Err(TransportError::TooLarge);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| TransportError::of(&error))? {
        if chunk.len() > limit - body.len() {
            return Err(TransportError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Reads the body of a request of at most `limit` bytes, in at most `time`.
pub(crate) async fn read_body(body: Body, limit: usize, time: Duration) -> Result<Vec<u8>, Problem> {
    let too_large = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than any message sent here");
    if axum::body::HttpBody::size_hint(&body).lower() > limit as u64 {
        return Err(too_large);
    }
    match tokio::time::timeout(time, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes().to_vec()),
        Ok(Err(error)) if is_length_limit(&*error) => Err(too_large),
        Ok(Err(_)) => Err(Problem::new(StatusCode::BAD_REQUEST, "the body could not be read")),
        Err(_) => Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time")),
    }
}

fn is_length_limit(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<LengthLimitError>() {
            return true;
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine() {
        let allows = |policy: PlainHttp, url: &str| policy.allows(&Url::parse(url).unwrap());
        for url in ["http://127.0.0.1:8000/", "http://localhost/", "http://[::1]:1/", "http://127.9.9.9/"] {
            assert!(allows(PlainHttp::Loopback, url) && !allows(PlainHttp::Never, url), "{url}");
        }
        for url in ["http://issuer.example/", "http://localhost.example/", "http://10.0.0.1/", "http://128.0.0.1/"] {
            assert!(!allows(PlainHttp::Loopback, url) && allows(PlainHttp::Anywhere, url), "{url}");
        }
        assert!(allows(PlainHttp::Never, "https://issuer.example/"));
        assert!(!allows(PlainHttp::Anywhere, "ftp://issuer.example/"));
    }

    #[tokio::test]
    async fn plain_http_never_goes_through_a_proxy() {
        use std::io::{Read, Write};
        const TARGET: &str = "PRIVACYPASS_TEST_TARGET";
        if let Ok(target) = std::env::var(TARGET) {
            let answer = http_client(Duration::from_secs(5)).unwrap().get(target).send().await.unwrap();
            assert_eq!(answer.status(), 204);
            return;
        }
        // The environment of this process cannot be changed safely, so another one is started.
        let serve = |status: &'static str| {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let url = format!("http://{}/", listener.local_addr().unwrap());
            std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                assert_ne!(stream.read(&mut [0; 1024]).unwrap(), 0);
                stream.write_all(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").as_bytes()).ok();
            });
            url
        };
        let (target, proxy) = (serve("204 No Content"), serve("502 Bad Gateway"));
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "transport::tests::plain_http_never_goes_through_a_proxy"]).env(TARGET, target);
        for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"] {
            child.env(name, &proxy);
        }
        assert!(child.env_remove("NO_PROXY").env_remove("no_proxy").output().unwrap().status.success());
    }

    #[test]
    fn a_name_is_a_host_and_a_port() {
        let base = |name| PlainHttp::Loopback.base_of(name).map(String::from);
        assert_eq!(base("issuer.example").as_deref(), Some("https://issuer.example/"));
        assert_eq!(base("127.0.0.1:81").as_deref(), Some("http://127.0.0.1:81/"));
        assert_eq!(
            PlainHttp::Never.base_of("127.0.0.1:81").map(String::from).as_deref(),
            Some("https://127.0.0.1:81/")
        );
        for name in ["a/b", "user@host", "a?b", "a#b", "", "a:99999"] {
            assert_eq!(base(name), None, "{name}");
        }
    }
}
