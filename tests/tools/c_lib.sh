# Sourced by the scripts of the C library, after lib.sh: an installed copy to test, and how a user compiles against it.

C=$ROOT/target/c
# Everything but the builds under sanitizers sees the library only here, through pkg-config.
C_PREFIX=$C/prefix
export PKG_CONFIG_PATH=$C_PREFIX/lib/pkgconfig
HEADER=$ROOT/include/privacypass.h

# How strict our own C is compiled; a user's compiler may be as strict.
C_WARNINGS=(-Wall -Wextra -Wpedantic -Werror)

mkdir -p "$C"

# Install the library into a fresh folder. Builds nothing that is built already.
c_install() {
    need pkg-config pkg-config
    rm -rf "$C_PREFIX"
    if ! DESTDIR='' LIBDIR='' PREFIX=$C_PREFIX "$ROOT/tests/tools/install.sh" library >"$C/install.log" 2>&1; then
        cat "$C/install.log"
        die "the C library does not install"
    fi
}

c_library() { printf '%s/libprivacypass.%s' "$(pkg-config --variable=libdir privacypass)" "$1"; }

# What a program says to the linker: `shared` links the .so, `static` the .a, and what the .a needs.
c_link() {
    case $1 in
    shared) pkg-config --libs privacypass && printf -- '-Wl,-rpath,%s' "$(pkg-config --variable=libdir privacypass)" ;;
    static) c_library a && pkg-config --static --libs-only-l privacypass | sed 's/-lprivacypass//' ;;
    esac
}

# must_fail WHAT LOG COMMAND...: a gate is trusted when it has been seen to fail.
must_fail() {
    local what=$1 log=$2
    shift 2
    if "$@" >"$log" 2>&1; then die "the gate passed $what: it proves nothing"; fi
}

# run_parallel: run the lines of standard input as shell commands, on every processor; print what failed.
run_parallel() { xargs -r -d '\n' -n1 -P "$(nproc)" bash -c; }
