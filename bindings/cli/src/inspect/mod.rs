//! `privacypass inspect`: decodes a value, prints every field, and says who would refuse it.

mod detect;
mod directory;
mod findings;
mod print;
mod report;

use std::io::Read;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::args::Inspect;
use crate::output::{Failure, Outcome, print_json, printable};

/// The most that is read from stdin, in bytes: the limit of a directory.
const MAX_INPUT: u64 = privacypass_core::directory::MAX_BYTES as u64;

/// Runs the command.
pub(crate) fn run(args: &Inspect, json: bool) -> Outcome {
    let input = if args.value == "-" { stdin()? } else { args.value.clone().into_bytes() };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let report = detect::report(&input, &detect::Context { host: args.host.as_deref(), now })
        .map_err(|failure| if is_file(&args.value) { no_value(&args.value) } else { failure })?;
    if json {
        print_json(&report)?;
    } else {
        print::report(&report)?;
    }
    Ok(())
}

fn is_file(value: &str) -> bool {
    value != "-" && std::path::Path::new(value).is_file()
}

fn no_value(file: &str) -> Failure {
    let file = printable(file);
    Failure::new(
        format!("{file} is the name of a file, and no value"),
        format!("give what it holds: privacypass inspect - < {file}"),
    )
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
