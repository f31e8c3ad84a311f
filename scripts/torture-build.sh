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
      target="${CARGO_TARGET_DIR:-$ROOT/target}"
      # The rigs in Rust have the defects compiled in. Made here, so that no compiling counts against a rig's minutes;
      # torture/kit/rust.py says why they have a folder of their own.
      for rig in disk service interleavings; do
        cargo build --quiet --locked -p "callboard-rig-$rig" --features teeth --bins --target-dir "$target/teeth" >&2
      done
      printf 'export CALLBOARD_TEETH_BIN=%q\n' "$target/debug/callboard-teeth"
      printf 'export CALLBOARD_TEETH_RIGS=%q\n' "$target/teeth/debug"
      ;;
    rust-*)
      # As torture/kit/rust.py builds it; here, so that no compiling counts against a rig's minutes.
      need_rust
      rig="${need#rust-}" fast=()
      if [ -z "${QUICK:-}" ] && [ "$rig" != interleavings ]; then fast=(--release); fi
      say "building the rig $rig" >&2
      cargo build --quiet --locked -p "callboard-rig-$rig" --bins "${fast[@]+"${fast[@]}"}" >&2
      ;;
    fuzz-engine)
      # The short form replays the corpus alone.
      if [ -z "${QUICK:-}" ]; then
        need_rust
        say "building libFuzzer" >&2
        scripts/fuzz-engine.sh >&2
      fi
      ;;
  esac
done
