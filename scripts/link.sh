#!/usr/bin/env bash
# `make link`: a new one-time sign-in link for the installation of `make run`, also while it runs.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"
DATA="${DATA:-$ROOT/.data}"
[ -d "$DATA/callboard" ] || die "there is no installation in $DATA yet; make run makes one"
for binary in "${CARGO_TARGET_DIR:-$ROOT/target}"/{debug,release}/callboard; do
  [ ! -x "$binary" ] || exec "$binary" login-link --data "$DATA/callboard"
done
die "Callboard is not built yet; make run builds it"
