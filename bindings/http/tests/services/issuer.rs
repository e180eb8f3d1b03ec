//! The issuer's routes.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use privacypass_core::directory::{Directory, DirectoryKey, RotationPolicy};
use privacypass_core::provider::SystemRng;
use privacypass_http::cache::DirectoryCache;
use privacypass_http::issuer::{IssuerLimits, IssuerService, KeySet};
use privacypass_http::origin::{FollowedIssuer, OriginLayer, TrustedIssuer};
use privacypass_http::spend::MemorySpendStore;
use privacypass_http::transport::PlainHttp;
use tokio::io::AsyncWriteExt;

use crate::common::*;

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

fn router_of(keys: KeySet) -> Router {
    IssuerService::new(keys).router()
}

#[tokio::test]
async fn the_directory_is_served_with_a_tag() {
    let issuer = serve(issuer_service().router()).await;
    let answer = get_raw(issuer.address(), DIRECTORY).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/private-token-issuer-directory"));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=86400"));
    let directory = Directory::parse(&answer.body).unwrap();
    assert_eq!(directory.issuer_request_uri, "/token-request");
    assert_eq!(directory.key_for(RSA, 0).unwrap().token_key, rsa_key().token_key());
    let etag = answer.header("etag").unwrap();
    assert!(etag.starts_with('"') && etag.ends_with('"'), "a strong tag: {etag}");

    let head = raw(issuer.address(), "HEAD", DIRECTORY, &[], b"").await;
    assert_eq!((head.status, head.body.len(), head.header("etag")), (200, 0, Some(etag)));

    let same = raw(issuer.address(), "GET", DIRECTORY, &[("If-None-Match", etag)], b"").await;
    assert_eq!((same.status, same.body.len(), same.header("etag")), (304, 0, Some(etag)));
    let other = raw(issuer.address(), "GET", DIRECTORY, &[("If-None-Match", "\"x\"")], b"").await;
    assert_eq!((other.status, other.body), (200, answer.body));
}

#[tokio::test]
async fn the_directory_is_not_cached_beyond_the_next_change() {
    let mut keys = KeySet::new();
    keys.add(voprf_key(1), 0, now() + 1000, 0).unwrap();
    let issuer = serve(router_of(keys)).await;
    let max_age =
        |header: Option<&str>| header.unwrap().strip_prefix("public, max-age=").unwrap().parse::<u64>().unwrap();
    let first = get_raw(issuer.address(), DIRECTORY).await;
    assert!((990..=1000).contains(&max_age(first.header("cache-control"))));

    let mut keys = KeySet::single(voprf_key(1)).unwrap();
    let policy = RotationPolicy { lead: 500, active: 5000, overlap: 100 };
    keys.rotate(VOPRF, &policy, now(), &mut SystemRng).unwrap();
    let issuer = serve(router_of(keys)).await;
    let second = get_raw(issuer.address(), DIRECTORY).await;
    assert!((490..=500).contains(&max_age(second.header("cache-control"))));
    assert_eq!(Directory::parse(&second.body).unwrap().token_keys.len(), 2);
}

#[tokio::test]
async fn without_a_usable_key_there_is_no_directory() {
    let mut future = KeySet::new();
    future.add(voprf_key(1), u64::MAX - 1, u64::MAX, 0).unwrap();
    for keys in [KeySet::new(), future] {
        let issuer = serve(router_of(keys)).await;
        let answer = get_raw(issuer.address(), DIRECTORY).await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("60")));
    }
}

#[tokio::test]
async fn an_expired_key_is_not_answered_for() {
    let mut keys = KeySet::new();
    keys.add(voprf_key(1), 0, 100, 0).unwrap();
    let issuer = serve(router_of(keys)).await;
    let answer = post_request(issuer.address(), &token_request(VOPRF)).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (422, Some("Unsupported")));
}

#[tokio::test]
async fn a_token_request_is_answered() {
    let issuer = serve(issuer_service().router()).await;
    for (token_type, size) in [(VOPRF, 145), (RSA, 256)] {
        let answer = post_request(issuer.address(), &token_request(token_type)).await;
        assert_eq!((answer.status, answer.body.len()), (200, size));
        assert_eq!(answer.header("content-type"), Some("application/private-token-response"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn a_request_of_another_content_type_is_415() {
    let issuer = serve(issuer_service().router()).await;
    let body = token_request(VOPRF);
    for headers in [&[][..], &[("Content-Type", "application/octet-stream")], &[("Content-Type", "")]] {
        let answer = raw(issuer.address(), "POST", "/token-request", headers, &body).await;
        assert_eq!((answer.status, answer.json()["title"].as_str()), (415, Some("Unsupported Media Type")));
    }
    let typed = [("Content-Type", "Application/Private-Token-Request; charset=utf-8")];
    assert_eq!(raw(issuer.address(), "POST", "/token-request", &typed, &body).await.status, 200);
    assert_eq!(get_raw(issuer.address(), "/token-request").await.status, 405);
}

#[tokio::test]
async fn a_request_that_cannot_be_answered_is_422_and_nothing_of_it_comes_back() {
    let issuer = serve(issuer_service().router()).await;
    let good = token_request(VOPRF);
    let mut trailing = good.clone();
    trailing.push(0);
    let mut unknown_key = good.clone();
    unknown_key[2] ^= 1;
    let mut no_point = good.clone();
    no_point[3] = 9;
    let mut over_modulus = token_request(RSA);
    over_modulus[3..].fill(0xFF);
    for (body, code) in [
        (&b"x"[..], "Malformed"),
        (&good[..51], "Malformed"),
        (&trailing, "Malformed"),
        (&[0, 5, 1, 2, 3], "Unsupported"),
        (&unknown_key, "UnknownKey"),
        (&no_point, "Malformed"),
        (&over_modulus, "Malformed"),
    ] {
        let answer = post_request(issuer.address(), body).await;
        let json = answer.json();
        assert_eq!((answer.status, json["code"].as_str(), json["status"].as_u64()), (422, Some(code), Some(422)));
        let names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["code", "detail", "status", "title"]);
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_413_with_and_without_a_length() {
    let issuer = serve(issuer_service().router()).await;
    assert_eq!(post_request(issuer.address(), &[0; 4096]).await.status, 422);
    assert_eq!(post_request(issuer.address(), &[0; 4097]).await.status, 413);
    let mut chunked = b"POST /token-request HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\
        Content-Type: application/private-token-request\r\n\r\n1001\r\n"
        .to_vec();
    chunked.extend_from_slice(&[0; 4097]);
    chunked.extend_from_slice(b"\r\n0\r\n\r\n");
    assert_eq!(send(issuer.address(), &chunked).await.status, 413);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_408() {
    let limits = IssuerLimits { body_read: Duration::from_millis(50), ..IssuerLimits::default() };
    let issuer = serve(IssuerService::with_limits(KeySet::new(), limits).router()).await;
    let answer = send(
        issuer.address(),
        b"POST /token-request HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 52\r\n\
          Content-Type: application/private-token-request\r\n\r\n\x00\x01",
    )
    .await;
    assert_eq!(answer.status, 408);
    // The server is as good as before.
    let mut stream = tokio::net::TcpStream::connect(issuer.address()).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
}

#[tokio::test]
async fn a_directory_is_fetched_once_while_it_is_fresh() {
    let issuer = serve(issuer_service().router()).await;
    let cache = DirectoryCache::of_issuer(&issuer.address().to_string(), PlainHttp::Loopback).unwrap();
    let first = cache.get().await.unwrap();
    assert_eq!(first.keys().len(), 2);
    assert_eq!(first.token_request_url().as_str(), format!("http://{}/token-request", issuer.address()));
    issuer.stop().await.unwrap();
    assert!(Arc::ptr_eq(&first, &cache.get().await.unwrap()));
    assert!(Arc::ptr_eq(&first, &cache.get_newer(&first).await.unwrap()), "too soon for another fetch");
    assert!(DirectoryCache::of_issuer("a/b", PlainHttp::Loopback).is_err());
}

#[tokio::test]
async fn an_origin_follows_its_issuers_rotation() {
    let directory = Arc::new(std::sync::Mutex::new(String::new()));
    let published = Arc::clone(&directory);
    let route =
        axum::routing::get(
            move || async move { ([("cache-control", "max-age=0")], published.lock().unwrap().clone()) },
        );
    let issuer = serve(Router::new().route(DIRECTORY, route)).await;
    let name = issuer.address().to_string();
    let old = rsa_key().token_key().to_vec();
    // Another odd number of 2048 bits: nobody has its factors, and nobody here needs them.
    let mut new = old.clone();
    new[100] ^= 0xFF;
    let publish = |keys: &[(&[u8], u64)]| {
        let token_keys = keys.iter().map(|(key, not_before)| DirectoryKey {
            token_type: RSA,
            token_key: key.to_vec(),
            not_before: Some(*not_before),
        });
        let listed = Directory { issuer_request_uri: "/".into(), token_keys: token_keys.collect() };
        *directory.lock().unwrap() = listed.to_json();
    };
    let layer = |issuer: TrustedIssuer| OriginLayer::builder(MemorySpendStore::new(1)).name("o.example").issuer(issuer);
    let mut followed = FollowedIssuer::new(&*name, PlainHttp::Loopback).unwrap();

    publish(&[]);
    assert!(followed.refresh(1000, 100).await.unwrap().is_none(), "no key is no issuer");
    publish(&[(&old, 0)]);
    let issuer_now = followed.refresh(1000, 100).await.unwrap().expect("a first key");
    assert!(layer(issuer_now).build().is_ok());
    assert!(followed.refresh(1001, 100).await.unwrap().is_none(), "nothing has changed");

    publish(&[(&new, 2000), (&old, 0)]);
    assert_eq!(keys_of(followed.refresh(1999, 100).await.unwrap()), [old.clone(), new.clone()]);
    assert_eq!(keys_of(followed.refresh(2000, 100).await.unwrap()), [new.clone(), old.clone()], "its time has come");
    publish(&[(&new, 2000)]);
    assert_eq!(keys_of(followed.refresh(3000, 100).await.unwrap()), [new.clone(), old.clone()], "tokens on their way");
    assert!(followed.refresh(3099, 100).await.unwrap().is_none());
    assert_eq!(keys_of(followed.refresh(3100, 100).await.unwrap()), [new]);
    publish(&[]);
    assert!(followed.refresh(9000, 100).await.unwrap().is_none(), "an empty directory does not close the origin");
}

fn keys_of(issuer: Option<TrustedIssuer>) -> Vec<Vec<u8>> {
    issuer.expect("a change").token_keys().map(<[u8]>::to_vec).collect()
}
