#!/usr/bin/env bash
# Show that the installed header compiles by itself, as every C and C++ that we promise, with gcc and with clang, with all
# warnings, whether for a hosted or a freestanding program.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/c_lib.sh"
need python3 python3
need gcc gcc
need g++ g++
need clang clang
need clang++ clang

warnings=("${C_WARNINGS[@]}" -Wconversion -Wshadow -Wundef)
in_c=(-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition)
in_cxx=(-Wold-style-cast -Wzero-as-null-pointer-constant)

# check HEADER_FOLDER: compile in every form.
check() {
    local compiler standard freestanding count=0
    for compiler in gcc clang g++ clang++; do
        case $compiler in
        *++) set -- "$1" c++ c++11 c++14 c++17 c++20 ;;
        *) set -- "$1" c c99 c11 c17 ;;
        esac
        for standard in "${@:3}"; do
            for freestanding in "" "-DPP_FREESTANDING -ffreestanding"; do
                local extra=("${in_c[@]}")
                [ "$2" = c ] || extra=("${in_cxx[@]}")
                # shellcheck disable=SC2086
                "$compiler" -x "$2" -std="$standard" $freestanding "${warnings[@]}" "${extra[@]}" -I"$1" \
                    -fsyntax-only "$C/uses_header.c" || return 1
                count=$((count + 1))
            done
        done
    done
    say "header: compiles by itself in $count forms"
}

python3 "$ROOT/tests/tools/c_abi.py" use "$HEADER" >"$C/uses_header.c"
c_install
cmp "$HEADER" "$(pkg-config --variable=includedir privacypass)/privacypass.h" || die "the installed header is not the committed one"
check "$(pkg-config --variable=includedir privacypass)"

# The gate must be able to fail: on what only C++ refuses, and on what only a strict C99 refuses.
mkdir -p "$C/broken"
for line in 'typedef struct pp_x { int class; } pp_x;' 'typedef struct pp_x { int a; struct { int b; }; } pp_x;' 'int pp_x();'; do
    { sed '/^#include <stdint.h>/q' "$HEADER" && say "$line" && sed '1,/^#include <stdint.h>/d' "$HEADER"; } \
        >"$C/broken/privacypass.h"
    must_fail "\`$line\`" "$C/broken.log" check "$C/broken"
done
say "header: and three mistakes in it are refused"
