import { type Page, type Session } from "@callboard/api";
import { describe, expect, it } from "vitest";
import { readCallSearch } from "../src/features/call/search.ts";
import { changesRow, countEvents, mergeSession } from "../src/features/calls/merge.ts";
import { Rates } from "../src/features/calls/rate.ts";
import { readCredential } from "../src/features/signin/credential.ts";
import { clockText, fineClockText, shortId } from "../src/ui/format.ts";
import { at, event } from "../../api/test/events.ts";

const session = (sessionId: string, second: number, more: Partial<Session> = {}): Session => ({
  sessionId,
  status: "active",
  connection: "connected",
  channel: "voice",
  direction: "inbound",
  owner: {},
  provider: "livekit",
  metadata: {},
  createdAt: at(second),
  latestSequence: 1,
  version: 1,
  limits: { reconnectWindowMs: 120_000, leaveGraceMs: 10_000 },
  participants: [],
  ...more,
});

const ids = (pages: readonly Page<Session>[]) =>
  pages.map((page) => page.items.map((item) => item.sessionId).join(" "));

describe("the live list", () => {
  const pages = [
    { items: [session("d", 40), session("c", 30)], nextCursor: "1" },
    { items: [session("b", 20)], nextCursor: "2" },
  ];

  it.each<[string, Session, string[]]>([
    ["a new call comes first", session("e", 50), ["e d c", "b"]],
    ["a known one stays in its place", session("c", 30, { status: "ended" }), ["d c", "b"]],
    ["one between the pages", session("x", 25), ["d c", "x b"]],
    ["one below the last loaded row waits", session("a", 10), ["d c", "b"]],
  ])("%s", (_name, changed, expected) => {
    expect(ids(mergeSession(pages, changed))).toEqual(expected);
  });

  it("appends below the last row once all pages are loaded, and to an empty list", () => {
    const all = [pages[0]!, { ...pages[1]!, nextCursor: null }];
    expect(ids(mergeSession(all, session("a", 10)))).toEqual(["d c", "b a"]);
    expect(ids(mergeSession([{ items: [], nextCursor: null }], session("a", 1)))).toEqual(["a"]);
  });

  it("keeps the last loaded row where it is when it changes", () => {
    expect(ids(mergeSession(pages, session("b", 20, { status: "ended" })))).toEqual(["d c", "b"]);
  });

  it("drops what no longer passes the filter", () => {
    expect(ids(mergeSession(pages, session("c", 30, { status: "ended" }), { status: "active" }))).toEqual([
      "d",
      "b",
    ]);
  });

  it("counts events without going back", () => {
    const counted = countEvents(pages, [
      { ...event(7, "call.error"), sessionId: "c" },
      { ...event(6, "call.error"), sessionId: "c" },
      { ...event(1, "call.error"), sessionId: "zzz" },
    ]);
    expect(counted[0]!.items.map((item) => item.latestSequence)).toEqual([1, 7]);
  });

  it("reads a row again only where it may show something else", () => {
    const types = ["call.connected", "call.participant.left", "call.track.published", "transcript.final"];
    expect(types.map((type) => changesRow(event(1, type)))).toEqual([true, true, false, false]);
  });

  it("measures rates over ten seconds and shows none that it did not measure", () => {
    const rates = new Rates();
    for (let i = 0; i < 20; i++) rates.note("a", i * 100);
    expect(rates.perSecond("a", 2_000)).toBe(2);
    expect(rates.perSecond("a", 60_000)).toBeUndefined();
    expect(rates.perSecond("b", 0)).toBeUndefined();
  });
});

describe("what people paste to sign in", () => {
  it.each<[string, unknown]>([
    [" cbk_abc ", { apiKey: "cbk_abc" }],
    ["eyJ.eyJ.sig-_", { jwt: "eyJ.eyJ.sig-_" }],
    ["http://127.0.0.1:8080/login#tok", { loginToken: "tok" }],
    ["", undefined],
    ["cbk_ab cd", undefined],
    ["hello", undefined],
  ])("%j", (pasted, login) => {
    expect(readCredential(pasted)).toEqual(login);
  });
});

describe("addresses and words", () => {
  it("reads a place from the address and ignores nonsense", () => {
    expect(readCallSearch({ families: ["usage", "call", "zzz"], at: 7, raw: true, q: "yes" })).toEqual({
      families: ["call", "usage"],
      at: 7,
      raw: true,
      q: "yes",
    });
    expect(readCallSearch({ families: "call", at: "7", raw: true, q: " " })).toEqual({});
  });

  it("writes times and ids", () => {
    expect([0, 61_000, 3_661_999].map(clockText)).toEqual(["0:00", "1:01", "1:01:01"]);
    expect(fineClockText(64_940)).toBe("1:04.9");
    expect(shortId("ses_01jzkabcdefghjkmnpqrst7q4m")).toBe("ses_01jzk…7q4m");
  });
});
