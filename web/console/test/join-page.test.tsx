/** A person's way through the join page, against a server and a media client held by the test. */
import type { Joined, Session } from "@callboard/api";
import { act, cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { at, event, person } from "../../api/test/events.ts";
import { FakeSocket } from "../../api/test/fake-socket.ts";
import { JoinController } from "../src/features/join/controller.ts";
import { JoinPage } from "../src/features/join/join-page.tsx";
import type { Media, MediaListener } from "../src/features/join/media.ts";

const session: Session = {
  sessionId: "ses_1",
  status: "active",
  connection: "connected",
  channel: "voice",
  direction: "inbound",
  owner: {},
  provider: "livekit",
  metadata: { title: "Table for Friday" },
  createdAt: at(0),
  connectedAt: at(2),
  latestSequence: 4,
  version: 1,
  limits: { reconnectWindowMs: 120_000, leaveGraceMs: 10_000 },
  participants: [
    { ...person("me", { name: "Mia" }), kind: "standard", role: "caller", state: "invited" },
    {
      ...person("ada", { name: "Ada" }),
      kind: "standard",
      role: "caller",
      state: "connected",
      joinedAt: at(1),
    },
  ],
};
const transport = {
  provider: "livekit",
  wsUrl: "ws://media",
  roomName: "cb_1",
  participantIdentity: "caller_me",
  accessToken: "t",
  expiresInSeconds: 300,
  issuedAt: at(3),
};
const joined: Joined = {
  session,
  participantId: "me",
  pass: "cbp_1",
  resumeToken: "r1",
  serverTime: at(3),
  firstSequence: 5,
  transport,
};

class FakeMedia implements Media {
  microphone = false;
  connected: string[] = [];
  disconnects = 0;
  isPlaybackBlocked = false;
  constructor(readonly listener: MediaListener) {}
  connect(given: typeof transport, options: { microphone: boolean }) {
    this.connected.push(given.accessToken);
    this.microphone = options.microphone;
    return Promise.resolve();
  }
  setMicrophone(on: boolean) {
    this.microphone = on;
    return Promise.resolve();
  }
  startAudio = () => Promise.resolve();
  disconnect() {
    this.disconnects += 1;
    return Promise.resolve();
  }
  level = () => 0;
  isMicrophoneOn = (identity: string) => (identity === "caller_me" ? this.microphone : true);
}

interface Asked {
  method: string;
  path: string;
  body: Record<string, unknown>;
  headers: Headers;
  credentials: string;
}

let asked: Asked[];
let answers: Record<string, () => Response>;
let media: FakeMedia;
let controller: JoinController;

const order: string[] = [];

beforeEach(() => {
  asked = [];
  order.length = 0;
  FakeSocket.made = [];
  sessionStorage.clear();
  answers = {
    "POST /v1/join": () => Response.json(joined),
    "POST /v1/realtime/events": () => Response.json({ deduped: false }),
    "POST /v1/call/sessions/ses_1/leave": () => Response.json({ session }),
    "POST /v1/call/sessions/ses_1/reconnect": () =>
      Response.json({
        ...joined,
        resumeToken: "r2",
        transport: { ...transport, accessToken: "t2" },
        replay: {},
      }),
    "POST /v1/call/sessions/ses_1/participants/me/connection": () => Response.json({ recorded: true }),
  };
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    const body = (await request.json()) as Record<string, unknown>;
    asked.push({
      method: request.method,
      path,
      body,
      headers: request.headers,
      credentials: request.credentials,
    });
    order.push(path.split("/").at(-1)!);
    return answers[`${request.method} ${path}`]?.() ?? new Response(null, { status: 500 });
  });
});
afterEach(() => {
  cleanup();
  controller.close();
  vi.unstubAllGlobals();
});

function open(linkToken = "cbj_1") {
  controller = new JoinController({
    linkToken,
    makeMedia: (listener) => {
      media = new FakeMedia(listener);
      const { disconnect } = media;
      media.disconnect = () => {
        order.push("disconnect");
        return disconnect.call(media);
      };
      return media;
    },
  });
  render(<JoinPage controller={controller} hasLink={linkToken !== ""} />);
}

const user = userEvent.setup();
const status = () => screen.getByRole("status").textContent;
const sent = (name: string) => asked.filter((each) => each.path.endsWith(name));

async function join() {
  open();
  await user.type(screen.getByRole("textbox", { name: /Your name/ }), "Mia");
  await user.click(screen.getByRole("button", { name: "Join call" }));
  await screen.findByRole("button", { name: "Leave" });
  act(() => FakeSocket.last.accept());
}

function tell(...events: ReturnType<typeof event>[]) {
  const { id } = FakeSocket.last.subscription("ses_1");
  act(() => FakeSocket.last.say({ op: "events", id, events }));
}

describe("joining", () => {
  it("leads from the link to a call with sound, captions and people", async () => {
    await join();
    expect(sent("/join")[0]).toMatchObject({
      body: { token: "cbj_1", displayName: "Mia" },
      credentials: "omit",
    });
    expect(sent("/join")[0]?.headers.get("Idempotency-Key")).toMatch(/^join_/);
    expect(FakeSocket.last.sent[0]).toEqual({ op: "auth", pass: "cbp_1" });
    expect(FakeSocket.last.subscription("ses_1")).toMatchObject({ afterSequence: 5 });
    await waitFor(() => expect(status()).toMatch(/^Connected/));
    tell(
      event(7, "transcript.partial", {
        utteranceId: "u",
        participantId: "ada",
        text: "Hel",
        startMs: 0,
        endMs: 1,
      }),
      event(9, "transcript.final", {
        utteranceId: "u",
        participantId: "ada",
        text: "Hello",
        startMs: 0,
        endMs: 2,
      }),
    );
    const captions = screen.getByRole("log", { name: "Captions" });
    await waitFor(() => expect(captions.textContent).toBe("AdaHello"));
    expect(screen.getByRole("heading", { name: "Table for Friday" })).toBeTruthy();
    expect(screen.getAllByRole("listitem").map((each) => each.textContent)).toEqual([
      "Youmicrophone off",
      "Adacaller",
    ]);
  });

  it("says why a link is refused and lets one try again", async () => {
    answers["POST /v1/join"] = () =>
      Response.json(
        { code: "JOIN_LINK_INVALID", status: 403, detail: "The link is used up" },
        { status: 403 },
      );
    open();
    await user.click(screen.getByRole("button", { name: "Join call" }));
    expect((await screen.findByRole("alert")).textContent).toMatch(/used up.*who sent it can make another/);
    answers["POST /v1/join"] = () => Response.json(joined);
    await user.click(screen.getByRole("button", { name: "Join call" }));
    await screen.findByRole("button", { name: "Leave" });
    const keys = sent("/join").map((each) => each.headers.get("Idempotency-Key"));
    expect(new Set(keys).size).toBe(2);
  });

  it("says why there is no microphone on a page that is not https", async () => {
    open();
    expect(await screen.findByText(/Browsers give the microphone to https pages only/)).toBeTruthy();
    expect(screen.getByText(/You join without a microphone/)).toBeTruthy();
  });

  it("says that the link is not whole", () => {
    open("");
    expect(screen.getByRole("heading", { name: "This link is not whole" })).toBeTruthy();
  });

  it("shows text alone, and why, without a media server", async () => {
    const { transport: _none, ...rest } = joined;
    const transportUnavailable = { code: "LIVEKIT_UNAVAILABLE", message: "No media provider is configured." };
    answers["POST /v1/join"] = () => Response.json({ ...rest, transportUnavailable });
    await join();
    await waitFor(() => expect(status()).toBe("Connected. Text only"));
    expect(screen.getByText(/No media provider is configured/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: /mute/i })).toBeNull();
    expect(media.connected).toEqual([]);
  });
});

describe("in the call", () => {
  it("types, mutes, and leaves with Callboard told first", async () => {
    await join();
    await user.type(screen.getByRole("textbox", { name: "Type a message" }), "Hi all{Enter}");
    expect(screen.getByRole("log", { name: "Captions" }).textContent).toBe("You, sendingHi all");
    const { body } = sent("/events")[0]!;
    tell({ ...event(6, "transcript.final"), payload: body["payload"] as Record<string, unknown> });
    await waitFor(() => expect(screen.getByRole("log").textContent).toBe("YouHi all"));

    await user.click(screen.getByRole("button", { name: "Unmute" }));
    expect(media.microphone).toBe(true);
    await user.click(await screen.findByRole("button", { name: "Mute" }));
    expect(media.microphone).toBe(false);

    order.length = 0;
    await user.click(screen.getByRole("button", { name: "Leave" }));
    await waitFor(() => expect(status()).toMatch(/^Call ended for you/));
    expect(order.slice(0, 2)).toEqual(["leave", "disconnect"]);
    expect(sent("/leave")[0]?.headers.get("Authorization")).toBe("Bearer cbp_1");
  });

  it("counts down while the sound is lost, reports the cut and its end", async () => {
    await join();
    await waitFor(() => expect(status()).toMatch(/^Connected/));
    act(() => media.listener.onReconnecting("signal"));
    expect(status()).toMatch(/^Reconnecting/);
    expect(screen.getByRole("timer").textContent).toMatch(/^(2:00|1:59)$/);
    act(() => media.listener.onReconnected());
    expect(status()).toMatch(/^Connected/);
    await waitFor(() => expect(sent("/connection")).toHaveLength(2));
    expect(sent("/connection").map(({ body }) => [body["state"], body["kind"]])).toEqual([
      ["reconnecting", "signal"],
      ["connected", "signal"],
    ]);
  });

  it("returns by itself when the media client has given up", async () => {
    await join();
    await waitFor(() => expect(media.connected).toEqual(["t"]));
    act(() => media.listener.onGone("lost"));
    expect(status()).toMatch(/^Reconnecting/);
    await waitFor(() => expect(media.connected).toEqual(["t", "t2"]), { timeout: 3000 });
    expect(sent("/reconnect")[0]?.body).toMatchObject({ resumeToken: "r1" });
    await waitFor(() => expect(status()).toMatch(/^Connected/));
  });

  it.each([
    [
      "call.ended",
      { endReason: "operator_ended", durationMs: 5000 },
      /^Call ended\. It was ended by the operator/,
    ],
    ["call.terminal_failure", { code: "X", message: "Nobody came back" }, /^Call failed\. Nobody came back/],
  ])("shows %s from the call's events", async (type, payload, text) => {
    await join();
    tell(event(8, type, payload));
    await waitFor(() => expect(status()).toMatch(text));
    expect(screen.queryByRole("button", { name: "Leave" })).toBeNull();
    expect(media.disconnects).toBeGreaterThan(0);
  });
});

describe("after a reload", () => {
  it("comes back without the link", async () => {
    await join();
    cleanup();
    controller.close();
    asked = [];
    open();
    await waitFor(() => expect(media.connected).toEqual(["t2"]), { timeout: 3000 });
    expect(sent("/join")).toEqual([]);
    expect(sent("/reconnect")[0]?.headers.get("Authorization")).toBe("Bearer cbp_1");
  });

  it("does not bring back who has left", async () => {
    await join();
    await user.click(screen.getByRole("button", { name: "Leave" }));
    await waitFor(() => expect(status()).toMatch(/^Call ended for you/));
    cleanup();
    controller.close();
    open();
    expect(status()).toMatch(/^Call ended for you/);
    expect(sent("/reconnect")).toEqual([]);
  });

  it("learns from the session that the call ended meanwhile", async () => {
    await join();
    cleanup();
    controller.close();
    answers["POST /v1/call/sessions/ses_1/reconnect"] = () =>
      Response.json({ code: "SESSION_CLOSED", status: 409 }, { status: 409 });
    vi.stubGlobal("fetch", async (request: Request) =>
      request.method === "GET"
        ? Response.json({ ...session, status: "ended", endReason: "timeout", endedAt: at(9) })
        : Response.json({ code: "SESSION_CLOSED", status: 409 }, { status: 409 }),
    );
    open();
    await waitFor(() => expect(status()).toMatch(/^Call ended\. It reached its time limit/));
  });
});
