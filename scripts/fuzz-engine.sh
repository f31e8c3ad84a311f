#!/usr/bin/env bash
# Builds libFuzzer around the targets of torture/fuzz, and prints where it lies. The stable compiler can do it: the
# counters that libFuzzer reads are a pass of LLVM. The first time takes minutes, later only what changed.
#   --check   only looks whether its lock file follows the product's
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"
need_rust
manifest=torture/fuzz/engine/Cargo.toml
# A workspace of its own has a lock file of its own; it must follow the product's.
cargo update --quiet --workspace --locked --manifest-path "$manifest" ||
  die "$(dirname "$manifest")/Cargo.lock is behind the product's: cargo update --workspace --manifest-path $manifest, then commit it"
[ "${1:-}" != --check ] || exit 0

need c++ "libFuzzer is written in it:  sudo apt-get install -y build-essential"
target="$ROOT/artifacts/torture/fuzz/target"

# Naming the host as the target keeps the counters out of build scripts and macros.
host="$(rustc -vV | sed -n 's/^host: //p')"
llvm() { printf -- '-Cllvm-args=-sanitizer-coverage-%s ' "$@"; }
flags="-Cpasses=sancov-module $(llvm level=4 inline-8bit-counters pc-table trace-compares)-Ccodegen-units=1"
RUSTFLAGS="$flags" CARGO_TARGET_DIR="$target" \
  cargo build --quiet --release --locked --manifest-path "$manifest" --target "$host" >&2
printf '%s\n' "$target/$host/release/callboard-fuzz-engine"
