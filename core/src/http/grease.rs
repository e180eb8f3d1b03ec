//! Greasing: what keeps peers able to skip what they do not know (RFC 9577 sections 2.1.2 and 6.2.1).
//!
//! Everything here is made from bytes the caller draws, so that the same bytes give the same result.

use core::borrow::Borrow;

use super::ChallengeParameters;
use crate::token_type::TokenType;

/// The longest greased challenge, in bytes.
const CHALLENGE_MAX: usize = 99;
/// The longest greased token key, in bytes.
const KEY_MAX: usize = 129;

/// Picks one of the types reserved for greasing.
///
/// 65536 leaves 1 over 17, so that one type is picked one time in 65536 more often than the others.
#[must_use]
pub fn grease_type(random: [u8; 2]) -> TokenType {
    let number = usize::from(u16::from_be_bytes(random));
    number
        .checked_rem(TokenType::GREASE.len())
        .and_then(|place| TokenType::GREASE.get(place))
        .copied()
        .unwrap_or(TokenType(0))
}

/// Decides whether to do what is to be done one time in `n`; never for 0.
///
/// For an origin: to grease, or to let a request pass unchallenged where tokens are not required (RFC 9577 section
/// 2.1.2). For a client: to leave a challenge unanswered, so that origins stay able to serve clients without tokens.
#[must_use]
pub const fn one_in(n: u32, random: [u8; 4]) -> bool {
    match u32::from_be_bytes(random).checked_rem(n) {
        Some(rest) => rest == 0,
        None => false,
    }
}

/// A challenge of a reserved type with arbitrary bytes, which every client must skip.
///
/// Its lengths are multiples of three, so that no profile must quote it because of padding.
#[derive(Clone, Debug)]
pub struct GreasedChallenge {
    token_type: TokenType,
    challenge: [u8; CHALLENGE_MAX],
    challenge_len: usize,
    key: [u8; KEY_MAX],
    key_len: usize,
    place: usize,
}

impl GreasedChallenge {
    /// How many random bytes [`from_random`](Self::from_random) takes.
    pub const RANDOM_BYTES: usize = 5 + CHALLENGE_MAX - 2 + KEY_MAX;

    /// Makes a greased challenge of 36 to 99 bytes, and in about half of the cases a token key of 33 to 129.
    #[must_use]
    pub fn from_random(random: &[u8; Self::RANDOM_BYTES]) -> Self {
        let mut bytes = random.iter().copied();
        let mut draw = || bytes.next().unwrap_or(0);
        let token_type = grease_type([draw(), draw()]);
        let challenge_len = 36_usize.saturating_add(usize::from(draw() % 22).saturating_mul(3));
        let key_draw = draw();
        let key_len =
            if key_draw < 128 { 0 } else { 33_usize.saturating_add(usize::from(key_draw % 33).saturating_mul(3)) };
        let place = usize::from(draw());
        let mut challenge = [0; CHALLENGE_MAX];
        let body = token_type.0.to_be_bytes().into_iter().chain(core::iter::from_fn(|| Some(draw())));
        for (slot, byte) in challenge.iter_mut().zip(body) {
            *slot = byte;
        }
        let mut key = [0; KEY_MAX];
        for slot in &mut key {
            *slot = draw();
        }
        Self { token_type, challenge, challenge_len, key, key_len, place }
    }

    /// Returns the reserved type.
    #[must_use]
    pub const fn token_type(&self) -> TokenType {
        self.token_type
    }

    /// Returns what to write.
    #[must_use]
    pub fn parameters(&self) -> ChallengeParameters<'_> {
        let parameters = ChallengeParameters::new(self.challenge.get(..self.challenge_len).unwrap_or_default());
        match self.key.get(..self.key_len) {
            Some(key) if !key.is_empty() => parameters.with_token_key(key),
            _ => parameters,
        }
    }

    /// Puts the greased challenge somewhere before the last of `real`, and returns the list to
    /// [write](super::write_challenges).
    ///
    /// Never last, because one client (Silk) reads only the last challenge. With none it stands alone.
    pub fn among<'a, I>(&'a self, real: I) -> impl Iterator<Item = ChallengeParameters<'a>> + Clone
    where
        I: IntoIterator<Item: Borrow<ChallengeParameters<'a>>, IntoIter: ExactSizeIterator + Clone>,
    {
        let real = real.into_iter().map(|parameters| *parameters.borrow());
        let place = self.place.checked_rem(real.len()).unwrap_or(0);
        real.clone().take(place).chain(core::iter::once(self.parameters())).chain(real.skip(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Item, Profile, SkipReason, challenges, write_challenges};

    /// Bytes that differ from one seed to the next.
    fn bytes(seed: u8) -> [u8; GreasedChallenge::RANDOM_BYTES] {
        let mut state = u32::from(seed) | 0x9E37_7900;
        core::array::from_fn(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
    }

    #[test]
    fn every_reserved_type_is_picked() {
        for (number, expected) in TokenType::GREASE.iter().enumerate() {
            assert_eq!(grease_type([0, u8::try_from(number).unwrap()]), *expected);
        }
        assert_eq!(grease_type([0, 17]), TokenType::GREASE[0]);
        assert_eq!(grease_type([0xFF, 0xFF]), TokenType::GREASE[0]);
    }

    #[test]
    fn one_in_n_is_that() {
        let count = |n: u32| (0..1000_u32).filter(|random| one_in(n, random.to_be_bytes())).count();
        assert_eq!((count(0), count(1), count(2), count(10), count(1000)), (0, 1000, 500, 100, 1));
    }

    #[test]
    fn every_client_skips_it_and_sees_the_last_real_one() {
        let real = [ChallengeParameters::new(&[0, 2, 1]), ChallengeParameters::new(&[0, 1, 2])];
        let (mut shortest, mut longest, mut keys, mut places) = (usize::MAX, 0, 0, [0; 3]);
        for seed in 0..=255 {
            let greased = GreasedChallenge::from_random(&bytes(seed));
            assert!(greased.token_type().is_grease());
            let mut header = [0; 600];
            for profile in [Profile::Rfc, Profile::Unquoted, Profile::Auto] {
                let len = write_challenges(greased.among(&real), profile, &mut header).unwrap();
                assert!(profile == Profile::Rfc || !header[..len].contains(&b'"') && !header[..len].ends_with(b"="));
                let mut seen = [None; 3];
                for (item, slot) in challenges([&header[..len]]).zip(&mut seen) {
                    *slot = match item {
                        Item::Challenge(challenge) => Some(challenge.token_type()),
                        Item::Skipped(skipped) => {
                            assert_eq!(skipped.reason, SkipReason::GreasedType);
                            assert_eq!(skipped.token_type, Some(greased.token_type()));
                            places[skipped.position.index] += 1;
                            None
                        }
                    };
                }
                assert_eq!(seen[2], Some(TokenType(1)));
                assert_eq!(seen.iter().flatten().count(), 2);
            }
            let mut header = [0; 600];
            let len = write_challenges([greased.parameters()], Profile::Unquoted, &mut header).unwrap();
            let text = core::str::from_utf8(&header[..len]).unwrap();
            keys += usize::from(text.contains("token-key"));
            let challenge = text.split(',').next().unwrap().len() - "PrivateToken challenge=".len();
            shortest = shortest.min(challenge / 4 * 3);
            longest = longest.max(challenge / 4 * 3);
        }
        assert_eq!((shortest, longest), (36, 99));
        assert!((64..192).contains(&keys), "{keys}");
        assert!(places[0] > 100 && places[1] > 100 && places[2] == 0, "{places:?}");
    }

    #[test]
    fn the_bytes_decide() {
        let one = GreasedChallenge::from_random(&bytes(1));
        assert_eq!(one.parameters(), GreasedChallenge::from_random(&bytes(1)).parameters());
        assert_ne!(one.parameters(), GreasedChallenge::from_random(&bytes(2)).parameters());
        let none: [ChallengeParameters<'_>; 0] = [];
        assert_eq!(one.among(none).count(), 1);
    }
}
