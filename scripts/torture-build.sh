#!/usr/bin/env bash
# Builds what the named needs of rigs want, and prints settings for the environment as shell assignments.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

# The whole workspace, as `make test` builds it: one crate alone would build its dependencies anew.
built=""
workspace() {
  [ -z "$built" ] || return 0
  need_rust
  say "building" >&2
  cargo build --quiet --locked --workspace --bins >&2
  built=yes
}

for need in "$@"; do
  case "$need" in
    binary)
      if [ -z "${CALLBOARD_BIN:-}" ]; then
        workspace
        printf 'export CALLBOARD_BIN=%q\n' "${CARGO_TARGET_DIR:-$ROOT/target}/debug/callboard"
      fi
      ;;
    teeth-binary)
      need_rust
      say "building with planted defects" >&2
      target="${CARGO_TARGET_DIR:-$ROOT/target}"
      # Of the whole workspace, so that dependencies stay as they were built. The rigs in Rust have the defects compiled in;
      # they get a folder of their own, and what they took the place of is put back.
      programs=(callboard-rig-disk rig-service callboard-rig-interleavings)
      features=callboard/teeth,callboard-rig-disk/teeth,callboard-rig-service/teeth,callboard-rig-interleavings/teeth
      bins=(--bin callboard-teeth)
      for program in "${programs[@]}"; do bins+=(--bin "$program"); done
      cargo build --quiet --locked --workspace --features "$features" "${bins[@]}" >&2
      mkdir -p "$target/teeth/debug"
      for program in callboard-teeth "${programs[@]}"; do
        install "$target/debug/$program" "$target/teeth/debug/$program"
      done
      cargo build --quiet --locked --workspace --bins >&2
      printf 'export CALLBOARD_TEETH_BIN=%q\n' "$target/teeth/debug/callboard-teeth"
      printf 'export CALLBOARD_TEETH_RIGS=%q\n' "$target/teeth/debug"
      ;;
    # Programs of the workspace, here so that no compiling counts against a rig's minutes; torture/kit/rust.py uses them.
    rust) workspace ;;
    rust-*)
      # A rig that is built for speed when it runs long.
      if [ -n "${QUICK:-}" ]; then
        workspace
      else
        need_rust
        say "building the rig ${need#rust-}" >&2
        cargo build --quiet --locked -p "callboard-rig-${need#rust-}" --bins --release >&2
      fi
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
