//! A spend store in memory, for one process.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

use super::{Spend, SpendKey, SpendStore};
use crate::error::{ErrorKind, Result};

/// How many shards share the keys: enough that threads of one machine seldom wait for each other.
const SHARDS: usize = 64;

/// A [`SpendStore`] in memory, bounded and shared by the threads of one process.
///
/// Each spend is one insertion under one lock. When a shard is full of unexpired keys it refuses
/// ([`ErrorKind::Exhausted`]) and never evicts: a forgotten key is a token that can be redeemed twice. A restart forgets
/// all; so change the origin's challenge secret at a restart, or use a durable store.
pub struct MemorySpendStore {
    shards: Vec<Mutex<Shard>>,
    capacity_per_shard: usize,
}

#[derive(Default)]
struct Shard {
    expiries: HashMap<SpendKey, u64>,
    /// The same keys by expiry, so that expired ones are found without a scan.
    by_expiry: BTreeMap<u64, Vec<SpendKey>>,
}

/// How many expired keys one spend removes at most: more than the one it adds, and few enough to be quick.
const SWEEP: usize = 32;

impl MemorySpendStore {
    /// Makes a store for about `capacity` keys that are unexpired at the same time.
    ///
    /// Keys spread over 64 shards; each holds a 64th of the capacity, rounded up, and an eighth more for uneven spread.
    /// A key takes about 130 bytes.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        let even = capacity.div_ceil(SHARDS);
        let capacity_per_shard = even.saturating_add(even.div_ceil(8)).max(1);
        Self { shards: core::iter::repeat_with(Mutex::default).take(SHARDS).collect(), capacity_per_shard }
    }

    /// The number of keys held, with those expired that no spend has removed yet.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).expiries.len()).sum()
    }

    /// Whether no key is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shard(&self, key: &SpendKey) -> MutexGuard<'_, Shard> {
        // Keys are hashes, so any byte of one spreads evenly.
        lock(&self.shards[usize::from(key[0]) % SHARDS])
    }
}

/// A panic elsewhere cannot leave a shard half changed, so a poisoned lock is still good.
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SpendStore for MemorySpendStore {
    fn spend(&self, key: &SpendKey, expires_at: u64, now: u64) -> Result<Spend> {
        let mut shard = self.shard(key);
        if shard.expiries.get(key).is_some_and(|expiry| *expiry > now) {
            return Ok(Spend::Replayed);
        }
        shard.sweep(now);
        if shard.expiries.len() >= self.capacity_per_shard {
            return Err(ErrorKind::Exhausted.into());
        }
        shard.expiries.insert(*key, expires_at);
        shard.by_expiry.entry(expires_at).or_default().push(*key);
        Ok(Spend::Fresh)
    }
}

impl Shard {
    /// Removes some of the expired keys.
    fn sweep(&mut self, now: u64) {
        for _ in 0..SWEEP {
            let Some(mut oldest) = self.by_expiry.first_entry().filter(|oldest| *oldest.key() <= now) else { return };
            match oldest.get_mut().pop() {
                // A key spent again after its expiry stands under its new expiry too.
                Some(key) if self.expiries.get(&key) == Some(oldest.key()) => drop(self.expiries.remove(&key)),
                Some(_) => {}
                None => drop(oldest.remove()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u16) -> SpendKey {
        let mut key = [0; 32];
        key[1..3].copy_from_slice(&number.to_be_bytes());
        key
    }

    #[test]
    fn a_key_is_fresh_once_until_it_expires() {
        let store = MemorySpendStore::new(100);
        assert_eq!(store.spend(&key(1), 10, 0), Ok(Spend::Fresh));
        assert_eq!(store.spend(&key(1), 10, 9), Ok(Spend::Replayed));
        assert_eq!(store.spend(&key(2), 10, 9), Ok(Spend::Fresh));
        assert_eq!(store.spend(&key(1), 20, 10), Ok(Spend::Fresh));
        assert_eq!(store.spend(&key(1), 20, 10), Ok(Spend::Replayed));
    }

    #[test]
    fn a_full_store_refuses_and_forgets_nothing() {
        let store = MemorySpendStore::new(SHARDS * 8);
        let capacity = u16::try_from(store.capacity_per_shard).unwrap();
        for number in 0..capacity {
            assert_eq!(store.spend(&key(number), 100 + u64::from(number), 0), Ok(Spend::Fresh));
        }
        assert_eq!(store.spend(&key(capacity), 200, 99), Err(ErrorKind::Exhausted.into()));
        for number in 0..capacity {
            assert_eq!(store.spend(&key(number), 200, 99), Ok(Spend::Replayed), "{number}");
        }
        // At 100 the first entry expires, which makes room for one.
        assert_eq!(store.spend(&key(capacity), 200, 100), Ok(Spend::Fresh));
        assert_eq!(store.spend(&key(capacity + 1), 200, 100), Err(ErrorKind::Exhausted.into()));
    }
}
