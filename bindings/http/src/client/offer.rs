//! Challenges a client can answer, taken out of the header.

use privacypass_core::http::{Item, challenges};
use privacypass_core::wire::TokenChallengeRef;
use privacypass_core::{Result, TokenType};
use reqwest::Url;
use reqwest::header::HeaderValue;

use super::error::{DeclineReason, Declined};
use crate::clock;

/// How many challenges of one answer are looked at; an origin that sends more is up to no good.
const CHALLENGES_MAX: usize = 32;

/// One challenge that passed every check that needs no network.
pub(super) struct Offer {
    /// Which challenge of the answer it is, counted from 0.
    pub(super) index: usize,
    pub(super) token_type: TokenType,
    pub(super) issuer_name: String,
    /// Who sent it: scheme, host and port.
    pub(super) origin: String,
    /// The challenge as received.
    pub(super) bytes: Vec<u8>,
    /// The issuer's key as received, if the origin named one.
    pub(super) token_key: Option<Vec<u8>>,
    pub(super) max_age: Option<u64>,
    /// When it was received, in unix seconds.
    pub(super) received: u64,
}

impl Offer {
    /// The parsed challenge.
    pub(super) fn challenge(&self) -> Result<TokenChallengeRef<'_>> {
        TokenChallengeRef::parse(&self.bytes)
    }
}

/// Reads the challenges of an answer from `url`: those to try, and those passed over.
pub(super) fn read_offers(lines: &[HeaderValue], url: &Url) -> (Vec<Offer>, Vec<Declined>) {
    let received = clock::now();
    let names = origin_names(url);
    let mut offers = Vec::new();
    let mut declined = Vec::new();
    let lines = lines.iter().map(HeaderValue::as_bytes);
    for (index, item) in challenges(lines).take(CHALLENGES_MAX).enumerate() {
        let challenge = match item {
            Item::Challenge(challenge) => challenge,
            Item::Skipped(skipped) => {
                if skipped.reason != privacypass_core::http::SkipReason::OtherScheme {
                    let reason = DeclineReason::Skipped(skipped.reason);
                    declined.push(Declined { index, token_type: skipped.token_type, reason });
                }
                continue;
            }
        };
        let token_type = challenge.token_type();
        let mut decline = |reason| declined.push(Declined { index, token_type: Some(token_type), reason });
        if !token_type.is_supported() {
            decline(DeclineReason::UnsupportedType);
            continue;
        }
        let bytes = challenge.value().decode_to_vec();
        let issuer_name = match TokenChallengeRef::parse(&bytes) {
            Err(_) => {
                decline(DeclineReason::Malformed);
                continue;
            }
            Ok(parsed) if !names.iter().any(|name| parsed.names_origin(name)) => {
                decline(DeclineReason::OtherOrigin);
                continue;
            }
            Ok(parsed) => parsed.issuer_name().to_owned(),
        };
        if challenge.max_age() == Some(0) {
            decline(DeclineReason::Expired);
            continue;
        }
        offers.push(Offer {
            index,
            token_type,
            issuer_name,
            origin: url.origin().ascii_serialization(),
            bytes,
            token_key: challenge.token_key().map(|key| key.decode_to_vec()),
            max_age: challenge.max_age(),
            received,
        });
    }
    (offers, declined)
}

/// The names by which a challenge may call the origin at `url`: with its port, which may be left out when it is the
/// scheme's own.
fn origin_names(url: &Url) -> Vec<String> {
    let Some(host) = url.host_str() else { return Vec::new() };
    match url.port() {
        Some(port) => vec![format!("{host}:{port}")],
        None => {
            url.port_or_known_default().map(|port| format!("{host}:{port}")).into_iter().chain([host.into()]).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use privacypass_core::http::{ChallengeParameters, Profile, SkipReason, challenges_to_string};
    use privacypass_core::wire::TokenChallenge;

    fn challenge(token_type: u16, origins: &[&str]) -> Vec<u8> {
        let template = TokenChallenge {
            token_type: TokenType(token_type),
            issuer_name: "issuer.example",
            redemption_context: None,
            origin_info: origins,
        };
        template.to_bytes().unwrap()
    }

    #[test]
    fn names_have_a_port_unless_it_is_the_schemes_own() {
        let names = |url| origin_names(&Url::parse(url).unwrap());
        assert_eq!(names("https://a.example/x"), ["a.example:443", "a.example"]);
        assert_eq!(names("https://a.example:8443/"), ["a.example:8443"]);
        assert_eq!(names("http://127.0.0.1:80/"), ["127.0.0.1:80", "127.0.0.1"]);
    }

    #[test]
    fn every_challenge_is_an_offer_or_has_a_reason() {
        let bytes = [
            challenge(0x02AA, &[]),
            challenge(5, &[]),
            challenge(2, &["b.example"]),
            challenge(2, &["b.example", "A.example"]),
            challenge(1, &[]),
            vec![0, 2, 0],
        ];
        let parameters = bytes.iter().map(|bytes| ChallengeParameters::new(bytes));
        let ours = challenges_to_string(parameters, Profile::Auto).unwrap();
        let over = challenge(2, &[]);
        let over = challenges_to_string([ChallengeParameters::new(&over).with_max_age(0)], Profile::Rfc).unwrap();
        let lines = ["Basic realm=\"x\"".to_owned(), ours, over].map(|line| HeaderValue::try_from(line).unwrap());
        let (offers, declined) = read_offers(&lines, &Url::parse("https://a.example/").unwrap());
        let taken: Vec<_> = offers.iter().map(|offer| (offer.index, offer.token_type.0)).collect();
        assert_eq!(taken, [(4, 2), (5, 1)]);
        let reasons: Vec<_> = declined.iter().map(|declined| (declined.index, declined.reason)).collect();
        assert_eq!(
            reasons,
            [
                (1, DeclineReason::Skipped(SkipReason::GreasedType)),
                (2, DeclineReason::UnsupportedType),
                (3, DeclineReason::OtherOrigin),
                (6, DeclineReason::Malformed),
                (7, DeclineReason::Expired),
            ]
        );
    }
}
