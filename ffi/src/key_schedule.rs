//! KEY SCHEDULE
//!
//! When an issuer's keys are published, used and retired. A key is published some time before clients may use it, so that
//! their cached directories have it by then; when the next takes over, it is answered for a little longer.
//!
//! A schedule holds public keys and dates, and no secret. It changes after it was made, and is locked inside: any number of
//! threads may use it at a time. A view of one of its keys is good until the key is removed (pp_key_schedule_prune).
//!
//! It lives as long as the process. Store the dates with each key, and at the next start add every key that is not retired.
//!
//! The life of a key:
//!
//!     at pp_key_schedule_next_publication   make a key; pp_key_schedule_dates gives its dates; pp_key_schedule_add; publish
//!                                           what pp_key_schedule_directory writes
//!     from not_before on                    clients use it
//!     from not_after on                     the issuer answers for it no longer, and origins refuse its tokens:
//!                                           pp_key_schedule_prune names it; wipe the private key
//!
//! These functions ask the heap for memory. When it gives none, they end the process.

use std::sync::{Mutex, MutexGuard, PoisonError};

use privacypass_core::TokenType;
use privacypass_core::directory::{KeySchedule, RotationPolicy, ScheduledKey};
use privacypass_core::wire::TokenKeyId;

use crate::args::{self, Output, Slot};
use crate::bytes::pp_bytes;
use crate::guard::{Fault, Outcome, guard};
use crate::handle::{self, Opaque};
use crate::status::{pp_detail, pp_status};
use crate::wire::PP_TOKEN_KEY_ID_BYTES;

/// The dates of an issuer's keys.
pub struct pp_key_schedule {
    _opaque: [u8; 0],
}

impl Opaque for pp_key_schedule {
    type Object = Mutex<KeySchedule>;
    const MAGIC: u64 = 0x3896_D4AF_127B_E50C;
}

/// One key with its dates: input for adding, view for reading.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct pp_scheduled_key {
    /// The type of the tokens the key makes.
    pub token_type: u16,
    /// The public key, as published.
    pub token_key: pp_bytes,
    /// From when on clients may use the key, in unix seconds.
    pub not_before: u64,
    /// From when on the issuer no longer answers for the key, and origins no longer accept its tokens, in unix seconds.
    pub not_after: u64,
}

/// How long the parts of a key's life are, in seconds. Where a function takes one, NULL is the default.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct pp_rotation_policy {
    /// From publication until clients may use the key. It must exceed the time for which directories are cached. By default
    /// two days.
    pub lead: u64,
    /// For how long clients prefer the key, until the next takes over. By default thirty days.
    pub active: u64,
    /// For how long the issuer goes on answering for the key after that. By default a day.
    pub overlap: u64,
}

unsafe fn policy(argument: u32, given: *const pp_rotation_policy) -> Outcome<RotationPolicy> {
    if given.is_null() {
        return Ok(RotationPolicy::DEFAULT);
    }
    // SAFETY: the caller's promise.
    let given = unsafe { args::reference(argument, given) }?;
    Ok(RotationPolicy { lead: given.lead, active: given.active, overlap: given.overlap })
}

/// Takes the handle, the first argument of all these functions.
unsafe fn lock<'a>(schedule: *const pp_key_schedule) -> Outcome<MutexGuard<'a, KeySchedule>> {
    // SAFETY: the caller's promise.
    let schedule = unsafe { handle::get(1, schedule) }?;
    // Whatever was cut short, a schedule is changed in one step.
    Ok(schedule.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Make a schedule without keys on the heap.
///
/// Returns: PP_OK
///          PP_ERR_NO_MEMORY
/// Out:     schedule  the schedule; NULL on an error
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_key_schedule_new(schedule: *mut *mut pp_key_schedule, detail: *mut pp_detail) -> pp_status {
    // SAFETY: the caller's promise.
    guard(detail, || unsafe { handle::new_filled(schedule, || Ok(Mutex::new(KeySchedule::new()))) })
}

/// End a schedule. Views of it may not be used any more.
///
/// In:      schedule  the schedule, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_key_schedule_free(schedule: *mut pp_key_schedule) {
    // SAFETY: the caller's promise.
    unsafe { handle::end(schedule) };
}

/// Add a key.
///
/// A request names its key by the last byte of the key's identifier alone, so two keys of a type that are answered for at a
/// time must differ in it. If they do not, make another key and try again: with a handful of keys the next one fits.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the key's span breaks a rule; not_after is not after not_before
///          PP_ERR_EXHAUSTED: another key of the type that is answered for at `now` has the same last byte
/// In:      schedule  the schedule; it is changed
///          key       the key, which is copied
///          now       unix seconds
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_key_schedule_add(
    schedule: *mut pp_key_schedule,
    key: *const pp_scheduled_key,
    now: u64,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        // SAFETY: the caller's promise.
        let (mut schedule, key) = unsafe { (lock(schedule)?, args::reference(2, key)?) };
        // SAFETY: the caller's promise for the span too.
        let token_key = unsafe { args::span(2, &key.token_key) }?.to_vec();
        if key.not_after <= key.not_before {
            return Err(Fault::argument(2));
        }
        let token_type = TokenType(key.token_type);
        schedule
            .add(ScheduledKey { token_type, token_key, not_before: key.not_before, not_after: key.not_after }, now)?;
        Ok(())
    })
}

/// Tell how many keys a schedule has, with those retired that were not removed yet.
///
/// Returns: the number; 0 if schedule is none
/// In:      schedule  the schedule
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_key_schedule_key_count(schedule: *const pp_key_schedule) -> usize {
    let mut count = 0;
    guard(core::ptr::null_mut(), || {
        // SAFETY: the caller's promise.
        count = unsafe { lock(schedule) }?.keys().len();
        Ok(())
    });
    count
}

/// Give one key of a schedule. They stand in the order they were added.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: index is not less than the number of keys
/// Out:     key       the key, its bytes as a span of the schedule
/// In:      schedule  the schedule
///          index     which key, counted from 0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_key_schedule_key_at(
    schedule: *const pp_key_schedule,
    key: *mut pp_scheduled_key,
    index: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        // SAFETY: the caller's promise.
        let schedule = unsafe { lock(schedule) }?;
        let out = Slot::new(2, key)?;
        let key = schedule.keys().get(index).ok_or(Fault::argument(3))?;
        out.put(pp_scheduled_key {
            token_type: key.token_type.0,
            token_key: pp_bytes::lend(&key.token_key),
            not_before: key.not_before,
            not_after: key.not_after,
        });
        Ok(())
    })
}

/// Tell when the next key of a type has to be published, for the change to be smooth.
///
/// Returns: PP_OK
/// Out:     at          unix seconds; 0 when there is no key of the type yet: publish one at once
/// In:      schedule    the schedule
///          token_type  the type
///          policy      how long the parts of a key's life are, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_key_schedule_next_publication(
    schedule: *const pp_key_schedule,
    at: *mut u64,
    token_type: u16,
    policy: *const pp_rotation_policy,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Slot::new(2, at)?;
        // SAFETY: the caller's promise.
        let (schedule, policy) = unsafe { (lock(schedule)?, self::policy(4, policy)?) };
        out.put(schedule.next_publication(TokenType(token_type), &policy).unwrap_or(0));
        Ok(())
    })
}

/// Give the dates for a key that is published now: it takes over from the newest of its type, or starts at once when there
/// is none that clients may use.
///
/// Returns: PP_OK
/// Out:     not_before  from when on clients may use the key, in unix seconds
///          not_after   from when on the issuer no longer answers for it, in unix seconds
/// In:      schedule    the schedule; it is not changed
///          token_type  the type
///          policy      how long the parts of a key's life are, or NULL
///          now         unix seconds
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_key_schedule_dates(
    schedule: *const pp_key_schedule,
    not_before: *mut u64,
    not_after: *mut u64,
    token_type: u16,
    policy: *const pp_rotation_policy,
    now: u64,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let (not_before_out, not_after_out) = (Slot::new(2, not_before)?, Slot::new(3, not_after)?);
        // SAFETY: the caller's promise.
        let (schedule, policy) = unsafe { (lock(schedule)?, self::policy(5, policy)?) };
        let (not_before, not_after) = schedule.dates(TokenType(token_type), &policy, now);
        not_before_out.put(not_before);
        not_after_out.put(not_after);
        Ok(())
    })
}

/// Retire a key early: from now on the issuer answers for it no longer. Its not_after is set to `now`.
///
/// Returns: PP_OK
///          PP_ERR_UNKNOWN_KEY: no key has the identifier
///          PP_ERR_EXHAUSTED: clients would be left without a usable key of the type: add another first, and wait for its
///          time
/// In:      schedule      the schedule; it is changed
///          token_key_id  PP_TOKEN_KEY_ID_BYTES bytes
///          now           unix seconds
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_key_schedule_retire(
    schedule: *mut pp_key_schedule,
    token_key_id: *const u8,
    now: u64,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        // SAFETY: the caller's promise.
        let (mut schedule, id) = unsafe { (lock(schedule)?, args::fixed(2, token_key_id)?) };
        Ok(schedule.retire(TokenKeyId(*id), now)?)
    })
}

/// Remove the keys that are answered for no longer, and give their identifiers: wipe their private keys.
///
/// Returns: PP_OK
///          PP_ERR_BUFFER_TOO_SMALL: nothing was removed; PP_TOKEN_KEY_ID_BYTES for each key of the schedule is enough
/// Out:     out       the identifiers, PP_TOKEN_KEY_ID_BYTES each, one after the other
///          out_len   their length in bytes
/// In:      schedule  the schedule; it is changed
///          capacity  the size of out in bytes
///          now       unix seconds
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_key_schedule_prune(
    schedule: *mut pp_key_schedule,
    out: *mut u8,
    capacity: usize,
    out_len: *mut usize,
    now: u64,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Output::new(2, out, capacity, out_len)?;
        // SAFETY: the caller's promise.
        let mut schedule = unsafe { lock(schedule) }?;
        let retired = schedule.keys().iter().filter(|key| !key.is_live(now));
        let ids: Vec<[u8; PP_TOKEN_KEY_ID_BYTES]> = retired.map(|key| key.id().0).collect();
        out.put(ids.as_flattened())?;
        schedule.prune(now);
        Ok(())
    })
}

/// Write the directory to be published now: the keys that are answered for, of each type the newest first, so that a client
/// takes the newest whose time has come. It is JSON, without a zero at the end.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the request URI is not UTF-8
///          PP_ERR_EXPIRED: clients would find no usable key of some type, or of any: publish a key that starts at once
///          PP_ERR_BUFFER_TOO_SMALL
/// Out:     out                           the JSON
///          out_len                       its length
/// In:      schedule                      the schedule
///          capacity                      the size of out
///          request_uri, request_uri_len  where token requests go: an absolute URL, or one relative to the directory's
///          now                           unix seconds
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_key_schedule_directory(
    schedule: *const pp_key_schedule,
    out: *mut u8,
    capacity: usize,
    out_len: *mut usize,
    request_uri: *const u8,
    request_uri_len: usize,
    now: u64,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Output::new(2, out, capacity, out_len)?;
        // SAFETY: the caller's promise.
        let (schedule, uri) = unsafe { (lock(schedule)?, args::bytes(5, request_uri, request_uri_len)?) };
        out.put(schedule.directory(args::text(5, uri)?, now)?.to_json().as_bytes())
    })
}
