#!/usr/bin/env bash
# A PostgreSQL cluster of our own for tests, durable as in production, on loopback and a free port.
#   postgres.sh start FOLDER   makes and starts it; its address is in FOLDER/url
#   postgres.sh stop FOLDER    ends it and removes FOLDER
# FOLDER must not exist before, and must be reachable by another user (PostgreSQL refuses to run as root).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

action="${1:-}" folder="${2:-}"
[ -n "$folder" ] || die "usage: postgres.sh start|stop FOLDER"

# As root, everything runs as the user `postgres`, who is made when the package did not.
as_owner() {
  if [ "$(id -u)" != 0 ]; then "$@"; return; fi
  need runuser "It is part of util-linux."
  id -u postgres >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin postgres
  (cd / && runuser -u postgres -- "$@")
}

start() {
  local bin port password
  bin="$("$ROOT/scripts/install-postgres.sh" | tail -n1)"
  port="$(free_port)"
  password="$(random_text 24)"
  mkdir -p "$folder"
  printf '%s' "$password" > "$folder/password"
  if [ "$(id -u)" = 0 ]; then as_owner true; chown -R postgres "$folder"; fi
  chmod 700 "$folder"
  as_owner "$bin/initdb" --pgdata="$folder/data" --username=callboard --pwfile="$folder/password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C >/dev/null
  as_owner "$bin/pg_ctl" --pgdata="$folder/data" --log="$folder/log" --wait --timeout=60 --silent start \
    --options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c max_connections=300 -c shared_buffers=256MB" ||
    { cat "$folder/log" >&2; die "PostgreSQL did not start"; }
  printf '%s' "$bin" > "$folder/bin"
  printf 'postgres://callboard:%s@127.0.0.1:%s/postgres' "$password" "$port" > "$folder/url"
  say "PostgreSQL $("$bin/postgres" --version | grep -oE '[0-9.]+' | head -n1) serves on 127.0.0.1:$port"
}

stop() {
  [ -d "$folder" ] || return 0
  local pid=""
  [ -f "$folder/data/postmaster.pid" ] && pid="$(head -n1 "$folder/data/postmaster.pid")"
  if [ -n "$pid" ] && [ -f "$folder/bin" ]; then
    as_owner "$(cat "$folder/bin")/pg_ctl" --pgdata="$folder/data" --mode=immediate --wait --silent stop || end_pid "$pid"
  fi
  rm -rf "$folder"
}

case "$action" in
  start) start ;;
  stop) stop ;;
  *) die "usage: postgres.sh start|stop FOLDER" ;;
esac
