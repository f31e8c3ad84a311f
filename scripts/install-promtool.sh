#!/usr/bin/env bash
# Finds promtool, or takes it out of Debian's package prometheus, which is not installed: that would start a server.
# Prints its path as the last line.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

find_promtool() {
  local binary
  for binary in ${PROMTOOL:+"$PROMTOOL"} "$TOOLS/prometheus/usr/bin/promtool" "$(command -v promtool 2>/dev/null)"; do
    if [ -n "$binary" ] && "$binary" --version >/dev/null 2>&1; then printf '%s\n' "$binary"; return 0; fi
  done
  return 1
}

fetch() {
  local folder; folder="$(mktemp -d "${TMPDIR:-/tmp}/callboard-promtool.XXXXXX")"
  # apt's own user writes here.
  chmod 777 "$folder"
  (cd "$folder" && apt-get download -qq prometheus >/dev/null 2>&1 && dpkg-deb -x prometheus_*.deb unpacked) || { rm -rf "$folder"; return 1; }
  mkdir -p "$TOOLS"; rm -rf "$TOOLS/prometheus"; mv "$folder/unpacked" "$TOOLS/prometheus"; rm -rf "$folder"
}

if ! binary="$(find_promtool)"; then
  if command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1; then
    say "unpacking promtool (the alert rules are checked with it)" >&2
    fetch || { [ "$(id -u)" = 0 ] && apt-get update -qq >&2 && fetch; } || true
  fi
  binary="$(find_promtool)" || apt_install "alert rules are checked with promtool" prometheus >&2
  binary="$(find_promtool)" || die "promtool was not found; install Debian's package prometheus, or set PROMTOOL to its path."
fi
printf '%s\n' "$binary"
