#!/usr/bin/env bash
# Builds nats-server at the pinned version into .tools/go/bin (about a minute the first time). Only the bench needs it.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

binary="$TOOLS/go/bin/nats-server"
installed() { [ -x "$binary" ] && [ "$("$binary" --version 2>/dev/null)" = "nats-server: v$NATS_VERSION" ]; }

if installed; then exit 0; fi
mkdir -p "$TOOLS/go/bin"
need_go
say "building nats-server $NATS_VERSION (once, a minute or two)"
GOBIN="$TOOLS/go/bin" GOFLAGS=-trimpath go install "github.com/nats-io/nats-server/v2@v$NATS_VERSION" \
  > "$TOOLS/nats-build.log" 2>&1 || { tail -n 20 "$TOOLS/nats-build.log" >&2; die "nats-server could not be built"; }
installed || die "nats-server was built, but does not say it is version $NATS_VERSION"
say "nats-server $NATS_VERSION is ready"
