// @vitest-environment node
import { describe, expect, it, vi } from "vitest";
import { ApiError, connect } from "../src/index.ts";

const problem = (status: number, code: string, retryable: boolean, headers: Record<string, string> = {}) =>
  Response.json(
    { type: "t", title: "T", status, detail: "D", code, retryable, traceId: "t1" },
    { status, headers },
  );

/** A client whose server gives these answers in turn, the last for ever; an Error breaks the connection. */
function answering(...answers: (() => Response | Error)[]) {
  const asked: { url: URL; init: RequestInit; headers: Headers }[] = [];
  const get = vi.fn((url: unknown, init: RequestInit = {}) => {
    asked.push({ url: new URL(String(url)), init, headers: new Headers(init.headers) });
    const answer = (answers.length > 1 ? answers.shift()! : answers[0]!)();
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
  const client = connect({
    url: "http://there/",
    apiKey: "cbk_secret",
    fetch: get as unknown as typeof fetch,
    backoff: { baseMs: 1, maxMs: 1 },
  });
  return { client, asked };
}

const ok = (body: unknown) => () => Response.json(body);
const cut = () => new TypeError("fetch failed", { cause: { code: "ECONNRESET" } });
const unreached = () => new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } });
const said = { sessionId: "s", type: "transcript.final", payload: {} };

describe("a program's client", () => {
  it("asks again for a lost answer under the same key", async () => {
    const { client, asked } = answering(cut, cut, ok({ session: { sessionId: "s" } }));
    expect((await client.sessions.create()).sessionId).toBe("s");
    expect(asked).toHaveLength(3);
    expect(new Set(asked.map((each) => each.headers.get("Idempotency-Key"))).size).toBe(1);
    expect(asked[0]!.headers.get("Authorization")).toBe("Bearer cbk_secret");
    expect(asked[0]!.url.href).toBe("http://there/v1/call/sessions");
  });

  it("keeps an event's id and instant over repeats, and leaves those of the caller alone", async () => {
    const { client, asked } = answering(cut, ok({ event: {}, deduped: true }));
    await client.events.ingest(said);
    expect(asked[0]!.init.body).toBe(asked[1]!.init.body);
    expect(JSON.parse(asked[0]!.init.body as string)).toMatchObject({
      eventId: expect.stringMatching(/^evt_/),
      ts: expect.stringMatching(/Z$/),
    });
    await client.events.ingest({ ...said, eventId: "mine" });
    expect(JSON.parse(asked[2]!.init.body as string)).toEqual({ ...said, eventId: "mine" });
  });

  it("does not send again what may have happened, but what was never sent", async () => {
    const lost = answering(cut, ok({}));
    await expect(lost.client.sessions.participants.remove("s", "p")).rejects.toMatchObject({
      code: "NETWORK",
    });
    expect(lost.asked).toHaveLength(1);
    const early = answering(unreached, unreached, ok({}));
    await early.client.sessions.participants.remove("s", "p");
    expect(early.asked).toHaveLength(3);
  });

  it("does not send a conditional change again", async () => {
    const { client, asked } = answering(() => problem(500, "INTERNAL", true));
    await expect(client.sessions.update("s", {}, 3)).rejects.toBeInstanceOf(ApiError);
    expect(asked).toHaveLength(1);
    expect(asked[0]!.headers.get("If-Match")).toBe('"3"');
  });

  it("comes to an end with its tries, and says at once what needs somebody to act", async () => {
    const down = answering(() => problem(503, "STORE_UNAVAILABLE", true));
    await expect(down.client.sessions.get("s")).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(down.asked).toHaveLength(4);
    const full = answering(() => problem(429, "CONCURRENCY_LIMIT", true));
    await expect(full.client.sessions.token("s")).rejects.toMatchObject({ status: 429 });
    expect(full.asked).toHaveLength(1);
  });

  it("waits for a rate limit", async () => {
    const limited = () => problem(429, "RATE_LIMITED", true, { "retry-after": "0" });
    const { client, asked } = answering(limited, ok({}));
    await client.sessions.joinLinks.revoke("s", "l");
    expect(asked).toHaveLength(2);
  });

  it("keeps parts of a path in their place", async () => {
    const { client, asked } = answering(ok({}));
    await client.sessions.get("../api-keys?x");
    expect(asked[0]!.url.pathname).toBe("/v1/call/sessions/..%2Fapi-keys%3Fx");
  });

  it("goes through the pages of a list and keeps its filters", async () => {
    const { client, asked } = answering(
      ok({ items: [{ sessionId: "a" }], nextCursor: "c 1" }),
      ok({ items: [], nextCursor: "c2" }),
      ok({ items: [{ sessionId: "b" }], nextCursor: null }),
    );
    const names: string[] = [];
    for await (const each of client.sessions.list({ status: "ended", limit: 1 })) names.push(each.sessionId);
    expect(names).toEqual(["a", "b"]);
    expect(asked.map((each) => each.url.search)).toEqual([
      "?status=ended&limit=1",
      "?status=ended&limit=1&cursor=c+1",
      "?status=ended&limit=1&cursor=c2",
    ]);
  });

  it("goes on with an export where its connection broke", async () => {
    const line = (sequence: number) => JSON.stringify({ sequence });
    const { client, asked } = answering(
      () => {
        const pieces = [`${line(1)}\n${line(2)}\n{"seq`];
        const body = new ReadableStream<Uint8Array>({
          pull: (controller) => {
            const piece = pieces.shift();
            if (piece === undefined) controller.error(new TypeError("terminated"));
            else controller.enqueue(new TextEncoder().encode(piece));
          },
        });
        return new Response(body);
      },
      () => new Response(`${line(3)}\n`),
    );
    const got: number[] = [];
    for await (const each of client.events.export("s")) got.push(each.sequence);
    expect(got).toEqual([1, 2, 3]);
    expect(asked.map((each) => each.url.searchParams.get("afterSequence"))).toEqual(["0", "2"]);
  });
});
