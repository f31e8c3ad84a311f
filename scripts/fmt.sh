#!/usr/bin/env bash
# Formats what has a formatter.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need_rust
cd "$ROOT"
cargo fmt --all
if [ -d web/node_modules ]; then npm --prefix web run --silent format -- --log-level warn; fi
if [ -x "$TOOLS/venv-python/bin/ruff" ]; then "$TOOLS/venv-python/bin/ruff" format --quiet clients/python; fi
say "formatted; see: git diff --stat"
