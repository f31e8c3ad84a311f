import { X } from "lucide-react";
import { useState, type FormEvent } from "react";
import { ACTIONS } from "../../ui/audit-words.ts";
import { Button } from "../../ui/button.tsx";
import { Input, Select } from "../../ui/field.tsx";
import { shortId } from "../../ui/format.ts";
import type { AuditSearch, Place } from "./search.ts";

interface FiltersProps {
  search: AuditSearch;
  place: Place;
}

/** What of the audit is shown; kept in the address. */
export function AuditFilters({ search, place }: FiltersProps) {
  const { action } = search;
  const choose: Place = (change) => place({ ...change, entry: undefined });
  return (
    <>
      <Select
        aria-label="Only this change"
        className="!h-7 !w-52"
        value={action ?? ""}
        onChange={(event) => choose({ action: event.target.value || undefined })}
      >
        <option value="">All changes</option>
        {action && !(action in ACTIONS) && <option value={action}>{action}</option>}
        {Object.entries(ACTIONS).map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </Select>
      <IdFilter word="By" label="Only what this id did" value={search.by} onPlace={(by) => choose({ by })} />
      <IdFilter
        word="On"
        label="Only what was done to this id"
        value={search.on}
        onPlace={(on) => choose({ on })}
      />
      <TimeFilter word="from" value={search.from} onPlace={(from) => choose({ from })} />
      <TimeFilter word="until" value={search.until} onPlace={(until) => choose({ until })} />
    </>
  );
}

interface FilterProps {
  word: string;
  value: string | undefined;
  onPlace: (value: string | undefined) => void;
}

function IdFilter({ word, label, value, onPlace }: FilterProps & { label: string }) {
  const [text, setText] = useState("");
  if (value !== undefined) {
    return (
      <Button onClick={() => onPlace(undefined)} title={`${word} ${value} only. Press to show all`}>
        {word} <span className="mono">{shortId(value)}</span>
        <X size={13} aria-label="show all" />
      </Button>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) onPlace(text.trim());
    setText("");
  };
  return (
    <form onSubmit={submit}>
      <Input
        aria-label={label}
        placeholder={`${word} id, then Enter`}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="!h-7 !w-36"
      />
    </form>
  );
}

function TimeFilter({ word, value, onPlace }: FilterProps) {
  return (
    <label className="flex items-center gap-1.5 text-muted">
      {word}
      <Input
        type="datetime-local"
        value={value ?? ""}
        onChange={(event) => onPlace(event.target.value || undefined)}
        className="!h-7 !w-44"
      />
    </label>
  );
}
