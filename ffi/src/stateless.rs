//! STATELESS CHALLENGES
//!
//! Challenges that the origin need not store. The redemption context is a MAC, under the origin's
//! secret, over the challenge's other fields and the epoch (the time divided by the epoch's length).
//! To verify, the origin computes the challenges of this epoch and of the one before again. All
//! processes of an origin that share the secret accept each other's challenges, and a challenge is
//! accepted for one to two epochs.

#![allow(clippy::undocumented_unsafe_blocks)] // every block passes on the caller's promise to keep the header's rules

use privacypass_core::origin::StatelessChallenges;

use crate::args::{self, Output, Slot};
use crate::guard::{Fault, HASH, Outcome, guard, guard_secret};
use crate::status::{pp_detail, pp_status};
use crate::value::{self, Place, Value};
use crate::wire::{pp_token_challenge, with_challenge};

/// The size of the secret of pp_stateless_challenges, in bytes.
pub const PP_CHALLENGE_SECRET_BYTES: usize = 32;
/// How many digests pp_stateless_challenges_accepted gives: of this epoch's challenge and of the
/// one before.
pub const PP_ACCEPTED_DIGESTS: usize = 2;

/// A maker of challenges: a value, secret. Unlike other values it may be used by any number of
/// threads at a time, once it was begun.
#[repr(C)]
pub struct pp_stateless_challenges {
    /// Not for the caller.
    pub opaque: [u64; 8],
}

// SAFETY: words alone, and the object owns nothing beside them.
unsafe impl Value for pp_stateless_challenges {
    type Object = StatelessChallenges;
    const MAGIC: u64 = 0x9207_4DBE_F8C1_635A;
}

unsafe fn get<'a>(maker: *const pp_stateless_challenges) -> Outcome<&'a StatelessChallenges> {
    unsafe { value::get(1, maker) }?.ok_or(Fault::argument(1))
}

/// Begin to make challenges.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: epoch_seconds is 0
/// Out:     maker          end it with pp_stateless_challenges_wipe; what it held is lost
/// In:      secret         PP_CHALLENGE_SECRET_BYTES random bytes. Who knows them can prepare tokens
///                         for coming epochs
///          epoch_seconds  the length of an epoch, in seconds
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_stateless_challenges_begin(
    maker: *mut pp_stateless_challenges,
    secret: *const u8,
    epoch_seconds: u64,
    detail: *mut pp_detail,
) -> pp_status {
    guard_secret::<HASH>(detail, || {
        let place = Place::new(1, maker)?;
        let secret = unsafe { args::fixed::<PP_CHALLENGE_SECRET_BYTES>(2, secret) }?;
        place.put(StatelessChallenges::new(*secret, epoch_seconds)?);
        Ok(())
    })
}

/// Wipe a maker of challenges.
///
/// In:      maker  NULL is left alone
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_stateless_challenges_wipe(maker: *mut pp_stateless_challenges) {
    unsafe { value::wipe(maker) };
}

/// Write the challenge of this epoch: the template with its redemption context.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the maker holds nothing; the template is no challenge that can be
///          written: see pp_token_challenge_write
///          PP_ERR_LIMIT: more than PP_ORIGINS_MAX names
///          PP_ERR_BUFFER_TOO_SMALL
/// Out:     out, out_len  the TokenChallenge
/// In:      maker         what pp_stateless_challenges_begin made
///          capacity      the size of out
///          challenge     the template; a redemption context of its own is part of what is bound
///          now           unix seconds
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_stateless_challenges_write(
    maker: *const pp_stateless_challenges,
    out: *mut u8,
    capacity: usize,
    out_len: *mut usize,
    challenge: *const pp_token_challenge,
    now: u64,
    detail: *mut pp_detail,
) -> pp_status {
    guard_secret::<HASH>(detail, || {
        let out = Output::new(2, out, capacity, out_len)?;
        let maker = unsafe { get(maker) }?;
        unsafe {
            with_challenge(5, challenge, |template| out.fill(|buffer| maker.challenge(template, now).write_to(buffer)))
        }
    })
}

/// Give the digests to accept: set them as pp_expected.digests.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the maker holds nothing; the template is no challenge that can be written
///          PP_ERR_LIMIT: more than PP_ORIGINS_MAX names
/// Out:     digests    PP_ACCEPTED_DIGESTS * PP_CHALLENGE_DIGEST_BYTES bytes
/// In:      maker      what pp_stateless_challenges_begin made
///          challenge  the template the challenges were made of
///          now        unix seconds
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_stateless_challenges_accepted(
    maker: *const pp_stateless_challenges,
    digests: *mut u8,
    challenge: *const pp_token_challenge,
    now: u64,
    detail: *mut pp_detail,
) -> pp_status {
    guard_secret::<HASH>(detail, || {
        let maker = unsafe { get(maker) }?;
        let out = Slot::new(2, digests.cast())?;
        unsafe { with_challenge(3, challenge, |template| Ok(out.put(maker.accepted(template, now)?))) }
    })
}

/// Tell from when on no challenge that is accepted now is accepted any more: the expiry for the
/// spend store, to which you add by how much the clocks of your machines may differ.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the maker holds nothing
/// Out:     expires_at  unix seconds
/// In:      maker       what pp_stateless_challenges_begin made
///          now         unix seconds
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_stateless_challenges_expiry(
    maker: *const pp_stateless_challenges,
    expires_at: *mut u64,
    now: u64,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let maker = unsafe { get(maker) }?;
        Slot::new(2, expires_at)?.put(maker.accepted_until(now));
        Ok(())
    })
}

/// Tell for how long a challenge made now is accepted at the least: for the max-age parameter.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the maker holds nothing
/// Out:     seconds  for how long
/// In:      maker    what pp_stateless_challenges_begin made
///          now      unix seconds
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_stateless_challenges_max_age(
    maker: *const pp_stateless_challenges,
    seconds: *mut u64,
    now: u64,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let maker = unsafe { get(maker) }?;
        Slot::new(2, seconds)?.put(maker.max_age(now));
        Ok(())
    })
}
