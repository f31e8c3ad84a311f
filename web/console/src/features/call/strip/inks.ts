/** The page's colours as a canvas needs them, read again when light becomes dark. */
import type { ParticipantView, StripLane } from "@callboard/api";
import { useEffect, useState } from "react";

export interface Inks {
  line: string;
  faint: string;
  panel: string;
  warn: string;
  /** One after the other for the lanes of those in the call. */
  lanes: readonly string[];
  font: string;
}

const LANES = [
  "--family-call",
  "--family-usage",
  "--family-action",
  "--family-safety",
  "--family-transcript",
];

const QUIET = LANES.length - 1;

/** The same colours for the words beside the lanes. */
export const LANE_CLASSES = ["text-call", "text-usage", "text-action", "text-safety", "text-transcript"];

/** Which of the colours each participant has: observers the quiet one, the others one after the other. */
export function huesOf(
  people: readonly Pick<ParticipantView, "participantId" | "role">[],
): Map<string, number> {
  let next = 0;
  return new Map(
    people.map((person) => [person.participantId, person.role === "observer" ? QUIET : next++ % QUIET]),
  );
}

/** The colours of the lanes, in their order; a voice that nobody knows is quiet. */
export function laneHues(lanes: readonly StripLane[]): number[] {
  const people = lanes.map(({ key, person }) => ({
    participantId: key,
    role: person?.role ?? (key === "voice:unknown" ? "observer" : "caller"),
  }));
  return [...huesOf(people).values()];
}

/** What a variable comes to: a canvas knows neither variables nor `light-dark()`. */
function resolve(probe: HTMLElement, name: string): string {
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

function read(): Inks {
  const probe = document.createElement("i");
  document.body.append(probe);
  const inks = {
    line: resolve(probe, "--line"),
    faint: resolve(probe, "--faint"),
    panel: resolve(probe, "--panel"),
    warn: resolve(probe, "--warn"),
    lanes: LANES.map((name) => resolve(probe, name)),
    font: '10.5px ui-monospace, "JetBrains Mono", "DejaVu Sans Mono", monospace',
  };
  probe.remove();
  return inks;
}

export function useInks(): Inks {
  const [inks, setInks] = useState(read);
  useEffect(() => {
    const again = () => setInks(read());
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const theme = new MutationObserver(again);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    dark.addEventListener("change", again);
    return () => {
      theme.disconnect();
      dark.removeEventListener("change", again);
    };
  }, []);
  return inks;
}
