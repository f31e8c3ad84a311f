import { Check, CircleSlash, TriangleAlert } from "lucide-react";
import { useNow } from "../../core/use-now.ts";
import { Spinner } from "../../ui/button.tsx";
import { cx } from "../../ui/class-names.ts";
import { clockText } from "../../ui/format.ts";
import type { Phase, Shown } from "./phase.ts";

const TONES: Record<Phase, string> = {
  connecting: "bg-raised text-muted",
  connected: "bg-ok/10 text-ok",
  reconnecting: "bg-warn/13 text-warn",
  ended: "bg-raised text-ink",
  failed: "bg-bad/11 text-bad",
};

const ICONS: Partial<Record<Phase, typeof Check>> = {
  connected: Check,
  ended: CircleSlash,
  failed: TriangleAlert,
};

/** The state of the call in words, with the time that is left to come back. */
export function StatusBar({ shown }: { shown: Shown }) {
  const { phase, text, detail, deadline } = shown;
  const Icon = ICONS[phase];
  return (
    <div
      className={cx(
        "mx-3.5 grid grid-cols-[auto_1fr_auto] items-center gap-2.5 rounded-[10px] px-3.5 font-medium",
        phase === "connected" ? "py-1.5 text-[13px]" : "py-2.5",
        TONES[phase],
      )}
    >
      {Icon ? <Icon size={16} aria-hidden /> : <Spinner size={20} />}
      <div role="status">
        {text}
        {detail && <span className="font-normal">. {detail}</span>}
      </div>
      {deadline !== undefined && phase === "reconnecting" && <Countdown to={deadline} />}
    </div>
  );
}

function Countdown({ to }: { to: number }) {
  const now = useNow(true, 250);
  return (
    <span role="timer" aria-label="Time left to come back" className="mono text-[13px]">
      {clockText(Math.max(0, to - now))}
    </span>
  );
}
