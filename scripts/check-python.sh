#!/usr/bin/env bash
# clients/python: format, lint, strict types, what is generated, and its tests against the running server.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
"$ROOT/scripts/install-python.sh"
cd "$ROOT/clients/python"
tools="$TOOLS/venv-python/bin"
say "format, lint, types"
"$tools/ruff" format --quiet --check .
"$tools/ruff" check --quiet .
"$tools/mypy"
python3 scripts/generate.py --check
say "tests"
"$tools/python" -m pytest "$@"
