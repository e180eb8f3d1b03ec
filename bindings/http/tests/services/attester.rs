//! The attester's routes, and what it lets the issuer see.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use privacypass_core::directory::Directory;
use privacypass_http::attester::{AttesterLimits, AttesterService, YesNo};
use privacypass_http::server::Server;

use crate::common::*;

async fn attester_for(issuer: &str) -> Server {
    let limits = AttesterLimits { issuer: Duration::from_millis(500), ..AttesterLimits::default() };
    let service = AttesterService::builder(YesNo::new().unwrap()).issuer(issuer).limits(limits).build().unwrap();
    serve(service.router()).await
}

/// The answers that a page holds.
async fn answer_of(attester: &Server, which: &str) -> String {
    let page = raw(attester.address(), "GET", "/challenge", &[("Accept", "application/json")], b"").await;
    let json: serde_json::Value = serde_json::from_slice(&page.body).unwrap();
    json["answers"][which].as_str().unwrap().to_owned()
}

async fn ask(attester: &Server, data: &str, body: &[u8]) -> Raw {
    raw(attester.address(), "POST", "/challenge", &[("Private-Token-Attester-Data", data)], body).await
}

#[tokio::test]
async fn the_page_is_private_and_its_answer_gets_a_token_as_silk_asks() {
    let world = World::start(&[RSA]).await;
    let page = raw(world.attester.address(), "GET", "/challenge", &[("Accept", "text/html,*/*;q=0.8")], b"").await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("connect-src 'self'"), "{policy}");
    let html = page.text();
    assert!(html.contains("I am human") && !html.contains("{{"), "{html}");

    let yes = html.split("yes: \"").nth(1).unwrap().split('"').next().unwrap();
    // The page's own request, which an extension catches, uses nothing up.
    let seen = raw(world.attester.address(), "GET", "/challenge", &[("Private-Token-Attester-Data", yes)], b"").await;
    assert_eq!(seen.status, 204);
    let answer = ask(&world.attester, yes, &token_request(RSA)).await;
    assert_eq!((answer.status, answer.body.len()), (200, 256));
    assert_eq!(answer.header("content-type"), Some("application/private-token-response"));
    assert_eq!(ask(&world.attester, yes, &token_request(RSA)).await.status, 403, "an answer holds once");
}

#[tokio::test]
async fn only_a_yes_of_this_attester_gets_a_token() {
    let world = World::start(&[RSA]).await;
    let attester = &world.attester;
    let body = token_request(RSA);
    let missing = raw(attester.address(), "POST", "/challenge", &[], &body).await;
    assert_eq!((missing.status, missing.json()["status"].as_u64()), (406, Some(406)));
    let no = answer_of(attester, "no").await;
    for data in ["", "test", no.as_str(), &no] {
        assert_eq!(ask(attester, data, &body).await.status, 403, "{data}");
    }
    let seen = raw(attester.address(), "GET", "/challenge", &[("Private-Token-Attester-Data", "test")], b"").await;
    assert_eq!(seen.status, 403);
}

#[tokio::test]
async fn a_request_no_issuer_would_answer_uses_nothing_up() {
    let world = World::start(&[RSA]).await;
    let yes = answer_of(&world.attester, "yes").await;
    let good = token_request(RSA);
    let mut unknown_key = good.clone();
    unknown_key[2] ^= 1;
    for (body, status, code) in [
        (&b"x"[..], 422, "Malformed"),
        (&good[..258], 422, "Malformed"),
        (&[0, 5, 1, 2, 3], 422, "Unsupported"),
        (&unknown_key, 422, "UnknownKey"),
    ] {
        let answer = ask(&world.attester, &yes, body).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (status, Some(code)));
    }
    assert_eq!(ask(&world.attester, &yes, &[0; 5000]).await.status, 413);
    let headers = [("Private-Token-Attester-Data", yes.as_str()), ("Content-Type", "text/plain")];
    assert_eq!(raw(world.attester.address(), "POST", "/challenge", &headers, &good).await.status, 415);
    assert_eq!(ask(&world.attester, &yes, &good).await.status, 200);
}

#[tokio::test]
async fn the_list_of_issuers_is_one_that_extensions_take() {
    let world = World::start(&[RSA]).await;
    let answer = get_raw(world.attester.address(), "/v1/private-token-issuer-directory").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    let json: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    let keys = json[world.issuer.address().to_string()]["token-keys"].as_array().unwrap();
    let rsa = keys.iter().find(|key| key["token-type"] == 2).unwrap();
    assert_eq!(rsa["token-key"].as_str(), Some(published(&rsa_key()).as_str()));
    assert!(rsa["not-before"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn an_issuer_that_is_down_is_a_bad_gateway() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let attester = attester_for(&closed.to_string()).await;
    let yes = answer_of(&attester, "yes").await;
    assert_eq!(ask(&attester, &yes, &token_request(RSA)).await.status, 502);
    assert_eq!(get_raw(attester.address(), "/v1/private-token-issuer-directory").await.status, 502);
}

/// An issuer of a test's own: its directory is true, its answers are `answer`'s.
async fn issuer_that(answer: axum::routing::MethodRouter) -> Server {
    let (_, directory) = directory_json().await;
    let directory = move || async move { directory.clone() };
    serve(Router::new().route(DIRECTORY, get(directory)).route("/token-request", answer)).await
}

async fn directory_json() -> (Directory, String) {
    let issuer = serve(issuer_service().router()).await;
    let answer = get_raw(issuer.address(), DIRECTORY).await;
    (Directory::parse(&answer.body).unwrap(), answer.text())
}

#[tokio::test]
async fn the_issuer_sees_the_request_and_nothing_of_the_client() {
    let seen: Arc<Mutex<Vec<(HeaderMap, Bytes)>>> = Arc::default();
    let sink = Arc::clone(&seen);
    let issuer = issuer_that(post(move |headers: HeaderMap, body: Bytes| {
        sink.lock().unwrap().push((headers, body));
        async { ([("content-type", "application/private-token-response")], vec![7; 256]) }
    }))
    .await;
    let attester = attester_for(&issuer.address().to_string()).await;
    let yes = answer_of(&attester, "yes").await;
    let headers = [
        ("Private-Token-Attester-Data", yes.as_str()),
        ("User-Agent", "client"),
        ("Cookie", "client=1"),
        ("Referer", "https://origin.example/"),
        ("Origin", "https://origin.example"),
        ("X-Forwarded-For", "192.0.2.1"),
        ("Accept-Language", "de"),
    ];
    let body = token_request(RSA);
    let answer = raw(attester.address(), "POST", "/challenge", &headers, &body).await;
    assert_eq!((answer.status, answer.body), (200, vec![7; 256]));
    let seen = seen.lock().unwrap();
    let (headers, forwarded) = &seen[0];
    assert_eq!(&forwarded[..], &body);
    let mut names: Vec<_> = headers.keys().map(axum::http::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "content-length", "content-type", "host"]);
}

#[tokio::test]
async fn an_issuers_refusal_keeps_its_status_and_loses_its_words() {
    for (status, expected) in [(400, 400), (422, 422), (429, 429), (503, 503), (500, 502), (302, 502), (201, 502)] {
        let status = StatusCode::from_u16(status).unwrap();
        let issuer = issuer_that(post(move || async move { (status, "words") })).await;
        let attester = attester_for(&issuer.address().to_string()).await;
        let yes = answer_of(&attester, "yes").await;
        let answer = ask(&attester, &yes, &token_request(RSA)).await;
        assert_eq!(answer.status, expected, "{status}");
        assert!(!answer.text().contains("words"));
    }
}

#[tokio::test]
async fn an_answer_that_is_no_token_response_does_not_pass() {
    let typed = |content_type: &'static str, size: usize| {
        post(move || async move { ([("content-type", content_type)], vec![7; size]) })
    };
    let response = "application/private-token-response";
    for answer in [typed(response, 255), typed(response, 257), typed(response, 100_000), typed("text/plain", 256)] {
        let issuer = issuer_that(answer).await;
        let attester = attester_for(&issuer.address().to_string()).await;
        let yes = answer_of(&attester, "yes").await;
        assert_eq!(ask(&attester, &yes, &token_request(RSA)).await.status, 502);
    }
    let slow = post(|| async {
        tokio::time::sleep(Duration::from_secs(5)).await;
    });
    let issuer = issuer_that(slow).await;
    let attester = attester_for(&issuer.address().to_string()).await;
    let yes = answer_of(&attester, "yes").await;
    assert_eq!(ask(&attester, &yes, &token_request(RSA)).await.status, 504);
}
