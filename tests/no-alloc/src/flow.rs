//! What the program runs: both token types, from the origin's challenge to the token that is redeemed once.

use core::cell::Cell;

use privacypass_core::client::{Client, PendingToken};
use privacypass_core::http::{self, ChallengeParameters, CredentialsParameters, Item, Profile};
use privacypass_core::issuer::{Issuer, IssuerKey, TokenKey};
use privacypass_core::origin::{Expected, Origin, VerifierKey};
use privacypass_core::provider::{Rng, Spend, SpendKey, SpendStore};
use privacypass_core::wire::{TokenChallenge, TokenChallengeRef};
use privacypass_core::{ErrorKind, Result, TokenType};

#[path = "../../keys/rsa2048.rs"]
mod rsa2048;

/// The origin that challenges.
const ORIGIN: &str = "origin.example";

/// Numbers that differ and no more: nothing here is kept or sent, and a real generator needs an operating system.
struct Counter(u64);

impl Rng for Counter {
    fn fill(&mut self, out: &mut [u8]) -> Result<()> {
        for byte in out {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (self.0 >> 56) as u8;
        }
        Ok(())
    }
}

/// A spend store for two keys, without a heap and without threads.
#[derive(Default)]
struct Store(Cell<[Option<SpendKey>; 2]>);

impl SpendStore for Store {
    fn spend(&self, key: &SpendKey, _expires_at: u64, _now: u64) -> Result<Spend> {
        let mut spent = self.0.get();
        if spent.contains(&Some(*key)) {
            return Ok(Spend::Replayed);
        }
        let free = spent.iter_mut().find(|slot| slot.is_none()).ok_or(ErrorKind::Exhausted)?;
        *free = Some(*key);
        self.0.set(spent);
        Ok(Spend::Fresh)
    }
}

/// Turns a failure into the number of its step.
fn step<T>(number: u8, outcome: Result<T>) -> core::result::Result<T, u8> {
    outcome.map_err(|_| number)
}

/// Runs both types.
///
/// # Errors
/// The number of the step that failed; those of type 0x0002 are 100 higher.
pub fn flow() -> core::result::Result<(), u8> {
    let scalar = [0x2A; 48];
    run(TokenType::VOPRF_P384, &|| IssuerKey::from_voprf_p384_scalar(&scalar))?;
    run(TokenType::BLIND_RSA_2048, &|| {
        use rsa2048::{EXPONENT, MODULUS, PRIME_P, PRIME_Q, PRIVATE_EXPONENT};
        IssuerKey::from_blind_rsa_2048_components(&MODULUS, &EXPONENT, &PRIVATE_EXPONENT, &PRIME_P, &PRIME_Q)
    })
    .map_err(|number| number + 100)
}

fn run(token_type: TokenType, make: &dyn Fn() -> Result<IssuerKey>) -> core::result::Result<(), u8> {
    let mut rng = Counter(u64::from(token_type.0));

    // Issuer: a key, and what it publishes of it.
    let issuer_keys = [step(1, make())?];
    let published = issuer_keys[0].token_key();

    // Origin: a challenge in a header.
    let challenge = TokenChallenge {
        token_type,
        issuer_name: "issuer.example",
        redemption_context: Some([7; 32]),
        origin_info: &[ORIGIN],
    };
    let mut challenge_buffer = [0; 128];
    let length = step(2, challenge.write_to(&mut challenge_buffer))?;
    let sent = &challenge_buffer[..length];
    let mut header = [0; 1024];
    let parameters = ChallengeParameters::new(sent).with_token_key(published);
    let length = step(3, http::write_challenges([parameters], Profile::Auto, &mut header))?;

    // Client: reads the header, and asks for a token.
    let found = http::challenges([&header[..length]]).find_map(Item::challenge).ok_or(4)?;
    let (mut bytes, mut key_bytes) = ([0; 128], [0; 512]);
    let received = step(5, found.value().decode(&mut bytes))?;
    let received = step(6, TokenChallengeRef::parse(received))?;
    if !received.names_origin(ORIGIN) {
        return Err(7);
    }
    let key = step(8, found.token_key().ok_or(8)?.decode(&mut key_bytes))?;
    let token_key = step(9, TokenKey::from_bytes(token_type, key))?;
    let client = Client::new(&token_key);
    let (request, pending) = step(10, client.begin(&received, &mut rng))?;

    // A phone may end the program between request and response.
    let mut blob = [0; PendingToken::SEALED_MAX_BYTES];
    let length = client.seal(pending, &mut blob).map_err(|_| 11)?;
    let pending = step(12, client.open(&mut blob[..length]))?;
    if client.open(&mut blob[..length]).is_ok() {
        return Err(13);
    }

    // Issuer: signs, or evaluates, what it cannot see. Client: finishes.
    let response = step(14, Issuer::new(&issuer_keys).issue(request.as_bytes(), &mut rng))?;
    let token = step(15, client.finish(pending, response.as_bytes()))?;

    // Client: presents the token. Origin: takes it once.
    let mut authorization = [0; 1024];
    let length = step(16, CredentialsParameters::new(token.as_bytes()).write_to(Profile::Auto, &mut authorization))?;
    let presented = step(17, http::authorization([&authorization[..length]]))?.ok_or(17)?;
    let mut token_bytes = [0; 512];
    let presented = step(18, presented.token().decode(&mut token_bytes))?;
    let verifier = match token_type {
        TokenType::VOPRF_P384 => VerifierKey::from(step(19, make())?),
        _ => VerifierKey::from(token_key),
    };
    let verifiers = [verifier];
    let origin = Origin::new(&verifiers);
    let store = Store::default();
    step(20, origin.redeem(presented, Expected::Challenge(sent), &store, 2, 1))?;
    match origin.redeem(presented, Expected::Challenge(sent), &store, 2, 1) {
        Err(error) if error.kind() == ErrorKind::Replayed => {}
        _ => return Err(21),
    }
    match origin.verify(presented, Expected::Challenge(b"another")) {
        Err(error) if error.kind() == ErrorKind::ChallengeMismatch => Ok(()),
        _ => Err(22),
    }
}
