//! The figures, and the table made of them.

use std::fmt;
use std::process::Command;
use std::time::Duration;

use crate::measure::interleave;
use crate::row::Row;

/// One row, measured. Times are in seconds, for one item.
pub struct Comparison {
    name: &'static str,
    ours: f64,
    noise: f64,
    peers: Vec<Standing>,
}

/// How we stand to one peer.
struct Standing {
    name: &'static str,
    time: f64,
    /// How many times as fast we are; then the least and greatest of the parts of the run.
    ratio: (f64, f64, f64),
    bar: Option<f64>,
}

impl Standing {
    fn misses(&self) -> bool {
        self.bar.is_some_and(|bar| self.ratio.0 < bar)
    }
}

impl Comparison {
    pub fn run(row: &mut Row, time: Duration) -> Self {
        let mut ops = vec![&mut row.ours];
        ops.extend(row.peers.iter_mut().map(|peer| &mut peer.op));
        let samples = interleave(&mut ops, time);
        let standing = |(index, peer): (usize, &crate::row::Peer)| {
            let (ratio, least, greatest) = samples.ratio(0, index + 1);
            let items = f64::from(row.items) / f64::from(peer.items);
            Standing {
                name: peer.name,
                time: samples.fastest(index + 1) / f64::from(peer.items),
                ratio: (ratio * items, least * items, greatest * items),
                bar: peer.bar,
            }
        };
        Self {
            name: row.name,
            ours: samples.fastest(0) / f64::from(row.items),
            noise: samples.noise(0),
            peers: row.peers.iter().enumerate().map(standing).collect(),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} us", self.name, Micros(self.ours))?;
        self.peers.iter().try_for_each(|peer| write!(f, ", {:.2} times as fast as {}", peer.ratio.0, peer.name))
    }
}

/// The whole run, in Markdown.
pub struct Report {
    pub comparisons: Vec<Comparison>,
    pub blind: Option<String>,
}

impl Report {
    pub fn every_bar_met(&self) -> bool {
        !self.comparisons.iter().flat_map(|row| &row.peers).any(Standing::misses)
    }
}

const NOTES: &str = "\
Times are processor time of one thread in microseconds for one item: the mean of the fastest tenth of the samples, which
all who do an operation take in turn. Machines are shared: compare ratios, never times of different runs. The ratio is the peer's time by ours, over the whole run; in brackets the
least and the greatest over five parts of it. Noise is how much longer our median sample took than our fastest tenth.
Everyone has the same keys (RFC 9578, appendix B) and is built alike (thin LTO, one unit, no processor options).

What a number includes:

- ours: the role's whole operation from bytes to bytes. Issue parses the request and finds its key; both private
  operations are blinded, and their results checked. Verify and redeem parse the token and hash the expected challenge.
  Randomness is the operating system's, by system calls. Setting up a private key includes a trial signature.
- `blind-rsa-signatures` 0.18.0: `blind`, `blind_sign` (blinded and checked), `finalize`, `verify`; no messages of Privacy
  Pass. Randomness is its default, a generator in the process.
- `rsa` 0.10.0-rc.19: the blinded and checked private operation; PSS verification with the key made ready beforehand.
- `privacypass` 0.2.0-pre.4: its client, server and origin, from parsed messages, which are copied while the clock stands
  still. Its key store holds one key without a lock and its nonce store does nothing, so that they cost next to nothing;
  its asynchronous functions never wait. It compares no challenge digest.
- `voprf-ng` 0.6.0: what `privacypass` calls, with elements and proofs read from bytes.
- 16, each: one call for 16, the time divided by 16. Peers without batches do one at a time.
";

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Benchmarks\n\nWritten by `make bench` on {}.\n\n{NOTES}", place())?;
        writeln!(f, "| operation | ours, us | noise | peer | peer, us | ratio | bar | met |")?;
        writeln!(f, "|---|---:|---:|---|---:|---|---|---|")?;
        for row in &self.comparisons {
            let ours = format!("| {} | {} | {:.0} % |", row.name, Micros(row.ours), 100.0 * row.noise);
            if row.peers.is_empty() {
                writeln!(f, "{ours} - | - | - | - | - |")?;
            }
            for peer in &row.peers {
                let (ratio, least, greatest) = peer.ratio;
                write!(f, "{ours} {} | {} | ", peer.name, Micros(peer.time))?;
                write!(f, "{ratio:.2} ({least:.2} to {greatest:.2}) | ")?;
                match peer.bar {
                    Some(bar) => writeln!(f, "{bar:.1} | {} |", if peer.misses() { "NO" } else { "yes" })?,
                    None => writeln!(f, "- | - |")?,
                }
            }
        }
        if let Some(blind) = &self.blind {
            writeln!(f, "\n## Where the time of blind goes\n")?;
            writeln!(f, "The parts are differences of public operations measured in turn (src/blind.rs).\n\n{blind}")?;
        }
        Ok(())
    }
}

/// Microseconds with three digits that say something.
struct Micros(f64);

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = 1e6 * self.0;
        let digits = if micros >= 100.0 {
            0
        } else if micros >= 10.0 {
            1
        } else {
            3
        };
        write!(f, "{micros:.digits$}")
    }
}

/// The day, the processor, the compiler and the commit, as far as they can be found out.
fn place() -> String {
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().ok()?;
        let line = String::from_utf8(output.stdout).ok()?.trim().to_string();
        (output.status.success() && !line.is_empty()).then_some(line)
    };
    let unknown = || String::from("unknown");
    let day = run("date", &["-u", "+%Y-%m-%d"]).unwrap_or_else(unknown);
    let compiler = run("rustc", &["--version"]).unwrap_or_else(unknown);
    let commit = run("git", &["describe", "--always", "--dirty"]).unwrap_or_else(unknown);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = info.lines().find(|line| line.split(':').next().is_some_and(|key| key.trim() == name))?;
        Some(line.split_once(':')?.1.trim().to_string())
    };
    let processor = match (field("model name"), field("cpu family"), field("model")) {
        (Some(name), Some(family), Some(model)) => format!("{name} (family {family}, model {model})"),
        _ => std::env::consts::ARCH.to_string(),
    };
    format!("{day}, {processor}, {compiler}, commit {commit}")
}
