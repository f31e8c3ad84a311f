import { asApiError } from "@callboard/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { http } from "../../core/client.ts";
import { serverNow } from "../../core/clock.ts";
import { useMe } from "../../core/use-me.ts";
import type { KeyWithSecret, Scope } from "../../core/wire.ts";
import { Button } from "../../ui/button.tsx";
import { SecretOnce } from "../../ui/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Check, Field, fieldError, Input, Select } from "../../ui/field.tsx";
import { ProblemNote } from "../../ui/problem.tsx";
import { expiryAfter, LIFETIMES } from "./key-state.ts";
import { SCOPES, USUAL } from "./scopes.ts";

/** Makes a key, and shows its secret in the one answer that has it. */
export function CreateKey({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const create = useMutation({
    mutationFn: (body: { name: string; scopes: Scope[]; expiresAt?: string }) =>
      http.post<KeyWithSecret>("/v1/api-keys", body),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["keys"] }),
  });
  const made = create.data;
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={made ? `The key “${made.key.name}” is made` : "New API key"}
      description={
        made
          ? "Put it where the server reads it: an environment variable or a secret store, never a page."
          : "Give it what its server needs and no more. It can be rotated and revoked at any time."
      }
    >
      {made?.secret ? (
        <>
          <SecretOnce secret={made.secret} what="key" />
          <div className="flex justify-end">
            <Button look="primary" onClick={onClose}>
              Done
            </Button>
          </div>
        </>
      ) : (
        <KeyForm create={create} onClose={onClose} />
      )}
    </Dialog>
  );
}

interface KeyFormProps {
  create: {
    mutate: (body: { name: string; scopes: Scope[]; expiresAt?: string }) => void;
    isPending: boolean;
    isError: boolean;
    error: unknown;
  };
  onClose: () => void;
}

function KeyForm({ create, onClose }: KeyFormProps) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly Scope[]>(USUAL);
  const [days, setDays] = useState(0);
  const [tried, setTried] = useState(false);
  const refused = create.isError ? asApiError(create.error) : undefined;
  const missing = {
    name: name.trim() === "" ? "A name, so that people know whose key it is" : undefined,
    scopes: scopes.length === 0 ? "A key without a scope can do nothing" : undefined,
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (missing.name || missing.scopes) return;
    const expiresAt = expiryAfter(days, serverNow());
    create.mutate({ name: name.trim(), scopes: [...scopes], ...(expiresAt ? { expiresAt } : {}) });
  };
  return (
    <form onSubmit={submit} className="grid gap-3" noValidate>
      {refused && <ProblemNote error={refused} what="The key was not made" />}
      <div className="grid gap-3 sm:grid-cols-[1fr_180px]">
        <Field label="Name" error={(tried ? missing.name : undefined) ?? fieldError(refused, "/name")}>
          {(control) => (
            <Input
              {...control}
              autoFocus
              maxLength={100}
              value={name}
              onChange={(e) => setName(e.target.value)}
            />
          )}
        </Field>
        <Field label="Expires" error={fieldError(refused, "/expiresAt")}>
          {(control) => (
            <Select {...control} value={days} onChange={(event) => setDays(Number(event.target.value))}>
              {LIFETIMES.map((each) => (
                <option key={each.days} value={each.days}>
                  {each.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <ScopeChoice scopes={scopes} onChange={setScopes} error={tried ? missing.scopes : undefined} />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" busy={create.isPending}>
          Make the key
        </Button>
      </div>
    </form>
  );
}

interface ScopeChoiceProps {
  scopes: readonly Scope[];
  onChange: (scopes: readonly Scope[]) => void;
  error: string | undefined;
}

function ScopeChoice({ scopes, onChange, error }: ScopeChoiceProps) {
  const me = useMe();
  // A key gives only what it has itself; users by role.
  const own = me?.principal.kind === "key" ? me.principal.scopes : undefined;
  const offered = SCOPES.filter(({ scope }) => (own ? own.includes(scope) : scope !== "installation:*"));
  return (
    <fieldset className="grid gap-1" aria-describedby={error ? "scopes-told" : undefined}>
      <legend className="mb-1 font-medium">May</legend>
      <div className="grid gap-x-4 sm:grid-cols-2">
        {offered.map(({ scope, does }) => (
          <Check
            key={scope}
            label={<span className="mono">{scope}</span>}
            note={does}
            checked={scopes.includes(scope)}
            onChange={(event) =>
              onChange(event.target.checked ? [...scopes, scope] : scopes.filter((each) => each !== scope))
            }
          />
        ))}
      </div>
      {error && (
        <p id="scopes-told" className="text-xs text-bad">
          {error}
        </p>
      )}
    </fieldset>
  );
}
