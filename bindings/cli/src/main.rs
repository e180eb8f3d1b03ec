//! The command line of libprivacypass.
//!
//! Exit codes: 0 when the command did what it should; 1 when it was refused or failed, with a line on stderr that says
//! why and one that says what to do next; 2 for a mistake in the arguments.

mod args;
mod inspect;
mod keygen;
mod output;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let outcome = match &args.command {
        args::Command::Inspect(inspect) => inspect::run(inspect, args.json),
        args::Command::Keygen(keygen) => keygen::run(keygen, args.json),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(args.json),
    }
}
