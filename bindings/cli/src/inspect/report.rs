//! What was found in a value. The field names of these types are the JSON of `inspect --json`.

use privacypass_core::TokenType;
use privacypass_core::crypto::rsa::spki;
use privacypass_core::http;
use privacypass_core::wire::{Reader, TokenChallengeRef, TokenKeyId, TokenRef, TokenRequestRef};
use serde::{Serialize, Serializer};

use super::findings::Finding;

/// The whole answer.
#[derive(Serialize)]
pub(crate) struct Report {
    /// What the value is.
    pub(crate) kind: Kind,
    /// How its bytes were written; none for headers and JSON.
    pub(crate) encoding: Option<Encoding>,
    #[serde(flatten)]
    pub(crate) body: Body,
    pub(crate) findings: Vec<Finding>,
}

/// What a value can be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    WwwAuthenticate,
    Authorization,
    Challenge,
    Token,
    TokenRequest,
    TokenResponse,
    TokenKey,
    Directory,
    IssuerList,
    PrivateKey,
}

/// How bytes were written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Encoding {
    Base64url,
    Base64,
    Hex,
    Pem,
    Binary,
}

/// The fields, by kind.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Body {
    Header {
        challenges: Vec<Challenge>,
        skipped: Vec<Skipped>,
    },
    /// The token of `Authorization`, or none when the credentials cannot be read.
    Token {
        token: Option<Token>,
    },
    Challenge {
        challenge: Challenge,
    },
    Request {
        token_request: Request,
    },
    Response {
        token_response: Response,
    },
    Key {
        token_key: Key,
    },
    Directory {
        directory: Directory,
    },
    IssuerList {
        issuers: Vec<Issuer>,
    },
    Nothing {},
}

/// Bytes, in JSON as lower-case hex.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Hex(pub(crate) Vec<u8>);

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(&self.0))
    }
}

impl From<&[u8]> for Hex {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

/// A challenge. What cannot be read of its body is null.
#[derive(Serialize)]
pub(crate) struct Challenge {
    pub(crate) token_type: u16,
    pub(crate) issuer_name: Option<String>,
    pub(crate) origin_info: Option<Vec<String>>,
    pub(crate) redemption_context: Option<Hex>,
    pub(crate) challenge: Hex,
    pub(crate) challenge_digest: Hex,
    pub(crate) token_key: Option<Hex>,
    pub(crate) token_key_id: Option<Hex>,
    pub(crate) max_age: Option<u64>,
}

impl Challenge {
    /// Reads the bytes of a challenge, of which the first two are its type.
    pub(crate) fn read(token_type: TokenType, bytes: &[u8]) -> Self {
        let parsed = TokenChallengeRef::parse(bytes).ok();
        Self {
            token_type: token_type.0,
            issuer_name: parsed.map(|parsed| parsed.issuer_name().to_owned()),
            origin_info: parsed.map(|parsed| parsed.origins().map(str::to_owned).collect()),
            redemption_context: parsed.map(|parsed| parsed.redemption_context().into()),
            challenge: bytes.into(),
            challenge_digest: Hex(sha256(bytes).to_vec()),
            token_key: None,
            token_key_id: None,
            max_age: None,
        }
    }

    /// Adds the other parameters of the header.
    pub(crate) fn with_parameters(mut self, parameters: &http::Challenge<'_>) -> Self {
        let key = parameters.token_key().map(|key| key.decode_to_vec());
        self.token_key_id = key.as_deref().map(|key| Hex(TokenKeyId::of(key).0.to_vec()));
        self.token_key = key.map(Hex);
        self.max_age = parameters.max_age();
        self
    }
}

/// The SHA-256 of some bytes.
fn sha256(bytes: &[u8]) -> [u8; 32] {
    // A key identifier is the plain hash of what it identifies.
    TokenKeyId::of(bytes).0
}

/// Something in a header that is no challenge to answer.
#[derive(Serialize)]
pub(crate) struct Skipped {
    pub(crate) reason: &'static str,
    pub(crate) token_type: Option<u16>,
    /// The field line, counted from 0.
    pub(crate) line: usize,
    /// The byte in that line.
    pub(crate) offset: usize,
}

impl From<http::Skipped> for Skipped {
    fn from(skipped: http::Skipped) -> Self {
        Self {
            reason: skipped.reason.name(),
            token_type: skipped.token_type.map(|token_type| token_type.0),
            line: skipped.position.line,
            offset: skipped.position.offset,
        }
    }
}

/// A token.
#[derive(Serialize)]
pub(crate) struct Token {
    pub(crate) token_type: u16,
    pub(crate) nonce: Hex,
    pub(crate) challenge_digest: Hex,
    pub(crate) token_key_id: Hex,
    pub(crate) authenticator: Hex,
}

impl From<&TokenRef<'_>> for Token {
    fn from(token: &TokenRef<'_>) -> Self {
        Self {
            token_type: token.token_type().0,
            nonce: token.nonce()[..].into(),
            challenge_digest: token.challenge_digest()[..].into(),
            token_key_id: token.token_key_id().0[..].into(),
            authenticator: token.authenticator().into(),
        }
    }
}

/// A token request.
#[derive(Serialize)]
pub(crate) struct Request {
    pub(crate) token_type: u16,
    pub(crate) truncated_token_key_id: u8,
    pub(crate) blinded_msg: Hex,
}

impl From<&TokenRequestRef<'_>> for Request {
    fn from(request: &TokenRequestRef<'_>) -> Self {
        Self {
            token_type: request.token_type().0,
            truncated_token_key_id: request.truncated_token_key_id(),
            blinded_msg: request.blinded_msg().into(),
        }
    }
}

/// A token response, whose type only its length tells.
#[derive(Serialize)]
pub(crate) struct Response {
    pub(crate) token_type: u16,
    /// Type 0x0002.
    pub(crate) blind_sig: Option<Hex>,
    /// Type 0x0001.
    pub(crate) evaluate_msg: Option<Hex>,
    /// Type 0x0001.
    pub(crate) evaluate_proof: Option<Hex>,
}

impl Response {
    /// Reads a response of one of the two sizes; none for any other.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let of = |token_type: TokenType| token_type.sizes().map(|sizes| sizes.response) == Some(bytes.len());
        if of(TokenType::BLIND_RSA_2048) {
            let token_type = TokenType::BLIND_RSA_2048.0;
            return Some(Self { token_type, blind_sig: Some(bytes.into()), evaluate_msg: None, evaluate_proof: None });
        }
        let mut reader = Reader::new(bytes);
        let element = reader.array::<49>().ok()?;
        if !of(TokenType::VOPRF_P384) || !matches!(element[0], 2 | 3) {
            return None;
        }
        Some(Self {
            token_type: TokenType::VOPRF_P384.0,
            blind_sig: None,
            evaluate_msg: Some(element[..].into()),
            evaluate_proof: Some(reader.rest().into()),
        })
    }
}

/// A public key of an issuer.
#[derive(Serialize)]
pub(crate) struct Key {
    pub(crate) token_type: u16,
    pub(crate) token_key: Hex,
    pub(crate) token_key_id: Hex,
    pub(crate) truncated_token_key_id: u8,
    /// `p384-point`, `rfc9578`, `null-parameters`, `rsa-encryption`; null when it is none of them.
    pub(crate) form: Option<&'static str>,
    /// Unix seconds; null when absent, or when the key came alone.
    pub(crate) not_before: Option<u64>,
}

impl Key {
    /// Describes a key.
    pub(crate) fn read(token_type: TokenType, bytes: &[u8], not_before: Option<u64>) -> Self {
        let id = TokenKeyId::of(bytes);
        let form = match spki::parse(bytes).map(|parsed| parsed.form) {
            Ok(spki::Form::Rfc9578) => Some("rfc9578"),
            Ok(spki::Form::NullParameters) => Some("null-parameters"),
            Ok(spki::Form::RsaEncryption) => Some("rsa-encryption"),
            Ok(_) => None,
            Err(_) => (bytes.len() == 49 && matches!(bytes[0], 2 | 3)).then_some("p384-point"),
        };
        Self {
            token_type: token_type.0,
            token_key: bytes.into(),
            token_key_id: Hex(id.0.to_vec()),
            truncated_token_key_id: id.truncated(),
            form,
            not_before,
        }
    }
}

/// An issuer directory.
#[derive(Serialize)]
pub(crate) struct Directory {
    pub(crate) issuer_request_uri: Option<String>,
    pub(crate) token_keys: Vec<Key>,
}

/// An issuer in an attester's list.
#[derive(Serialize)]
pub(crate) struct Issuer {
    pub(crate) issuer_name: String,
    pub(crate) token_keys: Vec<Key>,
}
