//! TOKEN KEYS
//!
//! A token key is an issuer's public key, ready for use: what a client asks for tokens with, what an attester checks requests
//! against, and what an issuer with an external signer checks the signer with. It is a handle.

#![allow(clippy::undocumented_unsafe_blocks)] // every block passes on the caller's promise to keep the header's rules

use core::borrow::Borrow;
use core::ffi::c_void;

use privacypass_core::TokenType;
use privacypass_core::issuer::TokenKey;

use crate::args::{self, Slot};
use crate::guard::guard;
use crate::handle::{self, Filled, Handle, Opaque};
use crate::issuer_key::pp_issuer_key;
use crate::status::{pp_detail, pp_status};

/// The size of the memory pp_token_key_place needs, in bytes.
pub const PP_TOKEN_KEY_HANDLE_BYTES: usize = 2048;

/// An issuer's public key.
pub struct pp_token_key {
    _opaque: [u8; 0],
}

impl Opaque for pp_token_key {
    type Object = TokenKey;
    const MAGIC: u64 = 0x7E0A_93C1_5D24_B86F;
}

const _: () = assert!(size_of::<Handle<TokenKey>>() <= PP_TOKEN_KEY_HANDLE_BYTES);

impl Borrow<TokenKey> for Filled<pp_token_key> {
    fn borrow(&self) -> &TokenKey {
        self.object()
    }
}

/// Make an empty token key on the heap.
///
/// Returns: PP_OK
///          PP_ERR_NO_MEMORY
/// Out:     key  end it with pp_token_key_free
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_token_key_new(key: *mut *mut pp_token_key, detail: *mut pp_detail) -> pp_status {
    guard(detail, || unsafe { handle::new(key) })
}

/// End a token key that pp_token_key_new made.
///
/// In:      key  NULL is left alone
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_token_key_free(key: *mut pp_token_key) {
    unsafe { handle::end(key) };
}

/// Give the size of the memory pp_token_key_place needs.
///
/// Returns: PP_TOKEN_KEY_HANDLE_BYTES of the library
#[unsafe(no_mangle)]
pub extern "C" fn pp_token_key_size() -> usize {
    PP_TOKEN_KEY_HANDLE_BYTES
}

/// Make an empty token key in memory of the caller, which must stay there until pp_token_key_end.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the memory is not aligned to 8
///          PP_ERR_BUFFER_TOO_SMALL: fewer bytes than pp_token_key_size
/// Out:     key          the handle
/// In:      memory, len  the memory; what it holds does not matter
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_token_key_place(
    key: *mut *mut pp_token_key,
    memory: *mut c_void,
    len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || unsafe { handle::place(PP_TOKEN_KEY_HANDLE_BYTES, key, memory, len) })
}

/// End a token key that pp_token_key_place made. The memory is the caller's again.
///
/// In:      key  NULL is left alone
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_token_key_end(key: *mut pp_token_key) {
    unsafe { handle::end(key) };
}

/// Fill a token key with a public key as an issuer's directory or a token-key parameter publishes it.
///
/// Its identifier is the hash of these bytes. For type 0x0002 the SubjectPublicKeyInfo may have the form of RFC 9578, or
/// one of two others that some issuers publish.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the handle is filled already
///          PP_ERR_UNSUPPORTED: this build does not implement the type
///          PP_ERR_MALFORMED: the bytes are no key of the type
/// Out:     key         the handle to fill
/// In:      token_type  the type of the tokens the key is for
///          data, len   the public key
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_token_key_import(
    key: *mut pp_token_key,
    token_type: u16,
    data: *const u8,
    len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || unsafe {
        handle::fill(1, key, || Ok(TokenKey::from_bytes(TokenType(token_type), args::bytes(3, data, len)?)?))
    })
}

/// Fill a token key with the public half of an issuer key.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the handle is filled already, or the issuer key is empty
/// Out:     key         the handle to fill
/// In:      issuer_key  the private key
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_token_key_from_issuer_key(
    key: *mut pp_token_key,
    issuer_key: *const pp_issuer_key,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || unsafe { handle::fill(1, key, || Ok(handle::get(2, issuer_key)?.public().clone())) })
}

/// Tell which type of tokens a key is for.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the key is empty
/// Out:     token_type
/// In:      key
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_token_key_type(
    key: *const pp_token_key,
    token_type: *mut u16,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || unsafe {
        let key = handle::get(1, key)?;
        Slot::new(2, token_type)?.put(key.token_type().0);
        Ok(())
    })
}

/// Give the identifier of a key, which every token made with it carries.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the key is empty
/// Out:     token_key_id  PP_TOKEN_KEY_ID_BYTES bytes
/// In:      key
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_token_key_id(
    key: *const pp_token_key,
    token_key_id: *mut u8,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || unsafe { args::put_array(2, token_key_id, &handle::get(1, key)?.id().0) })
}
