//! A spend store in memory, for one process.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

use super::{Spend, SpendKey, SpendStore};
use crate::error::{ErrorKind, Result};

/// How many shards share the keys: enough that threads of one machine seldom wait for each other.
const SHARDS: usize = 64;

/// A [`SpendStore`] in memory, bounded and shared by the threads of one process.
///
/// Each spend is one insertion under one lock. When the store is full of unexpired keys it refuses
/// ([`ErrorKind::Exhausted`]) and never evicts: a forgotten key is a token that can be redeemed twice. A restart forgets
/// all; so change the origin's challenge secret at a restart, or use a durable store.
///
/// The times callers give need not be in order: a thread may have read the clock, and been overtaken. An expired key is
/// kept for another minute while there is room, and a call with a time at which a forgotten key was not expired fails
/// ([`ErrorKind::Store`]), because its key may be the one. So neither a slow thread nor a clock that is set back redeems a
/// token twice.
pub struct MemorySpendStore {
    shards: Vec<Mutex<Shard>>,
    capacity: usize,
    /// The keys in all shards, those being inserted included.
    held: AtomicUsize,
}

#[derive(Default)]
struct Shard {
    expiries: HashMap<SpendKey, u64>,
    /// The same keys by expiry, so that expired ones are found without a scan.
    by_expiry: BTreeMap<u64, Vec<SpendKey>>,
    /// The latest expiry of all keys that were removed: before it, an absent key is not known to be fresh.
    forgotten_until: u64,
}

/// How many expired keys one spend removes at most: more than the one it adds, and few enough to be quick.
const SWEEP: usize = 32;
/// For how many seconds an expired key is kept while there is room: longer than a call waits between reading the clock and
/// coming here.
const KEPT_AFTER_EXPIRY: u64 = 60;

impl MemorySpendStore {
    /// Makes a store that holds up to `capacity` keys at a time, at about 130 bytes a key.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        let shards = core::iter::repeat_with(Mutex::default).take(SHARDS).collect();
        Self { shards, capacity, held: AtomicUsize::new(0) }
    }

    /// The number of keys held, with those expired that no spend has removed yet.
    #[must_use]
    pub fn len(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// Whether no key is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Spends `key` if there is room, under one lock.
    fn try_spend(&self, key: &SpendKey, expires_at: u64, now: u64) -> Option<Result<Spend>> {
        // Keys are hashes, so any byte of one spreads evenly.
        let mut shard = lock(&self.shards[usize::from(key[0]) % SHARDS]);
        if shard.expiries.get(key).is_some_and(|expiry| *expiry > now) {
            return Some(Ok(Spend::Replayed));
        }
        if now < shard.forgotten_until {
            return Some(Err(ErrorKind::Store.into()));
        }
        self.held.fetch_sub(shard.sweep(now.saturating_sub(KEPT_AFTER_EXPIRY)), Ordering::Relaxed);
        let room = |held| (held < self.capacity).then_some(held + 1);
        self.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room).ok()?;
        if shard.expiries.insert(*key, expires_at).is_some() {
            // It was there, expired, and has only got a new expiry.
            self.held.fetch_sub(1, Ordering::Relaxed);
        }
        shard.by_expiry.entry(expires_at).or_default().push(*key);
        Some(Ok(Spend::Fresh))
    }
}

/// A panic elsewhere cannot leave a shard half changed, so a poisoned lock is still good.
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SpendStore for MemorySpendStore {
    fn spend(&self, key: &SpendKey, expires_at: u64, now: u64) -> Result<Spend> {
        if let Some(spend) = self.try_spend(key, expires_at, now) {
            return spend;
        }
        // Full: every shard may hold expired keys. The second try looks for the key again, under the lock.
        for shard in &self.shards {
            self.held.fetch_sub(lock(shard).sweep(now), Ordering::Relaxed);
        }
        self.try_spend(key, expires_at, now).unwrap_or(Err(ErrorKind::Exhausted.into()))
    }
}

impl Shard {
    /// Removes some of the expired keys and gives their number.
    fn sweep(&mut self, now: u64) -> usize {
        let before = self.expiries.len();
        for _ in 0..SWEEP {
            let Some(mut oldest) = self.by_expiry.first_entry().filter(|oldest| *oldest.key() <= now) else { break };
            match oldest.get_mut().pop() {
                // A key spent again after its expiry stands under its new expiry too.
                Some(key) if self.expiries.get(&key) == Some(oldest.key()) => {
                    self.forgotten_until = self.forgotten_until.max(*oldest.key());
                    self.expiries.remove(&key);
                }
                Some(_) => {}
                None => drop(oldest.remove()),
            }
        }
        before - self.expiries.len()
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
        const CAPACITY: u16 = 500;
        let store = MemorySpendStore::new(CAPACITY.into());
        let spread = |number: u16| core::array::from_fn(|i| key(number.wrapping_mul(7))[(i + 1) % 32]);
        for number in 0..CAPACITY {
            assert_eq!(store.spend(&spread(number), 100 + u64::from(number), 0), Ok(Spend::Fresh));
        }
        assert_eq!(store.spend(&spread(CAPACITY), 2000, 99), Err(ErrorKind::Exhausted.into()));
        for number in 0..CAPACITY {
            assert_eq!(store.spend(&spread(number), 2000, 99), Ok(Spend::Replayed), "{number}");
        }
        assert_eq!(store.len(), usize::from(CAPACITY));
        // At 100 the first entry expires, in whatever shard, which makes room for one.
        assert_eq!(store.spend(&spread(CAPACITY), 2000, 100), Ok(Spend::Fresh));
        assert_eq!(store.spend(&spread(CAPACITY + 1), 2000, 100), Err(ErrorKind::Exhausted.into()));
    }

    #[test]
    fn a_call_that_was_overtaken_does_not_spend_again() {
        // A thread reads the clock at 9, when the key is not expired, and waits; others come at 10 and later.
        let store = MemorySpendStore::new(100);
        assert_eq!(store.spend(&key(1), 10, 0), Ok(Spend::Fresh));
        for later in 2..50 {
            assert_eq!(store.spend(&key(later), 100, 10), Ok(Spend::Fresh));
        }
        assert_eq!(store.spend(&key(1), 20, 9), Ok(Spend::Replayed));
        // Nor is a thread with another key held up.
        assert_eq!(store.spend(&key(50), 20, 9), Ok(Spend::Fresh));
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_key_fresh() {
        let store = MemorySpendStore::new(100);
        assert_eq!(store.spend(&key(1), 10, 0), Ok(Spend::Fresh));
        assert_eq!(store.spend(&key(2), 9999, 9 + KEPT_AFTER_EXPIRY), Ok(Spend::Fresh));
        assert_eq!(store.spend(&key(1), 10, 9), Ok(Spend::Replayed), "still there");
        assert_eq!(store.spend(&key(3), 9999, 10 + KEPT_AFTER_EXPIRY), Ok(Spend::Fresh));
        assert_eq!(store.spend(&key(1), 10, 9), Err(ErrorKind::Store.into()), "forgotten");
        assert_eq!(store.spend(&key(2), 9999, 9), Ok(Spend::Replayed));
        assert_eq!(store.spend(&key(4), 20, 10), Ok(Spend::Fresh), "from then on there is no doubt");
        // A full store forgets at once, and then does not guess either.
        let store = MemorySpendStore::new(1);
        assert_eq!(store.spend(&key(1), 10, 0), Ok(Spend::Fresh));
        assert_eq!(store.spend(&key(2), 20, 10), Ok(Spend::Fresh));
        assert_eq!(store.spend(&key(1), 20, 9), Err(ErrorKind::Store.into()));
    }

    #[test]
    fn expired_keys_leave_and_the_count_stays_true() {
        let store = MemorySpendStore::new(1000);
        for now in 0..200u16 {
            for number in 0..50 {
                assert_eq!(store.spend(&key(number), u64::from(now) + 1, now.into()), Ok(Spend::Fresh));
            }
        }
        let held: usize = store.shards.iter().map(|shard| lock(shard).expiries.len()).sum();
        assert_eq!((store.len(), held), (50, 50));
        let _ = store.spend(&[9; 32], 1000, 500);
        let _ = store.spend(&key(1000), 1000, 500);
        let waiting: usize = store.shards.iter().map(|shard| lock(shard).by_expiry.len()).sum();
        assert!(waiting < 200, "{waiting} old expiries are still held");
    }
}
