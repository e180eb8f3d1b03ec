//! RFC 9577 headers: the vectors of appendix A.2, what peers get wrong, and properties over many inputs.

use std::time::{Duration, Instant};

use privacypass_core::http::{
    Alphabet, Challenge, ChallengeParameters, CredentialsParameters, GreasedChallenge, Item, MediaType, Padding,
    Profile, SkipReason, Skipped, authorization, base64_len, challenges, challenges_to_string, grease_type,
    issuer_status, origin_status, write_challenges,
};
use privacypass_core::{Error, ErrorKind, TokenType};
use privacypass_tests::{hex_field, vectors};

const PROFILES: [Profile; 3] = [Profile::Rfc, Profile::Unquoted, Profile::Auto];

fn found<'a>(lines: &[&'a str]) -> Vec<Challenge<'a>> {
    challenges(lines.iter().copied()).filter_map(Item::challenge).collect()
}

fn skipped(lines: &[&str]) -> Vec<Skipped> {
    challenges(lines.iter().copied()).filter_map(Item::skipped).collect()
}

fn reasons(lines: &[&str]) -> Vec<SkipReason> {
    skipped(lines).iter().map(|skipped| skipped.reason).collect()
}

fn headers() -> Vec<String> {
    let vectors = vectors("rfc9577/headers.json");
    let vectors = vectors["vectors"].as_array().unwrap();
    vectors.iter().map(|vector| vector["WWW-Authenticate"].as_str().unwrap().to_owned()).collect()
}

/// A small generator (xorshift64*), so that each run sees the same inputs.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() >> 32).unwrap() % n
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next().to_be_bytes()[0]).collect()
    }

    /// The bytes of a challenge or token of type 0x0002.
    fn typed(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = self.bytes(len);
        bytes[..2].copy_from_slice(&[0, 2]);
        bytes
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

// The vectors.

#[test]
fn vectors_of_appendix_a2() {
    let vectors = vectors("rfc9577/headers.json");
    let vectors = vectors["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 3);
    let mut checked = 0;
    for vector in vectors {
        let header = vector["WWW-Authenticate"].as_str().unwrap();
        let mut seen = challenges([header]).filter_map(Item::challenge);
        for number in 0..2 {
            if vector.get(format!("token-type-{number}")).is_none() {
                continue;
            }
            let token_type = hex_field(vector, &format!("token-type-{number}"));
            let token_type = TokenType(u16::from_be_bytes(token_type.try_into().unwrap()));
            if token_type.is_grease() {
                continue;
            }
            let challenge = seen.next().unwrap();
            assert_eq!(challenge.token_type(), token_type);
            let value = challenge.value();
            assert_eq!(value.decode_to_vec(), hex_field(vector, &format!("token-challenge-{number}")));
            assert!(value.is_quoted() && value.padding() == Padding::Present && value.alphabet() != Alphabet::Standard);
            let key = challenge.token_key().unwrap();
            assert_eq!(key.decode_to_vec(), hex_field(vector, &format!("token-key-{number}")));
            assert_eq!(key.padding(), Padding::NotNeeded);
            assert_eq!(challenge.max_age(), vector[format!("max-age-{number}")].as_u64());
            let unknown: Vec<_> = challenge.unknown_parameters().collect();
            assert_eq!(unknown.len(), 1);
            assert!(unknown[0].is("unknownchallengeattribute") && unknown[0].value().raw() == b"ignore-me");
            checked += 1;
        }
        assert!(seen.next().is_none());
    }
    assert_eq!(checked, 4);
}

#[test]
fn case_3_of_a2_skips_basic_and_grease_in_order() {
    let headers = headers();
    assert_eq!(skipped(&[&headers[0]]), []);
    assert_eq!(skipped(&[&headers[1]]), []);
    let skipped = skipped(&[&headers[2]]);
    assert_eq!(skipped.iter().map(|s| s.reason.name()).collect::<Vec<_>>(), ["other_scheme", "greased_type"]);
    assert_eq!(skipped.iter().map(|s| s.position.index).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(skipped[1].token_type, Some(TokenType(0x0000)));
    assert_eq!(found(&[&headers[2]])[0].position().index, 2);
}

#[test]
fn the_rfc_profile_writes_what_a2_shows() {
    let vectors = vectors("rfc9577/headers.json");
    for vector in &vectors["vectors"].as_array().unwrap()[..2] {
        let challenge = hex_field(vector, "token-challenge-0");
        let key = hex_field(vector, "token-key-0");
        let parameters = ChallengeParameters::new(&challenge).with_token_key(&key).with_max_age(10);
        let written = challenges_to_string([parameters], Profile::Rfc).unwrap();
        let published = vector["WWW-Authenticate"].as_str().unwrap();
        let published = published.replace("\",unknownChallengeAttribute=\"ignore-me\"", "\"");
        assert!(published.starts_with(&written), "{published}\n{written}");
    }
}

// What peers get wrong, and software in the field.

/// The Rust crate `privacypass` 0.2: each of these discards the whole header.
#[test]
fn nothing_discards_the_challenges_beside_it() {
    let good = "PrivateToken challenge=\"AAI=\"";
    for (beside, reason) in [
        ("PrivateToken challenge=\"_v4=\"", None), // an unknown type
        ("PrivateToken challenge=\"AAE=\", token-key=\"AAA=\", x=y", None),
        ("PrivateToken challenge=\"AAE=\"", None), // no token-key
        ("Basic realm=\"a, b\"", Some(SkipReason::OtherScheme)),
        ("Negotiate abc==", Some(SkipReason::OtherScheme)),
        ("Negotiate", Some(SkipReason::OtherScheme)),
        ("Digest qop=\"auth, auth-int\", nonce = \"x\\\"\", stale=false", Some(SkipReason::OtherScheme)),
        ("PrivateToken challenge=\"AACs\"", Some(SkipReason::GreasedType)),
        ("PrivateToken", Some(SkipReason::MissingChallenge)),
        ("PrivateToken token-key=\"AAA=\"", Some(SkipReason::MissingChallenge)),
        ("PrivateToken challenge=\"AA!=\"", Some(SkipReason::BadChallenge)),
        ("PrivateToken challenge=\"AAE", Some(SkipReason::MalformedSyntax)),
        ("PrivateToken challenge=AAE=\"", Some(SkipReason::MalformedSyntax)),
        ("PrivateToken challenge=\"AAE=\" token-key=\"AAA=\"", Some(SkipReason::MalformedSyntax)),
        ("PrivateToken challenge=\"AAE=\", challenge=\"AAE=\"", Some(SkipReason::DuplicateParameter)),
        ("PrivateToken challenge=\"AA==\"", Some(SkipReason::TooShort)),
        ("PrivateToken challenge=\"AAE=\", token-key=\"A\"", Some(SkipReason::BadTokenKey)),
    ] {
        let joined = format!("{good}, {beside}, {good}");
        for lines in [vec![joined.as_str()], vec![good, beside, good]] {
            let types: Vec<_> = challenges(lines.iter().copied())
                .map(|item| item.challenge().map(|challenge| challenge.token_type()))
                .collect();
            assert_eq!(types.len(), 3, "{beside}: {types:?}");
            assert_eq!((types[0], types[2]), (Some(TokenType(2)), Some(TokenType(2))), "{beside}");
            assert_eq!(types[1].is_none(), reason.is_some(), "{beside}");
            assert_eq!(reasons(&lines), Vec::from_iter(reason), "{beside}");
        }
    }
}

/// The same crate takes Unicode letters for parameter names.
#[test]
fn names_are_ascii() {
    for header in ["PrivateToken \u{441}hallenge=AAI=", "PrivateToken challenge\u{131}=AAI=, challenge=AAI="] {
        assert_eq!(reasons(&[header]), [SkipReason::MalformedSyntax], "{header}");
    }
    assert_eq!(found(&["Private\u{422}oken challenge=AAI="]).len(), 0);
    // KELVIN SIGN lower-cases to "k" in Unicode, never in HTTP.
    assert!(authorization(["PrivateTo\u{212A}en token=AAI="]).unwrap().is_none());
}

/// privacypass-ts fails on a lower-case scheme and on greased challenges, and refuses unpadded values.
#[test]
fn a_lower_case_scheme_grease_and_missing_padding_are_read() {
    let lines = ["privatetoken challenge=AAAA, privatetoken challenge=AAI"];
    let challenges = found(&lines);
    assert_eq!((challenges.len(), reasons(&lines)), (1, vec![SkipReason::GreasedType]));
    assert_eq!(challenges[0].scheme(), b"privatetoken");
    assert_eq!(challenges[0].value().padding(), Padding::Missing);
    assert!(!challenges[0].value().is_padded());
}

/// Cloudflare's origin, Apple's sample and privacypass-ts write "=" without quotes and no space after the comma.
#[test]
fn the_form_of_cloudflares_origin_is_read() {
    let header = "PrivateToken challenge=AAIADmlzc3Vlci5leGFtcGxlAA==,token-key=AAECAw==,max-age=10";
    let challenges = found(&[header]);
    let value = challenges[0].value();
    assert_eq!(value.decode_to_vec(), b"\x00\x02\x00\x0eissuer.example\x00");
    assert!(!value.is_quoted() && value.padding() == Padding::Present);
    assert_eq!(challenges[0].token_key().unwrap().decode_to_vec(), [0, 1, 2, 3]);
    assert_eq!(challenges[0].max_age(), Some(10));
}

/// iOS 16 and macOS 13 refuse quoted parameters and need padding.
#[test]
fn the_unquoted_profile_never_quotes_and_always_pads() {
    let mut random = Random(1);
    for len in 2..200 {
        let (challenge, key) = (random.typed(len), random.bytes(len));
        let parameters =
            ChallengeParameters::new(&challenge).with_token_key(&key).with_max_age(60).with_realm("example");
        let header = challenges_to_string([parameters], Profile::Unquoted).unwrap();
        assert!(!header.contains('"'), "{header}");
        let challenges = found(&[&header]);
        assert!(challenges[0].value().is_padded() && challenges[0].token_key().unwrap().is_padded());
        let header = CredentialsParameters::new(&challenge).to_string(Profile::Unquoted).unwrap();
        assert!(!header.contains('"'), "{header}");
    }
}

/// No one form works everywhere, but a length that needs no padding does: a type-2 key, a type-2 token, a type-5 token.
#[test]
fn lengths_that_need_no_padding_are_unquoted_in_auto() {
    let mut random = Random(2);
    let key = random.bytes(342);
    for len in [354, 162] {
        let token = random.typed(len);
        let auto = CredentialsParameters::new(&token).to_string(Profile::Auto).unwrap();
        assert!(!auto.contains(['"', '=']) || auto.matches('=').count() == 1 && !auto.contains('"'));
        assert_eq!(auto, CredentialsParameters::new(&token).to_string(Profile::Unquoted).unwrap());
    }
    for len in 2..100 {
        let challenge = random.typed(len);
        let parameters = ChallengeParameters::new(&challenge).with_token_key(&key);
        let auto = challenges_to_string([parameters], Profile::Auto).unwrap();
        assert_eq!(auto.contains('"'), len % 3 != 0, "{auto}");
        assert!(auto.contains("token-key=") && !auto.contains("token-key=\""));
    }
}

/// Older deployments: the standard alphabet, and a token-key with literal quotes in it.
#[test]
fn values_of_older_deployments_are_read_and_their_spelling_told() {
    for header in [
        "PrivateToken challenge=\"AAL+/w==\", token-key=\"\\\"+/+/\\\"\"",
        "PrivateToken challenge=AAL+/w==, token-key=\"\"+/+/\"\"",
    ] {
        let challenges = found(&[header]);
        let (value, key) = (challenges[0].value(), challenges[0].token_key().unwrap());
        assert_eq!((value.decode_to_vec(), value.alphabet()), (vec![0x00, 0x02, 0xFE, 0xFF], Alphabet::Standard));
        assert_eq!(key.decode_to_vec(), [0xFB, 0xFF, 0xBF]);
        assert!(key.has_literal_quotes() && !value.has_literal_quotes());
    }
    assert!(MediaType::LegacyTokenRequest.matches(b"message/token-request"));
}

/// Silk reads only the last challenge of the first field line, and wants the scheme in exactly this case.
#[test]
fn what_is_written_suits_a_reader_of_the_last_challenge() {
    let mut random = Random(3);
    let real = [ChallengeParameters::new(&[0, 2, 0, 0])];
    for _ in 0..100 {
        let greased = GreasedChallenge::from_random(&random.bytes(GreasedChallenge::RANDOM_BYTES).try_into().unwrap());
        for profile in PROFILES {
            let header = challenges_to_string(greased.among(&real), profile).unwrap();
            assert_eq!(reasons(&[&header]), [SkipReason::GreasedType]);
            let last = header.rsplit("PrivateToken ").next().unwrap();
            assert!(last == "challenge=AAIAAA==" || last == "challenge=\"AAIAAA==\"", "{header}");
        }
    }
}

/// A middleware that sends the challenge with status 200; a peer that learns which check failed.
#[test]
fn a_refusal_is_never_a_success_and_tells_no_more_than_refused() {
    for kind in ErrorKind::ALL {
        assert!((400..600).contains(&issuer_status(*kind)), "{kind:?}");
        assert!((400..600).contains(&origin_status(*kind)), "{kind:?}");
    }
    let rejected = [ErrorKind::InvalidToken, ErrorKind::ChallengeMismatch, ErrorKind::UnknownKey, ErrorKind::Replayed];
    assert!(rejected.iter().all(|kind| origin_status(*kind) == 401));
}

/// The greased types are the registry's.
#[test]
fn grease_types_are_the_reserved_ones() {
    let vectors = vectors("rfc9577/grease.json");
    for (number, reserved) in vectors["reserved_token_types"].as_array().unwrap().iter().enumerate() {
        let reserved = u16::from_str_radix(reserved.as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
        assert_eq!(grease_type(u16::try_from(number).unwrap().to_be_bytes()), TokenType(reserved));
        let [a, b] = reserved.to_be_bytes();
        let header = challenges_to_string([ChallengeParameters::new(&[a, b, 9])], Profile::Auto).unwrap();
        assert_eq!(reasons(&[&header]), [SkipReason::GreasedType]);
    }
}

// Properties.

/// A cut header never gives a challenge that was not in it.
#[test]
fn every_truncation_is_harmless() {
    for header in headers() {
        let whole: Vec<_> = found(&[&header]).iter().map(|challenge| challenge.value().raw().to_vec()).collect();
        for end in 0..header.len() {
            let cut = &header[..end];
            for challenge in found(&[cut]) {
                assert!(whole.iter().any(|value| value == challenge.value().raw()), "{cut}");
                // Nothing after "token-key=" is read as a key of no bytes.
                if let Some(key) = challenge.token_key().filter(|key| key.decoded_len() > 0) {
                    assert!(header.contains(&format!("\"{}\"", str::from_utf8(key.raw()).unwrap())), "{cut}");
                }
            }
            // The other end, and the header in two field lines.
            let (a, b) = header.split_at(end);
            assert!(challenges([b]).count() <= 3);
            // A name cut in two is the name of a scheme, then a parameter without one.
            assert!(challenges([a, b]).count() <= 5);
        }
    }
    let token = CredentialsParameters::new(&[0, 2, 3, 4, 5]).to_string(Profile::Rfc).unwrap();
    for end in "PrivateToken".len()..token.len() {
        assert_eq!(authorization([&token[..end]]).unwrap_err().kind(), ErrorKind::Malformed, "{}", &token[..end]);
    }
    assert!(authorization([&token[..11]]).unwrap().is_none());
}

/// A byte changed inside one challenge never takes the one behind it along.
#[test]
fn every_changed_byte_stays_in_its_challenge() {
    let mut random = Random(4);
    for header in &headers()[1..] {
        let second = header.rfind("PrivateToken").unwrap();
        let wanted = found(&[header]).pop().unwrap();
        for at in 0..header.rfind(", PrivateToken").or(header.rfind(",PrivateToken")).unwrap() {
            for byte in [b'"', b'\\', b',', b' ', b'=', b';', 0, 0xFF, random.next().to_be_bytes()[0]] {
                let mut changed = header.clone().into_bytes();
                changed[at] = byte;
                let items: Vec<_> = challenges([&changed]).collect();
                let last = items.iter().rev().find_map(|item| item.challenge());
                let last = last.filter(|challenge| challenge.value().raw() == wanted.value().raw());
                // A string of another scheme is left whole, so a quote changed there may cover what follows.
                if last.is_none() && header.starts_with("Basic") && at < "Basic realm=\"grease\"".len() {
                    continue;
                }
                let last = last.unwrap_or_else(|| panic!("byte {at} to {byte}: {items:?}"));
                assert_eq!(last.position().offset, second);
            }
        }
    }
}

#[test]
fn changed_headers_never_panic() {
    let mut random = Random(5);
    let headers = headers();
    let odd: [&[u8]; 8] = [b"\"", b"\\", b",", b" ", b"=", b"PrivateToken ", b"\t", b"\xFF"];
    for round in 0..20_000 {
        let mut line = headers[round % headers.len()].clone().into_bytes();
        for _ in 0..=random.below(6) {
            let at = random.below(line.len());
            let end = (at + random.below(40)).min(line.len());
            let with = random.pick(&odd);
            line.splice(at..end, with.iter().copied());
        }
        for item in challenges([&line]) {
            let position = match item {
                Item::Challenge(challenge) => {
                    let value = challenge.value();
                    assert_eq!(value.decode_to_vec().len(), value.decoded_len());
                    assert_eq!(value.decode_to_vec()[..2], challenge.token_type().0.to_be_bytes());
                    challenge.position()
                }
                Item::Skipped(skipped) => skipped.position,
            };
            assert!(position.offset <= line.len());
        }
        let _ = authorization([&line]);
    }
}

#[test]
fn what_is_written_is_read_back() {
    let mut random = Random(6);
    for len in 0..200 {
        for profile in PROFILES {
            let (challenge, key) = (random.typed(len.max(2)), random.bytes(len));
            let max_age = random.next() >> random.below(64);
            let realm = random.pick(&["a", "example", "x.y"]);
            let parameters =
                ChallengeParameters::new(&challenge).with_token_key(&key).with_max_age(max_age).with_realm(realm);
            let bare = ChallengeParameters::new(&challenge);
            let mut out = [0xEE; 1024];
            let written = write_challenges([parameters, bare], profile, &mut out).unwrap();
            assert!(out[written..].iter().all(|byte| *byte == 0xEE));
            let all: Vec<_> = challenges([&out[..written]]).map(|item| item.challenge().unwrap()).collect();
            assert_eq!(all.len(), 2);
            assert!(all.iter().all(|read| read.value().decode_to_vec() == challenge && read.value().is_padded()));
            assert_eq!(all[0].value().raw().len(), base64_len(challenge.len()));
            assert_eq!(all[0].token_key().unwrap().decode_to_vec(), key);
            assert_eq!(all[0].max_age(), Some(max_age));
            assert!(all[0].realm().unwrap().bytes().eq(realm.bytes()));
            assert!(all[1].token_key().is_none() && all[1].max_age().is_none() && all[1].realm().is_none());

            let header = CredentialsParameters::new(&challenge).with_extensions(&key).to_string(profile).unwrap();
            let read = authorization([&header]).unwrap().unwrap();
            assert_eq!(read.token().decode_to_vec(), challenge);
            assert_eq!(read.extensions().unwrap().unwrap().decode_to_vec(), key);
            let short = CredentialsParameters::new(&challenge).write_to(profile, &mut []).unwrap_err();
            let needed = CredentialsParameters::new(&challenge).encoded_len(profile).unwrap();
            assert_eq!(short, Error::new(ErrorKind::BufferTooSmall).at(needed));
        }
    }
}

#[test]
fn challenges_are_found_in_a_soup_of_schemes() {
    let others = [
        "Basic realm=\"a\"",
        "Basic realm=\"PrivateToken challenge=AAI=, PrivateToken challenge=AAI=\", charset=\"UTF-8\"",
        "Negotiate",
        "Negotiate YII/abc+==",
        "Digest realm=\"a\\\\\", qop=\"auth, auth-int\" , nonce = \"\\\"\", stale=FALSE",
        "Bearer error=\"x\", error_description=\"y=z, \\\"q\\\"\"",
        "PrivateTokenX challenge=AAI=",
        "X-Y ~=!",
    ];
    let ours = [
        "PrivateToken challenge=\"AAI=\"",
        "PRIVATETOKEN challenge = AAI",
        "PrivateToken realm=\"Basic x=1, Digest\", challenge=AAI=,x=\"\"",
        "PrivateToken challenge=AAI=, max-age=1,token-key=\"AA==\"",
    ];
    let separators = [", ", ",", " , ", ",,", "\t,  ,"];
    let mut random = Random(7);
    for _ in 0..5_000 {
        let mut line = String::new();
        let mut expected = Vec::new();
        for _ in 0..random.below(8) {
            let own = random.below(2) == 1;
            line += if own { random.pick(&ours) } else { random.pick(&others) };
            line += random.pick(&separators);
            expected.push(own);
        }
        let seen: Vec<_> = challenges([&line]).map(|item| item.challenge().is_some()).collect();
        assert_eq!(seen, expected, "{line}");
        assert!(reasons(&[&line]).iter().all(|reason| *reason == SkipReason::OtherScheme), "{line}");
    }
}

/// What makes a careless reader start over again and again; it takes seconds then, and milliseconds here.
#[test]
fn the_work_is_linear() {
    for (start, piece) in [
        ("PrivateToken a=", "\""),
        ("PrivateToken a=\"", "\\\""),
        ("PrivateToken a=\"", "\\\",a=\""),
        ("PrivateToken a=\"", "\\\\\",PrivateToken a=\""),
        ("PrivateToken a=\"", "\\\",PrivateToken a=\"x\\"),
        ("PrivateToken a=\"", "\"x\","),
        ("PrivateToken a", " "),
        ("", ","),
        ("", "PrivateToken a=\"\"x,"),
        ("", "\"\\\"\\"),
        ("", "a ,"),
        ("", "Basic a=\"\\\","),
    ] {
        let line = start.to_owned() + &piece.repeat(200_000 / piece.len());
        let begun = Instant::now();
        let count = challenges([&line]).count();
        let _ = authorization([&line]);
        assert!(begun.elapsed() < Duration::from_secs(1), "{start}{piece}: {:?}, {count} items", begun.elapsed());
    }
}
