"""Every planted defect is planted somewhere, and the list names rigs that exist."""

from __future__ import annotations

import re

from torture import run
from torture.rigs import teeth


def test_every_name_is_planted() -> None:
    sources = [path for path in (run.ROOT / "crates").glob("*/src/**/*.rs") if path != teeth.LIST]
    used = set(re.findall(r"Tooth::(\w+)", "\n".join(path.read_text() for path in sources)))
    assert set(teeth.planted()) - used == set()


def test_every_defect_has_a_rig() -> None:
    rigs = {rig.name for rig in run.rigs()}
    assert {name for names in teeth.listed().values() for name in names} - rigs == set()
