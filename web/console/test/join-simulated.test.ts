import type { Transport } from "@callboard/api";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { before } from "../src/features/join/model.ts";
import { phaseOf } from "../src/features/join/phase.ts";
import { SimulatedMedia } from "../src/features/join/simulated.ts";

const transport = {
  provider: "simulated",
  wsUrl: "http://here/v1/simulated",
  participantIdentity: "caller_me",
  accessToken: "token",
} as Transport;

function bench() {
  const said: string[] = [];
  let answer = (_url: string): Response | Error => new Response("{}");
  const send = vi.fn((url: string, body: object) => {
    if (url.endsWith("/connect")) {
      return Promise.resolve(Response.json({ connectionToken: "own", pingEveryMs: 5000, body }));
    }
    const given = answer(url);
    return given instanceof Error ? Promise.reject(given) : Promise.resolve(given);
  });
  const media = new SimulatedMedia(
    {
      onReconnecting: (kind) => said.push(`reconnecting ${kind}`),
      onReconnected: () => said.push("reconnected"),
      onGone: (loss) => said.push(`gone ${loss}`),
      onChange: () => undefined,
    },
    send,
  );
  const doors = () => send.mock.calls.map(([url]) => url.replace(transport.wsUrl, ""));
  return { media, said, send, doors, answer: (next: typeof answer) => (answer = next) };
}

describe("a place in a simulated call", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is taken by the access token, kept by pings and given back", async () => {
    const { media, doors, send } = bench();
    await media.connect(transport, { microphone: true });
    expect(send.mock.calls[0]).toEqual([`${transport.wsUrl}/connect`, { accessToken: "token" }]);
    expect(media.isMicrophoneOn("caller_me")).toBe(true);
    expect(media.isMicrophoneOn("somebody")).toBeUndefined();
    await vi.advanceTimersByTimeAsync(10_000);
    await media.disconnect();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(doors()).toEqual(["/connect", "/publish", "/ping", "/ping", "/disconnect"]);
    expect(send.mock.calls.at(-1)?.[1]).toEqual({ connectionToken: "own" });
  });

  it("tells a cut of the network and its end, once each", async () => {
    const { media, said, answer } = bench();
    await media.connect(transport, { microphone: false });
    answer(() => new TypeError("no network"));
    await vi.advanceTimersByTimeAsync(10_000);
    answer(() => new Response("{}"));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(said).toEqual(["reconnecting signal", "reconnected"]);
  });

  it("is lost when the server knows it no more, and asks no further", async () => {
    const { media, said, answer, doors } = bench();
    await media.connect(transport, { microphone: false });
    answer(() => new Response("{}", { status: 404 }));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(said).toEqual(["gone lost"]);
    expect(doors()).toEqual(["/connect", "/ping"]);
  });

  it("says that there is nothing to hear", () => {
    const shown = phaseOf({ ...before, step: "in", socket: "open", media: "connected", simulated: true });
    expect(shown).toMatchObject({ phase: "connected", detail: "Simulated, without sound" });
  });
});
