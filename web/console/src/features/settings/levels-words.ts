/** What service levels look like in words: pure, so that it can be tested without a page. */
import type { ServiceLevel } from "../../core/wire.ts";
import type { LevelsWindow } from "./levels-search.ts";
import { countText } from "../../ui/format.ts";

export const WINDOW_NAMES: Record<LevelsWindow, string> = {
  "1h": "1 hour",
  "24h": "24 hours",
  "7d": "7 days",
  "28d": "28 days",
};

interface Words {
  name: string;
  /** What is counted. */
  what: string;
}

const WORDS: Record<ServiceLevel["objective"], Words> = {
  availability: { name: "Availability", what: "minutes up" },
  api_p95: { name: "API latency, p95", what: "requests in time" },
  server_errors: { name: "API answers 5xx", what: "requests without" },
  event_visible_p95: { name: "Event visible, p95", what: "events in time" },
  delivery: { name: "Webhook delivery", what: "deliveries arrived" },
  transcript_p95: { name: "Transcript, p95", what: "finals in time" },
  reconnect: { name: "Reconnect recovery", what: "cuts healed" },
  budget: { name: "Bad minutes of 28 days", what: "minutes good" },
};

/** The words of an objective; one that this console does not know yet keeps its name. */
export const wordsOf = (level: Pick<ServiceLevel, "objective">): Words =>
  (WORDS as Partial<Record<string, Words>>)[level.objective] ?? { name: level.objective, what: "good" };

const PERCENT = new Intl.NumberFormat(undefined, { maximumFractionDigits: 3 });
const MS = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const SECONDS = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });

/** A figure with its unit: `99.95 %`, `350 ms`, `2.5 s`. */
export function figureText(value: number, unit: ServiceLevel["unit"]): string {
  if (unit === "percent") return `${PERCENT.format(value)} %`;
  return value < 1_000 ? `${MS.format(value)} ms` : `${SECONDS.format(value / 1_000)} s`;
}

export const targetText = (level: ServiceLevel): string =>
  `${level.direction === "at_least" ? "at least" : "at most"} ${figureText(level.target, level.unit)}`;

/** What was measured; nothing while there is no data. */
export function measuredText(level: ServiceLevel): string | undefined {
  if (level.measured === null) return undefined;
  return `${level.above ? "above " : ""}${figureText(level.measured, level.unit)}`;
}

export const countedText = (level: ServiceLevel): string =>
  `${countText(level.good)} of ${countText(level.total)} ${wordsOf(level).what}`;

export type Verdict = "met" | "missed" | "no data";

/** No data is neither met nor missed. */
export function verdictOf(level: Pick<ServiceLevel, "met">): Verdict {
  if (level.met === null) return "no data";
  return level.met ? "met" : "missed";
}

export interface BudgetShown {
  /** How much of the bar is filled, 0 to 1. */
  share: number;
  /** `calm` with room, `warn` when little is left, `bad` when it is overdrawn. */
  tone: "calm" | "warn" | "bad";
  text: string;
}

/** From here on little is left. */
const LITTLE = 0.75;

/** The bar of an error budget and what stands beside it; nothing without data. */
export function budgetOf(level: ServiceLevel): BudgetShown | undefined {
  const { budget } = level;
  if (!budget) return undefined;
  const { allowed, spent, left } = budget;
  if (allowed <= 0) {
    return spent === 0
      ? { share: 0, tone: "calm", text: "nothing may go wrong, and nothing did" }
      : { share: 1, tone: "bad", text: `nothing may go wrong; ${countText(spent)} did` };
  }
  const used = spent / allowed;
  const percent = `${PERCENT.format(Math.round(used * 1_000) / 10)} % spent`;
  const rest = left < 0 ? "overdrawn" : `${PERCENT.format(Math.floor(left * 10) / 10)} left`;
  const share = Math.min(1, Math.max(0, used));
  return { share, tone: left < 0 ? "bad" : used >= LITTLE ? "warn" : "calm", text: `${percent}, ${rest}` };
}

/** How fast a budget is spent: `2.5 × as fast as it may be`; nothing while it is not. */
export function burnText(level: ServiceLevel): string | undefined {
  const rate = level.budget?.burnRate;
  if (rate === undefined || rate === null || rate === 0) return undefined;
  return `${PERCENT.format(Math.round(rate * 100) / 100)} × as fast as it may be`;
}

/** One line over all of them. */
export function summaryOf(levels: readonly ServiceLevel[]): string {
  const count = (verdict: Verdict) => levels.filter((level) => verdictOf(level) === verdict).length;
  const [missed, met, silent] = [count("missed"), count("met"), count("no data")];
  if (met + missed === 0) return "There is no data yet.";
  const parts = [missed > 0 ? `${missed} missed` : "None missed", `${met} met`];
  if (silent > 0) parts.push(`${silent} without data`);
  return `${parts.join(", ")}.`;
}
