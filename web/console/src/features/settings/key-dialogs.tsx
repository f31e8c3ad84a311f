import { asApiError } from "@callboard/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { http } from "../../core/client.ts";
import { pathOf } from "../../core/http.ts";
import type { ApiKey, KeyWithSecret } from "../../core/wire.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { SecretOnce } from "../../ui/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, Select } from "../../ui/field.tsx";
import { ProblemNote } from "../../ui/problem.tsx";
import { say } from "../../ui/toast.tsx";
import { OVERLAPS } from "./key-state.ts";

interface KeyDialogProps {
  apiKey: ApiKey;
  onClose: () => void;
}

/** A new secret for the same key; the old one goes on working for as long as is chosen. */
export function RotateKey({ apiKey, onClose }: KeyDialogProps) {
  const queries = useQueryClient();
  const [overlap, setOverlap] = useState(86_400);
  const rotate = useMutation({
    mutationFn: () =>
      http.post<KeyWithSecret>(pathOf("v1", "api-keys", apiKey.keyId, "rotate"), { overlapSeconds: overlap }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["keys"] }),
  });
  const secret = rotate.data?.secret;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Rotate “${apiKey.name}”`}
      description={
        secret
          ? "Give the new secret to the server before the old one stops."
          : "The key gets a new secret, and keeps its name and scopes."
      }
    >
      {rotate.isError && <ProblemNote error={asApiError(rotate.error)} what="The key was not rotated" />}
      {secret ? (
        <SecretOnce secret={secret} what="key" />
      ) : (
        <Field label="The old secret still works for">
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
              Rotate the key
            </Button>
          </>
        )}
      </div>
    </Dialog>
  );
}

export function RevokeKey({ apiKey, onClose }: KeyDialogProps) {
  const queries = useQueryClient();
  return (
    <Confirm
      title={`Revoke “${apiKey.name}”?`}
      description="Whoever uses it is refused from now on. This cannot be undone; a rotation can be prepared instead."
      act="Revoke the key"
      refused="The key was not revoked"
      run={() => http.remove(pathOf("v1", "api-keys", apiKey.keyId))}
      onDone={() => {
        void queries.invalidateQueries({ queryKey: ["keys"] });
        say(`“${apiKey.name}” is revoked`);
      }}
      onClose={onClose}
    />
  );
}
