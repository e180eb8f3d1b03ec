//! An issuer whose public keys are those of its directory, now and after a rotation.

use privacypass_core::directory::DirectoryKey;
use privacypass_core::{Result, TokenType};

use super::TrustedIssuer;
use crate::cache::DirectoryCache;
use crate::transport::{PlainHttp, TransportError};

/// Follows an issuer's directory, for tokens that public keys verify (type 0x0002).
///
/// Call [`refresh`](Self::refresh) now and then (once a minute costs nothing: the directory is fetched as rarely as its
/// issuer says), and give what it returns to [`OriginLayer::replace_issuers`](super::OriginLayer::replace_issuers).
pub struct FollowedIssuer {
    name: String,
    cache: DirectoryCache,
    keys: Vec<Followed>,
}

/// A key, and since when the directory no longer lists it.
#[derive(Clone, PartialEq)]
struct Followed {
    key: DirectoryKey,
    gone_since: Option<u64>,
}

impl FollowedIssuer {
    /// Follows the issuer called `name` (`host[:port]`); nothing is fetched yet.
    ///
    /// # Errors
    /// As [`DirectoryCache::of_issuer`].
    pub fn new(name: impl Into<String>, plain_http: PlainHttp) -> Result<Self, TransportError> {
        let name = name.into();
        Ok(Self { cache: DirectoryCache::of_issuer(&name, plain_http)?, name, keys: Vec::new() })
    }

    /// Reads the directory and gives the issuer with its keys, if they or their order have changed.
    ///
    /// Challenges name the first key whose time has come at `now` (unix seconds). The others are accepted: those of the
    /// future, for clients whose clock is ahead, and those that the directory no longer lists, for `keep_for` seconds, so
    /// that tokens on their way are not lost. It should be as long as challenges are accepted.
    ///
    /// # Errors
    /// Why the directory could not be fetched. What was given before then still holds.
    pub async fn refresh(&mut self, now: u64, keep_for: u64) -> Result<Option<TrustedIssuer>, TransportError> {
        let fetched = self.cache.get().await?;
        let mut keys: Vec<Followed> = fetched
            .directory()
            .token_keys
            .iter()
            .filter(|key| key.token_type == TokenType::BLIND_RSA_2048 && key.to_token_key().is_ok())
            .map(|key| Followed { key: key.clone(), gone_since: None })
            .collect();
        if keys.is_empty() {
            // An issuer's mistake must not close the origin.
            return Ok(None);
        }
        keys.sort_by_key(|followed| !followed.key.is_usable(now));
        for old in &self.keys {
            let gone_since = old.gone_since.unwrap_or(now);
            let listed = keys.iter().any(|followed| followed.key.token_key == old.key.token_key);
            if !listed && now < gone_since.saturating_add(keep_for) {
                keys.push(Followed { key: old.key.clone(), gone_since: Some(gone_since) });
            }
        }
        if keys == self.keys {
            return Ok(None);
        }
        self.keys = keys;
        // Every key was read above.
        Ok(self.trusted().ok())
    }

    fn trusted(&self) -> Result<TrustedIssuer> {
        self.keys.iter().try_fold(TrustedIssuer::new(&*self.name), |issuer, followed| {
            issuer.with_public_key(followed.key.token_type, &followed.key.token_key)
        })
    }
}
