import { asApiError } from "@callboard/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { http } from "../../core/client.ts";
import type { Issuer } from "../../core/wire.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, fieldError, Input, Select } from "../../ui/field.tsx";
import { ProblemNote } from "../../ui/problem.tsx";
import { say } from "../../ui/toast.tsx";
import { ALGORITHMS, bodyOf, complaints, type IssuerDraft } from "./issuer-draft.ts";

export function AddIssuer({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const add = useMutation({
    mutationFn: (draft: IssuerDraft) => http.post<Issuer>("/v1/issuers", bodyOf(draft)),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["issuers"] });
      say("The issuer is added");
      onClose();
    },
  });
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title="Add an issuer"
      description="Tokens with its iss and aud claims, signed in this one way, let people in. The first sign-in adds them as a user without a role."
    >
      {add.isError && <ProblemNote error={asApiError(add.error)} what="The issuer was not added" />}
      <IssuerForm add={add} onClose={onClose} />
    </Dialog>
  );
}

interface IssuerFormProps {
  add: { mutate: (draft: IssuerDraft) => void; isPending: boolean; error: unknown };
  onClose: () => void;
}

function IssuerForm({ add, onClose }: IssuerFormProps) {
  const [draft, setDraft] = useState<IssuerDraft>(BLANK);
  const [tried, setTried] = useState(false);
  const refused = add.error ? asApiError(add.error) : undefined;
  const wrong = complaints(draft);
  const told = (name: keyof IssuerDraft) =>
    (tried ? wrong[name] : undefined) ?? fieldError(refused, `/${name}`);
  const set: SetMember = (name) => (event) => setDraft((old) => ({ ...old, [name]: event.target.value }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(wrong).length === 0) add.mutate(draft);
  };
  return (
    <form onSubmit={submit} className="grid gap-3" noValidate>
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="Issuer" hint="The iss claim, exactly as it is in the tokens" error={told("iss")}>
          {(control) => (
            <Input {...control} autoFocus maxLength={255} value={draft.iss} onChange={set("iss")} />
          )}
        </Field>
        <Field label="Audience" hint="The aud claim that its tokens must have" error={told("audience")}>
          {(control) => (
            <Input {...control} maxLength={255} value={draft.audience} onChange={set("audience")} />
          )}
        </Field>
      </div>
      <div className="grid gap-3 sm:grid-cols-[190px_1fr]">
        <Field label="Signed by" error={told("algorithm")}>
          {(control) => (
            <Select {...control} value={draft.algorithm} onChange={set("algorithm")}>
              {ALGORITHMS.map((algorithm) => (
                <option key={algorithm} value={algorithm}>
                  {algorithm === "HS256" ? "HS256, a shared secret" : algorithm}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <KeyField draft={draft} set={set} told={told} />
      </div>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" busy={add.isPending}>
          Add the issuer
        </Button>
      </div>
    </form>
  );
}

const BLANK: IssuerDraft = { iss: "", audience: "", algorithm: "RS256", secret: "", jwksUrl: "" };

type SetMember = (name: keyof IssuerDraft) => (event: { target: { value: string } }) => void;

interface KeyFieldProps {
  draft: IssuerDraft;
  set: SetMember;
  told: (name: keyof IssuerDraft) => string | undefined;
}

/** What proves its signatures: a secret that both know, or where its public keys are. */
function KeyField({ draft, set, told }: KeyFieldProps) {
  if (draft.algorithm !== "HS256") {
    return (
      <Field
        label="Address of its public keys (JWKS)"
        hint="https://…, read when a new key signs"
        error={told("jwksUrl")}
      >
        {(control) => (
          <Input {...control} type="url" maxLength={2048} value={draft.jwksUrl} onChange={set("jwksUrl")} />
        )}
      </Field>
    );
  }
  return (
    <Field
      label="Shared secret"
      hint="At least 32 bytes. Kept encrypted, never shown again"
      error={told("secret")}
    >
      {(control) => (
        <Input
          {...control}
          type="password"
          autoComplete="new-password"
          className="mono"
          value={draft.secret}
          onChange={set("secret")}
        />
      )}
    </Field>
  );
}
