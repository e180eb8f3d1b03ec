//! Interleaved timing: everyone takes a sample in turn, so that what disturbs the machine disturbs all alike.
//!
//! Samples are in processor time of this thread. On a machine with other work a clock on the wall would also count the
//! turns of others, and count them against those whose one operation is long.

use std::hint::black_box;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;

/// Runs an operation this many times and gives the processor time it took, without the time to prepare its inputs.
pub type Op = Box<dyn FnMut(u64) -> Duration>;

/// One sample lasts about this long, or one operation if that lasts longer.
const SAMPLE: Duration = Duration::from_millis(1);
/// Everyone takes at least this many samples: the fastest tenth is then three.
const ROUNDS_MIN: usize = 30;
/// Parts of a run that are also evaluated one by one, to show how far ratios vary.
const PARTS: usize = 5;
/// Inputs prepared at a time, so that they stay in the processor's cache.
const BLOCK: u64 = 16;

/// An operation without inputs to prepare.
pub fn op<T>(mut run: impl FnMut() -> T + 'static) -> Op {
    Box::new(move |count| {
        let start = ThreadTime::now();
        for _ in 0..count {
            black_box(run());
        }
        start.elapsed()
    })
}

/// An operation that uses up an input, which `prepare` makes while the clock stands still.
pub fn op_with<I, T>(mut prepare: impl FnMut() -> I + 'static, mut run: impl FnMut(I) -> T + 'static) -> Op {
    Box::new(move |count| {
        let mut total = Duration::ZERO;
        for first in (0..count).step_by(BLOCK as usize) {
            let inputs: Vec<I> = (first..count.min(first + BLOCK)).map(|_| prepare()).collect();
            let start = ThreadTime::now();
            for input in inputs {
                black_box(run(input));
            }
            total += start.elapsed();
        }
        total
    })
}

/// Seconds for one run of each operation, a sample for each round.
pub struct Samples(Vec<Vec<f64>>);

/// Samples the operations in turn for the given time. Who begins a round changes from round to round.
pub fn interleave(ops: &mut [&mut Op], time: Duration) -> Samples {
    let counts: Vec<u64> = ops
        .iter_mut()
        .map(|op| {
            op(1);
            let once = (0..3).map(|_| op(1)).min().unwrap_or_default().max(Duration::from_nanos(20));
            (SAMPLE.as_nanos() / once.as_nanos()).clamp(1, 1 << 16) as u64
        })
        .collect();
    let mut samples = vec![Vec::new(); ops.len()];
    let start = Instant::now();
    for round in 0.. {
        if round >= ROUNDS_MIN && start.elapsed() >= time {
            break;
        }
        for turn in 0..ops.len() {
            let who = (round + turn) % ops.len();
            samples[who].push(ops[who](counts[who]).as_secs_f64() / counts[who] as f64);
        }
    }
    Samples(samples)
}

impl Samples {
    /// The mean of the fastest tenth of one operation's samples, in seconds.
    pub fn fastest(&self, who: usize) -> f64 {
        fastest(&self.0[who])
    }

    /// How much longer the median sample took than the fastest tenth: 0.05 is five percent.
    pub fn noise(&self, who: usize) -> f64 {
        let mut sorted = self.0[who].clone();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2] / self.fastest(who) - 1.0
    }

    /// How many times as fast as `other` the operation `who` is, and the least and the greatest value of the same
    /// figure over the parts of the run.
    pub fn ratio(&self, who: usize, other: usize) -> (f64, f64, f64) {
        let part = self.0[who].len() / PARTS;
        let parts: Vec<f64> = self.0[who]
            .chunks_exact(part)
            .zip(self.0[other].chunks_exact(part))
            .map(|(who, other)| fastest(other) / fastest(who))
            .collect();
        let least = parts.iter().copied().fold(f64::INFINITY, f64::min);
        let greatest = parts.iter().copied().fold(0.0, f64::max);
        (self.fastest(other) / self.fastest(who), least, greatest)
    }
}

fn fastest(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let tenth = &sorted[..sorted.len().div_ceil(10)];
    tenth.iter().sum::<f64>() / tenth.len() as f64
}
