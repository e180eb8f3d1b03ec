//! SPEND STORE IN MEMORY
//!
//! A pp_spend_store for an origin that is one process: bounded, locked inside, shared by its threads.
//!
//! It keeps the three rules of spend stores: a spend is one insertion under one lock, a full store refuses, and a key that
//! expired is kept for another minute while there is room. But it ends with the process: change the secret of the
//! challenges at every start, so that tokens for challenges of before are refused, or use a store that lasts.

use core::ffi::c_void;

use privacypass_core::ErrorKind;
use privacypass_core::provider::{MemorySpendStore, Spend, SpendStore};

use crate::args::{self, Slot};
use crate::guard::guard;
use crate::handle::{self, Opaque};
use crate::spend_store::pp_spend_store;
use crate::status::{pp_detail, pp_status};

/// A spend store in memory. Any number of threads may use it at a time.
pub struct pp_memory_spend_store {
    _opaque: [u8; 0],
}

impl Opaque for pp_memory_spend_store {
    type Object = MemorySpendStore;
    const MAGIC: u64 = 0xA93D_07F1_5CE2_684B;
}

/// Make a store on the heap.
///
/// It grows as it fills, at about 130 bytes a key. If the system refuses it memory then, the process ends: choose a
/// capacity that fits.
///
/// Returns: PP_OK
///          PP_ERR_NO_MEMORY
/// Out:     store     the store; NULL on an error
/// In:      capacity  how many keys it holds at a time: no fewer than the tokens that are redeemed in the lifetime of a
///                    challenge, or good tokens are refused (PP_ERR_EXHAUSTED)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_memory_spend_store_new(
    store: *mut *mut pp_memory_spend_store,
    capacity: usize,
    detail: *mut pp_detail,
) -> pp_status {
    // SAFETY: the caller's promise.
    guard(detail, || unsafe { handle::new_filled(store, || Ok(MemorySpendStore::new(capacity))) })
}

/// End a store, and forget what was spent. No table of it may be used any more.
///
/// In:      store  the store, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_memory_spend_store_free(store: *mut pp_memory_spend_store) {
    // SAFETY: the caller's promise.
    unsafe { handle::end(store) };
}

/// Tell how many keys a store holds, with those expired that it has not removed yet.
///
/// Returns: the number; 0 if store is none
/// In:      store  the store
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_memory_spend_store_len(store: *const pp_memory_spend_store) -> usize {
    let mut len = 0;
    guard(core::ptr::null_mut(), || {
        // SAFETY: the caller's promise.
        len = unsafe { handle::get(1, store) }?.len();
        Ok(())
    });
    len
}

/// Give the callback table of a store: what pp_origin_redeem takes.
///
/// The callback answers PP_ERR_STORE when it is given a time at which a key that it has forgotten was not expired: the key may
/// be the one. That is a clock that was set back, or a call that was held up for a minute.
///
/// Returns: PP_OK
/// Out:     table  the table; it may be copied, and is good as long as the store
/// In:      store  the store
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_memory_spend_store_table(
    store: *const pp_memory_spend_store,
    table: *mut pp_spend_store,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        // SAFETY: the caller's promise.
        unsafe { handle::get(1, store) }?;
        Slot::new(2, table)?.put(pp_spend_store {
            struct_size: size_of::<pp_spend_store>(),
            // The store is only read through it: it locks itself.
            ctx: store.cast_mut().cast(),
            spend: Some(spend),
        });
        Ok(())
    })
}

/// The callback. C code may call it too, so it checks what it is given.
unsafe extern "C" fn spend(ctx: *mut c_void, key: *const u8, expires_at: u64, now: u64) -> pp_status {
    guard(core::ptr::null_mut(), || {
        // SAFETY: by the table's description, `ctx` is the store and `key` has 32 bytes.
        let (store, key) =
            unsafe { (handle::get(1, ctx.cast_const().cast::<pp_memory_spend_store>())?, args::fixed(2, key)?) };
        match store.spend(key, expires_at, now)? {
            Spend::Fresh => Ok(()),
            Spend::Replayed => Err(ErrorKind::Replayed.into()),
        }
    })
}
