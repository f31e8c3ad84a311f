import { useQueryClient } from "@tanstack/react-query";
import { http } from "../../core/client.ts";
import { pathOf } from "../../core/http.ts";
import type { ApiKey, KeyWithSecret } from "../../core/wire.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { Rotate } from "../../ui/rotate.tsx";
import { say } from "../../ui/toast.tsx";
import { OVERLAPS } from "./key-state.ts";

interface KeyDialogProps {
  apiKey: ApiKey;
  onClose: () => void;
}

/** A new secret for the same key; the old one goes on working for as long as is chosen. */
export function RotateKey({ apiKey, onClose }: KeyDialogProps) {
  const queries = useQueryClient();
  return (
    <Rotate
      title={`Rotate “${apiKey.name}”`}
      description="The key gets a new secret, and keeps its name and scopes."
      advice="Give the new secret to the server before the old one stops."
      what="key"
      question="The old secret still works for"
      overlaps={OVERLAPS}
      act="Rotate the key"
      refused="The key was not rotated"
      run={(overlapSeconds) =>
        http.post<KeyWithSecret>(pathOf("v1", "api-keys", apiKey.keyId, "rotate"), { overlapSeconds })
      }
      onDone={() => void queries.invalidateQueries({ queryKey: ["keys"] })}
      onClose={onClose}
    />
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
