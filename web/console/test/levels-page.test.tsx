/** The page of service levels, against a server held by the test. */
import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { queryClient } from "../src/core/client.ts";
import type { ServiceLevel, ServiceLevels } from "../src/core/wire.ts";
import { LevelsPage } from "../src/features/settings/levels-page.tsx";
import type { LevelsWindow } from "../src/features/settings/levels-search.ts";
import { at } from "../../api/test/events.ts";

vi.mock("@tanstack/react-router", () => ({
  Link: ({ children, ...rest }: { children: ReactNode }) => (
    <a aria-current={(rest as { "aria-current"?: "true" })["aria-current"]}>{children}</a>
  ),
}));

const level = (more: Partial<ServiceLevel>): ServiceLevel => ({
  objective: "availability",
  target: 99.5,
  unit: "percent",
  direction: "at_least",
  measured: null,
  above: false,
  good: 0,
  total: 0,
  budget: null,
  met: null,
  source: "minutes of the tests",
  ...more,
});

const answer = (objectives: ServiceLevel[]): ServiceLevels => ({
  window: "7d",
  from: at(0),
  until: at(60),
  scope: "tenant",
  objectives,
});

let asked: string[];
let given: ServiceLevels;

beforeEach(() => {
  asked = [];
  queryClient.clear();
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(new URL(url).search);
    return new Response(JSON.stringify(given), { headers: { "content-type": "application/json" } });
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const open = (window: LevelsWindow | undefined) =>
  render(
    <QueryClientProvider client={queryClient}>
      <LevelsPage search={window ? { window } : {}} />
    </QueryClientProvider>,
  );

describe("the service levels", () => {
  it("shows what was measured, its budget, and what has no data", async () => {
    given = answer([
      level({
        measured: 99,
        good: 99,
        total: 100,
        met: false,
        budget: { allowed: 0.5, spent: 1, left: -0.5, burnRate: 2 },
        note: "3 minutes after an announced stop are not counted.",
      }),
      level({ objective: "delivery", target: 99.9 }),
    ]);
    open("7d");
    expect(await screen.findByText("99 %")).toBeDefined();
    expect(asked).toEqual(["?window=7d"]);
    expect(screen.getByText("7 days").getAttribute("aria-current")).toBe("true");
    expect(screen.getByText("1 missed, 0 met, 1 without data.")).toBeDefined();
    const meter = screen.getByRole("meter", { name: "Error budget of Availability" });
    expect(meter.getAttribute("aria-valuetext")).toBe("200 % spent, overdrawn");
    expect(screen.getByText("3 minutes after an announced stop are not counted.")).toBeDefined();
    expect(screen.getByText("no data")).toBeDefined();
    expect(screen.getAllByRole("meter")).toHaveLength(1);
  });

  it("says that nothing is measured yet, and asks for the usual span", async () => {
    given = answer([level({}), level({ objective: "delivery" })]);
    open(undefined);
    expect(await screen.findByText("Nothing is measured yet")).toBeDefined();
    expect(asked).toEqual(["?window=28d"]);
    expect(screen.queryByRole("meter")).toBeNull();
  });

  it("asks again often for a short span and seldom for a long one", async () => {
    vi.useFakeTimers();
    given = answer([level({})]);
    open("1h");
    await vi.advanceTimersByTimeAsync(65_000);
    expect(asked).toEqual(["?window=1h", "?window=1h", "?window=1h"]);
    cleanup();
    asked = [];
    open(undefined);
    await vi.advanceTimersByTimeAsync(65_000);
    expect(asked).toEqual(["?window=28d"]);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(asked).toEqual(["?window=28d", "?window=28d"]);
  });
});
