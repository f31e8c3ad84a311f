"""What another tenant has must look exactly like what is not there, on every route that names a thing."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from random import Random
from typing import Any

from torture.kit import cleanup
from torture.kit import report as reports
from torture.kit.http import Answer, Client
from torture.kit.ids import uuid7
from torture.kit.postgres import Cluster
from torture.kit.report import CouldNotRun, Report
from torture.kit.server import ServerProcess
from torture.kit.tenants import other_tenant

SCOPES: tuple[str, ...] = ("calls:read", "calls:write", "events:read", "events:write", "transcripts:read")
SCOPES += ("provider:read", "keys:manage", "webhooks:manage", "data:erase")
#: Said only by the first tenant, in everything that it can name; a list of another's that shows it has leaked.
PLANTED = "zanzibarquartz"
#: What a body needs to be more than a 400, by the end of its route.
BODIES: dict[str, Any] = {
    "/state": {"status": "ended"},
    "/reconnect": {"resumeToken": "x", "consumerId": "c"},
    "/connection": {"reportId": "r1", "state": "reconnecting", "kind": "signal"},
    "/checkpoint": {"consumerId": "wall", "sequence": 1},
    "/resend": {"since": "2026-01-01T00:00:00Z"},
    "/compact": {"keep": 1},
}
PATCHES: dict[str, Any] = {"sessions": {"metadata": {"taken": "over"}}, "users": {"displayName": "taken over"}}
#: Routes of the whole installation, of nobody, or that name no row.
PASSED_OVER = ("/v1/operator/", "/v1/schemas/", "/errors/")
METHODS = ("get", "post", "put", "patch", "delete")


def body_of(method: str, path: str) -> Any:
    """A body that is right for the route."""
    if method == "patch":
        return next((body for word, body in PATCHES.items() if f"/{word}/" in path), {"description": "taken over"})
    if method not in ("post", "put"):
        return None
    if path.endswith("/webhook-deliveries/{deliveryId}/resend"):
        return None
    return next((body for end, body in BODIES.items() if path.endswith(end)), {})


async def good(answer: Answer, what: str) -> Any:
    """The document of an answer that must have worked."""
    if answer.status not in (200, 201, 202):
        raise CouldNotRun(f"{what}: {answer.status} {answer.why} {answer.body[:300]!r}")
    return answer.json()


async def furnish(mine: Client, dice: Random) -> dict[str, str]:
    """The first tenant's things: one id of each kind that a path names."""
    sessions = "/v1/call/sessions"
    made = await good(await mine.post(sessions, {"metadata": {"title": PLANTED}}), "a session")
    session = made["session"]["sessionId"]
    link = await good(
        await mine.post(f"{sessions}/{session}/join-links", {"kind": "caller", "displayName": PLANTED, "maxUses": 5}),
        "a link",
    )
    visitor = Client(f"http://{mine.host}:{mine.port}")
    joined = await good(await visitor.post("/v1/join", {"token": link["joinUrl"].split("#")[1]}), "a visit")
    visitor.close()
    said = {"utteranceId": "u1", "speaker": "agent", "text": f"{PLANTED} is said", "startMs": 1, "endMs": 2}
    event = {"eventId": uuid7(dice), "sessionId": session, "type": "transcript.final", "payload": said}
    event["actor"] = {"role": "agent", "id": "agent_1"}
    await good(await mine.post("/v1/realtime/events", event), "an event")
    place = {"consumerId": PLANTED, "sequence": 1}
    await good(await mine.post(f"/v1/realtime/sessions/{session}/checkpoint", place), "a checkpoint")
    hook = {"url": f"http://127.0.0.1:9/{PLANTED}", "eventTypes": ["call.*"], "description": PLANTED}
    endpoint = (await good(await mine.post("/v1/webhook-endpoints", hook), "an endpoint"))["endpoint"]["endpointId"]
    await good(await mine.post(f"/v1/webhook-endpoints/{endpoint}/test", {}), "a delivery")
    sent = await good(await mine.get(f"/v1/webhook-endpoints/{endpoint}/deliveries"), "deliveries")
    key = await good(await mine.post("/v1/api-keys", {"name": PLANTED, "scopes": ["calls:read"]}), "a key")
    users = await good(await mine.get("/v1/users"), "users")
    issuers = await good(await mine.get("/v1/issuers"), "issuers")
    found = {
        "sessionId": session,
        "participantId": joined["participantId"],
        "linkId": link["linkId"],
        "endpointId": endpoint,
        "deliveryId": sent["items"][0]["deliveryId"],
        "keyId": first_id(key, "key_"),
        "userId": users["items"][0]["userId"],
        "issuerId": issuers["items"][0]["issuerId"],
    }
    over = (await good(await mine.post(sessions, {"metadata": {"title": PLANTED}}), "a session"))["session"][
        "sessionId"
    ]
    await good(await mine.post(f"{sessions}/{over}/state", {"status": "ended"}), "its end")
    erasure = await good(await mine.post(f"{sessions}/{over}/erase", {}), "an erasure")
    found["erasureId"] = first_id(erasure, "era_")
    simulated = await good(await mine.post(sessions, {"simulated": True}), "a simulated session")
    token = await mine.post(f"{sessions}/{simulated['session']['sessionId']}/livekit/token", {})
    transport = (await good(token, "a token"))["transport"]
    await good(await mine.post("/v1/simulated/connect", {"accessToken": transport["accessToken"]}), "a connection")
    found["receiptId"] = await first_receipt(mine)
    return found


async def first_receipt(mine: Client) -> str:
    """Of what the simulated media server has said, as soon as it has arrived."""
    for _ in range(100):
        receipts = (await good(await mine.get("/v1/provider/receipts"), "receipts"))["items"]
        if receipts:
            return str(receipts[0]["receiptId"])
        await asyncio.sleep(0.1)
    raise CouldNotRun("the simulated media server told nothing")


def first_id(document: Any, prefix: str) -> str:
    """The first id of a kind in a document."""
    found = re.search(rf'"({prefix}[0-9a-z]+)"', json.dumps(document))
    if found is None:
        raise CouldNotRun(f"no id {prefix}… in {json.dumps(document)[:300]}")
    return found[1]


def absent(identity: str, dice: Random) -> str:
    """An id of the same shape that nobody has."""
    prefix, _, rest = identity.partition("_")
    return f"{prefix}_{rest[:12]}" + "".join(dice.choice("0123456789abcdefghjkmnpqrstvwxyz") for _ in rest[12:])


def shape(answer: Answer, identities: dict[str, str]) -> str:
    """Everything about an answer that a caller can compare, with what they sent taken out."""
    text = answer.body.decode(errors="replace")
    for identity in identities.values():
        text = text.replace(identity, "<id>")
    text = re.sub(r'"traceId":"[^"]*"', '"traceId":""', text)
    kept = {name: value for name, value in answer.headers.items() if name in ("content-type", "etag", "location")}
    return f"{answer.kind} {answer.status} {kept} {text}"


class Wall:
    """One engine's run."""

    def __init__(self, report: Report, engine: str, mine: Client, other: Client) -> None:
        self.report, self.engine, self.mine, self.other = report, engine, mine, other
        self.dice = report.random(engine)
        self.things: dict[str, str] = {}

    async def run(self) -> None:
        """Every route with every combination of our ids and absent ones, then lists, then our own picture."""
        document = await good(await self.mine.get("/openapi.json"), "the document")
        self.things = await furnish(self.mine, self.dice)
        before = await self.picture()
        await self.logged()
        paths = {at: ways for at, ways in document["paths"].items() if not at.startswith(PASSED_OVER)}
        # Lists first: later the other tenant's own request log holds the ids that it asked for.
        for path in (at for at, ways in paths.items() if "{" not in at and "get" in ways):
            if path.startswith("/v1/") and path != "/v1/realtime/ws":
                await self.listed(path)
        for path in (at for at in paths if "{" in at):
            for method in (m for m in METHODS if m in paths[path]):
                await self.named(method, path)
        after = await self.picture()
        if before != after:
            self.report.violation(
                "another tenant changed something", {"engine": self.engine, "was": before, "is": after}
            )

    async def logged(self) -> None:
        """Waits until the first tenant's requests are in its request log, which is written a moment after them."""
        for _ in range(100):
            log = await good(await self.mine.get("/v1/requests"), "the request log")
            if any(item.get("sessionId") == self.things["sessionId"] for item in log["items"]):
                return
            await asyncio.sleep(0.1)
        raise CouldNotRun("the request log does not show what was asked")

    async def named(self, method: str, path: str) -> None:
        """A route that names things: foreign equals absent."""
        names = re.findall(r"{(\w+)}", path)
        lacking = [name for name in names if name not in self.things]
        if lacking:
            self.report.violation(
                "a route names a kind of thing that this rig does not make", {"path": path, "kind": lacking}
            )
            return
        if method == "get":
            own = await self.mine.get(self.filled(path, self.things), headers={"accept": "application/json"}, timeout=2)
            if own.status in (403, 404):
                raise CouldNotRun(f"the owner does not find {path}: {own.status} {own.body[:200]!r}")
        nobody = {name: absent(self.things[name], self.dice) for name in names}
        expected = await self.ask(method, path, nobody)
        if expected.status not in (400, 401, 403, 404):
            self.report.violation("what nobody has was found", {"route": f"{method} {path}", "status": expected.status})
        for foreign in itertools.product([True, False], repeat=len(names)):
            if not any(foreign):
                continue
            ids = {n: self.things[n] if f else nobody[n] for n, f in zip(names, foreign, strict=True)}
            answer = await self.ask(method, path, ids)
            self.report.fault("foreign id")
            self.report.checked["answers compared"] += 1
            if shape(answer, ids) != shape(expected, nobody) or PLANTED in answer.body.decode(errors="replace"):
                detail = {"route": f"{method} {path}", "engine": self.engine, "foreign": shape(answer, ids)[:400]}
                self.report.violation("foreign is not absent", detail | {"absent": shape(expected, nobody)[:400]})

    async def ask(self, method: str, path: str, ids: dict[str, str]) -> Answer:
        """As the other tenant."""
        return await self.other.request(method.upper(), self.filled(path, ids), body_of(method, path), timeout=5)

    @staticmethod
    def filled(path: str, ids: dict[str, str]) -> str:
        """The path with ids in it."""
        return re.sub(r"{(\w+)}", lambda name: ids[name[1]], path)

    async def listed(self, path: str) -> None:
        """A list of the other tenant shows nothing of ours; a stream of it says nothing of ours."""
        query = f"?q={PLANTED}" if "search" in path else ""
        answer = await self.other.get(path + query, timeout=2)
        text = answer.body.decode(errors="replace")
        self.report.fault("foreign list")
        self.report.checked["lists read"] += 1
        told = [identity for identity in self.things.values() if identity in text]
        if told or (PLANTED in text and not query):
            self.report.violation(
                "a list shows what another tenant has", {"path": path, "engine": self.engine, "ids": told}
            )
        elif query and PLANTED in re.sub(r'"(detail|query)":"[^"]*"', "", text):
            self.report.violation("a search finds what another tenant said", {"path": path, "engine": self.engine})

    async def picture(self) -> dict[str, Any]:
        """What the first tenant sees of its things; places that move by themselves are left out."""
        session, endpoint = self.things["sessionId"], self.things["endpointId"]
        paths = (
            f"/v1/call/sessions/{session}",
            f"/v1/call/sessions/{session}/participants",
            f"/v1/call/sessions/{session}/join-links",
            f"/v1/call/sessions/{session}/transcript",
            f"/v1/realtime/sessions/{session}/events",
            f"/v1/realtime/sessions/{session}/checkpoints",
            "/v1/webhook-endpoints",
            "/v1/issuers",
        )
        seen = {path: await good(await self.mine.get(path), path) for path in paths}
        for item in seen["/v1/webhook-endpoints"]["items"]:
            # Deliveries go on meanwhile: only what somebody could have set is compared.
            kept = {name: item.get(name) for name in ("endpointId", "url", "description", "eventTypes")}
            item.clear()
            item.update(kept)
        return seen | {"endpoint": endpoint}


async def engine(report: Report, server: ServerProcess, name: str) -> None:
    """One server with two tenants."""
    (other,) = other_tenant(server, "other", every=SCOPES)
    server.start(60)
    mine, theirs = Client(server.url, server.api_key), Client(server.url, other)
    try:
        await Wall(report, name, mine, theirs).run()
    finally:
        mine.close()
        theirs.close()
        server.stop()
    report.did("engines")
    report.say(f"{name}: {report.checked['answers compared']} answers compared, {report.checked['lists read']} lists")


def run(report: Report) -> None:
    """SQLite, then PostgreSQL. The matrix is whole in both sizes."""
    report.want(engines=2)
    report.limits += [
        "One thing of each kind, on every route; crates/callboard/tests/wall.rs cuts their SQL clause by clause.",
        "Roles within a tenant are walked by crates/callboard/tests/access.rs, not here.",
    ]
    work = cleanup.work_folder("wall")
    asyncio.run(engine(report, ServerProcess(work, "sqlite"), "SQLite"))
    cluster = Cluster(work / "postgres")
    asyncio.run(engine(report, ServerProcess(work, "postgres-server", database_url=cluster.database()), "PostgreSQL"))


if __name__ == "__main__":
    reports.main("tenant-wall", run)
