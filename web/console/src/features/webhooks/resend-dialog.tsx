import { asApiError } from "@callboard/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { http } from "../../core/client.ts";
import { serverNow } from "../../core/clock.ts";
import { pathOf } from "../../core/http.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { countText } from "../../ui/format.ts";
import { ProblemNote } from "../../ui/problem.tsx";
import { say } from "../../ui/toast.tsx";
import type { Endpoint } from "./wire.ts";

/** A time as a date field writes it: local, to the minute. */
export function fieldTime(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

const DAY_MS = 86_400_000;

/** Sends again what was sent since a time, for a receiver that lost it. */
export function ResendDialog({ endpoint, onClose }: { endpoint: Endpoint; onClose: () => void }) {
  const queries = useQueryClient();
  const [since, setSince] = useState(() => fieldTime(serverNow() - DAY_MS));
  const [until, setUntil] = useState("");
  const resend = useMutation({
    mutationFn: () =>
      http.post<{ queued: number }>(pathOf("v1", "webhook-endpoints", endpoint.endpointId, "resend"), {
        since: new Date(since).toISOString(),
        ...(until ? { until: new Date(until).toISOString() } : {}),
      }),
    onSuccess: ({ queued }) => {
      void queries.invalidateQueries({ queryKey: ["webhooks"] });
      say(queued === 1 ? "One delivery is sent again" : `${countText(queued)} deliveries are sent again`);
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (since) resend.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Send again since a time"
      description="Each event keeps its id, so that a receiver that has it already can tell."
    >
      {resend.isError && <ProblemNote error={asApiError(resend.error)} what="Nothing was sent again" />}
      <form onSubmit={submit} className="grid gap-3">
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="Since">
            {(control) => (
              <Input
                {...control}
                autoFocus
                required
                type="datetime-local"
                value={since}
                onChange={(event) => setSince(event.target.value)}
              />
            )}
          </Field>
          <Field label="Until" hint="Empty: until now">
            {(control) => (
              <Input
                {...control}
                type="datetime-local"
                value={until}
                onChange={(event) => setUntil(event.target.value)}
              />
            )}
          </Field>
        </div>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={resend.isPending} disabled={!since}>
            Send again
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
