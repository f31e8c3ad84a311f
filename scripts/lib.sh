# Shared by the scripts of this folder; sourced, never run. Bash 5.
# Tells what is going on, names what is missing, and finds free ports. Starts and ends nothing by itself.
set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
TOOLS="$ROOT/.tools"
# shellcheck source=scripts/versions.env
source "$ROOT/scripts/versions.env"
export PATH="$TOOLS/go/bin:$TOOLS/cargo/bin:$PATH"

say()  { printf '%s\n' "• $*"; }
note() { printf '%s\n' "  $*"; }
warn() { printf '%s\n' "! $*" >&2; }
die()  { printf '%s\n' "✗ $*" >&2; exit 1; }

# version_at_least HAVE WANT: both dotted numbers.
version_at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n1)" = "$2" ]; }

# need COMMAND HOW: stops unless COMMAND can be run; HOW says how to get it.
need() { command -v "$1" >/dev/null 2>&1 || die "'$1' is missing. $2"; }

need_compiler() { need cc "It builds parts of Callboard:  sudo apt-get install -y build-essential"; }
need_curl() { need curl "Install it:  sudo apt-get install -y curl"; }
need_git() { need git "Install it:  sudo apt-get install -y git"; }

need_rust() {
  need cargo "Install rustup (https://rustup.rs); rust-toolchain.toml then picks Rust $RUST_VERSION by itself."
  # The first time rustup fetches the toolchain here, and shows how far it is.
  local have; have="$(cd "$ROOT" && rustc --version)" || die "Rust $RUST_VERSION is not there. With rustup:  rustup toolchain install $RUST_VERSION"
  have="${have#rustc }"; have="${have%% *}"
  version_at_least "$have" "$RUST_VERSION" ||
    die "Rust $have is too old: $RUST_VERSION is needed. Distributions lag behind; rustup (https://rustup.rs) has it."
}

need_go() {
  need go "Install Go $GO_VERSION or later (https://go.dev/dl)."
  local have; have="$(go env GOVERSION | sed 's/^go//')"
  # From 1.21 on Go fetches the version that a program asks for, unless it was told not to.
  version_at_least "$have" "${GO_VERSION%.*}" && return
  version_at_least "$have" 1.21 && [ "$(go env GOTOOLCHAIN)" != local ] && return
  die "Go $have is too old: LiveKit needs Go ${GO_VERSION%.*} or later (https://go.dev/dl)."
}

need_node() {
  need node "Install Node $NODE_VERSION (https://nodejs.org; see .nvmrc). Debian 12's own is too old."
  need npm "It comes with Node $NODE_VERSION; on Debian it may be a package of its own (npm)."
  local have; have="$(node --version | sed 's/^v//')"
  version_at_least "$have" "20.19" || die "Node $have is too old: $NODE_VERSION is what is tested (https://nodejs.org; see .nvmrc)."
}

need_python() {
  need python3 "Install Python $PYTHON_VERSION or later:  sudo apt-get install -y python3"
  python3 -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else 1)' ||
    die "Python $PYTHON_VERSION or later is needed; found $(python3 --version 2>&1)."
}

# need_all CHECK…: runs every check, so that one look tells everything that is missing.
need_all() {
  local check wrong=0
  for check in "$@"; do ("$check") || wrong=1; done
  [ "$wrong" = 0 ] || die "install what is named above, then run this again; nothing was changed"
}

# apt_install WHY PACKAGE…: installs as root on Debian and Ubuntu, else says what to install.
apt_install() {
  local why="$1"; shift
  if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    say "installing $* ($why)"
    DEBIAN_FRONTEND=noninteractive apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  elif command -v apt-get >/dev/null 2>&1; then
    die "$why: please run  sudo apt-get install -y $*"
  else
    die "$why: please install $* with this system's package manager."
  fi
}

# port_free PORT: nobody listens on it on loopback.
port_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port [WANTED]: WANTED when free, else one that the system picks.
free_port() {
  if [ -n "${1:-}" ] && port_free "$1"; then printf '%s' "$1"; return; fi
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1], end="")'
}

# free_udp_port WANTED: the same for UDP.
free_udp_port() {
  python3 - "$1" <<'PYTHON'
import socket, sys
for port in (int(sys.argv[1]), 0):
    try:
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(("127.0.0.1", port))
        print(s.getsockname()[1], end="")
        break
    except OSError:
        pass
PYTHON
}

# random_text LENGTH: letters and digits from the system's randomness.
random_text() { head -c 512 /dev/urandom | base64 -w0 | tr -dc 'a-zA-Z0-9' | head -c "$1"; }

# wait_for SECONDS WHAT COMMAND…: polls COMMAND until it succeeds.
wait_for() {
  local seconds="$1" what="$2" end; shift 2
  end=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || { warn "$what: not there after $seconds s"; return 1; }
    sleep 0.1
  done
}

# end_pid PID [SECONDS]: asks a process that we started to end, insists after SECONDS (default 2).
end_pid() {
  local pid="${1:-}" tries=$(( ${2:-2} * 10 ))
  [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null || return 0
  kill -TERM "$pid" 2>/dev/null || true
  while kill -0 "$pid" 2>/dev/null && [ "$tries" -gt 0 ]; do sleep 0.1; tries=$((tries - 1)); done
  kill -KILL "$pid" 2>/dev/null || true
}

# stamp_matches FILE TEXT: whether an earlier run left exactly this note.
stamp_matches() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

# python_venv NAME WANT PIP-ARGUMENT…: makes .tools/NAME with these packages, unless it was made for the same WANT, by the same
# Python, in the same place: its programs name the folder where it was made, and work nowhere else.
python_venv() {
  local folder="$TOOLS/$1" want; want="$2 $(python3 --version) $TOOLS/$1"; shift 2
  if stamp_matches "$folder/.callboard-installed" "$want"; then return 0; fi
  say "installing Python tools into ${folder#"$ROOT"/}"
  rm -rf "${folder:?}"
  python3 -m venv "$folder" ||
    die "python3 cannot make a virtual environment; on Debian:  apt-get install -y python3-venv"
  "$folder/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: "$@"
  printf '%s' "$want" > "$folder/.callboard-installed"
}
