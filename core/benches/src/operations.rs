//! `make bench`: every operation of each role, beside the libraries that do the same, in one run.
//!
//! First the comparison: all who do an operation take samples in turn, and the fastest tenth of each is compared. Then
//! criterion, which cannot take turns, for the distribution of each of our operations and its change since the last
//! run. The table ends the output and is written to `results/latest.md`; the exit code is 1 when a bar is missed.
//!
//! Arguments choose rows by parts of their names; the file is then left alone.

mod blind;
mod fixture;
mod measure;
mod messages;
mod peer_store;
mod report;
mod row;
mod type1;
mod type2;

use std::process::ExitCode;
use std::time::Duration;

use criterion::{Criterion, SamplingMode};

use report::{Comparison, Report};
use row::Row;

/// The comparison of one row lasts about this long.
const COMPARE: Duration = Duration::from_millis(2000);
/// Criterion's share for one of our operations.
const WARM_UP: Duration = Duration::from_millis(150);
const CRITERION: Duration = Duration::from_millis(400);

fn main() -> ExitCode {
    let filters: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let chosen = |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(&filter[..]));

    let mut rows: Vec<Row> = type2::rows();
    rows.extend(type1::rows());
    rows.extend(messages::rows());
    rows.retain(|row| chosen(row.name));

    let blind = chosen("blind: where its time goes").then(blind::breakdown);
    let count = rows.len();
    if count == 0 && blind.is_none() {
        eprintln!("no operation is called {}", filters.join(" or "));
        return ExitCode::FAILURE;
    }
    let mut comparisons = Vec::new();
    for (index, row) in rows.iter_mut().enumerate() {
        let comparison = Comparison::run(row, COMPARE);
        eprintln!("[{}/{count}] {comparison}", index + 1);
        comparisons.push(comparison);
    }
    statistics(&mut rows);

    let report = Report { comparisons, blind };
    println!("\n{report}");
    if filters.is_empty() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/results/latest.md");
        std::fs::write(path, report.to_string()).expect("results/latest.md");
        println!("written to {path}");
    }
    if report.every_bar_met() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Criterion's statistics for each of our operations.
fn statistics(rows: &mut [Row]) {
    let mut criterion = Criterion::default()
        .without_plots()
        .sample_size(20)
        .nresamples(5000)
        .warm_up_time(WARM_UP)
        .measurement_time(CRITERION);
    for row in rows {
        let mut group = criterion.benchmark_group(row.name);
        group.sampling_mode(SamplingMode::Flat);
        group.bench_function("ours", |bencher| bencher.iter_custom(&mut row.ours));
        group.finish();
    }
}
