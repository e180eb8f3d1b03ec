//! The attester as a client sees it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use privacypass_core::TokenType;
use privacypass_core::directory::{ATTESTER_ISSUERS_PATH, DirectoryKey, IssuerList, MAX_BYTES};
use privacypass_core::http::MediaType;
use privacypass_core::issuer::TokenKey;
use privacypass_core::wire::{TokenKeyId, same_name};
use reqwest::header::{self, HeaderValue};
use reqwest::{Client, Url};

use super::KeyPolicy;
use super::error::{ClientError, DeclineReason};
use super::offer::Offer;
use crate::BoxFuture;
use crate::attester::{ATTESTER_DATA, CHALLENGE_PATH};
use crate::cache::DirectoryCache;
use crate::clock;
use crate::transport::{PlainHttp, TransportError, read_answer};

/// For how long an attester's list is kept.
const LIST_KEPT: Duration = Duration::from_secs(300);
/// The shortest time between two fetches of a list that an unknown key asks for.
const LIST_PAUSE: Duration = Duration::from_secs(10);
/// How many keys of a type an issuer may list: one in use, one to come and those that end, with room. Among more, an origin
/// that chooses could tell clients apart by the key.
const KEYS_MAX: usize = 8;
/// How far ahead of this clock a key's `not-before` may be, in seconds.
const CLOCK_DIFFERENCE: u64 = 300;
/// The largest answer to `GET /challenge` that is read, in bytes.
const QUESTION_MAX_BYTES: usize = 16 * 1024;
/// The largest answer to a token request that is read, in bytes.
const RESPONSE_MAX_BYTES: usize = 4096;

/// Where a client gets what it proves itself with to an attester.
pub trait AttesterData: Send + Sync + 'static {
    /// Gets the value of `Private-Token-Attester-Data` for one token request; `challenge_url` is the attester's.
    ///
    /// # Errors
    /// [`ClientError::AttesterRefused`], or [`ClientError::Attester`] with the reason.
    fn get<'a>(&'a self, http: &'a Client, challenge_url: &'a Url) -> BoxFuture<'a, Result<String, ClientError>>;
}

/// Answers yes to an attester that asks yes or no ([`YesNo`](crate::attester::YesNo)).
#[derive(Clone, Copy, Default, Debug)]
pub struct AnswerYes;

impl AttesterData for AnswerYes {
    fn get<'a>(&'a self, http: &'a Client, challenge_url: &'a Url) -> BoxFuture<'a, Result<String, ClientError>> {
        Box::pin(async move {
            let request = http.get(challenge_url.clone()).header(header::ACCEPT, "application/json");
            let response = request.send().await.map_err(|error| ClientError::Attester(TransportError::of(&error)))?;
            let status = response.status().as_u16();
            if status != 200 {
                return Err(ClientError::Attester(TransportError::Status(status)));
            }
            let body = read_answer(response, QUESTION_MAX_BYTES).await.map_err(ClientError::Attester)?;
            let json: serde_json::Value =
                serde_json::from_slice(&body).map_err(|_| ClientError::Attester(TransportError::Unexpected))?;
            let yes = json["answers"]["yes"].as_str().ok_or(ClientError::Attester(TransportError::Unexpected))?;
            Ok(yes.to_owned())
        })
    }
}

pub(super) struct Attester {
    http: Client,
    plain_http: PlainHttp,
    challenge_url: Url,
    list_url: Url,
    data: Arc<dyn AttesterData>,
    list: tokio::sync::Mutex<Option<(Instant, Arc<IssuerList>)>>,
    /// The directories of issuers, for [`KeyPolicy::IssuerDirectory`]. Only issuers of the list get in.
    directories: Mutex<Vec<(String, Arc<DirectoryCache>)>>,
}

impl Attester {
    pub(super) fn new(
        http: Client,
        plain_http: PlainHttp,
        base: &Url,
        data: Arc<dyn AttesterData>,
    ) -> Result<Self, TransportError> {
        let join = |path| base.join(path).map_err(|_| TransportError::Address);
        if !plain_http.allows(base) {
            return Err(TransportError::Address);
        }
        Ok(Self {
            http,
            plain_http,
            challenge_url: join(CHALLENGE_PATH)?,
            list_url: join(ATTESTER_ISSUERS_PATH)?,
            data,
            list: tokio::sync::Mutex::default(),
            directories: Mutex::default(),
        })
    }

    /// The key to use for an offer, or why there is none.
    pub(super) async fn key_for(
        &self,
        offer: &Offer,
        policy: KeyPolicy,
    ) -> Result<Result<TokenKey, DeclineReason>, TransportError> {
        let mut found = self.list(LIST_KEPT).await?;
        let mut chosen = choose(keys_of(&found, offer), offer, policy);
        if chosen.is_err() {
            // The issuer may have published the key since.
            found = self.list(LIST_PAUSE).await?;
            chosen = choose(keys_of(&found, offer), offer, policy);
        }
        let bytes = match chosen {
            Ok(bytes) => bytes,
            Err(reason) => return Ok(Err(reason)),
        };
        if policy == KeyPolicy::IssuerDirectory && !self.issuer_publishes(offer, &bytes).await? {
            return Ok(Err(DeclineReason::UnlistedKey));
        }
        Ok(TokenKey::from_bytes(offer.token_type, &bytes).map_err(|_| DeclineReason::NoKey))
    }

    /// The attester's list, fetched when it is older than `kept`.
    async fn list(&self, kept: Duration) -> Result<Arc<IssuerList>, TransportError> {
        let mut current = self.list.lock().await;
        if let Some((fetched, list)) = &*current
            && fetched.elapsed() < kept
        {
            return Ok(Arc::clone(list));
        }
        let request = self.http.get(self.list_url.clone()).header(header::ACCEPT, "application/json");
        let response = request.send().await.map_err(|error| TransportError::of(&error))?;
        if response.status().as_u16() != 200 {
            return Err(TransportError::Status(response.status().as_u16()));
        }
        let body = read_answer(response, MAX_BYTES).await?;
        let list = Arc::new(IssuerList::parse(&body).map_err(|_| TransportError::Unexpected)?);
        *current = Some((Instant::now(), Arc::clone(&list)));
        Ok(list)
    }

    /// Whether the issuer's own directory holds the key.
    async fn issuer_publishes(&self, offer: &Offer, token_key: &[u8]) -> Result<bool, TransportError> {
        let id = TokenKeyId::of(token_key);
        let cache = self.directory_of(&offer.issuer_name)?;
        let directory = cache.get().await?;
        if directory.directory().find(id).is_some() {
            return Ok(true);
        }
        Ok(cache.get_newer(&directory).await?.directory().find(id).is_some())
    }

    fn directory_of(&self, issuer_name: &str) -> Result<Arc<DirectoryCache>, TransportError> {
        let mut directories = self.directories.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, cache)) = directories.iter().find(|(name, _)| same_name(name, issuer_name)) {
            return Ok(Arc::clone(cache));
        }
        let base = self.plain_http.base_of(issuer_name).ok_or(TransportError::Address)?;
        let cache = Arc::new(DirectoryCache::new(self.http.clone(), self.plain_http, &base)?);
        directories.push((issuer_name.to_owned(), Arc::clone(&cache)));
        Ok(cache)
    }

    /// Sends a token request and gives the issuer's response.
    pub(super) async fn issue(&self, request: &[u8], token_type: TokenType) -> Result<Vec<u8>, ClientError> {
        let failed = |error: TransportError| ClientError::Attester(error);
        let data = self.data.get(&self.http, &self.challenge_url).await?;
        let mut data = HeaderValue::try_from(data).map_err(|_| failed(TransportError::Unexpected))?;
        data.set_sensitive(true);
        let request = self
            .http
            .post(self.challenge_url.clone())
            .header(header::CONTENT_TYPE, MediaType::TokenRequest.as_str())
            .header(header::ACCEPT, MediaType::TokenResponse.as_str())
            .header(ATTESTER_DATA, data)
            .body(request.to_vec());
        let response = request.send().await.map_err(|error| failed(TransportError::of(&error)))?;
        match response.status().as_u16() {
            200 => {}
            403 => return Err(ClientError::AttesterRefused),
            status => return Err(ClientError::Issuance(status)),
        }
        let content_type = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
        if !content_type.is_some_and(|value| MediaType::TokenResponse.matches(value)) {
            return Err(failed(TransportError::Unexpected));
        }
        let body = read_answer(response, RESPONSE_MAX_BYTES).await.map_err(failed)?;
        tracing::debug!(role = "client", %token_type, "token response received");
        Ok(body)
    }
}

/// The keys an attester lists for the offer's issuer; none when it does not list the issuer.
fn keys_of<'l>(list: &'l IssuerList, offer: &Offer) -> Option<&'l [DirectoryKey]> {
    list.issuers.iter().find(|(name, _)| same_name(name, &offer.issuer_name)).map(|(_, keys)| keys.as_slice())
}

/// The published bytes of the key to use.
fn choose(listed: Option<&[DirectoryKey]>, offer: &Offer, policy: KeyPolicy) -> Result<Vec<u8>, DeclineReason> {
    let listed = listed.ok_or(DeclineReason::UnknownIssuer)?;
    if let (KeyPolicy::DangerTrustChallenge, Some(token_key)) = (policy, &offer.token_key) {
        return Ok(token_key.clone());
    }
    let of_type: Vec<&DirectoryKey> = listed.iter().filter(|key| key.token_type == offer.token_type).collect();
    if of_type.is_empty() {
        return Err(DeclineReason::NoKey);
    }
    if of_type.len() > KEYS_MAX {
        return Err(DeclineReason::TooManyKeys);
    }
    let now = clock::now();
    let key = match &offer.token_key {
        Some(token_key) => {
            let key = of_type.into_iter().find(|key| key.token_key == *token_key).ok_or(DeclineReason::UnlistedKey)?;
            // Nobody else uses a key of the future yet, so a token of it would stand out.
            Some(key).filter(|key| key.is_usable(now.saturating_add(CLOCK_DIFFERENCE)))
        }
        None => of_type.into_iter().find(|key| key.is_usable(now)),
    };
    key.map(|key| key.token_key.clone()).ok_or(DeclineReason::NoKey)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(token_key: Option<Vec<u8>>) -> Offer {
        Offer {
            index: 0,
            token_type: TokenType(2),
            issuer_name: String::new(),
            origin: String::new(),
            bytes: Vec::new(),
            token_key,
            max_age: None,
            received: 0,
        }
    }

    fn key(number: u8, not_before: u64) -> DirectoryKey {
        DirectoryKey { token_type: TokenType(2), token_key: vec![number], not_before: Some(not_before) }
    }

    #[test]
    fn an_origin_can_not_choose_among_many_keys() {
        let keys: Vec<DirectoryKey> = (0..9).map(|number| key(number, 1)).collect();
        for (count, token_key) in [(8, Some(vec![7])), (8, None)] {
            assert!(choose(Some(&keys[..count]), &offer(token_key), KeyPolicy::AttesterList).is_ok());
        }
        for token_key in [Some(vec![7]), None] {
            let chosen = choose(Some(&keys), &offer(token_key), KeyPolicy::AttesterList);
            assert_eq!(chosen, Err(DeclineReason::TooManyKeys));
        }
    }

    #[test]
    fn an_origin_can_not_choose_a_key_that_nobody_uses_yet() {
        let now = clock::now();
        let keys = [key(1, 1), key(2, now + 200), key(3, now + 400)];
        let choose = |number| choose(Some(&keys), &offer(Some(vec![number])), KeyPolicy::AttesterList);
        assert_eq!((choose(1), choose(2), choose(3)), (Ok(vec![1]), Ok(vec![2]), Err(DeclineReason::NoKey)));
    }
}
