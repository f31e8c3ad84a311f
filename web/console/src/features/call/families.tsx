import { FAMILIES, familyOf, type CallEvent, type Family } from "@callboard/api";
import { useMemo } from "react";
import { countText } from "../../ui/format.ts";
import { FamilyMark } from "../../ui/marks.tsx";

interface FamilyFilterProps {
  events: readonly CallEvent[];
  chosen: readonly Family[] | undefined;
  onChoose: (families: Family[] | undefined) => void;
}

/** One switch per family that the log has; none pressed means all. */
export function FamilyFilter({ events, chosen, onChoose }: FamilyFilterProps) {
  const counts = useMemo(() => count(events), [events]);
  const present = FAMILIES.filter((family) => counts.has(family) || chosen?.includes(family));
  if (present.length < 2 && !chosen) return null;
  const toggle = (family: Family) => {
    const rest = chosen?.filter((other) => other !== family) ?? [];
    const next = chosen?.includes(family) ? rest : [...rest, family];
    onChoose(next.length === 0 ? undefined : FAMILIES.filter((each) => next.includes(each)));
  };
  return (
    <div role="group" aria-label="Families shown" className="flex flex-wrap gap-1">
      {present.map((family) => (
        <button
          key={family}
          type="button"
          aria-pressed={chosen?.includes(family) ?? false}
          title={`${countText(counts.get(family) ?? 0)} events`}
          className={PILL}
          onClick={() => toggle(family)}
        >
          <FamilyMark family={family} />
          {family}
        </button>
      ))}
    </div>
  );
}

export const PILL =
  "inline-flex h-[22px] items-center gap-1.5 rounded-full border border-line px-2 text-[11.5px] font-medium text-muted transition-colors hover:border-edge hover:text-ink aria-pressed:border-accent/50 aria-pressed:bg-accent/10 aria-pressed:text-accent";

function count(events: readonly CallEvent[]): Map<Family, number> {
  const counts = new Map<Family, number>();
  for (const { type } of events) counts.set(familyOf(type), (counts.get(familyOf(type)) ?? 0) + 1);
  return counts;
}
