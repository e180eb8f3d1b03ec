//! The attester: vouches for a client to an issuer, without learning which origin asked.
//!
//! What makes a client trustworthy is the host's business: a page with a button, a login, a device's secure hardware. This
//! module checks what passes through: that a request is one the issuer can answer, and that a response is one the
//! client can use. A request shows neither the challenge nor the origin.

use core::borrow::Borrow;

use crate::error::{Error, ErrorKind, Result};
use crate::issuance::{TokenKey, find_key};
use crate::token_type::TokenType;
use crate::wire::TokenRequestRef;

/// A request an attester has found fit to forward.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CheckedRequest {
    token_type: TokenType,
    key_position: usize,
}

/// Checks that `request` is for one of the issuer's `keys` and has the size of its type.
///
/// # Errors
/// [`ErrorKind::Malformed`], [`ErrorKind::Unsupported`] and [`ErrorKind::UnknownKey`]: what the issuer would refuse with
/// status 422, so it need not be asked.
pub fn check_request(request: &[u8], keys: &[impl Borrow<TokenKey>]) -> Result<CheckedRequest> {
    let request = TokenRequestRef::parse(request)?;
    Ok(CheckedRequest {
        token_type: request.token_type(),
        key_position: find_key(&request, keys.iter().map(Borrow::borrow))?,
    })
}

impl CheckedRequest {
    /// The type of token asked for.
    #[must_use]
    pub const fn token_type(&self) -> TokenType {
        self.token_type
    }

    /// The position, in the keys given to [`check_request`], of the key the request names.
    #[must_use]
    pub const fn key_position(&self) -> usize {
        self.key_position
    }

    /// Checks that the issuer's `response` has the size of the type. Only the client can check more.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] with the expected size as offset.
    pub fn check_response(&self, response: &[u8]) -> Result<()> {
        let expected = self.token_type.sizes().map_or(0, |sizes| sizes.response);
        if response.len() == expected { Ok(()) } else { Err(Error::new(ErrorKind::Malformed).at(expected)) }
    }
}
