//! What a call through C costs over the Rust call it makes: `cargo bench -p privacypass-ffi`.
//!
//! The two are called in turn, a few thousand times each, and the fastest tenth of each is compared: what the machine does
//! beside is in the rest. The C functions are called through pointers the compiler cannot see through. The run fails when the
//! cost is 1 % or more.
#![allow(unsafe_code)] // it calls the library as C does
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::process::ExitCode;
use std::ptr::null;
use std::time::{Duration, Instant};

use privacypass::bytes::pp_bytes;
use privacypass::client::{pp_client_begin, pp_client_finish, pp_pending_token};
use privacypass::issuer::pp_issuer_issue;
use privacypass::issuer_key::{
    pp_issuer_key, pp_issuer_key_export_pkcs8_pem, pp_issuer_key_free, pp_issuer_key_generate, pp_issuer_key_new,
};
use privacypass::origin::{
    pp_expected, pp_origin_verify, pp_verified_token, pp_verifier_key, pp_verifier_key_free,
    pp_verifier_key_from_issuer_key, pp_verifier_key_new,
};
use privacypass::rng::pp_rng;
use privacypass::status::{PP_OK, pp_detail, pp_status};
use privacypass::token_key::{pp_token_key, pp_token_key_free, pp_token_key_from_issuer_key, pp_token_key_new};
use privacypass_core::TokenType;
use privacypass_core::issuer::{Issuer, IssuerKey};
use privacypass_core::origin::{Expected, Origin, VerifierKey};
use privacypass_core::provider::SystemRng;
use privacypass_core::wire::TokenChallenge;

/// The bar: a C call may cost this much more than the Rust call.
const LIMIT: f64 = 0.01;

type Issue = unsafe extern "C" fn(
    *const *const pp_issuer_key,
    usize,
    *mut u8,
    usize,
    *mut usize,
    *const u8,
    usize,
    *const pp_rng,
    *mut pp_detail,
) -> pp_status;

type Verify = unsafe extern "C" fn(
    *const *const pp_verifier_key,
    usize,
    *mut pp_verified_token,
    *const u8,
    usize,
    *const pp_expected,
    *mut pp_detail,
) -> pp_status;

fn main() -> ExitCode {
    println!("a call through C over the Rust call it makes: fastest tenth, in turn (limit {:.0} %)", LIMIT * 100.0);
    let mut worst = f64::MIN;
    for token_type in [TokenType::VOPRF_P384, TokenType::BLIND_RSA_2048] {
        for (name, cost) in Fixture::new(token_type).measure() {
            println!(
                "  {token_type} {name:<6}  Rust {:>9.3} us   C {:>9.3} us   {:+.2} %",
                micros(cost.rust),
                micros(cost.c),
                cost.share() * 100.0
            );
            worst = worst.max(cost.share());
        }
    }
    if worst < LIMIT {
        println!("ok");
        ExitCode::SUCCESS
    } else {
        println!("FAILED: a call through C costs {:.2} %", worst * 100.0);
        ExitCode::FAILURE
    }
}

struct Cost {
    rust: Duration,
    c: Duration,
}

impl Cost {
    fn share(&self) -> f64 {
        self.c.as_secs_f64() / self.rust.as_secs_f64() - 1.0
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Calls the two in turn, which of them first in turn too.
fn in_turn(times: usize, mut rust: impl FnMut(), mut c: impl FnMut()) -> Cost {
    let mut rust_times = Vec::with_capacity(times);
    let mut c_times = Vec::with_capacity(times);
    for round in 0..times {
        if round % 2 == 0 {
            rust_times.push(time(&mut rust));
            c_times.push(time(&mut c));
        } else {
            c_times.push(time(&mut c));
            rust_times.push(time(&mut rust));
        }
    }
    Cost { rust: fastest_tenth(rust_times), c: fastest_tenth(c_times) }
}

fn time(call: &mut impl FnMut()) -> Duration {
    let began = Instant::now();
    call();
    began.elapsed()
}

fn fastest_tenth(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.truncate(times.len() / 10);
    let count = u32::try_from(times.len()).unwrap();
    times.into_iter().sum::<Duration>() / count
}

fn check(status: pp_status) {
    assert_eq!(status, PP_OK);
}

/// One issuer key on both sides, a request to answer and a token to verify.
struct Fixture {
    keys: [IssuerKey; 1],
    verifiers: [VerifierKey; 1],
    issuer_key: *mut pp_issuer_key,
    token_key: *mut pp_token_key,
    verifier_key: *mut pp_verifier_key,
    challenge: Vec<u8>,
    request: Vec<u8>,
    token: Vec<u8>,
}

impl Fixture {
    fn new(token_type: TokenType) -> Self {
        let (mut issuer_key, mut token_key, mut verifier_key) =
            (std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut());
        let mut pem = [0; 4096];
        let mut len = 0;
        let no = std::ptr::null_mut();
        // SAFETY: every pointer is to something that lives during the call.
        unsafe {
            check(pp_issuer_key_new(&raw mut issuer_key, no));
            check(pp_issuer_key_generate(issuer_key, token_type.0, null(), no));
            check(pp_token_key_new(&raw mut token_key, no));
            check(pp_token_key_from_issuer_key(token_key, issuer_key, no));
            check(pp_verifier_key_new(&raw mut verifier_key, no));
            check(pp_verifier_key_from_issuer_key(verifier_key, issuer_key, no));
            check(pp_issuer_key_export_pkcs8_pem(issuer_key, pem.as_mut_ptr(), pem.len(), &raw mut len, no));
        }
        let key = IssuerKey::from_pkcs8_pem(std::str::from_utf8(&pem[..len]).unwrap()).unwrap();
        let challenge =
            TokenChallenge { token_type, issuer_name: "issuer.example", redemption_context: None, origin_info: &[] }
                .to_bytes()
                .unwrap();

        let mut pending = pp_pending_token { opaque: [0; 64] };
        let (mut request, mut response, mut token) = (vec![0; 512], [0; 512], vec![0; 512]);
        let mut lens = [0; 3];
        // SAFETY: as above.
        unsafe {
            let (data, length) = (challenge.as_ptr(), challenge.len());
            let out = request.as_mut_ptr();
            check(pp_client_begin(token_key, &raw mut pending, out, 512, &raw mut lens[0], data, length, null(), no));
            let keys = [issuer_key.cast_const()];
            let out = response.as_mut_ptr();
            check(pp_issuer_issue(keys.as_ptr(), 1, out, 512, &raw mut lens[1], request.as_ptr(), lens[0], null(), no));
            let out = token.as_mut_ptr();
            check(pp_client_finish(
                token_key,
                &raw mut pending,
                out,
                512,
                &raw mut lens[2],
                response.as_ptr(),
                lens[1],
                no,
            ));
        }
        request.truncate(lens[0]);
        token.truncate(lens[2]);
        let verifiers = [VerifierKey::of(&key).unwrap()];
        Self { keys: [key], verifiers, issuer_key, token_key, verifier_key, challenge, request, token }
    }

    fn measure(&self) -> [(&'static str, Cost); 2] {
        [("issue", self.issue()), ("verify", self.verify())]
    }

    fn issue(&self) -> Cost {
        let issue = black_box::<Issue>(pp_issuer_issue);
        let keys = [self.issuer_key.cast_const()];
        let (mut out, mut len) = ([0; 256], 0);
        in_turn(
            3000,
            || {
                let response = Issuer::new(black_box(&self.keys)).issue(black_box(&self.request), &mut SystemRng);
                black_box(response.unwrap());
            },
            // SAFETY: every pointer is to something that lives during the call.
            || unsafe {
                let (data, length) = (self.request.as_ptr(), self.request.len());
                let no = std::ptr::null_mut();
                check(issue(keys.as_ptr(), 1, out.as_mut_ptr(), 256, &raw mut len, data, length, null(), no));
            },
        )
    }

    fn verify(&self) -> Cost {
        let verify = black_box::<Verify>(pp_origin_verify);
        let keys = [self.verifier_key.cast_const()];
        let expected = pp_expected {
            struct_size: size_of::<pp_expected>(),
            challenge: pp_bytes { data: self.challenge.as_ptr(), len: self.challenge.len() },
            digests: null(),
            digest_count: 0,
            accepts: None,
            ctx: std::ptr::null_mut(),
        };
        let mut verified = pp_verified_token { opaque: [0; 16] };
        in_turn(
            20_000,
            || {
                let expected = Expected::Challenge(black_box(&self.challenge));
                let verified = Origin::new(black_box(&self.verifiers)).verify(black_box(&self.token), expected);
                let _ = black_box(verified.ok().unwrap());
            },
            // SAFETY: as above.
            || unsafe {
                let (data, length) = (self.token.as_ptr(), self.token.len());
                let no = std::ptr::null_mut();
                check(verify(keys.as_ptr(), 1, &raw mut verified, data, length, &raw const expected, no));
            },
        )
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        // SAFETY: made in `new`, and used no more.
        unsafe {
            pp_issuer_key_free(self.issuer_key);
            pp_token_key_free(self.token_key);
            pp_verifier_key_free(self.verifier_key);
        }
    }
}
