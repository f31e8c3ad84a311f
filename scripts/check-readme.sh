#!/usr/bin/env bash
# Runs the curl example of README.md as it stands there, against a server of its own: every ```bash block that names
# curl, in order, in one shell. The example must create a call, follow its events and end it.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"
need curl "It is a Debian package of that name."; need_python
binary="${CALLBOARD_BIN:-$ROOT/target/debug/callboard}"
[ -x "$binary" ] || die "$binary is missing; build it: cargo build -p callboard"
[ -f README.md ] || die "README.md is missing"

folder="$(mktemp -d "${TMPDIR:-/tmp}/callboard-readme.XXXXXX")"
server_pid=""
trap 'end_pid "$server_pid" 12; rm -rf "$folder"' EXIT

"$binary" serve --dev --data "$folder/data" --listen 127.0.0.1:0 --ready-json > "$folder/ready" 2> "$folder/log" &
server_pid=$!
wait_for 30 "the server" test -s "$folder/ready" || { tail "$folder/log" >&2; die "the server did not start"; }
python3 - "$folder" <<'PYTHON'
import json, pathlib, re, sys
folder = pathlib.Path(sys.argv[1])
ready = json.loads((folder / "ready").read_text())
text = pathlib.Path("README.md").read_text()
blocks = [block for block in re.findall(r"```(?:bash|sh)\n(.*?)```", text, re.S) if "curl" in block]
if not blocks:
    sys.exit("README.md shows no curl example")
first_screen = "\n".join(text.splitlines()[:60])
for wanted in ("make run", "make test", "curl"):
    if wanted not in first_screen:
        sys.exit(f"the first screen of README.md does not show `{wanted}`")
example = "\n".join(blocks)
# The example names the address and the key file of `make run`; here they are this server's.
example = example.replace("http://127.0.0.1:8080", ready["url"]).replace("http://localhost:8080", ready["url"])
key_file = folder / "api-key"
key_file.write_text(ready["apiKey"] + "\n")
example = example.replace(".data/api-key", str(key_file))
(folder / "example.sh").write_text("set -euo pipefail\n" + example)
PYTHON
say "running the example of README.md"
timeout 60 bash -x "$folder/example.sh" > "$folder/out" 2> "$folder/trace" ||
  { cat "$folder/out" >&2; tail -n 20 "$folder/trace" | sed -E 's/cbk_[A-Za-z0-9_-]+/cbk_…/g' >&2; die "an example of README.md failed"; }
for wanted in call.started call.ended; do
  grep -q "$wanted" "$folder/out" || { cat "$folder/out" >&2; die "the example did not show $wanted"; }
done
say "the example of README.md works"
