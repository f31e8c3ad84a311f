import { backoffMs } from "../backoff.ts";
import { newEventId } from "../ids.ts";
import { ApiError, networkProblem } from "../problem.ts";
import { EventStream, pause, type StreamOptions } from "../sse.ts";
import type * as W from "../wire.ts";
import { Pages } from "./pages.ts";
import { change, route, type Requests } from "./request.ts";

type Schemas = W.Schemas;

export type StreamSettings = Pick<StreamOptions, "onRetry" | "signal" | "idleMs" | "backoff" | "late">;

export interface FollowSession extends StreamSettings {
  /** Begin after this sequence (default 0: with the first event); null begins with what is new. */
  afterSequence?: number | null;
}

export interface FollowAll extends Omit<StreamSettings, "late"> {
  /** Begin after this place, an earlier stream's `lastEventId`; absent: with what is new. */
  cursor?: string;
}

/** An event before it has its id. */
export type EventDraft = Schemas["NewEvent"];

/** The outcome of one event of a batch. */
export type AppendResult = Schemas["AppendResult"];

/**
 * An event with an id, and with an instant that stays the same however often it is sent. One that brings
 * its own id keeps its `ts` as it is: the server compares both.
 */
const stamped = (event: EventDraft): EventDraft =>
  event.eventId === undefined
    ? { eventId: newEventId(Date.now()), ts: new Date().toISOString(), ...event }
    : event;

/** The log of a call: append, read again, follow. */
export function events(requests: Requests) {
  return { ...appending(requests), ...reading(requests), ...following(requests) };
}

const appending = (requests: Requests) => ({
  /** Appends one event. Without an `eventId` of yours it gets one, and a repeat stays one event. */
  ingest: (event: EventDraft) =>
    requests.json<W.Appended>("POST", route("/v1/realtime/events"), {
      body: stamped(event),
      repeatable: true,
    }),
  /** Appends up to 1000 events of any sessions: one outcome for each, in order. */
  ingestBatch: async (drafts: readonly EventDraft[], atomic = false): Promise<AppendResult[]> => {
    const body = { events: drafts.map(stamped), ...(atomic ? { atomic } : {}) };
    const ask = { body, repeatable: true };
    return (await requests.json<{ results: AppendResult[] }>("POST", route("/v1/realtime/events"), ask))
      .results;
  },
  /** Stores how far a named consumer has dealt with a call. It only ever moves forward. */
  checkpoint: (sessionId: string, consumerId: string, sequence: number) =>
    requests.json<Schemas["CheckpointAnswer"]>(
      "POST",
      route("/v1/realtime/sessions/{sessionId}/checkpoint", { sessionId }),
      change({ consumerId, sequence }),
    ),
  /** Where each consumer of a call stands. */
  checkpoints: (sessionId: string, filter: { limit?: number } = {}) =>
    new Pages<Schemas["Checkpoint"]>(
      requests,
      route("/v1/realtime/sessions/{sessionId}/checkpoints", { sessionId }),
      filter,
    ),
});

const logOf = (sessionId: string) => route("/v1/realtime/sessions/{sessionId}/events", { sessionId });

const reading = (requests: Requests) => {
  const page = (sessionId: string, query: W.ReplayQuery = {}) =>
    requests.json<W.Replay>("GET", logOf(sessionId), { query: query as Record<string, string | number> });
  return {
    /** One page of the log, oldest first; `nextAfterSequence` and `hasMore` lead on. */
    page,
    /** Every event up to the end of the log as it was when the first page was read. */
    async *replay(
      sessionId: string,
      options: { afterSequence?: number; types?: string; pageSize?: number } = {},
    ): AsyncGenerator<W.CallEvent, void> {
      const { afterSequence = 0, types, pageSize = 500 } = options;
      let untilSequence: number | undefined;
      for (let after = afterSequence, more = true; more; ) {
        const query = { afterSequence: after, limit: pageSize, untilSequence, types };
        const read = await page(sessionId, query as W.ReplayQuery);
        untilSequence ??= read.watermark?.sequence ?? after;
        for (const event of read.events) if (event.sequence <= untilSequence) yield event;
        after = read.nextAfterSequence;
        more = read.hasMore && after < untilSequence;
      }
    },
    export: (sessionId: string, options: { afterSequence?: number } = {}) =>
      exported(requests, sessionId, options.afterSequence ?? 0),
  };
};

/** The whole log in one streamed answer; goes on where it was when the connection breaks. */
async function* exported(
  requests: Requests,
  sessionId: string,
  from: number,
): AsyncGenerator<W.CallEvent, void> {
  for (let after = from, attempt = 0; ; attempt++) {
    const cut = new AbortController();
    try {
      const ask = { query: { afterSequence: after }, headers: { Accept: "application/x-ndjson" } };
      const response = await requests.open(logOf(sessionId), ask, cut.signal);
      for await (const line of lines(response)) {
        const event = JSON.parse(line) as W.CallEvent;
        after = event.sequence;
        attempt = 0;
        yield event;
      }
      return;
    } catch (error) {
      const failure = error instanceof ApiError ? error : networkProblem(error);
      if (attempt >= 5 || !failure.retryable) throw failure;
    } finally {
      cut.abort();
    }
    await pause(backoffMs(attempt, requests.backoff));
  }
}

/** The lines that ended; what a cut left unfinished is not one. */
async function* lines(response: Response): AsyncGenerator<string, void> {
  if (!response.body) return;
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  for (let rest = ""; ; ) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) if (line !== "") yield line;
  }
}

const following = (requests: Requests) => {
  const stream = (url: string, place: string | undefined, settings: StreamSettings) =>
    new EventStream({
      url,
      bearer: requests.bearer,
      fetch: requests.fetch,
      backoff: requests.backoff,
      ...settings,
      ...(place === undefined ? {} : { lastEventId: place }),
    });
  return {
    /**
     * The call's events, those of the past first, then each as it happens, until the call is over. With
     * `late` it goes on until nothing can be added any more: transcripts may follow the end for minutes.
     */
    follow: (sessionId: string, options: FollowSession = {}): EventStream => {
      const { afterSequence = 0, ...settings } = options;
      const path = route("/v1/realtime/sessions/{sessionId}/stream", { sessionId });
      const url = requests.address(path, settings.late ? {} : { until: "end" });
      return stream(url, afterSequence === null ? undefined : String(afterSequence), settings);
    },
    /** The events of all calls, without end. `lastEventId` is the cursor to keep for the next start. */
    followAll: (options: FollowAll = {}): EventStream => {
      const { cursor, ...settings } = options;
      return stream(requests.address(route("/v1/realtime/stream")), cursor, { ...settings, late: true });
    },
  };
};
