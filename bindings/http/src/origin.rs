//! The origin as a tower layer: asks for tokens, verifies them, and lets each be redeemed once.
//!
//! ```no_run
//! use axum::{Extension, Router, routing::get};
//! use privacypass_core::TokenType;
//! use privacypass_http::origin::{OriginLayer, RedeemedToken, TrustedIssuer};
//! use privacypass_http::spend::MemorySpendStore;
//!
//! # fn run(token_key: &[u8]) -> privacypass_core::Result<()> {
//! let issuer = TrustedIssuer::new("issuer.example").with_public_key(TokenType::BLIND_RSA_2048, token_key)?;
//! let layer = OriginLayer::builder(MemorySpendStore::new(1_000_000))
//!     .name("origin.example")
//!     .issuer(issuer)
//!     .build()?;
//! let app: Router = Router::new()
//!     .route("/", get(|Extension(token): Extension<RedeemedToken>| async move { token.token_type().to_string() }))
//!     .layer(layer);
//! # Ok(())
//! # }
//! ```
//!
//! # What the peer sees
//!
//! | presented | answer |
//! |---|---|
//! | no token | 401 with a challenge (with [`Mode::Optional`] the request passes) |
//! | a good token | the service's, without the `Authorization` header |
//! | a token that is refused, for whatever reason | 401 with a new challenge, or 403: [`OnRefused`] |
//! | credentials that are no token | 400 |
//! | a request for a name that is not this origin's | 421 |
//! | a spend store or a generator that fails | 503; nobody is let in, though a store that was too slow may have spent the token |
//!
//! All refusals of a token look the same. Which check failed is in the log, as the name of the
//! [`ErrorKind`].

mod follow;
mod service;
mod state;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use privacypass_core::http::Profile;
use privacypass_core::issuer::IssuerKey;
use privacypass_core::issuer::TokenKey;
use privacypass_core::origin::{StatelessChallenges, VerifierKey};
use privacypass_core::provider::{Rng, SystemRng};
use privacypass_core::wire::{TokenChallenge, TokenKeyId};
use privacypass_core::{ErrorKind, Result, TokenType};

pub use follow::FollowedIssuer;
pub use service::OriginService;

use crate::pool::Pool;
use crate::spend::AsyncSpendStore;
use state::{Issuers, Shared};

/// Whether a request needs a token.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Mode {
    /// Every request needs one.
    #[default]
    Required,
    /// The service decides: a request without a token reaches it without a [`RedeemedToken`], and when it then answers
    /// 401, the layer adds the challenge. A token that is presented is verified all the same, and refused if it is bad.
    Optional,
}

/// What a client gets whose token was refused.
///
/// RFC 9577 has an origin answer with a new challenge, and so do we by default. Some browser extensions take every
/// challenge for a reason to load the page again, and do so without end when their tokens are refused (a clock that is
/// wrong, a key the origin does not know). An origin that sees such loops chooses [`Plain403`](Self::Plain403): the client
/// then stops, and a person who loads the page again is challenged as usual.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum OnRefused {
    /// 401 with a new challenge, as RFC 9577 says.
    #[default]
    Challenge,
    /// 403 without a challenge.
    Plain403,
}

/// What a request carries, as an extension, when its token was redeemed.
///
/// It does not hold the nonce: nothing in it tells one token from another of the same key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RedeemedToken {
    token_type: TokenType,
    token_key_id: TokenKeyId,
    issuer_name: Arc<str>,
}

impl RedeemedToken {
    /// The token's type.
    #[must_use]
    pub const fn token_type(&self) -> TokenType {
        self.token_type
    }

    /// The issuer key that made the token.
    #[must_use]
    pub const fn token_key_id(&self) -> TokenKeyId {
        self.token_key_id
    }

    /// The issuer's name, as configured.
    #[must_use]
    pub fn issuer_name(&self) -> &str {
        &self.issuer_name
    }
}

/// An issuer whose tokens an origin accepts, with its keys.
///
/// Of each token type, the first key is the one challenges name; the others are accepted. So at a rotation put the new
/// key first, and leave the old one until its tokens have expired.
pub struct TrustedIssuer {
    name: String,
    keys: Vec<TrustedKey>,
}

struct TrustedKey {
    verifier: VerifierKey,
    /// The public key as published, for the challenge.
    token_key: Vec<u8>,
}

impl TrustedIssuer {
    /// Starts with the issuer's name, `host[:port]`.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), keys: Vec::new() }
    }

    /// Adds a public key as the issuer's directory publishes it, for publicly verifiable tokens (type 0x0002).
    ///
    /// # Errors
    /// As [`TokenKey::from_bytes`]; [`ErrorKind::Unsupported`] for a type whose tokens only the private key verifies.
    pub fn with_public_key(mut self, token_type: TokenType, token_key: &[u8]) -> Result<Self> {
        if token_type == TokenType::VOPRF_P384 {
            return Err(ErrorKind::Unsupported.into());
        }
        let verifier = TokenKey::from_bytes(token_type, token_key)?.into();
        self.keys.push(TrustedKey { verifier, token_key: token_key.to_vec() });
        Ok(self)
    }

    /// The public keys as published, in the order they were added.
    pub fn token_keys(&self) -> impl Iterator<Item = &[u8]> {
        self.keys.iter().map(|key| key.token_key.as_slice())
    }

    /// Adds a private key shared with the issuer, for privately verifiable tokens (type 0x0001).
    #[must_use]
    pub fn with_private_key(mut self, key: IssuerKey) -> Self {
        let token_key = key.token_key().to_vec();
        self.keys.push(TrustedKey { verifier: key.into(), token_key });
        self
    }
}

/// For how long a challenge is accepted, in seconds, is one to two of these: short enough for a small spend store, long
/// enough for a person to answer an attester.
const EPOCH_SECONDS: u64 = 300;

/// Builds an [`OriginLayer`].
pub struct OriginBuilder {
    names: Vec<String>,
    issuers: Vec<TrustedIssuer>,
    store: Box<dyn AsyncSpendStore>,
    cross_origin: bool,
    challenges: Option<StatelessChallenges>,
    profile: Profile,
    mode: Mode,
    on_refused: OnRefused,
    grease_one_in: u32,
    store_timeout: Duration,
    page: Option<Arc<str>>,
}

impl OriginBuilder {
    /// Adds a name of this origin, `host[:port]`, as clients write it in `Host`.
    ///
    /// A challenge names the one that the request was for, so that the token is of use nowhere else.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.names.push(name.into());
        self
    }

    /// Lets challenges name no origin, when no [`name`](Self::name) is given: the tokens are then cross-origin.
    ///
    /// # Security
    /// A challenge without names is one that any site can show to its own visitors: their clients cannot tell that it is
    /// yours, and the site then holds tokens that you accept. The redemption context, which is bound to this origin's secret,
    /// only keeps tokens for other origins' challenges out.
    #[must_use]
    pub const fn danger_cross_origin(mut self) -> Self {
        self.cross_origin = true;
        self
    }

    /// Adds an issuer.
    #[must_use]
    pub fn issuer(mut self, issuer: TrustedIssuer) -> Self {
        self.issuers.push(issuer);
        self
    }

    /// Sets the challenges: the secret, which all processes of this origin share, and the length of an epoch.
    ///
    /// The default is a random secret and an epoch of 300 seconds: right for one process with a store in memory, because a
    /// restart then forgets both together.
    #[must_use]
    pub fn challenges(mut self, challenges: StatelessChallenges) -> Self {
        self.challenges = Some(challenges);
        self
    }

    /// Sets how headers are written; the default is [`Profile::Auto`].
    #[must_use]
    pub const fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Sets whether requests need a token; the default is [`Mode::Required`].
    #[must_use]
    pub const fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets what a client gets whose token was refused; the default is [`OnRefused::Challenge`].
    #[must_use]
    pub const fn on_refused(mut self, on_refused: OnRefused) -> Self {
        self.on_refused = on_refused;
        self
    }

    /// Adds a greased challenge to one answer in `n`, so that clients go on skipping what they do not know (RFC 9577
    /// section 6.2.1); the default is 16, and 0 never does.
    #[must_use]
    pub const fn grease_one_in(mut self, n: u32) -> Self {
        self.grease_one_in = n;
        self
    }

    /// Sets for how long the spend store may take; the default is two seconds, then the answer is 503.
    #[must_use]
    pub const fn store_timeout(mut self, timeout: Duration) -> Self {
        self.store_timeout = timeout;
        self
    }

    /// Sets an HTML page that goes with a challenge, for people whose browser has no client.
    #[must_use]
    pub fn page(mut self, html: impl Into<Arc<str>>) -> Self {
        self.page = Some(html.into());
        self
    }

    /// Makes the layer.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when the origin has no name, no issuer has a key, or a name cannot stand in a challenge;
    /// [`ErrorKind::Rng`].
    pub fn build(self) -> Result<OriginLayer> {
        if self.names.is_empty() && !self.cross_origin {
            return Err(ErrorKind::Misuse.into());
        }
        let challenges = match self.challenges {
            Some(challenges) => challenges,
            None => {
                let mut secret = [0; StatelessChallenges::SECRET_BYTES];
                SystemRng.fill(&mut secret)?;
                StatelessChallenges::new(secret, EPOCH_SECONDS)?
            }
        };
        let issuers = Issuers::new(self.issuers, &self.names)?;
        Ok(OriginLayer {
            shared: Arc::new(Shared {
                names: self.names,
                issuers: RwLock::new(Arc::new(issuers)),
                store: self.store,
                challenges,
                profile: self.profile,
                mode: self.mode,
                on_refused: self.on_refused,
                grease_one_in: self.grease_one_in,
                store_timeout: self.store_timeout,
                page: self.page,
                pool: Pool::new(),
            }),
        })
    }
}

/// How often an answer is greased when the caller does not say.
const GREASE_ONE_IN: u32 = 16;
/// How long a spend store may take when the caller does not say.
const STORE_TIMEOUT: Duration = Duration::from_secs(2);

/// A layer that lets requests with a token through. Clones share everything.
#[derive(Clone)]
pub struct OriginLayer {
    shared: Arc<Shared>,
}

impl OriginLayer {
    /// Builds a layer that remembers redeemed tokens in `store`.
    #[must_use]
    pub fn builder(store: impl AsyncSpendStore) -> OriginBuilder {
        OriginBuilder {
            names: Vec::new(),
            issuers: Vec::new(),
            store: Box::new(store),
            cross_origin: false,
            challenges: None,
            profile: Profile::default(),
            mode: Mode::default(),
            on_refused: OnRefused::default(),
            grease_one_in: GREASE_ONE_IN,
            store_timeout: STORE_TIMEOUT,
            page: None,
        }
    }

    /// Replaces the issuers and their keys, for a rotation.
    ///
    /// # Errors
    /// As [`OriginBuilder::build`]; the old ones then stay.
    pub fn replace_issuers(&self, issuers: Vec<TrustedIssuer>) -> Result<()> {
        let issuers = Issuers::new(issuers, &self.shared.names)?;
        *self.shared.issuers.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(issuers);
        tracing::info!(role = "origin", "issuers replaced");
        Ok(())
    }
}

impl<S> tower_layer::Layer<S> for OriginLayer {
    type Service = OriginService<S>;

    fn layer(&self, inner: S) -> OriginService<S> {
        OriginService::new(Arc::clone(&self.shared), inner)
    }
}

/// The challenge of an issuer for one of the origin's names, before its redemption context.
fn template<'a>(token_type: TokenType, issuer_name: &'a str, origin_info: &'a [&'a str]) -> TokenChallenge<'a> {
    TokenChallenge { token_type, issuer_name, redemption_context: None, origin_info }
}
