//! The `PrivateToken` HTTP authentication scheme (RFC 9577): headers, media types and status codes.
//!
//! Bytes in, bytes out, nothing in between: reading borrows the header and allocates nothing, writing goes to a buffer
//! of the caller. What a challenge, a key or a token holds is the business of `wire` and of the roles;
//! here only their first two bytes are read, for the token type. No input makes any of this panic.
//!
//! ```
//! use privacypass_core::TokenType;
//! use privacypass_core::http::{self, ChallengeParameters, CredentialsParameters, Item, Profile};
//!
//! # fn main() -> privacypass_core::Result<()> {
//! // The origin challenges.
//! let challenge = [0x00, 0x02, 0x00, 0x01, b'i', 0x00, 0x00, 0x00];
//! let mut header = [0; 128];
//! let parameters = ChallengeParameters::new(&challenge).with_max_age(10);
//! let len = http::write_challenges([parameters], Profile::Auto, &mut header)?;
//! assert_eq!(&header[..len], br#"PrivateToken challenge="AAIAAWkAAAA=", max-age=10"#);
//!
//! // The client reads what it can answer, and learns why it cannot answer the rest.
//! let mut bytes = [0; 64];
//! for item in http::challenges(["Basic realm=\"x\"".as_bytes(), &header[..len]]) {
//!     match item {
//!         Item::Challenge(found) => {
//!             assert_eq!(found.token_type(), TokenType::BLIND_RSA_2048);
//!             assert_eq!(found.value().decode(&mut bytes)?, challenge);
//!             assert_eq!(found.max_age(), Some(10));
//!         }
//!         Item::Skipped(skipped) => assert_eq!(skipped.reason.name(), "other_scheme"),
//!     }
//! }
//!
//! // It presents a token, and the origin reads it.
//! let token = [0x00, 0x02, 0xAB];
//! let len = CredentialsParameters::new(&token).write_to(Profile::Auto, &mut header)?;
//! assert_eq!(&header[..len], b"PrivateToken token=AAKr");
//! let presented = http::authorization([&header[..len]])?.expect("ours");
//! assert_eq!(presented.token().decode(&mut bytes)?, token);
//! # Ok(())
//! # }
//! ```
#![deny(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects
)]
#![cfg_attr(
    test,
    allow(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::arithmetic_side_effects
    )
)]

mod authorization;
mod base64url;
mod build;
mod grease;
mod media_type;
mod params;
mod status;
mod www_authenticate;

pub use authorization::{Credentials, authorization};
#[cfg(feature = "alloc")]
pub use base64url::base64url;
pub use base64url::{Alphabet, Base64Value, Padding, encoded_len as base64_len, write_base64url};
#[cfg(feature = "alloc")]
pub use build::challenges_to_string;
pub use build::{ChallengeParameters, CredentialsParameters, Profile, challenges_len, write_challenges};
pub use grease::{GreasedChallenge, grease_type, one_in};
pub use media_type::MediaType;
pub use params::{Parameter, ParameterValue, Parameters, Position};
pub use status::{issuer_status, origin_status};
pub use www_authenticate::{Challenge, Challenges, Item, SkipReason, Skipped, challenges};

/// The name of the authentication scheme. Case does not count when it is read; some clients accept only this case.
pub const SCHEME: &str = "PrivateToken";

const CHALLENGE: &str = "challenge";
const TOKEN_KEY: &str = "token-key";
const MAX_AGE: &str = "max-age";
const REALM: &str = "realm";
const TOKEN: &str = "token";
const EXTENSIONS: &str = "extensions";

/// Whether the scheme defines this parameter of a challenge.
fn is_known(parameter: &Parameter<'_>) -> bool {
    [CHALLENGE, TOKEN_KEY, MAX_AGE, REALM].iter().any(|name| parameter.is(name))
}
