"""Ends and removes what a rig made, in reverse order, also after an interrupt."""

from __future__ import annotations

import contextlib
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

_undo: list[Callable[[], object]] = []


def later(undo: Callable[[], object]) -> None:
    """Registers what undoes something. It must be safe to run when that was undone already."""
    _undo.append(undo)


def work_folder(name: str) -> Path:
    """A folder that is gone afterwards. Others may pass through: PostgreSQL runs as its own user."""
    folder = Path(tempfile.mkdtemp(prefix=f"torture-{name}-"))
    folder.chmod(0o755)
    later(lambda: shutil.rmtree(folder, ignore_errors=True))
    return folder


def undo_all() -> None:
    """Undoes everything that was registered; one failure does not keep the rest."""
    while _undo:
        undo = _undo.pop()
        try:
            undo()
        except Exception as error:
            print(f"clean-up: {error}", file=sys.stderr)


def interrupted(number: int, _frame: FrameType | None) -> None:
    """Handles a TERM as an interrupt."""
    raise KeyboardInterrupt(signal.Signals(number).name)


@contextlib.contextmanager
def everything() -> Iterator[None]:
    """Around a run: a TERM is an interrupt, and nothing stays behind."""
    signal.signal(signal.SIGTERM, interrupted)
    try:
        yield
    finally:
        # Who asks again must not interrupt the clean-up. No SIG_IGN: what the clean-up starts would inherit that.
        for again in (signal.SIGTERM, signal.SIGINT):
            signal.signal(again, lambda *_: None)
        undo_all()
