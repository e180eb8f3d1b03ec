//! Runs every target over its seeds, and over what is near them: every truncation, one trailing byte, every byte
//! changed in a few ways. FUZZ_SEEDS is the folder that tests/tools/fuzz_seeds.py filled.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use privacypass_fuzz::{CANARY, TARGETS, Target};

fn seeds(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let generated = std::env::var_os("FUZZ_SEEDS").expect("FUZZ_SEEDS: run tests/tools/soak.sh --seeds");
    let folders = [PathBuf::from(generated), Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions")];
    let mut found = Vec::new();
    for folder in folders.map(|folder| folder.join(target)).iter().filter(|folder| folder.is_dir()) {
        for entry in fs::read_dir(folder).expect("a folder that can be read") {
            let path = entry.expect("an entry that can be read").path();
            let bytes = fs::read(&path).expect("a seed that can be read");
            found.push((path, bytes));
        }
    }
    found
}

/// The seed itself and its neighbours.
fn neighbours(seed: &[u8], mut check: impl FnMut(&[u8])) {
    check(seed);
    (0..seed.len()).for_each(|length| check(&seed[..length]));
    check(&[seed, &[0]].concat());
    let mut changed = seed.to_vec();
    for place in 0..seed.len() {
        for value in [seed[place] ^ 1, seed[place] ^ 0x80, 0, 0xFF, b'"', b','] {
            changed[place] = value;
            check(&changed);
        }
        changed[place] = seed[place];
    }
}

fn run(name: &str, target: Target, seeds: &[(PathBuf, Vec<u8>)]) -> usize {
    let mut count = 0;
    for (path, seed) in seeds {
        neighbours(seed, |input| {
            count += 1;
            let outcome = catch_unwind(AssertUnwindSafe(|| target(input)));
            assert!(outcome.is_ok(), "{name} fails near {}: {input:02x?}", path.display());
        });
    }
    count
}

#[test]
fn no_target_fails_at_or_near_its_seeds() {
    for (name, target) in TARGETS {
        let seeds = seeds(name);
        assert!(!seeds.is_empty(), "{name} has no seed");
        let count = run(name, *target, &seeds);
        println!("{name}: {} seeds, {count} inputs", seeds.len());
    }
}

#[test]
fn every_target_accepts_one_of_its_seeds() {
    // A seed that is refused at its first byte exercises nothing.
    use privacypass_core::{crypto::rsa::spki, directory, http, wire};
    let accepts: &[(&str, fn(&[u8]) -> bool)] = &[
        ("challenge", |seed| wire::TokenChallengeRef::parse(seed).is_ok()),
        ("token", |seed| wire::TokenRef::parse(seed).is_ok()),
        ("token_request", |seed| wire::TokenRequestRef::parse(seed).is_ok()),
        ("www_authenticate", |seed| http::challenges([seed]).any(|item| item.challenge().is_some())),
        ("authorization", |seed| matches!(http::authorization([seed]), Ok(Some(_)))),
        ("base64", |seed| http::Base64Value::parse(seed).is_ok()),
        ("spki", |seed| spki::parse(seed).is_ok()),
        ("directory", |seed| directory::Directory::parse(seed).is_ok_and(|read| !read.token_keys.is_empty())),
        ("pending", |seed| privacypass_fuzz::open_pending(&mut seed.to_vec()).is_ok()),
    ];
    assert_eq!(accepts.len(), TARGETS.len());
    for (name, accept) in accepts {
        assert!(seeds(name).iter().any(|(_, seed)| accept(seed)), "{name} accepts no seed");
    }
}

#[test]
fn a_target_that_breaks_is_noticed() {
    let (name, target) = CANARY;
    let seeds = [(PathBuf::from("canary"), b"QP".to_vec())];
    assert!(catch_unwind(|| run(name, target, &seeds)).is_err());
}
