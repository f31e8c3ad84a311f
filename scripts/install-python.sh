#!/usr/bin/env bash
# Makes .tools/venv with the Python tools of tests/http and .tools/venv-python with those of clients/python, once per
# lock file.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_python
while read -r folder venv; do
  lock="$ROOT/$folder/requirements.lock"
  want="$(sha256sum "$lock" | cut -d' ' -f1) $(python3 --version)"
  stamp="$TOOLS/$venv/.callboard-installed"
  if stamp_matches "$stamp" "$want"; then continue; fi
  say "installing the Python tools of $folder"
  rm -rf "${TOOLS:?}/$venv"
  python3 -m venv "$TOOLS/$venv" ||
    die "python3 cannot make a virtual environment; on Debian:  apt-get install -y python3-venv"
  "$TOOLS/$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$lock"
  printf '%s' "$want" > "$stamp"
done << 'FOLDERS'
tests/http venv
clients/python venv-python
FOLDERS
