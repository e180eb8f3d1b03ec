//! The HTTP status each role answers with when something failed.
//!
//! The peer learns from the status what it must do, and no more: which check of a token failed is for the log.

use crate::error::{Band, ErrorKind};

/// Returns the status an issuer, or an attester for itself, answers with.
///
/// | what | status |
/// |---|---|
/// | a message that is malformed or too long, a token type that is not issued, an unknown key id | 422 (RFC 9578 sections 5.2 and 6.2) |
/// | an attestation that was refused | 403, which clients in the field expect of an attester |
/// | another request that cannot be granted as it is (a retired key) | 422 |
/// | randomness, store, signer, memory; no room left | 503 |
/// | a misuse of this library by the service, a bug | 500 |
#[must_use]
pub const fn issuer_status(kind: ErrorKind) -> u16 {
    match kind {
        ErrorKind::Unsupported => 422,
        ErrorKind::Attestation => 403,
        // Nothing is wrong with the request, and the same request may be granted later.
        ErrorKind::Exhausted => 503,
        _ => match kind.band() {
            Band::Malformed | Band::Rejected | Band::State => 422,
            Band::Environment => 503,
            Band::Misuse | Band::Bug => 500,
        },
    }
}

/// Returns the status an origin answers with; with 401 goes a new challenge in `WWW-Authenticate`.
///
/// | what | status |
/// |---|---|
/// | credentials or a token that are malformed | 400 |
/// | a token that was rejected, replayed or is out of time, whatever the check that failed | 401 |
/// | a token of a type this origin does not ask for | 401 |
/// | randomness, store, signer, memory; a spend store that is full | 503 |
/// | a misuse of this library by the service, a bug | 500 |
///
/// Malformed credentials are a 400 and not a 401, because a new challenge would not mend the client that wrote them: one
/// client in the field (Silk) answers each challenge anew and without end.
#[must_use]
pub const fn origin_status(kind: ErrorKind) -> u16 {
    match kind {
        ErrorKind::Unsupported => 401,
        // The token is good and stays unspent: a new challenge would make the client burn another for nothing.
        ErrorKind::Exhausted => 503,
        _ => match kind.band() {
            Band::Malformed => 400,
            Band::Rejected | Band::State => 401,
            Band::Environment => 503,
            Band::Misuse | Band::Bug => 500,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds() {
        use ErrorKind::*;
        for kind in ErrorKind::ALL {
            let (issuer, origin) = match kind {
                Misuse | BufferTooSmall | Internal => (500, 500),
                Unsupported => (422, 401),
                Malformed | Limit => (422, 400),
                InvalidToken | InvalidProof | ChallengeMismatch | UnknownKey => (422, 401),
                Attestation => (403, 401),
                AlreadyUsed | Replayed | Expired => (422, 401),
                Exhausted => (503, 503),
                Rng | Store | Signer | NoMemory => (503, 503),
            };
            assert_eq!(issuer_status(*kind), issuer, "issuer, {kind:?}");
            assert_eq!(origin_status(*kind), origin, "origin, {kind:?}");
        }
    }
}
