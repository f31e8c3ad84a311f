import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { http } from "../../core/client.ts";
import type { PublishedSchema } from "../../core/wire.ts";
import { Check } from "../../ui/field.tsx";
import { Spinner } from "../../ui/button.tsx";
import { ALL, byFamily, setAll, setFamily, setType, wants, wholeOf, type TypeFamily } from "./event-types.ts";

interface TypeChoiceProps {
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  error: string | undefined;
}

/** The events of the contract as a checklist, by families. */
export function TypeChoice({ chosen, onChange, error }: TypeChoiceProps) {
  const told = useId();
  const schemas = useQuery({
    queryKey: ["schemas"],
    queryFn: () => http.get<{ items: PublishedSchema[] }>("/v1/schemas"),
    select: ({ items }) => byFamily(items),
    staleTime: Infinity,
  });
  return (
    <fieldset aria-describedby={error ? told : undefined} className="min-w-0">
      <legend className="mb-1 font-medium">Events to send</legend>
      <Check
        label={<span className="mono">{ALL}</span>}
        note="Everything, also types that come later"
        checked={chosen.includes(ALL)}
        onChange={(event) => onChange(setAll(event.target.checked))}
      />
      {schemas.isPending && (
        <p className="flex items-center gap-2 text-muted">
          <Spinner /> Reading the types
        </p>
      )}
      {schemas.isError && (
        <p className="text-bad">The types could not be read. All events can still be chosen.</p>
      )}
      <div className="mt-1.5 grid max-h-[38vh] gap-x-4 gap-y-3 overflow-y-auto rounded-md border border-line p-2.5 empty:hidden sm:grid-cols-2">
        {schemas.data?.map((family) => (
          <Family key={family.family} family={family} chosen={chosen} onChange={onChange} />
        ))}
      </div>
      {error && (
        <p id={told} className="mt-1 text-xs text-bad">
          {error}
        </p>
      )}
    </fieldset>
  );
}

interface FamilyProps {
  family: TypeFamily;
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

function Family({ family, chosen, onChange }: FamilyProps) {
  const whole = chosen.includes(ALL) || chosen.includes(wholeOf(family.family));
  return (
    <div role="group" aria-label={family.family} className="min-w-0">
      <Check
        label={<span className="mono font-semibold">{wholeOf(family.family)}</span>}
        checked={whole}
        disabled={chosen.includes(ALL)}
        onChange={(event) => onChange(setFamily(chosen, family, event.target.checked))}
      />
      <div className="ml-[22px]">
        {family.types.map((type) => (
          <Check
            key={type}
            label={<span className="mono text-muted">{type}</span>}
            checked={wants(chosen, family.family, type)}
            disabled={chosen.includes(ALL)}
            onChange={(event) => onChange(setType(chosen, family, type, event.target.checked))}
          />
        ))}
      </div>
    </div>
  );
}
