//! ISSUER KEYS
//!
//! An issuer key is an issuer's private key for one token type. It is a handle; it is wiped when it
//! ends. Filling it does all the work that depends on the key alone, so fill it once and keep it.

#![allow(clippy::undocumented_unsafe_blocks)] // every block passes on the caller's promise to keep the header's rules

use core::borrow::Borrow;
use core::ffi::c_void;

use privacypass_core::TokenType;
use privacypass_core::issuer::IssuerKey;

use crate::args::{self, Output, Slot};
use crate::guard::{KEY, guard, guard_secret};
use crate::handle::{self, Filled, Handle, Opaque};
use crate::rng::{self, pp_rng};
use crate::status::{pp_detail, pp_status};

/// The size of the memory pp_issuer_key_place needs, in bytes.
pub const PP_ISSUER_KEY_HANDLE_BYTES: usize = 8192;

/// An issuer's private key, with its public key.
pub struct pp_issuer_key {
    _opaque: [u8; 0],
}

impl Opaque for pp_issuer_key {
    type Object = IssuerKey;
    const MAGIC: u64 = 0xD841_2FB7_09E6_5AC3;
}

const _: () = assert!(size_of::<Handle<IssuerKey>>() <= PP_ISSUER_KEY_HANDLE_BYTES);

impl Borrow<IssuerKey> for Filled<pp_issuer_key> {
    fn borrow(&self) -> &IssuerKey {
        self.object()
    }
}

/// Make an empty issuer key on the heap.
///
/// Returns: PP_OK
///          PP_ERR_NO_MEMORY
/// Out:     key  end it with pp_issuer_key_free
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_key_new(key: *mut *mut pp_issuer_key, detail: *mut pp_detail) -> pp_status {
    guard(detail, || unsafe { handle::new(key) })
}

/// Wipe and end an issuer key that pp_issuer_key_new made.
///
/// In:      key  NULL is left alone
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_key_free(key: *mut pp_issuer_key) {
    unsafe { handle::end(key) };
}

/// Give the size of the memory pp_issuer_key_place needs.
///
/// Returns: PP_ISSUER_KEY_HANDLE_BYTES of the library
#[unsafe(no_mangle)]
pub extern "C" fn pp_issuer_key_size() -> usize {
    PP_ISSUER_KEY_HANDLE_BYTES
}

/// Make an empty issuer key in memory of the caller, which must stay there until pp_issuer_key_end.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the memory is not aligned to 8
///          PP_ERR_BUFFER_TOO_SMALL: fewer bytes than pp_issuer_key_size
/// Out:     key          the handle
/// In:      memory, len  the memory; what it holds does not matter
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_key_place(
    key: *mut *mut pp_issuer_key,
    memory: *mut c_void,
    len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || unsafe { handle::place(PP_ISSUER_KEY_HANDLE_BYTES, key, memory, len) })
}

/// Wipe and end an issuer key that pp_issuer_key_place made. The memory is the caller's again.
///
/// In:      key  NULL is left alone
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_key_end(key: *mut pp_issuer_key) {
    unsafe { handle::end(key) };
}

/// Fill an issuer key with a new one. RSA keys take some tenths of a second.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the handle is filled already
///          PP_ERR_UNSUPPORTED: this build cannot make keys of the type (without a heap: RSA); or
///          rng is NULL, and it has no source of its own
///          PP_ERR_RNG
/// Out:     key         the handle to fill
/// In:      token_type  the type of the tokens the key makes
///          rng         a source of randomness; NULL is the system's
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_key_generate(
    key: *mut pp_issuer_key,
    token_type: u16,
    rng: *const pp_rng,
    detail: *mut pp_detail,
) -> pp_status {
    guard_secret::<KEY>(detail, || unsafe {
        handle::fill(1, key, || Ok(IssuerKey::generate(TokenType(token_type), &mut rng::source(3, rng)?)?))
    })
}

/// Fill an issuer key of type 0x0001 with the one that a seed gives (RFC 9578 section 5.5).
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the handle is filled already; the seed is shorter than 32 bytes
/// Out:     key             the handle to fill
/// In:      seed, seed_len  a secret; 32 bytes at least: the vectors of RFC 9497 have 32, those of
///                          RFC 9578 48
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_key_derive_voprf_p384(
    key: *mut pp_issuer_key,
    seed: *const u8,
    seed_len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard_secret::<KEY>(detail, || unsafe {
        handle::fill(1, key, || Ok(IssuerKey::derive_voprf_p384(args::bytes(2, seed, seed_len)?)?))
    })
}

/// Fill an issuer key of type 0x0001 with a private scalar.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the handle is filled already
///          PP_ERR_MALFORMED: it is not 48 bytes, is zero, or is not below the group's order
/// Out:     key                 the handle to fill
/// In:      scalar, scalar_len  48 bytes, big-endian
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_key_import_voprf_p384(
    key: *mut pp_issuer_key,
    scalar: *const u8,
    scalar_len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard_secret::<KEY>(detail, || unsafe {
        handle::fill(1, key, || Ok(IssuerKey::from_voprf_p384_scalar(args::bytes(2, scalar, scalar_len)?)?))
    })
}

/// Fill an issuer key of type 0x0002 with the numbers of an RSA key, each big-endian.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the handle is filled already
///          PP_ERR_MALFORMED: the numbers are not those of one RSA key
///          PP_ERR_UNSUPPORTED: it has not 2048 bits, or a public exponent of more than three bytes
/// Out:     key       the handle to fill
/// In:      n, n_len  the modulus
///          e, e_len  the public exponent
///          d, d_len  the private exponent
///          p, p_len  one prime
///          q, q_len  the other
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_key_import_blind_rsa_2048(
    key: *mut pp_issuer_key,
    n: *const u8,
    n_len: usize,
    e: *const u8,
    e_len: usize,
    d: *const u8,
    d_len: usize,
    p: *const u8,
    p_len: usize,
    q: *const u8,
    q_len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard_secret::<KEY>(detail, || unsafe {
        handle::fill(1, key, || {
            let (n, e, d) = (args::bytes(2, n, n_len)?, args::bytes(4, e, e_len)?, args::bytes(6, d, d_len)?);
            let (p, q) = (args::bytes(8, p, p_len)?, args::bytes(10, q, q_len)?);
            Ok(IssuerKey::from_blind_rsa_2048_components(n, e, d, p, q)?)
        })
    })
}

/// Fill an issuer key from PKCS#8 in PEM, not encrypted, label PRIVATE KEY.
///
/// An RSA key is of type 0x0002, a key on secp384r1 of type 0x0001. From a file with another label
/// (RSA PRIVATE KEY, EC PRIVATE KEY, ENCRYPTED PRIVATE KEY), `openssl pkcs8 -topk8 -nocrypt` makes
/// this one.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the handle is filled already
///          PP_ERR_MALFORMED: it is no such structure, has another label, or its numbers are no key
///          PP_ERR_UNSUPPORTED: another algorithm or curve, or another size
/// Out:     key           the handle to fill
/// In:      pem, pem_len  the text, without the zero at its end
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_key_import_pkcs8_pem(
    key: *mut pp_issuer_key,
    pem: *const u8,
    pem_len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard_secret::<KEY>(detail, || unsafe {
        handle::fill(1, key, || {
            let pem = core::str::from_utf8(args::bytes(2, pem, pem_len)?);
            Ok(IssuerKey::from_pkcs8_pem(pem.map_err(|_| privacypass_core::ErrorKind::Malformed)?)?)
        })
    })
}

/// Write an issuer key as PKCS#8 in PEM, label PRIVATE KEY, lines ending in a line feed, no zero at
/// the end.
///
/// This is the private key, unencrypted: keep it where secrets are kept, and wipe the buffer.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the key is empty
///          PP_ERR_BUFFER_TOO_SMALL
/// Out:     pem, pem_len  the text
/// In:      key           the key
///          capacity      the size of pem; 2048 is enough
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_key_export_pkcs8_pem(
    key: *const pp_issuer_key,
    pem: *mut u8,
    capacity: usize,
    pem_len: *mut usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard_secret::<{ crate::guard::MESSAGE }>(detail, || {
        let out = Output::new(2, pem, capacity, pem_len)?;
        out.put(unsafe { handle::get(1, key) }?.to_pkcs8_pem()?.as_bytes())
    })
}

/// Give the public key as a directory publishes it: token-key, before base64url. For type 0x0002 it
/// is the SubjectPublicKeyInfo of RFC 9578 section 6.5, for type 0x0001 a compressed point.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the key is empty
///          PP_ERR_BUFFER_TOO_SMALL
/// Out:     token_key, token_key_len  the public key, PP_TOKEN_KEY_MAX_BYTES at most
/// In:      key                       the key
///          capacity                  the size of token_key
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_key_token_key(
    key: *const pp_issuer_key,
    token_key: *mut u8,
    capacity: usize,
    token_key_len: *mut usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Output::new(2, token_key, capacity, token_key_len)?;
        out.put(unsafe { handle::get(1, key) }?.token_key())
    })
}

/// Tell which type of tokens a key makes.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the key is empty
/// Out:     token_type  one of PP_TOKEN_TYPE_
/// In:      key         the key
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_key_type(
    key: *const pp_issuer_key,
    token_type: *mut u16,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let key = unsafe { handle::get(1, key) }?;
        Slot::new(2, token_type)?.put(key.token_type().0);
        Ok(())
    })
}

/// Give the identifier of a key, which every token made with it carries.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: the key is empty
/// Out:     token_key_id  PP_TOKEN_KEY_ID_BYTES bytes
/// In:      key           the key
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_key_id(
    key: *const pp_issuer_key,
    token_key_id: *mut u8,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || args::put_array(2, token_key_id, &unsafe { handle::get(1, key) }?.id().0))
}
