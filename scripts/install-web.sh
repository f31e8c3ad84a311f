#!/usr/bin/env bash
# Installs the packages of a Node project from its lock file, once per lock. Usage: install-web.sh [FOLDER]…
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_node
for folder in "${@:-web}"; do
  cd "$ROOT/$folder"
  [ -f package-lock.json ] || die "$folder/package-lock.json is missing"
  want="$(sha256sum package-lock.json | cut -d' ' -f1) node $(node --version)"
  stamp="node_modules/.callboard-installed"
  if stamp_matches "$stamp" "$want"; then continue; fi
  say "installing the packages of $folder"
  npm ci --no-fund --no-audit --loglevel=error
  printf '%s' "$want" > "$stamp"
done
