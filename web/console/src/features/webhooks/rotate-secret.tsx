import { asApiError } from "@callboard/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { http } from "../../core/client.ts";
import { pathOf } from "../../core/http.ts";
import { Button } from "../../ui/button.tsx";
import { SecretOnce } from "../../ui/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, Select } from "../../ui/field.tsx";
import { ProblemNote } from "../../ui/problem.tsx";
import type { Endpoint, EndpointWithSecret } from "./wire.ts";

const OVERLAPS = [
  { seconds: 0, name: "Not at all" },
  { seconds: 3_600, name: "One hour" },
  { seconds: 86_400, name: "One day" },
  { seconds: 604_800, name: "Seven days" },
] as const;

/** A new signing secret; for a while deliveries carry a signature by each. */
export function RotateSecret({ endpoint, onClose }: { endpoint: Endpoint; onClose: () => void }) {
  const queries = useQueryClient();
  const [overlap, setOverlap] = useState(86_400);
  const rotate = useMutation({
    mutationFn: () =>
      http.post<EndpointWithSecret>(pathOf("v1", "webhook-endpoints", endpoint.endpointId, "rotate"), {
        overlapSeconds: overlap,
      }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["webhooks"] }),
  });
  const secret = rotate.data?.secret;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Rotate the signing secret"
      description="Deliveries are signed by both secrets while the old one lasts, so that the receiver can change in its own time."
    >
      {rotate.isError && <ProblemNote error={asApiError(rotate.error)} what="The secret was not rotated" />}
      {secret ? (
        <SecretOnce secret={secret} what="signing secret" />
      ) : (
        <Field label="Sign by the old secret too for">
          {(control) => (
            <Select {...control} value={overlap} onChange={(event) => setOverlap(Number(event.target.value))}>
              {OVERLAPS.map(({ seconds, name }) => (
                <option key={seconds} value={seconds}>
                  {name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      <div className="mt-1 flex justify-end gap-2">
        {secret ? (
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button look="primary" busy={rotate.isPending} onClick={() => rotate.mutate()}>
              Rotate the secret
            </Button>
          </>
        )}
      </div>
    </Dialog>
  );
}
