import { describe, expect, it } from "vitest";
import { SseParser, type SseMessage } from "../src/sse-parser.ts";

const TEXT =
  'retry: 2000\nid: 7\n\n: beat\n\nid: 8\nevent: a.b\ndata: {"x":\ndata: "ü№"}\n\n' +
  "id:9\r\nevent:c\r\ndata:1\r\n\r\nevent: closed\rdata: {}\r\rdata: never ended";

const WANTED: SseMessage[] = [
  { id: "7", event: "", data: undefined },
  { id: "8", event: "a.b", data: '{"x":\n"ü№"}' },
  { id: "9", event: "c", data: "1" },
  { id: undefined, event: "closed", data: "{}" },
];

describe("reading server-sent events", () => {
  it("gives the same messages however the text was cut in two", () => {
    for (let cut = 0; cut <= TEXT.length; cut++) {
      const parser = new SseParser();
      expect([...parser.feed(TEXT.slice(0, cut)), ...parser.feed(TEXT.slice(cut))]).toEqual(WANTED);
      expect([parser.retryMs, parser.comments]).toEqual([2000, 1]);
    }
  });

  it("gives the same letter by letter", () => {
    const parser = new SseParser();
    expect([...TEXT].flatMap((letter) => parser.feed(letter))).toEqual(WANTED);
  });

  it("ignores what means nothing", () => {
    const parser = new SseParser();
    expect(parser.feed("retry: soon\nid: a\0b\nwhat: ever\ndata\n\n")).toEqual([
      { id: undefined, event: "message", data: "" },
    ]);
    expect(parser.retryMs).toBeUndefined();
  });
});
