#!/usr/bin/env bash
# Schemathesis against a fresh server with the fake LiveKit running: no 5xx, no undocumented answer. Fixed seed.
#   EXAMPLES=15   cases per operation of the fuzzing phase, of calls by a key; a third of it for other callers
#   SEED=42
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"
scripts/install-python.sh
binary="${CALLBOARD_BIN:-$ROOT/target/debug/callboard}"
[ -x "$binary" ] || die "$binary is missing; build it: cargo build -p callboard"
fake="${CARGO_TARGET_DIR:-$ROOT/target}/debug/fake-livekit"
# `cargo build --workspace` makes it too; building one package alone would build its dependencies anew.
[ -x "$fake" ] || cargo build --quiet --locked --workspace
exec "$TOOLS/venv/bin/python" tests/http/run.py --binary "$binary" --fake "$fake" \
  --seed "${SEED:-42}" --examples "${EXAMPLES:-15}"
