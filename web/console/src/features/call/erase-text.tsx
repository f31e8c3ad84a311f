import { asApiError, type Schemas, type Session } from "@callboard/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Eraser } from "lucide-react";
import { useState, type FormEvent } from "react";
import { http } from "../../core/client.ts";
import { pathOf } from "../../core/http.ts";
import { may } from "../../core/may.ts";
import { useMe } from "../../core/use-me.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { ProblemNote } from "../../ui/problem.tsx";
import { say } from "../../ui/toast.tsx";

type Erasure = Schemas["Erasure"];

/** What has to be typed, so that nobody erases by a slip. */
export const CONFIRMATION = "erase";

/** Offers to erase the personal text of a call that is over, to those who may. */
export function EraseText({ session }: { session: Session }) {
  const me = useMe();
  const [asking, setAsking] = useState(false);
  if (session.erasedAt !== undefined || !may(me, "eraseData")) return null;
  return (
    <>
      <Button look="quiet" onClick={() => setAsking(true)}>
        <Eraser size={14} aria-hidden />
        Erase personal text
      </Button>
      {asking && <EraseDialog sessionId={session.sessionId} onClose={() => setAsking(false)} />}
    </>
  );
}

function EraseDialog({ sessionId, onClose }: { sessionId: string; onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const queries = useQueryClient();
  const erase = useMutation({
    mutationFn: () => http.post<Erasure>(pathOf("v1", "call", "sessions", sessionId, "erase")),
    onSuccess: (erasure) => {
      say(erasure.status === "done" ? "The personal text is erased" : "The erasure is under way");
      onClose();
      // What this page remembers of the call is let go of; it reads the log anew.
      queries.removeQueries({ queryKey: ["call", sessionId] });
      location.reload();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim().toLowerCase() === CONFIRMATION) erase.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Erase the personal text of this call?"
      description="What people said and were called, the title and other metadata, and messages become unreadable everywhere, for good. Order, times and counts stay."
    >
      {erase.isError && <ProblemNote error={asApiError(erase.error)} what="Nothing was erased" />}
      <form onSubmit={submit} className="mt-1 grid gap-3">
        <Field label={`Type “${CONFIRMATION}” to confirm`} hint="Nobody can undo this.">
          {(field) => <Input {...field} value={typed} onChange={(event) => setTyped(event.target.value)} />}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            busy={erase.isPending}
            disabled={typed.trim().toLowerCase() !== CONFIRMATION}
            className="!border-transparent !bg-leave !text-white hover:opacity-90"
          >
            Erase
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
