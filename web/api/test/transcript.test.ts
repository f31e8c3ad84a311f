import { describe, expect, it } from "vitest";
import { applyEvents, emptyCall, transcript } from "../src/index.ts";
import { event } from "./events.ts";

type Said = [kind: "partial" | "final", text: string, more?: object];

const hear = (...said: Said[]) =>
  transcript(
    applyEvents(
      emptyCall("ses_1"),
      said.map(([kind, text, more], index) =>
        event(index + 1, `transcript.${kind}`, {
          utteranceId: "u",
          speaker: "user",
          text,
          startMs: 100,
          endMs: 200,
          ...more,
        }),
      ),
    ),
  );

describe("supersession", () => {
  const table: [name: string, said: Said[], text: string, final: boolean, revision: number][] = [
    [
      "a later partial replaces an earlier one",
      [
        ["partial", "a"],
        ["partial", "ab"],
      ],
      "ab",
      false,
      0,
    ],
    [
      "a final beats a partial",
      [
        ["partial", "a"],
        ["final", "b"],
      ],
      "b",
      true,
      0,
    ],
    [
      "a late partial changes no final",
      [
        ["final", "b"],
        ["partial", "c"],
      ],
      "b",
      true,
      0,
    ],
    [
      "a later final is a correction",
      [
        ["final", "b"],
        ["final", "c"],
      ],
      "c",
      true,
      1,
    ],
    [
      "each correction counts",
      [
        ["final", "b"],
        ["partial", "x"],
        ["final", "c"],
        ["final", "d"],
      ],
      "d",
      true,
      2,
    ],
  ];
  it.each(table)("%s", (_name, said, text, final, revision) => {
    expect(hear(...said)).toMatchObject([{ text, final, revision, firstSequence: 1 }]);
  });

  it("orders by start, then by first sequence", () => {
    const order = hear(
      ["final", "second", { utteranceId: "b", startMs: 500, endMs: 600 }],
      ["final", "third", { utteranceId: "c", startMs: 500, endMs: 600 }],
      ["final", "first", { utteranceId: "a", startMs: 10, endMs: 20 }],
      ["final", "second, corrected", { utteranceId: "b", startMs: 500, endMs: 600 }],
    );
    expect(order.map((each) => each.text)).toEqual(["first", "second, corrected", "third"]);
  });

  it("keeps quiet about what was erased", () => {
    const call = applyEvents(emptyCall("ses_1"), [event(1, "transcript.final", { erased: true })]);
    expect(transcript(call)).toEqual([]);
    expect(call.latestSequence).toBe(1);
  });
});
