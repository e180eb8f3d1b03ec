#!/usr/bin/env bash
# Show what the library needs when it is built without `std`: memory functions, and nothing else. A program without libc
# that names every function links, holds nothing of a heap or of unwinding, and runs.
#   c_freestanding.sh          run the proof, and prove that it can fail
#   c_freestanding.sh --who    name the lines of core and ffi that keep a path to a panic
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/c_lib.sh"
need gcc gcc
need nm binutils
need objdump binutils
need python3 python3
out=$C/freestanding
log=$C/freestanding.log
program=$out/program
forbidden='__rust_alloc|__rust_realloc|__rust_no_alloc|__rdl_|__rg_|\balloc::|malloc|calloc|realloc|\bfree\b|\bmmap\b|\bbrk\b|rust_eh_personality|_Unwind_|\bstd::'

cd "$ROOT"
rm -rf "$out"
mkdir -p "$out"
cargo rustc --locked -q -p privacypass-ffi --lib --crate-type staticlib --no-default-features --profile freestanding
archive=$(target_dir Cargo.toml)/freestanding/libprivacypass.a
python3 tests/tools/c_abi.py functions "$HEADER" --freestanding >"$out/functions.txt"
sed 's/.*/FUNCTION(&)/' "$out/functions.txt" >"$out/functions.h"

# link FLAGS...: the program, with as little of the archive as it uses.
link() {
    gcc -std=c11 -O1 "${C_WARNINGS[@]}" -ffreestanding -fno-builtin -nostdlib -static -no-pie -I"$ROOT/include" -I"$out" \
        -o "$program" tests/c/gates/freestanding.c "$@" "$archive" -Wl,--gc-sections
}

# check PROGRAM
check() {
    local symbols
    if [ -n "$(nm --undefined-only "$1")" ]; then nm --undefined-only "$1"; return 1; fi
    symbols=$(nm -C "$1")
    if grep -E "$forbidden" <<<"$symbols"; then say "the program holds what it must not"; return 1; fi
    awk '$3 ~ /^pp_/ { print $3 }' <<<"$symbols" | LC_ALL=C sort -u | diff "$out/functions.txt" - || {
        say "the program does not hold every function: this proves nothing"
        return 1
    }
    "$1"
}

# The places that call a function of core::panicking, as far as they are ours.
who() {
    link -Wl,--emit-relocs
    objdump -dr --no-show-raw-insn "$program" |
        awk '/R_(X86_64|AARCH64)_.*(panicking|slice_index_fail|unwrap_failed|expect_failed)/ { print "0x" at } { at = $1; sub(":", "", at) }' |
        xargs -r -n1 addr2line -Cfipe "$program" | grep -o "$ROOT/\(core\|ffi\)/src/[a-z0-9_/]*\.rs:[0-9]*" | sed "s|$ROOT/|    |" |
        LC_ALL=C sort -u
}

if [ "${1:-}" = --who ]; then
    who
    exit
fi

nm -g --defined-only "$archive" 2>/dev/null | awk '$3 ~ /^pp_/ { print $3 }' | LC_ALL=C sort -u | diff "$out/functions.txt" - ||
    die "the library without std does not have the functions that the header offers such a program"
link
check "$program" || die "the program without a heap does not stand alone"
strip -o "$out/stripped" "$program"
say "freestanding: $(wc -l <"$out/functions.txt") functions need no heap, no libc and no unwinding; $(stat -c %s "$out/stripped") bytes with all of them"

# The proof must be able to fail.
say 'void *malloc(unsigned long n); void *leak(void); void *leak(void) { return malloc(1); }' >"$out/leak.c"
must_fail "a call of malloc" "$log" link -Wl,-u,leak "$out/leak.c"
grep -q "undefined reference to .malloc" "$log" || die "the call of malloc stopped the link for another reason: see $log"
say 'void *malloc(unsigned long n); void *malloc(unsigned long n) { return (void *)n; }' >"$out/leak.c"
link -Wl,-u,malloc "$out/leak.c"
must_fail "a heap of its own" "$log" check "$program"
say "freestanding: and a heap is noticed"
