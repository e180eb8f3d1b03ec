//! The connection loop: limits and shutdown.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use privacypass_http::server::{Limits, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::common::*;

async fn start(router: Router, limits: Limits) -> Server {
    Server::start(([127, 0, 0, 1], 0).into(), router, limits).await.unwrap()
}

#[tokio::test]
async fn a_shutdown_finishes_what_was_begun() {
    let begun = Arc::new(Notify::new());
    let signal = Arc::clone(&begun);
    let slow = get(move || async move {
        signal.notify_one();
        tokio::time::sleep(Duration::from_millis(200)).await;
        "done"
    });
    let server = start(Router::new().route("/", slow), Limits::default()).await;
    let address = server.address();
    let request = tokio::spawn(async move { get_raw(address, "/").await });
    begun.notified().await;
    server.stop().await.unwrap();
    assert_eq!(request.await.unwrap().text(), "done");
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_ever() {
    let stuck = get(std::future::pending::<&'static str>);
    let limits = Limits { shutdown_grace: Duration::from_millis(50), ..Limits::default() };
    let server = start(Router::new().route("/", stuck), limits).await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let before = Instant::now();
    server.stop().await.unwrap();
    assert!(before.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_client_that_is_slow_with_its_headers_is_cut_off() {
    let limits = Limits { header_read: Duration::from_millis(50), ..Limits::default() };
    let server = start(Router::new(), limits).await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost:").await.unwrap();
    let mut rest = Vec::new();
    let closed = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
    assert!(closed.is_ok(), "the connection is still open");
}

#[tokio::test]
async fn a_connection_ends_at_its_age() {
    let limits = Limits { connection_age: Duration::from_millis(50), ..Limits::default() };
    let server = start(Router::new().route("/", get(std::future::pending::<&'static str>)), limits).await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut rest = Vec::new();
    let closed = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
    assert!(closed.is_ok(), "the connection is still open");
}

#[tokio::test]
async fn headers_over_the_limit_are_refused() {
    let server = start(Router::new().route("/", get(|| async { "ok" })), Limits::default()).await;
    let long = "x".repeat(20 * 1024);
    assert_eq!(raw(server.address(), "GET", "/", &[("A", &long)], b"").await.status, 431);
    let server =
        start(Router::new().route("/", get(|| async { "ok" })), Limits { headers: 20, ..Limits::default() }).await;
    let many: Vec<(String, &str)> = (0..19).map(|number| (format!("A{number}"), "x")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    // Host and Connection come on top.
    assert_eq!(raw(server.address(), "GET", "/", &many, b"").await.status, 431);
    assert_eq!(raw(server.address(), "GET", "/", &many[..18], b"").await.status, 200);
}

#[tokio::test]
async fn a_request_that_is_begun_outlives_the_age_of_its_connection() {
    // A token may be spent in it. The connection lives 2 s, of which the last one is for requests begun before.
    let limits = Limits { connection_age: Duration::from_secs(2), ..Limits::default() };
    let slow = get(|| async {
        tokio::time::sleep(Duration::from_millis(600)).await;
        "done"
    });
    let server = start(Router::new().route("/", slow), limits).await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let mut answers = 0;
    let mut chunk = [0; 4096];
    loop {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let read = stream.read(&mut chunk).await.unwrap();
        let answer = std::str::from_utf8(&chunk[..read]).unwrap();
        assert!(answer.ends_with("done"), "a request was cut off after {answers} answers");
        answers += 1;
        if answer.contains("connection: close") {
            break;
        }
    }
    assert_eq!(answers, 2);
}

#[tokio::test]
async fn what_is_stuck_at_a_shutdown_is_cut_off() {
    struct Told(Arc<Notify>);
    impl Drop for Told {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }
    let dropped = Arc::new(Notify::new());
    let told = Arc::clone(&dropped);
    let stuck = get(move || {
        let told = Told(Arc::clone(&told));
        async move {
            std::future::pending::<()>().await;
            drop(told);
        }
    });
    let limits = Limits { shutdown_grace: Duration::from_millis(50), ..Limits::default() };
    let server = start(Router::new().route("/", stuck), limits).await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.stop().await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(5), dropped.notified()).await;
    assert!(ended.is_ok(), "the handler still runs");
    let mut rest = Vec::new();
    assert!(tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await.is_ok());
}

#[tokio::test]
async fn a_connection_without_a_request_is_cut_off() {
    let limits = Limits { header_read: Duration::from_millis(100), ..Limits::default() };
    let server = start(Router::new().route("/", get(|| async { "ok" })), limits).await;
    for first in [&b""[..], b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"] {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        stream.write_all(first).await.unwrap();
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
        assert!(closed.is_ok(), "the idle connection is still open");
    }
}

#[tokio::test]
async fn a_handler_that_panics_ends_its_connection_alone() {
    let panics = get(|| async {
        if std::hint::black_box(true) {
            panic!("on purpose");
        }
        "never"
    });
    let limits = Limits { connections: 1, ..Limits::default() };
    let router = Router::new().route("/panics", panics).route("/", get(|| async { "ok" }));
    let server = start(router, limits).await;
    for _ in 0..3 {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        stream.write_all(b"GET /panics HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.ok();
        assert_eq!(get_raw(server.address(), "/").await.status, 200, "its place is free again");
    }
}
