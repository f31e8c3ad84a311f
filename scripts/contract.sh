#!/usr/bin/env bash
# The two drift checks: code -> openapi/callboard.json, docs/reference/, and that document -> the TypeScript client.
#   contract.sh check   runs both, whatever the first says, and writes nothing
#   contract.sh fix     writes the document first, then the client, and shows the difference
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need_rust; need_node; need_python
cd "$ROOT"
case "${1:-check}" in
  check)
    failed=0
    say "code -> openapi/callboard.json, docs/reference/"
    cargo run --quiet --locked -p xtask -- generated --check || failed=1
    say "openapi/callboard.json -> web/api"
    scripts/install-web.sh web
    npm --prefix web run --silent client:check || failed=1
    say "openapi/ -> clients/python"
    python3 clients/python/scripts/generate.py --check || failed=1
    [ "$failed" = 0 ] || die "drift found; repair it with:  make contract-fix"
    say "no drift"
    ;;
  fix)
    cargo run --quiet --locked -p xtask -- generated
    scripts/install-web.sh web
    npm --prefix web run --silent client
    python3 clients/python/scripts/generate.py
    git --no-pager diff --stat -- openapi web/api clients/python
    say "next: read the difference, then commit openapi/, web/api/ and clients/python/ together"
    ;;
  *) die "usage: contract.sh check|fix" ;;
esac
