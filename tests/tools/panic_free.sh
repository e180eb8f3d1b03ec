#!/usr/bin/env bash
# Prove that `wire` and `http` hold no panic: a program that calls all of their public functions links only when the
# optimiser has removed every path to the panic handler (tests/panic-free/src/main.rs).
#   panic_free.sh          run the proof, and prove that it can fail
#   panic_free.sh --who    when it fails: name the lines that can panic
set -euo pipefail
. "$(dirname "$0")/lib.sh"
need cc gcc
need python3 python3
crate=$ROOT/tests/panic-free
out=$ROOT/target/harness
program=$out/release/privacypass-panic-free
log=$out/panic-free.log

mkdir -p "$out"
cp "$ROOT/Cargo.lock" "$crate/Cargo.lock"
cd "$crate"

build() { cargo build --release --target-dir "$out" "$@" >"$log" 2>&1; }

who() {
    need objdump binutils
    CARGO_PROFILE_RELEASE_DEBUG=1 cargo rustc -q --release --target-dir "$out" -- \
        -Clink-arg=-Wl,--defsym=a_panic_path_remains=0 2>>"$log"
    objdump -d --no-show-raw-insn -C "$program" |
        awk '/(call|jmp|bl|b) .*<.*(panicking::|_fail|unwrap_failed|expect_failed)/ { sub(":", "", $1); print "0x" $1 }' |
        xargs -r -n1 addr2line -Cfipe "$program" | sed -n "s|.* at $ROOT/\(core/src/.*\)|    \1|p" | sort -u
}

if [ "${1:-}" = --who ]; then
    who
    exit
fi

python3 "$ROOT/tests/tools/public_functions.py"

if ! build; then
    if ! grep -q 'a_panic_path_remains' "$log"; then
        cat "$log"
        die "the program does not build"
    fi
    say "a panic path remains in wire or http; these lines, or what they inline, can panic:"
    who
    exit 1
fi
"$program"

# The proof must be able to fail.
if build --features canary; then die "the deliberate panic was not noticed: the proof proves nothing"; fi
grep -q 'undefined symbol: a_panic_path_remains\|undefined reference to .a_panic_path_remains' "$log" ||
    die "the deliberate panic stopped the build for another reason: see $log"
say "panic-free: and a deliberate panic does not link"
