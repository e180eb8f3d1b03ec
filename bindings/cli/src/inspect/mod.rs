//! `privacypass inspect`: decodes a value, prints every field, and says who would refuse it.

mod detect;
mod directory;
mod findings;
mod print;
mod report;

use std::io::Read;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::args::Inspect;
use crate::output::{Failure, Outcome, print_json};

/// The most that is read from stdin, in bytes: the limit of a directory.
const MAX_INPUT: u64 = privacypass_core::directory::MAX_BYTES as u64;

/// Runs the command.
pub(crate) fn run(args: &Inspect, json: bool) -> Outcome {
    let input = if args.value == "-" { stdin()? } else { args.value.clone().into_bytes() };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let report = detect::report(&input, &detect::Context { host: args.host.as_deref(), now })?;
    if json {
        print_json(&report)?;
    } else {
        print::report(&report)?;
    }
    Ok(())
}

fn stdin() -> Outcome<Vec<u8>> {
    let mut input = Vec::new();
    let failed = |error| Failure::new(format!("cannot read stdin: {error}"), "pipe the value in, or give it directly");
    std::io::stdin().lock().take(MAX_INPUT + 1).read_to_end(&mut input).map_err(failed)?;
    if input.len() as u64 > MAX_INPUT {
        let message = format!("stdin holds more than {MAX_INPUT} bytes");
        return Err(Failure::new(message, "give one header, message or directory"));
    }
    Ok(input)
}
