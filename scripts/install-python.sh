#!/usr/bin/env bash
# Makes .tools/venv with the Python tools of tests/http, once per lock file.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_python
lock="$ROOT/tests/http/requirements.lock"
want="$(sha256sum "$lock" | cut -d' ' -f1) $(python3 --version)"
stamp="$TOOLS/venv/.callboard-installed"
if stamp_matches "$stamp" "$want"; then exit 0; fi
say "installing the Python tools of tests/http"
rm -rf "$TOOLS/venv"
python3 -m venv "$TOOLS/venv" ||
  die "python3 cannot make a virtual environment; on Debian:  apt-get install -y python3-venv"
"$TOOLS/venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$lock"
printf '%s' "$want" > "$stamp"
