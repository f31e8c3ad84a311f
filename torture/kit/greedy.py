"""A tenant that asks for as much as it can get, as a process of its own. Prints one line of JSON at the end."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
from collections import Counter

from torture.kit.http import Client
from torture.kit.ids import uuid7


async def greedy(flags: argparse.Namespace) -> Counter[str]:
    """Batches and long replays, as fast as they are answered."""
    seen: Counter[str] = Counter()
    end = asyncio.get_running_loop().time() + flags.seconds
    setup = Client(flags.url, flags.key, timeout=30)
    await setup.post("/v1/call/sessions", {"sessionId": "greedy"})
    setup.close()

    async def one(number: int) -> None:
        dice = random.Random(f"{flags.seed}/{number}")
        client = Client(flags.url, flags.key, source=f"127.0.2.{1 + number % 200}", timeout=10)
        while asyncio.get_running_loop().time() < end:
            if dice.random() < 0.3:
                answer = await client.get("/v1/realtime/sessions/greedy/events?limit=500")
            else:
                payload = {"meterId": "greedy", "billableSeconds": 1, "filler": "x" * flags.filler}
                events = [
                    {"eventId": uuid7(dice), "sessionId": "greedy", "type": "usage.tick", "payload": payload}
                    for _ in range(flags.batch)
                ]
                answer = await client.post("/v1/realtime/events", {"events": events})
            seen[f"{answer.status} {answer.code}".strip() if answer.kind == "answered" else answer.kind] += 1
            if answer.status in (429, 503) and "retry-after" not in answer.headers:
                seen["without Retry-After"] += 1
            if answer.status in (429, 503):
                # Impolite is 50 times a second and connection: faster would measure this process.
                told = min(float(answer.headers.get("retry-after", "1")), 2.0)
                await asyncio.sleep(told if flags.polite else 0.02)
        client.close()

    await asyncio.gather(*(one(n) for n in range(flags.clients)))
    return seen


def main() -> None:
    """One greedy tenant."""
    parser = argparse.ArgumentParser(description="a tenant that asks for too much")
    parser.add_argument("--url", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--filler", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--polite", action="store_true", help="waits as Retry-After says")
    print(json.dumps(asyncio.run(greedy(parser.parse_args()))), flush=True)


if __name__ == "__main__":
    main()
