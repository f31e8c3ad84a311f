#!/usr/bin/env bash
# `make test`: every check, in order, each timed, each with its log in artifacts/test/.
#   ONLY="fmt tidy"   only these steps      ONLY=list   names them
#   FROM=live         from this step on
# A step that fails does not hide the ones after it; the last lines name every failure and why.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"
set -m
export NO_COLOR=1 CARGO_TERM_COLOR=never FORCE_COLOR=0

LOGS="$ROOT/artifacts/test"
STATE="$(mktemp -d "${TMPDIR:-/tmp}/callboard-test.XXXXXX")"
# PostgreSQL runs as its own user and must be able to pass through.
chmod 755 "$STATE"
STEPS=(versions tools fmt web-build web-check web-test clippy deny tidy alerts build postgres rust openapi client
  python clients http live survive journeys readme deploy)

current=""
finish() {
  trap - EXIT INT TERM
  [ -z "$current" ] || kill -TERM -- "-$current" 2>/dev/null || true
  scripts/postgres.sh stop "$STATE/postgres" >/dev/null 2>&1 || true
  rm -rf "$STATE"
}
trap finish EXIT
trap 'warn "interrupted"; exit 130' INT TERM

callboard_binary() { printf '%s' "${CARGO_TARGET_DIR:-$ROOT/target}/debug/callboard"; }
with_postgres() { [ -s "$STATE/postgres/url" ] || die "PostgreSQL is not running: step postgres failed"; CALLBOARD_TEST_POSTGRES="$(cat "$STATE/postgres/url")"; export CALLBOARD_TEST_POSTGRES; }
with_binary() { CALLBOARD_BIN="$(callboard_binary)"; export CALLBOARD_BIN; [ -x "$CALLBOARD_BIN" ] || die "$CALLBOARD_BIN is missing: step build failed"; }
with_browser() { CHROMIUM="$(scripts/install-chromium.sh | tail -n1)"; export CHROMIUM; LIVEKIT_SERVER="$TOOLS/go/bin/livekit-server"; export LIVEKIT_SERVER; }

# What root gets by itself (the install-* scripts), everybody else is told at once, in one line.
need_packages() {
  [ "$(id -u)" != 0 ] || return 0
  local packages=()
  scripts/install-chromium.sh >/dev/null 2>&1 || packages+=(chromium)
  scripts/install-postgres.sh >/dev/null 2>&1 || packages+=(postgresql)
  python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)
  [ "${#packages[@]}" = 0 ] || die "these Debian packages are missing:  sudo apt-get install -y ${packages[*]}"
}

step_versions()  { scripts/check-versions.sh; }
step_tools()     {
  need_all need_compiler need_rust need_go need_node need_python need_curl need_git need_packages
  scripts/install-livekit.sh
  scripts/install-chromium.sh
  scripts/install-postgres.sh
  scripts/install-python.sh
  scripts/install-web.sh web tests/live
  scripts/install-cargo-deny.sh
}
step_fmt()       { cargo fmt --all --check; }
step_web_build() { npm --prefix web run --silent build; }
step_web_check() { npm --prefix web run --silent check; }
step_web_test()  { npm --prefix web run --silent test; }
step_clippy()    { cargo clippy --quiet --workspace --all-targets --locked -- -D warnings; }
step_deny()      {
  cargo deny --log-level error check bans licenses sources
  scripts/fuzz-engine.sh --check
}
step_tidy()      { cargo run --quiet --locked -p xtask -- tidy; }
step_alerts()    { scripts/check-alerts.sh; }
step_build()     { cargo build --quiet --locked --workspace; }
step_postgres()  { scripts/postgres.sh start "$STATE/postgres"; }
step_rust()      { with_postgres; cargo test --quiet --workspace --locked --no-fail-fast; }
step_openapi()   { with_binary; cargo run --quiet --locked -p xtask -- generated --check; }
step_client()    { npm --prefix web run --silent client:check; }
step_python()    { with_binary; scripts/check-python.sh; }
step_clients()   { with_binary; with_browser; node --test --test-concurrency=1 tests/clients/; }
step_http()      { with_binary; scripts/http-fuzz.sh; }
step_live()      { with_binary; with_browser; node tests/live/roundtrip.mjs --report artifacts/live/roundtrip.json; node tests/live/roundtrip.mjs --muted --report artifacts/live/muted.json; }
step_survive()  { with_binary; with_browser; node tests/live/survive.mjs --report artifacts/live/survive.json; }
step_journeys()  { with_binary; with_browser; node --test --test-concurrency=1 tests/live/journeys/; }
step_readme()    { with_binary; scripts/check-readme.sh; python3 scripts/check-docs.py; }
step_deploy()    { scripts/check-deploy.sh; }

explain() {
  case "$1" in
    fmt) note "repair it with: make fmt" ;;
    openapi|client|python) note "what is generated is repaired with: make contract-fix" ;;
    deploy) note "the guide's proxy texts are run as they stand: docs/guides/deploy.md" ;;
    readme) note "what is run and what is not: scripts/check-docs.py --list" ;;
    alerts) note "what is meant, and what runs: docs/guides/observe.md" ;;
    deny) note "see deny.toml for what may be linked" ;;
    live|survive|journeys) note "screenshots and reports: artifacts/live/" ;;
    web-check) note "formatting is repaired with: make fmt" ;;
  esac
}

passed=0 failed=0 failures=()
run_step() {
  local name="$1" number="$2" log rc=0 begun=$SECONDS next=60
  log="$LOGS/$number-$name.log"
  printf '▸ %s %s\n' "$number" "$name"
  ( set -euo pipefail; "step_${name//-/_}" ) > "$log" 2>&1 < /dev/null &
  current=$!
  while kill -0 "$current" 2>/dev/null; do
    sleep 0.2
    if [ $((SECONDS - begun)) -ge "$next" ]; then note "… $name, $((SECONDS - begun)) s: $(tail -n1 "$log" | cut -c1-110)"; next=$((next + 60)); fi
  done
  wait "$current" || rc=$?
  current=""
  if [ "$rc" = 0 ]; then
    passed=$((passed + 1)); printf '  ok      %4d s\n' "$((SECONDS - begun))"
  else
    failed=$((failed + 1)); failures+=("$name: $(reason "$log")")
    printf '  FAILED  %4d s; the end of %s:\n' "$((SECONDS - begun))" "${log#"$ROOT/"}"
    tail -n 40 "$log" | sed 's/^/    /'
    panics "$log"
    explain "$name"
  fi
}

# What tests of Rust said when they failed: it stands far above the end of the log.
panics() {
  grep -qa ' panicked at ' "$1" || return 0
  note "what failed in it:"
  grep -aE -A 6 ' panicked at ' "$1" | cut -c1-600 | head -n 80 | sed 's/^/    /'
}

# The line that says most about a failure.
reason() {
  local line
  line="$(grep -aE '✗|^Diff in|(^|: )error(\[|:| )|panicked at|^not ok|FAILED|Error: ' "$1" | tail -n1)" || line="$(grep -av '^[[:space:]]*$' "$1" | tail -n1)"
  printf '%s' "${line:-no output}" | cut -c1-160
}

# In a function, so that all of it has been read before the first step begins: the file may change meanwhile.
main() {
  [ "${ONLY:-}" != list ] || { printf '%s\n' "${STEPS[@]}"; return; }
  local chosen=("${STEPS[@]}") name begun number
  if [ -n "${ONLY:-}" ]; then read -r -a chosen <<< "$ONLY"; fi
  if [ -n "${FROM:-}" ]; then
    while [ "${#chosen[@]}" -gt 0 ] && [ "${chosen[0]}" != "$FROM" ]; do chosen=("${chosen[@]:1}"); done
    # Later steps lean on these.
    case " ${chosen[*]} " in *" postgres "*) ;; *) chosen=(postgres "${chosen[@]}") ;; esac
  fi
  [ "${#chosen[@]}" -gt 0 ] || die "no such step; the steps are: ${STEPS[*]}"
  for name in "${chosen[@]}"; do
    declare -F "step_${name//-/_}" >/dev/null || die "no step '$name'; the steps are: ${STEPS[*]}"
  done

  mkdir -p "$LOGS"; rm -f "$LOGS"/*.log
  begun=$SECONDS; number=0
  case " ${chosen[*]} " in *" rust "*) case " ${chosen[*]} " in *" postgres "*) ;; *) chosen=(postgres "${chosen[@]}") ;; esac ;; esac
  for name in "${chosen[@]}"; do
    number=$((number + 1))
    run_step "$name" "$(printf '%02d' "$number")"
  done

  printf '\n'
  for failure in "${failures[@]+"${failures[@]}"}"; do warn "$failure"; done
  if [ "$failed" = 0 ]; then
    say "every check passed in $((SECONDS - begun)) s; next: make run"
  else
    say "next: read artifacts/test/*.log, repair, then  make test ONLY=\"$(printf '%s\n' "${failures[@]}" | cut -d: -f1 | paste -sd' ')\""
  fi
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" = 0 ]
}

main
exit
