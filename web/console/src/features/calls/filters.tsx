import { useNavigate } from "@tanstack/react-router";
import { ListFilter, Search, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { compact } from "../../core/search-text.ts";
import { Button } from "../../ui/button.tsx";
import { ChipLink } from "../../ui/chips.tsx";
import { Field, Input, Select } from "../../ui/field.tsx";
import { countFilters, SPANS, STATUSES, type CallsSearch, type Span } from "./search.ts";

export function StatusFilter({ search }: { search: CallsSearch }) {
  return (
    <nav aria-label="Show calls that are" className="flex flex-wrap gap-1">
      {[undefined, ...STATUSES].map((status) => (
        <ChipLink
          key={status ?? "all"}
          to="/calls"
          search={compact({ ...search, status })}
          current={search.status === status}
        >
          {status ?? "all"}
        </ChipLink>
      ))}
    </nav>
  );
}

/** Puts changed filters into the address. */
function usePlace() {
  const navigate = useNavigate({ from: "/calls" });
  return (change: { [K in keyof CallsSearch]?: CallsSearch[K] | undefined }) =>
    void navigate({ search: (old) => compact({ ...old, ...change }), replace: true });
}

/** The address follows a moment after the last letter. */
const PAUSE_MS = 250;

/** A text field whose value lives in the address, without a step of history for each letter. */
function usePlacedText(value: string | undefined, place: (value: string | undefined) => void) {
  const [text, setText] = useState(value ?? "");
  const latest = useRef(place);
  latest.current = place;
  const sent = useRef(value);
  useEffect(() => {
    // The address changed by other means: a link, the back button.
    if (value !== sent.current) setText(value ?? "");
    sent.current = value;
  }, [value]);
  useEffect(() => {
    const wanted = text.trim() === "" ? undefined : text;
    if (wanted === sent.current) return undefined;
    const timer = setTimeout(() => {
      sent.current = wanted;
      latest.current(wanted);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return [text, setText] as const;
}

export function TextFilter({ search }: { search: CallsSearch }) {
  const place = usePlace();
  const [text, setText] = usePlacedText(search.text, (value) => place({ text: value }));
  return (
    <label className="relative flex min-w-0 items-center max-sm:flex-1">
      <Search size={13} aria-hidden className="absolute left-2 text-faint" />
      <Input
        type="search"
        aria-label="Title, name, id or reference"
        placeholder="Title, name, id or reference"
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="!h-7 pl-7 sm:w-52"
      />
    </label>
  );
}

interface MoreFiltersButtonProps {
  search: CallsSearch;
  open: boolean;
  onOpen: (open: boolean) => void;
}

export function MoreFiltersButton({ search, open, onOpen }: MoreFiltersButtonProps) {
  const on = countFilters(search);
  return (
    <Button aria-expanded={open} aria-controls="more-filters" onClick={() => onOpen(!open)}>
      <ListFilter size={14} aria-hidden />
      {on === 0 ? "Filters" : `Filters, ${on} on`}
    </Button>
  );
}

const SPAN_WORDS: Record<Span, string> = { "1h": "Last hour", "24h": "Last 24 hours", "7d": "Last 7 days" };

export function MoreFilters({ search }: { search: CallsSearch }) {
  const place = usePlace();
  const chosen = search.from || search.until ? "custom" : (search.within ?? "any");
  const [custom, setCustom] = useState(chosen === "custom");
  const onSpan = (value: string) => {
    setCustom(value === "custom");
    const within = value in SPANS ? (value as Span) : undefined;
    place({ within, from: undefined, until: undefined });
  };
  return (
    <div
      id="more-filters"
      role="group"
      aria-label="Filters"
      className="grid grid-cols-2 items-end gap-3 rounded-lg border border-line bg-panel p-3 md:grid-cols-4 xl:grid-cols-6"
    >
      <Field label="Created">
        {(control) => (
          <Select {...control} value={custom ? "custom" : chosen} onChange={(e) => onSpan(e.target.value)}>
            <option value="any">Any time</option>
            {Object.entries(SPAN_WORDS).map(([span, words]) => (
              <option key={span} value={span}>
                {words}
              </option>
            ))}
            <option value="custom">From, until</option>
          </Select>
        )}
      </Field>
      {custom && <CustomSpan search={search} />}
      <PlacedField
        label="Correlation id"
        value={search.reference}
        onPlace={(reference) => place({ reference })}
      />
      <PlacedField
        label="Metadata key"
        value={search.key}
        onPlace={(key) => place(key === undefined ? { key, value: undefined } : { key })}
      />
      <PlacedField
        label="with the value"
        value={search.value}
        disabled={search.key === undefined}
        onPlace={(value) => place({ value })}
      />
      <Button
        look="quiet"
        className="!h-8 justify-self-start"
        disabled={countFilters(search) === 0}
        onClick={() => {
          setCustom(false);
          place({
            within: undefined,
            from: undefined,
            until: undefined,
            reference: undefined,
            key: undefined,
            value: undefined,
          });
        }}
      >
        <X size={14} aria-hidden />
        Clear
      </Button>
    </div>
  );
}

function CustomSpan({ search }: { search: CallsSearch }) {
  const place = usePlace();
  const ends = [
    ["From", "from"],
    ["Until", "until"],
  ] as const;
  return ends.map(([label, end]) => (
    <Field key={end} label={label}>
      {(control) => (
        <Input
          {...control}
          type="datetime-local"
          value={search[end] ?? ""}
          onChange={(event) => place({ within: undefined, [end]: event.target.value || undefined })}
        />
      )}
    </Field>
  ));
}

interface PlacedFieldProps {
  label: string;
  value: string | undefined;
  disabled?: boolean;
  onPlace: (value: string | undefined) => void;
}

function PlacedField({ label, value, disabled, onPlace }: PlacedFieldProps) {
  const [text, setText] = usePlacedText(value, onPlace);
  return (
    <Field label={label}>
      {(control) => (
        <Input
          {...control}
          disabled={disabled}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      )}
    </Field>
  );
}
