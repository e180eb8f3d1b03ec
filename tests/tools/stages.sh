#!/usr/bin/env bash
# The stages of `make test`, in order. The first failure ends the run.
#   stages.sh              run all
#   stages.sh NAME...      run these
#   stages.sh --list       list the names
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

ALL=(tools fmt clippy features layers msrv deny test doctest docs panic-free no-alloc ct fuzz
    install header abi c valgrind sanitize freestanding emulated bindings)

# The checks that check: each gate is seen to fail on a broken input before it is trusted.
stage_tools() {
    need python3 python3
    python3 tests/tools/layers.py --self-test
    python3 tests/tools/msrv.py --self-test
    python3 tests/tools/c_abi.py --self-test
    tests/tools/c_coverage.py --self-test
}

stage_fmt() {
    local manifest
    for manifest in {,core/benches/}Cargo.toml tests/{no-alloc,panic-free,ct,fuzz}/Cargo.toml; do
        cargo fmt --all --check --manifest-path "$manifest"
    done
}

stage_clippy() {
    cargo clippy --locked --workspace --all-targets --all-features -- -D warnings
}

# Each feature alone, and none: what compiles only by the grace of another feature fails here.
stage_features() {
    local features
    for features in "" alloc std getrandom pkcs8; do
        say "core with features: ${features:-none}"
        cargo clippy --locked -p privacypass-core --no-default-features --features "$features" -- -D warnings
    done
    say "ffi without std"
    cargo clippy --locked -p privacypass-ffi --no-default-features -- -D warnings
}

stage_layers() {
    need python3 python3
    python3 tests/tools/layers.py
}

stage_msrv() {
    need python3 python3
    python3 tests/tools/msrv.py
    # The benchmarks have a lock file of their own, which a change of ours must not leave behind.
    cargo metadata --locked --format-version 1 --manifest-path core/benches/Cargo.toml >/dev/null
}

stage_deny() {
    cargo deny --version >/dev/null 2>&1 || die "no cargo-deny here: run \`make setup\`"
    cargo deny --locked --offline check --show-stats bans licenses sources
}

stage_test() {
    cargo test --locked --workspace --all-features --lib --bins --tests --examples
}

# The documentation of ffi is written for the header: its examples are C.
stage_doctest() {
    cargo test --locked --workspace --exclude privacypass-ffi --all-features --doc
}

stage_docs() {
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --exclude privacypass-ffi --all-features --no-deps
}

stage_panic-free() { tests/tools/panic_free.sh; }
stage_no-alloc() { tests/tools/no_alloc.sh; }
stage_ct() { tests/tools/ct.sh; }
stage_fuzz() { tests/tools/soak.sh --seeds; }
stage_emulated() { tests/tools/emulated.sh; }

# The C library, as it is installed.
stage_install() { tests/tools/c_install.sh; }
# Every form a header is compiled in, and that the C tests try every function, argument and status it documents.
stage_header() {
    tests/tools/c_header.sh
    tests/tools/c_coverage.py
}
stage_abi() { tests/tools/c_abi.sh; }
stage_c() { tests/tools/c_programs.sh native; }
stage_valgrind() { tests/tools/c_programs.sh valgrind; }
stage_sanitize() { tests/tools/c_programs.sh sanitize; }
stage_freestanding() { tests/tools/c_freestanding.sh; }

stage_bindings() {
    local makefile count=0
    for makefile in bindings/*/Makefile; do
        [ -e "$makefile" ] || continue
        count=$((count + 1))
        say "make -C $(dirname "$makefile") test"
        "${MAKE:-make}" --no-print-directory -C "$(dirname "$makefile")" test
    done
    say "$count bindings with tests of their own"
}

if [ "${1:-}" = --list ]; then
    printf '%s\n' "${ALL[@]}"
    exit
fi

stages=("$@")
[ ${#stages[@]} -gt 0 ] || stages=("${ALL[@]}")
for name in "${stages[@]}"; do
    declare -F "stage_$name" >/dev/null || die "no stage is called $name: see stages.sh --list"
done

passed=0
finish() {
    local status=$?
    if [ "$status" -ne 0 ]; then
        say ""
        say "FAILED: stage $name. To run it alone: tests/tools/stages.sh $name"
        say "$passed passed, 1 failed, $((${#stages[@]} - passed - 1)) skipped"
    fi
    exit "$status"
}
trap finish EXIT

for name in "${stages[@]}"; do
    say ""
    say "== [$((passed + 1))/${#stages[@]}] $name"
    began=$SECONDS
    "stage_$name"
    say "== $name: ok, $((SECONDS - began)) s"
    passed=$((passed + 1))
done
say ""
say "every stage passed in $SECONDS s"
say "$passed passed, 0 failed"
