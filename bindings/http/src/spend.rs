//! Spend stores: the only shared state of Privacy Pass.
//!
//! An origin asks an [`AsyncSpendStore`]. Every [`SpendStore`] of the core is one, by an adapter that calls it in place:
//! right for memory. Wrap a store that waits for a disk or a socket without async in [`Blocking`].

use std::sync::Arc;

use privacypass_core::provider::{Spend, SpendKey, SpendStore};
use privacypass_core::{ErrorKind, Result};
use tokio::sync::Semaphore;

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
///
/// At most 64 calls are with the store at once; further ones wait for their turn, and a request whose time is over while it
/// waits has spent nothing. So a store that hangs does not take the threads that verify tokens.
pub struct Blocking<S> {
    store: Arc<S>,
    places: Arc<Semaphore>,
}

/// How many calls may be with a blocking store at once: far fewer than the runtime has threads for such work.
const BLOCKING_CALLS: usize = 64;

impl<S: SpendStore + Send + Sync + 'static> Blocking<S> {
    /// Wraps a store.
    #[must_use]
    pub fn new(store: S) -> Self {
        Self { store: Arc::new(store), places: Arc::new(Semaphore::new(BLOCKING_CALLS)) }
    }
}

impl<S: SpendStore + Send + Sync + 'static> AsyncSpendStore for Blocking<S> {
    fn spend<'a>(&'a self, key: &'a SpendKey, expires_at: u64, now: u64) -> BoxFuture<'a, Result<Spend>> {
        let (store, places, key) = (Arc::clone(&self.store), Arc::clone(&self.places), *key);
        Box::pin(async move {
            let place = places.acquire_owned().await.map_err(|_| ErrorKind::Store)?;
            // The place goes with the call and not with the caller: a call whose caller gave up still counts.
            let call = move || {
                let _place = place;
                store.spend(&key, expires_at, now)
            };
            tokio::task::spawn_blocking(call).await.unwrap_or(Err(ErrorKind::Store.into()))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{Receiver, channel};
    use std::sync::{Mutex, PoisonError};
    use std::time::Duration;

    use super::*;

    /// A store whose calls wait until the test lets them go.
    struct Stuck {
        calls: Arc<AtomicUsize>,
        gate: Mutex<Receiver<()>>,
    }

    impl SpendStore for Stuck {
        fn spend(&self, _: &SpendKey, _: u64, _: u64) -> Result<Spend> {
            self.calls.fetch_add(1, Ordering::SeqCst);
            self.gate.lock().unwrap_or_else(PoisonError::into_inner).recv().ok();
            Ok(Spend::Fresh)
        }
    }

    #[tokio::test]
    async fn a_store_that_hangs_takes_a_bounded_number_of_threads() {
        let calls = Arc::new(AtomicUsize::new(0));
        let (release, gate) = channel::<()>();
        let store = Arc::new(Blocking::new(Stuck { calls: Arc::clone(&calls), gate: Mutex::new(gate) }));
        let late = (0..BLOCKING_CALLS + 20).map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let spend = AsyncSpendStore::spend(&*store, &[0; 32], 1, 0);
                tokio::time::timeout(Duration::from_millis(300), spend).await.is_err()
            })
        });
        for late in late.collect::<Vec<_>>() {
            assert!(late.await.unwrap());
        }
        assert_eq!(calls.load(Ordering::SeqCst), BLOCKING_CALLS);
        drop(release);
        assert_eq!(AsyncSpendStore::spend(&*store, &[0; 32], 1, 0).await, Ok(Spend::Fresh));
        assert_eq!(calls.load(Ordering::SeqCst), BLOCKING_CALLS + 1, "those whose time was over spent nothing");
    }
}
