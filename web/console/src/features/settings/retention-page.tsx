import { asApiError, type Schemas } from "@callboard/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { http } from "../../core/client.ts";
import { Button } from "../../ui/button.tsx";
import { Field, fieldError, Input } from "../../ui/field.tsx";
import { ProblemNote } from "../../ui/problem.tsx";
import { Loading } from "../../ui/states.tsx";
import { say } from "../../ui/toast.tsx";
import { SettingsFrame } from "./settings-page.tsx";

type Retention = Schemas["Retention"];
type Kind = keyof Retention["days"];

const KINDS: readonly { kind: Kind; name: string; hint: string }[] = [
  {
    kind: "text",
    name: "Personal text of calls",
    hint: "Counted from the end of the call. Order and counts stay.",
  },
  { kind: "events", name: "Whole calls", hint: "Counted from the end of the call. Only the id stays taken." },
  { kind: "receipts", name: "What the media server delivered", hint: "Counted from the delivery." },
  {
    kind: "deliveries",
    name: "What was sent to webhook endpoints",
    hint: "Counted from when it was settled.",
  },
  { kind: "requests", name: "API requests", hint: "Counted from the request." },
  { kind: "audit", name: "Audit", hint: "At least 365 days." },
];

/** How long each kind of data is kept. */
export function RetentionPage() {
  const kept = useQuery({ queryKey: ["retention"], queryFn: () => http.get<Retention>("/v1/retention") });
  return (
    <SettingsFrame title="Retention" lead="Data older than this goes by itself. Empty: it is kept.">
      {kept.isPending && <Loading what="how long data is kept" />}
      {kept.isError && (
        <ProblemNote error={asApiError(kept.error)} what="It could not be read how long data is kept">
          <Button onClick={() => void kept.refetch()}>Try again</Button>
        </ProblemNote>
      )}
      {kept.data && (
        <div className="grid max-w-5xl items-start gap-3 lg:grid-cols-2">
          <RetentionForm key={JSON.stringify(kept.data.days)} kept={kept.data} />
          <Runs runs={kept.data.runs} />
        </div>
      )}
    </SettingsFrame>
  );
}

type Draft = Readonly<Record<Kind, string>>;

const draftOf = (days: Retention["days"]): Draft => ({
  text: String(days.text ?? ""),
  events: String(days.events ?? ""),
  receipts: String(days.receipts ?? ""),
  deliveries: String(days.deliveries ?? ""),
  requests: String(days.requests ?? ""),
  audit: String(days.audit ?? ""),
});

/** Days as the server takes them: nothing is null, which keeps. */
export const daysOf = (draft: Draft): Record<string, number | null> =>
  Object.fromEntries(
    Object.entries(draft).map(([kind, days]) => [kind, days.trim() === "" ? null : Number(days)]),
  );

function RetentionForm({ kept }: { kept: Retention }) {
  const [draft, setDraft] = useState(() => draftOf(kept.days));
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: () => http.put<Retention>("/v1/retention", daysOf(draft)),
    onSuccess: (after) => {
      queries.setQueryData(["retention"], after);
      say("Saved; the next sweep goes by it");
    },
  });
  const refused = save.isError ? asApiError(save.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit} className="card grid gap-3 p-3">
      {refused && <ProblemNote error={refused} what="Nothing was changed" />}
      {KINDS.map(({ kind, name, hint }) => (
        <Field key={kind} label={`${name}, days`} hint={hint} error={fieldError(refused, `/${kind}`)}>
          {(field) => (
            <Input
              {...field}
              inputMode="numeric"
              pattern="[0-9]*"
              placeholder="kept"
              value={draft[kind]}
              onChange={(event) => setDraft({ ...draft, [kind]: event.target.value })}
            />
          )}
        </Field>
      ))}
      <div className="flex justify-end">
        <Button type="submit" busy={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}

function Runs({ runs }: { runs: Retention["runs"] }) {
  return (
    <section aria-label="What went lately" className="card">
      <h2 className="flex h-9 items-center border-b border-line px-3 font-semibold">What went lately</h2>
      {runs.length === 0 ? (
        <p className="p-3 text-muted">Nothing was old enough yet.</p>
      ) : (
        <ul className="grid gap-1 p-3">
          {runs.map(({ kind, day, removed }) => (
            <li key={`${day} ${kind}`}>
              <span className="mono">{day}</span> {KINDS.find((k) => k.kind === kind)?.name ?? kind}:{" "}
              {removed}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
