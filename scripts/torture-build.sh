#!/usr/bin/env bash
# Builds what the named needs of rigs want, and prints settings for the environment as shell assignments.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"
for need in "$@"; do
  case "$need" in
    teeth-binary)
      need_rust
      # A name of its own: the server under test stays as it was built.
      say "building with planted defects" >&2
      cargo build --quiet --locked -p callboard --features teeth --bin callboard-teeth >&2
      printf 'export CALLBOARD_TEETH_BIN=%q\n' "${CARGO_TARGET_DIR:-$ROOT/target}/debug/callboard-teeth"
      ;;
  esac
done
