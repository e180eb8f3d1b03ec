//! Secret types can be neither printed, copied, compared nor serialised: checked by the compiler.

use std::fmt::{Debug, Display};
use std::hash::Hash;

use privacypass_core::client::PendingToken;
use privacypass_core::crypto::blind_rsa::BlindingInverse;
use privacypass_core::crypto::{rsa, voprf};
use privacypass_core::issuer::IssuerKey;
use privacypass_core::origin::{StatelessChallenges, VerifiedToken, VerifierKey};
use privacypass_core::wire::{Token, TokenInput, TokenRef};
use static_assertions::{assert_impl_all, assert_not_impl_any};

macro_rules! secret {
    ($($secret:ty),* $(,)?) => {
        $(assert_not_impl_any!(
            $secret: Debug, Display, Clone, Copy, Default, PartialEq, PartialOrd, Hash, AsRef<[u8]>, serde::Serialize
        );)*
    };
}

secret! {
    IssuerKey, VerifierKey, PendingToken, StatelessChallenges,
    voprf::PrivateKey, voprf::Blind,
    rsa::PrivateKey2048, rsa::PrivateKey4096, BlindingInverse<32>, BlindingInverse<64>,
}

// Bearer credentials and what identifies a redemption may be copied, but never printed.
assert_not_impl_any!(Token: Debug, Display, PartialEq, Hash, serde::Serialize);
assert_not_impl_any!(TokenRef<'static>: Debug, Display, serde::Serialize);
assert_not_impl_any!(TokenInput: Debug, Display, serde::Serialize);
assert_not_impl_any!(VerifiedToken: Debug, Display, serde::Serialize);

// Services share these between threads.
assert_impl_all!(IssuerKey: Send, Sync);
assert_impl_all!(VerifierKey: Send, Sync);
assert_impl_all!(StatelessChallenges: Send, Sync);
assert_impl_all!(PendingToken: Send, Sync);

/// Every secret type has something to do when it is dropped: wiping itself.
#[test]
fn secrets_are_dropped_with_care() {
    assert!(std::mem::needs_drop::<IssuerKey>());
    assert!(std::mem::needs_drop::<PendingToken>());
    assert!(std::mem::needs_drop::<StatelessChallenges>());
    assert!(std::mem::needs_drop::<voprf::PrivateKey>());
    assert!(std::mem::needs_drop::<voprf::Blind>());
    assert!(std::mem::needs_drop::<rsa::PrivateKey2048>());
    assert!(std::mem::needs_drop::<BlindingInverse<32>>());
    assert!(std::mem::needs_drop::<Token>());
}

/// An error shows a name, a sentence and numbers, and nothing of the input.
#[test]
fn errors_show_nothing_of_the_input() {
    let input = b"\x00\x02super-secret-bytes";
    let error = TokenRef::parse(input).err().expect("too short");
    for text in [format!("{error}"), format!("{error:?}")] {
        assert!(!text.contains("secret") && !text.contains(&hex::encode(&input[2..6])), "{text}");
        assert!(text.contains("Malformed"), "{text}");
    }
}
