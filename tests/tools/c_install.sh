#!/usr/bin/env bash
# Install the C library into a fresh folder, as a user does, and look at what is there. Then show that the archive names
# nothing that a C program could clash with, and that it links together with another Rust archive.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/c_lib.sh"
need readelf binutils
need gcc gcc
need python3 python3
log=$C/archive.log

# What may be global in the archive, beside pp_*: Rust's mangled names; names that C reserves for its compilers (two
# underscores), which the linker takes from the first archive that has them; and the name through which frames say that
# they are Rust's, which every Rust archive has. A weak name cannot clash: Rust brings the functions of <math.h> as such.
allowed='pp_[a-z0-9_]+|_ZN.*|_R.*|__.*|anon\..*|(DW\.ref\.)?rust_eh_personality'

# check_names ARCHIVE
check_names() {
    local names
    names=$(readelf -sW "$1" | awk '$5 == "GLOBAL" && $7 != "UND" { print $8 }' | LC_ALL=C sort -u)
    grep -q '^pp_version$' <<<"$names" || { say "no pp_version in $1"; return 1; }
    if grep -vxE "$allowed" <<<"$names"; then
        say "the archive has these global names: a C program may have them too"
        return 1
    fi
}

# link_two FIRST SECOND: one program with both archives.
link_two() {
    # shellcheck disable=SC2046
    gcc "${C_WARNINGS[@]}" -I"$ROOT/tests/c" $(pkg-config --cflags privacypass) -o "$C/two_archives" \
        "$ROOT/tests/c/gates/two_archives.c" "$1" "$2" $(pkg-config --static --libs-only-l privacypass | sed 's/-lprivacypass//') &&
        "$C/two_archives"
}

second_archive() { # LTO
    rustc --edition 2024 -O --crate-name other --crate-type staticlib -Clto="$1" -o "$C/libother_$1.a" \
        "$ROOT/tests/c/gates/second_archive.rs"
}

size() { stat -Lc %s "$1"; }

c_install
diff - <(cd "$C_PREFIX" && find . ! -type d | LC_ALL=C sort | sed "s/$(pkg-config --modversion privacypass)/VERSION/") <<'FILES' ||
./include/privacypass.h
./lib/libprivacypass.a
./lib/libprivacypass.so
./lib/libprivacypass.so.0.1
./lib/libprivacypass.so.VERSION
./lib/pkgconfig/privacypass.pc
FILES
    die "these files are not what an installation holds"

# What does not build is not installed, though an older one stands where the new one would be: here with a cargo that fails.
failing=$C/failing_cargo
mkdir -p "$failing/target/release"
say stale >"$failing/target/release/privacypass"
say '#!/bin/sh
case $1 in cinstall) exit 0 ;; metadata) exec "$CARGO" "$@" ;; *) exit 101 ;; esac' >"$failing/cargo"
chmod +x "$failing/cargo"
install_all() {
    CARGO=$(command -v cargo) PATH="$failing:$PATH" CARGO_TARGET_DIR=$failing/target DESTDIR='' LIBDIR='' PREFIX=$failing/prefix \
        "$ROOT/tests/tools/install.sh"
}
must_fail "a command that does not build" "$log" install_all
if [ -e "$failing/prefix/bin" ]; then die "a command that did not build was installed"; fi

archive=$(c_library a)
check_names "$archive"
second_archive off
link_two "$archive" "$C/libother_off.a" >"$log" 2>&1 || { tail -20 "$log"; die "the archive does not link with another Rust archive"; }
link_two "$C/libother_off.a" "$archive" >"$log" 2>&1 || { tail -20 "$log"; die "nor in the other order"; }

# Both checks must be able to fail: on a name of its own, and on two archives of which one is optimised at link time.
cp "$archive" "$C/broken.a"
say 'int helper(void); int helper(void) { return 1; }' | gcc -x c -c -o "$C/helper.o" -
ar r "$C/broken.a" "$C/helper.o"
must_fail "a name of its own" "$log" check_names "$C/broken.a"
rm "$C/broken.a"
second_archive fat
must_fail "two copies of Rust's own library" "$log" link_two "$archive" "$C/libother_fat.a"
grep -q 'multiple definition' "$log" || { cat "$log"; die "the two archives failed for another reason"; }

# A program that needs no loader: pkg-config says all it takes, and must not name what has no archive.
# shellcheck disable=SC2046
link_alone() {
    gcc -static -o "$C/alone" -I"$ROOT/tests/c" "$ROOT/tests/c/gates/verify_only.c" \
        $(pkg-config --static --cflags --libs privacypass) "$@"
}
link_alone >"$log" 2>&1 || { tail -20 "$log"; die "\`cc -static\` does not link what pkg-config --static says"; }
must_fail "a library that has no archive" "$log" link_alone -lgcc_s

# For the README.
strip -o "$C/stripped.so" "$(c_library so)"
strip -g -o "$C/stripped.a" "$archive"
# shellcheck disable=SC2046
gcc -O2 -s -Wl,--gc-sections $(pkg-config --cflags privacypass) -o "$C/verify_only" "$ROOT/tests/c/gates/verify_only.c" \
    "$archive" $(pkg-config --static --libs-only-l privacypass | sed 's/-lprivacypass//')
mapfile -t vector < <(python3 -c 'import json, sys
vector = json.load(open(sys.argv[1]))[0]
print(vector["pkS"], vector["token_challenge"], vector["token"], sep="\n")' "$ROOT/tests/vectors/rfc9578/type2.json")
"$C/verify_only" "${vector[@]}" >"$log" || { cat "$log"; die "the program that only verifies does not verify"; }
say "install: .so $(size "$(c_library so)") bytes, $(size "$C/stripped.so") stripped; .a $(size "$archive"), $(size "$C/stripped.a")" \
    "without debugging; a program that only verifies, linked to the .a: $(size "$C/verify_only")"
say "install: the archive links with another Rust archive, and claims no name of C"
