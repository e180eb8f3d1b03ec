//! `privacypass keygen`: makes an issuer key and keeps it in a file of its own.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use privacypass_core::http::base64url;
use privacypass_core::issuer::IssuerKey;
use privacypass_core::provider::SystemRng;
use serde::Serialize;
use serde_json::json;

use crate::args::Keygen;
use crate::output::{Failure, Outcome, Paint, print_json};

/// An entry for the `token-keys` of a directory (RFC 9578 section 4).
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Entry {
    token_type: u16,
    token_key: String,
}

/// Runs the command.
pub(crate) fn run(args: &Keygen, json: bool) -> Outcome {
    let key = generate(args)?;
    write_new(&args.out, key.to_pkcs8_pem().map_err(|error| failed(&error))?.as_bytes())?;

    let token_key = base64url(key.token_key());
    let (id, truncated) = (key.id(), key.id().truncated());
    if args.public {
        print_json(&Entry { token_type: key.token_type().0, token_key })?;
    } else if json {
        print_json(&json!({
            "token_type": key.token_type().0,
            "token_key": token_key,
            "token_key_id": id.to_string(),
            "truncated_token_key_id": truncated,
            "file": args.out,
        }))?;
    } else {
        let paint = Paint::for_stdout();
        let mut out = io::stdout().lock();
        let token_type = key.token_type();
        writeln!(out, "{}", paint.bold(&format!("{token_type} {}", token_type.name())))?;
        for (name, value) in [
            ("private key", args.out.display().to_string()),
            ("token-key", token_key),
            ("token_key_id", id.to_string()),
            ("truncated_token_key_id", format!("0x{truncated:02x}")),
        ] {
            writeln!(out, "  {}{value}", paint.cyan(&format!("{name:24}")))?;
        }
    }
    Ok(())
}

fn generate(args: &Keygen) -> Outcome<IssuerKey> {
    // Before the work: a key that cannot be kept need not be made.
    if args.out.symlink_metadata().is_ok() {
        return Err(exists(&args.out));
    }
    IssuerKey::generate(args.token_type.into(), &mut SystemRng).map_err(|error| failed(&error))
}

/// Writes a file that must not exist, readable by its owner only.
fn write_new(path: &Path, contents: &[u8]) -> Outcome {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(path),
        _ => Failure::new(format!("cannot create {}: {error}", path.display()), "choose another place with --out"),
    })?;
    file.write_all(contents).and_then(|()| file.sync_all()).map_err(|error| {
        // Half a key is of no use. The first error is the one to tell.
        let _ = fs::remove_file(path);
        Failure::new(format!("cannot write {}: {error}", path.display()), "nothing was kept: choose another place")
    })
}

fn exists(path: &Path) -> Failure {
    Failure::new(
        format!("{} exists, and a key is never overwritten", path.display()),
        "choose another file with --out, or move the old key away when no issuer uses it",
    )
}

fn failed(error: &privacypass_core::Error) -> Failure {
    Failure::new(format!("cannot make the key: {error}"), "try again; if it fails again, please report it")
}
