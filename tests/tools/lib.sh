# Sourced by the scripts of this folder: where things are, and how to say what went wrong.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Tools that cargo builds are kept for the user and not for one clone: they take minutes.
TOOLS=${PRIVACYPASS_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/libprivacypass/tools}
export PATH="$PATH:$TOOLS/bin"

say() { printf '%s\n' "$*"; }

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# need TOOL PACKAGE: stop unless the tool is there.
need() { have "$1" || die "no \`$1\` here: install the package $2, or run \`make setup\`"; }

# target_dir MANIFEST: where cargo puts what it builds for that manifest.
target_dir() {
    cargo metadata --format-version 1 --no-deps --offline --manifest-path "$1" |
        sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p'
}
