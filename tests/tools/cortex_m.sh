#!/usr/bin/env bash
# Run client, issuer and origin of both token types in a C program without a heap on an emulated Cortex-M4, and say what
# code and stack they take. No `_sbrk` is there, so malloc does not link, and from Debian's sources no crate `alloc` is built.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/cross.sh"
need qemu-system-arm qemu-system-arm
need arm-none-eabi-gcc gcc-arm-none-eabi
[ -e "$(arm-none-eabi-gcc -print-file-name=libc_nano.a)" ] || die "no newlib here: install libnewlib-arm-none-eabi"
target=thumbv7em-none-eabi
board=$ROOT/tests/cortex-m
out=$ROOT/target/emulated
log=$out/cortex-m.log
# What a heap or unwinding would bring along.
forbidden='malloc|calloc|realloc|^_*free(_r)?$|sbrk|__rust_alloc|_Unwind_|rust_eh_personality'

began=$SECONDS
mkdir -p "$out"
cross "$target" core
say "emulated: cortex-m4"
(cd "$ROOT" && CARGO_TARGET_DIR=$out "${rust[@]}" rustc --release --locked "${std[@]}" --target "$target" \
    -p privacypass-ffi --lib --no-default-features --crate-type staticlib) >"$log" 2>&1 ||
    { cat "$log"; die "the library does not build for $target"; }
# The key of the tests, from Rust into C.
sed -E 's/pub const (\w+): \[u8; ([0-9]+)\] = \[/static const uint8_t \1[\2] = {/; s/\];$/};/' \
    "$ROOT/tests/keys/rsa2048.rs" >"$out/rsa2048.h"

# program NAME FLAG...: link the C program of `sources` as NAME.
sources=("$board/main.c")
program() {
    arm-none-eabi-gcc -std=c11 -Wall -Wextra -Wpedantic -Werror -Os -g -mcpu=cortex-m4 -mthumb -mfloat-abi=soft \
        -ffunction-sections -nostartfiles -nostdlib -T "$board/link.ld" -Wl,--gc-sections,-z,noexecstack "${@:2}" \
        -I"$ROOT/include" -I"$out" "$board/board.c" "${sources[@]}" "$out/$target/release/libprivacypass.a" \
        -lc_nano -lgcc -o "$out/$1"
}

run() {
    timeout 60 qemu-system-arm -M mps2-an386 -nographic -monitor none -serial none \
        -semihosting-config enable=on,target=native -kernel "$out/$1" </dev/null
}

program cortex-m.elf
if arm-none-eabi-nm "$out/cortex-m.elf" | awk '{ print $NF }' | grep -E "$forbidden"; then
    die "the program holds what it must not"
fi
run cortex-m.elf 2>&1 | tee "$out/cortex-m.out" || die "the program failed on the Cortex-M4"
[ "$(grep -c ': ok, peak ' "$out/cortex-m.out")" = 2 ] || die "the program did not say that both types passed"
arm-none-eabi-size "$out/cortex-m.elf" |
    awk 'NR == 2 { print "code and constants: " $1 " bytes; static memory: " $2 + $3 - 96 * 1024 }'

# The example for readers is the same flow in fewer words: it must run here as it stands.
sources=("$board/example.c" "$ROOT/examples/c/06_no_heap.c")
program cortex-m-example.elf -DPP_FREESTANDING
run cortex-m-example.elf >"$out/cortex-m-example.out" 2>&1 || { cat "$out/cortex-m-example.out"; die "the example failed on the Cortex-M4"; }
[ "$(tail -n 1 "$out/cortex-m-example.out")" = ok ] || die "the example did not end with ok"
say "cortex-m4: examples/c/06_no_heap.c: ok"
sources=("$board/main.c")

# The check must be able to fail: by a wrong result, and by a stack that is too small.
program cortex-m-fail.elf -DSECOND_TIME=PP_OK
if run cortex-m-fail.elf >/dev/null 2>&1; then die "the deliberate wrong result was not noticed"; fi
program cortex-m-fail.elf -Wl,--defsym=stack_size=0x800
status=0
run cortex-m-fail.elf >/dev/null 2>&1 || status=$?
[ "$status" = 102 ] || die "a stack of 2 KiB ended with $status: running over the end is not noticed"
say "cortex-m4: and a wrong result and a stack too small are noticed; $((SECONDS - began)) s"
