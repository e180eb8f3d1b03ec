//! The three services of the demo on loopback ports. The fourth role, the client, is the program itself.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::body::HttpBody;
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::{self, Next};
use axum::response::{Html, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Router};
use privacypass_core::TokenType;
use privacypass_core::issuer::IssuerKey;
use privacypass_core::provider::{Rng, SystemRng};
use privacypass_http::attester::{AttesterService, YesNo};
use privacypass_http::issuer::{IssuerService, KeySet};
use privacypass_http::origin::{OriginLayer, RedeemedToken, TrustedIssuer};
use privacypass_http::server::{Limits, Server};
use privacypass_http::spend::MemorySpendStore;
use serde::Serialize;
use tokio::net::TcpListener;

use super::http::ms_since;
use crate::output::{Failure, Outcome};

/// How many spent tokens the demo's origin remembers.
const SPENT: usize = 100_000;

/// One key of each type.
pub(super) struct Keys {
    seed: [u8; 48],
    blind_rsa: IssuerKey,
}

impl Keys {
    pub(super) fn generate() -> privacypass_core::Result<Self> {
        let mut seed = [0; 48];
        SystemRng.fill(&mut seed)?;
        Ok(Self { seed, blind_rsa: IssuerKey::generate(TokenType::BLIND_RSA_2048, &mut SystemRng)? })
    }

    /// The same keys once more, for a test.
    #[cfg(test)]
    pub(super) fn copy(&self) -> Self {
        let pem = self.blind_rsa.to_pkcs8_pem().unwrap();
        Self { seed: self.seed, blind_rsa: IssuerKey::from_pkcs8_pem(&pem).unwrap() }
    }

    /// The keys as an origin trusts them: type 0x0001 shares the private key, type 0x0002 needs the public one.
    pub(super) fn trusted(&self, issuer_name: &str) -> privacypass_core::Result<TrustedIssuer> {
        TrustedIssuer::new(issuer_name)
            .with_private_key(IssuerKey::derive_voprf_p384(&self.seed)?)
            .with_public_key(TokenType::BLIND_RSA_2048, self.blind_rsa.token_key())
    }

    /// The keys as an issuer holds them.
    pub(super) fn into_set(self) -> privacypass_core::Result<KeySet> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let mut set = KeySet::new();
        set.add(self.blind_rsa, now, u64::MAX, now)?;
        set.add(IssuerKey::derive_voprf_p384(&self.seed)?, now, u64::MAX, now)?;
        Ok(set)
    }
}

/// Sockets that are bound before any role runs, because each has to know the others' names.
pub(super) struct Ports {
    issuer: TcpListener,
    attester: TcpListener,
    origin: TcpListener,
}

impl Ports {
    /// Takes three ports from `base` on, or any three that are free.
    pub(super) async fn bind(base: Option<u16>) -> Outcome<Self> {
        Ok(Self { issuer: bind(base, 0).await?, attester: bind(base, 1).await?, origin: bind(base, 2).await? })
    }

    /// The issuer's name: where it listens.
    pub(super) fn issuer_name(&self) -> Outcome<String> {
        Ok(self.issuer.local_addr()?.to_string())
    }
}

async fn bind(base: Option<u16>, offset: u16) -> Outcome<TcpListener> {
    let port = base.map_or(Some(0), |base| base.checked_add(offset));
    let port = port.ok_or_else(|| Failure::new("the ports end at 65535", "give a lower --port-base"))?;
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| {
        Failure::new(
            format!("cannot listen on 127.0.0.1:{port}: {error}"),
            "choose another --port-base, or leave it out",
        )
    })
}

/// Where the roles are.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Urls {
    pub(crate) origin: String,
    pub(crate) attester: String,
    pub(crate) issuer: String,
}

/// The running services.
pub(super) struct World {
    pub(super) issuer: Server,
    pub(super) attester: Server,
    pub(super) origin: Server,
    /// What the issuer was asked; the demo's client cannot see that.
    pub(super) traffic: Traffic,
}

impl World {
    /// Starts an issuer with `keys`, an attester that trusts it, and an origin that accepts the tokens of `trusted`.
    pub(super) async fn start(ports: Ports, keys: KeySet, trusted: TrustedIssuer) -> Outcome<Self> {
        let url = |address: SocketAddr| format!("http://{address}");
        let urls = Urls {
            origin: url(ports.origin.local_addr()?),
            attester: url(ports.attester.local_addr()?),
            issuer: url(ports.issuer.local_addr()?),
        };
        let traffic = Traffic::default();
        let issuer = IssuerService::new(keys).router();
        let issuer = issuer.layer(middleware::from_fn_with_state(traffic.clone(), record));
        let attestation = YesNo::new().map_err(|error| failed("attester", &error))?;
        let attester = AttesterService::builder(attestation)
            .issuer(ports.issuer_name()?)
            .build()
            .map_err(|error| failed("attester", &error))?;
        let origin = origin(ports.origin.local_addr()?, &urls, trusted).map_err(|error| failed("origin", &error))?;
        Ok(Self {
            issuer: Server::start_on(ports.issuer, issuer, Limits::default())?,
            attester: Server::start_on(ports.attester, attester.router(), Limits::default())?,
            origin: Server::start_on(ports.origin, origin, Limits::default())?,
            traffic,
        })
    }

    pub(super) fn urls(&self) -> Urls {
        let url = |server: &Server| format!("http://{}", server.address());
        Urls { origin: url(&self.origin), attester: url(&self.attester), issuer: url(&self.issuer) }
    }

    /// Stops the services after the requests in flight.
    pub(super) async fn stop(self) -> Outcome {
        for server in [self.origin, self.attester, self.issuer] {
            server.stop().await?;
        }
        Ok(())
    }
}

fn failed(role: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(format!("cannot start the {role}: {error}"), "please report it")
}

/// A page that asks for a token.
fn origin(address: SocketAddr, urls: &Urls, trusted: TrustedIssuer) -> privacypass_core::Result<Router> {
    let page = include_str!("login.html")
        .replace("{{origin}}", &urls.origin)
        .replace("{{attester}}", &urls.attester)
        .replace("{{issuer}}", &urls.issuer);
    let layer = OriginLayer::builder(MemorySpendStore::new(SPENT))
        .name(address.to_string())
        .name(format!("localhost:{}", address.port()))
        .issuer(trusted)
        .page(page)
        .build()?;
    let welcome = |Extension(token): Extension<RedeemedToken>| async move {
        Html(include_str!("../serve_page.html").replace("{{type}}", &token.token_type().to_string()))
    };
    let login = Router::new().route("/login", get(welcome)).layer(layer);
    Ok(Router::new().route("/", get(|| async { Redirect::temporary("/login") })).merge(login))
}

/// The exchanges at one service.
#[derive(Clone, Default)]
pub(super) struct Traffic {
    seen: Arc<Mutex<Vec<Exchange>>>,
}

/// One exchange, as the service saw it.
pub(super) struct Exchange {
    pub(super) path: String,
    pub(super) request_bytes: usize,
    pub(super) response_bytes: usize,
    pub(super) ms: f64,
}

impl Traffic {
    /// Takes what was seen since the last call.
    pub(super) fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn record(State(traffic): State<Traffic>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let path = request.uri().path().to_owned();
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let response = next.run(request).await;
    let exchange = Exchange {
        path,
        request_bytes: length.unwrap_or(0),
        response_bytes: response.body().size_hint().exact().and_then(|size| usize::try_from(size).ok()).unwrap_or(0),
        ms: ms_since(began),
    };
    traffic.seen.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
    response
}
