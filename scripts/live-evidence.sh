#!/usr/bin/env bash
# The real round trip against a LiveKit of your own, kept as evidence in docs/evidence/livekit-roundtrip.json.
# Needs LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET, and CALLBOARD_LISTEN and CALLBOARD_PUBLIC_URL when
# that LiveKit sends its webhooks to a fixed address of this machine.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
for name in LIVEKIT_URL LIVEKIT_API_KEY LIVEKIT_API_SECRET; do
  [ -n "${!name:-}" ] || die "$name is not set. Example: LIVEKIT_URL=wss://media.example LIVEKIT_API_KEY=… LIVEKIT_API_SECRET=… make live-evidence"
done
need_rust; need_node
cd "$ROOT"
CHROMIUM="$(scripts/install-chromium.sh | tail -n1)"; export CHROMIUM
scripts/install-web.sh web tests/live
npm --prefix web run --silent build
cargo build --quiet --locked -p callboard
mkdir -p docs/evidence
node tests/live/roundtrip.mjs --external --report docs/evidence/livekit-roundtrip.json
say "next: read docs/evidence/livekit-roundtrip.json and commit it"
