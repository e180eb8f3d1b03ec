//! The attestation of Cloudflare's tutorial: a person says yes or no.

use hmac::{Hmac, KeyInit, Mac};
use privacypass_core::http::{Base64Value, base64url};
use privacypass_core::provider::{MemorySpendStore, Rng, Spend, SpendKey, SystemRng};
use privacypass_core::{ErrorKind, Result};
use sha2::Sha256;
use zeroize::Zeroize;

use super::{Attestation, Page};
use crate::BoxFuture;
use crate::spend::AsyncSpendStore;

/// For how long a page's answers hold, in seconds.
const LIFETIME: u64 = 600;
/// How many answers may be remembered at once; each takes about 130 bytes.
const REMEMBERED: usize = 1 << 20;

const NONCE: usize = 16;
const TAG: usize = 32;
/// `answer[1] || expiry[8] || nonce[16] || tag[32]`
const DATA: usize = 1 + 8 + NONCE + TAG;

const YES: u8 = 1;
const NO: u8 = 0;

const TEMPLATE: &str = include_str!("yes_no.html");

/// Asks a person whether they are human, and believes them.
///
/// It shows how an attester works; it keeps nobody out. Each page holds two answers, of which one can be used, once,
/// within ten minutes: their MAC is this attester's, so an answer cannot be made elsewhere.
pub struct YesNo {
    /// The secret, and zeros up to the block of the hash, as HMAC fills it.
    secret: [u8; 64],
    used: Box<dyn AsyncSpendStore>,
}

impl YesNo {
    /// Makes an attestation with a random secret, which remembers used answers in memory.
    ///
    /// # Errors
    /// [`ErrorKind::Rng`].
    pub fn new() -> Result<Self> {
        let mut secret = [0; 32];
        SystemRng.fill(&mut secret)?;
        Ok(Self::with_store(secret, MemorySpendStore::new(REMEMBERED)))
    }

    /// Makes an attestation of which several processes can share the secret and the store.
    ///
    /// # Security
    /// The secret must be random: who knows it can make answers.
    #[must_use]
    pub fn with_store(secret: [u8; 32], used: impl AsyncSpendStore) -> Self {
        let mut block = [0; 64];
        block[..32].copy_from_slice(&secret);
        Self { secret: block, used: Box::new(used) }
    }

    fn mac(&self, label: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new((&self.secret).into());
        mac.update(label);
        parts.iter().for_each(|part| mac.update(part));
        mac
    }

    /// The two answers of one page: yes and no.
    fn answers(&self, now: u64) -> Result<[String; 2]> {
        let mut nonce = [0; NONCE];
        SystemRng.fill(&mut nonce)?;
        let expiry = now.saturating_add(LIFETIME).to_be_bytes();
        Ok([YES, NO].map(|answer| {
            let tag = self.mac(b"libprivacypass yes-no v1", &[&[answer], &expiry, &nonce]).finalize().into_bytes();
            let mut data = Vec::with_capacity(DATA);
            for part in [&[answer][..], &expiry, &nonce, &tag] {
                data.extend_from_slice(part);
            }
            base64url(&data)
        }))
    }

    /// Checks the MAC and the time, and gives the answer, what it is remembered under, and its expiry.
    fn open(&self, data: &[u8], now: u64) -> Result<(u8, SpendKey, u64)> {
        self.parse(data, now).ok_or_else(|| ErrorKind::Attestation.into())
    }

    fn parse(&self, data: &[u8], now: u64) -> Option<(u8, SpendKey, u64)> {
        let value = Base64Value::parse(data).ok()?;
        let mut bytes = [0; DATA];
        if value.decode(&mut bytes).ok()?.len() != DATA {
            return None;
        }
        let (body, tag) = bytes.split_last_chunk::<TAG>()?;
        self.mac(b"libprivacypass yes-no v1", &[body]).verify_slice(tag).ok()?;
        let (answer, rest) = body.split_first()?;
        let (expiry, nonce) = rest.split_first_chunk::<8>()?;
        let expires_at = u64::from_be_bytes(*expiry);
        // Yes and no of one page share the nonce, so that using one uses up both.
        let key = self.mac(b"libprivacypass yes-no used v1", &[nonce]).finalize().into_bytes().into();
        (now < expires_at).then_some((*answer, key, expires_at))
    }
}

impl Drop for YesNo {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl Attestation for YesNo {
    fn page(&self, now: u64) -> Result<Page> {
        let mut nonce = [0; 18];
        SystemRng.fill(&mut nonce)?;
        let nonce = base64url(&nonce);
        let [yes, no] = self.answers(now)?;
        let html = TEMPLATE.replace("{{nonce}}", &nonce).replace("{{yes}}", &yes).replace("{{no}}", &no);
        let content_security_policy = format!(
            "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        );
        Ok(Page { html, content_security_policy })
    }

    fn json(&self, now: u64) -> Result<Option<String>> {
        let [yes, no] = self.answers(now)?;
        let answers = serde_json::json!({ "question": "Are you human?", "answers": { "yes": yes, "no": no } });
        Ok(Some(answers.to_string()))
    }

    fn check<'a>(&'a self, data: &'a [u8], now: u64) -> BoxFuture<'a, Result<()>> {
        // A "no" passes here, so that it is used up when it comes with a request.
        Box::pin(std::future::ready(self.open(data, now).map(|_| ())))
    }

    fn accept<'a>(&'a self, data: &'a [u8], now: u64) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let (answer, key, expires_at) = self.open(data, now)?;
            match (self.used.spend(&key, expires_at, now).await?, answer) {
                (Spend::Fresh, YES) => Ok(()),
                _ => Err(ErrorKind::Attestation.into()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use privacypass_core::Error;

    const REFUSED: Result<()> = Err(Error::new(ErrorKind::Attestation));

    #[tokio::test]
    async fn an_answer_holds_once() {
        let attestation = YesNo::new().unwrap();
        let [yes, no] = attestation.answers(100).unwrap();
        assert_eq!(attestation.check(yes.as_bytes(), 100).await, Ok(()));
        assert_eq!(attestation.accept(yes.as_bytes(), 100).await, Ok(()));
        assert_eq!(attestation.accept(yes.as_bytes(), 100).await, REFUSED);
        assert_eq!(attestation.accept(no.as_bytes(), 100).await, REFUSED);
    }

    #[tokio::test]
    async fn after_a_no_the_same_page_has_no_yes() {
        let attestation = YesNo::new().unwrap();
        let [yes, no] = attestation.answers(100).unwrap();
        assert_eq!(attestation.accept(no.as_bytes(), 100).await, REFUSED);
        assert_eq!(attestation.accept(yes.as_bytes(), 100).await, REFUSED);
    }

    #[tokio::test]
    async fn an_answer_expires_and_cannot_be_changed_or_made_elsewhere() {
        let attestation = YesNo::new().unwrap();
        let [yes, _] = attestation.answers(100).unwrap();
        assert_eq!(attestation.check(yes.as_bytes(), 99 + LIFETIME).await, Ok(()));
        assert_eq!(attestation.check(yes.as_bytes(), 100 + LIFETIME).await, REFUSED);
        assert_eq!(YesNo::new().unwrap().accept(yes.as_bytes(), 100).await, REFUSED);
        let bytes = Base64Value::parse(yes.as_bytes()).unwrap().decode_to_vec();
        for position in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[position] ^= 1;
            assert_eq!(attestation.check(base64url(&changed).as_bytes(), 100).await, REFUSED, "{position}");
        }
        for data in ["", "test", "%%%", &yes[..yes.len() - 4]] {
            assert_eq!(attestation.check(data.as_bytes(), 100).await, REFUSED, "{data}");
        }
        assert_eq!(attestation.accept(yes.as_bytes(), 100).await, Ok(()));
    }
}
