import type { CallEvent, Page, Session, SessionQuery } from "@callboard/api";
import { useLiveSocket } from "@callboard/api/react";
import { useInfiniteQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api } from "../../core/client.ts";
import { changesRow, countEvents, mergeSession } from "./merge.ts";
import { Rates } from "./rate.ts";

type Loaded = InfiniteData<Page<Session>, string | undefined>;

const PAGE = 50;
/** Above this many changed calls at once the list is read anew instead. */
const MANY = 20;

const keyOf = (query: SessionQuery) => ["calls", "list", query] as const;

/** The list of calls, page by page, kept live by the tenant's events. `query` has to be the same object while it says the same. */
export function useCalls(query: SessionQuery) {
  const [polling, setPolling] = useState(false);
  const rates = useRef(new Rates());
  const list = useInfiniteQuery({
    queryKey: keyOf(query),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      api.listSessions({
        ...query,
        limit: PAGE,
        ...(pageParam ? { cursor: pageParam } : {}),
      }),
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: polling ? 10_000 : false,
  });
  useLiveList(query, rates.current, () => setPolling(true));
  return { list, rates: rates.current, polling };
}

function useLiveList(query: SessionQuery, rates: Rates, onRefused: () => void): void {
  const socket = useLiveSocket();
  const queries = useQueryClient();
  const refused = useRef(onRefused);
  useEffect(() => {
    const key = keyOf(query);
    const change = (edit: (pages: readonly Page<Session>[]) => readonly Page<Session>[]) =>
      queries.setQueryData<Loaded>(key, (data) => data && { ...data, pages: [...edit(data.pages)] });
    const refresher = createRefresher(
      (session) => change((pages) => mergeSession(pages, session, query)),
      () => void queries.invalidateQueries({ queryKey: key }),
    );
    const subscription = socket.subscribe(
      { tenant: true },
      {
        onEvents: (events) => {
          for (const event of events) rates.note(event.sessionId, Date.now());
          change((pages) => countEvents(pages, events));
          refresher.note(events);
        },
        onRefused: () => refused.current(),
      },
    );
    // What happened while nobody listened is read once the connection stands (again).
    let open = false;
    const stopStatus = socket.onStatus((now) => {
      if (now === "open" && !open) void queries.invalidateQueries({ queryKey: key });
      open = now === "open";
    });
    return () => {
      stopStatus();
      subscription.close();
      refresher.stop();
    };
  }, [socket, queries, query, rates]);
}

/** Reads changed calls again, a moment after their last change, each once. */
function createRefresher(onSession: (session: Session) => void, onMany: () => void) {
  const dirty = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    const ids = [...dirty];
    dirty.clear();
    if (ids.length > MANY) onMany();
    else for (const id of ids) void api.session(id).then(onSession, onMany);
  };
  return {
    note: (events: readonly CallEvent[]) => {
      for (const event of events) if (changesRow(event)) dirty.add(event.sessionId);
      if (dirty.size > 0) timer ??= setTimeout(flush, 150);
    },
    stop: () => clearTimeout(timer),
  };
}
