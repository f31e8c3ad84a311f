#!/usr/bin/env bash
# Makes .tools/venv with the Python tools of tests/http and .tools/venv-python with those of clients/python, once per
# lock file.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_python
while read -r folder venv; do
  lock="$ROOT/$folder/requirements.lock"
  python_venv "$venv" "$(sha256sum "$lock" | cut -d' ' -f1)" --require-hashes -r "$lock"
done << 'FOLDERS'
tests/http venv
clients/python venv-python
FOLDERS
