#!/usr/bin/env bash
# Finds PostgreSQL's server programs, or installs Debian's. Prints their folder as the last line.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

find_folder() {
  local folder
  for folder in ${POSTGRES_BIN:+"$POSTGRES_BIN"} $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -Vr) \
    "$(dirname "$(readlink -f "$(command -v postgres 2>/dev/null || echo /nowhere/postgres)")")"; do
    if [ -x "$folder/postgres" ] && [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then
      printf '%s\n' "$folder"; return 0
    fi
  done
  return 1
}

if ! folder="$(find_folder)"; then
  apt_install "the tests need PostgreSQL $POSTGRES_MIN_MAJOR or later" postgresql >&2
  folder="$(find_folder)" || die "PostgreSQL was installed, but its programs were not found; set POSTGRES_BIN to their folder."
fi
major="$("$folder/postgres" --version | grep -oE '[0-9]+' | head -n1)"
[ "${major:-0}" -ge "$POSTGRES_MIN_MAJOR" ] || die "PostgreSQL ${major:-?} in $folder is too old; $POSTGRES_MIN_MAJOR or later is needed."
printf '%s\n' "$folder"
