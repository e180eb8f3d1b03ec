//! LIST OF ISSUERS
//!
//! What an attester publishes at PP_ATTESTER_ISSUERS_PATH: the issuers it works with, each with its keys, as JSON. Browser
//! extensions choose their attester by it: they look for the issuer of the challenge, and for its key.
//!
//! It is read as a directory is, with the same limit and the same need of memory.

use privacypass_core::ErrorKind;
use privacypass_core::directory::{DirectoryKey, IssuerList};
use privacypass_core::wire::same_name;

use crate::args::{self, Output, Slot};
use crate::bytes::pp_bytes;
use crate::directory::pp_directory_key;
use crate::guard::{Fault, guard};
use crate::handle::{self, Opaque};
use crate::status::{pp_detail, pp_status};

/// A list of issuers that was read.
pub struct pp_issuer_list {
    _opaque: [u8; 0],
}

/// One issuer and its keys.
type Issuer = (String, Vec<DirectoryKey>);

impl Opaque for pp_issuer_list {
    /// In the order of the names.
    type Object = Vec<Issuer>;
    const MAGIC: u64 = 0xC70B_5E92_38DA_41F6;
}

/// One issuer of a list that is to be written.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct pp_listed_issuer {
    /// The issuer's name, host[:port], as challenges have it.
    pub name: pp_bytes,
    /// Its keys, that which clients should take first.
    pub keys: *const pp_directory_key,
    /// How many keys.
    pub key_count: usize,
}

/// Read a list of issuers.
///
/// Returns: PP_OK
///          PP_ERR_LIMIT: more than PP_DIRECTORY_MAX_BYTES
///          PP_ERR_MALFORMED: no JSON, or no list of issuers
///          PP_ERR_NO_MEMORY
/// Out:     list       the list; NULL on an error
/// In:      data, len  the JSON as received; it may be freed afterwards
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_list_parse(
    list: *mut *mut pp_issuer_list,
    data: *const u8,
    len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        // SAFETY: the caller's promise.
        unsafe {
            handle::new_filled(list, || {
                Ok(IssuerList::parse(args::bytes(2, data, len)?)?.issuers.into_iter().collect())
            })
        }
    })
}

/// End a list. Views of it may not be used any more.
///
/// In:      list  the list, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_list_free(list: *mut pp_issuer_list) {
    // SAFETY: the caller's promise.
    unsafe { handle::end(list) };
}

/// Tell how many issuers a list has.
///
/// Returns: the number; 0 if list is none
/// In:      list  the list
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_list_count(list: *const pp_issuer_list) -> usize {
    let mut count = 0;
    guard(core::ptr::null_mut(), || {
        // SAFETY: the caller's promise.
        count = unsafe { handle::get(1, list) }?.len();
        Ok(())
    });
    count
}

/// Give the name of one issuer, and how many keys it has.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: issuer is not less than the number of issuers
/// Out:     name       UTF-8, as a span of the list
///          key_count  the number of its keys
/// In:      list       the list
///          issuer     which issuer, counted from 0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_list_issuer_at(
    list: *const pp_issuer_list,
    name: *mut pp_bytes,
    key_count: *mut usize,
    issuer: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        // SAFETY: the caller's promise.
        let list = unsafe { handle::get(1, list) }?;
        let (name_out, count_out) = (Slot::new(2, name)?, Slot::new(3, key_count)?);
        let (name, keys) = list.get(issuer).ok_or(Fault::argument(4))?;
        name_out.put(pp_bytes::lend(name.as_bytes()));
        count_out.put(keys.len());
        Ok(())
    })
}

/// Give one key of one issuer.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: issuer is not less than the number of issuers, or index than the number of its keys
/// Out:     key     the key, its bytes as a span of the list
/// In:      list    the list
///          issuer  which issuer, counted from 0
///          index   which of its keys, counted from 0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_list_key_at(
    list: *const pp_issuer_list,
    key: *mut pp_directory_key,
    issuer: usize,
    index: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        // SAFETY: the caller's promise.
        let list = unsafe { handle::get(1, list) }?;
        let out = Slot::new(2, key)?;
        let (_, keys) = list.get(issuer).ok_or(Fault::argument(3))?;
        out.put(pp_directory_key::lend(keys.get(index).ok_or(Fault::argument(4))?));
        Ok(())
    })
}

/// Find an issuer by its name, which is compared as pp_same_name does.
///
/// Returns: PP_OK
///          PP_ERR_UNKNOWN_KEY: the list does not have it
/// Out:     issuer          its number, counted from 0
/// In:      list            the list
///          name, name_len  the name, host[:port], as in the challenge
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_list_find(
    list: *const pp_issuer_list,
    issuer: *mut usize,
    name: *const u8,
    name_len: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        // SAFETY: the caller's promise.
        let (list, wanted) = unsafe { (handle::get(1, list)?, args::bytes(3, name, name_len)?) };
        let out = Slot::new(2, issuer)?;
        let wanted = args::text(3, wanted)?;
        out.put(list.iter().position(|(name, _)| same_name(name, wanted)).ok_or(ErrorKind::UnknownKey)?);
        Ok(())
    })
}

/// Write a list of issuers: JSON, without a zero at the end.
///
/// The issuers come in the order of their names. A key whose not_before is absent or 0 gets 1: extensions in use refuse a
/// list where it is missing or 0.
///
/// Returns: PP_OK
///          PP_ERR_MISUSE: a name is not UTF-8 or stands there twice, or a span or array breaks a rule (pp_detail.index
///          says of which issuer)
///          PP_ERR_BUFFER_TOO_SMALL
/// Out:     out             the JSON
///          out_len         its length
/// In:      capacity        the size of out
///          issuers, count  the issuers
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pp_issuer_list_write(
    out: *mut u8,
    capacity: usize,
    out_len: *mut usize,
    issuers: *const pp_listed_issuer,
    count: usize,
    detail: *mut pp_detail,
) -> pp_status {
    guard(detail, || {
        let out = Output::new(1, out, capacity, out_len)?;
        // SAFETY: the caller's promise.
        let issuers = unsafe { args::array(4, issuers, count) }?;
        let mut list = IssuerList::default();
        for (index, issuer) in issuers.iter().enumerate() {
            // SAFETY: as above, for the spans and arrays.
            let read = unsafe {
                args::span(4, &issuer.name).and_then(|name| {
                    Ok((args::text(4, name)?, pp_directory_key::read_all(4, issuer.keys, issuer.key_count)?))
                })
            };
            let (name, keys) = read.map_err(|fault| fault.with_index(index))?;
            if list.issuers.insert(name.into(), keys).is_some() {
                return Err(Fault::argument(4).with_index(index));
            }
        }
        out.put(list.to_json().as_bytes())
    })
}
