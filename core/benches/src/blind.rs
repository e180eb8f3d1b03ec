//! Where the time of a blind RSA `blind` goes.
//!
//! The parts are private to the core. Whole public operations that differ by one part are measured beside each other,
//! and the parts are their differences:
//!
//! | operation | made of |
//! |---|---|
//! | `check_raw` | 1 product into Montgomery form, `s^e` |
//! | `verify` | the same, and PSS |
//! | `finalize` | the same, and 2 products |
//! | `blind_with_salt_and_r` | PSS, inversion, `r^e`, 5 products |
//! | `blind` | PSS, inversion, `r^e`, 4 products, randomness |

use std::fmt::Write;
use std::time::Duration;

use privacypass_core::crypto::blind_rsa::{self, BlindingInverse, Variant, hazmat};
use privacypass_core::crypto::rsa::PublicKey2048;
use privacypass_core::provider::SystemRng;

use crate::fixture::Vector;
use crate::measure::{interleave, op, op_with};
use crate::row::keep;
use crate::type2::KeyParts;

const VARIANT: Variant = Variant::PssDeterministic;
const TIME: Duration = Duration::from_secs(4);

/// Measures, and gives a table in Markdown.
pub fn breakdown() -> String {
    let vector = keep(Vector::type2());
    let (parts, _) = KeyParts::of_vector(vector);
    let key = keep(PublicKey2048::from_components(&parts.n, &parts.e).expect("key"));
    let token = keep(vector.bytes("token"));
    let (message, signature) = token.split_at(98);
    let request = keep(vector.bytes("token_request"));
    let response = keep(vector.bytes("token_response"));
    let (salt, r) = (keep(vector.bytes("salt")), keep(vector.bytes("blind")));

    let mut out = [0; 256];
    let inverse = hazmat::blind_with_salt_and_r(key, VARIANT, message, salt, r, &mut out).expect("blind");
    assert_eq!(out[..], request[3..]);
    let mut bytes = [0; 256];
    inverse.to_bytes(key, &mut bytes).expect("inverse");

    let mut check_raw = op(move || blind_rsa::check_raw(key, &request[3..], response).expect("check"));
    let mut verify = op(move || blind_rsa::verify(key, VARIANT, message, signature).expect("verify"));
    let mut finalize = op_with(
        move || BlindingInverse::from_bytes(key, &bytes).expect("inverse"),
        move |inverse| {
            let mut out = [0; 256];
            blind_rsa::finalize(key, VARIANT, message, response, inverse, &mut out).expect("finalize");
            out
        },
    );
    let mut blind_with = op(move || {
        let mut out = [0; 256];
        hazmat::blind_with_salt_and_r(key, VARIANT, message, salt, r, &mut out).expect("blind")
    });
    let mut blind = op(move || {
        let mut out = [0; 256];
        blind_rsa::blind(key, VARIANT, message, &mut SystemRng, &mut out).expect("blind")
    });
    let mut ops = [&mut check_raw, &mut verify, &mut finalize, &mut blind_with, &mut blind];
    let samples = interleave(&mut ops, TIME);
    let [check_raw, verify, finalize, blind_with, blind] = [0, 1, 2, 3, 4].map(|who| 1e6 * samples.fastest(who));

    let product = (finalize - verify) / 2.0;
    let pss = verify - check_raw;
    let power = check_raw - product;
    let randomness = blind - (blind_with - product);
    let products = 4.0 * product;
    let inversion = blind - pss - power - products - randomness;

    let mut table = String::from("| part of `blind` | us | share |\n|---|---:|---:|\n");
    for (name, time) in [
        ("inversion of r m, constant time (also shows that m and n are coprime)", inversion),
        ("r^e, 17 Montgomery products", power),
        ("encoding: PSS with SHA-384", pss),
        ("4 more Montgomery products", products),
        ("randomness from the system: salt and r", randomness),
        ("whole", blind),
    ] {
        writeln!(table, "| {name} | {time:.1} | {:.0} % |", 100.0 * time / blind).expect("a string takes all");
    }
    table
}
