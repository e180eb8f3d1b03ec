#!/usr/bin/env bash
# Show what the library needs when it is built without `std`: memory functions, and nothing else. A program without libc
# that names every function links, holds nothing of a heap, of unwinding or of a panic, and runs. That it holds no panic
# means that the optimiser has removed every path to one, and the linker then the panic handler.
#   c_freestanding.sh          run the proof, and prove that it can fail
#   c_freestanding.sh --who    name the lines that keep a path to a panic
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
panics='\bpanicking::|rust_begin_unwind|_index_fail|unwrap_failed|expect_failed|mismatch_fail'

cd "$ROOT"
rm -rf "$out"
mkdir -p "$out"
# sha2 with AVX2 keeps two checks of an index; and a program without an operating system may not have the registers.
RUSTFLAGS="${RUSTFLAGS:-} --cfg sha2_backend=\"soft\"" \
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
    if grep -E "$panics" <<<"$symbols"; then say "a panic path remains"; return 1; fi
    awk '$3 ~ /^pp_/ { print $3 }' <<<"$symbols" | LC_ALL=C sort -u | diff "$out/functions.txt" - || {
        say "the program does not hold every function: this proves nothing"
        return 1
    }
    "$1"
}

# The lines that call a function of core::panicking, or inline what does; a function of Rust's own library where there is
# no such line.
who() {
    link -Wl,--emit-relocs "$@"
    objdump -dr --no-show-raw-insn "$program" |
        awk -v panics="R_.*(panicking|_fail)" '$0 ~ panics { print "0x" at } { at = $1; sub(":", "", at) }' |
        xargs -r -n1 addr2line -Cfipe "$program" |
        sed -n -e "s|.* at $ROOT/|    |p; t" -e 's|.* at .*/registry/src/[^/]*/|    |p; t' \
            -e '/inlined by\|panicking::\|_fail /d; s|^|    |p' | LC_ALL=C sort -u
}

if [ "${1:-}" = --who ]; then
    who
    exit
fi

nm -g --defined-only "$archive" 2>/dev/null | awk '$3 ~ /^pp_/ { print $3 }' | LC_ALL=C sort -u | diff "$out/functions.txt" - ||
    die "the library without std does not have the functions that the header offers such a program"
link
check "$program" || { who; die "the program without a heap does not stand alone"; }
lines=$(who)
[ -z "$lines" ] || { say "$lines"; die "these lines can still panic"; }
strip -o "$out/stripped" "$program"
say "freestanding: $(wc -l <"$out/functions.txt") functions need no heap, no libc and no unwinding, and cannot panic; $(stat -c %s "$out/stripped") bytes with all of them"

# The proof must be able to fail.
say 'void *malloc(unsigned long n); void *leak(void); void *leak(void) { return malloc(1); }' >"$out/leak.c"
must_fail "a call of malloc" "$log" link -Wl,-u,leak "$out/leak.c"
grep -q "undefined reference to .malloc" "$log" || die "the call of malloc stopped the link for another reason: see $log"
say 'void *malloc(unsigned long n); void *malloc(unsigned long n) { return (void *)n; }' >"$out/leak.c"
link -Wl,-u,malloc "$out/leak.c"
must_fail "a heap of its own" "$log" check "$program"
rustc --edition 2024 --crate-type lib --emit obj -O -C panic=abort -C debuginfo=1 -o "$out/panic.o" tests/c/gates/panic.rs
link -Wl,-u,third "$out/panic.o"
must_fail "a deliberate panic" "$log" check "$program"
grep -q "a panic path remains" "$log" || die "the deliberate panic was refused for another reason: see $log"
who -Wl,-u,third "$out/panic.o" | grep -q "tests/c/gates/panic.rs:[0-9]" || die "--who does not name the deliberate panic"
say "freestanding: and a heap and a panic are noticed"
