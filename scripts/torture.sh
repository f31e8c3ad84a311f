#!/usr/bin/env bash
# `make torture`: the rigs of torture/rigs.toml, with everything that they need; a thing that cannot be had is a failure.
#   QUICK=1           the short form        RIG="a b"    only these      SEED=7   repeats a plan
#   MINUTES=5         upper bound of a rig  KEEP=1       writes docs/evidence/
#   CALLBOARD_BIN     the binary under test; without it a debug build is made
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"
export PATH="$PATH:/usr/sbin:/sbin" NO_COLOR=1

need_python
rigs="${RIG:-}"
needs="$(python3 -m torture.run --rig "$rigs" --needs)"
has() { grep -qx -- "$1" <<< "$needs"; }

# tool COMMAND PACKAGE WHY: installs PACKAGE unless COMMAND is there.
packages=()
tool() { command -v "$1" >/dev/null 2>&1 || packages+=("$2"); }
if has strace; then tool strace strace; fi
if has xfs; then tool mkfs.xfs xfsprogs; tool losetup mount; fi
if has fuse; then tool nbdkit nbdkit; tool nbdfuse nbdfuse; tool fusermount3 fuse3; fi
if has netns; then tool ip iproute2; tool nft nftables; fi
if has slowhttptest; then tool slowhttptest slowhttptest; fi
if has postgres; then tool psql postgresql-client; fi
if [ "${#packages[@]}" -gt 0 ]; then apt_install "the rigs need them" "${packages[@]}"; fi
if has go; then need_go; fi
if has livekit; then scripts/install-livekit.sh; fi

state="$(mktemp -d "${TMPDIR:-/tmp}/callboard-torture.XXXXXX")"
# PostgreSQL runs as its own user and must be able to pass through.
chmod 755 "$state"
running=""
finish() {
  trap - EXIT
  # Who asks twice must not interrupt the clean-up; make and a terminal both ask.
  trap : INT TERM
  end_pid "$running" 60
  scripts/postgres.sh stop "$state/postgres" >/dev/null 2>&1 || true
  rm -rf "$state"
}
trap finish EXIT
trap 'warn "interrupted"; exit 130' INT TERM

if has postgres; then
  scripts/install-postgres.sh >/dev/null
  scripts/postgres.sh start "$state/postgres"
  CALLBOARD_TEST_POSTGRES="$(cat "$state/postgres/url")"; export CALLBOARD_TEST_POSTGRES
fi
if [ -n "${CALLBOARD_BIN:-}" ]; then CALLBOARD_BIN="$(realpath "$CALLBOARD_BIN")"; export CALLBOARD_BIN; fi
# What the rigs run; it prints settings for the environment.
settings="$(scripts/torture-build.sh $needs)"
eval "$settings"

flags=()
[ -z "${QUICK:-}" ] || flags+=(--quick)
[ -z "${SEED:-}" ] || flags+=(--seed "$SEED")
[ -z "${MINUTES:-}" ] || flags+=(--minutes "$MINUTES")
[ -z "${KEEP:-}" ] || flags+=(--keep)
python3 -m torture.run --rig "$rigs" "${flags[@]+"${flags[@]}"}" &
running=$!
code=0
wait "$running" || code=$?
running=""
exit "$code"
