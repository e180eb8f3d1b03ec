#!/usr/bin/env bash
# Install what is missing for a task, and only that.
#   setup.sh build   a compiler and a linker: to build the library and the command
#   setup.sh install also cargo-c, which makes the C library
#   setup.sh lint    what build needs, rustfmt, clippy, python3 and cargo-deny
#   setup.sh test    all of this, valgrind, binutils, the compilers and tools of the C tests, and those of other processors
#   setup.sh soak    what build needs, and what other processors need
# System packages come through apt when we are root; else the script names them and stops.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# The advisories need a database from the network; `make lint` runs the checks that need none.
CARGO_DENY_VERSION=0.20.2
# 0.10.26 needs a newer rustc than ours.
CARGO_C_VERSION=0.10.24

task=${1:-test}
case $task in build | install | lint | soak | test) ;; *) die "unknown task $task: build, install, lint, soak or test" ;; esac

packages=()
want() { have "$1" || packages+=("$2"); }

# What tests/tools/emulated.sh needs: emulators, compilers and C libraries, and Rust's standard library for each.
emulated=(aarch64-linux-gnu:arm64 arm-linux-gnueabihf:armhf s390x-linux-gnu:s390x)
emulated_rust=(aarch64-unknown-linux-gnu armv7-unknown-linux-gnueabihf s390x-unknown-linux-gnu thumbv7em-none-eabi)

want_emulators() {
    local pair
    want qemu-s390x qemu-user
    want qemu-system-arm qemu-system-arm
    want arm-none-eabi-gcc gcc-arm-none-eabi
    [ -e /usr/lib/arm-none-eabi/lib/libc.a ] || packages+=(libnewlib-arm-none-eabi)
    for pair in "${emulated[@]}"; do
        want "${pair%:*}-gcc" "gcc-${pair%:*}"
        [ -e "/usr/${pair%:*}/include/stdio.h" ] || packages+=("libc6-dev-${pair#*:}-cross")
    done
    # Debian 12 has Rust's sources as packages, which serve where rustup cannot download.
    if grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release; then
        [ -x /usr/bin/cargo ] && [ -d /usr/lib/rustlib/src/rust/library ] ||
            packages+=(rustc-web cargo-web rust-web-src rust-web-llvm)
    fi
}

install_targets() {
    local target missing=()
    if [ -d "$(/usr/bin/rustc --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library" ]; then return 0; fi
    for target in "${emulated_rust[@]}"; do
        [ -d "$(rustc --print target-libdir --target "$target")" ] || missing+=("$target")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    have rustup || die "no standard library for ${missing[*]}; your Rust came without rustup, so install them there"
    say "setup: adding the standard library for ${missing[*]} (rustup)"
    rustup target add "${missing[@]}"
}

install_packages() {
    case $task in soak | test) want_emulators ;; esac
    want cc gcc
    case $task in lint | test) want python3 python3 ;; esac
    # What cargo-c itself is built with.
    case $task in install | test)
        if ! have cargo-cinstall; then
            want pkg-config pkg-config
            if [ ! -e /usr/include/openssl/ssl.h ]; then packages+=(libssl-dev); fi
        fi
        ;;
    esac
    if [ "$task" = test ]; then
        want nm binutils
        want g++ g++
        want clang clang
        if have cargo-cinstall; then want pkg-config pkg-config; fi
        want abidiff abigail-tools
        # One of the C examples is a client on libcurl.
        if ! have pkg-config || ! pkg-config --exists libcurl; then packages+=(libcurl4-openssl-dev); fi
        want valgrind valgrind
        # The header that the constant-time driver includes comes with the same package.
        if have valgrind && [ ! -e /usr/include/valgrind/memcheck.h ]; then packages+=(valgrind); fi
        if [ ! -e /usr/include/stdio.h ]; then packages+=(libc6-dev); fi
    fi
    [ ${#packages[@]} -gt 0 ] || return 0

    if ! have apt-get || [ "$(id -u)" != 0 ]; then
        die "missing: ${packages[*]}. Install them (Debian: sudo apt-get install ${packages[*]}) and run again"
    fi
    say "setup: installing ${packages[*]} (apt)"
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${packages[@]}"
}

install_components() {
    local missing=()
    cargo fmt --version >/dev/null 2>&1 || missing+=(rustfmt)
    cargo clippy --version >/dev/null 2>&1 || missing+=(clippy)
    [ ${#missing[@]} -gt 0 ] || return 0
    have rustup || die "missing: ${missing[*]} of the Rust toolchain; your Rust came without rustup, so install them there"
    say "setup: adding ${missing[*]} (rustup)"
    rustup component add "${missing[@]}"
}

# install_tool NAME VERSION COMMAND: build a tool with cargo, unless it is there.
install_tool() {
    if have "$3"; then return 0; fi
    say "setup: building $1 $2 into $TOOLS (once for this user; a few minutes)"
    # Unoptimised: these read a lock file and copy some files, and this build takes a fifth of the time.
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=64 \
        CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_PROFILE_RELEASE_STRIP=none CARGO_TARGET_DIR="$TOOLS/build" \
        cargo install "$1" --version "=$2" --locked --root "$TOOLS"
    rm -rf "$TOOLS/build"
}

have cargo || die "no \`cargo\` here: install Rust 1.88 or later from https://rustup.rs"
install_packages
case $task in soak | test) install_targets ;; esac
case $task in lint | test)
    install_components
    install_tool cargo-deny "$CARGO_DENY_VERSION" cargo-deny
    ;;
esac
case $task in install | test) install_tool cargo-c "$CARGO_C_VERSION" cargo-cinstall ;; esac
say "setup: ready to $task"
