//! EMSA-PSS with SHA-384 and MGF1-SHA-384 (RFC 8017 section 9.1), for any salt length, without allocation.

use crate::error::{ErrorKind, Result};
use sha2::{Digest, Sha384};
use subtle::ConstantTimeEq;

/// Bytes of a SHA-384 digest.
const HASH: usize = 48;

/// The last byte of every encoded message.
const TRAILER: u8 = 0xbc;

/// Bytes of an encoded message of this many bits.
pub(crate) const fn encoded_len(em_bits: usize) -> usize {
    em_bits.div_ceil(8)
}

/// Encodes a message into all of `em`, which is [`encoded_len`] bytes long (EMSA-PSS-ENCODE).
///
/// # Errors
/// [`ErrorKind::Misuse`] when `em` has another length or the hash and salt do not fit.
pub(crate) fn encode(msg: &[u8], salt: &[u8], em_bits: usize, em: &mut [u8]) -> Result<()> {
    let (db, hash, trailer) = split(em, em_bits).ok_or(ErrorKind::Misuse)?;
    let padding_len = db.len().checked_sub(salt.len()).ok_or(ErrorKind::Misuse)?;
    let (padding, salt_place) = db.split_at_mut_checked(padding_len).ok_or(ErrorKind::Misuse)?;
    let [zeros @ .., separator] = padding else { return Err(ErrorKind::Misuse.into()) };
    zeros.fill(0);
    *separator = 1;
    salt_place.copy_from_slice(salt);
    *hash = salted_hash(msg, salt);
    *trailer = TRAILER;
    mgf1_xor(hash, db);
    clear_top(db, em_bits);
    Ok(())
}

/// Whether `em`, which is [`encoded_len`] bytes long, encodes the message (EMSA-PSS-VERIFY); `em` is used up.
///
/// Exactly one encoding exists for a message and a salt, and only that one is accepted.
pub(crate) fn verify(msg: &[u8], salt_len: usize, em_bits: usize, em: &mut [u8]) -> bool {
    let Some((db, hash, trailer)) = split(em, em_bits) else { return false };
    let Some(padding_len) = db.len().checked_sub(salt_len) else { return false };
    if *trailer != TRAILER || db.first().is_none_or(|first| first & !top_mask(em_bits) != 0) {
        return false;
    }
    mgf1_xor(hash, db);
    clear_top(db, em_bits);
    let Some((padding, salt)) = db.split_at_checked(padding_len) else { return false };
    let [zeros @ .., 1] = padding else { return false };
    if zeros.iter().any(|&byte| byte != 0) {
        return false;
    }
    salted_hash(msg, salt).ct_eq(hash).into()
}

/// The data block, the hash and the trailer of an encoded message; `None` when it has another length than it must have,
/// or is too short to have the three.
fn split(em: &mut [u8], em_bits: usize) -> Option<(&mut [u8], &mut [u8; HASH], &mut u8)> {
    if em.len() != encoded_len(em_bits) {
        return None;
    }
    let (trailer, rest) = em.split_last_mut()?;
    let (db, hash) = rest.split_last_chunk_mut()?;
    Some((db, hash, trailer))
}

/// H = Hash(eight zeros, Hash(msg), salt).
fn salted_hash(msg: &[u8], salt: &[u8]) -> [u8; HASH] {
    let inner = Sha384::digest(msg);
    Sha384::new().chain_update([0u8; 8]).chain_update(inner).chain_update(salt).finalize().into()
}

/// The bits of the first byte that an encoded message of this length may use.
fn top_mask(em_bits: usize) -> u8 {
    0xff >> (8 * encoded_len(em_bits) - em_bits)
}

/// Clears the bits that [`top_mask`] leaves out.
fn clear_top(db: &mut [u8], em_bits: usize) {
    if let Some(first) = db.first_mut() {
        *first &= top_mask(em_bits);
    }
}

/// Adds the mask made from the seed (RFC 8017 section B.2.1) to `out`.
fn mgf1_xor(seed: &[u8], out: &mut [u8]) {
    for (counter, block) in (0u32..).zip(out.chunks_mut(HASH)) {
        let mask = Sha384::new().chain_update(seed).chain_update(counter.to_be_bytes()).finalize();
        for (byte, mask) in block.iter_mut().zip(mask) {
            *byte ^= mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_length_encodes_and_verifies() {
        let salt = [0x5a; HASH];
        for salt in [&salt[..], &[]] {
            let least = 8 * (HASH + salt.len() + 1) + 1;
            for em_bits in least..least + 20 {
                let mut em = [0; 512];
                let em = &mut em[..encoded_len(em_bits)];
                encode(b"message", salt, em_bits, em).unwrap();
                assert_eq!(em[0] & !top_mask(em_bits), 0);
                assert!(verify(b"message", salt.len(), em_bits, em), "{em_bits} bits");
            }
            let em = &mut [0; 512][..encoded_len(least - 1)];
            assert_eq!(encode(b"", salt, least - 1, em).map_err(|e| e.kind()), Err(ErrorKind::Misuse));
            assert!(!verify(b"", salt.len(), least - 1, em));
        }
    }

    #[test]
    fn no_other_encoding_verifies() {
        for (salt, em_bits) in [(&[0x5a; HASH][..], 2047), (&[], 2047), (&[0x5a; HASH], 2041), (&[], 2048)] {
            let mut em = [0; 256];
            encode(b"message", salt, em_bits, &mut em).unwrap();
            for bit in 0..8 * em.len() {
                let mut other = em;
                other[bit / 8] ^= 1 << (bit % 8);
                assert!(!verify(b"message", salt.len(), em_bits, &mut other), "bit {bit} of {em_bits}");
            }
            for wrong_len in [salt.len() + 1, 20] {
                assert!(!verify(b"message", wrong_len, em_bits, &mut em.clone()));
            }
            assert!(!verify(b"massage", salt.len(), em_bits, &mut em.clone()));
            assert!(!verify(b"message", salt.len(), em_bits - 8, &mut em.clone()));
            assert!(verify(b"message", salt.len(), em_bits, &mut em));
        }
    }

    #[test]
    fn padding_of_another_shape_is_refused_though_the_hash_is_right() {
        let salt = [0x5a; HASH];
        let em_bits = 2047;
        let db_len = 256 - HASH - 1;
        // The separator of another value, and a bit set before it.
        for (at, byte) in [(db_len - HASH - 1, 3), (100, 1), (0, 0x40)] {
            let hash = salted_hash(b"message", &salt);
            let mut em = [0; 256];
            em[db_len - HASH - 1] = 1;
            em[at] = byte;
            em[db_len - HASH..db_len].copy_from_slice(&salt);
            mgf1_xor(&hash, &mut em[..db_len]);
            em[0] &= top_mask(em_bits);
            em[db_len..255].copy_from_slice(&hash);
            em[255] = TRAILER;
            assert!(!verify(b"message", HASH, em_bits, &mut em), "{byte} at {at}");
        }
    }
}
