#!/usr/bin/env bash
# Fuzz the parsers.
#   soak.sh [TARGET...]    fuzz each target, or these, for SECONDS_EACH seconds (120) under the address sanitizer
#   soak.sh --seeds        run the targets at and near their seeds, in ordinary tests: a part of `make test`
set -euo pipefail
. "$(dirname "$0")/lib.sh"
need python3 python3
crate=$ROOT/tests/fuzz
out=$ROOT/target/harness
corpus=$ROOT/target/fuzz

mkdir -p "$out" "$corpus"
cp "$ROOT/Cargo.lock" "$crate/Cargo.lock"
cd "$crate"
python3 "$ROOT/tests/tools/fuzz_seeds.py" "$corpus/seeds"

if [ "${1:-}" = --seeds ]; then
    FUZZ_SEEDS=$corpus/seeds cargo test --target-dir "$out" --release
    exit
fi

need c++ g++
host=$(rustc -vV | sed -n 's/^host: //p')
# The flags that cargo-fuzz uses: coverage feedback for the engine, and the sanitizer. The stable compiler has both, and
# RUSTC_BOOTSTRAP opens them for this build alone.
flags='-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
 -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing
 -Zsanitizer=address -Ccodegen-units=1'
RUSTC_BOOTSTRAP=1 RUSTFLAGS=$(tr -d '\n' <<<"$flags") \
    cargo build --release --features engine --bin fuzz --target "$host" --target-dir "$out/fuzz"
fuzz=$out/fuzz/$host/release/fuzz

# The engine must find the canary, or it finds nothing.
mkdir -p "$corpus/canary"
if FUZZ_TARGET=canary "$fuzz" -runs=2000000 -max_total_time=60 -artifact_prefix="$corpus/canary/" \
    "$corpus/canary" >"$corpus/canary.log" 2>&1; then
    die "the engine did not find the canary: see $corpus/canary.log"
fi
grep -q 'the canary' "$corpus/canary.log" || { tail -20 "$corpus/canary.log"; die "the engine stopped for another reason"; }
say "soak: the engine found the canary"

targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    mapfile -t targets < <(sed -n 's/^    ("\([a-z0-9_]*\)", targets::.*/\1/p' src/lib.rs)
fi
mkdir -p artifacts
for target in "${targets[@]}"; do
    mkdir -p "$corpus/corpus/$target" "regressions/$target"
    say "soak: $target, ${SECONDS_EACH:-120} s"
    FUZZ_TARGET=$target "$fuzz" -max_total_time="${SECONDS_EACH:-120}" -max_len=8192 -timeout=10 -rss_limit_mb=2048 \
        -print_final_stats=1 -artifact_prefix="artifacts/$target-" \
        "$corpus/corpus/$target" "$corpus/seeds/$target" "regressions/$target" 2>&1 |
        grep -vE '^#[0-9]+\s+(NEW|REDUCE|pulse|RELOAD)|^\s+NEW_' || die "$target failed: the input is in tests/fuzz/artifacts"
done
say "soak: ${#targets[@]} targets, no crash"
