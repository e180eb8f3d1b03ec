# Sourced after lib.sh: a Rust compiler for a processor that is not this one.

# cross TARGET PARTS: set `rust` to the cargo to call and `std` to its arguments. The standard library for TARGET either
# came with the toolchain (rustup target add), or its PARTS are built from Debian's sources.
cross() {
    rust=(cargo) std=()
    if [ -d "$(rustc --print target-libdir --target "$1")" ]; then return 0; fi
    if ! [ -d "$(/usr/bin/rustc --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library" ]; then
        die "no standard library for $1 here: run \`make setup\`, or \`rustup target add $1\`"
    fi
    # -Zbuild-std is for nightly compilers; RUSTC_BOOTSTRAP opens it for this call alone.
    rust=(env PATH="/usr/bin:$PATH" RUSTC_BOOTSTRAP=1 cargo)
    std=(-Zbuild-std="$2" -Zbuild-std-features=)
}
