import { isOver, type ApiError, type CallState, type Session } from "@callboard/api";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo, useRef, useState, type ReactNode } from "react";
import { Button } from "../../ui/button.tsx";
import { copyText } from "../../ui/clipboard.ts";
import { ProblemNote } from "../../ui/problem.tsx";
import { Empty, Loading } from "../../ui/states.tsx";
import { say } from "../../ui/toast.tsx";
import { CallHead } from "./call-head.tsx";
import { EventDrawer } from "./event-drawer.tsx";
import { Facts } from "./facts.tsx";
import { JoinPanel, type ShownLink } from "./join-panel.tsx";
import { KeysDialog } from "./keys.tsx";
import { peopleOf } from "./people.ts";
import type { CallSearch } from "./search.ts";
import { CallStrip, type StripHandle } from "./strip/call-strip.tsx";
import { Timeline, type TimelineHandle } from "./timeline.tsx";
import { TranscriptPanel } from "./transcript-panel.tsx";
import { Troubles } from "./troubles.tsx";
import { present, useCall } from "./use-call.ts";
import { useLog } from "./use-log.ts";
import { useMoment } from "./use-moment.ts";
import { useNamedEvent } from "./use-named-event.ts";
import { usePageKeys } from "./use-page-keys.ts";

interface PageProps {
  sessionId: string;
  search: CallSearch;
}

/** One call: what it is, who is in it, what happens and what is said; live, and afterwards as its record. */
export function CallPage({ sessionId, search }: PageProps) {
  const { call, caughtUp, read, error, refused } = useCall(sessionId);
  if (!read.data) {
    return error ? <Unread error={error} retry={() => void read.refetch()} /> : <Loading what="the call" />;
  }
  return (
    <Opened session={read.data} call={call} caughtUp={caughtUp} search={search}>
      {refused && (
        <p role="alert" className="rounded-lg border border-bad/35 bg-bad/7 px-3.5 py-2">
          <span className="font-semibold text-bad">The events of this call cannot be followed. </span>
          {refused.detail}
        </p>
      )}
    </Opened>
  );
}

interface OpenedProps {
  session: Session;
  call: CallState;
  caughtUp: boolean;
  search: CallSearch;
  children: ReactNode;
}

/** All that the parts of the page share: the place in the address, the chosen moment, and the keys. */
function useOpened({ session, call, search }: Omit<OpenedProps, "children">) {
  const [help, setHelp] = useState(false);
  const place = usePlace();
  const moment = useMoment(search, place);
  const { at, openRaw } = moment;
  const strip = useRef<StripHandle>(null);
  const timeline = useRef<TimelineHandle>(null);
  const total = Math.max(session.latestSequence, call.latestSequence);
  const log = useLog(call, total);
  useNamedEvent(search.event, call, place);
  const copyLink = () => void copyMoment(session.sessionId, at);
  usePageKeys({
    move: (key, focus) => timeline.current?.move(key, focus) ?? false,
    raw: () => at !== undefined && openRaw(at),
    leave: moment.leave,
    find: () => timeline.current?.find(),
    goTo: () => timeline.current?.goTo(),
    copyLink,
    zoom: (factor) => strip.current?.zoom(factor),
    fit: () => strip.current?.fit(),
    help: () => setHelp(true),
  });
  return {
    ...moment,
    chosen: at === undefined ? undefined : log.find(at),
    people: useMemo(() => peopleOf(call, session), [call, session]),
    log,
    total,
    strip,
    timeline,
    place,
    copyLink,
    help,
    setHelp,
  };
}

function Opened(props: OpenedProps) {
  const { session, call, caughtUp, search } = props;
  const made = useLocation({ select: (location) => location.state.joinLink });
  const [link, setLink] = useState<ShownLink | undefined>(made);
  const { at, chosen, pick, openRaw, closeRaw, ...page } = useOpened(props);
  const shown = present(call, caughtUp, session);
  const head = { session, call, shown, link, onLink: setLink, onKeys: () => page.setHelp(true) };
  return (
    <div className="flex min-h-full flex-col gap-3 px-3.5 py-3.5 sm:px-[18px] xl:h-full xl:min-h-[680px]">
      <title>{`${shown.status} · Call · Callboard`}</title>
      <CallHead {...head} />
      {props.children}
      <Facts session={session} call={call} />
      {link && !isOver(shown) && <JoinPanel link={link} onHide={() => setLink(undefined)} />}
      <Troubles call={call} session={session} onPick={pick} />
      <CallStrip
        ref={page.strip}
        call={call}
        chosen={chosen}
        at={at}
        onPick={pick}
        onCopyLink={page.copyLink}
        reading={caughtUp ? undefined : { read: call.latestSequence, total: page.total }}
      />
      <div className="grid min-h-0 min-w-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 xl:grid-cols-[minmax(0,1.25fr)_minmax(0,1fr)]">
        <Timeline
          ref={page.timeline}
          call={call}
          log={page.log}
          people={page.people}
          caughtUp={caughtUp}
          live={!isOver(shown)}
          search={search}
          at={at}
          onPick={pick}
          onRaw={openRaw}
          onPlace={page.place}
          onEnd={() => pick(undefined)}
        />
        <div className="grid min-h-0 min-w-0 auto-rows-fr grid-cols-[minmax(0,1fr)] gap-3">
          <TranscriptPanel
            call={call}
            caughtUp={caughtUp}
            live={!isOver(shown)}
            sessionId={session.sessionId}
            chosen={chosen}
            at={at}
            onPick={pick}
          />
          {page.raw && chosen && <EventDrawer event={chosen} onClose={closeRaw} />}
        </div>
      </div>
      <KeysDialog open={page.help} onOpenChange={page.setHelp} />
    </div>
  );
}

/** Writes the page's place into the address, without a step in the history for each. */
function usePlace() {
  const navigate = useNavigate({ from: "/calls/$sessionId" });
  return useCallback(
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
}

async function copyMoment(sessionId: string, at: number | undefined): Promise<void> {
  const url = new URL(`/calls/${encodeURIComponent(sessionId)}`, location.origin);
  if (at !== undefined) url.searchParams.set("at", String(at));
  const copied = await copyText(url.href);
  const what = at === undefined ? "Link to the call" : `Link to event ${at}`;
  say(copied ? `${what} copied` : "Copying did not work");
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
