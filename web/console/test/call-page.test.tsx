/** The parts of the call page under a person's hands: strip, timeline, transcript, and the keys. */
import { applyEvents, emptyCall, type CallEvent, type CallState } from "@callboard/api";
import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useRef, useState } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { at, event, log, person } from "../../api/test/events.ts";
import { EventDrawer } from "../src/features/call/event-drawer.tsx";
import type { CallSearch } from "../src/features/call/search.ts";
import { CallStrip, type StripHandle } from "../src/features/call/strip/call-strip.tsx";
import { Timeline, type TimelineHandle } from "../src/features/call/timeline.tsx";
import { TranscriptPanel } from "../src/features/call/transcript-panel.tsx";
import { useLog } from "../src/features/call/use-log.ts";
import { useMoment } from "../src/features/call/use-moment.ts";
import { usePageKeys } from "../src/features/call/use-page-keys.ts";

const replayed: { afterSequence?: number; limit?: number }[] = [];
let replay: (after: number, limit: number) => CallEvent[] = () => [];
vi.mock("../src/core/client.ts", () => ({
  api: {
    replay: (_id: string, query: { afterSequence: number; limit: number }) => {
      replayed.push(query);
      return Promise.resolve({ events: replay(query.afterSequence, query.limit) });
    },
  },
}));

const words = (utteranceId: string, text: string, startMs: number, more: object = {}) => ({
  utteranceId,
  participantId: "ada",
  speaker: "user",
  text,
  startMs,
  endMs: startMs + 2_000,
  ...more,
});

const events = log(
  ["call.started", {}, 0],
  ["call.participant.joined", person("ada"), 0],
  ["call.connected", { connectedAt: at(0) }, 0],
  ["transcript.final", words("u1", "Seven is fine.", 5_000), 7],
  ["action.proposed", { actionId: "a", actionType: "book", summary: "a table" }, 12],
  ["transcript.final", words("u2", "Eight is better.", 20_000), 22],
  ["transcript.final", words("u2", "Eight is best.", 20_000), 23],
  ["call.error", { code: "AGENT_X", message: "slow", retryable: true }, 30],
  ["call.ended", { endedAt: at(60), durationMs: 60_000 }, 60],
);
const ended = applyEvents(emptyCall("ses_1"), events);

interface PageProps {
  call: CallState;
  total?: number;
  search?: CallSearch;
  live?: boolean;
  onPlace?: (next: Partial<CallSearch>) => void;
}

/** The page without its server: the same parts around one moment. */
function Page({
  call,
  total = call.latestSequence,
  search = {},
  live = false,
  onPlace = () => {},
}: PageProps) {
  const [shown, setShown] = useState(search);
  const place = useRef((next: Partial<CallSearch>) => {
    onPlace(next);
    setShown((old) => ({ ...old, ...next }));
  }).current;
  const moment = useMoment(shown, place);
  const strip = useRef<StripHandle>(null);
  const timeline = useRef<TimelineHandle>(null);
  const all = useLog(call, total);
  const chosen = moment.at === undefined ? undefined : all.find(moment.at);
  usePageKeys({
    move: (key, focus) => timeline.current?.move(key, focus) ?? false,
    raw: () => moment.at !== undefined && moment.openRaw(moment.at),
    leave: moment.leave,
    find: () => timeline.current?.find(),
    goTo: () => timeline.current?.goTo(),
    copyLink: () => {},
    zoom: (factor) => strip.current?.zoom(factor),
    fit: () => strip.current?.fit(),
    help: () => {},
  });
  const shared = { call, at: moment.at, chosen, onPick: moment.pick };
  return (
    <>
      <CallStrip ref={strip} {...shared} onCopyLink={() => {}} reading={undefined} />
      <Timeline
        ref={timeline}
        {...shared}
        log={all}
        people={call.participants}
        caughtUp
        live={live}
        search={shown}
        onRaw={moment.openRaw}
        onPlace={place}
        onEnd={() => moment.pick(undefined)}
      />
      <TranscriptPanel {...shared} caughtUp live={live} sessionId="ses_1" />
      {moment.raw && chosen && <EventDrawer event={chosen} onClose={moment.closeRaw} />}
    </>
  );
}

beforeEach(() => {
  // The boxes of a page that is 1000 pixels wide: jsdom lays nothing out.
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1_000);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, "offsetWidth", "get").mockReturnValue(1_000);
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockReturnValue(new DOMRect(0, 0, 1_000, 600));
  vi.stubGlobal("matchMedia", () => ({ addEventListener() {}, removeEventListener() {} }));
  HTMLElement.prototype.scrollTo = () => {};
  HTMLCanvasElement.prototype.getContext = (() => null) as never;
  replayed.length = 0;
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const row = (sequence: number) =>
  within(screen.getByRole("list", { name: "Timeline" }))
    .getAllByRole("button")
    .find((button) => button.textContent.startsWith(String(sequence)))!;
const current = () => document.querySelector("[aria-current=true] .mono")?.textContent;
const plot = () => screen.getByRole("group", { name: /^Time from left/ });

/** A press at a share of the plot's width, at the height of a lane. */
function press(share: number, lane: number) {
  const place = { clientX: share * 1_000, clientY: 22 + lane * 26 + 13, pointerId: 1, button: 0 };
  fireEvent(plot(), new MouseEvent("pointerdown", { ...place, bubbles: true }));
  fireEvent(plot(), new MouseEvent("pointerup", { ...place, bubbles: true }));
}

describe("one moment for all of the page", () => {
  it("a press on speech in the strip chooses its event in the timeline and its line in the transcript", () => {
    render(<Page call={ended} />);
    press(0.012 + 6 / 61.5, 0);
    expect(row(4).getAttribute("aria-current")).toBe("true");
    const line = within(screen.getByRole("log")).getByText("Seven is fine.").closest("[aria-current]");
    expect(line).not.toBeNull();
    expect(screen.getByText(/0:05\.0 · event 4/)).toBeTruthy();
  });

  it("a press beside everything goes to the event nearest before", () => {
    render(<Page call={ended} />);
    press(0.75, 2);
    expect(row(8).getAttribute("aria-current")).toBe("true");
  });

  it("a mark is a button that says what it is and goes there", async () => {
    render(<Page call={ended} />);
    await userEvent.click(screen.getByRole("button", { name: "0:12.0 Proposed: book, a table" }));
    expect(row(5).getAttribute("aria-current")).toBe("true");
    await userEvent.click(screen.getByRole("button", { name: /Error: AGENT_X, slow/ }));
    expect(row(8).getAttribute("aria-current")).toBe("true");
  });

  it("a line of the transcript goes there, and shows what was said before a correction", async () => {
    render(<Page call={ended} />);
    const panel = within(screen.getByRole("log"));
    expect(panel.getByText("Eight is better.").closest("del")).not.toBeNull();
    await userEvent.click(panel.getByText("Eight is best.", { exact: false }));
    expect(row(7).getAttribute("aria-current")).toBe("true");
  });

  it("is kept in the address once it rests, and read from it", () => {
    vi.useFakeTimers();
    try {
      const placed: Partial<CallSearch>[] = [];
      render(<Page call={ended} search={{ at: 4 }} onPlace={(next) => placed.push(next)} />);
      expect(row(4).getAttribute("aria-current")).toBe("true");
      for (let i = 0; i < 3; i++) fireEvent.keyDown(document.body, { key: "j" });
      expect(placed).toEqual([]);
      act(() => vi.advanceTimersByTime(1_000));
      expect(placed).toEqual([{ at: 7, raw: undefined }]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("by the keyboard", () => {
  it("walks a record from its beginning, to its ends, and opens and closes the raw form", async () => {
    const user = userEvent.setup();
    render(<Page call={ended} />);
    await user.keyboard("j");
    expect(current()).toBe("2");
    await user.keyboard("{End}");
    expect(current()).toBe("9");
    await user.keyboard("k{ArrowUp}");
    expect(current()).toBe("7");
    await user.keyboard("{Home}");
    expect(current()).toBe("1");
    await user.keyboard("{Enter}");
    expect(screen.getByRole("complementary", { name: "Raw event" }).textContent).toContain("evt_1");
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("complementary")).toBeNull();
    expect(current()).toBe("1");
    await user.keyboard("{Escape}");
    expect(current()).toBeUndefined();
  });

  it("filters by what is typed after a slash, and the keys typed there move nothing", async () => {
    const user = userEvent.setup();
    render(<Page call={ended} />);
    await user.keyboard("/");
    expect(document.activeElement).toBe(screen.getByRole("searchbox"));
    await user.keyboard("best jk");
    expect(current()).toBeUndefined();
    await screen.findByText("No event passes this filter");
    await user.clear(screen.getByRole("searchbox"));
    await user.keyboard("eight");
    await screen.findByText("2 of 9 events");
  });

  it("filters by family, with the number of events of each", async () => {
    const user = userEvent.setup();
    render(<Page call={ended} />);
    await user.click(screen.getByRole("button", { name: "all families" }));
    expect(screen.getByRole("checkbox", { name: "transcript" }).textContent).toContain("3");
    await user.click(screen.getByRole("checkbox", { name: "transcript" }));
    await screen.findByText("3 of 9 events");
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("checkbox")).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "transcript" }));
  });

  it("goes to a time, and says how to write one", async () => {
    const user = userEvent.setup();
    render(<Page call={ended} />);
    await user.keyboard("g");
    await user.keyboard("noon{Enter}");
    expect(screen.getByRole("textbox").getAttribute("aria-invalid")).toBe("true");
    await user.clear(screen.getByRole("textbox"));
    await user.keyboard("0:13{Enter}");
    expect(current()).toBe("5");
  });

  it("zooms by keys, moves by arrows on the strip, and shows the whole again", async () => {
    const user = userEvent.setup();
    render(<Page call={ended} />);
    await user.keyboard("++");
    expect(screen.getByText("4×")).toBeTruthy();
    plot().focus();
    await user.keyboard("{ArrowLeft}");
    expect(screen.getByText("4×")).toBeTruthy();
    await user.keyboard("-");
    expect(screen.getByText("2×")).toBeTruthy();
    await user.keyboard("0");
    expect(screen.getByText("1×")).toBeTruthy();
  });
});

describe("a long log", () => {
  it("shows a place that the stream has not reached, from a page of its own", async () => {
    replay = (after, limit) =>
      Array.from({ length: limit }, (_, i) =>
        event(after + i + 1, "call.turn.owner_changed", { owner: "agent" }),
      );
    render(<Page call={ended} total={5_000} search={{ at: 3_210 }} />);
    await act(() => Promise.resolve());
    expect(replayed.length).toBeGreaterThan(0);
    expect(replayed.every((query) => query.limit === 200)).toBe(true);
    expect(screen.getByRole("list", { name: "Timeline" }).style.height).toBe(`${5_000 * 28}px`);
  });

  it("says how much came since the reader left the end, and goes back there", async () => {
    const user = userEvent.setup();
    const running = applyEvents(emptyCall("ses_1"), events.slice(0, 4));
    const { rerender } = render(<Page call={running} live search={{ at: 2 }} />);
    rerender(<Page call={applyEvents(running, events.slice(4, 8))} live search={{ at: 2 }} />);
    await user.click(screen.getByRole("button", { name: "4 new" }));
    expect(screen.queryByRole("button", { name: /new$/ })).toBeNull();
    expect(current()).toBeUndefined();
    expect(screen.getByRole("button", { name: "follow" }).getAttribute("aria-pressed")).toBe("true");
  });

  it("does not take what a filter hid for new", async () => {
    const user = userEvent.setup();
    const running = applyEvents(emptyCall("ses_1"), events.slice(0, 8));
    render(<Page call={running} live search={{ at: 4, q: "seven" }} />);
    await screen.findByText("1 of 8 events");
    await user.clear(screen.getByRole("searchbox"));
    await screen.findByText("8 events, no gaps");
    expect(screen.queryByRole("button", { name: /new$/ })).toBeNull();
  });
});
