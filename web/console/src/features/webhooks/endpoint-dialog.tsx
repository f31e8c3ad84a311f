import { asApiError } from "@callboard/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { http } from "../../core/client.ts";
import { pathOf } from "../../core/http.ts";
import { Button } from "../../ui/button.tsx";
import { SecretOnce } from "../../ui/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, fieldError, Input } from "../../ui/field.tsx";
import { ProblemNote } from "../../ui/problem.tsx";
import { say } from "../../ui/toast.tsx";
import { TypeChoice } from "./type-choice.tsx";
import type { Endpoint, EndpointWithSecret } from "./wire.ts";

interface EndpointDialogProps {
  /** What is changed; absent: one is made. */
  endpoint?: Endpoint;
  onClose: () => void;
}

interface Draft {
  url: string;
  description: string;
  eventTypes: string[];
}

const bodyOf = ({ url, description, eventTypes }: Draft) => ({
  url: url.trim(),
  ...(description.trim() ? { description: description.trim() } : {}),
  eventTypes,
});

/** What is wrong before the server need be asked. */
export function complaints({ url, eventTypes }: Draft): { url?: string; eventTypes?: string } {
  const whole = URL.canParse(url.trim()) && /^https?:$/.test(new URL(url.trim()).protocol);
  return {
    ...(whole ? {} : { url: "A whole address is needed, with https://" }),
    ...(eventTypes.length > 0 ? {} : { eventTypes: "An endpoint without events would stay silent" }),
  };
}

/** Makes an endpoint, with its secret shown once, or changes one. */
export function EndpointDialog({ endpoint, onClose }: EndpointDialogProps) {
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: async (draft: Draft): Promise<EndpointWithSecret | undefined> => {
      if (!endpoint) return http.post<EndpointWithSecret>("/v1/webhook-endpoints", bodyOf(draft));
      await http.patch(pathOf("v1", "webhook-endpoints", endpoint.endpointId), bodyOf(draft));
      return undefined;
    },
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ["webhooks"] });
      if (made) return;
      say("The endpoint is changed");
      onClose();
    },
  });
  const secret = save.data?.secret;
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={secret ? "The endpoint is made" : endpoint ? "Change the endpoint" : "New endpoint"}
      description={
        secret
          ? "With this secret the receiver checks that a delivery is from here, as Standard Webhooks say."
          : "Callboard posts each chosen event there, signed, in the order of its call, until it is answered well."
      }
    >
      {secret ? (
        <>
          <SecretOnce secret={secret} what="signing secret" />
          <div className="flex justify-end">
            <Button look="primary" onClick={onClose}>
              Done
            </Button>
          </div>
        </>
      ) : (
        <EndpointForm endpoint={endpoint} save={save} onClose={onClose} />
      )}
    </Dialog>
  );
}

interface EndpointFormProps {
  endpoint: Endpoint | undefined;
  save: { mutate: (draft: Draft) => void; isPending: boolean; error: unknown };
  onClose: () => void;
}

function EndpointForm({ endpoint, save, onClose }: EndpointFormProps) {
  const [draft, setDraft] = useState<Draft>({
    url: endpoint?.url ?? "",
    description: endpoint?.description ?? "",
    eventTypes: endpoint?.eventTypes ?? ["call.*", "transcript.final"],
  });
  const [tried, setTried] = useState(false);
  const wrong = complaints(draft);
  const refused = save.error ? asApiError(save.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(wrong).length === 0) save.mutate(draft);
  };
  return (
    <form onSubmit={submit} className="grid gap-3" noValidate>
      {refused && (
        <ProblemNote
          error={refused}
          what={endpoint ? "The endpoint was not changed" : "The endpoint was not made"}
        />
      )}
      <Field
        label="Address"
        hint="Where your server listens. Addresses inside this machine or its network are refused"
        error={(tried ? wrong.url : undefined) ?? fieldError(refused, "/url")}
      >
        {(control) => (
          <Input
            {...control}
            autoFocus
            type="url"
            placeholder="https://example.com/callboard"
            value={draft.url}
            onChange={(event) => setDraft({ ...draft, url: event.target.value })}
          />
        )}
      </Field>
      <Field
        label="Description"
        hint="For people; may stay empty"
        error={fieldError(refused, "/description")}
      >
        {(control) => (
          <Input
            {...control}
            maxLength={255}
            value={draft.description}
            onChange={(event) => setDraft({ ...draft, description: event.target.value })}
          />
        )}
      </Field>
      <TypeChoice
        chosen={draft.eventTypes}
        onChange={(eventTypes) => setDraft({ ...draft, eventTypes })}
        error={(tried ? wrong.eventTypes : undefined) ?? fieldError(refused, "/eventTypes")}
      />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" busy={save.isPending}>
          {endpoint ? "Save" : "Make the endpoint"}
        </Button>
      </div>
    </form>
  );
}
