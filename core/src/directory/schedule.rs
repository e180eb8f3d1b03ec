//! When an issuer's keys are published, used, and retired.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Directory, DirectoryKey};
use crate::error::{ErrorKind, Result};
use crate::issuance::IssuerKey;
use crate::token_type::TokenType;
use crate::wire::TokenKeyId;

/// How long the parts of a key's life are, in seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RotationPolicy {
    /// From publication until clients may use the key. It must exceed the time for which directories are cached.
    pub lead: u64,
    /// For how long clients prefer the key, until the next takes over.
    pub active: u64,
    /// For how long the issuer goes on answering for the key after that, for clients with an old directory.
    pub overlap: u64,
}

impl RotationPolicy {
    /// Two days of notice (directories are cached for one), thirty days of use, and a day of overlap.
    pub const DEFAULT: Self = Self { lead: 2 * 86_400, active: 30 * 86_400, overlap: 86_400 };
}

/// One key with its dates. All times are unix seconds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScheduledKey {
    /// The type of the tokens the key makes.
    pub token_type: TokenType,
    /// The public key, as published.
    pub token_key: Vec<u8>,
    /// From when on clients may use the key.
    pub not_before: u64,
    /// From when on the issuer no longer answers for the key, and origins no longer accept its tokens.
    pub not_after: u64,
}

impl ScheduledKey {
    /// The key's identifier.
    #[must_use]
    pub fn id(&self) -> TokenKeyId {
        TokenKeyId::of(&self.token_key)
    }

    /// Whether the issuer answers for the key at `now`: until it is retired, and before its time too, for a client
    /// whose clock is ahead.
    #[must_use]
    pub const fn is_live(&self, now: u64) -> bool {
        now < self.not_after
    }
}

/// The public side of an issuer's keys over time. It holds no secret.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct KeySchedule {
    keys: Vec<ScheduledKey>,
}

/// How many keys are tried for a free truncated identifier. With 255 of the 256 taken, all of them fail once in ten
/// million times; with a handful taken the second never fails.
const MAX_ATTEMPTS: usize = 4096;

impl KeySchedule {
    /// Starts without keys.
    #[must_use]
    pub const fn new() -> Self {
        Self { keys: Vec::new() }
    }

    /// The keys, in the order they were added.
    #[must_use]
    pub fn keys(&self) -> &[ScheduledKey] {
        &self.keys
    }

    /// Adds a key.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when `not_after` is not after `not_before`; [`ErrorKind::Exhausted`] when a key of the type
    /// that is live at `now` has the same truncated identifier, so that a request could not tell the two apart.
    pub fn add(&mut self, key: ScheduledKey, now: u64) -> Result<()> {
        if key.not_after <= key.not_before {
            return Err(ErrorKind::Misuse.into());
        }
        if !self.is_free(key.token_type, key.id().truncated(), now) {
            return Err(ErrorKind::Exhausted.into());
        }
        self.keys.push(key);
        Ok(())
    }

    /// Makes keys with `generate` until one has a truncated identifier that no live key of its type has.
    ///
    /// # Errors
    /// [`ErrorKind::Exhausted`] at once when all 256 are taken, and when none was found in 4096 tries; errors of
    /// `generate`.
    pub fn generate_free(
        &self,
        token_type: TokenType,
        now: u64,
        generate: &mut dyn FnMut() -> Result<IssuerKey>,
    ) -> Result<IssuerKey> {
        if !(0..=u8::MAX).any(|id| self.is_free(token_type, id, now)) {
            return Err(ErrorKind::Exhausted.into());
        }
        for _ in 0..MAX_ATTEMPTS {
            let key = generate()?;
            if self.is_free(token_type, key.id().truncated(), now) {
                return Ok(key);
            }
        }
        Err(ErrorKind::Exhausted.into())
    }

    /// When the next key of `token_type` has to be published for the change to be smooth, or `None` when there is no key
    /// of the type yet: publish one at once.
    #[must_use]
    pub fn next_publication(&self, token_type: TokenType, policy: &RotationPolicy) -> Option<u64> {
        let newest = self.of_type(token_type).map(|key| key.not_before).max()?;
        Some(newest.saturating_add(policy.active).saturating_sub(policy.lead))
    }

    /// The dates for a key published at `now`: it takes over from the newest key of its type, or starts at once when
    /// there is no usable one.
    #[must_use]
    pub fn dates(&self, token_type: TokenType, policy: &RotationPolicy, now: u64) -> (u64, u64) {
        let has_usable = self.of_type(token_type).any(|key| key.not_before <= now && key.is_live(now));
        let not_before = if has_usable { now.saturating_add(policy.lead) } else { now };
        let not_after = not_before.saturating_add(policy.active).saturating_add(policy.overlap);
        // A lifetime of nothing would be no key at all.
        (not_before, not_after.max(not_before.saturating_add(1)))
    }

    /// Retires keys early: the key with this identifier is live no longer from `now` on.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownKey`] when there is none; [`ErrorKind::Exhausted`] when no usable key of the type would be left.
    pub fn retire(&mut self, id: TokenKeyId, now: u64) -> Result<()> {
        let position = self.keys.iter().position(|key| key.id() == id).ok_or(ErrorKind::UnknownKey)?;
        let token_type = self.keys[position].token_type;
        let remains = self.keys.iter().enumerate().any(|(other, key)| {
            other != position && key.token_type == token_type && key.not_before <= now && key.is_live(now)
        });
        if !remains {
            return Err(ErrorKind::Exhausted.into());
        }
        let key = &mut self.keys[position];
        key.not_after = key.not_after.min(now);
        Ok(())
    }

    /// Removes keys that are live no longer and gives their identifiers, so that the private keys can be wiped.
    pub fn prune(&mut self, now: u64) -> Vec<TokenKeyId> {
        let retired = self.keys.iter().filter(|key| !key.is_live(now)).map(ScheduledKey::id).collect();
        self.keys.retain(|key| key.is_live(now));
        retired
    }

    /// The directory at `now`: the live keys, of each type the newest first, so that a client takes the newest whose
    /// time has come.
    ///
    /// # Errors
    /// [`ErrorKind::Expired`] when some type has no usable key, or there are no keys at all: a directory that only lists
    /// keys of the future leaves clients without one.
    pub fn directory(&self, issuer_request_uri: &str, now: u64) -> Result<Directory> {
        let mut live: Vec<&ScheduledKey> = self.keys.iter().filter(|key| key.is_live(now)).collect();
        live.sort_by(|a, b| (a.token_type, b.not_before).cmp(&(b.token_type, a.not_before)));
        let usable = |token_type| live.iter().any(|key| key.token_type == token_type && key.not_before <= now);
        if self.keys.is_empty() || !self.keys.iter().all(|key| usable(key.token_type)) {
            return Err(ErrorKind::Expired.into());
        }
        let token_keys = live
            .into_iter()
            .map(|key| DirectoryKey {
                token_type: key.token_type,
                token_key: key.token_key.clone(),
                not_before: Some(key.not_before),
            })
            .collect();
        Ok(Directory { issuer_request_uri: String::from(issuer_request_uri), token_keys })
    }

    fn of_type(&self, token_type: TokenType) -> impl Iterator<Item = &ScheduledKey> {
        self.keys.iter().filter(move |key| key.token_type == token_type)
    }

    fn is_free(&self, token_type: TokenType, truncated: u8, now: u64) -> bool {
        !self.of_type(token_type).any(|key| key.is_live(now) && key.id().truncated() == truncated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    const TYPE: TokenType = TokenType::VOPRF_P384;
    const POLICY: RotationPolicy = RotationPolicy { lead: 10, active: 100, overlap: 20 };

    fn key(token_key: Vec<u8>, (not_before, not_after): (u64, u64)) -> ScheduledKey {
        ScheduledKey { token_type: TYPE, token_key, not_before, not_after }
    }

    /// Bytes whose hash ends in `truncated`.
    fn bytes_with_id(truncated: u8) -> Vec<u8> {
        (0u32..).map(|n| n.to_be_bytes().to_vec()).find(|bytes| TokenKeyId::of(bytes).truncated() == truncated).unwrap()
    }

    #[test]
    fn a_rotation_never_leaves_clients_without_a_key() {
        let mut schedule = KeySchedule::new();
        assert_eq!(schedule.directory("/", 1000), Err(ErrorKind::Expired.into()));
        assert_eq!(schedule.next_publication(TYPE, &POLICY), None);
        schedule.add(key(vec![0], schedule.dates(TYPE, &POLICY, 1000)), 1000).unwrap();

        for round in 1..=20u8 {
            let due = schedule.next_publication(TYPE, &POLICY).unwrap();
            let dates = schedule.dates(TYPE, &POLICY, due);
            assert_eq!(dates.0, due + POLICY.lead);
            schedule.add(key(vec![round], dates), due).unwrap();
            for now in due..due + 200 {
                let mut at = schedule.clone();
                at.prune(now);
                if let Ok(directory) = at.directory("/", now) {
                    let chosen = directory.key_for(TYPE, now).unwrap();
                    let newest = if now < dates.0 { vec![round - 1] } else { vec![round] };
                    assert_eq!(chosen.token_key, newest, "{now}");
                } else {
                    assert!(now >= dates.1, "no usable key at {now}");
                }
            }
            schedule.prune(due);
            assert!(schedule.keys().len() <= 3);
        }
    }

    #[test]
    fn a_directory_of_future_keys_alone_is_an_error() {
        let mut schedule = KeySchedule::new();
        schedule.add(key(vec![1], (100, 200)), 0).unwrap();
        assert_eq!(schedule.directory("/", 99), Err(ErrorKind::Expired.into()));
        assert!(schedule.directory("/", 100).is_ok());
        assert_eq!(schedule.directory("/", 200), Err(ErrorKind::Expired.into()));
    }

    #[test]
    fn two_live_keys_never_share_a_truncated_id() {
        let first = bytes_with_id(7);
        let mut second = first.clone();
        second.push(0);
        while TokenKeyId::of(&second).truncated() != 7 {
            let last = second.len() - 1;
            second[last] = second[last].wrapping_add(1);
        }
        let mut schedule = KeySchedule::new();
        schedule.add(key(first, (0, 100)), 0).unwrap();
        assert_eq!(schedule.add(key(second.clone(), (50, 200)), 50), Err(ErrorKind::Exhausted.into()));
        assert_eq!(schedule.add(key(second, (100, 200)), 100), Ok(()));
    }

    #[test]
    fn the_search_for_a_free_id_ends() {
        let mut schedule = KeySchedule::new();
        for id in 0..=254 {
            schedule.add(key(bytes_with_id(id), (0, 100)), 0).unwrap();
        }
        let mut seed = 0u32;
        let mut generate = || {
            seed += 1;
            let mut bytes = [1; 32];
            bytes[..4].copy_from_slice(&seed.to_be_bytes());
            IssuerKey::derive_voprf_p384(&bytes)
        };
        let found = schedule.generate_free(TYPE, 0, &mut generate).map(|key| key.id().truncated());
        assert_eq!(found, Ok(255));
        schedule.add(key(bytes_with_id(255), (0, 100)), 0).unwrap();
        let mut never = || panic!("no key can help");
        assert_eq!(schedule.generate_free(TYPE, 0, &mut never).err(), Some(ErrorKind::Exhausted.into()));
        assert!(schedule.generate_free(TYPE, 100, &mut generate).is_ok(), "expired keys free their ids");
    }

    #[test]
    fn the_last_usable_key_cannot_be_retired() {
        let mut schedule = KeySchedule::new();
        schedule.add(key(vec![1], (0, 100)), 0).unwrap();
        schedule.add(key(vec![2], (50, 200)), 0).unwrap();
        let ids: Vec<_> = schedule.keys().iter().map(ScheduledKey::id).collect();
        assert_eq!(schedule.retire(ids[0], 49), Err(ErrorKind::Exhausted.into()));
        assert_eq!(schedule.retire(ids[0], 50), Ok(()));
        assert_eq!(schedule.retire(ids[1], 60), Err(ErrorKind::Exhausted.into()));
        assert_eq!(schedule.prune(60), [ids[0]]);
        assert_eq!(schedule.retire(ids[0], 60), Err(ErrorKind::UnknownKey.into()));
    }
}
