//! ISSUER DIRECTORY
//!
//! What an issuer publishes (RFC 9578 section 4): where token requests go, and its public keys, as JSON. Reading copies what
//! the JSON holds into a handle; views are spans of the handle.
//!
//! A directory is read leniently, because deployed ones differ: unknown members are ignored, base64 may be of either
//! alphabet and without padding, and a key that cannot be read is left out. It is written exactly.
//!
//! These functions ask the heap for memory. When it gives none, they end the process: reading the worst directory of
//! PP_DIRECTORY_MAX_BYTES takes about 120 MB for a moment, an honest one three times its size.

use privacypass_core::directory::{Directory, DirectoryKey, MAX_BYTES};
use privacypass_core::wire::TokenKeyId;
use privacypass_core::{ErrorKind, TokenType};

use crate::args::{self, Output, Slot};
use crate::bytes::pp_bytes;
use crate::guard::{Fault, Outcome, guard};
use crate::handle::{self, Opaque};
use crate::status::{pp_detail, pp_status};

/// The path of the directory at an issuer.
pub const PP_WELL_KNOWN_PATH: &str = "/.well-known/private-token-issuer-directory";
/// The path of the directory at issuers of before the RFC.
pub const PP_LEGACY_WELL_KNOWN_PATH: &str = "/.well-known/token-issuer-directory";
/// The path at which an attester lists its issuers, with their keys, for browser extensions.
pub const PP_ATTESTER_ISSUERS_PATH: &str = "/v1/private-token-issuer-directory";

/// The largest directory, or list of issuers, that is read, in bytes: some thousand keys.
pub const PP_DIRECTORY_MAX_BYTES: usize = 1_048_576;

const _: () = assert!(PP_DIRECTORY_MAX_BYTES == MAX_BYTES);

/// A directory that was read.
pub struct pp_directory {
    _opaque: [u8; 0],
}

impl Opaque for pp_directory {
    type Object = Directory;
    const MAGIC: u64 = 0x52E8_B16A_F907_3DC4;
}

/// One key of a directory: input for writing, view for reading.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct pp_directory_key {
    /// The type of the tokens the key makes; it may be one this library does not know.
    pub token_type: u16,
    /// The public key as published. Its identifier is pp_token_key_id_of these bytes.
    pub token_key: pp_bytes,
    /// Whether there is a time before which clients must not use the key: 1 or 0. In an input, any number but 0 is 1.
    pub has_not_before: i32,
    /// That time, in unix seconds; 0 if there is none.
    pub not_before: u64,
}

impl pp_directory_key {
    /// Lends a key for as long as it lives, which C cannot see.
    pub(crate) fn lend(key: &DirectoryKey) -> Self {
        Self {
            token_type: key.token_type.0,
            token_key: pp_bytes::lend(&key.token_key),
            has_not_before: key.not_before.is_some().into(),
            not_before: key.not_before.unwrap_or(0),
        }
    }

    /// Copies the keys of an input.
    pub(crate) unsafe fn read_all(argument: u32, keys: *const Self, count: usize) -> Outcome<Vec<DirectoryKey>> {
        // SAFETY: the caller's promise, here and for the spans.
        let keys = unsafe { args::array(argument, keys, count) }?;
        let read = |(index, key): (usize, &Self)| {
            // SAFETY: as above.
            let token_key = unsafe { args::span(argument, &key.token_key) }.map_err(|fault| fault.with_index(index))?;
            Ok(DirectoryKey {
                token_type: TokenType(key.token_type),
                token_key: token_key.to_vec(),
                not_before: (key.has_not_before != 0).then_some(key.not_before),
            })
        };
        keys.iter().enumerate().map(read).collect()
    }
}

/// Read a directory.
///
/// Returns: PP_OK
///          PP_ERR_LIMIT: more than PP_DIRECTORY_MAX_BYTES
///          PP_ERR_MALFORMED: no JSON, or no directory; one with no key that can be read is one all the same
///          PP_ERR_NO_MEMORY
/// Out:     directory  the directory; NULL on an error
/// In:      data, len  the JSON as received; it may be freed afterwards
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_directory_parse(
    directory: *mut *mut pp_directory,
    data: *const u8,
    len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    // SAFETY: the caller's promise.
    guard(detail, || unsafe { handle::new_filled(directory, || Ok(Directory::parse(args::bytes(2, data, len)?)?)) })
}

/// End a directory. Views of it may not be used any more.
///
/// In:      directory  the directory, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_directory_free(directory: *mut pp_directory) {
    // SAFETY: the caller's promise.
    unsafe { handle::end(directory) };
}

/// Give the place token requests go to: an absolute URL, or one relative to the directory's.
///
/// Returns: PP_OK
/// Out:     uri        UTF-8, as a span of the directory; the peer's text, and not checked to be a URL
/// In:      directory  the directory
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_directory_request_uri(
    directory: *const pp_directory,
    uri: *mut pp_bytes,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        // SAFETY: the caller's promise.
        let directory = unsafe { handle::get(1, directory) }?;
        Slot::new(2, uri)?.put(pp_bytes::lend(directory.issuer_request_uri.as_bytes()));
        Ok(())
    })
}

/// Tell how many keys a directory has.
///
/// Returns: the number; 0 if directory is none
/// In:      directory  the directory
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_directory_key_count(directory: *const pp_directory) -> usize {
    let mut count = 0;
    guard(core::ptr::null_mut(), || {
        // SAFETY: the caller's promise.
        count = unsafe { handle::get(1, directory) }?.token_keys.len();
        Ok(())
    });
    count
}

/// Give one key of a directory. They stand in the order of the issuer's preference.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: index is not less than the number of keys
/// Out:     key        the key, its bytes as a span of the directory
/// In:      directory  the directory
///          index      which key, counted from 0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_directory_key_at(
    directory: *const pp_directory,
    key: *mut pp_directory_key,
    index: usize,
    detail: *mut pp_detail,
) -> pp_status {
    // SAFETY: the caller's promise.
    guard(detail, || unsafe { find(directory, key, Fault::argument(3), |directory| directory.token_keys.get(index)) })
}

/// Choose the key a client uses now: the first of the type whose time has come.
///
/// Returns: PP_OK
///          PP_ERR_UNKNOWN_KEY: there is none
/// Out:     key         the key, its bytes as a span of the directory
/// In:      directory   the directory
///          token_type  the type of the token that is wanted
///          now         unix seconds
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_directory_key_for(
    directory: *const pp_directory,
    key: *mut pp_directory_key,
    token_type: u16,
    now: u64,
    detail: *mut pp_detail,
) -> pp_status {
    // SAFETY: the caller's promise.
    guard(detail, || unsafe {
        find(directory, key, ErrorKind::UnknownKey.into(), |directory| directory.key_for(TokenType(token_type), now))
    })
}

/// Find the key with an identifier, of any type, and whether or not its time has come: an origin looks so for the key of a
/// token.
///
/// Returns: PP_OK
///          PP_ERR_UNKNOWN_KEY: there is none
/// Out:     key           the key, its bytes as a span of the directory
/// In:      directory     the directory
///          token_key_id  PP_TOKEN_KEY_ID_BYTES bytes
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_directory_find(
    directory: *const pp_directory,
    key: *mut pp_directory_key,
    token_key_id: *const u8,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        // SAFETY: the caller's promise.
        unsafe {
            let id = TokenKeyId(*args::fixed(3, token_key_id)?);
            find(directory, key, ErrorKind::UnknownKey.into(), |directory| directory.find(id))
        }
    })
}

unsafe fn find(
    directory: *const pp_directory,
    key: *mut pp_directory_key,
    absent: Fault,
    choose: impl FnOnce(&Directory) -> Option<&DirectoryKey>,
) -> Outcome {
    // SAFETY: the caller's promise.
    let directory = unsafe { handle::get(1, directory) }?;
    let out = Slot::new(2, key)?;
    out.put(pp_directory_key::lend(choose(directory).ok_or(absent)?));
    Ok(())
}

/// Write a directory: JSON, without a zero at the end.
///
/// The dates of pp_key_schedule keep a change of keys from leaving clients without one.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the request URI is not UTF-8; a key's span breaks a rule (pp_detail.index says which)
///          PP_ERR_BUFFER_TOO_SMALL
/// Out:     out                           the JSON
///          out_len                       its length
/// In:      capacity                      the size of out
///          request_uri, request_uri_len  where token requests go: an absolute URL, or one relative to the directory's
///          keys, count                   the keys, that which clients should take first
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_directory_write(
    out: *mut u8,
    capacity: usize,
    out_len: *mut usize,
    request_uri: *const u8,
    request_uri_len: usize,
    keys: *const pp_directory_key,
    count: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Output::new(1, out, capacity, out_len)?;
        // SAFETY: the caller's promise.
        let (uri, token_keys) =
            unsafe { (args::bytes(4, request_uri, request_uri_len)?, pp_directory_key::read_all(6, keys, count)?) };
        let directory = Directory { issuer_request_uri: args::text(4, uri)?.into(), token_keys };
        out.put(directory.to_json().as_bytes())
    })
}
