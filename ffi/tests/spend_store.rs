//! The spend store in memory, called as C calls it. What a callback may answer is tested in src/spend_store.rs.
#![allow(unsafe_code)]
#![cfg(feature = "std")]

use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicUsize, Ordering};

use privacypass::memory_spend_store::{
    pp_memory_spend_store, pp_memory_spend_store_free, pp_memory_spend_store_len, pp_memory_spend_store_new,
    pp_memory_spend_store_table,
};
use privacypass::spend_store::{PP_SPEND_KEY_BYTES, pp_spend_store};
use privacypass::status::{
    PP_ERR_EXHAUSTED, PP_ERR_MISUSE, PP_ERR_REPLAYED, PP_ERR_STORE, PP_NONE, PP_OK, pp_detail, pp_status,
};

/// Calls a function with a detail; gives the status and the argument it is about.
macro_rules! call {
    ($function:ident($($argument:expr),*)) => {{
        let mut detail = pp_detail { status: 77, argument: 77, offset: 77, index: 77 };
        // SAFETY: every pointer is good, NULL, or wrong in a way that the function must notice.
        let status = unsafe { $function($($argument,)* &raw mut detail) };
        assert_eq!((detail.status, detail.offset, detail.index), (status, PP_NONE, PP_NONE));
        (status, detail.argument)
    }};
}

/// A store and its table, which ends it. The table may be used on any thread.
struct Store {
    handle: *mut pp_memory_spend_store,
    table: pp_spend_store,
}

// SAFETY: as the header says, any number of threads may use a store.
unsafe impl Sync for Store {}

impl Store {
    fn new(capacity: usize) -> Self {
        let mut handle = null_mut();
        assert_eq!(call!(pp_memory_spend_store_new(&raw mut handle, capacity)), (PP_OK, 0));
        let mut table = pp_spend_store { struct_size: 0, ctx: null_mut(), spend: None };
        assert_eq!(call!(pp_memory_spend_store_table(handle, &raw mut table)), (PP_OK, 0));
        assert_eq!(table.struct_size, size_of::<pp_spend_store>());
        Self { handle, table }
    }

    fn spend(&self, key: [u8; PP_SPEND_KEY_BYTES], expires_at: u64, now: u64) -> pp_status {
        // SAFETY: the table is the library's, the key has its 32 bytes.
        unsafe { self.table.spend.unwrap()(self.table.ctx, key.as_ptr(), expires_at, now) }
    }

    fn len(&self) -> usize {
        // SAFETY: a live handle.
        unsafe { pp_memory_spend_store_len(self.handle) }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // SAFETY: a live handle, which nothing uses afterwards.
        unsafe { pp_memory_spend_store_free(self.handle) };
    }
}

fn key(number: usize) -> [u8; PP_SPEND_KEY_BYTES] {
    let mut key = [0; PP_SPEND_KEY_BYTES];
    key[0] = u8::try_from(number % 256).unwrap();
    key[1..9].copy_from_slice(&(number as u64).to_be_bytes());
    key
}

#[test]
fn a_key_is_fresh_once_until_it_expires() {
    let store = Store::new(10);
    assert_eq!((store.spend(key(1), 10, 0), store.len()), (PP_OK, 1));
    assert_eq!((store.spend(key(1), 10, 9), store.len()), (PP_ERR_REPLAYED, 1));
    assert_eq!((store.spend(key(2), 10, 9), store.len()), (PP_OK, 2));
    assert_eq!(store.spend(key(1), 20, 10), PP_OK);
}

#[test]
fn a_full_store_refuses_and_forgets_nothing() {
    let store = Store::new(3);
    for number in 0..3 {
        assert_eq!(store.spend(key(number), 10, 0), PP_OK);
    }
    assert_eq!(store.spend(key(3), 10, 0), PP_ERR_EXHAUSTED);
    for number in 0..3 {
        assert_eq!(store.spend(key(number), 10, 0), PP_ERR_REPLAYED);
    }
    assert_eq!((store.spend(key(3), 20, 10), store.len()), (PP_OK, 1), "expired keys make room");
    assert_eq!(store.spend(key(0), 10, 9), PP_ERR_STORE, "forgotten, and not expired at the time of this call");
    assert_eq!(Store::new(0).spend(key(0), 10, 0), PP_ERR_EXHAUSTED);
}

#[test]
fn of_many_threads_one_wins() {
    const KEYS: usize = 50_000;
    // More than there are processors would wait for each other's turn, and seldom meet.
    let threads = std::thread::available_parallelism().map_or(2, |count| count.get().clamp(2, 8));
    let (store, arrived) = (Store::new(KEYS), AtomicUsize::new(0));
    let fresh: Vec<AtomicUsize> = (0..KEYS).map(|_| AtomicUsize::new(0)).collect();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                for (number, fresh) in fresh.iter().enumerate() {
                    // All threads come to each key at the same moment. A `Barrier` lets them go one after the other.
                    arrived.fetch_add(1, Ordering::AcqRel);
                    let mut turns = 0;
                    while arrived.load(Ordering::Acquire) < (number + 1) * threads {
                        turns += 1;
                        if turns % 64 == 0 { std::thread::yield_now() } else { std::hint::spin_loop() }
                    }
                    match store.spend(key(number), 10, 0) {
                        PP_OK => fresh.fetch_add(1, Ordering::Relaxed),
                        status => usize::try_from(status - PP_ERR_REPLAYED).unwrap(),
                    };
                }
            });
        }
    });
    assert!(fresh.iter().all(|fresh| fresh.load(Ordering::Relaxed) == 1));
    assert_eq!(store.len(), KEYS);
}

#[test]
fn arguments_are_checked() {
    let store = Store::new(1);
    assert_eq!(call!(pp_memory_spend_store_new(null_mut(), 1)), (PP_ERR_MISUSE, 1));
    let mut table = store.table;
    assert_eq!(call!(pp_memory_spend_store_table(null(), &raw mut table)), (PP_ERR_MISUSE, 1));
    let no_store = [0u64; 16];
    let no_store = no_store.as_ptr().cast::<pp_memory_spend_store>();
    assert_eq!(call!(pp_memory_spend_store_table(no_store, &raw mut table)), (PP_ERR_MISUSE, 1));
    assert_eq!(call!(pp_memory_spend_store_table(store.handle, null_mut())), (PP_ERR_MISUSE, 2));
    let misaligned = store.handle.cast::<u8>().wrapping_add(1).cast::<pp_memory_spend_store>();
    assert_eq!(call!(pp_memory_spend_store_table(misaligned, &raw mut table)), (PP_ERR_MISUSE, 1));

    let spend = store.table.spend.unwrap();
    // SAFETY: NULL, zeros, and what is no store are what is tested.
    unsafe {
        assert_eq!((pp_memory_spend_store_len(null()), pp_memory_spend_store_len(no_store)), (0, 0));
        assert_eq!(spend(null_mut(), key(0).as_ptr(), 10, 0), PP_ERR_MISUSE);
        assert_eq!(spend(no_store.cast_mut().cast(), key(0).as_ptr(), 10, 0), PP_ERR_MISUSE);
        assert_eq!(spend(store.table.ctx, null(), 10, 0), PP_ERR_MISUSE);
        assert_eq!(pp_memory_spend_store_new(null_mut(), 1, null_mut()), PP_ERR_MISUSE);
        pp_memory_spend_store_free(null_mut());
        pp_memory_spend_store_free(no_store.cast_mut());
    }
    assert_eq!(store.len(), 0);
}
