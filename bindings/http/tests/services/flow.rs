//! All four roles, over real sockets.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::common::*;
use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use privacypass_core::http::{ChallengeParameters, CredentialsParameters, Profile, base64url, challenges_to_string};
use privacypass_core::provider::{Spend, SpendKey};
use privacypass_core::wire::TokenChallenge;
use privacypass_core::{ErrorKind, Result};
use privacypass_http::BoxFuture;
use privacypass_http::attester::{AttesterService, YesNo};
use privacypass_http::client::{ClientError, DeclineReason, KeyPolicy, PrivateTokenClient, Redemption};
use privacypass_http::origin::{Mode, OnRefused, OriginLayer, TrustedIssuer};
use privacypass_http::server::Server;
use privacypass_http::spend::{AsyncSpendStore, Blocking, MemorySpendStore};

fn client(world: &World) -> PrivateTokenClient {
    PrivateTokenClient::builder().attester(&world.attester_url()).unwrap().build().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_gets_in_with_a_token_of_either_type() {
    for (token_type, shown) in [(VOPRF, "0x0001"), (RSA, "0x0002")] {
        for policy in [KeyPolicy::AttesterList, KeyPolicy::IssuerDirectory, KeyPolicy::DangerTrustChallenge] {
            let world = World::start_with(&[token_type], |origin| origin.grease_one_in(1)).await;
            let client = PrivateTokenClient::builder().attester(&world.attester_url()).unwrap();
            let client = client.key_policy(policy).build().unwrap();
            let answer = client.get(&world.origin_url()).await.unwrap();
            assert_eq!(answer.response.status(), 200);
            assert_eq!(answer.declined.len(), 1, "the greased challenge");
            let Redemption::Accepted(presented) = answer.redemption else { panic!("{:?}", answer.redemption) };
            assert_eq!((presented.token_type, presented.from_cache), (token_type, false));
            assert_eq!(presented.issuer_name, world.issuer.address().to_string());
            assert_eq!(answer.response.text().await.unwrap(), format!("{shown} authorization=false"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_tokens_are_used_once_each() {
    let world = World::start(&[RSA]).await;
    let client = PrivateTokenClient::builder().attester(&world.attester_url()).unwrap().prefetch(1).build().unwrap();
    for (kept_before, from_cache) in [(0, false), (1, true), (0, false)] {
        assert_eq!(client.cache().len(), kept_before);
        let answer = client.get(&world.origin_url()).await.unwrap();
        let Redemption::Accepted(presented) = answer.redemption else { panic!("{:?}", answer.redemption) };
        assert_eq!(presented.from_cache, from_cache);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_types_come_in_one_field_with_type_2_last() {
    let world = World::start(&[RSA, VOPRF]).await;
    let answer = get_raw(world.origin.address(), "/").await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.headers.iter().filter(|(name, _)| name == "www-authenticate").count(), 1);
    let types: Vec<_> = challenges_of(&answer).into_iter().map(|(token_type, _, _)| token_type).collect();
    assert_eq!(types, [VOPRF, RSA]);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    for token_type in [VOPRF, RSA] {
        let token = token_for(world.issuer.address(), world.origin.address(), token_type).await;
        assert_eq!(present(world.origin.address(), &token).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_looks_the_same() {
    for token_type in [VOPRF, RSA] {
        let world = World::start(&[token_type]).await;
        let (issuer, origin) = (world.issuer.address(), world.origin.address());
        let token = token_for(issuer, origin, token_type).await;

        let mut corrupted = token.clone();
        *corrupted.last_mut().unwrap() ^= 1;
        let mut other_key = token.clone();
        other_key[66] ^= 1;
        let mut other_type = token.clone();
        other_type[1] = 0x77;
        let name = issuer.to_string();
        let elsewhere = origin_with(trusted(&name, &[token_type]), MemorySpendStore::new(10), |origin| origin).await;
        let for_elsewhere = token_for(issuer, elsewhere.address(), token_type).await;

        let first = present(origin, &corrupted).await;
        assert_eq!(first.status, 401);
        // None of them burns the token: it verifies first and is spent last.
        let refused = [other_key, other_type, for_elsewhere];
        for (number, token) in refused.iter().enumerate() {
            let answer = present(origin, token).await;
            assert_eq!((answer.status, &answer.body), (401, &first.body), "{number}");
            assert_eq!(challenges_of(&answer).len(), 1, "{number}");
        }
        assert_eq!(present(origin, &token).await.status, 200);
        let replay = present(origin, &token).await;
        assert_eq!((replay.status, &replay.body), (401, &first.body));
        assert_eq!(challenges_of(&replay).len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_are_no_token_are_a_bad_request() {
    let world = World::start(&[RSA]).await;
    let origin = world.origin.address();
    for value in ["PrivateToken", "PrivateToken token=", "PrivateToken token=%%%", "PrivateToken token=AAIA"] {
        let answer = raw(origin, "GET", "/", &[("Authorization", value)], b"").await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (400, None), "{value}");
        assert_eq!(answer.json()["status"], 400);
    }
    let other = raw(origin, "GET", "/", &[("Authorization", "Basic eDp5")], b"").await;
    assert_eq!(other.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_origin_may_refuse_without_a_new_challenge() {
    let world = World::start_with(&[RSA], |origin| origin.on_refused(OnRefused::Plain403)).await;
    let token = token_for(world.issuer.address(), world.origin.address(), RSA).await;
    assert_eq!(present(world.origin.address(), &token).await.status, 200);
    let replay = present(world.origin.address(), &token).await;
    assert_eq!((replay.status, replay.header("www-authenticate")), (403, None));
    assert_eq!(get_raw(world.origin.address(), "/").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_optional_tokens_the_service_decides() {
    let world = World::start_with(&[RSA], |origin| origin.mode(Mode::Optional)).await;
    let origin = world.origin.address();
    let anonymous = get_raw(origin, "/").await;
    assert_eq!((anonymous.status, anonymous.text().as_str()), (200, "none authorization=false"));
    let asked = get_raw(origin, "/decide").await;
    assert_eq!(asked.status, 401);
    assert_eq!(challenges_of(&asked).len(), 1);
    let answer = client(&world).get(&format!("http://{origin}/decide")).await.unwrap();
    assert_eq!(answer.response.status(), 200);
    assert_eq!(present(origin, &[0; 354]).await.status, 401, "a bad token is refused all the same");
    let basic = raw(origin, "GET", "/", &[("Authorization", "Basic eDp5")], b"").await;
    assert_eq!(basic.text(), "none authorization=true", "other schemes are the service's");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_host_name_is_not_challenged() {
    let world = World::start(&[RSA]).await;
    for host in ["other.example", "127.0.0.1"] {
        let answer = raw(world.origin.address(), "GET", "/", &[("Host", host)], b"").await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (421, None), "{host}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_goes_to_browsers_with_401_too() {
    let world = World::start_with(&[RSA], |origin| origin.page("<h1>Hello</h1>")).await;
    let answer = raw(world.origin.address(), "GET", "/", &[("Accept", "text/html,*/*")], b"").await;
    assert_eq!((answer.status, answer.text().as_str()), (401, "<h1>Hello</h1>"));
    assert_eq!(challenges_of(&answer).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_64_tasks_with_one_token_one_gets_in() {
    for (round, token_type) in [VOPRF, RSA, VOPRF, RSA, VOPRF, RSA].into_iter().enumerate() {
        let name = "issuer.example";
        let issuer = serve(issuer_service().router()).await;
        // The blocking adapter widens the race.
        let store = Blocking::new(MemorySpendStore::new(1000));
        let origin = origin_with(trusted(name, &[token_type]), store, |origin| origin).await;
        let token: Arc<[u8]> = token_for(issuer.address(), origin.address(), token_type).await.into();
        let tasks: Vec<_> = (0..64)
            .map(|_| {
                let (token, address) = (Arc::clone(&token), origin.address());
                tokio::spawn(async move { present(address, &token).await.status })
            })
            .collect();
        let mut statuses = Vec::new();
        for task in tasks {
            statuses.push(task.await.unwrap());
        }
        statuses.sort_unstable();
        let expected: Vec<u16> = std::iter::once(200).chain([401; 63]).collect();
        assert_eq!(statuses, expected, "round {round}");
    }
}

/// A store that is down.
struct Down;
impl AsyncSpendStore for Down {
    fn spend<'a>(&'a self, _: &'a SpendKey, _: u64, _: u64) -> BoxFuture<'a, Result<Spend>> {
        Box::pin(async { Err(ErrorKind::Store.into()) })
    }
}

/// A store that never answers.
struct Hangs;
impl AsyncSpendStore for Hangs {
    fn spend<'a>(&'a self, _: &'a SpendKey, _: u64, _: u64) -> BoxFuture<'a, Result<Spend>> {
        Box::pin(pending())
    }
}

/// A store that is full, which for a client is no other than one that is down.
struct Full;
impl AsyncSpendStore for Full {
    fn spend<'a>(&'a self, _: &'a SpendKey, _: u64, _: u64) -> BoxFuture<'a, Result<Spend>> {
        Box::pin(async { Err(ErrorKind::Exhausted.into()) })
    }
}

async fn status_with(store: impl AsyncSpendStore) -> u16 {
    let issuer = serve(issuer_service().router()).await;
    let configure = |origin: privacypass_http::origin::OriginBuilder| origin.store_timeout(Duration::from_millis(50));
    let origin = origin_with(trusted("issuer.example", &[RSA]), store, configure).await;
    let token = token_for(issuer.address(), origin.address(), RSA).await;
    let answer = present(origin.address(), &token).await;
    assert_eq!(answer.header("retry-after"), Some("1"));
    answer.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fails_lets_nobody_in() {
    assert_eq!(status_with(Down).await, 503);
    assert_eq!(status_with(Hangs).await, 503);
    assert_eq!(status_with(Full).await, 503);
}

/// An origin that answers every request with 401 and one challenge, and counts.
async fn stubborn(
    issuer_name: String,
    key: Vec<u8>,
    origin_info: Option<&'static str>,
) -> (String, Arc<AtomicU32>, Server) {
    let hits = Arc::new(AtomicU32::new(0));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let name = listener.local_addr().unwrap().to_string();
    let origin_info = [origin_info.unwrap_or(&name)];
    let challenge = TokenChallenge {
        token_type: RSA,
        issuer_name: &issuer_name,
        redemption_context: None,
        origin_info: &origin_info,
    };
    let challenge = challenge.to_bytes().unwrap();
    let parameters = ChallengeParameters::new(&challenge).with_token_key(&key);
    let value = HeaderValue::try_from(challenges_to_string([parameters], Profile::Rfc).unwrap()).unwrap();
    let count = Arc::clone(&hits);
    let answer = move || {
        count.fetch_add(1, Ordering::Relaxed);
        let value = value.clone();
        async move { (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, value)]).into_response() }
    };
    let router = Router::new().route("/", get(answer));
    let server = Server::start_on(listener, router, privacypass_http::server::Limits::default()).unwrap();
    (format!("http://{name}/"), hits, server)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_tries_one_token_and_no_more() {
    let world = World::start(&[RSA]).await;
    let issuer = world.issuer.address().to_string();
    let (url, hits, _server) = stubborn(issuer, rsa_key().token_key().to_vec(), None).await;
    let answer = client(&world).get(&url).await.unwrap();
    assert_eq!(answer.response.status(), 401);
    assert!(matches!(answer.redemption, Redemption::Refused(_)));
    assert_eq!(hits.load(Ordering::Relaxed), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_declines_what_would_mark_it_or_is_not_for_it() {
    let world = World::start(&[RSA]).await;
    let issuer = world.issuer.address().to_string();
    let listed = rsa_key().token_key().to_vec();
    let mut private = listed.clone();
    private[100] ^= 4;
    let cases = [
        (issuer.clone(), private, None, DeclineReason::UnlistedKey),
        (issuer, listed.clone(), Some("other.example"), DeclineReason::OtherOrigin),
        ("unknown.example".to_owned(), listed, None, DeclineReason::UnknownIssuer),
    ];
    for (issuer, key, origin_info, reason) in cases {
        let (url, hits, _server) = stubborn(issuer, key, origin_info).await;
        for policy in [KeyPolicy::AttesterList, KeyPolicy::IssuerDirectory] {
            let client = PrivateTokenClient::builder().attester(&world.attester_url()).unwrap();
            let Err(ClientError::NoUsableChallenge(declined)) =
                client.key_policy(policy).build().unwrap().get(&url).await.map(|_| ())
            else {
                panic!("{reason:?} was answered")
            };
            assert_eq!(declined.iter().map(|declined| declined.reason).collect::<Vec<_>>(), [reason]);
        }
        assert_eq!(hits.load(Ordering::Relaxed), 2, "no token was presented");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attester_may_lie_but_the_issuers_directory_tells() {
    // The attester lists a key of its own making for the issuer; only the stricter policy notices.
    let issuer = serve(issuer_with_key(2)).await;
    let name = issuer.address().to_string();
    let false_issuer = serve(issuer_with_key(9)).await;
    let attester = AttesterService::builder(YesNo::new().unwrap());
    let attester = attester.issuer_at(&name, format!("http://{}/", false_issuer.address())).build().unwrap();
    let attester = serve(attester.router()).await;
    let trusted = TrustedIssuer::new(&name).with_private_key(voprf_key(9));
    let origin = origin_with(trusted, MemorySpendStore::new(10), |origin| origin).await;
    for (policy, gets_in) in [(KeyPolicy::AttesterList, true), (KeyPolicy::IssuerDirectory, false)] {
        let client = PrivateTokenClient::builder().attester(&format!("http://{}/", attester.address())).unwrap();
        let answer = client.key_policy(policy).build().unwrap().get(&format!("http://{}/", origin.address())).await;
        assert_eq!(answer.is_ok(), gets_in, "{policy:?}");
    }
}

fn issuer_with_key(seed: u8) -> Router {
    let keys = privacypass_http::issuer::KeySet::single(voprf_key(seed)).unwrap();
    privacypass_http::issuer::IssuerService::new(keys).router()
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_can_be_replaced_while_serving() {
    let service = issuer_service();
    let issuer = serve(service.router()).await;
    let request = token_request(VOPRF);
    assert_eq!(post_request(issuer.address(), &request).await.status, 200);
    service.replace(privacypass_http::issuer::KeySet::single(voprf_key(2)).unwrap());
    assert_eq!(post_request(issuer.address(), &request).await.json()["code"], "UnknownKey");
}

#[tokio::test]
async fn plain_http_beyond_this_machine_is_refused() {
    let client = PrivateTokenClient::builder().build().unwrap();
    assert_eq!(client.get("http://origin.example/").await.err(), Some(ClientError::PlainHttp));
    let builder = PrivateTokenClient::builder().attester("http://attester.example/").unwrap();
    assert!(matches!(builder.build(), Err(ClientError::Attester(_))));
}

/// An origin that challenges, and answers a token with `status`; it counts the tokens it saw.
async fn answers_tokens_with(
    status: u16,
    issuer_name: &str,
    challenges_sent: usize,
) -> (String, Arc<AtomicU32>, Server) {
    let tokens = Arc::new(AtomicU32::new(0));
    let all: Vec<Vec<u8>> = (0..challenges_sent)
        .map(|number| {
            let template = TokenChallenge {
                token_type: RSA,
                issuer_name,
                redemption_context: Some([u8::try_from(number).unwrap(); 32]),
                origin_info: &[],
            };
            template.to_bytes().unwrap()
        })
        .collect();
    let key = rsa_key().token_key().to_vec();
    let parameters = all.iter().map(|challenge| ChallengeParameters::new(challenge).with_token_key(&key));
    let value = HeaderValue::try_from(challenges_to_string(parameters, Profile::Unquoted).unwrap()).unwrap();
    let count = Arc::clone(&tokens);
    let answer = move |headers: axum::http::HeaderMap| {
        let presented = headers.contains_key(header::AUTHORIZATION);
        count.fetch_add(presented.into(), Ordering::Relaxed);
        let status = StatusCode::from_u16(if presented { status } else { 401 }).unwrap();
        let value = value.clone();
        async move { (status, [(header::WWW_AUTHENTICATE, value)]).into_response() }
    };
    let server = serve(Router::new().route("/", get(answer))).await;
    (format!("http://{}/", server.address()), tokens, server)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_origin_does_not_count_as_one_that_took_the_token() {
    let world = World::start(&[RSA]).await;
    let issuer = world.issuer.address().to_string();
    let cases = [
        (503, "unclear"),
        (500, "unclear"),
        (429, "unclear"),
        (421, "unclear"),
        (204, "accepted"),
        (404, "accepted"),
        (403, "refused"),
    ];
    for (status, expected) in cases {
        let (url, tokens, _server) = answers_tokens_with(status, &issuer, 1).await;
        let client = client(&world);
        let answer = client.get(&url).await.unwrap();
        let outcome = match answer.redemption {
            Redemption::Unclear(_) => "unclear",
            Redemption::Accepted(_) => "accepted",
            Redemption::Refused(_) => "refused",
            Redemption::NotAsked => "not asked",
        };
        assert_eq!(outcome, expected, "{status}");
        // A token that was sent is never sent again: it would mark the client.
        assert_eq!((tokens.load(Ordering::Relaxed), client.cache().len()), (1, 0), "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_challenges_do_not_make_a_client_ask_and_ask() {
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let world = World::start(&[RSA]).await;
    let issuer = world.issuer.address().to_string();
    let list = format!(
        r#"{{"{issuer}":{{"token-keys":[{{"token-type":2,"token-key":"{}","not-before":1}}]}}}}"#,
        published(&rsa_key())
    );
    let refuse = move || {
        count.fetch_add(1, Ordering::Relaxed);
        async { StatusCode::BAD_GATEWAY }
    };
    let attester = Router::new()
        .route("/challenge", get(refuse))
        .route("/v1/private-token-issuer-directory", get(|| async move { list }));
    let attester = serve(attester).await;
    let (url, tokens, _server) = answers_tokens_with(200, &issuer, 12).await;
    let client = PrivateTokenClient::builder().attester(&format!("http://{}/", attester.address())).unwrap();
    assert!(matches!(client.build().unwrap().get(&url).await, Err(ClientError::Attester(_))));
    assert_eq!((asked.load(Ordering::Relaxed), tokens.load(Ordering::Relaxed)), (3, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_tokens_do_not_tell_one_site_of_another() {
    // Two sites that agree on contexts: the second must not see a token that was fetched for the first.
    let world = World::start(&[RSA]).await;
    let issuer = world.issuer.address().to_string();
    let (first, ..) = &answers_tokens_with(200, &issuer, 1).await;
    let (second, ..) = &answers_tokens_with(200, &issuer, 1).await;
    let client = PrivateTokenClient::builder().attester(&world.attester_url()).unwrap().prefetch(1).build().unwrap();
    for (url, expected) in [(first, false), (second, false), (first, true), (second, true)] {
        let Redemption::Accepted(presented) = client.get(url).await.unwrap().redemption else { panic!("{url}") };
        assert_eq!(presented.from_cache, expected, "{url}");
    }
    client.get(first).await.unwrap();
    assert_eq!(client.cache().len(), 1);
    client.cache().clear();
    assert!(client.cache().is_empty());
}

#[tokio::test]
async fn an_origin_without_a_name_has_to_be_meant() {
    let builder = || OriginLayer::builder(MemorySpendStore::new(1)).issuer(trusted("issuer.example", &[RSA]));
    assert_eq!(builder().build().err().map(|error| error.kind()), Some(ErrorKind::Misuse));
    assert!(builder().danger_cross_origin().build().is_ok());
    assert!(builder().name("origin.example").build().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_with_two_names_is_for_neither() {
    let world = World::start_with(&[RSA], |origin| origin.name("b.example")).await;
    let origin = world.origin.address();
    let token = token_for(world.issuer.address(), origin, RSA).await;
    let credentials = CredentialsParameters::new(&token).to_string(Profile::Rfc).unwrap();
    let send_as = async |target: &str, hosts: &[&str]| {
        let hosts: String = hosts.iter().map(|host| format!("Host: {host}\r\n")).collect();
        let head = format!("GET {target} HTTP/1.1\r\nConnection: close\r\n{hosts}Authorization: {credentials}\r\n\r\n");
        send(origin, head.as_bytes()).await.status
    };
    let name = origin.to_string();
    assert_eq!(send_as("http://b.example/", &[&name]).await, 421);
    assert_eq!(send_as(&format!("http://{name}/"), &["b.example"]).await, 421);
    assert_eq!(send_as("/", &[&name, "b.example"]).await, 421);
    assert_eq!(send_as("/", &["b.example", &name]).await, 421);
    assert_eq!(send_as("/", &[]).await, 421);
    for host in [format!("{name}."), format!("x@{name}"), format!(" {name}/"), format!("{name}:443")] {
        assert_ne!(send_as("/", &[&host]).await, 200, "{host}");
    }
    // None of these spent the token, and the other name does not take it.
    assert_eq!(send_as("/", &["B.example:443"]).await, 401);
    assert_eq!(send_as(&format!("http://{name}/"), &[&name]).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_disguise_redeems_a_token_twice() {
    let world = World::start(&[RSA]).await;
    let origin = world.origin.address();
    let token = token_for(world.issuer.address(), origin, RSA).await;
    assert_eq!(present(origin, &token).await.status, 200);
    let padded = base64url(&token);
    let bare = padded.trim_end_matches('=').to_owned();
    let standard = bare.replace('-', "+").replace('_', "/");
    let lines = [
        format!("PrivateToken token={padded}"),
        format!("privatetoken TOKEN=\"{bare}\""),
        format!("PRIVATETOKEN\t token = \"{standard}\" , x=y"),
        format!("Basic eDp5, PrivateToken token={bare}"),
        format!("PrivateToken x=1, token=\"{padded}\", Bearer abc"),
    ];
    for line in &lines {
        let answer = raw(origin, "GET", "/", &[("aUTHORIZATION", line)], b"").await;
        assert_eq!(answer.status, 401, "{line}");
    }
    let two = [("Authorization", lines[0].as_str()), ("authorization", lines[1].as_str())];
    assert_eq!(raw(origin, "GET", "/", &two, b"").await.status, 400);
    // Bits that base64 does not use, and an authenticator of other bytes.
    let mut longer = token.clone();
    longer.push(0);
    assert_eq!(present(origin, &longer).await.status, 400);

    // Pipelined: of many copies in one segment, one gets in.
    let token = token_for(world.issuer.address(), origin, RSA).await;
    let credentials = CredentialsParameters::new(&token).to_string(Profile::Rfc).unwrap();
    let one = format!("GET / HTTP/1.1\r\nHost: {origin}\r\nAuthorization: {credentials}\r\n");
    let many = format!("{one}\r\n").repeat(5) + &one + "Connection: close\r\n\r\n";
    let answer = send(origin, many.as_bytes()).await;
    let rest = String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!(
        (answer.status, rest.matches("HTTP/1.1 401").count(), rest.matches("HTTP/1.1 200").count()),
        (200, 5, 0)
    );
}
