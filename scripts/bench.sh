#!/usr/bin/env bash
# `make bench`: Callboard beside what a user would pick instead, on this machine, in one run. What is missing is
# installed; what cannot be had is a failure.
#   QUICK=1            two minutes        ROWS="singles-64 replay"   only these (ROWS=help lists them; ROWS=growth is
#   KEEP=1             writes docs/performance.md                    only run when it is named: it takes an hour)
#   BASELINE=1         writes bench/baseline.json
#   CALLBOARD_BIN      the binary to measure; without it a release build is made
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"
export PATH="$PATH:/usr/sbin:/sbin" NO_COLOR=1

need_rust
say "building"
cargo build --quiet --locked --release -p callboard-bench
target="${CARGO_TARGET_DIR:-$ROOT/target}/release"
bench="${BENCH_BIN:-$target/callboard-bench}"
needs="$("$bench" needs ${ROWS:-})"
if [ "${ROWS:-}" = help ]; then printf '%s\n' "$needs"; exit 0; fi
has() { grep -qx -- "$1" <<< "$needs"; }

if [ -z "${CALLBOARD_BIN:-}" ]; then
  cargo build --quiet --locked --release -p callboard
  CALLBOARD_BIN="$target/callboard"
fi
CALLBOARD_BIN="$(realpath "$CALLBOARD_BIN")"

packages=()
if has redis && ! command -v redis-server >/dev/null 2>&1; then packages+=(redis-server); fi
if has strace && ! command -v strace >/dev/null 2>&1; then packages+=(strace); fi
if [ "${#packages[@]}" -gt 0 ]; then apt_install "the bench needs them" "${packages[@]}"; fi
if has nats; then scripts/install-nats.sh; fi
if has postgres; then scripts/install-postgres.sh >/dev/null; fi

# On the disk that is measured: a temporary folder may be memory, where an fsync costs nothing.
mkdir -p "${BENCH_WORK:-$ROOT/artifacts/bench}"
state="$(mktemp -d "${BENCH_WORK:-$ROOT/artifacts/bench}/work.XXXXXX")"
export BENCH_STATE="$state"
# PostgreSQL runs as its own user and must be able to pass through; where it cannot, BENCH_WORK names another folder.
chmod 755 "$state"
running=""
finish() {
  trap - EXIT
  # Who asks twice must not interrupt the clean-up; make and a terminal both ask.
  trap : INT TERM
  end_pid "$running" 20
  scripts/postgres.sh stop "$state/postgres" >/dev/null 2>&1 || true
  # What the bench left behind because it was killed: processes that it noted, told from strangers by their environment.
  local pid
  while read -r pid; do
    if grep -qzxF -- "BENCH_STATE=$state" "/proc/$pid/environ" 2>/dev/null; then end_pid "$pid"; fi
  done < <(cat "$state/pids" 2>/dev/null || true)
  rm -rf "$state"
}
trap finish EXIT
trap 'warn "interrupted"; exit 130' INT TERM

# A file descriptor for each of 8,000 streams, on both sides.
ulimit -n "$(ulimit -Hn)"
flags=()
if has postgres; then
  scripts/postgres.sh start "$state/postgres"
  flags+=(--postgres "$state/postgres")
fi
commit="$(git rev-parse --short HEAD 2>/dev/null || echo unknown)"
[ -z "$(git status --porcelain --untracked-files=no 2>/dev/null)" ] || commit="$commit+"
[ -z "${QUICK:-}" ] || flags+=(--quick)
[ -z "${KEEP:-}" ] || flags+=(--keep docs/performance.md)
[ -z "${BASELINE:-}" ] || flags+=(--write-baseline)
"$bench" run --callboard "$CALLBOARD_BIN" --work "$state" --out artifacts/bench --baseline bench/baseline.json \
  --commit "$commit" --at "$(date -u +%Y-%m-%dT%H:%M:%SZ)" --nats "$TOOLS/go/bin/nats-server" \
  "${flags[@]+"${flags[@]}"}" ${ROWS:-} &
running=$!
code=0
wait "$running" || code=$?
running=""
exit "$code"
