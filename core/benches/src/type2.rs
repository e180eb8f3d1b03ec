//! Token type 0x0002, blind RSA: every role's operations beside `blind-rsa-signatures`, `rsa` and `privacypass`.

use std::hint::black_box;

use async_trait::async_trait;
use blind_rsa_signatures::{BlindSignature, DefaultRng, Deterministic, PSS, Signature};
use privacypass::auth::authenticate::TokenChallenge as PeerChallenge;
use privacypass::public_tokens::server::{IssuerKeyStore, IssuerServer, OriginKeyStore, OriginServer};
use privacypass::public_tokens::{PublicToken, TokenRequest as PeerRequest};
use privacypass::{Deserialize, TruncatedTokenKeyId};
use privacypass_core::attester;
use privacypass_core::client::{Client, hazmat};
use privacypass_core::issuer::{Issuer, IssuerKey, TokenKey};
use privacypass_core::origin::{Expected, Origin, VerifierKey};
use privacypass_core::provider::SystemRng;
use privacypass_core::wire::TokenChallengeRef;
use privacypass_core::{ErrorKind, TokenType};
use rsa::pkcs8::DecodePrivateKey;
use rsa::signature::hazmat::PrehashVerifier;
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use rsa::{BoxedUint, RsaPrivateKey};
use sha2::{Digest, Sha384};

use crate::fixture::{BATCH, FreeStore, Vector, block_on};
use crate::measure::{op, op_with};
use crate::peer_store::FreeNonces;
use crate::row::{Row, keep};

type PeerHash = blind_rsa_signatures::Sha384;
type PeerKeyPair = blind_rsa_signatures::KeyPair<PeerHash, PSS, Deterministic>;
type PeerPublicKey = blind_rsa_signatures::PublicKey<PeerHash, PSS, Deterministic>;
type PeerSecretKey = blind_rsa_signatures::SecretKey<PeerHash, PSS, Deterministic>;

const BRS: &str = "blind-rsa-signatures";
const PP: &str = "privacypass";
const RSA: &str = "rsa";

/// One key for everyone, and one token's messages.
struct Fixture {
    vector: Vector,
    parts: KeyParts,
    issuer_key: IssuerKey,
    key: TokenKey,
    challenge: Vec<u8>,
    request: Vec<u8>,
    response: Vec<u8>,
    token: Vec<u8>,
    rsa: RsaPrivateKey,
    peer_sk: PeerSecretKey,
    peer_pk: PeerPublicKey,
    peer_store: OneKey,
}

/// The numbers of the private key, big-endian.
pub struct KeyParts {
    pub n: Vec<u8>,
    pub e: Vec<u8>,
    pub d: Vec<u8>,
    pub primes: Vec<Vec<u8>>,
}

impl KeyParts {
    /// The key of the first test vector.
    pub fn of_vector(vector: &Vector) -> (Self, RsaPrivateKey) {
        let pem = String::from_utf8(vector.bytes("skS")).expect("PEM");
        let key = RsaPrivateKey::from_pkcs8_pem(&pem).expect("key");
        let parts = Self {
            n: key.n().as_ref().to_be_bytes().into_vec(),
            e: key.e().to_be_bytes().into_vec(),
            d: key.d().to_be_bytes().into_vec(),
            primes: key.primes().iter().map(|prime| prime.to_be_bytes().into_vec()).collect(),
        };
        (parts, key)
    }

    fn issuer_key(&self) -> IssuerKey {
        let [p, q] = &self.primes[..] else { panic!("two primes") };
        IssuerKey::from_blind_rsa_2048_components(&self.n, &self.e, &self.d, p, q).expect("key")
    }

    fn rsa_key(&self) -> RsaPrivateKey {
        let number = |bytes: &[u8]| BoxedUint::from_be_slice_vartime(bytes);
        let primes = self.primes.iter().map(|prime| number(prime)).collect();
        RsaPrivateKey::from_components(number(&self.n), number(&self.e), number(&self.d), primes).expect("key")
    }
}

/// A key store of `privacypass` at its cheapest: one key, no lock. `get` copies the key, as its interface demands.
struct OneKey {
    pair: PeerKeyPair,
}

#[async_trait]
impl IssuerKeyStore for OneKey {
    async fn insert(&self, _: TruncatedTokenKeyId, _: PeerKeyPair) -> bool {
        false
    }
    async fn get(&self, _: &TruncatedTokenKeyId) -> Option<PeerKeyPair> {
        Some(self.pair.clone())
    }
    async fn remove(&self, _: &TruncatedTokenKeyId) -> bool {
        false
    }
}

#[async_trait]
impl OriginKeyStore for OneKey {
    async fn insert(&self, _: TruncatedTokenKeyId, _: PeerPublicKey) {}
    async fn get(&self, _: &TruncatedTokenKeyId) -> Vec<PeerPublicKey> {
        vec![self.pair.pk.clone()]
    }
    async fn remove(&self, _: &TruncatedTokenKeyId) -> bool {
        false
    }
}

impl Fixture {
    fn new() -> Self {
        let vector = Vector::type2();
        let (parts, rsa) = KeyParts::of_vector(&vector);
        let peer_sk = PeerSecretKey::new(rsa.clone());
        let peer_pk = peer_sk.public_key().expect("public key");
        let peer_store = OneKey { pair: PeerKeyPair { pk: peer_pk.clone(), sk: peer_sk.clone() } };
        Self {
            issuer_key: parts.issuer_key(),
            key: TokenKey::from_bytes(TokenType::BLIND_RSA_2048, &vector.bytes("pkS")).expect("pkS"),
            challenge: vector.bytes("token_challenge"),
            request: vector.bytes("token_request"),
            response: vector.bytes("token_response"),
            token: vector.bytes("token"),
            vector,
            parts,
            rsa,
            peer_sk,
            peer_pk,
            peer_store,
        }
    }

    fn challenge(&self) -> TokenChallengeRef<'_> {
        TokenChallengeRef::parse(&self.challenge).expect("challenge")
    }

    fn peer_challenge(&self) -> PeerChallenge {
        PeerChallenge::deserialize(&self.challenge).expect("challenge")
    }

    /// The client's state for `response`, sealed: opening a copy of it costs nothing beside finishing.
    fn sealed(&self) -> Vec<u8> {
        let (salt, r) = (self.vector.array("salt"), self.vector.array("blind"));
        let randomness = hazmat::Randomness::BlindRsa2048 { salt: &salt, r: &r };
        let client = Client::new(&self.key);
        let (request, pending) =
            hazmat::begin_with(&client, &self.challenge(), self.vector.array("nonce"), randomness).expect("begin");
        assert_eq!(request.as_bytes(), self.request);
        let mut blob = vec![0; 1024];
        let length = client.seal(pending, &mut blob).map_err(|(_, error)| error).expect("seal");
        blob.truncate(length);
        blob
    }

    /// What the peers sign and verify: the token without its authenticator.
    fn message(&self) -> &[u8] {
        &self.token[..98]
    }

    fn signature(&self) -> &[u8] {
        &self.token[98..]
    }
}

/// All rows of the type.
pub fn rows() -> Vec<Row> {
    let fixture = keep(Fixture::new());
    [keys(fixture), client(fixture), issuer(fixture), origin(fixture)].into_iter().flatten().collect()
}

fn keys(f: &'static Fixture) -> Vec<Row> {
    let spki = keep(f.vector.bytes("pkS"));
    vec![
        Row::new("type 2, issuer: key set-up from numbers", op(move || f.parts.issuer_key()))
            .beside(RSA, op(move || f.parts.rsa_key())),
        Row::new(
            "type 2, client and origin: key set-up from token-key",
            op(move || TokenKey::from_bytes(TokenType::BLIND_RSA_2048, spki).expect("key")),
        )
        .beside(BRS, op(move || PeerPublicKey::from_spki(spki).expect("key"))),
    ]
}

fn client(f: &'static Fixture) -> Vec<Row> {
    let client = keep(Client::new(&f.key));
    let sealed = f.sealed();

    let peer_challenge = f.peer_challenge();
    let (peer_request, peer_state) =
        PeerRequest::new(&mut DefaultRng, f.peer_pk.clone(), &peer_challenge).expect("begin");
    let peer_response = block_on(IssuerServer::new().issue_token_response(&f.peer_store, peer_request)).expect("issue");
    peer_response.clone().issue_token(&peer_state).expect("finish");
    let blinding = f.peer_pk.blind(&mut DefaultRng, f.message()).expect("blind");
    let blind_signature: BlindSignature = f.peer_sk.blind_sign(&blinding.blind_message).expect("sign");

    vec![
        Row::new(
            "type 2, client: begin (blind)",
            op(move || client.begin(&f.challenge(), &mut SystemRng).expect("begin")),
        )
        .bar(BRS, 2.0, op(move || f.peer_pk.blind(&mut DefaultRng, f.message()).expect("blind")))
        .beside(
            PP,
            op_with(
                move || f.peer_pk.clone(),
                move |key| PeerRequest::new(&mut DefaultRng, key, &peer_challenge).expect("begin"),
            ),
        ),
        Row::new(
            "type 2, client: finish",
            op_with(
                move || client.open(&mut sealed.clone()).expect("open"),
                move |pending| client.finish(pending, &f.response).expect("finish"),
            ),
        )
        .beside(BRS, op(move || f.peer_pk.finalize(&blind_signature, &blinding, f.message()).expect("finish")))
        .beside(
            PP,
            op_with(move || peer_response.clone(), move |response| response.issue_token(&peer_state).expect("finish")),
        ),
    ]
}

fn issuer(f: &'static Fixture) -> Vec<Row> {
    let issuer = keep(Issuer::new(std::slice::from_ref(&f.issuer_key)));
    let requests = keep([&f.request[..]; BATCH]);
    let blinded = &f.request[3..];
    let number = BoxedUint::from_be_slice_vartime(blinded);
    let peer_request = PeerRequest::tls_deserialize(&mut &f.request[..]).expect("request");

    // Everyone makes the same signature.
    assert_eq!(issuer.issue(&f.request, &mut SystemRng).expect("issue").as_bytes(), f.response);
    assert_eq!(f.peer_sk.blind_sign(blinded).expect("sign").0, f.response);

    let issue_batch = move || {
        let mut results = [const { Err(privacypass_core::Error::new(ErrorKind::Internal)) }; BATCH];
        issuer.issue_many(requests, &mut SystemRng, &mut results).expect("lengths");
        assert!(results.iter().all(Result::is_ok));
        results
    };
    vec![
        Row::new("type 2, issuer: issue one", op(move || issuer.issue(&f.request, &mut SystemRng).expect("issue")))
            .bar(BRS, 1.2, op(move || f.peer_sk.blind_sign(blinded).expect("sign")))
            .beside(
                RSA,
                op(move || rsa::hazmat::rsa_decrypt_and_check(&f.rsa, Some(&mut DefaultRng), &number).expect("sign")),
            )
            .beside(
                PP,
                op_with(
                    move || peer_request.clone(),
                    move |request| {
                        block_on(IssuerServer::new().issue_token_response(&f.peer_store, request)).expect("issue")
                    },
                ),
            ),
        Row::batch("type 2, issuer: issue 16, each", BATCH, op(issue_batch))
            .beside(BRS, op(move || f.peer_sk.blind_sign(blinded).expect("sign"))),
        Row::new(
            "type 2, attester: check request and response",
            op(move || {
                let checked =
                    attester::check_request(black_box(&f.request), std::slice::from_ref(&f.key)).expect("request");
                checked.check_response(black_box(&f.response))
            }),
        ),
    ]
}

fn origin(f: &'static Fixture) -> Vec<Row> {
    let verifier_keys = keep([VerifierKey::Public(f.key.clone())]);
    let origin = keep(Origin::new(verifier_keys));
    let tokens = keep([&f.token[..]; BATCH]);
    let expected = Expected::Challenge(&f.challenge);
    let signature = keep(Signature(f.signature().to_vec()));
    let rsa_key = rsa::pss::VerifyingKey::<Sha384>::new_with_salt_len(f.rsa.to_public_key(), 48);
    let peer_token = PublicToken::tls_deserialize(&mut &f.token[..]).expect("token");

    let verify_batch = move || {
        let mut results = [const { Err(privacypass_core::Error::new(ErrorKind::Internal)) }; BATCH];
        origin.verify_many(tokens, expected, &mut results).expect("lengths");
        assert!(results.iter().all(Result::is_ok));
    };
    let verify_rsa = move || {
        let signature = rsa::pss::Signature::try_from(f.signature()).expect("signature");
        rsa_key.verify_prehash(&Sha384::digest(f.message()), &signature).expect("verify");
    };
    vec![
        Row::new(
            "type 2, origin: verify",
            op(move || origin.verify(&f.token, expected).is_ok().then_some(()).expect("verify")),
        )
        .bar(BRS, 1.5, op(move || f.peer_pk.verify(signature, None, f.message()).expect("verify")))
        .beside(RSA, op(verify_rsa)),
        Row::batch("type 2, origin: verify 16, each", BATCH, op(verify_batch))
            .beside(BRS, op(move || f.peer_pk.verify(signature, None, f.message()).expect("verify"))),
        Row::new(
            "type 2, origin: redeem, the store for free",
            op(move || assert!(origin.redeem(&f.token, expected, &FreeStore, 1, 0).is_ok())),
        )
        .beside(
            PP,
            op_with(
                move || peer_token.clone(),
                move |token| {
                    block_on(OriginServer::new().redeem_token(&f.peer_store, &FreeNonces, token)).expect("redeem")
                },
            ),
        ),
    ]
}
