import { isOver, type ApiError } from "@callboard/api";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { ProblemNote } from "../../ui/problem.tsx";
import { Empty, Loading } from "../../ui/states.tsx";
import { CallHead } from "./call-head.tsx";
import { EventDrawer } from "./event-drawer.tsx";
import { Facts } from "./facts.tsx";
import { JoinPanel, type ShownLink } from "./join-panel.tsx";
import { Participants } from "./participants.tsx";
import type { CallSearch } from "./search.ts";
import { Timeline } from "./timeline.tsx";
import { TranscriptPanel } from "./transcript-panel.tsx";
import { present, useCall } from "./use-call.ts";

/** One call: what it is, who is in it, what happens and what is said, live. */
export function CallPage({ sessionId, search }: { sessionId: string; search: CallSearch }) {
  const { call, caughtUp, read, error } = useCall(sessionId);
  const made = useLocation({ select: (location) => location.state.joinLink });
  const [link, setLink] = useState<ShownLink | undefined>(made);
  const navigate = useNavigate({ from: "/calls/$sessionId" });
  const place = useCallback(
    (next: Partial<CallSearch>) => {
      void navigate({
        search: (old) => ({ ...old, ...next }),
        replace: true,
        state: true,
        resetScroll: false,
      });
    },
    [navigate],
  );
  if (!read.data)
    return error ? <Unread error={error} retry={() => void read.refetch()} /> : <Loading what="the call" />;
  const session = read.data;
  const shown = present(call, caughtUp, session);
  const selected =
    search.event === undefined ? undefined : call.events.find((e) => e.sequence === search.event);
  return (
    <div className="flex min-h-full flex-col gap-3 px-3.5 py-3.5 sm:px-[18px] xl:h-full xl:min-h-[640px]">
      <title>{`${shown.status} · Call · Callboard`}</title>
      <CallHead session={session} call={call} shown={shown} link={link} onLink={setLink} />
      <Facts session={session} call={call} />
      {link && !isOver(shown) && <JoinPanel link={link} onHide={() => setLink(undefined)} />}
      {shown.status === "failed" && <Failure call={call} session={session} />}
      <Participants call={call} />
      <div className="grid min-h-0 flex-1 gap-3 xl:grid-cols-[1.25fr_1fr]">
        <Timeline call={call} caughtUp={caughtUp} search={search} onPlace={place} />
        <div className="grid min-h-0 gap-3 xl:grid-rows-[minmax(0,1fr)]">
          {selected ? (
            <EventDrawer event={selected} onClose={() => place({ event: undefined })} />
          ) : (
            <TranscriptPanel call={call} sessionId={sessionId} />
          )}
        </div>
      </div>
    </div>
  );
}

function Failure({
  call,
  session,
}: {
  call: Parameters<typeof Facts>[0]["call"];
  session: Parameters<typeof Facts>[0]["session"];
}) {
  const failure = call.failure ?? session.lastError;
  if (!failure) return null;
  return (
    <div role="alert" className="rounded-lg border border-bad/35 bg-bad/7 px-3.5 py-2.5">
      <span className="font-semibold text-bad">The call failed. </span>
      {failure.message} <span className="mono text-muted">{failure.code}</span>
    </div>
  );
}

function Unread({ error, retry }: { error: ApiError; retry: () => void }) {
  if (error.status === 404) {
    return (
      <Empty whole title="There is no such call">
        <p className="text-muted">It may belong to another tenant, or the address is not whole.</p>
        <Link to="/calls" className="text-accent underline underline-offset-2">
          Go to the calls
        </Link>
      </Empty>
    );
  }
  return (
    <div className="mx-auto mt-16 max-w-lg px-4">
      <ProblemNote error={error} what="The call could not be read">
        <Button onClick={retry}>Try again</Button>
      </ProblemNote>
    </div>
  );
}
