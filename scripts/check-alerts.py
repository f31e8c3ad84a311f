#!/usr/bin/env python3
"""What promtool cannot know: every metric and label of the alert rules and the dashboard is in the catalogue
(docs/reference/metrics.md, which is made from the code), every runbook exists and names its alerts, every alert has a
test, and the dashboard is whole. Expressions of the dashboard are given to promtool as rules.

PROMTOOL names the program (scripts/install-promtool.sh)."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "deploy/prometheus/callboard.rules.yml"
TESTS = ROOT / "deploy/prometheus/tests.yml"
BOARD = ROOT / "deploy/grafana/callboard.json"
CATALOGUE = ROOT / "docs/reference/metrics.md"

# Labels that Prometheus adds, and series that it makes.
ADDED = {"job", "instance", "le"}
NAMES = re.compile(r"\b((?:callboard|process)_[a-z_]+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"')
VARIABLES = {"$__rate_interval": "5m", "$__range": "1h", "$job": "callboard", "$instance": ".*"}

faults: list[str] = []


def fault(text: str) -> None:
    faults.append(text)


def catalogue() -> dict[str, tuple[str, set[str], str]]:
    """Name -> kind, labels, meaning. A row that cannot be read is a fault: nothing may slip through."""
    row = re.compile(r"^\| `([a-z_]+)` \| (counter|gauge|histogram) \| (?:seconds|bytes)? ?\| ([^|]*)\| (.*) \|$")
    found = {}
    for line in CATALOGUE.read_text().splitlines():
        if not line.startswith("| `"):
            continue
        if (match := row.match(line)) is None:
            fault(f"{CATALOGUE.name}: this row cannot be read: {line}")
        else:
            found[match[1]] = (match[2], set(re.findall(r"`(\w+)`", match[3])), match[4])
    return found


def expand(known: dict[str, tuple[str, set[str], str]]) -> dict[str, str]:
    """Sample name -> metric."""
    names = {}
    for name, (kind, _, _) in known.items():
        for suffix in ("_bucket", "_sum", "_count") if kind == "histogram" else ("",):
            names[name + suffix] = name
    return names


def values_of(label: str, meaning: str) -> set[str] | None:
    """The values that the catalogue lists for a label; None when it lists none, or describes them before it names some."""
    _, found, listed = meaning.partition(f"`{label}`: ")
    if not found or not listed.startswith("`"):
        return None
    return set(re.findall(r"`([\w.]+)`", listed))


def look(where: str, expression: str, known: dict[str, tuple[str, set[str], str]], used: set[str]) -> None:
    samples = expand(known)
    for name, matchers in NAMES.findall(expression):
        metric = samples.get(name)
        if metric is None:
            fault(f"{where}: {name} is not in the catalogue")
            continue
        used.add(metric)
        _, labels, meaning = known[metric]
        for label, operator, value in MATCHER.findall(matchers):
            if label not in labels | ADDED:
                fault(f"{where}: {metric} has no label {label}")
                continue
            listed = values_of(label, meaning)
            plain = re.fullmatch(r"[\w.|]+", value)
            if listed is not None and plain and label not in ADDED:
                for word in value.split("|") if operator in ("=~", "!~") else [value]:
                    if word not in listed:
                        fault(f"{where}: {metric} has no {label} {word}")


def rules(known: dict[str, tuple[str, set[str], str]], used: set[str]) -> None:
    text = RULES.read_text()
    tests = TESTS.read_text()
    blocks = re.split(r"^\s+- alert: ", text, flags=re.M)[1:]
    if len(blocks) < 10:
        fault(f"{RULES.name}: only {len(blocks)} alerts were found")
    for block in blocks:
        name = block.split("\n", 1)[0].strip()
        expression = block.split("expr:", 1)[1].split("labels:", 1)[0]
        look(name, expression, known, used)
        severity = re.search(r"severity: (\w+)", block)
        if severity is None or severity[1] not in ("page", "warning"):
            fault(f"{name}: the severity is page or warning")
        for key in ("summary", "description"):
            if not re.search(rf'^\s+{key}: ".+"$', block, flags=re.M):
                fault(f"{name}: no {key}")
        link = re.search(r"runbook_url: (\S+)", block)
        if link is None or not (ROOT / link[1]).is_file() or not link[1].startswith("docs/runbooks/"):
            fault(f"{name}: {link[1] if link else 'no runbook_url'} is no page of docs/runbooks/")
        elif name not in (ROOT / link[1]).read_text():
            fault(f"{name}: {link[1]} does not name it")
        fires = re.search(rf'alertname="{name}"', tests) or re.search(rf"alertname: {name}$", tests, flags=re.M)
        if not fires:
            fault(f"{name}: no test makes it fire")
    alerts = {block.split("\n", 1)[0].strip() for block in blocks}
    for page in [*ROOT.glob("docs/runbooks/*.md"), *ROOT.glob("docs/guides/*.md")]:
        for name in sorted(set(re.findall(r"`(Callboard[A-Z][A-Za-z]+)`", page.read_text())) - alerts):
            fault(f"{page.name}: there is no alert {name}")
    for number, line in enumerate(tests.splitlines(), 1):
        if series := re.search(r"series: '([^']+)'", line):
            look(f"{TESTS.name}:{number}", series[1], known, set())


def panels(board: dict) -> list[dict]:
    found = []
    for panel in board["panels"]:
        found += [panel, *panel.get("panels", [])]
    return found


def board(known: dict[str, tuple[str, set[str], str]], used: set[str]) -> None:
    whole = json.loads(BOARD.read_text())
    variables = {v["name"] for v in whole["templating"]["list"]}
    if not any(v["type"] == "datasource" and v["query"] == "prometheus" for v in whole["templating"]["list"]):
        fault("dashboard: no variable chooses the data source")
    ids, expressions, spots = set(), [], set()
    for panel in panels(whole):
        title = panel["title"]
        if panel["id"] in ids:
            fault(f"dashboard: two panels have the id {panel['id']}")
        ids.add(panel["id"])
        spot = (panel["gridPos"]["x"], panel["gridPos"]["y"])
        if spot in spots:
            fault(f"dashboard: {title} lies on another panel")
        spots.add(spot)
        if panel["type"] == "row":
            continue
        if not panel.get("description"):
            fault(f"dashboard: {title} does not say what it shows")
        if not panel["fieldConfig"]["defaults"].get("unit"):
            fault(f"dashboard: {title} has no unit")
        for target in [panel, *panel["targets"]]:
            if target["datasource"] != {"type": "prometheus", "uid": "${datasource}"}:
                fault(f"dashboard: {title} does not ask the data source that was chosen")
        for target in panel["targets"]:
            expression = target["expr"]
            for name in re.findall(r"\$\{?(\w+)", expression):
                if name not in variables and f"${name}" not in VARIABLES:
                    fault(f"dashboard: {title} uses ${name}, which nobody sets")
            for name, value in VARIABLES.items():
                expression = expression.replace(name, value)
            look(f"dashboard: {title}", expression, known, used)
            expressions.append((title, expression))
    made = {"groups": [{"name": "dashboard", "rules": []}]}
    for number, (_, expression) in enumerate(expressions):
        made["groups"][0]["rules"].append({"record": f"dashboard:{number}", "expr": expression})
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        # JSON is YAML.
        json.dump(made, file)
        file.flush()
        done = subprocess.run([os.environ["PROMTOOL"], "check", "rules", file.name], capture_output=True, text=True)
        if done.returncode:
            fault(f"dashboard: {done.stdout}{done.stderr}")
    for name in known:
        if name not in used:
            fault(f"{name} is in the catalogue, and neither the dashboard nor an alert shows it")


def main() -> int:
    known = catalogue()
    if len(known) < 30:
        fault(f"only {len(known)} metrics were read from {CATALOGUE.name}")
    used: set[str] = set()
    rules(known, used)
    board(known, used)
    for text in faults:
        print(f"✗ {text}", file=sys.stderr)
    if not faults:
        print(f"• alerts and dashboard name {len(used)} of {len(known)} metrics of the catalogue, and nothing else")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
