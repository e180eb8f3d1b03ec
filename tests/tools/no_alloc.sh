#!/usr/bin/env bash
# Prove that the core without its features runs both token types with no allocator, no libc and no std.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
need cc gcc
need nm binutils
crate=$ROOT/tests/no-alloc
out=$ROOT/target/harness
program=$out/release/privacypass-no-alloc
log=$out/no-alloc.log
# What a heap, libc or unwinding would bring along.
forbidden='__rust_alloc|__rust_realloc|__rust_no_alloc|__rdl_|__rg_|\balloc::|malloc|calloc|realloc|\bfree\b|\bmmap\b|\bbrk\b|rust_eh_personality|_Unwind_|\bstd::'

mkdir -p "$out"
cp "$ROOT/Cargo.lock" "$crate/Cargo.lock"
cd "$crate"

build() { cargo build --release --target-dir "$out" "$@" >"$log" 2>&1; }

build || { cat "$log"; die "the program without an allocator does not build"; }
if [ -n "$(nm --undefined-only "$program")" ]; then
    nm --undefined-only "$program"
    die "the program needs symbols from outside"
fi
symbols=$(nm -C "$program")
if grep -E "$forbidden" <<<"$symbols"; then die "the program holds what it must not"; fi
grep -q 'privacypass_core::' <<<"$symbols" || die "no symbol of the core is in the program: the proof proves nothing"
"$program"
say "no-alloc: $(wc -l <<<"$symbols") symbols, none of a heap, libc or unwinding; $(stat -c %s "$program") bytes"

# The proof must be able to fail.
if build --features leak; then die "the deliberate Vec was not noticed: the proof proves nothing"; fi
grep -q 'no global memory allocator found' "$log" || die "the deliberate Vec stopped the build for another reason: see $log"
say "no-alloc: and a deliberate Vec does not build"
