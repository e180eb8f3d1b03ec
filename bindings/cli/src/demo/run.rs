//! The client's side of the demo, step by step, with what must be refused. Every step is checked.

use std::time::Instant;

use axum::http::{StatusCode, header};
use privacypass_core::TokenType;
use privacypass_core::client::Client;
use privacypass_core::directory::{ATTESTER_ISSUERS_PATH, IssuerList, WELL_KNOWN_PATH};
use privacypass_core::http::{CredentialsParameters, MediaType, Profile, challenges};
use privacypass_core::issuer::{Issuer, IssuerKey, TokenKey};
use privacypass_core::provider::SystemRng;
use privacypass_core::wire::{Token, TokenChallenge, TokenChallengeRef};

use super::http::{Answer, exchange, ms_since};
use super::story::{Flow, Refusal, Role, Step};
use super::world::World;
use crate::output::{Failure, Outcome};

const PAGE: &str = "/login";
const ATTESTER_PAGE: &str = "/challenge";
const DATA: &str = "private-token-attester-data";

/// Runs the protocol with one token type, then tries what must fail.
pub(super) async fn flow(world: &World, token_type: TokenType) -> Outcome<Flow> {
    let mut run = Run { world, token_type, steps: Vec::new() };

    let (challenge, key) = run.challenge().await?;
    let key = run.trusted_key(&challenge, key).await?;
    let token = run.token(&challenge, &key).await?;
    let answer = run.present(token.as_bytes()).await?;
    expect(&answer, StatusCode::OK, "redeeming the token")?;
    let step = Step::new(Role::Client, Role::Origin, format!("GET {PAGE} with the Token"));
    run.steps.push(step.bytes(token.as_bytes().len()));
    run.steps.push(Step::new(Role::Origin, Role::Client, "200, the page").bytes(answer.body.len()).ms(answer.ms));

    let steps = std::mem::take(&mut run.steps);
    let refusals = run.refusals(&challenge, &key, &token).await?;
    Ok(Flow { token_type: token_type.0, name: token_type.name(), steps, refusals })
}

struct Run<'w> {
    world: &'w World,
    token_type: TokenType,
    steps: Vec<Step>,
}

impl Run<'_> {
    /// Asks for the page, and takes this type's challenge from the 401.
    async fn challenge(&mut self) -> Outcome<(Vec<u8>, Vec<u8>)> {
        let answer = exchange(self.world.origin.address(), "GET", PAGE, &[], Vec::new()).await?;
        expect(&answer, StatusCode::UNAUTHORIZED, "asking for the page without a token")?;
        let lines: Vec<&[u8]> =
            answer.headers.get_all(header::WWW_AUTHENTICATE).iter().map(axum::http::HeaderValue::as_bytes).collect();
        let found = challenges(lines)
            .filter_map(privacypass_core::http::Item::challenge)
            .find(|found| found.token_type() == self.token_type)
            .ok_or_else(|| wrong("the origin's 401 has no challenge of this type"))?;
        let challenge = found.value().decode_to_vec();
        let key = found.token_key().ok_or_else(|| wrong("the challenge comes without a token-key"))?.decode_to_vec();
        self.steps.push(Step::new(Role::Client, Role::Origin, format!("GET {PAGE}")));
        let step = Step::new(Role::Origin, Role::Client, "401, TokenChallenge").bytes(challenge.len()).ms(answer.ms);
        self.steps.push(step);
        Ok((challenge, key))
    }

    /// Compares the challenge's key with what the attester publishes, so that an origin cannot give each client a key
    /// of its own and know it again by that.
    async fn trusted_key(&mut self, challenge: &[u8], token_key: Vec<u8>) -> Outcome<TokenKey> {
        let challenge = parse(challenge)?;
        let host = self.world.origin.address().to_string();
        if !challenge.names_origin(&host) {
            return Err(wrong("the challenge is for another origin"));
        }
        let answer = exchange(self.world.attester.address(), "GET", ATTESTER_ISSUERS_PATH, &[], Vec::new()).await?;
        expect(&answer, StatusCode::OK, "fetching the attester's list of issuers")?;
        self.steps.push(Step::new(Role::Client, Role::Attester, "GET list of issuers"));
        self.behind_the_attester();
        self.steps
            .push(Step::new(Role::Attester, Role::Client, "issuers' keys").bytes(answer.body.len()).ms(answer.ms));
        let list = IssuerList::parse(&answer.body).map_err(|_| wrong("the attester's list does not parse"))?;
        let keys = list.issuers.get(challenge.issuer_name()).map(Vec::as_slice).unwrap_or_default();
        if !keys.iter().any(|key| key.token_type == self.token_type && key.token_key == token_key) {
            return Err(wrong("the attester does not list the challenge's issuer with the challenge's key"));
        }
        TokenKey::from_bytes(self.token_type, &token_key).map_err(|_| wrong("the token-key is no key"))
    }

    /// Gets a token for a challenge: blind, attest, issue, finish.
    async fn token(&mut self, challenge: &[u8], key: &TokenKey) -> Outcome<Token> {
        let attester = self.world.attester.address();
        let question = exchange(attester, "GET", ATTESTER_PAGE, &[("accept", "application/json")], Vec::new()).await?;
        expect(&question, StatusCode::OK, "asking the attester for its question")?;
        let answers: serde_json::Value = serde_json::from_slice(&question.body).unwrap_or_default();
        let yes = answers["answers"]["yes"].as_str().ok_or_else(|| wrong("the attester's question has no \"yes\""))?;
        self.steps.push(Step::new(Role::Client, Role::Attester, format!("GET {ATTESTER_PAGE}")));
        let step = Step::new(Role::Attester, Role::Client, "Are you human?").bytes(question.body.len()).ms(question.ms);
        self.steps.push(step);

        let began = Instant::now();
        let begun = Client::new(key).begin(&parse(challenge)?, &mut SystemRng);
        let (request, pending) = begun.map_err(|error| wrong(&format!("blinding failed: {error}")))?;
        self.steps.push(Step::new(Role::Client, Role::Client, "blind").ms(ms_since(began)));

        let headers = [("content-type", MediaType::TokenRequest.as_str()), (DATA, yes)];
        let response = exchange(attester, "POST", ATTESTER_PAGE, &headers, request.as_bytes().to_vec()).await?;
        expect(&response, StatusCode::OK, "sending the token request")?;
        let step = Step::new(Role::Client, Role::Attester, "yes, TokenRequest").bytes(request.as_bytes().len());
        self.steps.push(step);
        self.behind_the_attester();
        let step = Step::new(Role::Attester, Role::Client, "TokenResponse").bytes(response.body.len()).ms(response.ms);
        self.steps.push(step);

        let began = Instant::now();
        let token = Client::new(key).finish(pending, &response.body);
        let token = token.map_err(|error| wrong(&format!("the issuer's answer does not verify: {error}")))?;
        self.steps.push(Step::new(Role::Client, Role::Client, "unblind, verify").ms(ms_since(began)));
        Ok(token)
    }

    /// Adds what went between attester and issuer since the last call.
    fn behind_the_attester(&mut self) {
        for seen in self.world.traffic.take() {
            let is_directory = seen.path == WELL_KNOWN_PATH;
            let there =
                Step::new(Role::Attester, Role::Issuer, if is_directory { "GET directory" } else { "TokenRequest" });
            let back =
                Step::new(Role::Issuer, Role::Attester, if is_directory { "directory" } else { "TokenResponse" });
            self.steps.push(if is_directory { there } else { there.bytes(seen.request_bytes) });
            self.steps.push(back.bytes(seen.response_bytes).ms(seen.ms));
        }
    }

    /// Presents a token.
    async fn present(&self, token: &[u8]) -> Outcome<Answer> {
        let value = CredentialsParameters::new(token).to_string(Profile::Auto);
        let value = value.map_err(|error| wrong(&format!("the header cannot be written: {error}")))?;
        exchange(self.world.origin.address(), "GET", PAGE, &[("authorization", &value)], Vec::new()).await
    }

    /// Presents what must be refused, and a good token in between, so that refusing everything does not pass.
    async fn refusals(&mut self, challenge: &[u8], key: &TokenKey, spent: &Token) -> Outcome<Vec<Refusal>> {
        let mut refusals = vec![self.refused("the same token a second time", spent.as_bytes()).await?];

        let here = parse(challenge)?;
        let elsewhere = TokenChallenge {
            token_type: self.token_type,
            issuer_name: here.issuer_name(),
            redemption_context: Some([0x5A; 32]),
            origin_info: &["other.example"],
        };
        let elsewhere = elsewhere.to_bytes().map_err(|error| wrong(&format!("no challenge: {error}")))?;
        let token = self.token(&elsewhere, key).await?;
        refusals.push(self.refused("a token for another origin", token.as_bytes()).await?);

        let token = self.token(challenge, key).await?;
        let mut corrupted = token.as_bytes().to_vec();
        if let Some(last) = corrupted.last_mut() {
            *last ^= 1;
        }
        refusals.push(self.refused("a token with one bit changed", &corrupted).await?);
        let answer = self.present(token.as_bytes()).await?;
        expect(&answer, StatusCode::OK, "redeeming the token whose changed copy was refused")?;

        let token = self.token_of_another_key(challenge)?;
        refusals.push(self.refused("a token of another issuer's key", token.as_bytes()).await?);
        Ok(refusals)
    }

    async fn refused(&self, attempt: &'static str, token: &[u8]) -> Outcome<Refusal> {
        let answer = self.present(token).await?;
        expect(&answer, StatusCode::UNAUTHORIZED, &format!("presenting {attempt}"))?;
        let challenged = answer.headers.contains_key(header::WWW_AUTHENTICATE);
        Ok(Refusal { attempt, status: answer.status.as_u16(), challenged, answer: answer.detail() })
    }

    /// Makes a token for the right challenge with a key that nobody trusts.
    fn token_of_another_key(&self, challenge: &[u8]) -> Outcome<Token> {
        let make = || {
            let key = [IssuerKey::generate(self.token_type, &mut SystemRng)?];
            let client = Client::new(key[0].public());
            let (request, pending) = client.begin(&TokenChallengeRef::parse(challenge)?, &mut SystemRng)?;
            let response = Issuer::new(&key).issue(request.as_bytes(), &mut SystemRng)?;
            client.finish(pending, response.as_bytes())
        };
        make().map_err(|error| wrong(&format!("a token of another key cannot be made: {error}")))
    }
}

fn parse(challenge: &[u8]) -> Outcome<TokenChallengeRef<'_>> {
    TokenChallengeRef::parse(challenge).map_err(|_| wrong("the challenge does not parse"))
}

fn expect(answer: &Answer, status: StatusCode, doing: &str) -> Outcome {
    if answer.status == status {
        return Ok(());
    }
    let (got, detail) = (answer.status.as_u16(), answer.detail());
    Err(wrong(&format!("{doing}: expected {}, got {got} {detail}", status.as_u16())))
}

fn wrong(what: &str) -> Failure {
    Failure::new(format!("the demo failed: {}", what.trim_end()), "this is a bug: please report it with this line")
}

#[cfg(test)]
mod tests {
    use super::super::world::{Keys, Ports};
    use super::*;

    async fn run(trust: impl FnOnce(&Keys) -> Keys) -> Outcome<Flow> {
        let ports = Ports::bind(None).await?;
        let keys = Keys::generate().map_err(|error| wrong(&error.to_string()))?;
        let trusted = trust(&keys).trusted(&ports.issuer_name()?).map_err(|error| wrong(&error.to_string()))?;
        let set = keys.into_set().map_err(|error| wrong(&error.to_string()))?;
        let world = World::start(ports, set, trusted).await?;
        let flow = flow(&world, TokenType::VOPRF_P384).await;
        world.stop().await?;
        flow
    }

    fn in_runtime<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(future)
    }

    #[test]
    fn all_roles_agree_and_all_refusals_hold() {
        let flow = in_runtime(run(Keys::copy)).ok().unwrap();
        assert_eq!(flow.refusals.len(), 4);
        assert!(flow.refusals.iter().all(|refusal| refusal.status == 401 && refusal.challenged));
        let with_issuer = flow.steps.iter().filter(|step| step.from == Role::Issuer).count();
        assert_eq!(with_issuer, 2, "the directory once, and one response");
    }

    /// The demo can fail: here the origin trusts other keys than the issuer has.
    #[test]
    fn an_origin_with_other_keys_makes_it_fail() {
        let failure = in_runtime(run(|_| Keys::generate().unwrap())).err().unwrap();
        assert!(failure.to_string().contains("does not list"), "{failure}");
    }
}
