//! SPEND STORE
//!
//! Where an origin keeps which tokens were redeemed: a set of keys of 32 bytes, each with the time
//! until which it must be kept. All machines that redeem the tokens of one challenge share one
//! store, and it is all they share.
//!
//! A program brings its store as a callback; pp_memory_spend_store is one for a single process.
//!
//! The callback must keep to three rules, or tokens can be redeemed twice:
//!
//!   - To look for the key and to insert it is one atomic step. Of any number of calls with one key,
//!     on any thread or machine, exactly one answers PP_OK. To look first and insert afterwards is
//!     wrong, however short the time between.
//!   - A key is never forgotten before it expires, neither to make room nor in a restart. A store
//!     that is full refuses.
//!   - Calls come with times that are not in order: a thread may have been overtaken, and the clocks
//!     of machines differ. Keep a key for a while after it expires (a minute is plenty), and when a
//!     call's time is before the expiry of a key that may have been forgotten, refuse instead of
//!     calling the key fresh.
//!
//! With Redis or Valkey this is SET key 1 NX EX seconds, where the answer to the command is the
//! answer of the store, the seconds are expires_at - now and some more, and nothing is evicted
//! (maxmemory-policy noeviction). In SQL it is one INSERT into a table with a unique key.

use core::ffi::c_void;

use privacypass_core::provider::{Spend, SpendKey, SpendStore};
use privacypass_core::{ErrorKind, Result};

use crate::args;
use crate::guard::{Fault, Outcome};
use crate::status::{PP_ERR_EXHAUSTED, PP_ERR_REPLAYED, PP_OK, pp_status};

/// The size of a spend key in bytes.
pub const PP_SPEND_KEY_BYTES: usize = 32;

const _: () = assert!(PP_SPEND_KEY_BYTES == size_of::<SpendKey>());

/// A store of spent tokens. Zero the struct, then set its size and the callback.
///
/// The callback is called on the thread that redeems. Who redeems on several threads with one store
/// has it called on several threads at a time.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct pp_spend_store {
    /// sizeof(pp_spend_store).
    pub struct_size: usize,
    /// Given to the callback as it is.
    pub ctx: *mut c_void,
    /// Insert a key, unless it is there: in one atomic step.
    ///
    /// Returns: PP_OK: the key was not there; it is now, until it expires
    ///          PP_ERR_REPLAYED: the key was there
    ///          PP_ERR_EXHAUSTED: it was not inserted, the store is full
    ///          PP_ERR_STORE: the store failed, or took too long. Any other number counts as this
    ///          one. Nobody is let in then; but if the key was inserted before the failure the token
    ///          is spent all the same.
    /// In:      key         PP_SPEND_KEY_BYTES bytes, good during the call. They are made of a
    ///                      verified token, tell nothing of it, and are spread evenly: any of them
    ///                      may choose a shard.
    ///          expires_at  unix seconds: from then on the token is refused for its age, and the key
    ///                      may be forgotten
    ///          now         unix seconds: the time that was given to pp_origin_redeem
    pub spend: Option<unsafe extern "C" fn(ctx: *mut c_void, key: *const u8, expires_at: u64, now: u64) -> pp_status>,
}

/// The caller's store, its table checked.
pub(crate) struct Table<'a> {
    table: &'a pp_spend_store,
    spend: unsafe extern "C" fn(ctx: *mut c_void, key: *const u8, expires_at: u64, now: u64) -> pp_status,
}

/// Takes the argument of a C function.
pub(crate) unsafe fn store<'a>(argument: u32, store: *const pp_spend_store) -> Outcome<Table<'a>> {
    // SAFETY: the caller's promise.
    let table = unsafe { args::table(argument, store) }?;
    let spend = table.spend.ok_or(Fault::argument(argument))?;
    Ok(Table { table, spend })
}

impl SpendStore for Table<'_> {
    fn spend(&self, key: &SpendKey, expires_at: u64, now: u64) -> Result<Spend> {
        // SAFETY: the callback is the caller's, who promises that it keeps to its description.
        match unsafe { (self.spend)(self.table.ctx, key.as_ptr(), expires_at, now) } {
            PP_OK => Ok(Spend::Fresh),
            PP_ERR_REPLAYED => Ok(Spend::Replayed),
            PP_ERR_EXHAUSTED => Err(ErrorKind::Exhausted.into()),
            // Whatever else a callback says, it did not say that the key is fresh.
            _ => Err(ErrorKind::Store.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::{PP_ERR_MISUSE, PP_ERR_STORE, PP_ERR_UNSUPPORTED, PP_NONE, pp_detail};

    /// What the callback was given, and what it is to answer.
    struct Call {
        answer: pp_status,
        given: Option<([u8; 32], u64, u64)>,
    }

    unsafe extern "C" fn answer(ctx: *mut c_void, key: *const u8, expires_at: u64, now: u64) -> pp_status {
        // SAFETY: the test gives a `Call`, and the adapter 32 bytes.
        unsafe {
            let call = &mut *ctx.cast::<Call>();
            call.given = Some((key.cast::<[u8; 32]>().read(), expires_at, now));
            call.answer
        }
    }

    fn table(call: &mut Call) -> pp_spend_store {
        pp_spend_store {
            struct_size: size_of::<pp_spend_store>(),
            ctx: core::ptr::from_mut(call).cast(),
            spend: Some(answer),
        }
    }

    #[test]
    fn only_pp_ok_lets_in() {
        let key = core::array::from_fn(|i| u8::try_from(i).unwrap());
        let known = [
            (PP_OK, Ok(Spend::Fresh)),
            (PP_ERR_REPLAYED, Ok(Spend::Replayed)),
            (PP_ERR_EXHAUSTED, Err(ErrorKind::Exhausted.into())),
            (PP_ERR_STORE, Err(ErrorKind::Store.into())),
        ];
        let failed =
            [1, 2, -1, -48, -50, -67, -127, i32::MIN, i32::MAX].map(|other| (other, Err(ErrorKind::Store.into())));
        for (status, expected) in known.into_iter().chain(failed) {
            let mut call = Call { answer: status, given: None };
            let given = table(&mut call);
            // SAFETY: the table is there.
            let store = unsafe { store(5, &raw const given) }.ok().unwrap();
            assert_eq!(store.spend(&key, u64::MAX, 7), expected, "{status}");
            assert_eq!(call.given, Some((key, u64::MAX, 7)));
        }
    }

    #[test]
    fn a_table_without_a_callback_or_of_another_size_is_refused() {
        let refusal = |table: *const pp_spend_store| {
            let mut detail = pp_detail { status: PP_OK, argument: 0, offset: PP_NONE, index: PP_NONE };
            // SAFETY: NULL, or a table.
            crate::guard::guard(&raw mut detail, || unsafe { store(5, table) }.map(drop));
            (detail.status, detail.argument)
        };
        let mut call = Call { answer: PP_OK, given: None };
        let good = table(&mut call);
        assert_eq!(refusal(&raw const good), (PP_OK, 0));
        assert_eq!(refusal(core::ptr::null()), (PP_ERR_MISUSE, 5));
        assert_eq!(refusal(&pp_spend_store { spend: None, ..good }), (PP_ERR_MISUSE, 5));
        for struct_size in [0, size_of::<pp_spend_store>() - 1, usize::MAX] {
            assert_eq!(refusal(&pp_spend_store { struct_size, ..good }), (PP_ERR_MISUSE, 5), "{struct_size}");
        }

        /// The table of a later version; a word, so that no padding is before it.
        #[repr(C)]
        struct Longer(pp_spend_store, usize);
        let known = pp_spend_store { struct_size: size_of::<Longer>(), ..good };
        assert_eq!(refusal(core::ptr::from_ref(&Longer(known, 0)).cast()), (PP_OK, 0));
        assert_eq!(refusal(core::ptr::from_ref(&Longer(known, 1)).cast()), (PP_ERR_UNSUPPORTED, 0));
    }
}
