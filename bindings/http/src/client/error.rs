//! What can go wrong for a client, and what to do about it.

use std::fmt;

use privacypass_core::TokenType;
use privacypass_core::http::SkipReason;

use crate::transport::TransportError;

/// Why a request could not be made, or a token not be had.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ClientError {
    /// The URL cannot be parsed.
    Url,
    /// The URL is plain http beyond this machine.
    PlainHttp,
    /// TLS cannot be set up.
    Tls,
    /// The origin could not be asked.
    Origin(TransportError),
    /// The body of the request is a stream, which cannot be sent a second time with a token.
    BodyNotRepeatable,
    /// None of the origin's challenges can be answered, each for its reason.
    NoUsableChallenge(Vec<Declined>),
    /// One challenge is not answered. Inside of [`NoUsableChallenge`](Self::NoUsableChallenge) it becomes a [`Declined`].
    Declined(DeclineReason),
    /// The attester could not be asked, or did not answer as one.
    Attester(TransportError),
    /// The attester refused to vouch for this client.
    AttesterRefused,
    /// The attester, or the issuer behind it, answered a token request with this status.
    Issuance(u16),
    /// The token could not be made: see [`privacypass_core::Error::kind`]. `InvalidProof` means that the issuer's answer is
    /// wrong.
    Core(privacypass_core::Error),
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url => f.write_str("the URL cannot be read: write it as https://host[:port]/path"),
            Self::PlainHttp => {
                f.write_str("plain http is spoken with this machine only: use https, or allow it for a closed network")
            }
            Self::Tls => f.write_str("TLS cannot be set up: install the system's root certificates"),
            Self::Origin(error) => write!(f, "origin: {error}"),
            Self::BodyNotRepeatable => f.write_str(
                "the request's body is a stream: give it as bytes, so that it can be sent again with a token",
            ),
            Self::NoUsableChallenge(declined) => {
                f.write_str("the origin asks for a token that cannot be had here")?;
                declined.iter().try_for_each(|declined| write!(f, "; challenge {declined}"))
            }
            Self::Declined(reason) => reason.fmt(f),
            Self::Attester(error) => write!(f, "attester: {error}"),
            Self::AttesterRefused => f.write_str("the attester refused: follow its instructions and start again"),
            Self::Issuance(status) => {
                write!(f, "the token request was answered with status {status}: try again later, or another attester")
            }
            Self::Core(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ClientError {}

/// A challenge that was passed over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Declined {
    /// Which challenge of the answer, counted from 0 over all schemes.
    pub index: usize,
    /// Its token type, if that could be read.
    pub token_type: Option<TokenType>,
    /// Why.
    pub reason: DeclineReason,
}

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.index)?;
        if let Some(token_type) = self.token_type {
            write!(f, " (type {token_type})")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// Why a challenge is not answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum DeclineReason {
    /// The header holds no challenge there that can be read, or one that is there to be skipped.
    Skipped(SkipReason),
    /// The token type is not implemented here.
    UnsupportedType,
    /// The client answers another token type only.
    OtherType,
    /// The bytes are no `TokenChallenge`.
    Malformed,
    /// The challenge is for another origin than the one that sent it (RFC 9577 section 2.1.1).
    OtherOrigin,
    /// The challenge's `max-age` is over.
    Expired,
    /// No attester of this client lists the issuer.
    UnknownIssuer,
    /// The issuer's key in the challenge is not one that everybody sees: it may be there to recognise this client.
    UnlistedKey,
    /// The issuer publishes no usable key of the token type, or the challenge names one whose time has not come.
    NoKey,
    /// The issuer publishes so many keys of the token type that the choice of one could mark this client.
    TooManyKeys,
}

impl fmt::Display for DeclineReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Skipped(reason) => return write!(f, "skipped ({reason})"),
            Self::UnsupportedType => "the token type is not implemented here",
            Self::OtherType => "this client is set to another token type",
            Self::Malformed => "the challenge cannot be read: tell the origin's operator",
            Self::OtherOrigin => "the challenge is for another origin: check the origin's name and port",
            Self::Expired => "the challenge is over",
            Self::UnknownIssuer => "no attester lists the issuer: add one that does",
            Self::UnlistedKey => {
                "the issuer's key is not a published one, and may mark this client: tell both operators"
            }
            Self::NoKey => "the issuer publishes no usable key of this type",
            Self::TooManyKeys => {
                "the issuer publishes too many keys of this type, and each may mark a client: tell its operator"
            }
        })
    }
}
