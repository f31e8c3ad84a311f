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
# What stands before a printed command so that it means this folder.
again=""; [ "$DATA" = "$ROOT/.data" ] || again="DATA=$DATA "

stop_all() {
  trap - EXIT INT TERM
  if [ -n "$callboard_pid$livekit_pid" ]; then say "stopping"; fi
  end_pid "$callboard_pid" 12
  end_pid "$livekit_pid" 2
  if [ -n "$callboard_pid" ]; then say "stopped; everything is kept in $DATA. Next: ${again}make run"; fi
}
trap stop_all EXIT
# Ctrl-C is how it is meant to end, once it serves.
trap '[ -n "$callboard_pid" ] && exit 0; exit 130' INT TERM

# The folder is ours, can be written, and nobody else is running on it.
claim_data() {
  local reason
  reason="$(mkdir -p "$DATA" 2>&1 && chmod 700 "$DATA" 2>&1 && touch "$DATA/run.lock" 2>&1)" ||
    die "the data folder $DATA cannot be used: ${reason##*: }. DATA=/another/folder make run  takes another."
  DATA="$(cd "$DATA" && pwd)"
  exec 9<> "$DATA/run.lock"
  # What is started here does not inherit the lock (9>&-): it ends with this script.
  flock -n 9 || die "make run is going already, on $DATA (process $(cat "$DATA/run.lock")$(where_it_is)). For a new sign-in link: ${again}make link. For another installation beside it: DATA=/another/folder make run"
  printf '%s' "$$" > "$DATA/run.lock"
  local free; free="$(df -Pk "$DATA" | awk 'NR == 2 { print $4 }')"
  [ "${free:-0}" -ge 65536 ] || die "the disk that $DATA is on has only $((${free:-0} / 1024)) MB left; a start needs 64. Make room, or take another folder: DATA=/another/folder make run"
}

where_it_is() { [ ! -s "$DATA/ready.json" ] || printf ', at %s' "$(ready url)"; }

# Whether the pages are as new as everything they are made of.
pages_are_fresh() {
  local page
  for page in index.html join.html; do [ -s "web/console/dist/$page" ] || return 1; done
  [ -z "$(find web openapi -path '*/node_modules' -prune -o -path '*/dist' -prune -o -type f -newer web/console/dist/index.html -print -quit)" ]
}

build() {
  scripts/install-web.sh web 9>&-
  if ! pages_are_fresh; then
    say "building the pages (half a minute)"
    npm --prefix web run --silent build > "$DATA/web-build.log" 2>&1 9>&- ||
      { tail -n 30 "$DATA/web-build.log" >&2; die "the pages could not be built; see $DATA/web-build.log"; }
  fi
  local folder="$PROFILE" quiet=--quiet; [ "$PROFILE" != dev ] || folder=debug
  binary="${CARGO_TARGET_DIR:-$ROOT/target}/$folder/callboard"
  if [ -x "$binary" ]; then say "building Callboard ($PROFILE), where something changed"
  else say "building Callboard ($PROFILE). This once it takes ten minutes or more on two cores; afterwards seconds"; fi
  # On a terminal cargo shows how far it is.
  [ ! -t 2 ] || quiet=""
  # shellcheck disable=SC2086
  cargo build $quiet --locked -p callboard --profile "$PROFILE" 9>&- || die "Callboard could not be built; the reason stands above"
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
    media="$LIVEKIT_URL"
    return
  fi
  if [ ! -x "$TOOLS/go/bin/livekit-server" ] && ! command -v go >/dev/null 2>&1; then
    warn "no Go and no LIVEKIT_URL: running without media, with simulated calls. For sound install Go $GO_VERSION (https://go.dev/dl), or set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET."
    return
  fi
  scripts/install-livekit.sh 9>&-
  livekit_keys
  local wanted="${LIVEKIT_PORT:-7880}" port udp
  port="$(free_port "$wanted")"; udp="$(free_udp_port 7882)"
  [ "$port" = "$wanted" ] || note "port $wanted is taken; LiveKit uses $port"
  (umask 077; scripts/livekit-config.sh "$port" "$udp" "$LIVEKIT_API_KEY" "$LIVEKIT_API_SECRET" \
    "http://127.0.0.1:$http_port/v1/call/livekit/events" > "$DATA/livekit.yaml")
  say "starting LiveKit $LIVEKIT_VERSION on 127.0.0.1:$port"
  livekit-server --config "$DATA/livekit.yaml" > "$DATA/livekit.log" 2>&1 9>&- &
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
    > "$DATA/ready.json" 2> "$DATA/callboard.log" 9>&- &
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

# A LiveKit that is not ours is asked whether it takes the key: better said now than in the first call.
try_livekit() {
  [ -n "${LIVEKIT_URL:-}" ] && [ -z "$livekit_pid" ] || return 0
  say "asking LiveKit at $LIVEKIT_URL whether it takes the key"
  local answer how=0
  answer="$(curl -sS --max-time 30 -X POST "$(ready url)/v1/provider/test" -H "authorization: Bearer $(cat "$(key_file)")" 2>&1)" || true
  printf '%s' "$answer" | python3 -c '
import json, sys
text = sys.stdin.read()
try:
    wrong = [(s["step"], s["detail"]) for s in json.loads(text)["steps"] if not s["ok"]]
except (ValueError, KeyError, TypeError):
    wrong = [("the test itself", text[:300])]
for step, detail in wrong:
    print(f"! LiveKit, {step}: {detail}", file=sys.stderr)
sys.exit(0 if not wrong else 3 if wrong[0][0] == "webhook" else 1)' || how=$?
  case "$how" in
    0) note "it does"; return 0 ;;
    3) warn "calls work, but what happens in them is seen up to 10 s late, until this is mended"; return 0 ;;
  esac
  media="$LIVEKIT_URL, which does NOT work yet (see above): calls can be made, but nobody can join them"
  warn "calls have no media until this is mended; LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET are what was used. Settings → LiveKit tests it again."
}

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
  Sign in here (once):    $login   (another: ${again}make link)
  API key:                $(key_file)
  Media:                  $(about_media)
  Documentation:          $url/manual/quickstart.md
  API, to try out:        $url/docs

  Open the sign-in link: a simulated call is running, and "Start a call" makes a real one, whose join link is for a
  second browser. Or try, in another terminal:

$(steps)

  Ctrl-C stops what was started here. Logs: $DATA/callboard.log${livekit_pid:+ and $DATA/livekit.log}

TEXT
  if command -v xdg-open >/dev/null 2>&1 && [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then xdg-open "$login" >/dev/null 2>&1 || true; fi
}

if [ -n "${LIVEKIT_URL:-}" ]; then
  [ -n "${LIVEKIT_API_KEY:-}" ] && [ -n "${LIVEKIT_API_SECRET:-}" ] || die "LIVEKIT_URL is set, so LIVEKIT_API_KEY and LIVEKIT_API_SECRET are needed too."
fi
need_all need_curl need_compiler need_rust need_node need_python
claim_data
build
wanted="${PORT:-8080}"
http_port="$(free_port "$wanted")"
[ "$http_port" = "$wanted" ] || note "port $wanted is taken; Callboard uses $http_port (PORT=… chooses another)"
start_livekit
start_callboard
try_livekit
show
# Whichever ends first ends the other.
while kill -0 "$callboard_pid" 2>/dev/null; do
  if [ -n "$livekit_pid" ] && ! kill -0 "$livekit_pid" 2>/dev/null; then warn "LiveKit ended; see $DATA/livekit.log"; livekit_pid=""; fi
  sleep 1
done
warn "Callboard ended; see $DATA/callboard.log, whose last words were:"
grep -a -E ' (ERROR|WARN) ' "$DATA/callboard.log" | tail -n 2 | cut -c1-300 >&2 || tail -n 3 "$DATA/callboard.log" >&2
exit 1
