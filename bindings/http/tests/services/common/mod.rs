//! Four roles on real sockets, and a raw HTTP client that sends exactly what a test says.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::missing_panics_doc, unreachable_pub)] // each test program uses a part

use std::net::SocketAddr;
use std::path::Path;

use axum::http::HeaderMap;
use axum::routing::get;
use axum::{Extension, Router};
use privacypass_core::client::Client;
use privacypass_core::http::{CredentialsParameters, Profile, base64url, challenges};
use privacypass_core::issuer::{IssuerKey, TokenKey};
use privacypass_core::provider::SystemRng;
use privacypass_core::wire::TokenChallengeRef;
use privacypass_core::{TokenType, directory};
use privacypass_http::attester::{AttesterService, YesNo};
use privacypass_http::issuer::{IssuerService, KeySet};
use privacypass_http::origin::{OriginBuilder, OriginLayer, RedeemedToken, TrustedIssuer};
use privacypass_http::server::{Limits, Server};
use privacypass_http::spend::MemorySpendStore;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const VOPRF: TokenType = TokenType::VOPRF_P384;
pub const RSA: TokenType = TokenType::BLIND_RSA_2048;

/// The RSA key of RFC 9578's vectors: making one takes seconds in a debug build.
pub fn rsa_key() -> IssuerKey {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/rfc9578/type2.json");
    let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let hex = json[0]["skS"].as_str().unwrap();
    let pem: Vec<u8> = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    IssuerKey::from_pkcs8_pem(std::str::from_utf8(&pem).unwrap()).unwrap()
}

pub fn voprf_key(seed: u8) -> IssuerKey {
    IssuerKey::derive_voprf_p384(&[seed; 32]).unwrap()
}

pub fn key_of(token_type: TokenType) -> IssuerKey {
    if token_type == RSA { rsa_key() } else { voprf_key(1) }
}

/// One issuer with a key of each type.
pub fn issuer_service() -> IssuerService {
    let mut keys = KeySet::new();
    for key in [voprf_key(1), rsa_key()] {
        keys.add(key, 0, u64::MAX, 0).unwrap();
    }
    IssuerService::new(keys)
}

pub async fn serve(router: Router) -> Server {
    Server::start(([127, 0, 0, 1], 0).into(), router, Limits::default()).await.unwrap()
}

pub fn trusted(name: &str, token_types: &[TokenType]) -> TrustedIssuer {
    token_types.iter().fold(TrustedIssuer::new(name), |issuer, token_type| match *token_type {
        RSA => issuer.with_public_key(RSA, rsa_key().token_key()).unwrap(),
        _ => issuer.with_private_key(voprf_key(1)),
    })
}

/// What the origin protects: it answers with what it was given.
pub fn protected() -> Router {
    let show = |token: Option<Extension<RedeemedToken>>, headers: HeaderMap| async move {
        let token = token.map_or("none".to_owned(), |token| token.token_type().to_string());
        format!("{token} authorization={}", headers.contains_key("authorization"))
    };
    let decide = |token: Option<Extension<RedeemedToken>>| async move {
        if token.is_some() { axum::http::StatusCode::OK } else { axum::http::StatusCode::UNAUTHORIZED }
    };
    Router::new().route("/", get(show)).route("/decide", get(decide))
}

/// Starts an origin that `configure` completes.
pub async fn origin_with(
    issuer: TrustedIssuer,
    store: impl privacypass_http::spend::AsyncSpendStore,
    configure: impl FnOnce(OriginBuilder) -> OriginBuilder,
) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let name = listener.local_addr().unwrap().to_string();
    let builder = OriginLayer::builder(store).name(name).issuer(issuer).grease_one_in(0);
    let layer = configure(builder).build().unwrap();
    Server::start_on(listener, protected().layer(layer), Limits::default()).unwrap()
}

/// Issuer, attester and origin.
pub struct World {
    pub issuer: Server,
    pub attester: Server,
    pub origin: Server,
}

impl World {
    pub async fn start(token_types: &[TokenType]) -> Self {
        Self::start_with(token_types, |builder| builder).await
    }

    pub async fn start_with(token_types: &[TokenType], configure: impl FnOnce(OriginBuilder) -> OriginBuilder) -> Self {
        let issuer = serve(issuer_service().router()).await;
        let name = issuer.address().to_string();
        let attester = AttesterService::builder(YesNo::new().unwrap()).issuer(&name).build().unwrap();
        let attester = serve(attester.router()).await;
        let origin = origin_with(trusted(&name, token_types), MemorySpendStore::new(10_000), configure).await;
        Self { issuer, attester, origin }
    }

    pub fn attester_url(&self) -> String {
        format!("http://{}/", self.attester.address())
    }

    pub fn origin_url(&self) -> String {
        format!("http://{}/", self.origin.address())
    }
}

/// An answer as it came over the wire.
pub struct Raw {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Raw {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Sends one request with exactly these headers, besides `Host`, `Content-Length` and `Connection`.
pub async fn raw(to: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Raw {
    let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        request += &format!("Host: {to}\r\n");
    }
    if !body.is_empty() {
        request += &format!("Content-Length: {}\r\n", body.len());
    }
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += "\r\n";
    let mut bytes = request.into_bytes();
    bytes.extend_from_slice(body);
    send(to, &bytes).await
}

/// Sends bytes as they are and reads until the server closes.
pub async fn send(to: SocketAddr, bytes: &[u8]) -> Raw {
    let mut stream = TcpStream::connect(to).await.unwrap();
    // A server that refuses early closes before it has read all.
    stream.write_all(bytes).await.ok();
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(read) = stream.read(&mut chunk).await {
        if read == 0 {
            break;
        }
        answer.extend_from_slice(&chunk[..read]);
    }
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a complete answer");
    let head = std::str::from_utf8(&answer[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let split = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    Raw { status, headers: lines.filter_map(split).collect(), body: answer[end + 4..].to_vec() }
}

pub async fn get_raw(to: SocketAddr, path: &str) -> Raw {
    raw(to, "GET", path, &[], b"").await
}

pub async fn post_request(to: SocketAddr, body: &[u8]) -> Raw {
    raw(to, "POST", "/token-request", &[("Content-Type", "application/private-token-request")], body).await
}

/// Presents a token, or anything else in its place.
pub async fn present(to: SocketAddr, token: &[u8]) -> Raw {
    let value = CredentialsParameters::new(token).to_string(Profile::Rfc).unwrap();
    raw(to, "GET", "/", &[("Authorization", &value)], b"").await
}

/// The challenges an answer carries: type, challenge, token key.
pub fn challenges_of(answer: &Raw) -> Vec<(TokenType, Vec<u8>, Vec<u8>)> {
    let value = answer.header("www-authenticate").expect("a challenge");
    challenges([value.as_bytes()])
        .filter_map(privacypass_core::http::Item::challenge)
        .map(|item| (item.token_type(), item.value().decode_to_vec(), item.token_key().unwrap().decode_to_vec()))
        .collect()
}

/// Gets a token for the origin's present challenge, straight from the issuer.
pub async fn token_for(issuer: SocketAddr, origin: SocketAddr, token_type: TokenType) -> Vec<u8> {
    let answer = get_raw(origin, "/").await;
    assert_eq!(answer.status, 401, "a challenge comes with 401 and nothing else");
    let all = challenges_of(&answer);
    let (_, challenge, key) = all.iter().find(|(found, _, _)| *found == token_type).unwrap();
    token_of(issuer, challenge, key).await
}

pub async fn token_of(issuer: SocketAddr, challenge: &[u8], token_key: &[u8]) -> Vec<u8> {
    let challenge = TokenChallengeRef::parse(challenge).unwrap();
    let key = TokenKey::from_bytes(challenge.token_type(), token_key).unwrap();
    let client = Client::new(&key);
    let (request, pending) = client.begin(&challenge, &mut SystemRng).unwrap();
    let response = post_request(issuer, &request).await;
    assert_eq!(response.status, 200, "{}", response.text());
    client.finish(pending, &response.body).unwrap().as_bytes().to_vec()
}

/// A token request that an issuer with the tests' keys answers.
pub fn token_request(token_type: TokenType) -> Vec<u8> {
    let bytes = privacypass_core::wire::TokenChallenge {
        token_type,
        issuer_name: "issuer.example",
        redemption_context: None,
        origin_info: &[],
    };
    let bytes = bytes.to_bytes().unwrap();
    let challenge = TokenChallengeRef::parse(&bytes).unwrap();
    let key = key_of(token_type);
    let (request, _) = Client::new(key.public()).begin(&challenge, &mut SystemRng).unwrap();
    request.as_bytes().to_vec()
}

pub const DIRECTORY: &str = directory::WELL_KNOWN_PATH;

pub fn published(key: &IssuerKey) -> String {
    base64url(key.token_key())
}
