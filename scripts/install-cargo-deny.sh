#!/usr/bin/env bash
# Builds cargo-deny at the pinned version into .tools/cargo (some minutes the first time).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

binary="$TOOLS/cargo/bin/cargo-deny"
if [ -x "$binary" ] && [ "$("$binary" --version)" = "cargo-deny $CARGO_DENY_VERSION" ]; then exit 0; fi
need_rust
say "building cargo-deny $CARGO_DENY_VERSION (once, one to six minutes)"
# It runs for two seconds: optimising it would cost four minutes more.
export CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
cargo install --quiet --locked "cargo-deny@$CARGO_DENY_VERSION" --no-default-features --root "$TOOLS/cargo"
