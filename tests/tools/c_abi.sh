#!/usr/bin/env bash
# Compare the C library with what ffi/abi says that it promises. Any difference fails, an addition too, until the baseline
# is written anew on purpose: UPDATE_ABI=1 tests/tools/stages.sh abi. Read the difference before you commit it.
#   symbols.txt      what the library exports, which is what the header declares
#   pinned.c         every constant, size and offset of the header, as static assertions (abidiff sees no #define)
#   privacypass.abi  the types of every function, for abidiff
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/c_lib.sh"
need abidw abigail-tools
need nm binutils
need python3 python3
need gcc gcc
abi=$ROOT/ffi/abi
log=$C/abi.log
how='If it is meant: UPDATE_ABI=1 tests/tools/stages.sh abi, and a line in CHANGELOG.md under ABI.'
read_header() { python3 "$ROOT/tests/tools/c_abi.py" "$@"; }

# check_symbols LIBRARY: it exports the functions of the header, and nothing else.
check_symbols() {
    nm -D --defined-only "$1" | awk '{ print $NF }' | LC_ALL=C sort | diff "$abi/symbols.txt" - || {
        say "The library does not export what ffi/abi/symbols.txt lists. $how"
        return 1
    }
}

# check_dynamic LIBRARY: its name for the loader is that of the version, and it needs the C library only.
check_dynamic() {
    local dynamic soname=libprivacypass.so.${version%%.*} allowed
    [ "${version%%.*}" != 0 ] || soname=libprivacypass.so.0.$(cut -d. -f2 <<<"$version")
    allowed='lib(c|m|dl|pthread|rt|gcc_s)\.so\.[0-9]+|ld-linux[-a-z0-9_]*\.so\.[0-9]+'
    dynamic=$(readelf -dW "$1")
    grep -qF "soname: [$soname]" <<<"$dynamic" || { say "the SONAME is not $soname"; return 1; }
    if grep -E 'TEXTREL|RPATH|RUNPATH' <<<"$dynamic"; then return 1; fi
    if sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' <<<"$dynamic" | grep -vxE "$allowed"; then
        say "the library needs another library than libc's"
        return 1
    fi
}

# check_pins HEADER_FOLDER: every pin holds, and nothing is without a pin.
check_pins() {
    gcc -std=c11 "${C_WARNINGS[@]}" -I"$1" -fsyntax-only "$abi/pinned.c" || { say "A pinned value has changed. $how"; return 1; }
    read_header unpinned "$1/privacypass.h" "$abi/pinned.c" || { say "These are not in ffi/abi/pinned.c. $how"; return 1; }
}

# check_types BASELINE. Not with --headers-dir and --drop-private-types: the debugger's types come from the Rust sources,
# so they would all count as private, and no changed struct would be seen.
check_types() {
    abidiff --no-architecture --harmless "$1" "$debug_library" || {
        say "The types differ from ffi/abi/privacypass.abi. $how"
        return 1
    }
}

# Without what differs between machines and compilers: paths, lines, and the units of Rust's own library.
write_types() {
    abidw --no-architecture --no-corpus-path --no-comp-dir-path \
        --no-show-locs "$debug_library" |
        sed -e '/<abi-instr [^>]*>$/{N;/\n *<\/abi-instr>$/d;}' -e "/<abi-instr /s,/@/[^']*',',"
}

c_install
version=$(pkg-config --modversion privacypass)
(cd "$ROOT" && cargo rustc --locked -q -p privacypass-ffi --lib --crate-type cdylib --profile abi)
debug_library=$(target_dir "$ROOT/Cargo.toml")/abi/libprivacypass.so

if [ -n "${UPDATE_ABI:-}" ]; then
    read_header functions "$HEADER" >"$abi/symbols.txt"
    read_header pins "$HEADER" >"$abi/pinned.c"
    write_types >"$abi/privacypass.abi"
    say "abi: wrote ffi/abi; read the difference before you commit it"
fi

read_header functions "$HEADER" | diff "$abi/symbols.txt" - || die "the header does not declare what symbols.txt lists. $how"
check_symbols "$(c_library so)"
check_dynamic "$(c_library so)"
check_pins "$ROOT/include"
check_types "$abi/privacypass.abi"
functions=$(wc -l <"$abi/symbols.txt")
[ "$(grep -c '<function-decl ' "$abi/privacypass.abi")" -ge "$functions" ] || die "privacypass.abi does not hold the types of every function"
say "abi: $functions functions, $(grep -c '^PIN' "$abi/pinned.c") pins, and the types are as promised"

# Each gate must be able to fail. First a library that exports the right names, then one name more; it has no SONAME.
mkdir -p "$C/broken"
sed 's/.*/void &(void); void &(void) {}/' "$abi/symbols.txt" >"$C/broken/stub.c"
gcc -shared -fPIC -o "$C/broken/stub.so" "$C/broken/stub.c"
check_symbols "$C/broken/stub.so"
must_fail "a library without a SONAME" "$log" check_dynamic "$C/broken/stub.so"
say 'void helper(void); void helper(void) {}' >>"$C/broken/stub.c"
gcc -shared -fPIC -Wl,-soname,libprivacypass.so.0.1 -Wl,-rpath,/tmp -o "$C/broken/stub.so" "$C/broken/stub.c"
must_fail "a library that exports \`helper\`" "$log" check_symbols "$C/broken/stub.so"
must_fail "a library with a path of its own" "$log" check_dynamic "$C/broken/stub.so"
break_header() { sed "$1" "$HEADER" >"$C/broken/privacypass.h" && ! cmp -s "$HEADER" "$C/broken/privacypass.h"; }
break_header 's/^#define PP_ERR_MALFORMED .*/#define PP_ERR_MALFORMED (-18)/'
must_fail "a changed constant" "$log" check_pins "$C/broken"
break_header 's/^#define PP_OK 0/&\n#define PP_NEW 1/'
must_fail "a constant without a pin" "$log" check_pins "$C/broken"
break_header 's/^    uint32_t index;/    uint64_t index;/'
must_fail "a grown struct" "$log" check_pins "$C/broken"
break_types() { sed "$1" "$abi/privacypass.abi" >"$C/broken/x.abi" && ! cmp -s "$abi/privacypass.abi" "$C/broken/x.abi"; }
break_types "/<elf-symbol name='pp_version'/d; /<function-decl name='pp_version'/,/<\/function-decl>/d"
must_fail "a function that the baseline does not have" "$log" check_types "$C/broken/x.abi"
break_types "/<function-decl name='pp_token_parse'/,/<\/function-decl>/{0,/<parameter /{/<parameter /d}}"
must_fail "another list of parameters" "$log" check_types "$C/broken/x.abi"
break_types "/<class-decl name='pp_detail'/s/size-in-bits='128'/size-in-bits='96'/"
must_fail "another size of a struct" "$log" check_types "$C/broken/x.abi"
say "abi: and nine deliberate differences are noticed"
