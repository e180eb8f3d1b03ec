//! No log line of this crate holds a token, a nonce, a key, a challenge or an address.
#![allow(clippy::unwrap_used)]

#[path = "services/common/mod.rs"]
mod common;

use std::fmt::Write as _;
use std::sync::Mutex;

use common::*;
use privacypass_core::http::base64url;
use privacypass_core::wire::TokenRef;
use privacypass_http::client::PrivateTokenClient;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Collects every event and span of our crates, with all fields.
struct Collector;

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

fn collect(metadata: &Metadata<'_>, record: impl FnOnce(&mut Line)) {
    let mut line = Line(format!("{} {}", metadata.level(), metadata.target()));
    record(&mut line);
    LINES.lock().unwrap().push(line.0);
}

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("privacypass")
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        collect(span.metadata(), |line| span.record(line));
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = Line(String::new());
        values.record(&mut line);
        LINES.lock().unwrap().push(line.0);
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        collect(event.metadata(), |line| event.record(line));
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_can_be_linked_is_logged() {
    tracing::subscriber::set_global_default(Collector).unwrap();
    let mut secrets: Vec<Vec<u8>> = vec![rsa_key().token_key().to_vec(), voprf_key(1).token_key().to_vec()];
    secrets.extend([rsa_key().id().0.to_vec(), voprf_key(1).id().0.to_vec()]);
    for token_type in [VOPRF, RSA] {
        let world = World::start(&[token_type]).await;
        let client = PrivateTokenClient::builder().attester(&world.attester_url()).unwrap().build().unwrap();
        assert_eq!(client.get(&world.origin_url()).await.unwrap().response.status(), 200);

        let origin = world.origin.address();
        let token = token_for(world.issuer.address(), origin, token_type).await;
        let parsed = TokenRef::parse(&token).unwrap();
        for part in [parsed.nonce(), parsed.challenge_digest(), parsed.authenticator()] {
            secrets.push(part.to_vec());
        }
        secrets.push(token.clone());
        let request = token_request(token_type);
        secrets.push(request[3..].to_vec());
        // Every kind of answer: redeemed, replayed, refused, malformed, refused by issuer and attester.
        assert_eq!(present(origin, &token).await.status, 200);
        assert_eq!(present(origin, &token).await.status, 401);
        let mut bad = token.clone();
        *bad.last_mut().unwrap() ^= 1;
        assert_eq!(present(origin, &bad).await.status, 401);
        assert_eq!(present(origin, &token[..50]).await.status, 400);
        assert_eq!(post_request(world.issuer.address(), &request[..20]).await.status, 422);
        let data = [("Private-Token-Attester-Data", "c2VjcmV0LWFuc3dlcg")];
        assert_eq!(raw(world.attester.address(), "POST", "/challenge", &data, &request).await.status, 403);
        for server in [world.issuer, world.attester, world.origin] {
            server.stop().await.unwrap();
        }
    }
    let lines = LINES.lock().unwrap();
    for expected in ["issued", "attested", "redeemed", "token refused", "token presented", "Replayed", "stopping"] {
        assert!(lines.iter().any(|line| line.contains(expected)), "no line says {expected}");
    }
    for line in lines.iter() {
        let folded = line.to_ascii_lowercase();
        for secret in &secrets {
            // Any eight bytes in a row would be enough to recognise it by.
            for window in secret.chunks_exact(9) {
                let hex: String = window.iter().map(|byte| format!("{byte:02x}")).collect();
                assert!(!folded.contains(&hex), "hex in: {line}");
                let decimal = format!("{:?}", &window[..4]);
                assert!(!line.contains(decimal.trim_matches(['[', ']'])), "bytes in: {line}");
                let url = base64url(window);
                let standard = url.replace('-', "+").replace('_', "/");
                assert!(!line.contains(&url) && !line.contains(&standard), "base64 in: {line}");
            }
        }
        assert!(!line.contains("127.0.0.1") && !line.contains("c2VjcmV0"), "address or header in: {line}");
    }
}
