import { describe, expect, it } from "vitest";
import type { ServiceLevel } from "../src/core/wire.ts";
import { readLevelsSearch } from "../src/features/settings/levels-search.ts";
import {
  budgetOf,
  burnText,
  countedText,
  figureText,
  measuredText,
  summaryOf,
  targetText,
  verdictOf,
  wordsOf,
} from "../src/features/settings/levels-words.ts";

const level = (more: Partial<ServiceLevel> = {}): ServiceLevel => ({
  objective: "delivery",
  target: 99.9,
  unit: "percent",
  direction: "at_least",
  measured: 99.95,
  above: false,
  good: 1_999,
  total: 2_000,
  budget: { allowed: 2, spent: 1, left: 1, burnRate: 0.5 },
  met: true,
  source: "deliveries",
  ...more,
});

const silent = level({ measured: null, budget: null, met: null, good: 0, total: 0 });

describe("service levels in words", () => {
  it("says figures with their unit", () => {
    expect(figureText(99.5, "percent")).toBe("99.5 %");
    expect(figureText(349.6, "ms")).toBe("350 ms");
    expect(figureText(2_500, "ms")).toBe("2.5 s");
    expect(targetText(level())).toBe("at least 99.9 %");
    expect(targetText(level({ direction: "at_most", unit: "ms", target: 350 }))).toBe("at most 350 ms");
    expect(measuredText(level({ unit: "ms", measured: 10_000, above: true }))).toBe("above 10 s");
    expect(countedText(level({ good: 5, total: 9 }))).toBe("5 of 9 deliveries arrived");
  });

  it("says of no data that there is none, never zero or met", () => {
    expect(measuredText(silent)).toBeUndefined();
    expect(budgetOf(silent)).toBeUndefined();
    expect(burnText(silent)).toBeUndefined();
    expect(verdictOf(silent)).toBe("no data");
    expect(summaryOf([silent])).toBe("There is no data yet.");
    expect(summaryOf([silent, level(), level({ met: false })])).toBe("1 missed, 1 met, 1 without data.");
    expect(summaryOf([level()])).toBe("None missed, 1 met.");
  });

  it.each([
    ["half", { allowed: 2, spent: 1, left: 1, burnRate: 0.5 }, 0.5, "calm", "50 % spent, 1 left"],
    ["little left", { allowed: 4, spent: 3, left: 1, burnRate: 0.75 }, 0.75, "warn", "75 % spent, 1 left"],
    ["used up", { allowed: 3, spent: 3, left: 0, burnRate: 1 }, 1, "warn", "100 % spent, 0 left"],
    ["overdrawn", { allowed: 2, spent: 5, left: -3, burnRate: 2.5 }, 1, "bad", "250 % spent, overdrawn"],
    [
      "nothing allowed",
      { allowed: 0, spent: 0, left: 0, burnRate: 0 },
      0,
      "calm",
      "nothing may go wrong, and nothing did",
    ],
    [
      "nothing allowed, spent",
      { allowed: 0, spent: 1, left: -1, burnRate: null },
      1,
      "bad",
      "nothing may go wrong; 1 did",
    ],
  ] as const)("draws a budget: %s", (_name, budget, share, tone, text) => {
    expect(budgetOf(level({ budget }))).toEqual({ share, tone, text });
  });

  it("says how fast a budget goes, when it goes", () => {
    expect(burnText(level())).toBe("0.5 × as fast as it may be");
    expect(burnText(level({ budget: { allowed: 2, spent: 0, left: 2, burnRate: 0 } }))).toBeUndefined();
    expect(burnText(level({ budget: { allowed: 0, spent: 1, left: -1, burnRate: null } }))).toBeUndefined();
  });

  it("keeps the name of an objective that it does not know", () => {
    expect(wordsOf(level()).name).toBe("Webhook delivery");
    expect(wordsOf({ objective: "weather" as ServiceLevel["objective"] }).name).toBe("weather");
  });
});

describe("the span in the address", () => {
  it("is one that the server knows, or none", () => {
    expect(readLevelsSearch({ window: "7d" })).toEqual({ window: "7d" });
    expect(readLevelsSearch({ window: "1y" })).toEqual({});
    expect(readLevelsSearch({})).toEqual({});
  });
});
