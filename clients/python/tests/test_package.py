"""The package as a stranger gets it."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

from .rig import ROOT

FOLDER = ROOT / "clients" / "python"


def test_the_wheel_works_in_an_empty_environment(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(FOLDER)], check=True, timeout=120)
    (wheel,) = tmp_path.glob("callboard-*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert {"callboard/py.typed", "callboard/models.py", "callboard/_sync/client.py"} <= inside
    assert not [name for name in inside if name.startswith(("tests", "scripts"))]

    venv.create(tmp_path / "fresh", with_pip=True)
    python = tmp_path / "fresh" / "bin" / "python"
    # Versions are those that the tests run with; the wheel itself has no hash to be pinned by.
    pins = [line for line in (FOLDER / "requirements.txt").read_text().split() if line.startswith(("httpx=", "anyio="))]
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel), *pins]
    subprocess.run(install, check=True, timeout=240)
    program = "import callboard; print(callboard.__version__, callboard.Callboard, callboard.webhooks.verify.__name__)"
    shown = subprocess.run([str(python), "-I", "-c", program], check=True, capture_output=True, text=True, timeout=60)
    assert shown.stdout.split() == ["0.1.0", "<class", "'callboard._sync.client.Callboard'>", "verify"]


def test_what_is_generated_is_what_its_sources_give() -> None:
    check = [sys.executable, str(FOLDER / "scripts" / "generate.py"), "--check"]
    subprocess.run(check, check=True, timeout=60)
