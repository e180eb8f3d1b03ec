#!/usr/bin/env bash
# Run examples/c/06_no_heap.c, client, issuer and origin of both token types, on an emulated Cortex-M4, and say what code
# and stack the library takes there. Nothing but memcpy and its like comes from a C library: no malloc, and no `_sbrk`
# without which one would not link. From Debian's sources not even the crate `alloc` is built.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/cross.sh"
need qemu-system-arm qemu-system-arm
need arm-none-eabi-gcc gcc-arm-none-eabi
[ "$(arm-none-eabi-gcc -print-file-name=libc_nano.a)" != libc_nano.a ] || die "no newlib here: install libnewlib-arm-none-eabi"
target=thumbv7em-none-eabi
board=$ROOT/tests/cortex-m
out=$ROOT/target/emulated
log=$out/cortex-m.log
archive=$out/$target/freestanding/libprivacypass.a
# What a heap or unwinding would bring along.
forbidden='malloc|calloc|realloc|^_*free(_r)?$|sbrk|__rust_alloc|_Unwind_|rust_eh_personality'

began=$SECONDS
mkdir -p "$out"
cross "$target" core
say "emulated: cortex-m4"
(cd "$ROOT" && CARGO_TARGET_DIR=$out "${rust[@]}" rustc --profile freestanding --locked "${std[@]}" --target "$target" \
    -p privacypass-ffi --lib --no-default-features --crate-type staticlib) >"$log" 2>&1 ||
    { cat "$log"; die "the library does not build for $target"; }
# The key of the tests, from Rust into C.
sed -E '1i #include <stdint.h>
s/pub const (\w+): \[u8; ([0-9]+)\] = \[/static const uint8_t \1[\2] = {/; s/\];$/};/' \
    "$ROOT/tests/keys/rsa2048.rs" >"$out/rsa2048.h"

# program NAME ARGUMENT...: link NAME of these sources and flags.
program() {
    arm-none-eabi-gcc -std=c11 -Wall -Wextra -Wpedantic -Werror -Os -g -mcpu=cortex-m4 -mthumb -mfloat-abi=soft \
        -DPP_FREESTANDING -ffunction-sections -nostartfiles -nostdlib -T "$board/link.ld" \
        -Wl,--gc-sections,-z,noexecstack -I"$ROOT/include" -I"$board" -I"$out" "$board/board.c" "${@:2}" "$archive" \
        -lc_nano -lgcc -o "$out/$1"
}

run() {
    timeout 60 qemu-system-arm -M mps2-an386 -nographic -monitor none -serial none \
        -semihosting-config enable=on,target=native -kernel "$out/$1" </dev/null
}

# passes NAME LINE COUNT: it ends with 0, and says so many lines.
passes() {
    if arm-none-eabi-nm "$out/$1" | awk '{ print $NF }' | grep -E "$forbidden"; then die "$1 holds what it must not"; fi
    run "$1" 2>&1 | tee "$out/$1.out" | sed 's/^/    /' || die "$1 failed on the Cortex-M4"
    [ "$(grep -cE "$2" "$out/$1.out")" = "$3" ] || die "$1 did not say that it passed"
}

program no-heap.elf "$board/device.c" "$ROOT/examples/c/06_no_heap.c"
passes no-heap.elf '^ok$' 1
arm-none-eabi-size -A "$out/no-heap.elf" | awk '
    { size[$1] = $2 }
    END { printf "    code and constants: %d bytes; static memory: %d bytes\n", size[".text"], size[".data"] + size[".bss"] }'
program stack.elf "$board/stack.c"
passes stack.elf ': ok, peak [0-9]' 2

# The check must be able to fail: by a wrong result, by a stack that is too small, and by a heap.
program fail.elf "$board/stack.c" -DSECOND_TIME=PP_OK
if run fail.elf >/dev/null 2>&1; then die "the deliberate wrong result was not noticed"; fi
program fail.elf "$board/stack.c" -Wl,--defsym=stack_size=0x800
status=0
run fail.elf >/dev/null 2>&1 || status=$?
[ "$status" = 102 ] || die "a stack of 2 KiB ended with $status: running over the end is not noticed"
if program fail.elf "$board/stack.c" -Wl,--undefined=malloc 2>"$log"; then die "a program with malloc links"; fi
grep -q 'undefined reference to .*_sbrk' "$log" || { cat "$log"; die "a program with malloc did not link for another reason"; }
say "    a wrong result, a stack too small and a heap are noticed"
say "    $((SECONDS - began)) s"
