#!/usr/bin/env bash
# torture: format, lint, strict types, and the tests of its own checker.
# clients/python: the same, what is generated, and its tests against the running server.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
"$ROOT/scripts/install-python.sh"
tools="$TOOLS/venv-python/bin"
cd "$ROOT"
say "torture: format, lint, types, tests"
"$tools/ruff" format --quiet --check torture
"$tools/ruff" check --quiet torture
"$tools/mypy" --config-file torture/pyproject.toml
"$tools/python" -m pytest -c torture/pyproject.toml torture/tests
cd "$ROOT/clients/python"
say "format, lint, types"
"$tools/ruff" format --quiet --check .
"$tools/ruff" check --quiet .
"$tools/mypy"
python3 scripts/generate.py --check
say "tests"
"$tools/python" -m pytest "$@"
