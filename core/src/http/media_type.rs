//! The media types of issuance (RFC 9578 section 8.3), of its drafts, and of older deployments.

/// A media type of Privacy Pass.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum MediaType {
    /// A `TokenRequest` (RFC 9578 section 8.3.2).
    TokenRequest,
    /// A `TokenResponse` (RFC 9578 section 8.3.3).
    TokenResponse,
    /// An issuer directory (RFC 9578 section 8.3.1).
    IssuerDirectory,
    /// A request for several tokens under one proof (draft-ietf-privacypass-batched-tokens).
    AmortizedBatchRequest,
    /// The answer to [`AmortizedBatchRequest`](Self::AmortizedBatchRequest) (the same draft).
    AmortizedBatchResponse,
    /// A request for tokens of any mix of types (draft-ietf-privacypass-batched-tokens).
    GenericBatchRequest,
    /// The answer to [`GenericBatchRequest`](Self::GenericBatchRequest) (the same draft).
    GenericBatchResponse,
    /// A `TokenRequest` as deployments older than RFC 9578 name it. Accept it, never send it.
    LegacyTokenRequest,
    /// A `TokenResponse` as deployments older than RFC 9578 name it. Accept it, and send it only to who asked so.
    LegacyTokenResponse,
}

impl MediaType {
    /// Every media type, in the order of the enum.
    pub const ALL: &'static [Self] = &[
        Self::TokenRequest,
        Self::TokenResponse,
        Self::IssuerDirectory,
        Self::AmortizedBatchRequest,
        Self::AmortizedBatchResponse,
        Self::GenericBatchRequest,
        Self::GenericBatchResponse,
        Self::LegacyTokenRequest,
        Self::LegacyTokenResponse,
    ];

    /// Returns the value to send as `Content-Type` or `Accept`: lower case and without parameters, because one client
    /// (Silk) compares the string.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokenRequest => "application/private-token-request",
            Self::TokenResponse => "application/private-token-response",
            Self::IssuerDirectory => "application/private-token-issuer-directory",
            Self::AmortizedBatchRequest => "application/private-token-amortized-batch-request",
            Self::AmortizedBatchResponse => "application/private-token-amortized-batch-response",
            Self::GenericBatchRequest => "application/private-token-generic-batch-request",
            Self::GenericBatchResponse => "application/private-token-generic-batch-response",
            Self::LegacyTokenRequest => "message/token-request",
            Self::LegacyTokenResponse => "message/token-response",
        }
    }

    /// Reads a `Content-Type`; `None` for any other media type.
    ///
    /// Case does not count (RFC 9110 section 8.3.1), and parameters are passed over: none is defined for these types,
    /// and frameworks add `charset` unasked.
    #[must_use]
    pub fn parse(content_type: &[u8]) -> Option<Self> {
        let essence = content_type.split(|byte| *byte == b';').next()?.trim_ascii();
        Self::ALL.iter().copied().find(|known| essence.eq_ignore_ascii_case(known.as_str().as_bytes()))
    }

    /// Whether a `Content-Type` is this media type, as [`parse`](Self::parse) reads it.
    #[must_use]
    pub fn matches(self, content_type: &[u8]) -> bool {
        Self::parse(content_type) == Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_parameters_do_not_count() {
        for value in [
            "application/private-token-request",
            "Application/Private-Token-Request",
            " application/private-token-request ; charset=utf-8",
            "application/private-token-request;q=\";\"",
        ] {
            assert_eq!(MediaType::parse(value.as_bytes()), Some(MediaType::TokenRequest), "{value}");
        }
        assert!(!MediaType::TokenResponse.matches(b"application/private-token-request"));
        assert!(MediaType::LegacyTokenRequest.matches(b"message/token-request"));
    }

    #[test]
    fn other_types_are_none() {
        for value in ["", ";", "application/json", "application/private-token-requests", "private-token-request"] {
            assert_eq!(MediaType::parse(value.as_bytes()), None, "{value}");
        }
    }

    #[test]
    fn every_type_reads_as_itself() {
        for known in MediaType::ALL {
            assert_eq!(MediaType::parse(known.as_str().as_bytes()), Some(*known));
        }
    }
}
