//! Spend stores, called as C calls them. What else a callback may answer is tested in src/spend_store.rs.
#![allow(unsafe_code)]
#![cfg(feature = "std")]

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicUsize, Ordering};

use privacypass::bytes::pp_bytes;
use privacypass::issuer_key::{pp_issuer_key_derive_voprf_p384, pp_issuer_key_free, pp_issuer_key_new};
use privacypass::memory_spend_store::{
    pp_memory_spend_store, pp_memory_spend_store_free, pp_memory_spend_store_len, pp_memory_spend_store_new,
    pp_memory_spend_store_table,
};
use privacypass::origin::{
    pp_expected, pp_origin_redeem, pp_verifier_key, pp_verifier_key_free, pp_verifier_key_from_issuer_key,
    pp_verifier_key_new,
};
use privacypass::spend_store::{PP_SPEND_KEY_BYTES, pp_spend_store};
use privacypass::status::{
    PP_ERR_EXHAUSTED, PP_ERR_INVALID_TOKEN, PP_ERR_MISUSE, PP_ERR_REPLAYED, PP_ERR_STORE, PP_NONE, PP_OK, pp_detail,
    pp_status,
};
use privacypass_core::client::Client;
use privacypass_core::issuer::{Issuer, IssuerKey};
use privacypass_core::provider::SystemRng;
use privacypass_core::wire::TokenChallengeRef;

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

/// A token for `CHALLENGE` of a key that `verifier_key` holds too.
struct Token {
    token: Vec<u8>,
    verifier_key: *mut pp_verifier_key,
}

const CHALLENGE: &[u8] = b"\0\x01\0\x0Eissuer.example\0\0\x0Eorigin.example";
const SEED: [u8; 32] = [7; 32];

impl Token {
    fn new() -> Self {
        let issuer_keys = [IssuerKey::derive_voprf_p384(&SEED).unwrap()];
        let token_key = issuer_keys[0].public().clone();
        let client = Client::new(&token_key);
        let challenge = TokenChallengeRef::parse(CHALLENGE).unwrap();
        let (request, pending) = client.begin(&challenge, &mut SystemRng).unwrap();
        let response = Issuer::new(&issuer_keys).issue(&request, &mut SystemRng).unwrap();
        let token = client.finish(pending, &response).unwrap().as_bytes().to_vec();

        let (mut issuer_key, mut verifier_key) = (null_mut(), null_mut());
        assert_eq!(call!(pp_issuer_key_new(&raw mut issuer_key)), (PP_OK, 0));
        assert_eq!(call!(pp_issuer_key_derive_voprf_p384(issuer_key, SEED.as_ptr(), SEED.len())), (PP_OK, 0));
        assert_eq!(call!(pp_verifier_key_new(&raw mut verifier_key)), (PP_OK, 0));
        assert_eq!(call!(pp_verifier_key_from_issuer_key(verifier_key, issuer_key)), (PP_OK, 0));
        // SAFETY: a live handle, which nothing uses afterwards.
        unsafe { pp_issuer_key_free(issuer_key) };
        Self { token, verifier_key }
    }

    fn redeem(&self, store: *const pp_spend_store) -> (pp_status, u32) {
        let expected = pp_expected {
            struct_size: size_of::<pp_expected>(),
            challenge: pp_bytes { data: CHALLENGE.as_ptr(), len: CHALLENGE.len() },
            digests: null(),
            digest_count: 0,
            accepts: None,
            ctx: null_mut(),
        };
        let (keys, token) = ([self.verifier_key.cast_const()], &self.token);
        call!(pp_origin_redeem(
            keys.as_ptr(),
            1,
            null_mut(),
            token.as_ptr(),
            token.len(),
            &raw const expected,
            store,
            1_700_000_600,
            1_700_000_000
        ))
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        // SAFETY: a live handle, which nothing uses afterwards.
        unsafe { pp_verifier_key_free(self.verifier_key) };
    }
}

#[test]
fn a_token_is_redeemed_once() {
    let (mut token, store) = (Token::new(), Store::new(1));
    assert_eq!(token.redeem(&raw const store.table), (PP_OK, 0));
    assert_eq!(token.redeem(&raw const store.table), (PP_ERR_REPLAYED, 0));
    assert_eq!(Token::new().redeem(&raw const store.table), (PP_ERR_EXHAUSTED, 0));
    *token.token.last_mut().unwrap() ^= 1;
    let store = Store::new(1);
    assert_eq!(token.redeem(&raw const store.table), (PP_ERR_INVALID_TOKEN, 0));
    assert_eq!(store.len(), 0, "a token that does not verify is not spent");
}

#[test]
fn a_store_that_fails_lets_nobody_in() {
    /// Answers what `ctx` points to.
    unsafe extern "C" fn answer(ctx: *mut c_void, _: *const u8, expires_at: u64, now: u64) -> pp_status {
        if (expires_at, now) != (1_700_000_600, 1_700_000_000) {
            return PP_ERR_MISUSE;
        }
        // SAFETY: the test gives a status.
        unsafe { *ctx.cast::<pp_status>() }
    }
    let token = Token::new();
    for (mut says, status) in [
        (PP_OK, PP_OK),
        (PP_ERR_REPLAYED, PP_ERR_REPLAYED),
        (PP_ERR_EXHAUSTED, PP_ERR_EXHAUSTED),
        (PP_ERR_STORE, PP_ERR_STORE),
        (1, PP_ERR_STORE),
        (PP_ERR_MISUSE, PP_ERR_STORE),
        (PP_ERR_INVALID_TOKEN, PP_ERR_STORE),
    ] {
        let struct_size = size_of::<pp_spend_store>();
        let mut table = pp_spend_store { struct_size, ctx: (&raw mut says).cast(), spend: Some(answer) };
        assert_eq!(token.redeem(&raw const table), (status, 0));
        table.spend = None;
        assert_eq!(token.redeem(&raw const table), (PP_ERR_MISUSE, 7));
    }
    assert_eq!(token.redeem(null()), (PP_ERR_MISUSE, 7));
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
