//! The demo's own client: one HTTP/1.1 exchange with a role on this machine, timed.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::output::{Failure, Outcome};

/// How long an exchange may take, and how much may come back, in bytes.
const TIME: Duration = Duration::from_secs(5);
const SIZE: usize = 1 << 20;

/// What a role answered.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// From before the connection until the last byte, in milliseconds.
    pub(super) ms: f64,
}

impl Answer {
    /// The first sentence of an explanation: the `detail` of a problem document (RFC 9457).
    pub(super) fn detail(&self) -> String {
        let problem: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        problem["detail"].as_str().unwrap_or_default().split(": ").next().unwrap_or_default().to_owned()
    }
}

/// Milliseconds since `began`.
pub(super) fn ms_since(began: Instant) -> f64 {
    // To the microsecond: what is finer is noise.
    (began.elapsed().as_secs_f64() * 1_000_000.0).round() / 1000.0
}

/// Sends a request and reads the whole answer.
pub(super) async fn exchange(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> Outcome<Answer> {
    let began = Instant::now();
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, address.to_string());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(Bytes::from(body))).map_err(|error| broken(method, path, &error))?;
    let sent = async {
        let stream = TcpStream::connect(address).await.map_err(|error| broken(method, path, &error))?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| broken(method, path, &error))?;
        // It ends with the sender; what goes wrong on it comes out of the exchange.
        tokio::spawn(connection);
        let (parts, body) =
            sender.send_request(request).await.map_err(|error| broken(method, path, &error))?.into_parts();
        let body = Limited::new(body, SIZE).collect().await.map_err(|error| broken(method, path, &error))?.to_bytes();
        Outcome::Ok((parts, body))
    };
    let (parts, body) =
        tokio::time::timeout(TIME, sent).await.map_err(|_| broken(method, path, &"no answer within 5 seconds"))??;
    Ok(Answer { status: parts.status, headers: parts.headers, body, ms: ms_since(began) })
}

fn broken(method: &str, path: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(format!("{method} {path} failed: {error}"), "check that nothing blocks connections to 127.0.0.1")
}
