#!/usr/bin/env bash
# `make run`: builds what is missing, starts LiveKit and Callboard on loopback, and says where to go.
#   LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET   use that LiveKit instead of starting one
#   PORT=8080  LIVEKIT_PORT=7880                        wanted ports; others are taken when these are in use
#   DATA=.data                                          where the database, keys and logs are kept
#   PROFILE=dev|release                                 how Callboard is built
#   CALLBOARD_DEMO=off                                  play no simulated calls
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

DATA="${DATA:-$ROOT/.data}"
PROFILE="${PROFILE:-dev}"
livekit_pid="" callboard_pid="" media="none"

stop_all() {
  trap - EXIT INT TERM
  if [ -n "$callboard_pid$livekit_pid" ]; then say "stopping"; fi
  end_pid "$callboard_pid" 12
  end_pid "$livekit_pid" 2
  if [ -n "$callboard_pid" ]; then say "stopped; everything is kept in $DATA. Next: make run"; fi
}
trap stop_all EXIT
trap 'exit 0' INT TERM

build() {
  need_rust
  say "building the pages"
  scripts/install-web.sh web
  npm --prefix web run --silent build > "$DATA/web-build.log" 2>&1 || { tail -n 30 "$DATA/web-build.log" >&2; die "the pages could not be built"; }
  say "building Callboard ($PROFILE; the first time takes some minutes)"
  cargo build --quiet --locked -p callboard --profile "$PROFILE"
  local folder="$PROFILE"; [ "$PROFILE" != dev ] || folder=debug
  binary="${CARGO_TARGET_DIR:-$ROOT/target}/$folder/callboard"
  [ -x "$binary" ] || die "$binary was not built"
}

# Keys for our own LiveKit are made once and kept beside the data, readable by their owner only.
livekit_keys() {
  local file="$DATA/livekit.env"
  if [ ! -s "$file" ]; then
    (umask 077; printf 'LIVEKIT_API_KEY=API%s\nLIVEKIT_API_SECRET=%s\n' "$(random_text 12)" "$(random_text 43)" > "$file")
  fi
  # shellcheck disable=SC1090
  source "$file"
  export LIVEKIT_API_KEY LIVEKIT_API_SECRET
}

start_livekit() {
  if [ -n "${LIVEKIT_URL:-}" ]; then
    [ -n "${LIVEKIT_API_KEY:-}" ] && [ -n "${LIVEKIT_API_SECRET:-}" ] || die "LIVEKIT_URL is set, so LIVEKIT_API_KEY and LIVEKIT_API_SECRET are needed too."
    media="$LIVEKIT_URL"
    return
  fi
  if [ ! -x "$TOOLS/go/bin/livekit-server" ] && ! command -v go >/dev/null 2>&1; then
    warn "no Go and no LIVEKIT_URL: running without media, with simulated calls. For sound install Go $GO_VERSION, or set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET."
    return
  fi
  scripts/install-livekit.sh
  livekit_keys
  local wanted="${LIVEKIT_PORT:-7880}" port udp
  port="$(free_port "$wanted")"; udp="$(free_udp_port 7882)"
  [ "$port" = "$wanted" ] || note "port $wanted is taken; LiveKit uses $port"
  (umask 077; scripts/livekit-config.sh "$port" "$udp" "$LIVEKIT_API_KEY" "$LIVEKIT_API_SECRET" \
    "http://127.0.0.1:$http_port/v1/call/livekit/events" > "$DATA/livekit.yaml")
  say "starting LiveKit $LIVEKIT_VERSION on 127.0.0.1:$port"
  livekit-server --config "$DATA/livekit.yaml" > "$DATA/livekit.log" 2>&1 &
  livekit_pid=$!
  wait_for 15 "LiveKit" curl -fsS "http://127.0.0.1:$port" || { tail -n 20 "$DATA/livekit.log" >&2; die "LiveKit did not start; see $DATA/livekit.log"; }
  export LIVEKIT_URL="ws://127.0.0.1:$port"
  media="$LIVEKIT_URL (ours)"
}

start_callboard() {
  say "starting Callboard on 127.0.0.1:$http_port"
  : > "$DATA/ready.json"; chmod 600 "$DATA/ready.json"
  # The server keeps its key where README.md and the printed commands look for it.
  CALLBOARD_DEV_KEY_FILE="${CALLBOARD_DEV_KEY_FILE:-$DATA/api-key}" \
    "$binary" serve --dev --data "$DATA/callboard" --listen "127.0.0.1:$http_port" --ready-json \
    > "$DATA/ready.json" 2> "$DATA/callboard.log" &
  callboard_pid=$!
  local tries=300
  until [ -s "$DATA/ready.json" ]; do
    kill -0 "$callboard_pid" 2>/dev/null || { tail -n 20 "$DATA/callboard.log" >&2; callboard_pid=""; die "Callboard did not start; see $DATA/callboard.log"; }
    tries=$((tries - 1)); [ "$tries" -gt 0 ] || die "Callboard did not say that it is ready; see $DATA/callboard.log"
    sleep 0.1
  done
}

ready() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1])).get(sys.argv[2]) or "", end="")' "$DATA/ready.json" "$1"; }

# The commands that the server itself offers; each works wherever it is pasted on this machine.
steps() {
  python3 - "$DATA/ready.json" <<'PYTHON'
import json, sys
for step in json.load(open(sys.argv[1]))["firstSteps"]["steps"]:
    print(f"    # {step['title']}\n    {step['command']}\n")
PYTHON
}

key_file() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["firstSteps"]["apiKeyFile"], end="")' "$DATA/ready.json"; }

# What the media is, or how to add it.
about_media() {
  if [ "$media" = none ]; then
    printf '%s' "none: simulated calls only. For sound install Go $GO_VERSION, or set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET"
  else
    printf '%s' "$media"
  fi
}

show() {
  local url login; url="$(ready url)"; login="$(ready loginUrl)"
  cat <<TEXT

  Callboard $(ready version) is at  $url
  Sign in here (once):    $login
  API key:                $(key_file)
  Media:                  $(about_media)
  API, browsable:         $url/docs

  Open the sign-in link: a simulated call is running, and "Start a call" makes a real one, whose join link is for a
  second browser. Or try, in another terminal:

$(steps)

  Ctrl-C stops what was started here. Logs: $DATA/callboard.log and $DATA/livekit.log

TEXT
  if command -v xdg-open >/dev/null 2>&1 && [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then xdg-open "$login" >/dev/null 2>&1 || true; fi
}

need curl "It is a Debian package of that name."
need_python
need_node
mkdir -p "$DATA"; chmod 700 "$DATA"
build
wanted="${PORT:-8080}"
http_port="$(free_port "$wanted")"
[ "$http_port" = "$wanted" ] || note "port $wanted is taken; Callboard uses $http_port (PORT=… chooses another)"
start_livekit
start_callboard
show
# Whichever ends first ends the other.
while kill -0 "$callboard_pid" 2>/dev/null; do
  if [ -n "$livekit_pid" ] && ! kill -0 "$livekit_pid" 2>/dev/null; then warn "LiveKit ended; see $DATA/livekit.log"; livekit_pid=""; fi
  sleep 1
done
warn "Callboard ended; see $DATA/callboard.log"
exit 1
