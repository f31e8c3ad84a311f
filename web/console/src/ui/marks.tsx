/** Small pictures that carry a meaning beside their word: families, states, the brand. */
import type { Connection, Family, SessionStatus, Weight } from "@callboard/api";
import type { ReactNode } from "react";
import { cx } from "./class-names.ts";

export function Logo({ size = 16 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="currentColor"
      className="text-accent"
      aria-hidden
    >
      <rect x="1" y="2" width="9" height="3" rx="1" />
      <rect x="5" y="6.5" width="10" height="3" rx="1" opacity=".6" />
      <rect x="2" y="11" width="6" height="3" rx="1" opacity=".85" />
    </svg>
  );
}

const SHAPES: Record<Family, ReactNode> = {
  call: <rect x="1" y="1" width="8" height="8" rx="2" />,
  transcript: <path d="M0 2.2h10v2H0zM0 6h7v2H0z" />,
  action: <path d="M5 0l5 5-5 5-5-5z" />,
  safety: <path d="M5 .6l5 8.8H0z" />,
  usage: <path d="M.6 10V6.4h2.2V10zM3.9 10V3.4h2.2V10zM7.2 10V.6h2.2V10z" />,
};

const INKS: Record<Family, string> = {
  call: "text-call",
  transcript: "text-transcript",
  action: "text-action",
  safety: "text-safety",
  usage: "text-usage",
};

/** A family by shape and colour; what went wrong is a red disc, what may go wrong an amber ring. */
export function FamilyMark({ family, weight = "plain" }: { family: Family; weight?: Weight }) {
  const ink = weight === "bad" ? "text-bad" : weight === "warn" ? "text-warn" : INKS[family];
  return (
    <svg
      width="9"
      height="9"
      viewBox="0 0 10 10"
      fill="currentColor"
      className={cx("shrink-0", ink)}
      aria-hidden
    >
      {weight === "plain" && SHAPES[family]}
      {weight === "bad" && <circle cx="5" cy="5" r="4.6" />}
      {weight === "warn" && (
        <circle cx="5" cy="5" r="3.6" fill="none" stroke="currentColor" strokeWidth="2.2" />
      )}
    </svg>
  );
}

export type Tone = "ok" | "warn" | "bad" | "calm";

const TONES: Record<Tone, string> = {
  ok: "bg-ok/13 text-ok",
  warn: "bg-warn/13 text-warn",
  bad: "bg-bad/12 text-bad",
  calm: "bg-raised text-muted",
};

export function toneOf(status: SessionStatus, connection: Connection): Tone {
  if (status === "failed") return "bad";
  if (status === "ended") return "calm";
  if (connection === "reconnecting") return "warn";
  return status === "active" ? "ok" : "calm";
}

const DOTS: Record<Tone, ReactNode> = {
  ok: <circle cx="4" cy="4" r="3.5" />,
  warn: <circle cx="4" cy="4" r="2.8" fill="none" stroke="currentColor" strokeWidth="1.8" />,
  bad: <path d="M1 1l6 6M7 1L1 7" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />,
  calm: <rect x="1" y="1" width="6" height="6" rx="1.2" />,
};

export function Dot({ tone, className }: { tone: Tone; className?: string }) {
  return (
    <svg
      width="8"
      height="8"
      viewBox="0 0 8 8"
      fill="currentColor"
      className={cx("shrink-0", className)}
      aria-hidden
    >
      {DOTS[tone]}
    </svg>
  );
}

/** A call's state in words: the status, and the connection where it adds something. */
export function stateWords(status: SessionStatus, connection: Connection): string {
  const over = status === "ended" || status === "failed";
  const dull = over || (status === "created" && connection === "idle");
  return dull ? status : `${status}, ${connection}`;
}

/** A state in a word, with its shape and colour. */
export function Badge({ tone, title, children }: { tone: Tone; title?: string; children: ReactNode }) {
  return (
    <span
      title={title}
      className={cx(
        "inline-flex h-[22px] items-center gap-1.5 rounded-full px-2 text-xs font-medium whitespace-nowrap",
        TONES[tone],
      )}
    >
      <Dot tone={tone} />
      {children}
    </span>
  );
}

export function StateChip({ status, connection }: { status: SessionStatus; connection: Connection }) {
  return <Badge tone={toneOf(status, connection)}>{stateWords(status, connection)}</Badge>;
}

export function Chip({ children, title }: { children: ReactNode; title?: string }) {
  return (
    <span
      title={title}
      className="inline-flex shrink-0 items-center rounded-full border border-line px-2 py-px text-[11.5px] font-medium whitespace-nowrap text-muted"
    >
      {children}
    </span>
  );
}
