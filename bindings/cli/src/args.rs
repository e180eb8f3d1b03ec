//! The arguments, and the help that explains them.

use std::net::SocketAddr;
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
        privacypass demo                             the whole protocol on this machine, in a second\n  \
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
    Demo(Demo),
    Get(Get),
    #[command(subcommand)]
    Serve(Serve),
    Inspect(Inspect),
    Keygen(Keygen),
}

/// Run the whole protocol on this machine: four roles, real HTTP, both token types.
#[derive(clap::Args)]
#[command(
    after_help = "Starts issuer, attester and origin on 127.0.0.1, is the client itself, and draws what happens. Then \
    it presents\nwhat must be refused. The last line is `ok`; if any step goes wrong, it says which, and the exit code \
    is 1.\n\n\
    Examples:\n  \
    privacypass demo\n  \
    privacypass demo --svg demo.svg\n  \
    privacypass demo --serve --port-base 8100    # then open http://127.0.0.1:8102/login"
)]
pub(crate) struct Demo {
    /// Keep the roles up until Ctrl-C or SIGTERM, and print their URLs.
    #[arg(long)]
    pub(crate) serve: bool,

    /// Write the sequence diagram to this file, too.
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,

    /// Use the ports PORT (issuer), PORT+1 (attester) and PORT+2 (origin) in place of free ones.
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) port_base: Option<u16>,
}

/// Fetch a URL, and answer a challenge for a token on the way.
#[derive(clap::Args)]
#[command(after_help = "Like curl --fail, with Privacy Pass: the body goes to stdout. Exit code 1 when the token is \
    refused, when none\ncan be had, and for any other status from 400 on.\n\n\
    Examples:\n  \
    privacypass get --attester https://attester.example/ https://origin.example/\n  \
    privacypass get -v --type 2 --attester http://127.0.0.1:8101 http://127.0.0.1:8102/login")]
pub(crate) struct Get {
    /// What to fetch.
    #[arg(value_name = "URL")]
    pub(crate) url: String,

    /// An attester that vouches for this client; several are tried in order. Its question is answered with yes.
    #[arg(long, value_name = "URL")]
    pub(crate) attester: Vec<String>,

    /// Answer only challenges of this token type.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) token_type: Option<Type>,

    /// Write the body to this file.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Print status and headers before the body.
    #[arg(short, long, conflicts_with_all = ["output", "json"])]
    pub(crate) include: bool,

    /// Say on stderr what happens.
    #[arg(short, long)]
    pub(crate) verbose: bool,

    /// Speak plain http beyond this machine, too. Whoever is on the path can then take tokens.
    #[arg(long)]
    pub(crate) insecure_http: bool,
}

/// Run one role as a service.
///
/// The services speak plain http, for a proxy with TLS in front of them; so they listen on this machine only unless
/// --expose says otherwise. They stop on Ctrl-C and SIGTERM, after the requests in flight. The log on stderr holds no
/// token and no key.
#[derive(Subcommand)]
pub(crate) enum Serve {
    Issuer(ServeIssuer),
    Attester(ServeAttester),
    Origin(ServeOrigin),
}

/// Where a service listens.
#[derive(clap::Args)]
pub(crate) struct Listen {
    /// The address to listen on [default: 127.0.0.1, and port 8100 for an issuer, 8101 an attester, 8102 an origin]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,

    /// Listen beyond this machine in plain http: for a closed network.
    #[arg(long)]
    pub(crate) expose: bool,
}

/// Serve an issuer: its directory and its token requests.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  \
    privacypass keygen --type 2 --out issuer.pem\n  \
    privacypass serve issuer --key issuer.pem")]
pub(crate) struct ServeIssuer {
    #[command(flatten)]
    pub(crate) listen: Listen,

    /// A private key, as `keygen` writes it. Of each type, clients use the first.
    #[arg(long = "key", value_name = "FILE", required = true)]
    pub(crate) keys: Vec<PathBuf>,
}

/// Serve an attester that asks whether you are human, and believes you.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  \
    privacypass serve attester --issuer 127.0.0.1:8100\n  \
    privacypass serve attester --issuer issuer.example=http://127.0.0.1:8100 --listen 127.0.0.1:9000")]
pub(crate) struct ServeAttester {
    #[command(flatten)]
    pub(crate) listen: Listen,

    /// An issuer to forward to, by its name; with =URL its directory is fetched from there.
    #[arg(long = "issuer", value_name = "NAME[=URL]", required = true)]
    pub(crate) issuers: Vec<String>,

    /// Speak plain http with issuers beyond this machine, too.
    #[arg(long)]
    pub(crate) insecure_http: bool,
}

/// Serve an origin: a page that takes a token.
#[derive(clap::Args)]
#[command(
    after_help = "The keys say which token types are asked for. Type 2 needs the issuer's public key; type 1 its \
    private key.\nWithout any, the keys of type 2 are fetched once, from the issuer's directory.\n\n\
    Example:\n  \
    privacypass serve origin --issuer 127.0.0.1:8100\n  \
    privacypass get --attester http://127.0.0.1:8101 http://127.0.0.1:8102/"
)]
pub(crate) struct ServeOrigin {
    #[command(flatten)]
    pub(crate) listen: Listen,

    /// A name of the origin, as clients write it in Host; without any, the address it listens on.
    #[arg(long = "name", value_name = "HOST[:PORT]")]
    pub(crate) names: Vec<String>,

    /// The name of the issuer whose tokens are taken.
    #[arg(long, value_name = "NAME")]
    pub(crate) issuer: String,

    /// A key of the issuer, as `keygen` writes it.
    #[arg(long = "key", value_name = "FILE")]
    pub(crate) keys: Vec<PathBuf>,

    /// A public key of type 2, as the issuer's directory has it.
    #[arg(long = "token-key", value_name = "BASE64URL")]
    pub(crate) token_keys: Vec<String>,

    /// How the challenge is written: quoted where needed, always, or never.
    #[arg(long, value_enum, default_value_t = HeaderProfile::Auto)]
    pub(crate) profile: HeaderProfile,

    /// For how many seconds a challenge is the same; it is accepted for one to two of these.
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=31_536_000))]
    pub(crate) epoch: u64,

    /// A file with 64 hex digits that all processes of this origin share; without it, a new secret at each start.
    #[arg(long, value_name = "FILE")]
    pub(crate) secret: Option<PathBuf>,

    /// How many spent tokens are remembered; when they are more, tokens are refused until some expire.
    #[arg(long, value_name = "TOKENS", default_value_t = 1_000_000)]
    pub(crate) capacity: usize,

    /// Add a greased challenge to one answer in N; 0 never does.
    #[arg(long, value_name = "N", default_value_t = 16)]
    pub(crate) grease: u32,

    /// Answer a refused token with 403 and no challenge, for clients that load a page again without end.
    #[arg(long)]
    pub(crate) plain_403: bool,

    /// Pass requests with a good token on to this service, without the token.
    #[arg(long, value_name = "http://HOST:PORT")]
    pub(crate) upstream: Option<String>,

    /// The HTML page that a token opens, in place of the built-in one.
    #[arg(long, value_name = "FILE", conflicts_with = "upstream")]
    pub(crate) page: Option<PathBuf>,
}

/// How headers are written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HeaderProfile {
    Auto,
    Rfc,
    Unquoted,
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
    #[arg(long, value_name = "WHEN", default_value = "never", value_parser = ["never"], hide = true)]
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
