import { asApiError } from "@callboard/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { http } from "../../core/client.ts";
import { pathOf } from "../../core/http.ts";
import { useMe } from "../../core/use-me.ts";
import { usePages } from "../../core/use-pages.ts";
import type { Issuer, Role, User } from "../../core/wire.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Check, Field, fieldError, Input, Select } from "../../ui/field.tsx";
import { ProblemNote } from "../../ui/problem.tsx";
import { say } from "../../ui/toast.tsx";
import { ROLES } from "./roles.ts";

interface UserDialogProps {
  /** Who is changed; absent: someone is added. */
  user?: User;
  onClose: () => void;
}

interface Draft {
  name: string;
  issuer: string;
  subject: string;
  roles: readonly Role[];
  disabled: boolean;
}

/** Only what differs is sent, so that two people who change different things do not undo each other. */
export function changesOf(user: User, draft: Draft): Record<string, unknown> {
  const name = draft.name.trim() === "" ? null : draft.name.trim();
  const same =
    draft.roles.length === user.roles.length && draft.roles.every((role) => user.roles.includes(role));
  return {
    ...(name === (user.displayName ?? null) ? {} : { displayName: name }),
    ...(same ? {} : { roles: draft.roles }),
    ...(draft.disabled === user.disabled ? {} : { disabled: draft.disabled }),
  };
}

const additionOf = ({ name, issuer, subject, roles }: Draft) => ({
  ...(name.trim() ? { displayName: name.trim() } : {}),
  ...(issuer === "local" ? {} : { issuer, subject: subject.trim() }),
  roles,
});

export function UserDialog({ user, onClose }: UserDialogProps) {
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: (draft: Draft) =>
      user
        ? http.patch<User>(pathOf("v1", "users", user.userId), changesOf(user, draft))
        : http.post<User>("/v1/users", additionOf(draft)),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["users"] });
      say(user ? "The user is changed" : "The user is added");
      onClose();
    },
  });
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={user ? `Change ${user.displayName ?? user.subject}` : "Add a user"}
      description={
        user
          ? "Roles hold from the next request on. A disabled user is signed out at once."
          : "For someone who should have a role before they are first seen."
      }
    >
      {save.isError && (
        <ProblemNote
          error={asApiError(save.error)}
          what={user ? "The user was not changed" : "The user was not added"}
        />
      )}
      <UserForm user={user} save={save} onClose={onClose} />
    </Dialog>
  );
}

interface UserFormProps {
  user: User | undefined;
  save: { mutate: (draft: Draft) => void; isPending: boolean; error: unknown };
  onClose: () => void;
}

function UserForm({ user, save, onClose }: UserFormProps) {
  const me = useMe();
  const [draft, setDraft] = useState<Draft>({
    name: user?.displayName ?? "",
    issuer: user?.issuer ?? "local",
    subject: user?.subject ?? "",
    roles: user?.roles ?? [],
    disabled: user?.disabled ?? false,
  });
  const change = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  const refused = save.error ? asApiError(save.error) : undefined;
  const lacksSubject = !user && draft.issuer !== "local" && draft.subject.trim() === "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!lacksSubject) save.mutate(draft);
  };
  return (
    <form onSubmit={submit} className="grid gap-3">
      <Field label="Name for people" error={fieldError(refused, "/displayName")}>
        {(control) => (
          <Input
            {...control}
            autoFocus
            maxLength={100}
            value={draft.name}
            onChange={(event) => change({ name: event.target.value })}
          />
        )}
      </Field>
      {!user && <Identity draft={draft} onChange={change} error={fieldError(refused, "/subject")} />}
      <RoleChoice roles={draft.roles} onChange={(roles) => change({ roles })} />
      {user && (
        <Check
          label="Disabled"
          note={
            user.userId === me?.principal.userId
              ? "This is you: you would be signed out and could not come back by yourself"
              : "Cannot sign in; what they did stays in the audit"
          }
          checked={draft.disabled}
          onChange={(event) => change({ disabled: event.target.checked })}
        />
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" busy={save.isPending} disabled={lacksSubject}>
          {user ? "Save" : "Add the user"}
        </Button>
      </div>
    </form>
  );
}

interface RoleChoiceProps {
  roles: readonly Role[];
  onChange: (roles: readonly Role[]) => void;
}

function RoleChoice({ roles, onChange }: RoleChoiceProps) {
  return (
    <fieldset>
      <legend className="mb-1 font-medium">Roles</legend>
      <div className="grid gap-x-4 sm:grid-cols-2">
        {ROLES.map(({ role, does }) => (
          <Check
            key={role}
            label={role}
            note={does}
            checked={roles.includes(role)}
            onChange={(event) =>
              onChange(event.target.checked ? [...roles, role] : roles.filter((each) => each !== role))
            }
          />
        ))}
      </div>
    </fieldset>
  );
}

interface IdentityProps {
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
  error: string | undefined;
}

function Identity({ draft, onChange, error }: IdentityProps) {
  const { items } = usePages<Issuer>(["issuers"], "/v1/issuers");
  const others = items.filter(({ iss }) => iss !== "local");
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <Field label="Signs in by">
        {(control) => (
          <Select
            {...control}
            value={draft.issuer}
            onChange={(event) => onChange({ issuer: event.target.value })}
          >
            <option value="local">A login link</option>
            {others.map(({ issuerId, iss }) => (
              <option key={issuerId} value={iss}>
                {iss}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {draft.issuer !== "local" && (
        <Field label="Subject there" hint="The sub claim of their tokens" error={error}>
          {(control) => (
            <Input
              {...control}
              required
              maxLength={255}
              value={draft.subject}
              onChange={(event) => onChange({ subject: event.target.value })}
            />
          )}
        </Field>
      )}
    </div>
  );
}
