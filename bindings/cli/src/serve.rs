//! `privacypass serve`: one role as a service.

use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::routing::get;
use axum::{Extension, Router};
use privacypass_core::TokenType;
use privacypass_core::directory::{ATTESTER_ISSUERS_PATH, WELL_KNOWN_PATH};
use privacypass_core::http::{Base64Value, Profile};
use privacypass_core::issuer::IssuerKey;
use privacypass_core::origin::StatelessChallenges;
use privacypass_core::provider::{Rng, SystemRng};
use privacypass_http::attester::{AttesterService, YesNo};
use privacypass_http::issuer::{IssuerService, KeySet};
use privacypass_http::origin::{FollowedIssuer, OnRefused, OriginLayer, RedeemedToken, TrustedIssuer};
use privacypass_http::server::{Limits, serve, shutdown_signal};
use privacypass_http::spend::MemorySpendStore;
use privacypass_http::transport::PlainHttp;
use serde_json::json;
use tokio::net::TcpListener;
use zeroize::Zeroizing;

use crate::args::{HeaderProfile, Listen, Serve, ServeAttester, ServeIssuer, ServeOrigin};
use crate::output::{Failure, Outcome, Paint, print_json};
use crate::proxy::{Upstream, forward};

/// Runs the command.
pub(crate) fn run(args: &Serve, json: bool) -> Outcome {
    log();
    crate::runtime()?.block_on(async {
        let (listen, port, name, path) = match args {
            Serve::Issuer(args) => (&args.listen, 8100, "issuer", WELL_KNOWN_PATH),
            Serve::Attester(args) => (&args.listen, 8101, "attester", ATTESTER_ISSUERS_PATH),
            Serve::Origin(args) => (&args.listen, 8102, "origin", "/"),
        };
        let listener = bind(listen, port).await?;
        let address = listener.local_addr()?;
        let router = match args {
            Serve::Issuer(args) => issuer(args)?,
            Serve::Attester(args) => attester(args)?,
            Serve::Origin(args) => origin(args, address).await?,
        };
        announce(name, address, path, json)?;
        serve(listener, router, Limits::default(), shutdown_signal()).await?;
        Ok(())
    })
}

/// What the services log goes to stderr. It holds no token, no nonce and no key.
fn log() {
    // It fails only when there is a log already, which is then as good.
    let _ = tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(false).with_target(false).try_init();
}

async fn bind(listen: &Listen, default_port: u16) -> Outcome<TcpListener> {
    let address = listen.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], default_port)));
    if !address.ip().is_loopback() {
        if !listen.expose {
            return Err(Failure::new(
                format!("{address} can be reached from other machines, and this service speaks plain http"),
                "listen on 127.0.0.1 behind a proxy that speaks https; or, for a closed network, add --expose",
            ));
        }
        let warning = "plain http beyond this machine: whoever is on the path can read and change everything";
        writeln!(io::stderr(), "{} {warning}", Paint::for_stderr().yellow("warning:"))?;
    }
    TcpListener::bind(address).await.map_err(|error| {
        Failure::new(format!("cannot listen on {address}: {error}"), "choose another address with --listen")
    })
}

fn announce(role: &str, address: SocketAddr, path: &str, json: bool) -> Outcome {
    let url = format!("http://{address}");
    if json {
        print_json(&json!({ "role": role, "url": url }))?;
    } else {
        let mut out = io::stdout().lock();
        writeln!(out, "{role} at {url}{path} until Ctrl-C")?;
        out.flush()?;
    }
    Ok(())
}

fn issuer(args: &ServeIssuer) -> Outcome<Router> {
    let now = now();
    let mut keys = KeySet::new();
    for path in &args.keys {
        keys.add(read_key(path)?, now, u64::MAX, now).map_err(|error| {
            Failure::new(format!("{} cannot be served beside the others: {error}", path.display()), "make another key")
        })?;
    }
    Ok(IssuerService::new(keys).router())
}

fn attester(args: &ServeAttester) -> Outcome<Router> {
    let attestation = YesNo::new().map_err(|error| unusable(&error))?;
    let plain_http = if args.insecure_http { PlainHttp::Anywhere } else { PlainHttp::Loopback };
    let mut builder = AttesterService::builder(attestation).plain_http(plain_http);
    for issuer in &args.issuers {
        builder = match issuer.split_once('=') {
            Some((name, url)) => builder.issuer_at(name, url),
            None => builder.issuer(issuer),
        };
    }
    let hint = "write each issuer as NAME or NAME=URL; plain http beyond this machine needs --insecure-http";
    Ok(builder.build().map_err(|error| Failure::new(error, hint))?.router())
}

async fn origin(args: &ServeOrigin, address: SocketAddr) -> Outcome<Router> {
    if args.names.is_empty() && address.ip().is_unspecified() {
        let hint = "add --name HOST[:PORT], as clients write it in the URL";
        return Err(Failure::new(format!("no client can call the origin by {address}"), hint));
    }
    let mut issuer = TrustedIssuer::new(&args.issuer);
    let mut count = 0_usize;
    for path in &args.keys {
        let key = read_key(path)?;
        count += 1;
        issuer = match key.token_type() {
            TokenType::VOPRF_P384 => issuer.with_private_key(key),
            // The public key is all that is needed: the private one is wiped here.
            token_type => issuer.with_public_key(token_type, key.token_key()).map_err(|error| unusable(&error))?,
        };
    }
    for text in &args.token_keys {
        let key = Base64Value::parse(text.as_bytes()).map(|value| value.decode_to_vec());
        let added = key.and_then(|key| issuer.with_public_key(TokenType::BLIND_RSA_2048, &key));
        issuer = added.map_err(|error| {
            let hint = "give the token-key of type 2 in base64url; look at it with `privacypass inspect`";
            Failure::new(format!("--token-key is no key of type 0x0002: {error}"), hint)
        })?;
        count += 1;
    }
    let mut followed = None;
    if count == 0 {
        let (published, follows) = published_keys(args).await?;
        (issuer, followed) = (published, Some(follows));
    }
    let mut builder = OriginLayer::builder(MemorySpendStore::new(args.capacity))
        .issuer(issuer)
        .challenges(challenges(args)?)
        .grease_one_in(args.grease)
        .on_refused(if args.plain_403 { OnRefused::Plain403 } else { OnRefused::Challenge })
        .profile(match args.profile {
            HeaderProfile::Auto => Profile::Auto,
            HeaderProfile::Rfc => Profile::Rfc,
            HeaderProfile::Unquoted => Profile::Unquoted,
        })
        .page(include_str!("serve_401.html"));
    let own = [address.to_string()];
    for name in if args.names.is_empty() { &own[..] } else { &args.names } {
        builder = builder.name(name);
    }
    let page = match &args.page {
        Some(path) => read(path, "--page")?,
        None => include_str!("serve_page.html").to_owned(),
    };
    let upstream = args.upstream.as_deref().map(Upstream::parse).transpose()?;
    let layer = builder.build().map_err(|error| {
        let hint = "give --name and --issuer as host[:port], as clients write them in a URL";
        Failure::new(format!("no challenge can be made with these names: {error}"), hint)
    })?;
    if let Some(followed) = followed {
        tokio::spawn(follow(followed, layer.clone(), kept_for(args)));
    }
    if let Some(upstream) = upstream {
        return Ok(Router::new().fallback(forward).with_state(upstream).layer(layer));
    }
    let show = move |Extension(token): Extension<RedeemedToken>| {
        let page = page.replace("{{type}}", &token.token_type().to_string());
        async move { axum::response::Html(page) }
    };
    Ok(Router::new().fallback(get(show)).layer(layer))
}

/// The issuer with the keys of type 0x0002 of its directory, and what keeps them so.
async fn published_keys(args: &ServeOrigin) -> Outcome<(TrustedIssuer, FollowedIssuer)> {
    let failed = |why: &dyn std::fmt::Display| {
        let hint =
            "check --issuer; or give the keys: --token-key (type 2) or --key FILE (type 1 needs the private key)";
        Failure::new(format!("no key from the directory of {}: {why}", args.issuer), hint)
    };
    let mut followed = FollowedIssuer::new(&args.issuer, PlainHttp::Loopback).map_err(|error| failed(&error))?;
    match followed.refresh(now(), kept_for(args)).await {
        Ok(Some(issuer)) => Ok((issuer, followed)),
        Ok(None) => Err(failed(&"it lists none of type 0x0002")),
        Err(error) => Err(failed(&error)),
    }
}

/// For how long a challenge is accepted at the most, in seconds, and so a key after the directory has dropped it.
fn kept_for(args: &ServeOrigin) -> u64 {
    args.epoch.saturating_mul(2)
}

/// Brings the issuer's rotations to the origin, for as long as the program runs.
async fn follow(mut followed: FollowedIssuer, layer: OriginLayer, keep_for: u64) {
    loop {
        tokio::time::sleep(Duration::from_secs(60)).await;
        match followed.refresh(now(), keep_for).await {
            Ok(Some(issuer)) => {
                if let Err(error) = layer.replace_issuers(vec![issuer]) {
                    tracing::error!(
                        role = "origin",
                        reason = error.kind().name(),
                        "the issuer's new keys are unusable"
                    );
                }
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(role = "origin", %error, "the issuer's directory cannot be read"),
        }
    }
}

/// The secret that binds challenges, and for how long they hold.
fn challenges(args: &ServeOrigin) -> Outcome<StatelessChallenges> {
    let mut secret = Zeroizing::new([0; StatelessChallenges::SECRET_BYTES]);
    match &args.secret {
        None => SystemRng.fill(&mut secret[..]).map_err(|error| unusable(&error))?,
        Some(path) => {
            let text = Zeroizing::new(read(path, "--secret")?);
            hex::decode_to_slice(text.trim(), &mut secret[..]).map_err(|_| {
                let hint = "make one with: openssl rand -hex 32";
                Failure::new(format!("{} does not hold 64 hex digits", path.display()), hint)
            })?;
        }
    }
    StatelessChallenges::new(*secret, args.epoch).map_err(|error| unusable(&error))
}

/// Unix seconds.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn read_key(path: &Path) -> Outcome<IssuerKey> {
    let pem = Zeroizing::new(read(path, "--key")?);
    IssuerKey::from_pkcs8_pem(&pem).map_err(|error| {
        let hint = "make one with `privacypass keygen`; the file is PKCS#8 in PEM, P-384 or RSA of 2048 bits";
        Failure::new(format!("{} holds no issuer key: {error}", path.display()), hint)
    })
}

fn read(path: &Path, flag: &str) -> Outcome<String> {
    fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display()), format!("check {flag}")))
}

fn unusable(error: &privacypass_core::Error) -> Failure {
    Failure::new(error, "check the arguments; `privacypass serve --help` explains them")
}
