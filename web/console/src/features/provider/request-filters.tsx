import { X } from "lucide-react";
import { compact } from "../../core/search-text.ts";
import { Button } from "../../ui/button.tsx";
import { ChipLink } from "../../ui/chips.tsx";
import { Select } from "../../ui/field.tsx";
import { shortId } from "../../ui/format.ts";
import { METHODS, STATUSES, type Place, type ProviderSearch } from "./search.ts";

const WORDS = { "2xx": "done", "4xx": "refused", "5xx": "failed" } as const;

export function AnswerFilter({ search }: { search: ProviderSearch }) {
  return (
    <nav aria-label="Show requests that were" className="flex flex-wrap gap-1">
      {[undefined, ...STATUSES].map((status) => (
        <ChipLink
          key={status ?? "all"}
          to="/provider"
          search={compact({ ...search, status, request: undefined })}
          current={search.status === status}
        >
          {status ? WORDS[status] : "all"}
        </ChipLink>
      ))}
    </nav>
  );
}

interface FilterProps {
  search: ProviderSearch;
  place: Place;
}

export function MethodFilter({ search, place }: FilterProps) {
  return (
    <Select
      aria-label="Method"
      className="!h-7 !w-32"
      value={search.method ?? ""}
      onChange={({ target }) =>
        place({ method: METHODS.find((one) => one === target.value), request: undefined })
      }
    >
      <option value="">All methods</option>
      {METHODS.map((method) => (
        <option key={method}>{method}</option>
      ))}
    </Select>
  );
}

/** Whose requests alone are shown, and the way back. */
export function CallerFilter({ search, place }: FilterProps) {
  const { by } = search;
  if (by === undefined) return null;
  return (
    <Button
      onClick={() => place({ by: undefined, request: undefined })}
      title={`Only ${by}. Press to show all`}
    >
      By <span className="mono">{shortId(by)}</span>
      <X size={13} aria-label="show all" />
    </Button>
  );
}
