#!/usr/bin/env bash
# Run the library on processors that are not here, under qemu: the unit tests of every library crate and the conformance
# tests (all vectors of the RFCs), with overflow checks; the C tests and examples; the flow without a heap on a
# microcontroller.
#   emulated.sh              every processor
#   emulated.sh TARGET...    these: aarch64-unknown-linux-gnu, armv7-unknown-linux-gnueabihf (32 bits),
#                            s390x-unknown-linux-gnu (big endian), cortex-m4
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/cross.sh"
cd "$ROOT"

packages=(privacypass-core privacypass-ffi privacypass-tests)
# What tests/c and examples/c are: programs whose last line is `ok`. Examples that need a server beside them stay out.
programs=()
for source in tests/c/*.c examples/c/*.c; do
    name=$(basename "$source" .c)
    [ -e "$source" ] && [ ! -e "tests/tools/c_example_${name%%_*}.sh" ] && programs+=("$source")
done
out=$ROOT/target/emulated
mkdir -p "$out"
# Read by the tests whose number of rounds is a matter of patience.
export PRIVACYPASS_EMULATED=1
# Read by the C tests.
export TEST_VECTORS=$ROOT/tests/vectors
TEST_PACKAGE_VERSION=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
export TEST_PACKAGE_VERSION

# Copies what cargo says to a log, and shows a line for each suite of tests that ran. Fails when one was empty; the
# library of privacypass-tests is, being what its tests share.
suites() {
    tee "$1" | awk '
        / Running / { suite = $NF; gsub(/^.*\/|-[0-9a-f]+\)$/, "", suite) }
        /^test .* FAILED$/ { print "    FAILED: " suite " " $2 }
        /^test result: / {
            if ($4 + 0 == 0 && suite != "privacypass_tests") { print "    no test ran in " suite; empty = 1 }
            else if ($4 + 0 > 0) printf "    %-20s %4d passed, %s\n", suite, $4, $NF
            fflush()
        }
        END { exit empty }'
}

# The tests that passed, by the log.
count() { awk '/^test result: ok/ { n += $4 } END { print n + 0 }' "$1"; }

# build TARGET COMMAND ARGUMENT...: cargo COMMAND for the target; what it says goes to a log.
build() {
    local target=$1 log=$out/$1-build.log
    CARGO_TARGET_DIR=$out "${rust[@]}" --config tests/tools/emulated.toml "$2" --profile emulated --locked "${std[@]}" \
        --target "$target" "${@:3}" >"$log" 2>&1 || { tail -40 "$log"; die "it does not build for $target: see $log"; }
}

rust_tests() {
    local target=$1 log=$out/$1.log began=$SECONDS tests
    tests=("${packages[@]/#/--package=}" --all-features --lib --tests)
    build "$target" test "${tests[@]}" --no-run
    say "    built in $((SECONDS - began)) s"
    began=$SECONDS
    CARGO_TARGET_DIR=$out "${rust[@]}" --config tests/tools/emulated.toml test --profile emulated --locked "${std[@]}" \
        --target "$target" "${tests[@]}" --no-fail-fast 2>&1 |
        suites "$log" || { grep -A3 'panicked at' "$log" | head -40; die "tests fail on $target: see $log"; }
    say "    $(count "$log") tests passed in $((SECONDS - began)) s"
}

# c_tests TARGET GCC QEMU...: the programs in C, against the static library.
c_tests() {
    local target=$1 gcc=$2 qemu=("${@:3}") began=$SECONDS source program status
    build "$target" rustc --package privacypass-ffi --lib --crate-type staticlib
    mkdir -p "$out/c/$target"
    for source in "${programs[@]}"; do
        program=$out/c/$target/$(basename "$source" .c)
        "$gcc" -std=c99 -O1 -Wall -Wextra -Wpedantic -Werror -Iinclude -Itests/c -o "$program" "$source" \
            "$out/$target/emulated/libprivacypass.a" -lgcc_s -lpthread -ldl -lm || die "$source does not build for $target"
        status=0
        "${qemu[@]}" "$program" >"$program.log" 2>&1 </dev/null || status=$?
        if [ "$status" != 0 ] || [ "$(tail -n 1 "$program.log")" != ok ]; then
            tail -20 "$program.log"
            die "$source ends with $status on $target"
        fi
    done
    [ ${#programs[@]} -gt 0 ] || die "there is no program in tests/c"
    say "    ${#programs[@]} C programs passed in $((SECONDS - began)) s, build included"
}

# all_tests TARGET QEMU PREFIX: where the cross compiler and its libraries have the prefix.
all_tests() {
    need "$2" qemu-user
    need "$3-gcc" "gcc-$3"
    cross "$1" std,panic_unwind,test
    say "emulated: $1"
    rust_tests "$1"
    c_tests "$1" "$3-gcc" "$2" -L "/usr/$3"
}

targets=("$@")
[ ${#targets[@]} -gt 0 ] ||
    targets=(aarch64-unknown-linux-gnu armv7-unknown-linux-gnueabihf s390x-unknown-linux-gnu cortex-m4)
tests=
for target in "${targets[@]}"; do
    case $target in
    aarch64-unknown-linux-gnu) all_tests "$target" qemu-aarch64 aarch64-linux-gnu ;;
    armv7-unknown-linux-gnueabihf) all_tests "$target" qemu-arm arm-linux-gnueabihf ;;
    s390x-unknown-linux-gnu) all_tests "$target" qemu-s390x s390x-linux-gnu ;;
    cortex-m4)
        tests/tools/cortex_m.sh
        continue
        ;;
    *) die "unknown target $target" ;;
    esac
    # A test that the processor hides would be missed here.
    passed=$(count "$out/$target.log")
    [ "${tests:=$passed}" = "$passed" ] || die "$passed tests passed on $target, and $tests on the target before"
done
say "emulated: ${targets[*]} in $SECONDS s"
