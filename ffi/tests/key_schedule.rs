//! Key schedules, called as C calls them.
#![allow(unsafe_code)]
#![cfg(feature = "std")]

use std::ptr::{null, null_mut};

use privacypass::bytes::pp_bytes;
use privacypass::directory::{
    pp_directory, pp_directory_free, pp_directory_key, pp_directory_key_for, pp_directory_parse,
};
use privacypass::key_schedule::*;
use privacypass::status::*;
use privacypass_core::directory::RotationPolicy;
use privacypass_core::wire::TokenKeyId;

/// Calls a function with a detail; gives the status and the argument it is about.
macro_rules! call {
    ($function:ident($($argument:expr),* $(,)?)) => {{
        let mut detail = pp_detail { status: 77, argument: 77, offset: 77, index: 77 };
        // SAFETY: every pointer is good, NULL, or wrong in a way that the function must notice.
        let status = unsafe { $function($($argument,)* &raw mut detail) };
        assert_eq!((detail.status, detail.index), (status, PP_NONE));
        (status, detail.argument)
    }};
}

const OK: (pp_status, u32) = (PP_OK, 0);

const fn misuse(argument: u32) -> (pp_status, u32) {
    (PP_ERR_MISUSE, argument)
}

const TYPE: u16 = 2;
const POLICY: pp_rotation_policy = pp_rotation_policy { lead: 10, active: 100, overlap: 20 };
const URI: &[u8] = b"/token-request";

/// A schedule, which ends it.
struct Schedule(*mut pp_key_schedule);

impl Drop for Schedule {
    fn drop(&mut self) {
        // SAFETY: a live handle, which nothing uses afterwards.
        unsafe { pp_key_schedule_free(self.0) };
    }
}

impl Schedule {
    fn new() -> Self {
        let mut schedule = null_mut();
        assert_eq!(call!(pp_key_schedule_new(&raw mut schedule)), OK);
        Self(schedule)
    }

    fn add(&self, token_key: &[u8], (not_before, not_after): (u64, u64), now: u64) -> (pp_status, u32) {
        let key = pp_scheduled_key { token_type: TYPE, token_key: span(token_key), not_before, not_after };
        call!(pp_key_schedule_add(self.0, &raw const key, now))
    }

    fn next_publication(&self, policy: *const pp_rotation_policy) -> u64 {
        let mut at = 77;
        assert_eq!(call!(pp_key_schedule_next_publication(self.0, &raw mut at, TYPE, policy)), OK);
        at
    }

    fn dates(&self, policy: *const pp_rotation_policy, now: u64) -> (u64, u64) {
        let (mut not_before, mut not_after) = (77, 77);
        let dates = call!(pp_key_schedule_dates(self.0, &raw mut not_before, &raw mut not_after, TYPE, policy, now));
        assert_eq!(dates, OK);
        (not_before, not_after)
    }

    fn retire(&self, token_key: &[u8], now: u64) -> (pp_status, u32) {
        call!(pp_key_schedule_retire(self.0, TokenKeyId::of(token_key).0.as_ptr(), now))
    }

    /// The identifiers, or what `capacity` is too small for.
    fn prune(&self, capacity: usize, now: u64) -> Result<Vec<u8>, usize> {
        let (mut out, mut len) = (vec![0; capacity], 77);
        match call!(pp_key_schedule_prune(self.0, out.as_mut_ptr(), capacity, &raw mut len, now)) {
            OK => {
                out.truncate(len);
                Ok(out)
            }
            failure => {
                assert_eq!((failure, out), ((PP_ERR_BUFFER_TOO_SMALL, 0), vec![0; capacity]));
                Err(len)
            }
        }
    }

    fn directory(&self, now: u64) -> Result<String, pp_status> {
        let (mut out, mut len) = (vec![0; 1000], 77);
        let (uri, out_data) = (span(URI), out.as_mut_ptr());
        let status =
            call!(pp_key_schedule_directory(self.0, out_data, out.len(), &raw mut len, uri.data, uri.len, now));
        if status != OK {
            assert_eq!((status.1, len), (0, 0));
            return Err(status.0);
        }
        out.truncate(len);
        Ok(String::from_utf8(out).unwrap())
    }

    /// The key clients choose at `now` out of what is published then.
    fn chosen(&self, now: u64) -> Vec<u8> {
        let json = self.directory(now).unwrap();
        let mut directory: *mut pp_directory = null_mut();
        let mut key = pp_directory_key { token_type: 0, token_key: span(&[]), has_not_before: 0, not_before: 0 };
        assert_eq!(call!(pp_directory_parse(&raw mut directory, json.as_ptr(), json.len())), OK);
        assert_eq!(call!(pp_directory_key_for(directory, &raw mut key, TYPE, now)), OK);
        // SAFETY: a span of a live handle, which nothing uses afterwards.
        unsafe {
            let chosen = std::slice::from_raw_parts(key.token_key.data, key.token_key.len).to_vec();
            pp_directory_free(directory);
            chosen
        }
    }

    fn count(&self) -> usize {
        // SAFETY: a live handle.
        unsafe { pp_key_schedule_key_count(self.0) }
    }
}

const fn span(bytes: &[u8]) -> pp_bytes {
    pp_bytes { data: bytes.as_ptr(), len: bytes.len() }
}

#[test]
fn keys_take_over_from_each_other() {
    let schedule = Schedule::new();
    assert_eq!(schedule.next_publication(&POLICY), 0, "publish one at once");
    assert_eq!(schedule.directory(1000), Err(PP_ERR_EXPIRED));

    assert_eq!(schedule.dates(&POLICY, 1000), (1000, 1120));
    assert_eq!(schedule.add(b"first", (1000, 1120), 1000), OK);
    assert_eq!(schedule.next_publication(&POLICY), 1090);
    assert_eq!(schedule.dates(&POLICY, 1090), (1100, 1220));
    assert_eq!(schedule.add(b"second", (1100, 1220), 1090), OK);

    let published = r#"{"issuer-request-uri":"/token-request","token-keys":[{"token-type":2,"token-key":"c2Vjb25k","not-before":1100},{"token-type":2,"token-key":"Zmlyc3Q=","not-before":1000}]}"#;
    assert_eq!(schedule.directory(1090).as_deref(), Ok(published));
    assert_eq!((schedule.chosen(1099), schedule.chosen(1100)), (b"first".to_vec(), b"second".to_vec()));
    assert_eq!(schedule.directory(1220), Err(PP_ERR_EXPIRED));

    assert_eq!((schedule.prune(0, 1119), schedule.count()), (Ok(vec![]), 2));
    assert_eq!((schedule.prune(31, 1120), schedule.count()), (Err(32), 2), "nothing is removed");
    assert_eq!((schedule.prune(32, 1120), schedule.count()), (Ok(TokenKeyId::of(b"first").0.to_vec()), 1));
    let both = [TokenKeyId::of(b"second").0, TokenKeyId::of(b"third").0];
    assert_eq!(schedule.add(b"third", (1200, 1300), 1190), OK);
    assert_eq!((schedule.prune(64, 1300), schedule.count()), (Ok(both.as_flattened().to_vec()), 0));
}

#[test]
fn the_keys_are_given_back_as_they_were_added() {
    let schedule = Schedule::new();
    let mut bytes = *b"first";
    assert_eq!(schedule.add(&bytes, (5, u64::MAX), 0), OK);
    bytes.fill(0);
    assert_eq!(schedule.add(b"second", (0, 1), 0), OK);
    let mut view = pp_scheduled_key { token_type: 77, token_key: span(&[]), not_before: 77, not_after: 77 };
    for (index, expected) in [(0, (&b"first"[..], 5, u64::MAX)), (1, (b"second", 0, 1))] {
        assert_eq!(call!(pp_key_schedule_key_at(schedule.0, &raw mut view, index)), OK);
        // SAFETY: a span of a live handle.
        let token_key = unsafe { std::slice::from_raw_parts(view.token_key.data, view.token_key.len) };
        assert_eq!((view.token_type, (token_key, view.not_before, view.not_after)), (TYPE, expected));
    }
    assert_eq!(call!(pp_key_schedule_key_at(schedule.0, &raw mut view, 2)), misuse(3));
}

#[test]
fn the_default_policy_is_that_of_the_core() {
    let schedule = Schedule::new();
    let default = RotationPolicy::DEFAULT;
    let same = pp_rotation_policy { lead: default.lead, active: default.active, overlap: default.overlap };
    assert_eq!((default.lead, default.active, default.overlap), (2 * 86_400, 30 * 86_400, 86_400), "as documented");
    assert_eq!(schedule.add(b"first", schedule.dates(null(), 0), 0), OK);
    assert_eq!(schedule.next_publication(null()), 28 * 86_400);
    assert_eq!(schedule.next_publication(null()), schedule.next_publication(&same));
    assert_eq!(schedule.dates(null(), 28 * 86_400), (30 * 86_400, 61 * 86_400));
    assert_eq!(schedule.dates(null(), 28 * 86_400), schedule.dates(&same, 28 * 86_400));
}

#[test]
fn two_keys_of_a_time_never_share_the_last_byte() {
    let last_byte = |bytes: &[u8]| TokenKeyId::of(bytes).0[31];
    let twin = (0u32..).map(u32::to_be_bytes).find(|bytes| last_byte(bytes) == last_byte(b"first")).unwrap();
    let schedule = Schedule::new();
    assert_eq!(schedule.add(b"first", (0, 100), 0), OK);
    assert_eq!(schedule.add(&twin, (50, 200), 99), (PP_ERR_EXHAUSTED, 0));
    assert_eq!(schedule.count(), 1);
    assert_eq!(schedule.add(&twin, (100, 200), 100), OK);
}

#[test]
fn the_last_usable_key_cannot_be_retired() {
    let schedule = Schedule::new();
    assert_eq!(schedule.add(b"first", (0, 100), 0), OK);
    assert_eq!(schedule.add(b"second", (50, 200), 0), OK);
    assert_eq!(schedule.retire(b"third", 50), (PP_ERR_UNKNOWN_KEY, 0));
    assert_eq!(schedule.retire(b"first", 49), (PP_ERR_EXHAUSTED, 0));
    assert_eq!(schedule.retire(b"first", 50), OK);
    assert_eq!(schedule.retire(b"second", 60), (PP_ERR_EXHAUSTED, 0));
    assert_eq!(schedule.chosen(60), b"second");
    assert_eq!(schedule.prune(32, 50), Ok(TokenKeyId::of(b"first").0.to_vec()));
}

#[test]
fn arguments_are_checked() {
    let good = Schedule::new();
    let id = TokenKeyId::of(b"first").0;
    let key = pp_scheduled_key { token_type: TYPE, token_key: span(b"first"), not_before: 0, not_after: 100 };
    let (mut view, mut at, mut other, mut out, mut len) = (key, 77, 77, [0u8; 500], 77);
    let (out_data, uri) = (out.as_mut_ptr(), span(URI));

    assert_eq!(call!(pp_key_schedule_new(null_mut())), misuse(1));
    let zeros = [0u64; 32];
    let misaligned = good.0.cast::<u8>().wrapping_add(1).cast();
    for bad in [null_mut(), zeros.as_ptr().cast_mut().cast(), misaligned] {
        assert_eq!(call!(pp_key_schedule_add(bad, &raw const key, 0)), misuse(1));
        assert_eq!(call!(pp_key_schedule_key_at(bad, &raw mut view, 0)), misuse(1));
        assert_eq!(call!(pp_key_schedule_next_publication(bad, &raw mut at, TYPE, null())), misuse(1));
        assert_eq!(call!(pp_key_schedule_dates(bad, &raw mut at, &raw mut other, TYPE, null(), 0)), misuse(1));
        assert_eq!(call!(pp_key_schedule_retire(bad, id.as_ptr(), 0)), misuse(1));
        assert_eq!(call!(pp_key_schedule_prune(bad, out_data, 500, &raw mut len, 0)), misuse(1));
        let directory = call!(pp_key_schedule_directory(bad, out_data, 500, &raw mut len, uri.data, uri.len, 0));
        assert_eq!(directory, misuse(1));
        // SAFETY: no handle of this type, which must be noticed.
        unsafe {
            assert_eq!(pp_key_schedule_key_count(bad), 0);
            pp_key_schedule_free(bad);
        }
    }
    assert_eq!((at, other, len), (77, 77, 0));

    assert_eq!(call!(pp_key_schedule_add(good.0, null(), 0)), misuse(2));
    for bad in [
        pp_scheduled_key { token_key: pp_bytes { data: null(), len: 1 }, ..key },
        pp_scheduled_key { token_key: pp_bytes { len: usize::MAX, ..key.token_key }, ..key },
        pp_scheduled_key { not_before: 100, ..key },
        pp_scheduled_key { not_before: 101, ..key },
    ] {
        assert_eq!(call!(pp_key_schedule_add(good.0, &raw const bad, 0)), misuse(2));
    }
    assert_eq!(good.count(), 0);
    assert_eq!(call!(pp_key_schedule_add(good.0, &raw const key, 0)), OK);

    assert_eq!(call!(pp_key_schedule_key_at(good.0, null_mut(), 0)), misuse(2));
    assert_eq!(call!(pp_key_schedule_next_publication(good.0, null_mut(), TYPE, null())), misuse(2));
    assert_eq!(call!(pp_key_schedule_dates(good.0, null_mut(), &raw mut other, TYPE, null(), 0)), misuse(2));
    assert_eq!(call!(pp_key_schedule_dates(good.0, &raw mut at, null_mut(), TYPE, null(), 0)), misuse(3));
    let misaligned = std::ptr::from_ref(&POLICY).cast::<u8>().wrapping_add(1).cast();
    assert_eq!(call!(pp_key_schedule_next_publication(good.0, &raw mut at, TYPE, misaligned)), misuse(4));
    assert_eq!(call!(pp_key_schedule_dates(good.0, &raw mut at, &raw mut other, TYPE, misaligned, 0)), misuse(5));
    assert_eq!((at, other), (77, 77));
    assert_eq!(call!(pp_key_schedule_retire(good.0, null(), 0)), misuse(2));

    assert_eq!(call!(pp_key_schedule_prune(good.0, null_mut(), 1, &raw mut len, 100)), misuse(2));
    assert_eq!(call!(pp_key_schedule_prune(good.0, out_data, 500, null_mut(), 100)), misuse(4));
    assert_eq!(good.count(), 1);

    let directory = |out: *mut u8, capacity, len: *mut usize, uri: pp_bytes| {
        call!(pp_key_schedule_directory(good.0, out, capacity, len, uri.data, uri.len, 0))
    };
    assert_eq!(directory(null_mut(), 1, &raw mut len, uri), misuse(2));
    assert_eq!(directory(out_data, 500, null_mut(), uri), misuse(4));
    for bad in [pp_bytes { data: null(), len: 1 }, pp_bytes { len: usize::MAX, ..uri }, span(b"\xFF")] {
        assert_eq!(directory(out_data, 500, &raw mut len, bad), misuse(5));
    }
    assert_eq!(directory(null_mut(), 0, &raw mut len, uri), (PP_ERR_BUFFER_TOO_SMALL, 0));
    assert!(len > 0);
    assert_eq!(directory(out_data, len - 1, &raw mut len, uri), (PP_ERR_BUFFER_TOO_SMALL, 0));
    assert_eq!(out, [0; 500]);
}
