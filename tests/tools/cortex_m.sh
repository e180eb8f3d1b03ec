#!/usr/bin/env bash
# Run both token types, without a heap, in a C program on an emulated Cortex-M4, and say what code and stack they take.
# Not even the crate `alloc` exists in this build, and no malloc: what needed one would not link.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/cross.sh"
need qemu-system-arm qemu-system-arm
need arm-none-eabi-gcc gcc-arm-none-eabi
[ -e "$(arm-none-eabi-gcc -print-file-name=libc_nano.a)" ] || die "no newlib here: install libnewlib-arm-none-eabi"
target=thumbv7em-none-eabi
crate=$ROOT/tests/cortex-m
out=$ROOT/target/emulated
log=$out/cortex-m.log
# What a heap or unwinding would bring along.
forbidden='malloc|calloc|realloc|^_*free(_r)?$|sbrk|__rust_alloc|_Unwind_|rust_eh_personality'

began=$SECONDS
mkdir -p "$out"
cp "$ROOT/Cargo.lock" "$crate/Cargo.lock"
cross "$target" core
say "emulated: cortex-m4"
(cd "$crate" && CARGO_TARGET_DIR=$out "${rust[@]}" build --release "${std[@]}" --target "$target") >"$log" 2>&1 ||
    { cat "$log"; die "the library does not build for $target"; }

# program NAME FLAG...: link the C program as NAME.
program() {
    arm-none-eabi-gcc -std=c11 -Wall -Wextra -Wpedantic -Werror -Os -g -mcpu=cortex-m4 -mthumb -mfloat-abi=soft \
        -ffunction-sections -nostartfiles -nostdlib -T "$crate/link.ld" -Wl,--gc-sections,-z,noexecstack "${@:2}" \
        "$crate/board.c" "$crate/main.c" "$out/$target/release/libprivacypass_cortex_m.a" -lc_nano -lgcc -o "$out/$1"
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
[ "$(grep -c ': ok, ' "$out/cortex-m.out")" = 2 ] || die "the program did not say that both types passed"
arm-none-eabi-size "$out/cortex-m.elf" |
    awk 'NR == 2 { print "code and constants: " $1 " bytes; data: " $2 "; the program ends with no heap" }'

# The check must be able to fail: by a wrong result, and by a stack that is too small.
program cortex-m-fail.elf -DFAIL
if run cortex-m-fail.elf >/dev/null 2>&1; then die "the deliberate wrong result was not noticed"; fi
program cortex-m-fail.elf -Wl,--defsym=stack_size=0x800
status=0
run cortex-m-fail.elf >/dev/null 2>&1 || status=$?
[ "$status" = 102 ] || die "a stack of 2 KiB ended with $status: running over the end is not noticed"
say "cortex-m4: and a wrong result and a stack too small are noticed; $((SECONDS - began)) s"
