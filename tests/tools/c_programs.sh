#!/usr/bin/env bash
# Build and run the C programs: tests/c/*.c and examples/c/*.c. Each ends with the line `ok` and exit code 0.
#   c_programs.sh native      as C99 and C11, with gcc and with clang, against the .so and the .a; then the examples
#   c_programs.sh valgrind    under valgrind, against the .so: no error, no leak
#   c_programs.sh sanitize    under the sanitizers for addresses, leaks and undefined behaviour, the Rust code included
# NAME=part runs only the programs whose name contains it.
# shellcheck disable=SC2086 # flags are lists of words: a function that xargs runs gets no arrays
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/c_lib.sh"
need gcc gcc
need clang clang
how=${1:-native}
out=$C/$how
host=$(rustc -vV | sed -n 's/^host: //p')
export TEST_VECTORS=$ROOT/tests/vectors
export out

# compile OUT SOURCE FLAGS...: with CC, or gcc. What pkg-config says comes from the caller.
compile() { "${CC:-gcc}" -O1 -g $WARNINGS -I"$ROOT/tests/c" -o "$1" "$2" "${@:3}"; }

# run PROGRAM [COMMAND...]: run it, through COMMAND if there is one; show what it printed if it fails.
run() {
    local program=$1 status=0
    shift
    "$@" "$program" >"$program.log" 2>&1 </dev/null || status=$?
    if [ "$status" = 0 ] && [ "$(tail -n 1 "$program.log")" = ok ]; then return; fi
    sed "s|^|    |" "$program.log"
    say "FAILED with exit code $status: $(basename "$program")"
    return 1
}

# one FORM SOURCE: build and run one program in one form. Forms are named COMPILER-STANDARD-LINK, or as `how` is.
one() {
    local form=$1 source=$2 program link
    program=$out/$(basename "$source" .c).$form
    case $form in
    valgrind)
        read -ra link <<<"$LINK_SHARED"
        # A program may bring a malloc of its own (no_malloc.c): valgrind must not put its own in the place of that one.
        compile "$program" "$source" -std=c99 $CFLAGS "${link[@]}" &&
            run "$program" valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=all \
                --show-leak-kinds=all --soname-synonyms=somalloc=nouserintercepts
        ;;
    sanitize)
        read -ra link <<<"$LINK_SANITIZED"
        compile "$program" "$source" -std=c11 $CFLAGS -fsanitize=address,undefined -fno-sanitize-recover=all \
            -fno-omit-frame-pointer "${link[@]}" && run "$program"
        ;;
    *)
        case $form in *-shared) read -ra link <<<"$LINK_SHARED" ;; *) read -ra link <<<"$LINK_STATIC" ;; esac
        CC=${form%%-*} compile "$program" "$source" -std="$(cut -d- -f2 <<<"$form")" $CFLAGS "${link[@]}" && run "$program"
        ;;
    esac || { say "  $source ($form)"; return 1; }
}
export -f one run compile say

# all FORM... < SOURCES: every source in every form, on all processors.
all() {
    local form source
    while IFS= read -r source; do
        for form in "$@"; do printf 'one %q %q\n' "$form" "$source"; done
    done | run_parallel || return 1
}

# An example is compiled with the line that it tells its reader. One that needs a server has a script that brings it up.
example() {
    local source=$1 name program line script packages
    name=$(basename "$source" .c)
    program=$out/$name
    line=$(grep -om1 'pkg-config --cflags --libs [a-z0-9 +.-]*' "$source") || {
        say "$source does not say how to compile it: \$(pkg-config --cflags --libs privacypass)"
        return 1
    }
    packages=${line#pkg-config --cflags --libs }
    # shellcheck disable=SC2046,SC2086
    gcc -std=c99 -O1 "${C_WARNINGS[@]}" -o "$program" "$source" $(pkg-config --cflags --libs $packages) $LINK_SHARED || return 1
    script=$ROOT/tests/tools/c_example_${name%%_*}.sh
    if [ -x "$script" ]; then run "$program" "$script"; else run "$program"; fi
}

rm -rf "$out"
mkdir -p "$out"
c_install
TEST_PACKAGE_VERSION=$(pkg-config --modversion privacypass)
CFLAGS=$(pkg-config --cflags privacypass)
LINK_SHARED=$(c_link shared | tr '\n' ' ')
LINK_STATIC=$(c_link static | tr '\n' ' ')
export TEST_PACKAGE_VERSION CFLAGS LINK_SHARED LINK_STATIC
export ROOT WARNINGS="${C_WARNINGS[*]}"

mapfile -t tests < <(printf '%s\n' "$ROOT"/tests/c/*.c | grep -F "${NAME:-}")
canaries=(nothing false)
case $how in
native) forms=(gcc-c99-shared gcc-c11-static clang-c99-static clang-c11-shared) ;;
valgrind)
    need valgrind valgrind
    forms=(valgrind)
    canaries+=(leak overflow)
    ;;
sanitize)
    forms=(sanitize)
    canaries+=(leak overflow undefined)
    # The stable compiler has the sanitizer; RUSTC_BOOTSTRAP opens it for this build alone.
    (cd "$ROOT" && RUSTC_BOOTSTRAP=1 RUSTFLAGS='-Zsanitizer=address -Cforce-frame-pointers=yes' \
        cargo rustc --locked -q -p privacypass-ffi --lib --crate-type staticlib --profile sanitize \
        --target "$host" --target-dir "$C/asan")
    LINK_SANITIZED="$C/asan/$host/sanitize/libprivacypass.a $(pkg-config --static --libs-only-l privacypass | sed 's/-lprivacypass//')"
    export LINK_SANITIZED
    ;;
*) die "unknown way $how: native, valgrind or sanitize" ;;
esac

# The tests must be able to fail.
declare -A sign=([nothing]='nothing was checked' [false]='FAILED: pp_token_parse' [leak]='definitely lost|LeakSanitizer'
    [overflow]='Invalid read|heap-buffer-overflow' [undefined]='signed integer overflow')
for canary in "${canaries[@]}"; do
    must_fail "tests/c/gates/$canary.c" "$out/canary.log" one "${forms[0]}" "$ROOT/tests/c/gates/$canary.c"
    grep -qE "${sign[$canary]}" "$out/canary.log" || { cat "$out/canary.log"; die "the canary $canary failed for another reason"; }
done

[ ${#tests[@]} -gt 0 ] || die "no program in tests/c has ${NAME:-} in its name"
printf '%s\n' "${tests[@]}" | all "${forms[@]}" || die "a C test failed"
checks=$(sed -n 's/^ *\([0-9]*\) checks$/\1/p' "$out"/*.log | awk '{ n += $1 } END { print n }')
say "$how: ${#tests[@]} C tests in ${#forms[@]} forms, $checks checks; ${#canaries[@]} canaries failed as they must"

# alone SOURCE LIBRARY FLAGS...: a program that needs a library, a malloc or a stack of its own, and so runs in one form only.
alone() {
    local source=$1 program
    program=$out/$(basename "$source" .c).alone
    compile "$program" "$source" -std=c99 $CFLAGS "${@:2}" && run "$program" env RUST_BACKTRACE=0 ||
        die "$source failed"
    say "native: $(basename "$source") ok,$(sed -n 's/ checks$/ checks/p' "$program.log")"
}

if [ "$how" = native ]; then
    # A build in which each function can be made to panic (ffi/src/inject_panic.rs).
    (cd "$ROOT" && RUSTFLAGS='--cfg privacypass_inject_panic' \
        cargo rustc --locked -q -p privacypass-ffi --lib --crate-type staticlib --target-dir "$C/panic")
    read -ra libraries <<<"$(pkg-config --static --libs-only-l privacypass | sed 's/-lprivacypass//')"
    alone "$ROOT/tests/c/panic/panic.c" "$C/panic/debug/libprivacypass.a" "${libraries[@]}"
    read -ra static <<<"$LINK_STATIC"
    alone "$ROOT/tests/c/no_memory/no_memory.c" "${static[@]}"
    alone "$ROOT/tests/c/residue/residue.c" "${static[@]}"

    count=0
    for source in "$ROOT"/examples/c/*.c; do
        [ -e "$source" ] || continue
        example "$source" || die "an example failed"
        count=$((count + 1))
    done
    say "native: $count examples ran"
fi
