#!/usr/bin/env python3
"""Runs the proxy settings of docs/guides/deploy.md, word for word but for addresses and files, in front of a small server.

What must pass does (sockets, live streams, headers), what must not reach us does not (two Hosts, a body of two lengths,
inner pages), and what a proxy cannot refuse (a bare LF) is written anew. scripts/check-deploy.sh calls this.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "guides" / "deploy.md"
CALLS, MEDIA = "calls.example.com", "media.example.com"
PATIENCE = 5.0


@dataclass
class Upstream:
    """A server that keeps the heads that came to it, as bytes."""

    heads: list[bytes] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def start(self) -> None:
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(10)
            pending = b""
            try:
                while True:
                    while b"\r\n\r\n" not in pending:
                        piece = connection.recv(65536)
                        if not piece:
                            return
                        pending += piece
                    head, _, pending = pending.partition(b"\r\n\r\n")
                    self.heads.append(head)
                    if not self._answer(connection, head, pending):
                        return
                    pending = b""
            except OSError:
                return

    def _answer(self, connection: socket.socket, head: bytes, pending: bytes) -> bool:
        path = head.split(b" ", 2)[1]
        if b"upgrade: websocket" in head.lower():
            connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
            while piece := connection.recv(4096):
                connection.sendall(piece)
            return False
        if path.startswith(b"/v1/realtime/stream"):
            begin = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
            connection.sendall(begin + b"8\r\nid: 41\n\n\r\n")
            # The stream stays open and silent; whoever wants the first block must get it now.
            connection.recv(1)
            return False
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
        body = pending
        if length:
            while len(body) < int(length[1]):
                body += connection.recv(65536)
        elif b"transfer-encoding" in head.lower():
            while b"0\r\n\r\n" not in body:
                body += connection.recv(65536)
        self.bodies.append(body)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        return True


def block(language: str) -> str:
    """The guide's one block of a language."""
    found = re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    if len(found) != 1:
        raise SystemExit(f"✗ {GUIDE.name} has {len(found)} blocks of {language}, not one")
    return str(found[0])


def replaced(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        if old not in text:
            raise SystemExit(f"✗ the guide's text no longer has {old!r}; bring scripts/check-proxy.py along")
        text = text.replace(old, new)
    return text


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass
class Proxy:
    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path


def nginx(binary: str, work: Path, upstream: Upstream) -> Proxy:
    folder = work / "nginx"
    folder.mkdir()
    port = free_port()
    pair = [str(folder / "cert.pem"), str(folder / "key.pem")]
    subject = ["-subj", f"/CN={CALLS}", "-addext", f"subjectAltName=DNS:{CALLS},DNS:{MEDIA}"]
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*make, "-out", pair[0], "-keyout", pair[1]], check=True, capture_output=True)
    text = replaced(
        block("nginx"),
        {
            "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
            "listen 80": f"listen 127.0.0.1:{free_port()}",
            "127.0.0.1:8080": f"127.0.0.1:{upstream.port}",
            "127.0.0.1:7880": f"127.0.0.1:{upstream.port}",
            "/var/log/nginx/": f"{folder}/",
        },
    )
    text = re.sub(r"/etc/letsencrypt/live/[^;]*/fullchain.pem", pair[0], text)
    text = re.sub(r"/etc/letsencrypt/live/[^;]*/privkey.pem", pair[1], text)
    temporary = "".join(
        f"    {kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = (
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/error.log info;\n"
        f"events {{}}\nhttp {{\n    access_log off;\n{temporary}{text}\n}}\n"
    )
    (folder / "nginx.conf").write_text(whole)
    run = [binary, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    tested = subprocess.run([*run, "-t"], capture_output=True, text=True, check=False)
    if tested.returncode != 0 or "[warn]" in tested.stderr:
        raise SystemExit(f"✗ nginx -t: {tested.stderr}")
    process = subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return Proxy("nginx", port, process, folder / "error.log")


def caddy(binary: str, work: Path, upstream: Upstream) -> Proxy:
    folder = work / "caddy"
    folder.mkdir()
    port = free_port()
    options = (
        "{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n\tauto_https disable_redirects\n"
        f"\thttp_port {free_port()}\n\thttps_port {port}\n\tdefault_bind 127.0.0.1\n}}\n"
    )
    text = block("caddy")
    here = f"127.0.0.1:{upstream.port}"
    (folder / "Caddyfile").write_text(options + replaced(text, {"127.0.0.1:8080": here, "127.0.0.1:7880": here}))
    home = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    flags = ["--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    tested = subprocess.run([binary, "validate", *flags], env=home, capture_output=True, text=True, check=False)
    if tested.returncode != 0:
        raise SystemExit(f"✗ caddy validate: {tested.stderr}")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([binary, "run", *flags], env=home, stdout=log, stderr=log)
    return Proxy("Caddy", port, process, folder / "log")


def connect(proxy: Proxy, name: str) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    raw = socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE)
    return context.wrap_socket(raw, server_hostname=name)


def ask(proxy: Proxy, request: bytes, until: Callable[[bytes], bool], name: str = CALLS) -> bytes:
    """What came back until it was enough, or the connection was closed or silent."""
    with connect(proxy, name) as stream:
        stream.sendall(request)
        got = b""
        try:
            while not until(got):
                piece = stream.recv(65536)
                if not piece:
                    break
                got += piece
        except TimeoutError:
            pass
        return got


def head_is_there(got: bytes) -> bool:
    return b"\r\n\r\n" in got


def status(got: bytes) -> int:
    words = got.split(b" ", 2)
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0


def get(path: str, *more: str, host: str = CALLS) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {host}", *more, "", ""]).encode()


class Checks:
    def __init__(self, proxy: Proxy, upstream: Upstream) -> None:
        self.proxy, self.upstream, self.wrong = proxy, upstream, 0

    def expect(self, what: str, good: bool, seen: object) -> None:
        print(f"  {'ok' if good else '✗ '} {self.proxy.name}: {what}" + ("" if good else f" — {seen!r}"), flush=True)
        self.wrong += not good

    def reached(self, request: bytes) -> tuple[int, list[bytes]]:
        """The status, and the heads that came through."""
        before = len(self.upstream.heads)
        got = ask(self.proxy, request, head_is_there)
        return status(got), self.upstream.heads[before:]

    def headers(self) -> None:
        more = ("Authorization: Bearer k", "Origin: https://calls.example.com", "X-Forwarded-For: 6.6.6.6")
        code, heads = self.reached(get("/v1/me", *more))
        head = heads[0] if heads else b""
        lines = [line.decode() for line in head.split(b"\r\n")]
        low = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in lines[1:]}
        self.expect("requests come through", code == 200 and len(heads) == 1, (code, heads))
        self.expect("Host stays", low.get("host") == CALLS, low)
        kept = (low.get("authorization"), low.get("origin"))
        self.expect("Authorization and Origin stay", kept == ("Bearer k", "https://calls.example.com"), low)
        self.expect("X-Forwarded-For is the proxy's own", low.get("x-forwarded-for") == "127.0.0.1", low)

    def inside(self) -> None:
        for path in ("/metrics", "/health/ready"):
            code, heads = self.reached(get(path))
            self.expect(f"{path} stays inside", code == 404 and not heads, (code, heads))

    def live(self) -> None:
        begun = time.monotonic()
        got = ask(self.proxy, get("/v1/realtime/stream"), lambda got: b"id: 41" in got)
        took = time.monotonic() - begun
        self.expect("a live stream's first event comes at once", b"id: 41" in got and took < 2, (got, took))
        upgrade = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: YQ==")
        for name, path in ((CALLS, "/v1/realtime/ws"), (MEDIA, "/rtc?access_token=hush")):
            with connect(self.proxy, name) as stream:
                stream.sendall(get(path, *upgrade, host=name))
                got = b""
                while not head_is_there(got) and (piece := stream.recv(4096)):
                    got += piece
                stream.sendall(b"ping")
                echo = stream.recv(4)
            self.expect(f"{name}: a socket is upgraded and speaks", status(got) == 101 and echo == b"ping", (got, echo))

    def ambiguous(self) -> None:
        code, heads = self.reached(get("/v1/me", "Host: evil.example"))
        self.expect("two Hosts are refused", 400 <= code < 500 and not heads, (code, heads))
        both = f"POST /v1/x HTTP/1.1\r\nHost: {CALLS}\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX"
        code, heads = self.reached(both.encode())
        lengths = [h.lower().count(b"content-length:") + h.lower().count(b"transfer-encoding:") for h in heads]
        refused = 400 <= code < 500 and not heads
        what = "refused" if refused else "written anew with one length"
        self.expect(f"a body of two lengths is {what}", refused or lengths in ([0], [1]), (code, heads))
        code, heads = self.reached(f"GET /v1/me HTTP/1.1\nHost: {CALLS}\nX-One: 1\n\n".encode())
        anew = code == 200 and len(heads) == 1 and b"\n" not in heads[0].replace(b"\r\n", b"")
        refused = 400 <= code < 500 and not heads
        what = "refused" if refused else "written anew with CRLF"
        self.expect(f"a bare LF is {what}", refused or anew, (code, heads))

    def run(self) -> int:
        for check in (self.headers, self.inside, self.live, self.ambiguous):
            try:
                check()
            except OSError as error:
                self.expect(check.__name__, False, error)
        return self.wrong


def ready(proxy: Proxy) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end and proxy.process.poll() is None:
        try:
            connect(proxy, CALLS).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"✗ {proxy.name} does not serve: {proxy.log.read_text()[-2000:]}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--nginx", required=True)
    arguments.add_argument("--caddy", required=True)
    arguments.add_argument("--work", required=True, type=Path)
    given = arguments.parse_args()
    upstream = Upstream()
    upstream.start()
    wrong = 0
    for make, binary in ((nginx, given.nginx), (caddy, given.caddy)):
        proxy = make(binary, given.work, upstream)
        try:
            ready(proxy)
            wrong += Checks(proxy, upstream).run()
        finally:
            proxy.process.terminate()
            proxy.process.wait(10)
    log = "".join(path.read_text() for path in (given.work / "nginx").glob("*.log"))
    if "hush" in log:
        print("  ✗  nginx: a token is in its logs")
        wrong += 1
    if wrong:
        raise SystemExit(f"✗ {wrong} checks of the proxies failed")


if __name__ == "__main__":
    main()
