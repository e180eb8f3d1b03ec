//! Token type 0x0001, VOPRF on P-384: every role's operations beside `privacypass` and the `voprf-ng` under it.

use std::hint::black_box;

use async_trait::async_trait;
use blind_rsa_signatures::DefaultRng;
use p384::NistP384;
use privacypass::auth::authenticate::TokenChallenge as PeerChallenge;
use privacypass::common::private::deserialize_public_key;
use privacypass::common::store::PrivateKeyStore;
use privacypass::private_tokens::server::Server;
use privacypass::private_tokens::{PrivateToken, TokenRequest as PeerRequest, TokenResponse as PeerResponse};
use privacypass::{Deserialize, Serialize, TruncatedTokenKeyId};
use privacypass_core::attester;
use privacypass_core::client::{Client, hazmat};
use privacypass_core::crypto::voprf as ours;
use privacypass_core::issuer::{Issuer, IssuerKey, TokenKey};
use privacypass_core::origin::{Expected, Origin, VerifierKey};
use privacypass_core::provider::SystemRng;
use privacypass_core::wire::TokenChallengeRef;
use privacypass_core::{ErrorKind, TokenType};
use voprf::{BlindedElement, EvaluationElement, Proof, VoprfClient, VoprfServer};

use crate::fixture::{BATCH, FreeStore, Vector, block_on};
use crate::measure::{op, op_with};
use crate::peer_store::FreeNonces;
use crate::row::{Row, keep};

const PP: &str = "privacypass";
const VOPRF: &str = "voprf-ng";
const INFO: &[u8] = b"PrivacyPass";

/// A key store of `privacypass` at its cheapest: one key, no lock. `get` copies the key, as its interface demands.
struct OneKey(VoprfServer<NistP384>);

#[async_trait]
impl PrivateKeyStore for OneKey {
    type CS = NistP384;

    async fn insert(&self, _: TruncatedTokenKeyId, _: VoprfServer<NistP384>) -> bool {
        false
    }
    async fn get(&self, _: &TruncatedTokenKeyId) -> Option<VoprfServer<NistP384>> {
        Some(self.0.clone())
    }
    async fn remove(&self, _: &TruncatedTokenKeyId) -> bool {
        false
    }
}

/// One key for everyone, and one token's messages.
struct Fixture {
    vector: Vector,
    issuer_key: IssuerKey,
    key: TokenKey,
    challenge: Vec<u8>,
    request: Vec<u8>,
    response: Vec<u8>,
    token: Vec<u8>,
    peer: OneKey,
}

impl Fixture {
    fn new() -> Self {
        let vector = Vector::type1();
        Self {
            issuer_key: IssuerKey::from_voprf_p384_scalar(&vector.bytes("skS")).expect("skS"),
            key: TokenKey::from_bytes(TokenType::VOPRF_P384, &vector.bytes("pkS")).expect("pkS"),
            challenge: vector.bytes("token_challenge"),
            request: vector.bytes("token_request"),
            response: vector.bytes("token_response"),
            token: vector.bytes("token"),
            peer: OneKey(VoprfServer::new_with_key(&vector.bytes("skS")).expect("skS")),
            vector,
        }
    }

    fn challenge(&self) -> TokenChallengeRef<'_> {
        TokenChallengeRef::parse(&self.challenge).expect("challenge")
    }

    fn message(&self) -> &[u8] {
        &self.token[..98]
    }

    /// The client's state for `response`, sealed: opening a copy of it costs nothing beside finishing.
    fn sealed(&self) -> Vec<u8> {
        let blind = self.vector.array("blind");
        let randomness = hazmat::Randomness::VoprfP384 { blind: &blind };
        let client = Client::new(&self.key);
        let (request, pending) =
            hazmat::begin_with(&client, &self.challenge(), self.vector.array("nonce"), randomness).expect("begin");
        assert_eq!(request.as_bytes(), self.request);
        let mut blob = vec![0; 1024];
        let length = client.seal(pending, &mut blob).map_err(|(_, error)| error).expect("seal");
        blob.truncate(length);
        blob
    }

    fn peer_request(&self) -> PeerRequest<NistP384> {
        PeerRequest::tls_deserialize(&mut &self.request[..]).expect("request")
    }
}

/// All rows of the type.
pub fn rows() -> Vec<Row> {
    let fixture = keep(Fixture::new());
    [keys(fixture), client(fixture), issuer(fixture), origin(fixture), shared_proof()].into_iter().flatten().collect()
}

fn keys(f: &'static Fixture) -> Vec<Row> {
    let public = keep(f.vector.bytes("pkS"));
    let seed = keep([7; 48]);
    vec![
        Row::new(
            "type 1, issuer: key set-up from a seed",
            op(move || IssuerKey::derive_voprf_p384(seed).expect("key")),
        )
        .beside(VOPRF, op(move || VoprfServer::<NistP384>::new_from_seed(seed, INFO).expect("key"))),
        Row::new(
            "type 1, client: key set-up from token-key",
            op(move || TokenKey::from_bytes(TokenType::VOPRF_P384, public).expect("key")),
        )
        .beside(PP, op(move || deserialize_public_key::<NistP384>(public).expect("key"))),
    ]
}

fn client(f: &'static Fixture) -> Vec<Row> {
    let client = keep(Client::new(&f.key));
    let sealed = f.sealed();

    let peer_key = f.peer.0.get_public_key();
    let peer_challenge = PeerChallenge::deserialize(&f.challenge).expect("challenge");
    let (peer_request, peer_state) = PeerRequest::<NistP384>::new(peer_key, &peer_challenge).expect("begin");
    // The peer accepts our proof, and ends with the token that we accept.
    let issuer = Issuer::new(std::slice::from_ref(&f.issuer_key));
    let response = issuer.issue(&peer_request.tls_serialize_detached().expect("bytes"), &mut SystemRng).expect("issue");
    let response = PeerResponse::<NistP384>::try_from_bytes(&response).expect("response");
    let token = response.issue_token(&peer_state).expect("finish").tls_serialize_detached().expect("bytes");
    let keys = [VerifierKey::Private(IssuerKey::from_voprf_p384_scalar(&f.vector.bytes("skS")).expect("skS"))];
    assert!(Origin::new(&keys).verify(&token, Expected::Challenge(&f.challenge)).is_ok());

    let peer_response = block_on(Server::new().issue_token_response(&f.peer, peer_request)).expect("issue");

    let below = VoprfClient::<NistP384>::blind(f.message(), &mut DefaultRng).expect("blind");
    let answer = f.peer.0.blind_evaluate(&mut DefaultRng, &below.message).expect("evaluate");
    let (element, proof) = (answer.message.serialize(), answer.proof.serialize());

    vec![
        Row::new(
            "type 1, client: begin (blind)",
            op(move || client.begin(&f.challenge(), &mut SystemRng).expect("begin")),
        )
        .beside(PP, op(move || PeerRequest::<NistP384>::new(peer_key, &peer_challenge).expect("begin")))
        .beside(VOPRF, op(move || VoprfClient::<NistP384>::blind(f.message(), &mut DefaultRng).expect("blind"))),
        Row::new(
            "type 1, client: finish",
            op_with(
                move || client.open(&mut sealed.clone()).expect("open"),
                move |pending| client.finish(pending, &f.response).expect("finish"),
            ),
        )
        .bar(
            PP,
            1.2,
            op_with(
                move || peer_response.clone(),
                move |response: PeerResponse<NistP384>| response.issue_token(&peer_state).expect("finish"),
            ),
        )
        .beside(
            VOPRF,
            op(move || {
                let element = EvaluationElement::deserialize(&element).expect("element");
                let proof = Proof::deserialize(&proof).expect("proof");
                below.state.finalize(f.message(), &element, &proof, peer_key).expect("finish")
            }),
        ),
    ]
}

fn issuer(f: &'static Fixture) -> Vec<Row> {
    let issuer = keep(Issuer::new(std::slice::from_ref(&f.issuer_key)));
    let requests = keep([&f.request[..]; BATCH]);
    let blinded = &f.request[3..];

    // Everyone evaluates to the same element; proofs are random.
    let response = issuer.issue(&f.request, &mut SystemRng).expect("issue");
    assert_eq!(response.as_bytes()[..49], f.response[..49]);
    let peer_issue = move |request| block_on(Server::new().issue_token_response(&f.peer, request)).expect("issue");

    let issue_batch = move || {
        let mut results = [const { Err(privacypass_core::Error::new(ErrorKind::Internal)) }; BATCH];
        issuer.issue_many(requests, &mut SystemRng, &mut results).expect("lengths");
        assert!(results.iter().all(Result::is_ok));
        results
    };
    vec![
        Row::new("type 1, issuer: issue one", op(move || issuer.issue(&f.request, &mut SystemRng).expect("issue")))
            .bar(PP, 1.2, op_with(move || f.peer_request(), peer_issue))
            .beside(
                VOPRF,
                op(move || {
                    let blinded = BlindedElement::<NistP384>::deserialize(blinded).expect("element");
                    f.peer.0.blind_evaluate(&mut DefaultRng, &blinded).expect("evaluate")
                }),
            ),
        Row::batch("type 1, issuer: issue 16, a proof each, each", BATCH, op(issue_batch))
            .beside(PP, op_with(move || f.peer_request(), peer_issue)),
        Row::new(
            "type 1, attester: check request and response",
            op(move || {
                let checked =
                    attester::check_request(black_box(&f.request), std::slice::from_ref(&f.key)).expect("request");
                checked.check_response(black_box(&f.response))
            }),
        ),
    ]
}

fn origin(f: &'static Fixture) -> Vec<Row> {
    let scalar = f.vector.bytes("skS");
    let verifier_keys = keep([VerifierKey::Private(IssuerKey::from_voprf_p384_scalar(&scalar).expect("skS"))]);
    let origin = keep(Origin::new(verifier_keys));
    let tokens = keep([&f.token[..]; BATCH]);
    let expected = Expected::Challenge(&f.challenge);
    let peer_token = keep(PrivateToken::<NistP384>::tls_deserialize(&mut &f.token[..]).expect("token"));
    let peer_redeem =
        move |token| block_on(Server::<NistP384>::new().redeem_token(&f.peer, &FreeNonces, token)).expect("redeem");

    let verify_batch = move || {
        let mut results = [const { Err(privacypass_core::Error::new(ErrorKind::Internal)) }; BATCH];
        origin.verify_many(tokens, expected, &mut results).expect("lengths");
        assert!(results.iter().all(Result::is_ok));
    };
    vec![
        Row::new(
            "type 1, origin: redeem, the store for free",
            op(move || assert!(origin.redeem(&f.token, expected, &FreeStore, 1, 0).is_ok())),
        )
        .bar(PP, 1.2, op_with(move || peer_token.clone(), peer_redeem))
        .beside(VOPRF, op(move || f.peer.0.evaluate(f.message()).expect("evaluate"))),
        Row::batch("type 1, origin: verify 16, each", BATCH, op(verify_batch))
            .beside(PP, op_with(move || peer_token.clone(), peer_redeem)),
    ]
}

/// Batches under one proof, which the batched-token types need; the roles do not use them yet.
fn shared_proof() -> Vec<Row> {
    let key = keep(ours::PrivateKey::derive(&[7; 48], INFO).expect("key"));
    let inputs = keep([[9; 98]; BATCH]);
    let mut blinded = [[0; ours::ELEMENT_BYTES]; BATCH];
    let blinds = blinded.each_mut().map(|out| ours::blind(&inputs[0], &mut SystemRng, out).expect("blind"));
    let (blinds, blinded) = (keep(blinds), keep(blinded));
    let evaluate = move || {
        let mut evaluated = [[0; ours::ELEMENT_BYTES]; BATCH];
        let proof = key.blind_evaluate(&mut SystemRng, blinded, &mut evaluated).expect("evaluate");
        (evaluated, proof)
    };
    let answer = evaluate();
    let finalize = move || {
        let mut outputs = [[0; ours::OUTPUT_BYTES]; BATCH];
        ours::finalize(key.public(), inputs, blinds, blinded, &answer.0, &answer.1, &mut outputs).expect("finish");
        outputs
    };

    // The peer with the same key and our elements: it must come to the same evaluation.
    let server = keep(VoprfServer::<NistP384>::new_from_seed(&[7; 48], INFO).expect("key"));
    let parse = move || blinded.map(|bytes| BlindedElement::<NistP384>::deserialize(&bytes).expect("element"));
    let peer_evaluate = move || server.batch_blind_evaluate(&mut DefaultRng, &parse()).expect("evaluate");
    for (theirs, ours) in peer_evaluate().messages.iter().zip(evaluate().0) {
        assert_eq!(theirs.serialize()[..], ours);
    }
    let begun = inputs.map(|input| VoprfClient::<NistP384>::blind(&input, &mut DefaultRng).expect("blind"));
    let messages: Vec<BlindedElement<NistP384>> = begun.iter().map(|begun| begun.message.clone()).collect();
    let states: Vec<VoprfClient<NistP384>> = begun.iter().map(|begun| begun.state.clone()).collect();
    let peer_answer = server.batch_blind_evaluate(&mut DefaultRng, &messages).expect("evaluate");
    let elements: Vec<_> = peer_answer.messages.iter().map(EvaluationElement::serialize).collect();
    let peer_finalize = move || {
        let elements: Vec<_> =
            elements.iter().map(|bytes| EvaluationElement::<NistP384>::deserialize(bytes).expect("element")).collect();
        let key = server.get_public_key();
        VoprfClient::batch_finalize(inputs, &states, &elements, &peer_answer.proof, key)
            .expect("proof")
            .map(|output| output.expect("finish"))
            .collect::<Vec<_>>()
    };
    vec![
        Row::batch("VOPRF: evaluate 16 under one proof, each", BATCH, op(evaluate)).beside_batch(
            VOPRF,
            BATCH,
            op(peer_evaluate),
        ),
        Row::batch("VOPRF: finalize 16 under one proof, each", BATCH, op(finalize)).beside_batch(
            VOPRF,
            BATCH,
            op(peer_finalize),
        ),
    ]
}
