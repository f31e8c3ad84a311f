#!/usr/bin/env bash
# Formats what has a formatter.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need_rust
cd "$ROOT"
cargo fmt --all
if [ -d web/node_modules ] && npm --prefix web run 2>/dev/null | grep -q '^  fmt$'; then npm --prefix web run --silent fmt; fi
say "formatted; see: git diff --stat"
