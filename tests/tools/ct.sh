#!/usr/bin/env bash
# Show that no branch and no address depends on a secret: run each operation of the release build under valgrind, with
# its secrets marked undefined. The cases stand in tests/ct/src/cases.rs, what is public by design in ct.py.
#   ct.sh [CASE...]
set -euo pipefail
. "$(dirname "$0")/lib.sh"
need valgrind valgrind
need cc gcc
need python3 python3
crate=$ROOT/tests/ct
out=$ROOT/target/harness

mkdir -p "$out"
cp "$ROOT/Cargo.lock" "$crate/Cargo.lock"
(cd "$crate" && cargo build --release --target-dir "$out")
exec python3 "$ROOT/tests/tools/ct.py" "$out/release/privacypass-ct" "$@"
