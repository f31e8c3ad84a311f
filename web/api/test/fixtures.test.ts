/** Every valid sample of the contract passes through the reducer and gets its words. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe as suite, expect, it } from "vitest";
import { applyEvents, describe, emptyCall, FAMILIES, familyOf, transcript, weightOf } from "../src/index.ts";
import { event, log, person } from "./events.ts";

const folder = join(import.meta.dirname, "../../../crates/contracts/fixtures");
const files = readdirSync(folder).filter((name) => name.endsWith(".json") && name !== "envelope.json");
const samples = files.flatMap((name) => {
  const { valid } = JSON.parse(readFileSync(join(folder, name), "utf8")) as {
    valid: Record<string, unknown>[];
  };
  return valid.map((payload, index) => [name.replace(/\.json$/, ""), index, payload] as const);
});

const started = applyEvents(
  emptyCall("ses_1"),
  log(["call.started"], ["call.participant.joined", person("pt_1")], ["call.connected", {}]),
);

suite("contract fixtures", () => {
  it("has the types of the contract", () => {
    expect(files.length).toBeGreaterThanOrEqual(33);
  });

  it.each(samples)("%s %i", (type, _index, payload) => {
    const sample = { ...event(4, type), payload };
    const call = applyEvents(started, [sample]);
    expect(call.events.at(-1)).toBe(sample);
    expect(call.latestSequence).toBe(4);
    const line = describe(sample, call.participants);
    expect(line).not.toMatch(/undefined|NaN|\[object/);
    expect(FAMILIES).toContain(familyOf(type));
    expect(["plain", "warn", "bad"]).toContain(weightOf(type));
    const times = [call.connectedAt, call.overAt, ...call.cuts.flatMap((cut) => [cut.from, cut.to])];
    expect(times.filter((time) => time !== undefined && Number.isNaN(time))).toEqual([]);
    if (type.startsWith("transcript.")) {
      expect(transcript(call)).toMatchObject([{ text: payload["text"], final: type === "transcript.final" }]);
    }
  });
});
