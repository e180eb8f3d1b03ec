//! The four roles: batches, faults of what the caller lends, one-shot state, redemption.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use privacypass_core::client::{Client, PendingToken};
use privacypass_core::issuer::{Issuer, IssuerKey, PendingIssuance, TokenKey, issue_with_signer};
use privacypass_core::origin::{Expected, Origin, StatelessChallenges, VerifierKey};
use privacypass_core::provider::{MemorySpendStore, Signer, Spend, SpendKey, SpendStore, SystemRng};
use privacypass_core::wire::{TokenChallenge, TokenChallengeRef, TokenKeyId, TokenRequest};
use privacypass_core::{Error, ErrorKind, Result, TokenType, attester};
use privacypass_tests::roles::{FailingRng, TYPES, challenge, issuer_key, token};

fn kind<T>(result: Result<T>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

fn begin(key: &TokenKey, challenge: &[u8]) -> (TokenRequest, PendingToken) {
    let challenge = TokenChallengeRef::parse(challenge).expect("challenge");
    Client::new(key).begin(&challenge, &mut SystemRng).expect("begin")
}

/// A challenge of each type, and its key.
fn both() -> impl Iterator<Item = (IssuerKey, Vec<u8>)> {
    TYPES.into_iter().map(|token_type| (issuer_key(token_type, 0), challenge(token_type, "origin.example")))
}

#[test]
fn a_batch_of_mixed_requests_gives_each_its_own_result() {
    let keys = [
        issuer_key(TokenType::VOPRF_P384, 0),
        issuer_key(TokenType::BLIND_RSA_2048, 0),
        issuer_key(TokenType::BLIND_RSA_2048, 1),
    ];
    // More than two chunks of each key, in turn, with bad ones between.
    let mut requests: Vec<Vec<u8>> = Vec::new();
    let mut pending = Vec::new();
    for number in 0..3 * 35 {
        let key = &keys[number % 3];
        let (request, state) = begin(key.public(), &challenge(key.token_type(), "origin.example"));
        requests.push(request.to_vec());
        pending.push(Some(state));
    }
    requests[4] = vec![];
    requests[7][259 - 256..].fill(0xFF);
    requests[8].push(0);
    requests[9][3] = 0x05;
    requests[11][..2].copy_from_slice(&[0xAB, 0xCD]);
    requests[12][2] ^= 0x80;

    let slices: Vec<&[u8]> = requests.iter().map(Vec::as_slice).collect();
    let responses = Issuer::new(&keys).issue_all(&slices, &mut SystemRng);
    let expected = |index| match index {
        4 | 7 | 8 | 9 => Some(ErrorKind::Malformed),
        11 => Some(ErrorKind::Unsupported),
        12 => Some(ErrorKind::UnknownKey),
        _ => None,
    };
    for (index, response) in responses.iter().enumerate() {
        assert_eq!(kind(response.clone()), expected(index), "{index}");
        assert_eq!(response.clone().err().and_then(|error| error.index()), expected(index).map(|_| index));
    }

    // Every good one finishes, in a batch for each key.
    for (number, key) in keys.iter().enumerate() {
        let mine: Vec<usize> = (number..responses.len()).step_by(3).filter(|index| responses[*index].is_ok()).collect();
        let mut states: Vec<_> = mine.iter().map(|index| pending[*index].take()).collect();
        let answers: Vec<&[u8]> = mine.iter().filter_map(|index| responses[*index].as_deref().ok()).collect();
        let mut results = vec![Err(Error::new(ErrorKind::Internal)); mine.len()];
        let client = Client::new(key.public());
        client.finish_many(&mut states, &answers, &mut results).expect("lengths");
        assert!(results.iter().all(Result::is_ok), "{number}");
        // The states are gone: nothing finishes twice.
        client.finish_many(&mut states, &answers, &mut results).expect("lengths");
        for (index, result) in results.iter().enumerate() {
            let error = result.as_ref().err().expect("state taken");
            assert_eq!((error.kind(), error.index()), (ErrorKind::AlreadyUsed, Some(index)));
        }
    }
}

#[test]
fn one_program_can_be_issuer_and_origin() {
    for (key, challenge) in both() {
        let verifier = VerifierKey::of(&key).expect("of");
        assert_eq!(matches!(verifier, VerifierKey::Private(_)), key.token_type() == TokenType::VOPRF_P384);
        let token = token(&key, &challenge);
        assert!(Origin::new(&[verifier]).verify(token.as_bytes(), Expected::Challenge(&challenge)).is_ok());
    }
}

#[test]
fn a_key_that_cannot_verify_does_not_stand_before_one_that_can() {
    let (key, challenge) = both().next().expect("type 1");
    let token = token(&key, &challenge);
    let keys = [VerifierKey::Public(key.public().clone()), VerifierKey::Private(key)];
    let verify = |keys| Origin::new(keys).verify(token.as_bytes(), Expected::Challenge(&challenge));
    assert!(verify(&keys).is_ok());
    assert_eq!(kind(verify(&keys[..1])), Some(ErrorKind::Unsupported));
}

#[test]
fn slices_of_different_lengths_are_misuse() {
    let (key, challenge) = both().next().expect("type 1");
    let mut results = vec![Err(Error::new(ErrorKind::Internal)); 2];
    assert_eq!(kind(Client::new(key.public()).finish_many(&mut [None], &[&[]], &mut results)), Some(ErrorKind::Misuse));
    let keys = [key];
    let mut responses = vec![Err(Error::new(ErrorKind::Internal)); 2];
    assert_eq!(kind(Issuer::new(&keys).issue_many(&[&[]], &mut SystemRng, &mut responses)), Some(ErrorKind::Misuse));
    let verifier_keys = keys.map(VerifierKey::from);
    let mut verdicts = vec![Err(Error::new(ErrorKind::Internal)); 2];
    let verdict = Origin::new(&verifier_keys).verify_many(&[&[]], Expected::Challenge(&challenge), &mut verdicts);
    assert_eq!(kind(verdict), Some(ErrorKind::Misuse));
}

#[test]
fn a_batch_of_tokens_is_verified_with_a_result_each() {
    let issuer_keys: Vec<_> = TYPES.map(|token_type| issuer_key(token_type, 0)).into();
    let tokens: Vec<Vec<u8>> = (0..40)
        .map(|number| {
            let key = &issuer_keys[number % 2];
            let origin = if number == 10 { "other.example" } else { "origin.example" };
            let mut token = token(key, &challenge(key.token_type(), origin)).as_bytes().to_vec();
            match number {
                20 | 21 => token[100] ^= 1,
                30 => token[66] ^= 1,
                31 => drop(token.pop()),
                _ => {}
            }
            token
        })
        .collect();
    let keys: Vec<VerifierKey> = issuer_keys.into_iter().map(VerifierKey::from).collect();
    let digests = TYPES.map(|token_type| {
        let bytes = challenge(token_type, "origin.example");
        TokenChallengeRef::parse(&bytes).expect("challenge").digest()
    });
    let slices: Vec<&[u8]> = tokens.iter().map(Vec::as_slice).collect();
    let mut results = vec![Err(Error::new(ErrorKind::Internal)); slices.len()];
    Origin::new(&keys).verify_many(&slices, Expected::AnyOf(&digests), &mut results).expect("lengths");
    for (index, result) in results.into_iter().enumerate() {
        let expected = match index {
            10 => Some(ErrorKind::ChallengeMismatch),
            20 | 21 => Some(ErrorKind::InvalidToken),
            30 => Some(ErrorKind::UnknownKey),
            31 => Some(ErrorKind::Malformed),
            _ => None,
        };
        assert_eq!(result.as_ref().err().and_then(Error::index), expected.map(|_| index));
        assert_eq!(kind(result), expected, "{index}");
    }
}

#[test]
fn a_sealed_state_opens_once_in_another_run() {
    for (key, challenge) in both() {
        let client = Client::new(key.public());
        let (request, pending) = begin(key.public(), &challenge);
        let mut blob = [0; PendingToken::SEALED_MAX_BYTES];

        // A short buffer gives the state back, and leaves nothing of it behind.
        let (pending, error) = client.seal(pending, &mut blob[..40]).expect_err("too short");
        let needed = error.offset().expect("needed size");
        assert_eq!(error.kind(), ErrorKind::BufferTooSmall);
        assert_eq!(blob[..40], [0; 40]);

        let length = client.seal(pending, &mut blob).ok().expect("fits");
        assert_eq!(length, needed);
        assert_eq!(PendingToken::sealed_token_key_id(&blob[..length]), Ok(key.id()));

        // Damage anywhere, and every truncation, is noticed.
        for position in 0..length {
            let mut damaged = blob[..length].to_vec();
            damaged[position] ^= 1;
            let found = kind(client.open(&mut damaged));
            assert!(matches!(found, Some(ErrorKind::Malformed | ErrorKind::Unsupported)), "{position}: {found:?}");
            assert!(client.open(&mut blob[..position].to_vec()).is_err(), "{position}");
        }
        let other = issuer_key(key.token_type(), 1);
        assert_eq!(kind(Client::new(other.public()).open(&mut blob[..length])), Some(ErrorKind::UnknownKey));

        let reopened = client.open(&mut blob[..length]).expect("open");
        assert!(blob.iter().all(|byte| *byte == 0), "the blob is wiped");
        assert_eq!(kind(client.open(&mut blob[..length])), Some(ErrorKind::AlreadyUsed));

        let issuer_keys = [key];
        let response = Issuer::new(&issuer_keys).issue(&request, &mut SystemRng).expect("issue");
        let token = Client::new(issuer_keys[0].public()).finish(reopened, &response).expect("finish");
        let keys = issuer_keys.map(VerifierKey::from);
        assert!(Origin::new(&keys).verify(token.as_bytes(), Expected::Challenge(&challenge)).is_ok());
    }
}

#[test]
fn randomness_that_fails_at_any_call_gives_its_error_and_no_output() {
    for (key, challenge) in both() {
        let challenge = TokenChallengeRef::parse(&challenge).expect("challenge");
        let client = Client::new(key.public());
        let issuer_keys = std::slice::from_ref(&key);
        let (request, _) = client.begin(&challenge, &mut SystemRng).expect("begin");
        let mut begun = 0;
        while kind(client.begin(&challenge, &mut FailingRng { calls: Cell::new(begun) })) == Some(ErrorKind::Rng) {
            begun += 1;
        }
        assert!((2..10).contains(&begun), "{begun} calls to begin");
        let mut issued = 0;
        let issue = |calls| Issuer::new(issuer_keys).issue(&request, &mut FailingRng { calls: Cell::new(calls) });
        // The blinding factor of an RSA signature may take more than one draw, so another call may need more of them.
        let outcome = loop {
            match issue(issued) {
                Err(error) if error.kind() == ErrorKind::Rng => issued += 1,
                outcome => break outcome,
            }
        };
        assert_eq!(kind(outcome), None);
        assert!((1..10).contains(&issued), "{issued} calls to issue");
    }
}

#[test]
fn a_response_of_another_request_or_key_is_refused() {
    for (key, challenge) in both() {
        let client = Client::new(key.public());
        let other = issuer_key(key.token_type(), 1);
        let (request, pending) = begin(key.public(), &challenge);
        let (_, another) = begin(key.public(), &challenge);
        let response = Issuer::new(std::slice::from_ref(&key)).issue(&request, &mut SystemRng).expect("issue");
        assert_eq!(kind(client.finish(another, &response)), Some(ErrorKind::InvalidProof));
        assert_eq!(kind(Client::new(other.public()).finish(pending, &response)), Some(ErrorKind::Misuse));
        for cut in [0, 1, response.len() - 1] {
            let (_, pending) = begin(key.public(), &challenge);
            assert_eq!(kind(client.finish(pending, &response[..cut])), Some(ErrorKind::Malformed));
        }
        let (_, pending) = begin(key.public(), &challenge);
        assert_eq!(kind(client.finish(pending, &[&response[..], &[0]].concat())), Some(ErrorKind::Malformed));
    }
}

#[test]
fn a_challenge_of_another_type_than_the_key_is_misuse() {
    let key = issuer_key(TokenType::VOPRF_P384, 0);
    let other = challenge(TokenType::BLIND_RSA_2048, "origin.example");
    let other = TokenChallengeRef::parse(&other).expect("challenge");
    assert_eq!(kind(Client::new(key.public()).begin(&other, &mut SystemRng)), Some(ErrorKind::Misuse));
}

/// A signer in another place: here, an issuer of the same key behind the trait.
struct Remote {
    key: IssuerKey,
    fault: Option<usize>,
}

impl Signer for Remote {
    fn sign(&mut self, token_type: TokenType, id: &[u8; 32], input: &[u8], output: &mut [u8]) -> Result<()> {
        assert_eq!((token_type, TokenKeyId(*id)), (self.key.token_type(), self.key.id()));
        let mut request = token_type.0.to_be_bytes().to_vec();
        request.push(self.key.id().truncated());
        request.extend_from_slice(input);
        let response = Issuer::new(std::slice::from_ref(&self.key)).issue(&request, &mut SystemRng)?;
        output.copy_from_slice(&response);
        if let Some(position) = self.fault {
            output[position] ^= 0x10;
        }
        Ok(())
    }
}

#[test]
fn an_external_signer_issues_and_its_faults_stay_inside() {
    for (key, challenge) in both() {
        let public = [key.public().clone()];
        let (request, pending) = begin(&public[0], &challenge);
        let mut signer = Remote { key, fault: None };
        let response = issue_with_signer(&request, &public, &mut signer).expect("issue");
        assert!(Client::new(&public[0]).finish(pending, &response).is_ok());
        for position in [0, 48, 100, 144] {
            signer.fault = Some(position);
            assert_eq!(kind(issue_with_signer(&request, &public, &mut signer)), Some(ErrorKind::Signer), "{position}");
        }
    }
}

/// A signer that must not be asked.
struct Unreached;

impl Signer for Unreached {
    fn sign(&mut self, token_type: TokenType, _: &[u8; 32], _: &[u8], _: &mut [u8]) -> Result<()> {
        panic!("asked to sign for {token_type}");
    }
}

#[test]
fn what_no_key_can_answer_never_reaches_an_external_signer() {
    for key in TYPES.map(|token_type| issuer_key(token_type, 0)) {
        let keys = [key.public().clone()];
        let request =
            |blinded: &[u8]| [&key.token_type().0.to_be_bytes()[..], &[key.id().truncated()], blinded].concat();
        let (refused, taken) = if key.token_type() == TokenType::VOPRF_P384 {
            // The identity's tag, an x over the prime, and an x of no point.
            let mut no_point = vec![0; 49];
            (no_point[0], no_point[48]) = (3, 1);
            ([vec![0; 49], [&[2][..], &[0xFF; 48]].concat(), no_point], vec![key.token_key().to_vec()])
        } else {
            // The modulus, one over it, and the largest number; any below is signed.
            let modulus = key.token_key()[342 - 5 - 256..342 - 5].to_vec();
            let (mut over, mut below) = (modulus.clone(), modulus.clone());
            over[0] |= 0x7F;
            below[255] -= 1;
            ([modulus, over, vec![0xFF; 256]], vec![vec![0; 256], below])
        };
        for blinded in refused {
            let outcome = issue_with_signer(&request(&blinded), &keys, &mut Unreached);
            assert_eq!(kind(outcome), Some(ErrorKind::Malformed), "{}", key.token_type());
        }
        for blinded in taken {
            assert_eq!(kind(PendingIssuance::begin(&request(&blinded), &keys)), None, "{}", key.token_type());
        }
    }
}

#[test]
fn an_attester_forwards_only_what_the_issuer_can_answer() {
    for (key, challenge) in both() {
        let keys = [issuer_key(key.token_type(), 1).public().clone(), key.public().clone()];
        let (request, _) = begin(key.public(), &challenge);
        let checked = attester::check_request(&request, &keys).expect("known key");
        assert_eq!((checked.token_type(), checked.key_position()), (key.token_type(), 1));
        let response = Issuer::new(std::slice::from_ref(&key)).issue(&request, &mut SystemRng).expect("issue");
        assert_eq!(checked.check_response(&response), Ok(()));
        assert_eq!(kind(checked.check_response(&response[1..])), Some(ErrorKind::Malformed));
        assert_eq!(kind(attester::check_request(&request, &keys[..1])), Some(ErrorKind::UnknownKey));
        assert_eq!(kind(attester::check_request(&request, &[] as &[TokenKey])), Some(ErrorKind::Unsupported));
        let cut = &request[..request.len() - 1];
        assert_eq!(kind(attester::check_request(cut, &keys)), Some(ErrorKind::Malformed));
    }
}

#[test]
fn stateless_challenges_last_one_to_two_epochs_and_bind_every_field() {
    let maker = StatelessChallenges::new([7; 32], 60).expect("epoch");
    let template = TokenChallenge {
        token_type: TokenType::BLIND_RSA_2048,
        issuer_name: "issuer.example",
        redemption_context: None,
        origin_info: &["origin.example"],
    };
    let digest = |maker: &StatelessChallenges, template, now| maker.challenge(&template, now).digest().expect("digest");
    let sent = digest(&maker, template, 1000);
    let until = maker.accepted_until(1000);
    assert_eq!((until, maker.max_age(1000)), (1080, 80));
    for now in 900..1200 {
        let accepted = maker.accepted(&template, now).expect("accepted").contains(&sent);
        assert_eq!(accepted, (960..until).contains(&now), "{now}");
    }
    let other = StatelessChallenges::new([8; 32], 60).expect("epoch");
    assert_ne!(digest(&other, template, 1000), sent);
    for changed in [
        TokenChallenge { token_type: TokenType::VOPRF_P384, ..template },
        TokenChallenge { issuer_name: "issuer.example2", ..template },
        TokenChallenge { origin_info: &["other.example"], ..template },
        TokenChallenge { origin_info: &["origin", "example"], ..template },
    ] {
        let context = |template| maker.challenge(&template, 1000).redemption_context;
        assert_ne!(context(changed), context(template), "{changed:?}");
    }
    assert_eq!(kind(StatelessChallenges::new([7; 32], 0)), Some(ErrorKind::Misuse));
}

/// A store that fails, and counts how often it was asked.
struct Broken(AtomicUsize, ErrorKind);

impl SpendStore for Broken {
    fn spend(&self, _: &SpendKey, _: u64, _: u64) -> Result<Spend> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Err(self.1.into())
    }
}

#[test]
fn redemption_verifies_first_and_fails_closed() {
    for (key, challenge) in both() {
        let good = token(&key, &challenge);
        let mut bad = good.as_bytes().to_vec();
        bad[120] ^= 1;
        let keys = [VerifierKey::from(key)];
        let origin = Origin::new(&keys);
        let expected = Expected::Challenge(&challenge);

        for failure in [ErrorKind::Store, ErrorKind::Exhausted] {
            let broken = Broken(AtomicUsize::new(0), failure);
            assert_eq!(kind(origin.redeem(&bad, expected, &broken, 100, 0)), Some(ErrorKind::InvalidToken));
            assert_eq!(broken.0.load(Ordering::Relaxed), 0, "a bad token must not reach the store");
            assert_eq!(kind(origin.redeem(good.as_bytes(), expected, &broken, 100, 0)), Some(failure));
        }

        let store = MemorySpendStore::new(100);
        assert!(origin.redeem(good.as_bytes(), expected, &store, 100, 0).is_ok());
        assert_eq!(kind(origin.redeem(good.as_bytes(), expected, &store, 100, 99)), Some(ErrorKind::Replayed));
    }
}

/// Of 64 threads that present one token at the same moment exactly one wins, a thousand times.
#[test]
fn sixty_four_threads_redeem_one_token_once() {
    const THREADS: usize = 64;
    // An emulator takes most of a minute for a thousand: tests/tools/emulated.sh asks for fewer.
    let rounds = if std::env::var_os("PRIVACYPASS_EMULATED").is_some() { 50 } else { 1000 };
    let key = issuer_key(TokenType::BLIND_RSA_2048, 0);
    let challenge = challenge(TokenType::BLIND_RSA_2048, "origin.example");
    let tokens: Arc<Vec<_>> = Arc::new((0..rounds).map(|_| token(&key, &challenge)).collect());
    let keys = Arc::new([VerifierKey::from(key)]);
    let store = Arc::new(MemorySpendStore::new(rounds));
    let wins: Arc<Vec<AtomicUsize>> = Arc::new((0..rounds).map(|_| AtomicUsize::new(0)).collect());
    let replays = Arc::new(AtomicUsize::new(0));
    let start = Arc::new(Barrier::new(THREADS));
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let (tokens, keys, store) = (tokens.clone(), keys.clone(), store.clone());
            let (wins, replays, start) = (wins.clone(), replays.clone(), start.clone());
            let challenge = challenge.clone();
            std::thread::spawn(move || {
                let origin = Origin::new(&keys[..]);
                for (round, token) in tokens.iter().enumerate() {
                    start.wait();
                    match origin.redeem(token.as_bytes(), Expected::Challenge(&challenge), &*store, 100, 0) {
                        Ok(_) => wins[round].fetch_add(1, Ordering::Relaxed),
                        Err(error) if error.kind() == ErrorKind::Replayed => replays.fetch_add(1, Ordering::Relaxed),
                        Err(error) => panic!("{error}"),
                    };
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("no panic");
    }
    assert!(wins.iter().all(|wins| wins.load(Ordering::Relaxed) == 1));
    assert_eq!(replays.load(Ordering::Relaxed), rounds * (THREADS - 1));
    assert_eq!(store.len(), rounds);
}
