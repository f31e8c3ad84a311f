import type { Outcome } from "../../core/wire.ts";
import { Badge, type Tone } from "../../ui/marks.tsx";

const TONES: Record<Outcome, Tone> = {
  applied: "ok",
  ignored: "calm",
  unmapped: "warn",
  refused: "bad",
  failed: "bad",
};

const MEANINGS: Record<Outcome, string> = {
  applied: "It changed its call",
  ignored: "It says nothing that its call did not know",
  unmapped: "Its room belongs to no call of this tenant",
  refused: "It was not accepted",
  failed: "It could not be processed; it can be processed again",
};

export function OutcomeMark({ outcome }: { outcome: Outcome }) {
  return (
    <Badge tone={TONES[outcome]} title={MEANINGS[outcome]}>
      {outcome}
    </Badge>
  );
}
