#!/usr/bin/env bash
# Builds livekit-server at the pinned version into .tools/go/bin (some minutes the first time).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

binary="$TOOLS/go/bin/livekit-server"
built="$TOOLS/go/bin/server"
installed() { [ -x "$1" ] && [ "$("$1" --version 2>/dev/null)" = "livekit-server version $LIVEKIT_VERSION" ]; }

if installed "$binary"; then exit 0; fi
mkdir -p "$TOOLS/go/bin"
if ! installed "$built"; then
  need_go
  say "building livekit-server $LIVEKIT_VERSION (once, two to six minutes)"
  GOBIN="$TOOLS/go/bin" GOFLAGS=-trimpath go install "github.com/livekit/livekit-server/cmd/server@v$LIVEKIT_VERSION" \
    > "$TOOLS/livekit-build.log" 2>&1 || { tail -n 20 "$TOOLS/livekit-build.log" >&2; die "livekit-server could not be built"; }
fi
mv -f "$built" "$binary"
installed "$binary" || die "livekit-server was built, but does not say it is version $LIVEKIT_VERSION"
say "livekit-server $LIVEKIT_VERSION is ready"
