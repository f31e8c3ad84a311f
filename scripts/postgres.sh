#!/usr/bin/env bash
# A PostgreSQL cluster of our own for tests, durable as in production, on loopback and a free port, with and without TLS
# (its authority is in FOLDER/ca.pem, its certificate is for 127.0.0.1 alone).
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

# An authority of our own, and a certificate that it signed.
certificates() {
  need openssl "It makes the server's certificate:  sudo apt-get install -y openssl"
  local subject="$1"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$subject" \
    -addext 'basicConstraints=critical,CA:true' -keyout "$folder/ca.key" -out "$folder/ca.pem" 2>/dev/null
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=database' \
    -keyout "$folder/server.key" -out "$folder/server.csr" 2>/dev/null
  printf 'subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:false\n' > "$folder/server.ext"
  openssl x509 -req -in "$folder/server.csr" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" -CAcreateserial -days 30 \
    -extfile "$folder/server.ext" -out "$folder/server.pem" 2>/dev/null
  chmod 600 "$folder/server.key"
  rm -f "$folder/ca.key" "$folder/server.csr" "$folder/server.ext" "$folder/ca.srl"
}

start() {
  local bin port password
  bin="$("$ROOT/scripts/install-postgres.sh" | tail -n1)"
  port="$(free_port)"
  password="$(random_text 24)"
  mkdir -p "$folder"
  printf '%s' "$password" > "$folder/password"
  certificates "callboard test authority"
  if [ "$(id -u)" = 0 ]; then as_owner true; chown -R postgres "$folder"; fi
  chmod 700 "$folder"
  as_owner "$bin/initdb" --pgdata="$folder/data" --username=callboard --pwfile="$folder/password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C >/dev/null
  as_owner "$bin/pg_ctl" --pgdata="$folder/data" --log="$folder/log" --wait --timeout=60 --silent start \
    --options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c max_connections=300 -c shared_buffers=256MB -c ssl=on -c ssl_cert_file=$folder/server.pem -c ssl_key_file=$folder/server.key" ||
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
