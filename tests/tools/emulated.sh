#!/usr/bin/env bash
# Run the library on processors that are not here: unit tests and conformance tests (all vectors of the RFCs) under
# qemu, with overflow checks, and the flow without a heap on a microcontroller.
#   emulated.sh              every processor
#   emulated.sh TARGET...    these: aarch64-unknown-linux-gnu, armv7-unknown-linux-gnueabihf (32 bits),
#                            s390x-unknown-linux-gnu (big endian), cortex-m4
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/cross.sh"
cd "$ROOT"

packages=(privacypass-core privacypass-tests)
out=$ROOT/target/emulated
mkdir -p "$out"
# Read by the tests whose number of rounds is a matter of patience.
export PRIVACYPASS_EMULATED=1

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

unit_tests() {
    local target=$1 log=$out/$1.log began=$SECONDS
    cross "$target" std,panic_unwind,test
    say "emulated: $target"
    CARGO_TARGET_DIR=$out "${rust[@]}" --config tests/tools/emulated.toml test --profile emulated --locked "${std[@]}" \
        --target "$target" "${packages[@]/#/--package=}" --all-features --lib --tests --no-run >"$log" 2>&1 ||
        { tail -40 "$log"; die "the tests do not build for $target: see $log"; }
    say "    built in $((SECONDS - began)) s"
    began=$SECONDS
    CARGO_TARGET_DIR=$out "${rust[@]}" --config tests/tools/emulated.toml test --profile emulated --locked "${std[@]}" \
        --target "$target" "${packages[@]/#/--package=}" --all-features --lib --tests --no-fail-fast 2>&1 |
        suites "$log" || { grep -A3 'panicked at' "$log" | head -40; die "tests fail on $target: see $log"; }
    say "    $(count "$log") tests passed in $((SECONDS - began)) s"
}

targets=("$@")
[ ${#targets[@]} -gt 0 ] ||
    targets=(aarch64-unknown-linux-gnu armv7-unknown-linux-gnueabihf s390x-unknown-linux-gnu cortex-m4)
tests=
for target in "${targets[@]}"; do
    case $target in
    aarch64-unknown-linux-gnu) need qemu-aarch64 qemu-user && need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu ;;
    armv7-unknown-linux-gnueabihf) need qemu-arm qemu-user && need arm-linux-gnueabihf-gcc gcc-arm-linux-gnueabihf ;;
    s390x-unknown-linux-gnu) need qemu-s390x qemu-user && need s390x-linux-gnu-gcc gcc-s390x-linux-gnu ;;
    cortex-m4)
        tests/tools/cortex_m.sh
        continue
        ;;
    *) die "unknown target $target" ;;
    esac
    unit_tests "$target"
    # A test that the processor hides would be missed here.
    passed=$(count "$out/$target.log")
    [ "${tests:=$passed}" = "$passed" ] || die "$passed tests passed on $target, and $tests on the target before"
done
