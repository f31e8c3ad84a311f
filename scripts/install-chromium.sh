#!/usr/bin/env bash
# Finds a Chromium for the browser tests, or installs Debian's. Prints its path as the last line.
# CHROMIUM=/path/to/chrome overrides.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

find_chromium() {
  local name
  for name in ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome-stable google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then command -v "$name"; return 0; fi
  done
  return 1
}

if ! path="$(find_chromium)"; then
  apt_install "the browser tests need Chromium" chromium >&2
  path="$(find_chromium)" || die "Chromium was installed, but is not on the PATH; set CHROMIUM to its path."
fi
major="$("$path" --version 2>/dev/null | grep -oE '[0-9]+' | head -n1)"
[ "${major:-0}" -ge "$CHROMIUM_MIN_MAJOR" ] || die "$path is version ${major:-unknown}; $CHROMIUM_MIN_MAJOR or later is needed."
printf '%s\n' "$path"
