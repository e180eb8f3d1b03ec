//! STATUS AND DETAIL
//!
//! Every function that can fail returns a pp_status: PP_OK, or one of the PP_ERR_ numbers. They
//! stand in bands, which say who must act. The numbers and their meaning never change; a later
//! version may add numbers to a band, so treat an unknown number as the band it stands in.
//!
//!     -1 ..  -15   misuse       the programmer: the call breaks a rule
//!    -16 ..  -31   malformed    the peer sent bytes that are no message
//!    -32 ..  -47   rejected     the peer sent a message that does not verify: tell it no more
//!    -48 ..  -63   state        used, replayed, expired or full
//!    -64 ..  -79   environment  the operator: randomness, store, signer, memory
//!   -127           bug          us: please report it

use core::ffi::c_char;

use privacypass_core::{ErrorKind, http};

/// What a function answers: PP_OK or one of the PP_ERR_ numbers.
pub type pp_status = i32;

/// The function did what it says.
pub const PP_OK: pp_status = 0;
/// The call breaks a rule of this header: pp_detail.argument says which argument, if it is one.
pub const PP_ERR_MISUSE: pp_status = -1;
/// The output does not fit. Nothing was consumed; the needed size was stored.
pub const PP_ERR_BUFFER_TOO_SMALL: pp_status = -2;
/// This build, or this role, does not implement the token type or the option.
pub const PP_ERR_UNSUPPORTED: pp_status = -3;
/// The bytes are no message of the expected kind: pp_detail.offset says where.
pub const PP_ERR_MALFORMED: pp_status = -16;
/// The message is longer, or has more items, than the stated limit.
pub const PP_ERR_LIMIT: pp_status = -17;
/// The token's authenticator does not verify.
pub const PP_ERR_INVALID_TOKEN: pp_status = -32;
/// The issuer's proof, or its blind signature, does not verify.
pub const PP_ERR_INVALID_PROOF: pp_status = -33;
/// The token was made for another challenge or another origin.
pub const PP_ERR_CHALLENGE_MISMATCH: pp_status = -34;
/// No key has the identifier the message names.
pub const PP_ERR_UNKNOWN_KEY: pp_status = -35;
/// The attester did not accept the client.
pub const PP_ERR_ATTESTATION: pp_status = -36;
/// This one-shot state was used before.
pub const PP_ERR_ALREADY_USED: pp_status = -48;
/// The token was redeemed before.
pub const PP_ERR_REPLAYED: pp_status = -49;
/// The time in which this could be used is over, or has not come.
pub const PP_ERR_EXPIRED: pp_status = -50;
/// No room is left: a store is full.
pub const PP_ERR_EXHAUSTED: pp_status = -51;
/// The source of randomness failed.
pub const PP_ERR_RNG: pp_status = -64;
/// The spend store failed or did not answer.
pub const PP_ERR_STORE: pp_status = -65;
/// The signer failed, or its answer did not check.
pub const PP_ERR_SIGNER: pp_status = -66;
/// Memory could not be had.
pub const PP_ERR_NO_MEMORY: pp_status = -67;
/// A bug in this library.
pub const PP_ERR_INTERNAL: pp_status = -127;

/// The value of an offset or index that is not known.
pub const PP_NONE: u32 = u32::MAX;

/// What else is known of a failure. It holds numbers only, so it may be logged.
///
/// The last argument of every function that can fail points to one, or is NULL. It is written in
/// every case; after PP_OK it says so.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct pp_detail {
    /// What the function returned.
    pub status: pp_status,
    /// With PP_ERR_MISUSE: which argument broke a rule, counted from 1; 0 when it is none alone.
    pub argument: u32,
    /// The byte offset in the input, or with PP_ERR_BUFFER_TOO_SMALL the needed size; PP_NONE
    /// when not known.
    pub offset: u32,
    /// Which item of an array, or which challenge of a header, counted from 0; PP_NONE when not
    /// known.
    pub index: u32,
}

/// Give the name of a status: "PP_ERR_MALFORMED".
///
/// Returns: a static string; for a number of no status "PP_ERR_UNKNOWN"
/// In:      status  any number
#[unsafe(no_mangle)]
pub extern "C" fn pp_status_name(status: pp_status) -> *const c_char {
    let name = match ErrorKind::from_code(status) {
        None if status == PP_OK => c"PP_OK",
        None => c"PP_ERR_UNKNOWN",
        Some(kind) => match kind {
            ErrorKind::Misuse => c"PP_ERR_MISUSE",
            ErrorKind::BufferTooSmall => c"PP_ERR_BUFFER_TOO_SMALL",
            ErrorKind::Unsupported => c"PP_ERR_UNSUPPORTED",
            ErrorKind::Malformed => c"PP_ERR_MALFORMED",
            ErrorKind::Limit => c"PP_ERR_LIMIT",
            ErrorKind::InvalidToken => c"PP_ERR_INVALID_TOKEN",
            ErrorKind::InvalidProof => c"PP_ERR_INVALID_PROOF",
            ErrorKind::ChallengeMismatch => c"PP_ERR_CHALLENGE_MISMATCH",
            ErrorKind::UnknownKey => c"PP_ERR_UNKNOWN_KEY",
            ErrorKind::Attestation => c"PP_ERR_ATTESTATION",
            ErrorKind::AlreadyUsed => c"PP_ERR_ALREADY_USED",
            ErrorKind::Replayed => c"PP_ERR_REPLAYED",
            ErrorKind::Expired => c"PP_ERR_EXPIRED",
            ErrorKind::Exhausted => c"PP_ERR_EXHAUSTED",
            ErrorKind::Rng => c"PP_ERR_RNG",
            ErrorKind::Store => c"PP_ERR_STORE",
            ErrorKind::Signer => c"PP_ERR_SIGNER",
            ErrorKind::NoMemory => c"PP_ERR_NO_MEMORY",
            ErrorKind::Internal => c"PP_ERR_INTERNAL",
            _ => c"PP_ERR_UNKNOWN",
        },
    };
    name.as_ptr()
}

/// Say in one English sentence what a status means and what to do next. It is for logs and
/// developers, not for peers.
///
/// Returns: a static string
/// In:      status  any number
#[unsafe(no_mangle)]
pub extern "C" fn pp_status_message(status: pp_status) -> *const c_char {
    /// The sentences of the error table, each with the zero that C wants.
    macro_rules! sentences {
        ($($kind:ident)*) => {
            match ErrorKind::from_code(status) {
                $(Some(ErrorKind::$kind) => {
                    const TEXT: &str = ErrorKind::$kind.message();
                    const BYTES: [u8; TEXT.len() + 1] = with_zero(TEXT);
                    const { &BYTES }
                })*
                _ if status == PP_OK => b"nothing failed\0".as_slice(),
                _ => b"a status of a later version: see its band in privacypass.h\0".as_slice(),
            }
        };
    }
    let sentence: &'static [u8] = sentences!(
        Misuse BufferTooSmall Unsupported Malformed Limit InvalidToken InvalidProof ChallengeMismatch UnknownKey
        Attestation AlreadyUsed Replayed Expired Exhausted Rng Store Signer NoMemory Internal
    );
    sentence.as_ptr().cast()
}

const fn with_zero<const N: usize>(text: &str) -> [u8; N] {
    let mut out = [0; N];
    let mut at = 0;
    while at < text.len() {
        out[at] = text.as_bytes()[at];
        at += 1;
    }
    out
}

/// Give the HTTP status an issuer or attester answers with when a function returned `status`: RFC
/// 9578 sections 5.2 and 6.2.
///
/// Returns: 200 for PP_OK; 422, 403, 503 or 500; 500 for an unknown number
/// In:      status  what a function returned
#[unsafe(no_mangle)]
pub extern "C" fn pp_issuer_http_status(status: pp_status) -> u16 {
    if status == PP_OK { 200 } else { ErrorKind::from_code(status).map_or(500, http::issuer_status) }
}

/// Give the HTTP status an origin answers with when a function returned `status`. With 401 goes a
/// new challenge.
///
/// Returns: 200 for PP_OK; 400, 401, 503 or 500; 500 for an unknown number
/// In:      status  what a function returned
#[unsafe(no_mangle)]
pub extern "C" fn pp_origin_http_status(status: pp_status) -> u16 {
    if status == PP_OK { 200 } else { ErrorKind::from_code(status).map_or(500, http::origin_status) }
}
