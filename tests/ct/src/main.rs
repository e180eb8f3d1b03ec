//! Runs one operation on secrets, for valgrind to watch: `privacypass-ct CASE`; without a case it lists them.
//!
//! The operation's secrets, and every byte that its generator gives, are marked undefined. Valgrind then reports each
//! branch and each address that depends on them. What is public by design is declared in one of two places: outputs here
//! in the cases, through `taint::public`; verdicts inside the library in tests/tools/ct.py, each with its reason.

mod cases;
#[path = "../../keys/rsa2048.rs"]
mod rsa2048;
mod taint;

use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(name) = std::env::args().nth(1) else {
        cases::ALL.iter().for_each(|(name, _)| println!("{name}"));
        return ExitCode::SUCCESS;
    };
    let Some((_, run)) = cases::ALL.iter().find(|(known, _)| *known == name) else {
        eprintln!("no case is called {name}");
        return ExitCode::from(2);
    };
    if !taint::is_watched() {
        eprintln!("valgrind does not watch: nothing would be shown");
        return ExitCode::from(3);
    }
    run();
    ExitCode::SUCCESS
}
