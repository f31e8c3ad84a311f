import { FAMILIES, familyOf, type CallEvent, type Family } from "@callboard/api";
import { Check } from "lucide-react";
import { useMemo } from "react";
import { cx } from "../../ui/class-names.ts";
import { countText } from "../../ui/format.ts";
import { FamilyMark } from "../../ui/marks.tsx";
import { MENU_ITEM, MenuButton } from "../../ui/menu-button.tsx";

interface FamilyFilterProps {
  events: readonly CallEvent[];
  chosen: readonly Family[] | undefined;
  onChoose: (families: Family[] | undefined) => void;
}

/** Which families the timeline shows, with how many events each has; none chosen means all. */
export function FamilyFilter({ events, chosen, onChoose }: FamilyFilterProps) {
  const counts = useMemo(() => count(events), [events]);
  const toggle = (family: Family) => {
    const rest = chosen?.filter((other) => other !== family) ?? [];
    const next = chosen?.includes(family) ? rest : [...rest, family];
    onChoose(next.length === 0 ? undefined : FAMILIES.filter((each) => next.includes(each)));
  };
  const label = chosen ? (
    <>
      {chosen.map((family) => (
        <FamilyMark key={family} family={family} />
      ))}
      {chosen.length < 3 ? chosen.join(", ") : `${chosen.length} families`}
    </>
  ) : (
    "all families"
  );
  return (
    <MenuButton align="left" className={cx(PILL, chosen && PILL_ON)} label={label}>
      {() => (
        <div role="group" aria-label="Families shown" className="grid gap-px">
          {FAMILIES.map((family) => (
            <button
              key={family}
              type="button"
              role="checkbox"
              aria-checked={chosen?.includes(family) ?? false}
              aria-label={family}
              className={MENU_ITEM}
              onClick={() => toggle(family)}
            >
              <span className="flex items-center gap-2">
                <Check size={13} aria-hidden className={cx(!chosen?.includes(family) && "invisible")} />
                <FamilyMark family={family} />
                {family}
              </span>
              <span className="text-faint">{countText(counts.get(family) ?? 0)}</span>
            </button>
          ))}
        </div>
      )}
    </MenuButton>
  );
}

export const PILL =
  "inline-flex h-[22px] items-center gap-1.5 rounded-full border border-line px-2 text-[11.5px] font-medium text-muted transition-colors hover:border-edge hover:text-ink aria-pressed:border-accent/50 aria-pressed:bg-accent/10 aria-pressed:text-accent";

const PILL_ON = "!border-accent/50 !bg-accent/10 !text-accent";

function count(events: readonly CallEvent[]): Map<Family, number> {
  const counts = new Map<Family, number>();
  for (const { type } of events) counts.set(familyOf(type), (counts.get(familyOf(type)) ?? 0) + 1);
  return counts;
}
