#!/usr/bin/env bash
# Every place that names a tool's version agrees with scripts/versions.env.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"
wrong=0
expect() { # FILE WANT HAVE
  if [ "$2" != "$3" ]; then warn "$1 says '${3:-nothing}', scripts/versions.env says '$2'"; wrong=1; fi
}
from_json() { python3 -c 'import json,sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("/"): value = value.get(key, {}) if isinstance(value, dict) else {}
print(value or "", end="")' "$1" "$2"; }

expect rust-toolchain.toml "$RUST_VERSION" "$(sed -nE 's/^channel = "(.*)"/\1/p' rust-toolchain.toml)"
expect "Cargo.toml (rust-version)" "${RUST_VERSION%.*}" "$(sed -nE 's/^rust-version = "(.*)"/\1/p' Cargo.toml)"
expect "clippy.toml (msrv)" "$RUST_VERSION" "$(sed -nE 's/^msrv = "(.*)"/\1/p' clippy.toml)"
expect .nvmrc "$NODE_VERSION" "$(tr -d '[:space:]' < .nvmrc)"
expect .python-version "$PYTHON_VERSION" "$(tr -d '[:space:]' < .python-version)"
expect "tests/live/package.json (playwright-core)" "$PLAYWRIGHT_CORE_VERSION" "$(from_json tests/live/package.json dependencies/playwright-core)"
expect "tests/live/package-lock.json (playwright-core)" "$PLAYWRIGHT_CORE_VERSION" "$(python3 -c '
import json; print(json.load(open("tests/live/package-lock.json"))["packages"]["node_modules/playwright-core"]["version"], end="")')"
expect "tests/http/requirements.txt (schemathesis)" "$SCHEMATHESIS_VERSION" "$(sed -nE 's/^schemathesis==//p' tests/http/requirements.txt)"
expect "tests/http/requirements.lock (schemathesis)" "$SCHEMATHESIS_VERSION" "$(sed -nE 's/^schemathesis==([0-9.]+).*/\1/p' tests/http/requirements.lock)"

# Prose and other scripts: wherever a full version of one of these stands beside its name, it is the same one.
mentions() { # NAME-PATTERN WANT
  local line
  while IFS= read -r line; do
    warn "$line   (scripts/versions.env says $2)"; wrong=1
  done < <(git grep -nEi "$1[ @v:\`]*[0-9]+\.[0-9]+\.[0-9]+" -- '*.md' '*.sh' '*.mjs' '*.yaml' Makefile ':!CHANGELOG.md' \
    | grep -vEi "$1[ @v:\`]*${2//./\\.}([^0-9.]|\.?$|\. )" || true)
}
mentions 'livekit-server' "$LIVEKIT_VERSION"
mentions 'cmd/server' "$LIVEKIT_VERSION"
mentions '\bnode(\.js)?' "$NODE_VERSION"
mentions '\brust' "$RUST_VERSION"
mentions '\bgo' "$GO_VERSION"
mentions 'schemathesis' "$SCHEMATHESIS_VERSION"
mentions 'playwright-core' "$PLAYWRIGHT_CORE_VERSION"
mentions 'cargo-deny' "$CARGO_DENY_VERSION"

[ "$wrong" = 0 ] || die "versions disagree; scripts/versions.env is the place to change them first"
say "versions agree"
