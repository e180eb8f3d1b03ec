#!/usr/bin/env bash
# Install the C library and the command, as `make install` does.
#   install.sh                    both
#   install.sh library|command    one of them
#   install.sh uninstall          take away what the others put there
# From the environment: PREFIX (/usr/local), LIBDIR ($PREFIX/lib), DESTDIR (empty: a folder to collect the files in, for
# packagers). It builds as the user who calls it, and downloads only crates of Cargo.lock that cargo does not have yet.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

absolute() { case $1 in /*) printf '%s' "${1%/}" ;; *) printf '%s/%s' "$2" "${1%/}" ;; esac; }

PREFIX=$(absolute "${PREFIX:-/usr/local}" "$PWD")
LIBDIR=$(absolute "${LIBDIR:-lib}" "$PREFIX")
DESTDIR=${DESTDIR:+$(absolute "$DESTDIR" "$PWD")}
cd "$ROOT"

# Before anything is built: may we write there?
check_writable() {
    local folder=$DESTDIR$PREFIX
    while [ ! -e "$folder" ]; do folder=$(dirname "$folder"); done
    [ -w "$folder" ] && return
    say "You may not write to $folder. Choose a folder of yours, or collect the files and copy them as root:" >&2
    say "  make install PREFIX=\$HOME/.local" >&2
    say "  make install DESTDIR=$ROOT/target/stage PREFIX=$PREFIX && sudo cp -R target/stage/. /" >&2
    exit 1
}

install_library() {
    have cargo-cinstall || die "no cargo-c here: run \`make setup\`"
    cargo cinstall --locked --profile capi -p privacypass-ffi --prefix "$PREFIX" --libdir "$LIBDIR" \
        ${DESTDIR:+--destdir "$DESTDIR"}
}

install_command() {
    cargo build --locked --release -p privacypass-cli
    mkdir -p "$DESTDIR$PREFIX/bin"
    # Not in place: the old file may be running.
    cp "$(target_dir Cargo.toml)/release/privacypass" "$DESTDIR$PREFIX/bin/privacypass.new"
    mv -f "$DESTDIR$PREFIX/bin/privacypass.new" "$DESTDIR$PREFIX/bin/privacypass"
}

# What may have been installed, by this version or another.
installed_files() {
    local file
    for file in "$DESTDIR$PREFIX/bin/privacypass" "$DESTDIR$PREFIX/include/privacypass.h" \
        "$DESTDIR$LIBDIR"/libprivacypass.{a,so,so.*,dylib,*.dylib} "$DESTDIR$LIBDIR/pkgconfig/privacypass.pc"; do
        if [ -e "$file" ] || [ -L "$file" ]; then printf '%s\n' "$file"; fi
    done
}

uninstall() {
    local file
    installed_files | while IFS= read -r file; do
        rm -f "$file"
        say "removed $file"
    done
}

# The dynamic loader reads a cache of the system's folders.
refresh_loader() {
    if [ -n "$DESTDIR" ] || [ "$(id -u)" != 0 ] || ! have ldconfig; then return; fi
    if ldconfig -N -v 2>/dev/null | grep -q "^$LIBDIR:"; then ldconfig; fi
}

summary() {
    say ""
    say "Installed:"
    installed_files | sed 's/^/  /'
    if [ -n "$DESTDIR" ]; then return; fi
    say "To compile a program with it:"
    say "  export PKG_CONFIG_PATH=$LIBDIR/pkgconfig LD_LIBRARY_PATH=$LIBDIR"
    say "  cc -o program program.c \$(pkg-config --cflags --libs privacypass)"
}

check_writable
# One command a line: in a list with && bash would go on after a failure inside of a function.
case ${1:-all} in
all)
    install_library
    install_command
    refresh_loader
    summary
    ;;
library)
    install_library
    refresh_loader
    summary
    ;;
command) install_command ;;
uninstall)
    uninstall
    refresh_loader
    ;;
*) die "unknown part ${1}: library, command or uninstall" ;;
esac
