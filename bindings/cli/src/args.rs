//! The arguments, and the help that explains them.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use privacypass_core::TokenType;

/// Run, inspect and debug Privacy Pass (RFC 9576, 9577, 9578).
#[derive(Parser)]
#[command(
    name = "privacypass",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    after_help = "Start here:\n  \
        privacypass demo                        the whole protocol on this machine, in a second\n  \
        curl -sI https://… | privacypass inspect -   what a header asks for, and who would refuse it\n\n\
        Exit codes:\n  \
        0  it worked\n  \
        1  it was refused or failed; stderr says why and what to do next\n  \
        2  a mistake in the arguments"
)]
pub(crate) struct Args {
    /// Print one JSON object on stdout; its shape is in the README and stays stable.
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Inspect(Inspect),
    Keygen(Keygen),
}

/// Decode anything of Privacy Pass, print every field, and say who would refuse it and why.
#[derive(clap::Args)]
#[command(after_help = "Reads: WWW-Authenticate and Authorization (one value, or whole header lines), a challenge, \
    a token, a\ntoken request or response, a token key, an issuer directory, an attester's list of issuers; in \
    base64url,\nbase64 or hex, and from stdin also as raw bytes.\n\n\
    Examples:\n  \
    privacypass inspect 'PrivateToken challenge=AAIADmlz…, token-key=MIIB…'\n  \
    curl -sI https://origin.example/ | privacypass inspect - --host origin.example\n  \
    curl -s https://issuer.example/.well-known/private-token-issuer-directory | privacypass inspect - --json\n\n\
    A finding has a severity (error: that client refuses it; warning: it may; info) and a client: `rfc` stands for a\n\
    strict reader of the RFCs. Exit code 0 when the value was recognised, whatever the findings; 1 when it was not.")]
pub(crate) struct Inspect {
    /// The value, or `-` to read it from stdin.
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    pub(crate) value: String,

    /// The host the header came from: challenges for other origins become findings.
    #[arg(long, value_name = "HOST[:PORT]")]
    pub(crate) host: Option<String>,
}

/// Make an issuer key.
#[derive(clap::Args)]
#[command(after_help = "The file is PKCS#8 in PEM, readable by its owner only (0600). An existing file is never \
    overwritten.\n\n\
    Examples:\n  \
    privacypass keygen --type 2 --out issuer.pem\n  \
    privacypass keygen --type 1 --out issuer1.pem --public    # an entry for the directory")]
pub(crate) struct Keygen {
    /// The token type: 1 is VOPRF(P-384, SHA-384), 2 is Blind RSA (2048-bit).
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) token_type: Type,

    /// Where the private key goes. The file must not exist.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,

    /// What to do when the file exists. There is no way to overwrite a key: remove the file yourself.
    #[arg(long, value_name = "WHEN", default_value = "never", value_parser = ["never"], hide_default_value = true)]
    pub(crate) force: String,

    /// Print the public key as an entry for the `token-keys` of an issuer directory.
    #[arg(long)]
    pub(crate) public: bool,
}

/// A token type that this program can issue.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Type {
    /// VOPRF(P-384, SHA-384): only who holds the issuer's private key can verify.
    #[value(name = "1", alias = "0x0001")]
    VoprfP384,
    /// Blind RSA (2048-bit): everybody can verify.
    #[value(name = "2", alias = "0x0002")]
    BlindRsa2048,
}

impl From<Type> for TokenType {
    fn from(value: Type) -> Self {
        match value {
            Type::VoprfP384 => Self::VOPRF_P384,
            Type::BlindRsa2048 => Self::BLIND_RSA_2048,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        super::Args::command().debug_assert();
    }
}
