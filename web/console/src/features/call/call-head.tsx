import { asApiError, isOver, type CallState, type Session } from "@callboard/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Keyboard, Link2, PhoneOff } from "lucide-react";
import { useState } from "react";
import { api } from "../../core/client.ts";
import { Button } from "../../ui/button.tsx";
import { copyText } from "../../ui/clipboard.ts";
import { CopyId } from "../../ui/copy-id.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Chip, StateChip } from "../../ui/marks.tsx";
import { ProblemNote } from "../../ui/problem.tsx";
import { say } from "../../ui/toast.tsx";
import { EraseText } from "./erase-text.tsx";
import { isUsable, type ShownLink } from "./join-panel.tsx";
import { titleOf } from "./title.ts";

interface CallHeadProps {
  session: Session;
  call: CallState;
  shown: Pick<Session, "status" | "connection">;
  link: ShownLink | undefined;
  onLink: (link: ShownLink) => void;
  onKeys: () => void;
}

/** How many people may use a link that is made here. */
const SEATS = 10;

export function CallHead({ session, call, shown, link, onLink, onKeys }: CallHeadProps) {
  const { sessionId } = session;
  return (
    <div className="flex flex-wrap items-end gap-x-2.5 gap-y-2">
      <div className="min-w-0">
        <div className="mb-0.5 flex items-center gap-1.5 text-faint">
          <Link to="/calls" className="rounded hover:text-ink">
            Calls
          </Link>
          <span aria-hidden>/</span>
          <CopyId id={sessionId} label="session id" />
        </div>
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <h1 className="min-w-0 truncate text-xl leading-[22px] font-semibold tracking-tight">
            {titleOf(session, call)}
          </h1>
          <StateChip status={shown.status} connection={shown.connection} />
          <Carrier provider={session.provider} />
          {session.erasedAt !== undefined && (
            <Chip title="What people said and were called was made unreadable for good">Erased</Chip>
          )}
        </div>
      </div>
      <div className="ml-auto flex flex-wrap gap-2 max-sm:ml-0">
        <Button
          look="quiet"
          className="!px-1.5 max-sm:hidden"
          aria-label="Keys of this page"
          title="Keys (?)"
          onClick={onKeys}
        >
          <Keyboard size={15} aria-hidden />
        </Button>
        {isOver(shown) && <EraseText session={session} />}
        {!isOver(shown) && (
          <>
            <CopyLink sessionId={sessionId} link={link} onLink={onLink} />
            <EndCall sessionId={sessionId} />
          </>
        )}
      </div>
    </div>
  );
}

/** What carries the call, where it is not a plain LiveKit call. */
function Carrier({ provider }: { provider: string }) {
  if (provider === "livekit") return null;
  if (provider === "simulated") {
    return <Chip title="Played by a script, to show how a call looks. Nobody speaks here.">Simulated</Chip>;
  }
  return (
    <Chip title="What carries the sound of this call">
      {provider === "none" ? "no media server" : provider}
    </Chip>
  );
}

function CopyLink({
  sessionId,
  link,
  onLink,
}: Pick<CallHeadProps, "link" | "onLink"> & { sessionId: string }) {
  const copy = useMutation({
    mutationFn: async () => {
      const usable =
        link && isUsable(link, Date.now()) ? link : await api.createJoinLink(sessionId, { maxUses: SEATS });
      onLink({ joinUrl: usable.joinUrl, expiresAt: usable.expiresAt, maxUses: usable.maxUses });
      return copyText(usable.joinUrl);
    },
    onSuccess: (copied) => say(copied ? "Join link copied" : "Copy the link from the field below"),
    onError: (error) => say(`No link was made: ${asApiError(error).message}`),
  });
  return (
    <Button busy={copy.isPending} onClick={() => copy.mutate()}>
      {!copy.isPending && <Link2 size={14} aria-hidden />}
      Copy join link
    </Button>
  );
}

function EndCall({ sessionId }: { sessionId: string }) {
  const [asking, setAsking] = useState(false);
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: () => api.changeState(sessionId, { status: "ended" }),
    onSuccess: (session) => {
      queries.setQueryData(["call", sessionId], session);
      setAsking(false);
    },
    onError: () => void queries.invalidateQueries({ queryKey: ["call", sessionId] }),
  });
  const open = (asked: boolean) => {
    end.reset();
    setAsking(asked);
  };
  return (
    <>
      <Button look="danger" onClick={() => open(true)}>
        <PhoneOff size={14} aria-hidden />
        End call
      </Button>
      <Dialog
        open={asking}
        onOpenChange={open}
        title="End the call for everyone?"
        description="All who are in it are disconnected, and its links stop working. This cannot be undone."
      >
        {end.isError && <ProblemNote error={asApiError(end.error)} what="The call was not ended" />}
        <div className="mt-1 flex justify-end gap-2">
          <Button onClick={() => open(false)}>Cancel</Button>
          <Button
            busy={end.isPending}
            onClick={() => end.mutate()}
            className="!border-transparent !bg-leave !text-white hover:opacity-90"
          >
            End the call
          </Button>
        </div>
      </Dialog>
    </>
  );
}
