#!/usr/bin/env bash
# Builds cargo-deny at the pinned version into .tools/cargo (some minutes the first time).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

binary="$TOOLS/cargo/bin/cargo-deny"
if [ -x "$binary" ] && [ "$("$binary" --version)" = "cargo-deny $CARGO_DENY_VERSION" ]; then exit 0; fi
need_rust
say "building cargo-deny $CARGO_DENY_VERSION (once, some minutes)"
cargo install --quiet --locked "cargo-deny@$CARGO_DENY_VERSION" --root "$TOOLS/cargo"
