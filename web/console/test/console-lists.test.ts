/** The rules behind the console's lists and filters. */
import type { Me, Session } from "@callboard/api";
import { describe, expect, it } from "vitest";
import { findCalls, matches, mayBeId } from "../src/app/palette-items.ts";
import { may } from "../src/core/may.ts";
import { compact, textOf } from "../src/core/search-text.ts";
import type { ApiKey, AuditEntry, User } from "../src/core/wire.ts";
import { holds } from "../src/features/calls/find.ts";
import { passes } from "../src/features/calls/merge.ts";
import { countFilters, queryOf, readCallsSearch } from "../src/features/calls/search.ts";
import { titleOf } from "../src/features/calls/title.ts";
import { around } from "../src/features/provider/around.ts";
import { dayStart, readSearchSearch } from "../src/features/search/search.ts";
import { bodyOf, complaints, type IssuerDraft } from "../src/features/settings/issuer-draft.ts";
import { expiryAfter, keyState } from "../src/features/settings/key-state.ts";
import { changesOf } from "../src/features/settings/user-dialog.tsx";
import {
  byFamily,
  setFamily,
  setType,
  typesWords,
  wants,
  type TypeFamily,
} from "../src/features/webhooks/event-types.ts";
import { stateOf } from "../src/features/webhooks/endpoint-state.tsx";
import type { Endpoint } from "../src/features/webhooks/wire.ts";
import { at } from "../../api/test/events.ts";

const session = (sessionId: string, more: Partial<Session> = {}): Session => ({
  sessionId,
  status: "active",
  connection: "connected",
  channel: "voice",
  direction: "inbound",
  owner: {},
  provider: "livekit",
  metadata: {},
  createdAt: at(0),
  latestSequence: 1,
  version: 1,
  limits: { reconnectWindowMs: 120_000, leaveGraceMs: 10_000 },
  participants: [],
  ...more,
});

describe("the filters of the calls", () => {
  it.each<[string, Record<string, unknown>, object]>([
    ["nothing", {}, {}],
    ["a known status", { status: "failed" }, { status: "failed" }],
    ["an unknown status is left out", { status: "lost" }, {}],
    ["numbers are texts here", { reference: 4711, text: 12 }, { reference: "4711", text: "12" }],
    ["a value without its key says nothing", { value: "sales" }, {}],
    ["a key and its value", { key: "team", value: "sales" }, { key: "team", value: "sales" }],
    ["a time that is none", { from: "yesterday", within: "1y" }, {}],
  ])("reads %s", (_name, search, expected) => {
    expect(readCallsSearch(search)).toEqual(expected);
  });

  it("asks for a span up to now, to the minute, so that the question stays the same", () => {
    const now = Date.parse("2026-11-22T10:20:31.5Z");
    expect(queryOf({ within: "1h", from: "2026-01-01T00:00" }, now)).toEqual({
      createdAfter: "2026-11-22T09:20:00.000Z",
    });
    expect(queryOf({ within: "1h" }, now)).toEqual(queryOf({ within: "1h" }, now + 20_000));
  });

  it("counts what is on besides the status and the text", () => {
    expect(countFilters({ status: "ended", text: "x" })).toBe(0);
    expect(countFilters({ from: "2026-01-01T00:00", until: "2026-01-02T00:00", key: "team" })).toBe(2);
  });

  it.each<[string, Partial<Session>, Parameters<typeof passes>[1], boolean]>([
    ["no filter", {}, {}, true],
    ["another reference", { correlationId: "a" }, { correlationId: "b" }, false],
    ["created before the span", { createdAt: at(5) }, { createdAfter: at(6) }, false],
    ["the end of a span is outside", { createdAt: at(5) }, { createdBefore: at(5) }, false],
    ["metadata by key alone", { metadata: { vip: false } }, { metadataKey: "vip" }, true],
    ["a missing key", {}, { metadataKey: "vip" }, false],
    [
      "a value that is no text, as JSON",
      { metadata: { n: 3 } },
      { metadataKey: "n", metadataValue: "3" },
      true,
    ],
    ["another value", { metadata: { n: "4" } }, { metadataKey: "n", metadataValue: "3" }, false],
  ])("keeps a changed call in the list or not: %s", (_name, more, query, expected) => {
    expect(passes(session("a", more), query)).toBe(expected);
  });

  it("finds a text in title, id and reference, whatever its case", () => {
    const call = session("ses_01abc", { metadata: { title: "Table for Friday" }, correlationId: "CRM-9" });
    expect(["friday", "01ABC", "crm-9 "].map((text) => holds(call, text))).toEqual([true, true, true]);
    expect(holds(call, "monday")).toBe(false);
    expect(passes(call, { q: "friday" })).toBe(true);
    expect(passes(call, { q: "monday" })).toBe(false);
  });
});

describe("the palette", () => {
  it("matches every word anywhere, without accents and case", () => {
    expect(matches("keys api", "API keys", "settings")).toBe(true);
    expect(matches("remy", "Call of Rémy")).toBe(true);
    expect(matches("keys lost", "API keys")).toBe(false);
    expect(matches("", "anything")).toBe(true);
  });

  it("offers a few calls at first, and all that match up to six", () => {
    const calls = Array.from({ length: 9 }, (_, n) =>
      session(`ses_${n}`, { metadata: { title: `Call ${n}` } }),
    );
    expect(findCalls(calls, "", titleOf)).toHaveLength(4);
    expect(findCalls(calls, "call", titleOf)).toHaveLength(6);
    expect(findCalls(calls, "ses_7", titleOf).map(({ name }) => name)).toEqual(["Call 7"]);
  });

  it("asks the server only for what may be an id", () => {
    expect(["ses_01", "4711", "crm-1"].map(mayBeId)).toEqual([true, true, true]);
    expect(["friday", "two words 1", "a1"].map(mayBeId)).toEqual([false, false, false]);
  });
});

describe("who may open what", () => {
  const me = (principal: object) => ({ principal: { roles: [], scopes: [], ...principal } }) as unknown as Me;
  it.each<[string, Me | null, Parameters<typeof may>[1], boolean]>([
    ["nobody", null, "calls", false],
    ["a user without a role, calls", me({ kind: "user" }), "calls", true],
    ["a user without a role, the provider log", me({ kind: "user" }), "provider", false],
    ["an operator, the webhooks", me({ kind: "user", roles: ["operator"] }), "webhooks", true],
    ["an operator, changing them", me({ kind: "user", roles: ["operator"] }), "changeWebhooks", false],
    ["an admin, the audit", me({ kind: "user", roles: ["admin"] }), "manage", true],
    ["a key by its scope", me({ kind: "key", scopes: ["provider:read"] }), "provider", true],
    ["a key without it", me({ kind: "key", scopes: ["calls:read"] }), "manage", false],
  ])("%s", (_name, who, part, expected) => {
    expect(may(who, part)).toBe(expected);
  });
});

describe("what an address carries", () => {
  it("reads texts and leaves blanks out", () => {
    expect([textOf("a"), textOf(7), textOf(" "), textOf(undefined), textOf({})]).toEqual([
      "a",
      "7",
      undefined,
      undefined,
      undefined,
    ]);
    expect(compact({ a: 1, b: undefined, c: "" })).toEqual({ a: 1 });
  });

  it("reads days, and takes them as local ones", () => {
    expect(readSearchSearch({ q: "hello", from: "2026-11-22", until: "22.11." })).toEqual({
      q: "hello",
      from: "2026-11-22",
    });
    expect(dayStart("2026-11-22")).toBe(new Date(2026, 10, 22).toISOString());
    expect(dayStart("2026-12-31", 1)).toBe(new Date(2027, 0, 1).toISOString());
    expect(dayStart(undefined)).toBeUndefined();
  });
});

describe("changes beside a delivery", () => {
  const entry = (auditId: string, second: number, id: string, detail: object = {}): AuditEntry => ({
    auditId,
    at: at(second),
    actor: { kind: "user", id: "usr_1" },
    action: "session.close",
    object: { kind: "session", id },
    detail: detail as AuditEntry["detail"],
  });
  const entries = [entry("a", 0, "s1"), entry("b", 300, "s2"), entry("c", 900, "key", { sessionId: "s1" })];
  it("are those of its call and those near it", () => {
    const ids = (place: Parameters<typeof around>[1]) => around(entries, place).map(({ auditId }) => auditId);
    expect(ids({})).toEqual(["a", "b", "c"]);
    expect(ids({ session: "s1" })).toEqual(["a", "c"]);
    expect(ids({ near: at(330) })).toEqual(["b"]);
    expect(ids({ session: "s1", near: at(299) })).toEqual(["a", "b", "c"]);
  });
});

describe("keys, issuers and users", () => {
  it("says whether a key works", () => {
    const key = { expiresAt: at(10) } as ApiKey;
    expect(keyState(key, Date.parse(at(9))).word).toBe("works");
    expect(keyState(key, Date.parse(at(10))).word).toBe("expired");
    expect(keyState({ ...key, revokedAt: at(1) }, Date.parse(at(20))).word).toBe("revoked");
    expect(expiryAfter(0, 0)).toBeUndefined();
    expect(expiryAfter(7, 0)).toBe("1970-01-08T00:00:00.000Z");
  });

  it("wants a secret or an address, as the algorithm does, and sends only that", () => {
    const draft: IssuerDraft = {
      iss: " acme ",
      audience: "callboard",
      algorithm: "HS256",
      secret: "é".repeat(15),
      jwksUrl: "https://id.example.com/keys",
    };
    expect(Object.keys(complaints(draft))).toEqual(["secret"]);
    expect(complaints({ ...draft, secret: "é".repeat(16) })).toEqual({});
    expect(bodyOf({ ...draft, algorithm: "ES256" })).toEqual({
      iss: "acme",
      audience: "callboard",
      algorithm: "ES256",
      jwksUrl: "https://id.example.com/keys",
    });
    expect(Object.keys(complaints({ ...draft, algorithm: "ES256", jwksUrl: "id.example.com" }))).toEqual([
      "jwksUrl",
    ]);
    expect(Object.keys(complaints({ ...draft, iss: " ", audience: "", secret: "x".repeat(40) }))).toEqual([
      "iss",
      "audience",
    ]);
  });

  it("sends only what differs of a user", () => {
    const user = { displayName: "Jo", roles: ["operator", "viewer"], disabled: false } as unknown as User;
    const draft = { name: "Jo", issuer: "local", subject: "", roles: user.roles, disabled: false };
    expect(changesOf(user, draft)).toEqual({});
    expect(changesOf(user, { ...draft, roles: ["viewer", "operator"] })).toEqual({});
    expect(changesOf(user, { ...draft, name: " ", roles: ["viewer"], disabled: true })).toEqual({
      displayName: null,
      roles: ["viewer"],
      disabled: true,
    });
  });
});

describe("the events of an endpoint", () => {
  const call: TypeFamily = { family: "call", types: ["call.started", "call.ended", "call.error"] };

  it("are read from the contract by families, without the envelopes", () => {
    const schemas = [
      { name: "envelope", url: "" },
      { name: "call.started", family: "call", url: "" },
      { name: "transcript.final", family: "transcript", url: "" },
      { name: "call.ended", family: "call", url: "" },
    ];
    expect(byFamily(schemas)).toEqual([
      { family: "call", types: ["call.started", "call.ended"] },
      { family: "transcript", types: ["transcript.final"] },
    ]);
  });

  it("are wanted one by one, as a family, or all", () => {
    expect(wants(["call.ended"], "call", "call.started")).toBe(false);
    expect(wants(["call.*"], "call", "call.started")).toBe(true);
    expect(wants(["*"], "call", "call.started")).toBe(true);
  });

  it("keep the rest of a family when one is taken out, and fold into it when it is chosen whole", () => {
    expect(setType(["call.*", "transcript.final"], call, "call.error", false)).toEqual([
      "transcript.final",
      "call.started",
      "call.ended",
    ]);
    expect(setFamily(["call.ended", "transcript.final"], call, true)).toEqual(["transcript.final", "call.*"]);
    expect(setFamily(["call.*"], call, false)).toEqual([]);
    expect(setType(["call.ended"], call, "call.error", true)).toEqual(["call.ended", "call.error"]);
  });

  it("are told in a few words, and so is how the endpoint is", () => {
    expect(typesWords(["*", "call.*"])).toBe("all events");
    const endpoint = { status: "enabled" } as Endpoint;
    expect(stateOf(endpoint).word).toBe("enabled");
    expect(stateOf({ ...endpoint, failingSince: at(0) }).tone).toBe("warn");
    expect(stateOf({ ...endpoint, status: "disabled", disabledReason: "failing" }).tone).toBe("bad");
    expect(stateOf({ ...endpoint, status: "disabled", disabledReason: "by_hand" }).word).toBe("disabled");
  });
});
