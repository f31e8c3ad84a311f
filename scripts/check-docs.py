#!/usr/bin/env python3
"""Runs every snippet of docs/ as it stands there, against a server of its own.

The convention (docs/README.md): a block is run when its language is bash, python, ts or tsx; `text` is output or a
picture; whatever else there is says so in the line before it, with a reason: <!-- not run: needs a browser -->.
All blocks of one language on one page are one program, in their order, and each page has a fresh folder.

    scripts/check-docs.py            every page
    scripts/check-docs.py docs/x.md  some pages
    scripts/check-docs.py --list     what is run and what is not, and why
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BINARY = Path(os.environ.get("CALLBOARD_BIN") or ROOT / "target" / "debug" / "callboard")
PYTHON = ROOT / ".tools" / "venv-python" / "bin" / "python"
RUN = {"bash", "python", "ts", "tsx"}
TYPED = {"ts", "tsx"}
MARKER = re.compile(r"^<!-- not run: (?P<why>\S.*) -->$")
FENCE = re.compile(r"^(?P<indent>\s*)(?P<ticks>`{3,})(?P<language>[\w+-]*)[^`]*$")
SECONDS = 120


@dataclass
class Block:
    """A fenced block: its language, the line its text begins at (from 1), its lines, why it is not run."""

    language: str
    line: int
    lines: list[str] = field(default_factory=list)
    why_not: str | None = None


@dataclass
class Page:
    path: Path
    blocks: list[Block]

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    def languages(self) -> list[str]:
        return list(dict.fromkeys(block.language for block in self.blocks if runs(block)))

    def program(self, language: str) -> str:
        """All blocks of a language, each at its own line, so that errors name lines of the page."""
        text: list[str] = []
        for block in self.blocks:
            if block.language == language and runs(block):
                text += [""] * (block.line - 1 - len(text)) + block.lines
        return "\n".join(text) + "\n"


def runs(block: Block) -> bool:
    return block.language in RUN and block.why_not is None


def read(path: Path) -> Page:
    blocks: list[Block] = []
    current: Block | None = None
    closing, why, indent = "", None, 0
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if current is not None:
            if line.strip() == closing:
                blocks.append(current)
                current = None
            else:
                current.lines.append(line[indent:] if not line[:indent].strip() else line)
        elif fence := FENCE.match(line):
            current = Block(fence["language"], number + 1, why_not=why)
            closing, why, indent = fence["ticks"], None, len(fence["indent"])
        elif marker := MARKER.match(line.strip()):
            why = marker["why"]
        elif line.strip():
            why = None
    if current is not None:
        sys.exit(f"{path}: a block is never closed")
    return Page(path, blocks)


def unexplained(page: Page) -> list[str]:
    """Blocks that are neither run nor said to be something else."""
    return [
        f"{page.name}:{block.line - 1}: a block of '{block.language or 'no language'}' is neither run nor marked; make it "
        "bash, python, ts, tsx or text, or say before it <!-- not run: why -->"
        for block in page.blocks
        if not runs(block) and block.why_not is None and block.language != "text"
    ]


class Server:
    """A server in a folder of its own. Webhooks may go to loopback, as a page about them says."""

    def __init__(self, folder: Path) -> None:
        if not BINARY.is_file():
            sys.exit(f"{BINARY} is missing; build it: cargo build -p callboard")
        command = [BINARY, "serve", "--dev", "--data", folder / "data", "--listen", "127.0.0.1:0", "--ready-json"]
        self._log = (folder / "log").open("w")
        self._process = subprocess.Popen(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env={**os.environ, "CALLBOARD_EGRESS_ALLOW": "127.0.0.1", "CALLBOARD_DEMO": "off"},
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            sys.exit(f"the server did not start:\n{(folder / 'log').read_text()[-2000:]}")
        ready = json.loads(line)
        (folder / "bin").mkdir()
        (folder / "bin" / "callboard").symlink_to(BINARY)
        self.env = {
            **os.environ,
            "CALLBOARD_URL": ready["url"],
            "CALLBOARD_API_KEY": ready["apiKey"],
            "PATH": f"{folder / 'bin'}:{PYTHON.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "clients" / "python" / "src"),
        }

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(20)
        finally:
            self._process.kill()
            self._log.close()


class TypeScript:
    """A project with the packed package; all pages are checked and compiled at once."""

    def __init__(self, folder: Path, pages: list[Page]) -> None:
        self.folder = folder / "project"
        self.folder.mkdir()
        quiet = {"check": True, "cwd": ROOT, "stdout": subprocess.DEVNULL, "timeout": 240}
        subprocess.run(["npm", "--prefix", "web", "run", "--silent", "build:api"], **quiet)
        subprocess.run(["npm", "pack", "--silent", "./web/api/dist", "--pack-destination", str(self.folder)], **quiet)
        (self.folder / "package.json").write_text('{"private": true, "type": "module"}\n')
        tarball = next(self.folder.glob("*.tgz")).name
        install = ["npm", "install", "--silent", "--no-fund", "--no-audit", f"./{tarball}"]
        subprocess.run(install, **{**quiet, "cwd": self.folder})
        modules = ROOT / "web" / "node_modules"
        for name in ("react", "react-dom", "@types"):
            (self.folder / "node_modules" / name).symlink_to(modules / name)
        for page in pages:
            for language in TYPED & set(page.languages()):
                program = page.program(language) + "export {};\n"
                (self.folder / f"{self.stem(page, language)}.{language}").write_text(program)
        options = {"target": "ES2022", "module": "NodeNext", "strict": True, "types": ["node"], "skipLibCheck": True}
        options |= {"jsx": "react-jsx", "lib": ["ES2023", "DOM", "DOM.Iterable"], "noEmitOnError": True, "inlineSourceMap": True}
        files = [
            f"{self.stem(page, language)}.{language}" for page in pages for language in TYPED & set(page.languages())
        ]
        (self.folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": files}))
        compiler = ["node", str(modules / "typescript" / "bin" / "tsc"), "-p", str(self.folder)]
        checked = subprocess.run(compiler, capture_output=True, text=True, timeout=240, check=False)
        self.faults = [self.named(line, pages) for line in checked.stdout.splitlines() if line.strip()]

    @staticmethod
    def stem(page: Page, language: str) -> str:
        return re.sub(r"\W", "_", page.name.removesuffix(".md")) + ("_page" if language == "tsx" else "")

    def named(self, line: str, pages: list[Page]) -> str:
        for page in pages:
            for language in TYPED:
                line = line.replace(f"{self.stem(page, language)}.{language}(", f"{page.name}(")
        return line


def run(page: Page, language: str, server: Server, folder: Path, typescript: TypeScript | None) -> str | None:
    """Runs one program; what went wrong, or None."""
    place = Path(tempfile.mkdtemp(dir=folder))
    if language == "bash":
        (place / page.path.name).write_text(page.program("bash"))
        command = ["bash", "-euo", "pipefail", str(place / page.path.name)]
    elif language == "python":
        (place / page.path.name).write_text(page.program("python"))
        command = [str(PYTHON), "-W", "error", str(place / page.path.name)]
    else:
        assert typescript is not None
        compiled = str(typescript.folder / f"{typescript.stem(page, language)}.js")
        mount = [str(ROOT / "scripts" / "docs-page.mjs")] if language == "tsx" else []
        command = ["node", "--enable-source-maps", *mount, compiled]
    try:
        done = subprocess.run(
            command, cwd=place, env=server.env, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired as stuck:
        return f"not done after {SECONDS} s; it had said: {str(stuck.stdout or '')[-500:]}"
    if done.returncode == 0:
        return None
    said = (done.stdout[-1500:] + done.stderr[-3000:]).replace(str(place / page.path.name), page.name)
    return re.sub(r"cbk_[A-Za-z0-9_-]+", "cbk_…", said)


def main() -> None:
    arguments = sys.argv[1:]
    listing = "--list" in arguments
    named = [Path(each).resolve() for each in arguments if not each.startswith("--")]
    pages = [read(path) for path in (named or sorted((ROOT / "docs").rglob("*.md")))]
    faults = [fault for page in pages for fault in unexplained(page)]
    if listing:
        for page in pages:
            for block in page.blocks:
                why = "run" if runs(block) else block.why_not or ("text" if block.language == "text" else "UNMARKED")
                print(f"{page.name}:{block.line - 1}: {block.language or '-'}: {why}")
        return
    for fault in faults:
        print(f"✗ {fault}", file=sys.stderr)
    folder = Path(tempfile.mkdtemp(prefix="callboard-docs-"))
    server = Server(folder)
    count = 0
    try:
        with_types = [page for page in pages if TYPED & set(page.languages())]
        typescript = TypeScript(folder, with_types) if with_types else None
        for fault in typescript.faults if typescript else []:
            faults.append(fault)
            print(f"✗ {fault}", file=sys.stderr)
        for page in pages:
            for language in page.languages():
                count += 1
                wrong = run(page, language, server, folder, typescript)
                print(f"{'✗' if wrong else '•'} {page.name}: {language}", flush=True)
                if wrong:
                    faults.append(page.name)
                    print(wrong, file=sys.stderr)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    if faults:
        sys.exit(f"✗ {len(faults)} faults in the snippets of docs/")
    print(f"• {count} programs of {len(pages)} pages ran")


if __name__ == "__main__":
    main()
