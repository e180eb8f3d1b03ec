//! A report as a table for people.

use std::io::{self, Write};

use privacypass_core::TokenType;

use super::findings::{Finding, Severity};
use super::report::{Body, Challenge, Hex, Key, Kind, Report, Request, Response, Skipped, Token};
use crate::output::{Paint, printable, utc};

/// The bytes that a line of hex holds.
const HEX_LINE: usize = 32;
/// The width of the column of names.
const NAMES: usize = 24;
/// The width of the text of a finding.
const TEXT: usize = 90;

/// Prints a report on stdout.
pub(super) fn report(report: &Report) -> io::Result<()> {
    let paint = Paint::for_stdout();
    let mut table = Table { out: io::stdout().lock(), paint };
    table.title(&title(report))?;
    match &report.body {
        Body::Header { challenges, skipped } => {
            for (number, challenge) in challenges.iter().enumerate() {
                table.heading(&format!("challenge {number}"))?;
                table.challenge(challenge)?;
            }
            table.skipped(skipped)?;
        }
        Body::Challenge { challenge } => table.challenge(challenge)?,
        Body::Token { token } => token.iter().try_for_each(|token| table.token(token))?,
        Body::Request { token_request } => table.request(token_request)?,
        Body::Response { token_response } => table.response(token_response)?,
        Body::Key { token_key } => table.key(token_key)?,
        Body::Directory { directory } => {
            let uri = directory.issuer_request_uri.as_deref();
            table.row("issuer_request_uri", &uri.map_or_else(|| "missing".to_owned(), printable))?;
            table.keys(&directory.token_keys)?;
        }
        Body::IssuerList { issuers } => {
            for issuer in issuers {
                table.heading(&printable(&issuer.issuer_name))?;
                table.keys(&issuer.token_keys)?;
            }
        }
        Body::Nothing {} => {}
    }
    table.findings(&report.findings)?;
    table.out.flush()
}

fn title(report: &Report) -> String {
    let name = match report.kind {
        Kind::WwwAuthenticate => "WWW-Authenticate",
        Kind::Authorization => "Authorization",
        Kind::Challenge => "TokenChallenge",
        Kind::Token => "Token",
        Kind::TokenRequest => "TokenRequest",
        Kind::TokenResponse => "TokenResponse",
        Kind::TokenKey => "token-key",
        Kind::Directory => "issuer directory",
        Kind::IssuerList => "attester's list of issuers",
        Kind::PrivateKey => "private key",
    };
    match (&report.body, report.encoding) {
        (Body::Header { challenges, skipped }, _) => {
            format!("{name}: {}, {} skipped", count(challenges.len(), "challenge"), skipped.len())
        }
        (_, Some(encoding)) => format!("{name} (in {})", format!("{encoding:?}").to_lowercase()),
        _ => name.to_owned(),
    }
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

struct Table<W> {
    out: W,
    paint: Paint,
}

impl<W: Write> Table<W> {
    fn title(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", self.paint.bold(text))
    }

    fn heading(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "\n{}", self.paint.bold(text))
    }

    fn row(&mut self, name: &str, value: &str) -> io::Result<()> {
        writeln!(self.out, "  {}{value}", self.paint.cyan(&format!("{name:NAMES$}")))
    }

    fn bytes(&mut self, name: &str, bytes: &Hex) -> io::Result<()> {
        if bytes.0.is_empty() {
            return self.row(name, &self.paint.dim("empty"));
        }
        let size = count(bytes.0.len(), "byte");
        for (number, line) in bytes.0.chunks(HEX_LINE).enumerate() {
            let text = hex::encode(line);
            match number {
                0 => self.row(name, &format!("{text:64}  {}", self.paint.dim(&size)))?,
                _ => self.row("", &text)?,
            }
        }
        Ok(())
    }

    fn token_type(&mut self, number: u16) -> io::Result<()> {
        let token_type = TokenType(number);
        self.row("token_type", &format!("{token_type}  {}", token_type.name()))
    }

    fn challenge(&mut self, challenge: &Challenge) -> io::Result<()> {
        self.token_type(challenge.token_type)?;
        match &challenge.issuer_name {
            Some(name) => self.row("issuer_name", name)?,
            None => self.row("", &self.paint.dim("the body is not that of RFC 9577"))?,
        }
        if let Some(context) = &challenge.redemption_context {
            self.bytes("redemption_context", context)?;
        }
        match challenge.origin_info.as_deref() {
            Some([]) => self.row("origin_info", &self.paint.dim("empty: any origin"))?,
            Some(origins) => self.row("origin_info", &origins.join(", "))?,
            None => {}
        }
        if let Some(seconds) = challenge.max_age {
            self.row("max_age", &format!("{seconds} s"))?;
        }
        self.bytes("challenge", &challenge.challenge)?;
        self.bytes("challenge_digest", &challenge.challenge_digest)?;
        if let Some(key) = &challenge.token_key {
            self.bytes("token_key", key)?;
        }
        challenge.token_key_id.iter().try_for_each(|id| self.bytes("token_key_id", id))
    }

    fn skipped(&mut self, skipped: &[Skipped]) -> io::Result<()> {
        if !skipped.is_empty() {
            self.heading("skipped")?;
        }
        for item in skipped {
            let token_type = item.token_type.map_or_else(String::new, |number| format!("  {}", TokenType(number)));
            self.row(item.reason, &format!("line {}, byte {}{token_type}", item.line, item.offset))?;
        }
        Ok(())
    }

    fn token(&mut self, token: &Token) -> io::Result<()> {
        self.token_type(token.token_type)?;
        self.bytes("nonce", &token.nonce)?;
        self.bytes("challenge_digest", &token.challenge_digest)?;
        self.bytes("token_key_id", &token.token_key_id)?;
        self.bytes("authenticator", &token.authenticator)
    }

    fn request(&mut self, request: &Request) -> io::Result<()> {
        self.token_type(request.token_type)?;
        self.row("truncated_token_key_id", &format!("0x{:02x}", request.truncated_token_key_id))?;
        self.bytes("blinded_msg", &request.blinded_msg)
    }

    fn response(&mut self, response: &Response) -> io::Result<()> {
        self.token_type(response.token_type)?;
        let fields = [
            ("blind_sig", &response.blind_sig),
            ("evaluate_msg", &response.evaluate_msg),
            ("evaluate_proof", &response.evaluate_proof),
        ];
        for (name, bytes) in fields {
            bytes.iter().try_for_each(|bytes| self.bytes(name, bytes))?;
        }
        Ok(())
    }

    fn keys(&mut self, keys: &[Key]) -> io::Result<()> {
        for (number, key) in keys.iter().enumerate() {
            self.heading(&format!("key {number}"))?;
            self.key(key)?;
        }
        Ok(())
    }

    fn key(&mut self, key: &Key) -> io::Result<()> {
        self.token_type(key.token_type)?;
        self.bytes("token_key", &key.token_key)?;
        self.bytes("token_key_id", &key.token_key_id)?;
        self.row("truncated_token_key_id", &format!("0x{:02x}", key.truncated_token_key_id))?;
        self.row("form", key.form.unwrap_or("unknown"))?;
        key.not_before.iter().try_for_each(|start| self.row("not_before", &format!("{start}  {}", utc(*start))))
    }

    fn findings(&mut self, findings: &[Finding]) -> io::Result<()> {
        if findings.is_empty() {
            return writeln!(self.out, "\n{}", self.paint.green("nothing wrong with it was found"));
        }
        self.heading("findings")?;
        for finding in findings {
            let severity = match finding.severity {
                Severity::Error => self.paint.red("error  "),
                Severity::Warning => self.paint.yellow("warning"),
                Severity::Info => self.paint.cyan("info   "),
            };
            let place = finding.at.as_ref().map_or_else(String::new, |at| format!("{at}: "));
            for (number, line) in wrap(&format!("{place}{}", finding.text), TEXT).iter().enumerate() {
                match number {
                    0 => writeln!(
                        self.out,
                        "  {severity}  {}  {line}",
                        self.paint.bold(&format!("{:20}", finding.client))
                    )?,
                    _ => writeln!(self.out, "  {:7}  {:20}  {line}", "", "")?,
                }
            }
        }
        Ok(())
    }
}

/// Breaks text at spaces.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last().map_or(0, |line| line.chars().count());
        if last > 0 && last + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
