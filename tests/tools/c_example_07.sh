#!/usr/bin/env bash
# Run the libcurl client against `privacypass demo --serve`: c_example_07.sh PROGRAM
# It must also fail: at a page that asks for no token, and at an attester that is none.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
program=${1:?the compiled examples/c/07_libcurl_client.c}
cd "$ROOT"
cargo build --locked --release -q -p privacypass-cli
log=$(mktemp)
"$(target_dir Cargo.toml)/release/privacypass" demo --serve >"$log" 2>&1 &
demo=$!
trap 'kill "$demo" 2>/dev/null || true; rm -f "$log"' EXIT

# The roles take any ports that are free, and say which when all of them listen.
for _ in $(seq 100); do
    if grep -q '^ok$' "$log"; then break; fi
    kill -0 "$demo" 2>/dev/null || { cat "$log"; die "the demo ended"; }
    sleep 0.1
done
url() { sed -n "s|^  $1  *\(http[^ ]*\).*|\1|p" "$log"; }
page=$(url origin) attester=$(url attester) issuer=$(url issuer)
[ -n "$page" ] && [ -n "$attester" ] && [ -n "$issuer" ] || { cat "$log"; die "the demo does not say where its roles are"; }
attester=${attester%/challenge}

# refused REASON ARGUMENT...: the program must fail, for this reason.
refused() {
    local reason=$1 out
    shift
    if out=$("$program" "$@"); then die "the client is content with $*"; fi
    grep -q "^FAILED: $reason" <<<"$out" || { say "$out"; die "expected: FAILED: $reason"; }
}
refused "the page asks for no token" "$issuer" "$attester"
refused "the attester asks what we do not understand" "$page" "${page%/login}"
"$program" "$page" "$attester"
