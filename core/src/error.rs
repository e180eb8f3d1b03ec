//! The one error table: the same codes in Rust, C, Python, Kotlin and Swift.

use core::fmt;

/// What went wrong, and so who must act.
///
/// The numbers are the ABI: they never change meaning, and every language shows the same ones. Gaps inside a band are
/// left for later kinds of that band.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
#[repr(i32)]
pub enum ErrorKind {
    /// The caller broke a rule of the API.
    Misuse = -1,
    /// The output does not fit the buffer; nothing was consumed.
    BufferTooSmall = -2,
    /// This build or this role does not implement the token type or the option.
    Unsupported = -3,

    /// The bytes are no message of the expected kind.
    Malformed = -16,
    /// The message is longer, or has more items, than the stated limit.
    Limit = -17,

    /// The token's authenticator does not verify.
    InvalidToken = -32,
    /// The issuer's proof, or its blind signature, does not verify.
    InvalidProof = -33,
    /// The token was made for another challenge or another origin.
    ChallengeMismatch = -34,
    /// No key has the identifier the message names.
    UnknownKey = -35,
    /// The attester did not accept the client.
    Attestation = -36,

    /// This one-shot state was used before.
    AlreadyUsed = -48,
    /// The token was redeemed before.
    Replayed = -49,
    /// The time in which this could be used is over, or has not come.
    Expired = -50,
    /// No room is left: a store is full, or no truncated key id is free.
    Exhausted = -51,

    /// The source of randomness failed.
    Rng = -64,
    /// The spend store failed or did not answer.
    Store = -65,
    /// The signer failed, or its answer did not check.
    Signer = -66,
    /// Memory could not be had.
    NoMemory = -67,

    /// A bug in this library.
    Internal = -127,
}

/// The group an [`ErrorKind`] belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Band {
    /// The programmer must change the call.
    Misuse,
    /// The peer sent bytes that are no message.
    Malformed,
    /// The peer sent a message that does not verify. Tell it no more than that.
    Rejected,
    /// It was right once: used, replayed, expired, or full.
    State,
    /// The operator must act.
    Environment,
    /// We must act.
    Bug,
}

impl ErrorKind {
    /// Every kind, in the order of the table.
    pub const ALL: &'static [Self] = &[
        Self::Misuse,
        Self::BufferTooSmall,
        Self::Unsupported,
        Self::Malformed,
        Self::Limit,
        Self::InvalidToken,
        Self::InvalidProof,
        Self::ChallengeMismatch,
        Self::UnknownKey,
        Self::Attestation,
        Self::AlreadyUsed,
        Self::Replayed,
        Self::Expired,
        Self::Exhausted,
        Self::Rng,
        Self::Store,
        Self::Signer,
        Self::NoMemory,
        Self::Internal,
    ];

    /// The number every language shows.
    #[must_use]
    pub const fn code(self) -> i32 {
        self as i32
    }

    /// The kind with this number, if there is one.
    #[must_use]
    pub fn from_code(code: i32) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }

    /// The name in the table, as it stands in every language.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Misuse => "Misuse",
            Self::BufferTooSmall => "BufferTooSmall",
            Self::Unsupported => "Unsupported",
            Self::Malformed => "Malformed",
            Self::Limit => "Limit",
            Self::InvalidToken => "InvalidToken",
            Self::InvalidProof => "InvalidProof",
            Self::ChallengeMismatch => "ChallengeMismatch",
            Self::UnknownKey => "UnknownKey",
            Self::Attestation => "Attestation",
            Self::AlreadyUsed => "AlreadyUsed",
            Self::Replayed => "Replayed",
            Self::Expired => "Expired",
            Self::Exhausted => "Exhausted",
            Self::Rng => "Rng",
            Self::Store => "Store",
            Self::Signer => "Signer",
            Self::NoMemory => "NoMemory",
            Self::Internal => "Internal",
        }
    }

    /// The group this kind belongs to.
    #[must_use]
    pub const fn band(self) -> Band {
        match self {
            Self::Misuse | Self::BufferTooSmall | Self::Unsupported => Band::Misuse,
            Self::Malformed | Self::Limit => Band::Malformed,
            Self::InvalidToken
            | Self::InvalidProof
            | Self::ChallengeMismatch
            | Self::UnknownKey
            | Self::Attestation => Band::Rejected,
            Self::AlreadyUsed | Self::Replayed | Self::Expired | Self::Exhausted => Band::State,
            Self::Rng | Self::Store | Self::Signer | Self::NoMemory => Band::Environment,
            Self::Internal => Band::Bug,
        }
    }

    /// One sentence for a log or a developer, saying what to do next.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Misuse => "the call breaks a rule of the API: read the documentation of the function",
            Self::BufferTooSmall => "the output does not fit: call again with a buffer of the size reported",
            Self::Unsupported => "this token type or option is not implemented here: choose another or skip it",
            Self::Malformed => "the bytes are not what was expected: inspect them, at the offset if there is one",
            Self::Limit => "the message is over a limit: send less at once",
            Self::InvalidToken => "the token does not verify: refuse it and send a new challenge",
            Self::InvalidProof => "the issuer's answer does not verify: do not use it, and report the issuer",
            Self::ChallengeMismatch => "the token answers another challenge: refuse it and send a new challenge",
            Self::UnknownKey => "no key has this identifier: fetch the issuer's directory again",
            Self::Attestation => "the attester refused: follow its instructions and start again",
            Self::AlreadyUsed => "this state was used before: begin a new one",
            Self::Replayed => "the token was redeemed before: present a fresh token",
            Self::Expired => "the time for this is over or has not come: fetch a new one",
            Self::Exhausted => "no room is left: wait for expiry, raise the capacity, or retire a key",
            Self::Rng => "the source of randomness failed: check the operating system's generator",
            Self::Store => "the spend store failed: let nobody in, and send a new challenge when it is back",
            Self::Signer => "the signer failed or answered wrongly: check the device that holds the key",
            Self::NoMemory => "memory could not be had: free some or raise the limit",
            Self::Internal => "a bug in libprivacypass: please report it with the code and offset",
        }
    }
}

/// An error of this library: a kind and two numbers, so that no user data can reach a log.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Error {
    kind: ErrorKind,
    offset: u32,
    index: u32,
}

/// The value of `offset` and `index` that stands for "not known".
const NONE: u32 = u32::MAX;

impl Error {
    /// Makes an error without position.
    #[must_use]
    pub const fn new(kind: ErrorKind) -> Self {
        Self { kind, offset: NONE, index: NONE }
    }

    /// Adds where in the input the error was found.
    ///
    /// The value is the byte offset in the bytes given to the failing function; for
    /// [`BufferTooSmall`](ErrorKind::BufferTooSmall) it is the size that would have been enough.
    #[must_use]
    pub const fn at(mut self, offset: usize) -> Self {
        self.offset = saturate(offset);
        self
    }

    /// Adds which item of a batch, or which challenge of a header, failed; counted from 0.
    #[must_use]
    pub const fn with_index(mut self, index: usize) -> Self {
        self.index = saturate(index);
        self
    }

    /// What went wrong.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The number every language shows: [`ErrorKind::code`].
    #[must_use]
    pub const fn code(&self) -> i32 {
        self.kind.code()
    }

    /// The byte offset in the input, or the needed size of a buffer.
    #[must_use]
    pub const fn offset(&self) -> Option<usize> {
        if self.offset == NONE { None } else { Some(self.offset as usize) }
    }

    /// Which item of a batch, counted from 0.
    #[must_use]
    pub const fn index(&self) -> Option<usize> {
        if self.index == NONE { None } else { Some(self.index as usize) }
    }
}

#[allow(clippy::cast_possible_truncation)] // the branch keeps it in range
const fn saturate(value: usize) -> u32 {
    if value < NONE as usize { value as u32 } else { NONE }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Error");
        out.field("kind", &self.kind).field("code", &self.code());
        if let Some(offset) = self.offset() {
            out.field("offset", &offset);
        }
        if let Some(index) = self.index() {
            out.field("index", &index);
        }
        out.finish()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.kind.message(), self.kind.name())?;
        match (self.kind, self.offset()) {
            (_, None) => {}
            (ErrorKind::BufferTooSmall, Some(needed)) => write!(f, ", {needed} bytes needed")?,
            (_, Some(offset)) => write!(f, " at byte {offset}")?,
        }
        if let Some(index) = self.index() {
            write!(f, ", item {index}")?;
        }
        f.write_str(")")
    }
}

impl core::error::Error for Error {}

/// The result of this library's functions.
pub type Result<T, E = Error> = core::result::Result<T, E>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stay_in_their_bands() {
        for kind in ErrorKind::ALL {
            let band = match kind.code() {
                -15..=-1 => Band::Misuse,
                -31..=-16 => Band::Malformed,
                -47..=-32 => Band::Rejected,
                -63..=-48 => Band::State,
                -79..=-64 => Band::Environment,
                -127 => Band::Bug,
                other => panic!("{kind:?} has code {other} of no band"),
            };
            assert_eq!(kind.band(), band, "{kind:?}");
            assert_eq!(ErrorKind::from_code(kind.code()), Some(*kind));
        }
        assert_eq!(ErrorKind::from_code(0), None);
    }

    #[test]
    fn positions_survive_and_saturate() {
        let error = Error::new(ErrorKind::Malformed).at(7).with_index(2);
        assert_eq!((error.offset(), error.index()), (Some(7), Some(2)));
        assert_eq!(Error::new(ErrorKind::Malformed).at(usize::MAX).offset(), None);
    }
}
