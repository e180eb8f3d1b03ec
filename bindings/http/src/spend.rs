//! Spend stores: the only shared state of Privacy Pass.
//!
//! An origin asks an [`AsyncSpendStore`]. Every [`SpendStore`] of the core is one, by an adapter that calls it in place:
//! right for memory. Wrap a store that waits for a disk or a socket without async in [`Blocking`].

use std::sync::Arc;

use privacypass_core::provider::{Spend, SpendKey, SpendStore};
use privacypass_core::{ErrorKind, Result};

pub use privacypass_core::provider::MemorySpendStore;

use crate::BoxFuture;

/// The set of keys already spent, asked without blocking.
///
/// # Security
/// As for [`SpendStore`]: one call is **one atomic step**, an unexpired key is never forgotten, and a store without room
/// fails. A future that is dropped half-way may leave the key spent; the token then counts as used.
pub trait AsyncSpendStore: Send + Sync + 'static {
    /// Inserts `key`, unless it is there, until `expires_at`; both times are unix seconds.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when the store failed, [`ErrorKind::Exhausted`] when it is full. The origin answers 503.
    fn spend<'a>(&'a self, key: &'a SpendKey, expires_at: u64, now: u64) -> BoxFuture<'a, Result<Spend>>;
}

impl<S: SpendStore + Send + Sync + 'static> AsyncSpendStore for S {
    fn spend<'a>(&'a self, key: &'a SpendKey, expires_at: u64, now: u64) -> BoxFuture<'a, Result<Spend>> {
        Box::pin(std::future::ready(SpendStore::spend(self, key, expires_at, now)))
    }
}

/// Calls a store that blocks on a thread where it may.
pub struct Blocking<S>(Arc<S>);

impl<S: SpendStore + Send + Sync + 'static> Blocking<S> {
    /// Wraps a store.
    #[must_use]
    pub fn new(store: S) -> Self {
        Self(Arc::new(store))
    }
}

impl<S: SpendStore + Send + Sync + 'static> AsyncSpendStore for Blocking<S> {
    fn spend<'a>(&'a self, key: &'a SpendKey, expires_at: u64, now: u64) -> BoxFuture<'a, Result<Spend>> {
        let (store, key) = (Arc::clone(&self.0), *key);
        Box::pin(async move {
            tokio::task::spawn_blocking(move || store.spend(&key, expires_at, now))
                .await
                .unwrap_or(Err(ErrorKind::Store.into()))
        })
    }
}
