import { asApiError } from "@callboard/api";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { http } from "../../core/client.ts";
import type { ServiceLevel, ServiceLevels } from "../../core/wire.ts";
import { Button } from "../../ui/button.tsx";
import { ChipLink } from "../../ui/chips.tsx";
import { cx } from "../../ui/class-names.ts";
import { Badge, type Tone } from "../../ui/marks.tsx";
import { ProblemNote } from "../../ui/problem.tsx";
import { Empty, Loading } from "../../ui/states.tsx";
import { USUAL, WINDOWS, type LevelsSearch, type LevelsWindow } from "./levels-search.ts";
import {
  budgetOf,
  burnText,
  countedText,
  measuredText,
  summaryOf,
  targetText,
  verdictOf,
  WINDOW_NAMES,
  wordsOf,
  type BudgetShown,
  type Verdict,
} from "./levels-words.ts";
import { SettingsFrame } from "./settings-page.tsx";

/** What is stored changes twice a minute; a long span hardly changes in that time, and is much to read. Milliseconds. */
const refetchEvery = (window: LevelsWindow) => (window === "1h" || window === "24h" ? 30_000 : 300_000);

/** How well the service did, against what is promised. */
export function LevelsPage({ search }: { search: LevelsSearch }) {
  const window = search.window ?? USUAL;
  const levels = useQuery({
    queryKey: ["service-levels", window],
    queryFn: () => http.get<ServiceLevels>(`/v1/slo?window=${window}`),
    refetchInterval: refetchEvery(window),
    placeholderData: keepPreviousData,
  });
  return (
    <SettingsFrame
      title="Service levels"
      lead="What is promised, what was measured, and how much of the error budget is left. Computed from what is stored."
    >
      <nav aria-label="Span" className="flex flex-wrap gap-1.5">
        {WINDOWS.map((one) => (
          <ChipLink
            key={one}
            to="/settings/service-levels"
            search={one === USUAL ? {} : { window: one }}
            current={one === window}
          >
            {WINDOW_NAMES[one]}
          </ChipLink>
        ))}
      </nav>
      {levels.isPending && <Loading what="the service levels" />}
      {levels.isError && (
        <ProblemNote error={asApiError(levels.error)} what="The service levels could not be read">
          <Button onClick={() => void levels.refetch()}>Try again</Button>
        </ProblemNote>
      )}
      {levels.data && <Levels levels={levels.data} />}
    </SettingsFrame>
  );
}

function Levels({ levels }: { levels: ServiceLevels }) {
  if (levels.objectives.every((level) => verdictOf(level) === "no data")) {
    return (
      <Empty title="Nothing is measured yet">
        <p className="text-muted">
          A running server writes its minutes; the first figures appear about a minute after its start.
        </p>
      </Empty>
    );
  }
  return (
    <section aria-label="Objectives" className="card max-w-5xl">
      <h2 className="flex min-h-9 flex-wrap items-center gap-x-3 border-b border-line px-3 py-1 font-semibold">
        {summaryOf(levels.objectives)}
        <span className="font-normal text-muted">
          {levels.scope === "tenant"
            ? "Of your tenant; minutes are the installation's."
            : "Of the whole installation."}
        </span>
      </h2>
      <ul>
        {levels.objectives.map((level) => (
          <Row key={level.objective} level={level} />
        ))}
      </ul>
    </section>
  );
}

const TONES: Record<Verdict, Tone> = { met: "ok", missed: "bad", "no data": "calm" };

function Row({ level }: { level: ServiceLevel }) {
  const verdict = verdictOf(level);
  const { name } = wordsOf(level);
  const measured = measuredText(level);
  const budget = budgetOf(level);
  return (
    <li className="grid items-start gap-x-4 gap-y-1 border-b border-line/60 px-3 py-2.5 last:border-0 sm:grid-cols-[84px_minmax(0,1fr)_minmax(0,150px)_minmax(0,240px)]">
      <span>
        <Badge tone={TONES[verdict]}>{verdict}</Badge>
      </span>
      <span>
        <span className="font-medium">{name}</span>
        <span className="block text-muted">{level.source}</span>
        {level.note && <span className="block text-muted">{level.note}</span>}
      </span>
      <span className="tabular-nums">
        {measured && (
          <span className="block font-medium" title={`${level.measured}`}>
            {measured}
          </span>
        )}
        <span className="block text-muted">{targetText(level)}</span>
      </span>
      <span className="tabular-nums">
        {budget ? (
          <>
            <Bar budget={budget} name={name} />
            <span className="block text-muted">{countedText(level)}</span>
            {burnText(level) && <span className="block text-muted">{burnText(level)}</span>}
          </>
        ) : (
          <span className="text-muted">Nothing of it happened in this span.</span>
        )}
      </span>
    </li>
  );
}

const FILLS: Record<BudgetShown["tone"], string> = { calm: "bg-accent", warn: "bg-warn", bad: "bg-bad" };

function Bar({ budget, name }: { budget: BudgetShown; name: string }) {
  return (
    <>
      <span
        role="meter"
        aria-label={`Error budget of ${name}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(budget.share * 100)}
        aria-valuetext={budget.text}
        className="mt-1.5 mb-1 block h-1.5 overflow-hidden rounded-full bg-raised"
      >
        <span
          className={cx("block h-full", FILLS[budget.tone])}
          style={{ width: `${(budget.share * 100).toFixed(1)}%` }}
        />
      </span>
      <span className="block">{budget.text}</span>
    </>
  );
}
