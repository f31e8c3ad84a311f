#!/usr/bin/env bash
# The two drift checks: code -> openapi/callboard.json, and that document -> the TypeScript client.
#   contract.sh check   runs both, whatever the first says, and writes nothing
#   contract.sh fix     writes the document first, then the client, and shows the difference
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need_rust; need_node
cd "$ROOT"
case "${1:-check}" in
  check)
    failed=0
    say "code -> openapi/callboard.json"
    cargo run --quiet --locked -p xtask -- openapi --check || failed=1
    say "openapi/callboard.json -> web/api"
    scripts/install-web.sh web
    npm --prefix web run --silent client:check || failed=1
    [ "$failed" = 0 ] || die "drift found; repair it with:  make contract-fix"
    say "no drift"
    ;;
  fix)
    cargo run --quiet --locked -p xtask -- openapi
    scripts/install-web.sh web
    npm --prefix web run --silent client
    git --no-pager diff --stat -- openapi web/api
    say "next: read the difference, then commit openapi/ and web/api/ together"
    ;;
  *) die "usage: contract.sh check|fix" ;;
esac
