//! The command line of libprivacypass.
//!
//! Exit codes: 0 when the command did what it should; 1 when it was refused or failed, with a line on stderr that says
//! why and one that says what to do next; 2 for a mistake in the arguments.

mod args;
mod demo;
mod get;
mod inspect;
mod keygen;
mod output;
mod proxy;
mod serve;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let outcome = match &args.command {
        args::Command::Inspect(inspect) => inspect::run(inspect, args.json),
        args::Command::Demo(demo) => demo::run(demo, args.json),
        args::Command::Get(get) => get::run(get, args.json),
        args::Command::Serve(serve) => serve::run(serve, args.json),
        args::Command::Keygen(keygen) => keygen::run(keygen, args.json),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(args.json),
    }
}

/// The runtime of the commands that speak HTTP.
fn runtime() -> output::Outcome<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| output::Failure::new(format!("cannot start: {error}"), "free some threads or memory"))
}
