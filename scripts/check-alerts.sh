#!/usr/bin/env bash
# Alert rules and dashboard: their syntax, their tests, and that they name only what there is.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need_python
cd "$ROOT"
PROMTOOL="$(scripts/install-promtool.sh | tail -n1)"; export PROMTOOL
rules=deploy/prometheus/callboard.rules.yml
"$PROMTOOL" check rules "$rules"
"$PROMTOOL" test rules deploy/prometheus/tests.yml
python3 scripts/check-alerts.py
