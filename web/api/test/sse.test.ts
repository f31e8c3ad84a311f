import { describe, expect, it, vi } from "vitest";
import { ApiError, EventStream, follow, type CallEvent } from "../src/index.ts";
import { event } from "./events.ts";

const COUNT = 400;
const frames = Array.from({ length: COUNT }, (_, index) => {
  const each = event(index + 1, "transcript.final", { text: `Grüße № ${index}` });
  return `id: ${each.sequence}\nevent: ${each.type}\ndata: ${JSON.stringify(each)}\n\n`;
});

/** A generator of numbers that is the same in every run. */
function numbers(seed: number) {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

/** Serves the frames after `Last-Event-ID`, cut at a random byte, in random pieces. */
function cuttingServer(seed: number) {
  const random = numbers(seed);
  let connections = 0;
  const serve = (_url: unknown, init?: RequestInit): Promise<Response> => {
    connections += 1;
    const after = Number(new Headers(init?.headers).get("Last-Event-ID") ?? 0);
    const bytes = new TextEncoder().encode(`: hello\n\n${frames.slice(after, after + 60).join("")}`);
    const end = after + 60 >= COUNT ? bytes.length : Math.floor(random() * bytes.length);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let from = 0; from < end; ) {
          const to = Math.min(end, from + 1 + Math.floor(random() * 90));
          controller.enqueue(bytes.slice(from, to));
          from = to;
        }
        if (random() < 0.5 && end < bytes.length) controller.error(new TypeError("reset"));
        else controller.close();
      },
    });
    return Promise.resolve(new Response(body, { status: 200 }));
  };
  return { serve: vi.fn(serve), connections: () => connections };
}

const quick = { baseMs: 1, maxMs: 1, random: () => 0 };

describe("following by server-sent events", () => {
  it.each([1, 2, 3, 4, 5])(
    "neither loses nor repeats an event when cut at any byte (seed %i)",
    async (seed) => {
      const server = cuttingServer(seed);
      const done = new AbortController();
      const got: CallEvent[] = [];
      await follow({
        url: "http://here/stream",
        fetch: server.serve as typeof fetch,
        backoff: quick,
        signal: done.signal,
        onEvent: (each) => {
          got.push(each);
          if (got.length >= COUNT) done.abort();
        },
      });
      expect(got.map((each) => each.sequence)).toEqual(
        Array.from({ length: COUNT }, (_, index) => index + 1),
      );
      expect(got[7]?.payload["text"]).toBe("Grüße № 7");
      expect(server.connections()).toBeGreaterThan(COUNT / 60);
    },
  );

  it("sends the credential in a header and never in the address", async () => {
    const get = vi.fn((_url: unknown, _init?: RequestInit) =>
      Promise.resolve(new Response(null, { status: 204 })),
    );
    await follow({
      url: "http://here/s",
      bearer: () => "cbk_1",
      fetch: get as typeof fetch,
      onEvent: () => undefined,
    });
    expect(get.mock.calls[0]?.[0]).toBe("http://here/s");
    expect(new Headers(get.mock.calls[0]?.[1]?.headers).get("Authorization")).toBe("Bearer cbk_1");
  });

  it("does not try again when refused", async () => {
    const get = vi.fn(() =>
      Promise.resolve(Response.json({ code: "FORBIDDEN", status: 403 }, { status: 403 })),
    );
    const following = follow({ url: "http://here/s", fetch: get as typeof fetch, onEvent: () => undefined });
    await expect(following).rejects.toBeInstanceOf(ApiError);
    expect(get).toHaveBeenCalledTimes(1);
  });

  it("ends with the call, and honours the server's wait before", async () => {
    const over = `event: closed\ndata: {"reason":"session_over"}\n\n`;
    const lagging = `retry: 7\n\nevent: closed\ndata: {"reason":"lagging"}\n\n`;
    const answers = [new Response(lagging), new Response(over + frames[0]!)];
    const waits: number[] = [];
    const closed = vi.fn();
    const onEvent = vi.fn();
    await follow({
      url: "http://here/s",
      fetch: (() => Promise.resolve(answers.shift())) as unknown as typeof fetch,
      backoff: { baseMs: 2, random: () => 0 },
      onEvent,
      onClosed: closed,
      onRetry: (_error, ms) => waits.push(ms),
    });
    expect(closed).toHaveBeenCalledExactlyOnceWith("session_over");
    expect(onEvent).not.toHaveBeenCalled();
    expect(waits).toEqual([8]);
  });

  it("goes on after the end when late events are wanted, until the server has no more", async () => {
    const body = `event: closed\ndata: {"reason":"session_over"}\n\n${frames[0]!}`;
    const get = vi.fn(() => Promise.resolve(new Response(body)));
    const told: string[] = [];
    await follow({
      url: "http://here/s",
      late: true,
      fetch: get as unknown as typeof fetch,
      onEvent: (each) => told.push(each.type),
      onClosed: (reason) => told.push(reason),
    });
    expect(told).toEqual(["session_over", "transcript.final"]);
    expect(get).toHaveBeenCalledTimes(1);
  });

  it("keeps a place that came without an event", async () => {
    const answers = [new Response("id: here\n\n"), new Response(null, { status: 204 })];
    const places: (string | null)[] = [];
    const get = (_url: unknown, init?: RequestInit) => {
      places.push(new Headers(init?.headers).get("Last-Event-ID"));
      return Promise.resolve(answers.shift()!);
    };
    const stream = new EventStream({ url: "http://here/s", fetch: get as typeof fetch, backoff: quick });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(places).toEqual([null, "here"]);
  });

  it("moves its place only when an event was handed over, and closes with the loop", async () => {
    let signal: AbortSignal | null | undefined;
    const get = (_url: unknown, init?: RequestInit) => {
      signal = init?.signal;
      return Promise.resolve(new Response(frames.slice(0, 3).join("")));
    };
    const stream = new EventStream({ url: "http://here/s", fetch: get as typeof fetch });
    await stream.open();
    expect(stream.lastEventId).toBeUndefined();
    for await (const each of stream) if (each.sequence === 2) break;
    expect(stream.lastEventId).toBe("2");
    expect(signal?.aborted).toBe(true);
  });

  it("gives up on a silent stream", async () => {
    const done = new AbortController();
    const get = (_url: unknown, init?: RequestInit) =>
      new Promise<Response>((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason as Error));
      });
    const onRetry = vi.fn(() => done.abort());
    await follow({
      url: "http://here/s",
      fetch: get as typeof fetch,
      idleMs: 5,
      backoff: quick,
      signal: done.signal,
      onEvent: () => undefined,
      onRetry,
    });
    expect(onRetry).toHaveBeenCalledTimes(1);
  });
});
