#!/usr/bin/env bash
# `make mutants`: changes the rules (decide.rs of every crate) one piece at a time, and lists the changes that no unit
# test notices. Not for every change: it takes an hour on two cores. The list is in artifacts/mutants/mutants.out/.
#   CRATE=calls     only the rules of one crate        SHARD=1/4   a quarter of them
#   MINUTES=20      ends then                          STATE=DIR   where the copy of the tree is built
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"
need_rust
if [ ! -x "$TOOLS/cargo/bin/cargo-mutants" ]; then
  say "installing cargo-mutants $CARGO_MUTANTS_VERSION"
  cargo install --quiet --locked --root "$TOOLS/cargo" "cargo-mutants@$CARGO_MUTANTS_VERSION"
fi
flags=(--no-shuffle)
[ -z "${CRATE:-}" ] || flags+=(--package "callboard-$CRATE")
[ -z "${SHARD:-}" ] || flags+=(--shard "$SHARD")
mkdir -p artifacts/mutants
# It works on a copy of the tree, without what git ignores.
state="${STATE:-$(mktemp -d "${TMPDIR:-/tmp}/callboard-mutants.XXXXXX")}"
mkdir -p "$state/copy"
[ -n "${STATE:-}" ] || trap 'rm -rf "$state"' EXIT
code=0
TMPDIR="$state/copy" CARGO_TARGET_DIR="$state/target" timeout --foreground --signal INT "${MINUTES:-180}m" \
  nice -n 10 cargo mutants --jobs 1 --output artifacts/mutants "${flags[@]}" || code=$?
# 2: some were missed; they are to be looked at by somebody.
if [ "$code" = 2 ]; then cat artifacts/mutants/mutants.out/missed.txt; fi
exit "$code"
