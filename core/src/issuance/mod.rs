//! One file per token type: the only place that joins the messages to the cryptography.
//!
//! The roles ([`client`](crate::client), [`issuer`](crate::issuer), [`origin`](crate::origin)) hold no arithmetic and no
//! token type's details: they call the two key types of this module, which choose by token type. A further type is a
//! further file here, and a further arm in each `match`.

mod blind_rsa_2048;
mod issuer_key;
#[cfg(feature = "pkcs8")]
mod pkcs8;
mod token_key;
mod voprf_p384;

use core::iter;

use crate::error::{Error, ErrorKind, Result};
use crate::wire::TokenRequestRef;

pub use issuer_key::IssuerKey;
pub use token_key::{Randomness, TokenKey};

pub(crate) use token_key::Blinding;

/// How many requests or tokens go to the arithmetic at once.
///
/// A vector of the processor holds four RSA operations (two lanes each); more in one call share the set-up. Sixteen keep
/// the arrays on the stack below 10 KiB.
pub(crate) const CHUNK: usize = 16;

/// The result of an item that nothing has answered yet.
pub(crate) const UNANSWERED: Error = Error::new(ErrorKind::Internal);

/// The position in `keys` of the key that `request` names.
///
/// # Errors
/// [`ErrorKind::Unsupported`] when no key is of the request's type, [`ErrorKind::UnknownKey`] when none has the
/// identifier.
pub(crate) fn find_key<'a>(request: &TokenRequestRef<'_>, keys: impl Iterator<Item = &'a TokenKey>) -> Result<usize> {
    let mut error = ErrorKind::Unsupported;
    for (position, key) in keys.enumerate() {
        if key.token_type() == request.token_type() {
            if key.id().truncated() == request.truncated_token_key_id() {
                return Ok(position);
            }
            error = ErrorKind::UnknownKey;
        }
    }
    Err(error.into())
}

/// Answers the unanswered items that `pick` chooses, [`CHUNK`] at a time, through `run`.
///
/// `run` gets the chosen items and a result for each to fill. An error gets the index of its item.
pub(crate) fn answer_in_chunks<T: Copy, R>(
    results: &mut [Result<R>],
    pick: impl Fn(usize) -> Option<T>,
    mut run: impl FnMut(&[T], &mut [Result<R>]),
) {
    let unanswered = results.iter_mut().enumerate().filter(|(_, result)| matches!(result, Err(UNANSWERED)));
    let mut chosen = unanswered.filter_map(|(index, result)| Some((index, pick(index)?, result)));
    while let Some(first) = chosen.next() {
        let mut items = [first.1; CHUNK];
        let mut places = [const { None }; CHUNK];
        let mut count = 0;
        let chunk = iter::once(first).chain(&mut chosen);
        for ((item, place), (index, chosen, result)) in items.iter_mut().zip(&mut places).zip(chunk) {
            (*item, *place) = (chosen, Some((index, result)));
            count += 1;
        }
        let mut answers = [const { Err(UNANSWERED) }; CHUNK];
        run(items.get(..count).unwrap_or_default(), answers.get_mut(..count).unwrap_or_default());
        for (answer, (index, result)) in answers.into_iter().zip(places.into_iter().flatten()) {
            *result = answer.map_err(|error| error.with_index(index));
        }
    }
}
